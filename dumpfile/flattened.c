// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The stream: a header of 4096 bytes (signature, type 1, version 1), then
 * records of big-endian { int64 offset, int64 size } and that many bytes; a
 * record with offset and size -1 ends it.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/fileio.h"
#include "dumpfile/flattened.h"
#include "dumpfile/limits.h"

#define SIGNATURE "makedumpfile"
#define HEADER_BYTES 4096u
#define RECORD_BYTES 16u
#define WINDOW_BYTES 4096u
/* Records that continue each other are one stretch; to find a byte they are walked. */
#define MAX_WALK 64u

struct stretch {
	uint64_t off, len;	/* in the dump */
	uint64_t first_off;	/* of the record at `at`, which begins at or before off */
	uint64_t at;		/* of its header, in the file */
};

struct record {
	uint64_t off, len;	/* in the dump */
	uint64_t at;		/* of its header, in the file */
};

struct flattened {
	int fd;
	uint64_t file_bytes, bytes;
	bool cut_off;
	struct stretch *v;	/* by off, not overlapping, once it is open */
	size_t nr, room;
	struct record last;	/* where the last search ended */
	size_t last_stretch;	/* SIZE_MAX: none */
	uint8_t window[WINDOW_BYTES];	/* of the file, while headers are read */
	uint64_t window_at;
	size_t window_bytes;
};

bool flattened_probe(int fd)
{
	uint8_t head[32] = { 0 };
	uint64_t type, version;

	if (fileio_pread(fd, head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head, SIGNATURE, sizeof(SIGNATURE)))
		return false;
	memcpy(&type, head + 16, sizeof(type));
	memcpy(&version, head + 24, sizeof(version));
	return be64toh(type) == 1 && be64toh(version) == 1;
}

/* The header at `at`: ZDM_OK; ABSENT: the file ends before; UNREADABLE with errno. */
static enum zdm_status read_record(struct flattened *f, uint64_t at, struct record *ret)
{
	uint64_t raw[2];

	if (at < f->window_at || at - f->window_at + RECORD_BYTES > f->window_bytes) {
		ssize_t n = fileio_pread(f->fd, f->window, sizeof(f->window), at);

		f->window_at = at;
		f->window_bytes = n < 0 ? 0 : (size_t)n;
		if (n < 0)
			return ZDM_UNREADABLE;
		if ((size_t)n < RECORD_BYTES && f->file_bytes >= RECORD_BYTES &&
		    at <= f->file_bytes - RECORD_BYTES) {
			errno = EIO;	/* it was longer when it was opened */
			return ZDM_UNREADABLE;
		}
		if ((size_t)n < RECORD_BYTES)
			return ZDM_ABSENT;
	}
	memcpy(raw, f->window + (at - f->window_at), sizeof(raw));
	*ret = (struct record){ be64toh(raw[0]), be64toh(raw[1]), at };
	return ZDM_OK;
}

static struct stretch *add(struct stretch **v, size_t *nr, size_t *room)
{
	if (*nr == *room) {
		size_t want = *room ? 2 * *room : 256;
		struct stretch *p = realloc(*v, want * sizeof(*p));

		if (!p)
			return NULL;
		*v = p;
		*room = want;
	}
	return &(*v)[(*nr)++];
}

/* Join a record to the stretch before it, or begin one. */
static bool add_record(struct flattened *f, const struct record *rec, unsigned int *walk)
{
	struct stretch *s = f->nr ? &f->v[f->nr - 1] : NULL;

	if (!rec->len)
		*walk = MAX_WALK;	/* it stands between: no walk passes it */
	if (!rec->len)
		return true;
	if (rec->off + rec->len > f->bytes)
		f->bytes = rec->off + rec->len;
	if (s && s->off + s->len == rec->off && *walk < MAX_WALK) {
		s->len += rec->len;
		++*walk;
		return true;
	}
	s = f->nr < DUMPFILE_MAX_STRETCHES ? add(&f->v, &f->nr, &f->room) : NULL;
	if (!s)
		return false;
	*s = (struct stretch){ rec->off, rec->len, rec->off, rec->at };
	*walk = 1;
	return true;
}

static enum zdm_status scan(struct flattened *f, char *err, size_t err_len)
{
	uint64_t at = HEADER_BYTES, end;
	unsigned int walk = 0;
	struct record rec;
	enum zdm_status st;

	for (;; at = rec.at + RECORD_BYTES + rec.len) {
		st = read_record(f, at, &rec);
		if (st == ZDM_UNREADABLE)
			snprintf(err, err_len, "cannot read the flattened dump: %s",
				 strerror(errno));
		if (st == ZDM_ABSENT)
			break;
		if (st != ZDM_OK)
			return st;
		if (rec.off == UINT64_MAX && rec.len == UINT64_MAX)
			return ZDM_OK;
		if (__builtin_add_overflow(rec.off, rec.len, &end) || end > INT64_MAX ||
		    rec.len > f->file_bytes) {
			snprintf(err, err_len, "damaged flattened dump: the record at %" PRIu64
				 " has offset %#" PRIx64 " and size %#" PRIx64,
				 at, rec.off, rec.len);
			return ZDM_CORRUPT;
		}
		if (rec.len > f->file_bytes - at - RECORD_BYTES) {
			rec.len = f->file_bytes - at - RECORD_BYTES;
			f->cut_off = true;
		}
		if (!add_record(f, &rec, &walk)) {
			snprintf(err, err_len, f->nr < DUMPFILE_MAX_STRETCHES ? "out of memory" :
				 "too many scattered records to keep in mind: run makedumpfile -R "
				 "OUT < IN");
			return f->nr < DUMPFILE_MAX_STRETCHES ? ZDM_NOMEM : ZDM_UNSUPPORTED;
		}
		if (f->cut_off)
			break;
	}
	f->cut_off = true;
	return ZDM_OK;
}

/* ---- a later record replaces what an earlier one wrote ---- */

static int by_off(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

/* Stretches that cover the place where the sweep stands; the latest in the file on top. */
struct heap {
	const struct stretch **v;
	size_t nr;
};

static void heap_push(struct heap *h, const struct stretch *s)
{
	size_t i = h->nr++;

	for (; i && h->v[(i - 1) / 2]->at < s->at; i = (i - 1) / 2)
		h->v[i] = h->v[(i - 1) / 2];
	h->v[i] = s;
}

static void heap_pop(struct heap *h)
{
	const struct stretch *s = h->v[--h->nr];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < h->nr; i = child) {
		if (child + 1 < h->nr && h->v[child + 1]->at > h->v[child]->at)
			child++;
		if (h->v[child]->at <= s->at)
			break;
		h->v[i] = h->v[child];
	}
	h->v[i] = s;
}

static bool overlapping(const struct flattened *f)
{
	size_t i;

	for (i = 1; i < f->nr; i++)
		if (f->v[i].off < f->v[i - 1].off + f->v[i - 1].len)
			return true;
	return false;
}

static bool emit(struct flattened *out, const struct stretch *s, uint64_t off, uint64_t end)
{
	struct stretch *last = out->nr ? &out->v[out->nr - 1] : NULL;

	if (last && last->at == s->at && last->off + last->len == off) {
		last->len += end - off;
		return true;
	}
	last = add(&out->v, &out->nr, &out->room);
	if (last)
		*last = (struct stretch){ off, end - off, s->first_off, s->at };
	return last != NULL;
}

static bool sweep(const struct flattened *f, struct heap *h, struct flattened *out)
{
	uint64_t pos = 0, end;
	size_t i = 0;

	while (i < f->nr || h->nr) {
		const struct stretch *top;

		if (!h->nr)
			pos = f->v[i].off;
		for (; i < f->nr && f->v[i].off <= pos; i++)
			heap_push(h, &f->v[i]);
		top = h->v[0];
		if (top->off + top->len <= pos) {
			heap_pop(h);
			continue;
		}
		end = top->off + top->len;
		if (i < f->nr && f->v[i].off < end)
			end = f->v[i].off;
		if (!emit(out, top, pos, end))
			return false;
		pos = end;
	}
	return true;
}

static bool resolve(struct flattened *f)
{
	struct flattened out = { .nr = 0 };
	struct heap h = { NULL, 0 };
	bool ok;

	if (f->nr)
		qsort(f->v, f->nr, sizeof(*f->v), by_off);
	if (!overlapping(f))
		return true;
	h.v = malloc(f->nr * sizeof(*h.v));
	ok = h.v && sweep(f, &h, &out);
	free(h.v);
	if (!ok) {
		free(out.v);
		return false;
	}
	free(f->v);
	f->v = out.v;
	f->nr = out.nr;
	f->room = out.room;
	return true;
}

enum zdm_status flattened_open(int fd, uint64_t file_bytes, struct flattened **ret, char *err,
			       size_t err_len)
{
	struct flattened *f = calloc(1, sizeof(*f));
	enum zdm_status st = f ? ZDM_OK : ZDM_NOMEM;

	if (f) {
		f->fd = fd;
		f->file_bytes = file_bytes;
		f->last_stretch = SIZE_MAX;
		st = scan(f, err, err_len);
	}
	if (st == ZDM_OK && !resolve(f))
		st = ZDM_NOMEM;
	if (st == ZDM_NOMEM)
		snprintf(err, err_len, "out of memory");
	if (st != ZDM_OK) {
		flattened_close(f);
		return st;
	}
	*ret = f;
	return ZDM_OK;
}

void flattened_close(struct flattened *f)
{
	if (!f)
		return;
	free(f->v);
	free(f);
}

uint64_t flattened_bytes(const struct flattened *f)
{
	return f->bytes;
}

bool flattened_cut_off(const struct flattened *f)
{
	return f->cut_off;
}

/* The first stretch that ends behind off; f->nr if there is none. */
static size_t stretch_at(const struct flattened *f, uint64_t off)
{
	size_t lo = 0, hi = f->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->v[mid].off + f->v[mid].len > off)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

bool flattened_has(const struct flattened *f, uint64_t off, uint64_t *end_off)
{
	size_t i = stretch_at(f, off);

	if (i == f->nr || f->v[i].off > off) {
		*end_off = i < f->nr ? f->v[i].off : UINT64_MAX;
		return false;
	}
	do
		*end_off = f->v[i].off + f->v[i].len;
	while (++i < f->nr && f->v[i].off == *end_off);
	return true;
}

enum zdm_status flattened_find(struct flattened *f, uint64_t off, struct flattened_part *ret)
{
	size_t i = stretch_at(f, off);
	const struct stretch *s = &f->v[i];
	struct record rec = f->last;
	enum zdm_status st;

	if (i == f->nr || s->off > off) {
		*ret = (struct flattened_part){ 0, (i < f->nr ? s->off : f->bytes) - off, false };
		return ZDM_OK;
	}
	if (i != f->last_stretch || off < rec.off) {
		st = read_record(f, s->at, &rec);
		if (st != ZDM_OK)
			return ZDM_UNREADABLE;
		if (rec.off != s->first_off)
			return ZDM_CORRUPT;
	}
	while (off - rec.off >= rec.len) {
		uint64_t end = rec.off + rec.len;

		if (!rec.len || read_record(f, rec.at + RECORD_BYTES + rec.len, &rec) != ZDM_OK)
			return ZDM_UNREADABLE;
		if (rec.off != end || rec.len > INT64_MAX - end)
			return ZDM_CORRUPT;
	}
	f->last = rec;
	f->last_stretch = i;
	ret->at = rec.at + RECORD_BYTES + (off - rec.off);
	ret->len = rec.len - (off - rec.off);
	if (ret->len > s->off + s->len - off)
		ret->len = s->off + s->len - off;
	ret->stored = true;
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* view: looking up what lies where. */
#include <errno.h>
#include <string.h>

#include "view.h"

static const struct view_extra *extras(const struct view_head *v)
{
	return (const struct view_extra *)(v + 1);
}

const unsigned char *view_header(const struct view_head *v)
{
	return (const unsigned char *)v + v->header_off;
}

const char *view_extra_path(const struct view_head *v, const struct view_extra *extra)
{
	return (const char *)v + extra->path_off;
}

static const char *check_extras(const struct view_head *v, size_t bytes)
{
	const struct view_extra *e = extras(v);
	uint64_t pos = v->header_bytes + v->file_bytes, i;

	if (v->nr_extras > (bytes - sizeof(*v)) / sizeof(*e))
		return "more extras than it has room for";
	for (i = 0; i < v->nr_extras; i++) {
		if (e[i].view_off < pos || e[i].view_off + e[i].bytes < e[i].view_off)
			return "extras overlap";
		if (e[i].path_off >= bytes ||
		    !memchr((const char *)v + e[i].path_off, 0, bytes - e[i].path_off))
			return "an extra has no path";
		pos = e[i].view_off + e[i].bytes;
	}
	return pos == v->total_bytes ? NULL : "the sizes do not add up";
}

const char *view_check(const void *blob, size_t bytes)
{
	const struct view_head *v = blob;

	if (bytes < sizeof(*v) || memcmp(v->magic, VIEW_MAGIC, sizeof(v->magic)))
		return "not a view";
	if (v->blob_bytes != bytes)
		return "cut short";
	if (v->header_off > bytes || v->header_bytes > bytes - v->header_off)
		return "headers lie outside";
	if (v->file_bytes > INT64_MAX - v->header_bytes || v->total_bytes > INT64_MAX)
		return "larger than a file can be";
	return check_extras(v, bytes);
}

/*
 * The number of extras that begin at an offset or before it; they are sorted,
 * and there may be thousands. Without a branch on what is compared: it would be
 * guessed wrong half of the time.
 */
static uint64_t begun_at(const struct view_extra *e, uint64_t nr, uint64_t off)
{
	uint64_t first = 0, half;

	while (nr) {
		half = (nr + 1) / 2;
		first += e[first + half - 1].view_off <= off ? half : 0;
		nr -= half;
	}
	return first;
}

static bool reaches(const struct view_head *v, uint64_t begun, uint64_t off)
{
	const struct view_extra *e = extras(v);

	return begun <= v->nr_extras && (!begun || e[begun - 1].view_off <= off) &&
		(begun == v->nr_extras || off < e[begun].view_off);
}

static struct view_part extra_at(const struct view_head *v, uint64_t off)
{
	/* hosts read in order: it is most often where the last one was; any value will do */
	static uint64_t last;
	uint64_t begun = __atomic_load_n(&last, __ATOMIC_RELAXED);
	const struct view_extra *e;

	if (!reaches(v, begun, off)) {
		begun = begun_at(extras(v), v->nr_extras, off);
		__atomic_store_n(&last, begun, __ATOMIC_RELAXED);
	}
	e = extras(v) + begun;
	if (begun && off - e[-1].view_off < e[-1].bytes)
		return (struct view_part){ VIEW_EXTRA, e[-1].bytes - (off - e[-1].view_off),
					   e[-1].src_off + (off - e[-1].view_off), e - 1 };
	if (begun == v->nr_extras)
		return (struct view_part){ VIEW_END, 0, 0, NULL };
	return (struct view_part){ VIEW_GAP, e->view_off - off, 0, NULL };
}

struct view_part view_at(const struct view_head *v, uint64_t off)
{
	if (off < v->header_bytes)
		return (struct view_part){ VIEW_HEADER, v->header_bytes - off, off, NULL };
	if (off - v->header_bytes < v->file_bytes)
		return (struct view_part){ VIEW_FILE, v->header_bytes + v->file_bytes - off,
					   off - v->header_bytes, NULL };
	return extra_at(v, off);
}

ssize_t view_pread(const struct view_head *v, const struct view_io *io, int fd, void *buf,
		   size_t len, uint64_t off)
{
	unsigned char *to = buf;
	struct view_part p;
	size_t done = 0, n;
	ssize_t got;

	while (done < len) {
		p = view_at(v, off + done);
		n = p.bytes < len - done ? (size_t)p.bytes : len - done;
		if (p.kind == VIEW_END)
			break;
		got = (ssize_t)n;
		if (p.kind == VIEW_HEADER)
			memcpy(to + done, view_header(v) + p.src_off, n);
		else if (p.kind == VIEW_GAP)
			memset(to + done, 0, n);
		else if (p.kind == VIEW_FILE)
			got = io->file_fn(fd, to + done, n, (off_t)p.src_off);
		else
			got = io->extra_fn(view_extra_path(v, p.extra), p.extra->map_only != 0,
					   to + done, n, (off_t)p.src_off);
		if (got < 0)
			return done ? (ssize_t)done : got;
		done += (size_t)got;
		if ((size_t)got < n)	/* a short read is passed on as one */
			break;
	}
	return (ssize_t)done;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flat_file.h"

#define FLAT_SIGNATURE "makedumpfile"
#define FLAT_HEADER_BYTES 4096u		/* before the first record */
#define FLAT_MAX_RECORDS (1u << 24)

static bool read_all(int fd, uint64_t off, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

static bool add_record(struct flat_file *f, size_t *room, const struct flat_record *rec)
{
	if (f->nr == *room) {
		size_t want = *room ? *room * 2 : 1024;
		struct flat_record *p = NULL;

		if (want <= FLAT_MAX_RECORDS)
			p = realloc(f->records, want * sizeof(*p));
		if (!p)
			return false;
		f->records = p;
		*room = want;
	}
	f->records[f->nr++] = *rec;
	if (rec->off + rec->len > f->size)
		f->size = rec->off + rec->len;
	return true;
}

/* A size of -1 ends the records; a file cut short ends them as well. */
static bool load_records(struct flat_file *f, uint64_t file_bytes)
{
	uint64_t at = FLAT_HEADER_BYTES, head[2];
	size_t room = 0;

	f->size = 0;
	while (at + sizeof(head) <= file_bytes && read_all(f->fd, at, head, sizeof(head))) {
		struct flat_record rec = {
			.off = be64toh(head[0]), .len = be64toh(head[1]), .at = at + sizeof(head),
		};

		if ((int64_t)rec.off < 0 || (int64_t)rec.len < 0)
			break;
		if (rec.len > file_bytes - rec.at)
			rec.len = file_bytes - rec.at;
		if (rec.off > INT64_MAX - rec.len || !add_record(f, &room, &rec))
			return false;
		at = rec.at + rec.len;
	}
	return f->nr > 0;
}

bool flat_file_open(struct flat_file *f, const char *path)
{
	char sig[sizeof(FLAT_SIGNATURE)];
	struct stat st;

	memset(f, 0, sizeof(*f));
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return false;
	if (fstat(f->fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    !read_all(f->fd, 0, sig, sizeof(sig)))
		goto fail;
	f->size = (uint64_t)st.st_size;
	if (!memcmp(sig, FLAT_SIGNATURE, sizeof(sig)) && !load_records(f, f->size))
		goto fail;
	return true;
fail:
	flat_file_close(f);
	return false;
}

void flat_file_close(struct flat_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->records);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

bool flat_file_read(const struct flat_file *f, uint64_t off, void *buf, size_t len)
{
	size_t i;

	if (off > f->size || len > f->size - off)
		return false;
	if (!f->records)
		return read_all(f->fd, off, buf, len);
	memset(buf, 0, len);
	for (i = 0; i < f->nr; i++) {
		const struct flat_record *r = &f->records[i];
		uint64_t start = r->off > off ? r->off : off;
		uint64_t end = r->off + r->len < off + len ? r->off + r->len : off + len;

		if (start < end && !read_all(f->fd, r->at + (start - r->off),
					     (char *)buf + (start - off), end - start))
			return false;
	}
	return true;
}

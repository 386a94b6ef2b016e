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
#include <unistd.h>

#include "fileio.h"
#include "flattened.h"
#include "progress.h"

#define SIGNATURE "makedumpfile"
#define HEADER_BYTES 4096u
#define BUF_BYTES (1u << 20)

struct record {
	uint64_t off, size;
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

/*
 * Input in order, through one buffer: records of a few bytes are common, and a
 * system call for each would take most of the time.
 */
struct input {
	int fd;
	uint64_t pos;		/* of what is handed out next */
	uint8_t *buf;
	size_t at, len;		/* in buf: next byte, end */
};

/* Up to len bytes that lie together; 0 at the end, -1 on error. */
static ssize_t input_next(struct input *in, const uint8_t **ret, size_t len)
{
	if (in->at == in->len) {
		ssize_t n = fileio_pread(in->fd, in->buf, BUF_BYTES, in->pos);

		if (n <= 0)
			return n;
		in->at = 0;
		in->len = (size_t)n;
	}
	if (len > in->len - in->at)
		len = in->len - in->at;
	*ret = in->buf + in->at;
	in->at += len;
	in->pos += len;
	return (ssize_t)len;
}

/* 1: a record; 0: the file ends in the middle of one; -1: error. */
static int next_record(struct input *in, struct record *ret)
{
	uint8_t raw[16];
	size_t done = 0;

	while (done < sizeof(raw)) {
		const uint8_t *part;
		ssize_t n = input_next(in, &part, sizeof(raw) - done);

		if (n <= 0)
			return (int)n;
		memcpy(raw + done, part, (size_t)n);
		done += (size_t)n;
	}
	memcpy(&ret->off, raw, sizeof(ret->off));
	memcpy(&ret->size, raw + 8, sizeof(ret->size));
	ret->off = be64toh(ret->off);
	ret->size = be64toh(ret->size);
	return 1;
}

struct output {
	int fd;
	uint64_t end;		/* of all that records have covered so far */
};

static bool all_zero(const uint8_t *p, size_t len)
{
	return !p[0] && !memcmp(p, p + 1, len - 1);
}

/* Zeros behind everything so far are left out: what nobody writes reads as zeros. */
static int output_put(struct output *out, const uint8_t *p, size_t len, uint64_t off)
{
	bool hole = off >= out->end && all_zero(p, len);

	if (off + len > out->end)
		out->end = off + len;
	return hole ? 0 : fileio_pwrite(out->fd, p, len, off);
}

/* 1: all written; 0: the input is cut off; -1: cannot read; -2: cannot write. */
static int copy_record(struct input *in, struct output *out, struct record rec,
		       struct progress *p)
{
	while (rec.size) {
		const uint8_t *part;
		ssize_t n = input_next(in, &part, rec.size < BUF_BYTES ? rec.size : BUF_BYTES);

		if (n <= 0)
			return (int)n;
		if (output_put(out, part, (size_t)n, rec.off))
			return -2;
		rec.off += (uint64_t)n;
		rec.size -= (uint64_t)n;
		progress_add(p, (uint64_t)n);
	}
	return 1;
}

static int rearrange(struct input *in, struct output *out, uint64_t file_bytes,
		     struct progress *p, bool *truncated, char *err, size_t err_len)
{
	struct record rec = { 0, 0 };
	int rc;

	for (;;) {
		uint64_t at = in->pos, end;

		rc = next_record(in, &rec);
		if (rc < 0)
			break;
		if (!rc) {
			*truncated = true;
			return 0;
		}
		if (rec.off == UINT64_MAX && rec.size == UINT64_MAX)
			return 0;
		if (__builtin_add_overflow(rec.off, rec.size, &end) || end > INT64_MAX ||
		    rec.size > file_bytes) {
			snprintf(err, err_len, "damaged flattened dump: the record at %" PRIu64
				 " has offset %#" PRIx64 " and size %#" PRIx64,
				 at, rec.off, rec.size);
			return -1;
		}
		rc = copy_record(in, out, rec, p);
		if (rc < 0)
			break;
		if (!rc) {
			*truncated = true;
			return 0;
		}
	}
	if (rc == -2)
		snprintf(err, err_len, "cannot rearrange the flattened dump into a temporary file: "
			 "%s (set TMPDIR to a place with room, or run: makedumpfile -R OUT < IN)",
			 strerror(errno));
	else
		snprintf(err, err_len, "cannot read the flattened dump: %s", strerror(errno));
	return -1;
}

int flattened_rearrange(int fd, uint64_t file_bytes, struct progress *p,
			struct flattened_result *ret, char *err, size_t err_len)
{
	struct input in = { .fd = fd, .pos = HEADER_BYTES, .buf = malloc(BUF_BYTES) };
	struct output out = { .fd = -1 };
	int rc;

	ret->truncated = false;
	if (!in.buf) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	out.fd = fileio_temp(err, err_len);
	if (out.fd < 0) {
		free(in.buf);
		return -1;
	}
	progress_begin(p, "rearranging the flattened dump", file_bytes);
	rc = rearrange(&in, &out, file_bytes, p, &ret->truncated, err, err_len);
	progress_end(p);
	free(in.buf);
	if (!rc && ftruncate(out.fd, (off_t)out.end)) {
		snprintf(err, err_len, "cannot size the temporary file: %s", strerror(errno));
		rc = -1;
	}
	if (rc) {
		close(out.fd);
		return -1;
	}
	ret->fd = out.fd;
	return 0;
}

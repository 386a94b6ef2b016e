// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dumpfile/fileio.h"
#include "dumpfile/flattened.h"
#include "dumpfile/input.h"

static enum zdm_status open_fd(struct input *in, const char *path, char *err, size_t err_len)
{
	struct stat sb;

	/* not to wait for the other end of a pipe */
	in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (in->fd < 0 || fstat(in->fd, &sb)) {
		snprintf(err, err_len, "%s", strerror(errno));
		return ZDM_UNREADABLE;
	}
	if (S_ISDIR(sb.st_mode) || S_ISFIFO(sb.st_mode) || S_ISSOCK(sb.st_mode)) {
		snprintf(err, err_len, S_ISDIR(sb.st_mode) ? "is a directory" :
			 "is a pipe: a dump is read here and there, so save it to a file first");
		return ZDM_UNREADABLE;
	}
	in->file_bytes = S_ISREG(sb.st_mode) ? (uint64_t)sb.st_size : UINT64_MAX;
	in->bytes = in->file_bytes;
	return ZDM_OK;
}

enum zdm_status input_open(struct input *in, const char *path, char *err, size_t err_len)
{
	enum zdm_status st;

	memset(in, 0, sizeof(*in));
	st = open_fd(in, path, err, err_len);
	if (st == ZDM_OK && flattened_probe(in->fd))
		st = flattened_open(in->fd, in->file_bytes, &in->flat, err, err_len);
	if (st != ZDM_OK) {
		input_close(in);
		return st;
	}
	if (in->flat) {
		in->bytes = flattened_bytes(in->flat);
		in->cut_off = flattened_cut_off(in->flat);
	}
	return ZDM_OK;
}

void input_close(struct input *in)
{
	flattened_close(in->flat);
	if (in->fd >= 0)
		close(in->fd);
	in->flat = NULL;
	in->fd = -1;
}

#define SMALL_BYTES 256u

/* A small read out of the block of the file that it lies in; false: read it by itself. */
static bool read_near(struct input *in, void *buf, size_t len, uint64_t off)
{
	ssize_t n;

	if (len > SMALL_BYTES || in->file_bytes == UINT64_MAX)
		return false;
	if (off < in->near_off || off - in->near_off >= in->near_len) {
		in->near_off = off - off % INPUT_NEAR_BYTES;
		n = fileio_pread(in->fd, in->near, INPUT_NEAR_BYTES, in->near_off);
		in->near_len = n > 0 ? (uint32_t)n : 0;
	}
	if (off - in->near_off > in->near_len || len > in->near_len - (off - in->near_off))
		return false;
	memcpy(buf, in->near + (off - in->near_off), len);
	return true;
}

static enum zdm_status read_plain(struct input *in, void *buf, size_t len, uint64_t off)
{
	ssize_t n;

	if (read_near(in, buf, len, off))
		return ZDM_OK;
	n = fileio_pread(in->fd, buf, len, off);
	if (n == (ssize_t)len)
		return ZDM_OK;
	if (n < 0) {
		in->failed = errno;
		return ZDM_UNREADABLE;
	}
	if (in->file_bytes == UINT64_MAX)
		return ZDM_ABSENT;
	in->shrunk = true;
	return ZDM_UNREADABLE;
}

enum zdm_status input_read(struct input *in, void *buf, size_t len, uint64_t off)
{
	uint8_t *out = buf;

	if (!input_holds(in, off, len, 1))
		return ZDM_ABSENT;
	if (!in->flat)
		return read_plain(in, buf, len, off);
	while (len) {
		struct flattened_part part;
		size_t n;
		enum zdm_status st = flattened_find(in->flat, off, &part);

		if (st != ZDM_OK && input_whole(in))
			in->failed = EIO;
		if (st != ZDM_OK)
			return st;
		n = part.len < len ? (size_t)part.len : len;
		if (part.stored)
			st = read_plain(in, out, n, part.at);
		else if (in->cut_off)
			st = ZDM_ABSENT;	/* perhaps it was to come */
		else
			memset(out, 0, n);	/* never written, as in a sparse file */
		if (st != ZDM_OK)
			return st;
		out += n;
		off += n;
		len -= n;
	}
	return ZDM_OK;
}

bool input_stored(const struct input *in, uint64_t off, uint64_t *end_off)
{
	bool stored = off < in->bytes;

	*end_off = stored ? in->bytes : UINT64_MAX;
	if (stored && in->flat && in->cut_off)
		stored = flattened_has(in->flat, off, end_off);
	return stored;
}

bool input_holds(const struct input *in, uint64_t off, uint64_t nr, uint64_t size)
{
	uint64_t bytes, end;

	return !__builtin_mul_overflow(nr, size, &bytes) &&
	       !__builtin_add_overflow(off, bytes, &end) && end <= in->bytes && end <= INT64_MAX;
}

uint64_t input_next_data(const struct input *in, uint64_t off)
{
	off_t next;

	if (in->flat || in->file_bytes == UINT64_MAX || off > INT64_MAX)
		return off;
	next = lseek(in->fd, (off_t)off, SEEK_DATA);
	if (next >= 0)
		return (uint64_t)next;
	/* ENXIO: nothing but a hole from here to the end */
	return errno == ENXIO && off < in->bytes ? in->bytes : off;
}

bool input_whole(struct input *in)
{
	struct stat sb;

	if (in->file_bytes != UINT64_MAX && !in->shrunk &&
	    (fstat(in->fd, &sb) || (uint64_t)sb.st_size < in->file_bytes))
		in->shrunk = true;
	return !in->shrunk;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* carve, third part: writing the new file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/carve.h>
#include "base/opts.h"
#include "base/text.h"

#define BUF_BYTES ((size_t)1 << 20)
#define STEP_BYTES ((uint64_t)64 << 20)

struct writer {
	const struct zdm_carve_plan *plan;
	const struct zdm_carve_io *io;
	unsigned char *buf;
	uint64_t done, all;
	bool no_copy;		/* copy_file_range() does not work between these two */
	bool no_holes;		/* SEEK_DATA does not work on the input */
	char *err;
	size_t err_len;
};

static enum zdm_status fail(struct writer *w, enum zdm_status status, const char *what,
			    uint64_t paddr)
{
	if (status == ZDM_NOMEM || !errno)
		zdm_errf(w->err, w->err_len, "%s, physical %016llx", what,
			 (unsigned long long)paddr);
	else
		zdm_errf(w->err, w->err_len, "%s, physical %016llx: %s", what,
			 (unsigned long long)paddr, strerror(errno));
	return status;
}

static bool is_zero(const unsigned char *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

static bool write_all(int fd, const unsigned char *buf, size_t len, uint64_t off)
{
	ssize_t n;

	while (len) {
		n = pwrite(fd, buf, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		buf += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

/* What is all zero stays a hole: the file is new. */
static bool write_sparse(struct writer *w, const unsigned char *buf, size_t len, uint64_t off)
{
	size_t step = w->plan->page_bytes, pos = 0, start, n;

	while (pos < len) {
		start = pos;
		for (; pos < len; pos += n) {
			n = len - pos < step ? len - pos : step;
			if (is_zero(buf + pos, n))
				break;
		}
		if (pos > start && !write_all(w->io->out_fd, buf + start, pos - start, off + start))
			return false;
		pos += pos < len ? n : 0;
	}
	return true;
}

static bool tell(struct writer *w, uint64_t bytes)
{
	w->done += bytes;
	return !w->io->progress_fn || w->io->progress_fn(w->io->priv, w->done, w->all);
}

/* Read at most a buffer of the input; 0 at its end. */
static ssize_t read_some(int fd, void *buf, size_t len, uint64_t off)
{
	ssize_t n;

	do {
		n = pread(fd, buf, len, (off_t)off);
	} while (n < 0 && errno == EINTR);
	return n;
}

static ssize_t copy_some(struct writer *w, uint64_t src, uint64_t dst, uint64_t len)
{
	off_t in = (off_t)src, out = (off_t)dst;
	ssize_t n;

	if (w->no_copy)
		return 0;
	do {
		n = copy_file_range(w->io->in_fd, &in, w->io->out_fd, &out,
				    len < STEP_BYTES ? len : STEP_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return -1;
	/* Other file system, a file of /proc, an old kernel: read and write. */
	w->no_copy = true;
	return 0;
}

/* Bytes of the input file that are no hole. */
static enum zdm_status copy_data(struct writer *w, const struct zdm_carve_seg *seg, uint64_t pos,
				 uint64_t end)
{
	uint64_t paddr;
	ssize_t n;

	for (; pos < end; pos += (uint64_t)n) {
		paddr = seg->paddr + pos;
		errno = 0;
		n = copy_some(w, seg->src_off + pos, seg->dst_off + pos, end - pos);
		if (n < 0)
			return fail(w, ZDM_IO, "writing", paddr);
		if (!n) {
			n = read_some(w->io->in_fd, w->buf,
				      end - pos < BUF_BYTES ? end - pos : BUF_BYTES,
				      seg->src_off + pos);
			if (n <= 0)
				return fail(w, ZDM_UNREADABLE, n ? "reading the dump" :
					    "the dump ends early (did it change?)", paddr);
			if (!write_sparse(w, w->buf, (size_t)n, seg->dst_off + pos))
				return fail(w, ZDM_IO, "writing", paddr);
		}
		errno = 0;
		if (!tell(w, (uint64_t)n))
			return fail(w, ZDM_STOPPED, "interrupted", paddr);
	}
	return ZDM_OK;
}

/* A file that became shorter looks like one that ends in a hole. */
static bool ends_early(const struct writer *w, const struct zdm_carve_seg *seg)
{
	off_t end = lseek(w->io->in_fd, 0, SEEK_END);

	return end >= 0 && (uint64_t)end < seg->src_off + seg->file_bytes;
}

static enum zdm_status copy_file_seg(struct writer *w, const struct zdm_carve_seg *seg)
{
	uint64_t pos = 0, end;
	enum zdm_status status;
	off_t data, hole;

	while (pos < seg->file_bytes) {
		end = seg->file_bytes;
		data = w->no_holes ? -1 :
			lseek(w->io->in_fd, (off_t)(seg->src_off + pos), SEEK_DATA);
		if (data < 0 && !w->no_holes && errno == ENXIO)
			data = (off_t)(seg->src_off + end);	/* nothing but holes from here */
		if (data < 0) {
			w->no_holes = true;
		} else {
			if ((uint64_t)data >= seg->src_off + end) {
				tell(w, end - pos);
				break;
			}
			tell(w, (uint64_t)data - seg->src_off - pos);
			pos = (uint64_t)data - seg->src_off;
			hole = lseek(w->io->in_fd, data, SEEK_HOLE);
			if (hole > data && (uint64_t)hole - seg->src_off < end)
				end = (uint64_t)hole - seg->src_off;
		}
		status = copy_data(w, seg, pos, end);
		if (status != ZDM_OK)
			return status;
		pos = end;
	}
	errno = 0;
	if (ends_early(w, seg))
		return fail(w, ZDM_UNREADABLE, "the dump ends early (did it change?)", seg->paddr);
	return ZDM_OK;
}

static enum zdm_status copy_read_seg(struct writer *w, const struct zdm_carve_seg *seg)
{
	enum zdm_status (*read_fn)(void *, uint64_t, void *, size_t) =
		seg->from == ZDM_CARVE_ALTMAP ? w->io->read_altmap_fn : w->io->read_pages_fn;
	uint64_t pos, len;
	enum zdm_status status;

	for (pos = 0; pos < seg->file_bytes; pos += len) {
		len = seg->file_bytes - pos < BUF_BYTES ? seg->file_bytes - pos : BUF_BYTES;
		errno = 0;
		status = read_fn ? read_fn(w->io->priv, seg->paddr + pos, w->buf, len) :
			ZDM_UNSUPPORTED;
		if (status != ZDM_OK)
			return fail(w, status, seg->from == ZDM_CARVE_ALTMAP ?
				    "reading the altmap" : "reading the dump", seg->paddr + pos);
		if (!write_sparse(w, w->buf, len, seg->dst_off + pos))
			return fail(w, ZDM_IO, "writing", seg->paddr + pos);
		errno = 0;
		if (!tell(w, len))
			return fail(w, ZDM_STOPPED, "interrupted", seg->paddr + pos);
	}
	return ZDM_OK;
}

static enum zdm_status write_header(struct writer *w)
{
	unsigned char *header = malloc(w->plan->header_bytes);
	enum zdm_status status = header ? zdm_carve_header(w->plan, header) : ZDM_NOMEM;

	if (status != ZDM_OK)
		status = fail(w, status, "out of memory for the headers", 0);
	else if (!write_all(w->io->out_fd, header, w->plan->header_bytes, 0))
		status = fail(w, ZDM_IO, "writing the headers", 0);
	free(header);
	return status;
}

enum zdm_status zdm_carve_write(const struct zdm_carve_plan *plan,
				const struct zdm_carve_io *io, char *err, size_t err_len)
{
	struct zdm_carve_io own;
	struct writer w = { .plan = plan, .io = &own, .err = err, .err_len = err_len };
	enum zdm_status status = ZDM_OPTS_TAKE(&own, struct zdm_carve_io, priv, io);
	size_t i;

	if (status != ZDM_OK) {
		zdm_errf(err, err_len, "compiled for another libzdm");
		return status;
	}
	w.buf = malloc(BUF_BYTES);
	if (!w.buf)
		return fail(&w, ZDM_NOMEM, "out of memory", 0);
	for (i = 0; i < plan->nr_segs; i++)
		w.all += plan->segs[i].file_bytes;
	/* The size first: what cannot be that large fails at once, not after an hour. */
	status = ftruncate(own.out_fd, (off_t)plan->total_bytes) ?
		fail(&w, ZDM_IO, "setting the size", 0) : write_header(&w);
	for (i = 0; status == ZDM_OK && i < plan->nr_segs; i++) {
		if (plan->segs[i].from == ZDM_CARVE_FILE)
			status = copy_file_seg(&w, &plan->segs[i]);
		else
			status = copy_read_seg(&w, &plan->segs[i]);
	}
	free(w.buf);
	return status;
}

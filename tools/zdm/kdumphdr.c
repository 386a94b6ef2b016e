// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The file: a block with the header, sub-header blocks, bitmap blocks (first
 * half: memory that exists; second half: pages that are stored), then a
 * descriptor for each stored page in order of PFN, then the pages.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fileio.h"
#include "kdumphdr.h"

#define OFF_VERSION 8
#define OFF_MACHINE (12 + 4 * 65)	/* the fifth string of uname */
#define OFF_BLOCK_SIZE 428	/* behind the version, 6 * 65 bytes of uname, and a time */
#define HEADER_BYTES 448
/* in the sub-header of 64-bit dumps */
#define OFF_SPLIT 12
#define OFF_START_PFN 16
#define OFF_START_PFN_64 80
#define OFF_MAX_MAPNR_64 96
#define SUBHEADER_BYTES 104
#define CHUNK_BYTES 4096u	/* of the bitmap; its pages are counted once */
#define PROBE_DESCS 64u		/* descriptors in a row looked at for the end of the data */

struct page_desc {
	uint64_t off;
	uint32_t size;
	uint32_t flags;
	uint64_t page_flags;
};

struct kdumphdr {
	int fd;
	uint64_t file_bytes;
	uint64_t bitmap_off, bitmap_bytes;
	uint64_t desc_off;
	uint64_t start_pfn;		/* of this file of a split set */
	bool is_part;			/* it is one */
	uint64_t *rank;			/* stored pages before each chunk */
	uint64_t nr_chunks, nr_pages;
	uint64_t cached;		/* chunk in buf, UINT64_MAX: none */
	size_t cached_bytes;
	uint8_t buf[CHUNK_BYTES];
	bool truncated;
};

bool kdumphdr_probe(int fd)
{
	char sig[8];

	return fileio_pread(fd, sig, sizeof(sig), 0) == sizeof(sig) &&
	       (!memcmp(sig, "KDUMP   ", 8) || !memcmp(sig, "DISKDUMP", 8));
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* Returns 0, 1 for a kind of file that is not ours to check, or -1. */
static int read_layout(struct kdumphdr *h)
{
	uint8_t hdr[HEADER_BYTES], sub[SUBHEADER_BYTES];
	uint64_t block, sub_blocks, bitmap_blocks, max_mapnr;
	uint32_t version;

	if (fileio_pread(h->fd, hdr, sizeof(hdr), 0) != sizeof(hdr))
		return -1;
	version = get32(hdr + OFF_VERSION);
	block = get32(hdr + OFF_BLOCK_SIZE);
	sub_blocks = get32(hdr + OFF_BLOCK_SIZE + 4);
	bitmap_blocks = get32(hdr + OFF_BLOCK_SIZE + 8);
	max_mapnr = get32(hdr + OFF_BLOCK_SIZE + 12);
	if (version > 255 || block < 4096 || block > 1u << 18 || (block & (block - 1)))
		return 1;	/* big endian, or the 32-bit form of the header */
	if (version >= 1) {
		if (fileio_pread(h->fd, sub, sizeof(sub), block) != sizeof(sub))
			return -1;
		h->is_part = version >= 2 && get32(sub + OFF_SPLIT);
		if (h->is_part)
			h->start_pfn = get64(sub + OFF_START_PFN);
		if (version >= 6) {
			max_mapnr = get64(sub + OFF_MAX_MAPNR_64);
			if (get32(sub + OFF_SPLIT))
				h->start_pfn = get64(sub + OFF_START_PFN_64);
		}
	}
	h->bitmap_off = (1 + sub_blocks) * block;
	h->bitmap_bytes = bitmap_blocks * block;
	h->desc_off = h->bitmap_off + h->bitmap_bytes;
	if (h->bitmap_off >= h->file_bytes || h->desc_off > h->file_bytes)
		return -1;
	if (max_mapnr <= h->bitmap_bytes * 4) {	/* both bitmaps are there */
		h->bitmap_bytes /= 2;
		h->bitmap_off += h->bitmap_bytes;
	}
	return 0;
}

/* Bring chunk i of the bitmap into h->buf. */
static bool load_chunk(struct kdumphdr *h, uint64_t i)
{
	uint64_t off = i * CHUNK_BYTES;
	uint64_t n = h->bitmap_bytes - off;
	uint64_t bit;

	if (h->cached == i)
		return true;
	if (n > CHUNK_BYTES)
		n = CHUNK_BYTES;
	h->cached = UINT64_MAX;
	if (fileio_pread(h->fd, h->buf, n, h->bitmap_off + off) != (ssize_t)n)
		return false;
	/* a file of a split set has descriptors for its own PFNs only */
	for (bit = 0; bit < n * 8 && off * 8 + bit < h->start_pfn; bit++)
		h->buf[bit / 8] &= (uint8_t)~(1u << bit % 8);
	h->cached = i;
	h->cached_bytes = n;
	return true;
}

/* Set bits among the first nr bits of the chunk in h->buf. */
static uint64_t count_bits(const struct kdumphdr *h, uint64_t nr)
{
	uint64_t n = 0, i;

	for (i = 0; i < nr / 8; i++)
		n += (unsigned int)__builtin_popcount(h->buf[i]);
	if (nr % 8)
		n += (unsigned int)__builtin_popcount(h->buf[i] & ((1u << nr % 8) - 1));
	return n;
}

static bool count_pages(struct kdumphdr *h)
{
	uint64_t i;

	h->nr_chunks = (h->bitmap_bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
	h->rank = calloc(h->nr_chunks ? h->nr_chunks : 1, sizeof(*h->rank));
	if (!h->rank)
		return false;
	for (i = 0; i < h->nr_chunks; i++) {
		if (!load_chunk(h, i))
			return false;
		h->rank[i] = h->nr_pages;
		h->nr_pages += count_bits(h, h->cached_bytes * 8);
	}
	return true;
}

/* Descriptor nr, checked; false when it or its data is not in the file. */
static bool desc_ok(struct kdumphdr *h, uint64_t nr)
{
	struct page_desc d;
	uint64_t off, end;

	if (__builtin_mul_overflow(nr, sizeof(d), &off) ||
	    __builtin_add_overflow(off, h->desc_off, &off))
		return false;
	if (fileio_pread(h->fd, &d, sizeof(d), off) != sizeof(d))
		return false;
	return !__builtin_add_overflow(le64toh(d.off), le32toh(d.size), &end) &&
	       le32toh(d.size) && end <= h->file_bytes;
}

/*
 * Is the data of the last pages there? Any number of them may share one page
 * of zeros that stands elsewhere, so look further and further back.
 */
static void find_end(struct kdumphdr *h)
{
	uint64_t back, i;

	for (back = 0; back < h->nr_pages && !h->truncated; back = back ? 2 * back : PROBE_DESCS)
		for (i = back; i < back + PROBE_DESCS && i < h->nr_pages && !h->truncated; i++)
			h->truncated = !desc_ok(h, h->nr_pages - 1 - i);
}

int kdumphdr_open(int fd, uint64_t file_bytes, struct kdumphdr **ret, char *err, size_t err_len)
{
	struct kdumphdr *h = calloc(1, sizeof(*h));
	int rc;

	*ret = NULL;
	if (!h) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	h->fd = fd;
	h->file_bytes = file_bytes;
	h->cached = UINT64_MAX;
	rc = read_layout(h);
	if (rc || !count_pages(h)) {
		if (rc <= 0)
			snprintf(err, err_len, "truncated or damaged: "
				 "the header and page bitmap are not in the file");
		kdumphdr_close(h);
		return rc > 0 ? 0 : -1;
	}
	find_end(h);
	*ret = h;
	return 0;
}

void kdumphdr_close(struct kdumphdr *h)
{
	if (!h)
		return;
	free(h->rank);
	free(h);
}

bool kdumphdr_has_page(struct kdumphdr *h, uint64_t pfn)
{
	uint64_t chunk = pfn / (CHUNK_BYTES * 8);
	uint64_t bit = pfn % (CHUNK_BYTES * 8);

	if (chunk >= h->nr_chunks || !load_chunk(h, chunk) || bit / 8 >= h->cached_bytes ||
	    !(h->buf[bit / 8] >> bit % 8 & 1))
		return false;
	if (desc_ok(h, h->rank[chunk] + count_bits(h, bit)))
		return true;
	h->truncated = true;
	return false;
}

void kdumphdr_machine(const struct kdumphdr *h, char *buf, size_t len)
{
	char name[66] = "";

	/* QEMU leaves the other strings empty, and libkdumpfile then believes none */
	if (fileio_pread(h->fd, name, sizeof(name) - 1, OFF_MACHINE) < 0)
		name[0] = '\0';
	snprintf(buf, len, "%.15s", name);
}

bool kdumphdr_is_part(const struct kdumphdr *h)
{
	return h->is_part;
}

bool kdumphdr_truncated(const struct kdumphdr *h)
{
	return h->truncated;
}

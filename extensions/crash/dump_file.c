// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "dump_file.h"
#include "flat_file.h"

#define MAX_SEGMENTS (1u << 20)
#define MAX_BITMAP_BYTES (1u << 28)	/* 8 TiB of 4 KiB pages */

struct segment {
	uint64_t start_paddr, end_paddr;
};

struct dump_file {
	struct segment *seg;	/* sorted, not touching; ELF */
	size_t nr_seg;
	uint8_t *bitmap;	/* one bit a page, set: in the file; kdump-compressed */
	uint64_t nr_pages;
	unsigned int page_shift;
};

static int by_start(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return x->start_paddr < y->start_paddr ? -1 : x->start_paddr > y->start_paddr;
}

static void merge_segments(struct dump_file *d)
{
	size_t i, n = 0;

	if (!d->nr_seg)
		return;
	qsort(d->seg, d->nr_seg, sizeof(*d->seg), by_start);
	for (i = 1; i < d->nr_seg; i++) {
		if (d->seg[i].start_paddr <= d->seg[n].end_paddr) {
			if (d->seg[i].end_paddr > d->seg[n].end_paddr)
				d->seg[n].end_paddr = d->seg[i].end_paddr;
		} else {
			d->seg[++n] = d->seg[i];
		}
	}
	d->nr_seg = n + 1;
}

/* The bytes of a PT_LOAD that are in the file; p_memsz beyond them is nothing. */
static void add_load(struct dump_file *d, const struct flat_file *f, const Elf64_Phdr *ph)
{
	uint64_t len = ph->p_filesz;

	if (ph->p_type != PT_LOAD || ph->p_offset >= f->size)
		return;
	if (len > f->size - ph->p_offset)
		len = f->size - ph->p_offset;
	if (!len || ph->p_paddr > UINT64_MAX - len)
		return;
	d->seg[d->nr_seg].start_paddr = ph->p_paddr;
	d->seg[d->nr_seg++].end_paddr = ph->p_paddr + len;
}

static bool open_elf(struct dump_file *d, const struct flat_file *f)
{
	Elf64_Ehdr eh;
	Elf64_Shdr sh;
	Elf64_Phdr *ph;
	uint64_t nr, i;

	if (!flat_file_read(f, 0, &eh, sizeof(eh)) || memcmp(eh.e_ident, ELFMAG, SELFMAG) ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh.e_phentsize != sizeof(*ph))
		return false;
	nr = eh.e_phnum;
	if (nr == PN_XNUM) {
		if (!flat_file_read(f, eh.e_shoff, &sh, sizeof(sh)))
			return false;
		nr = sh.sh_info;
	}
	if (!nr || nr > MAX_SEGMENTS)
		return false;
	ph = malloc(nr * sizeof(*ph));
	d->seg = malloc(nr * sizeof(*d->seg));
	if (!ph || !d->seg || !flat_file_read(f, eh.e_phoff, ph, nr * sizeof(*ph))) {
		free(ph);
		return false;
	}
	for (i = 0; i < nr; i++)
		add_load(d, f, &ph[i]);
	free(ph);
	merge_segments(d);
	return d->nr_seg > 0;
}

/*
 * The header of a kdump-compressed dump (makedumpfile's IMPLEMENTATION file
 * describes it): offsets in bytes. The sub-header follows in the next block.
 */
#define KDUMP_SIGNATURE "KDUMP   "
enum { KDUMP_BLOCK_SIZE = 428, KDUMP_SUB_BLOCKS = 432, KDUMP_BITMAP_BLOCKS = 436,
	KDUMP_MAX_MAPNR = 440, KDUMP_VERSION = 8 };
enum { SUB_SPLIT = 12, SUB_MAX_MAPNR_64 = 96, SUB_BYTES = 104 };

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool open_kdump(struct dump_file *d, const struct flat_file *f)
{
	uint8_t head[464], sub[SUB_BYTES];
	uint64_t block, sub_blocks, bitmap_blocks, off, bytes, half;

	if (!flat_file_read(f, 0, head, sizeof(head)) || memcmp(head, KDUMP_SIGNATURE, 8))
		return false;
	block = u32_at(head + KDUMP_BLOCK_SIZE);
	sub_blocks = u32_at(head + KDUMP_SUB_BLOCKS);
	bitmap_blocks = u32_at(head + KDUMP_BITMAP_BLOCKS);
	d->nr_pages = u32_at(head + KDUMP_MAX_MAPNR);
	if (block < 4096 || block > 65536 || (block & (block - 1)) || sub_blocks > 1024 ||
	    !flat_file_read(f, block, sub, sizeof(sub)) || u32_at(sub + SUB_SPLIT))
		return false;
	/* version 6 has the count in 64 bits as well */
	if (u32_at(head + KDUMP_VERSION) >= 6)
		memcpy(&d->nr_pages, sub + SUB_MAX_MAPNR_64, sizeof(d->nr_pages));
	bytes = d->nr_pages / 8 + (d->nr_pages % 8 != 0);
	if (!d->nr_pages || bytes > MAX_BITMAP_BYTES)
		return false;
	/* two bitmaps, memory and dumped pages, unless no page was left out */
	half = (d->nr_pages + 8 * block - 1) / (8 * block);
	off = (1 + sub_blocks) * block + (bitmap_blocks >= 2 * half ? half * block : 0);
	d->bitmap = malloc(bytes);
	if (!d->bitmap || !flat_file_read(f, off, d->bitmap, bytes))
		return false;
	for (d->page_shift = 12; 1ull << d->page_shift < block; )
		d->page_shift++;
	return true;
}

struct dump_file *dump_file_open(const char *path)
{
	struct dump_file *d;
	struct flat_file f;

	if (!path || !flat_file_open(&f, path))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d && !open_elf(d, &f)) {
		free(d->seg);
		memset(d, 0, sizeof(*d));
		if (!open_kdump(d, &f)) {
			dump_file_close(d);
			d = NULL;
		}
	}
	flat_file_close(&f);
	return d;
}

void dump_file_close(struct dump_file *d)
{
	if (!d)
		return;
	free(d->seg);
	free(d->bitmap);
	free(d);
}

static bool segment_has(const struct dump_file *d, uint64_t paddr, uint64_t *end_paddr)
{
	size_t lo = 0, hi = d->nr_seg;

	/* the first segment that ends beyond paddr */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->seg[mid].end_paddr <= paddr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == d->nr_seg) {
		*end_paddr = UINT64_MAX;
		return false;
	}
	if (d->seg[lo].start_paddr > paddr) {
		*end_paddr = d->seg[lo].start_paddr;
		return false;
	}
	*end_paddr = d->seg[lo].end_paddr;
	return true;
}

static bool bit(const struct dump_file *d, uint64_t pfn)
{
	return d->bitmap[pfn >> 3] >> (pfn & 7) & 1;
}

static bool bitmap_has(const struct dump_file *d, uint64_t paddr, uint64_t *end_paddr)
{
	uint64_t pfn = paddr >> d->page_shift;
	bool has;

	if (pfn >= d->nr_pages) {
		*end_paddr = UINT64_MAX;
		return false;
	}
	has = bit(d, pfn);
	while (++pfn < d->nr_pages && bit(d, pfn) == has) {
		/* eight at a time where a byte agrees as a whole */
		while (!(pfn & 7) && pfn + 8 <= d->nr_pages &&
		       d->bitmap[pfn >> 3] == (has ? 0xff : 0))
			pfn += 8;
		if (pfn >= d->nr_pages || bit(d, pfn) != has)
			break;
	}
	*end_paddr = pfn < d->nr_pages || has ? pfn << d->page_shift : UINT64_MAX;
	return has;
}

bool dump_file_has(const struct dump_file *d, uint64_t paddr, uint64_t *end_paddr)
{
	return d->bitmap ? bitmap_has(d, paddr, end_paddr) : segment_has(d, paddr, end_paddr);
}

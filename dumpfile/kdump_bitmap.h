/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kdump_bitmap: which pages a kdump-compressed file stores, one bit each, and
 * how many before a given one. The bitmap stays in the file: kept are two chunks
 * of it and a count for each 32 KiB.
 */
#ifndef ZDM_DUMPFILE_KDUMP_BITMAP_H
#define ZDM_DUMPFILE_KDUMP_BITMAP_H

#include "dumpfile/input.h"

#define BITMAP_CHUNK_BYTES (32u << 10)
#define BITMAP_PART_BYTES 512u		/* counted within a chunk */
#define BITMAP_PARTS (BITMAP_CHUNK_BYTES / BITMAP_PART_BYTES)

struct bitmap_chunk {
	uint64_t nr;			/* UINT64_MAX: none is here */
	uint32_t before[BITMAP_PARTS];	/* set bits of the chunk before each part */
	uint32_t all;			/* set bits of the chunk */
	uint64_t word[BITMAP_CHUNK_BYTES / sizeof(uint64_t)];
};

struct kdump_bitmap {
	struct input *in;
	uint64_t off, bytes;		/* where it stands in the file */
	uint64_t start_pfn, end_pfn;	/* bits outside count as clear */
	uint64_t *rank;			/* set bits before each chunk, and behind the last */
	size_t nr_chunks;
	uint64_t hole_start, hole_end;	/* of the file, as last found */
	struct bitmap_chunk *chunk;	/* two */
	unsigned int oldest;
};

/*
 * Count the bits: reads all of the bitmap but the holes of a sparse file. False:
 * it cannot be read, or memory is out (*nomem). kdump_bitmap_deinit() in any case.
 */
bool kdump_bitmap_init(struct kdump_bitmap *b, bool *nomem);
void kdump_bitmap_deinit(struct kdump_bitmap *b);

uint64_t kdump_bitmap_count(const struct kdump_bitmap *b);
/* Is the page's bit set, and how many are before it. UNREADABLE. */
enum zdm_status kdump_bitmap_get(struct kdump_bitmap *b, uint64_t pfn, bool *set, uint64_t *before);
/* Is it set, and up to which PFN (exclusive) are all bits the same. UNREADABLE. */
enum zdm_status kdump_bitmap_run(struct kdump_bitmap *b, uint64_t pfn, bool *set,
				 uint64_t *end_pfn);

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/kdump_bitmap.h"

#define CHUNK_PFNS (BITMAP_CHUNK_BYTES * 8ull)
#define WORDS_A_PART (BITMAP_PART_BYTES / sizeof(uint64_t))

/* The bitmap of a machine of 4 TiB has 16 million words: without the instruction, 80 ms. */
#if defined(__x86_64__)
__attribute__((target("popcnt")))
static uint32_t popcount_fast(const uint64_t *word, size_t nr)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		n += (uint64_t)__builtin_popcountll(word[i]);
	return (uint32_t)n;
}
#define has_popcount() __builtin_cpu_supports("popcnt")
#else
#define popcount_fast popcount
#define has_popcount() 0
#endif

static uint32_t popcount(const uint64_t *word, size_t nr)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		n += (uint32_t)__builtin_popcountll(word[i]);
	return n;
}

static void count_parts(struct bitmap_chunk *c)
{
	bool fast = has_popcount();
	size_t i;

	c->all = 0;
	for (i = 0; i < BITMAP_PARTS; i++) {
		const uint64_t *word = c->word + i * WORDS_A_PART;

		c->before[i] = c->all;
		c->all += fast ? popcount_fast(word, WORDS_A_PART) : popcount(word, WORDS_A_PART);
	}
}

/* Bits outside the PFNs of this file; they are at its borders only. */
static void mask_outside(const struct kdump_bitmap *b, struct bitmap_chunk *c)
{
	uint64_t first = c->nr * CHUNK_PFNS, pfn;

	if (first >= b->start_pfn && first + CHUNK_PFNS <= b->end_pfn)
		return;
	for (pfn = first; pfn < first + CHUNK_PFNS; pfn++)
		if (pfn < b->start_pfn || pfn >= b->end_pfn)
			c->word[(pfn - first) / 64] &= ~(1ull << pfn % 64);
}

/* Is the stretch of the file in a hole? A sparse file tells, and then nothing is read. */
static bool in_hole(struct kdump_bitmap *b, uint64_t off, uint64_t end)
{
	if (off < b->hole_start || off >= b->hole_end) {
		b->hole_start = off;
		b->hole_end = input_next_data(b->in, off);
	}
	return end <= b->hole_end;
}

static bool fill_chunk(struct kdump_bitmap *b, struct bitmap_chunk *c, uint64_t nr)
{
	uint64_t off = nr * BITMAP_CHUNK_BYTES, n = b->bytes - off;
	size_t i;

	if (n > BITMAP_CHUNK_BYTES)
		n = BITMAP_CHUNK_BYTES;
	c->nr = UINT64_MAX;
	memset((uint8_t *)c->word + n, 0, BITMAP_CHUNK_BYTES - n);
	if (input_read(b->in, c->word, n, b->off + off) != ZDM_OK)
		return false;
	for (i = 0; i < BITMAP_CHUNK_BYTES / sizeof(uint64_t); i++)
		c->word[i] = le64toh(c->word[i]);
	c->nr = nr;
	mask_outside(b, c);
	count_parts(c);
	return true;
}

static struct bitmap_chunk *load_chunk(struct kdump_bitmap *b, uint64_t nr)
{
	struct bitmap_chunk *c = &b->chunk[b->oldest];

	if (b->chunk[0].nr == nr)
		return &b->chunk[0];
	if (b->chunk[1].nr == nr)
		return &b->chunk[1];
	b->oldest ^= 1;
	return fill_chunk(b, c, nr) ? c : NULL;
}

bool kdump_bitmap_init(struct kdump_bitmap *b, bool *nomem)
{
	uint64_t i, n = 0, max = b->bytes * 8;

	*nomem = true;
	if (b->end_pfn > max)
		b->end_pfn = max;
	b->nr_chunks = (b->end_pfn + CHUNK_PFNS - 1) / CHUNK_PFNS;
	b->rank = malloc((b->nr_chunks + 1) * sizeof(*b->rank));
	b->chunk = malloc(2 * sizeof(*b->chunk));
	if (!b->rank || !b->chunk)
		return false;
	*nomem = false;
	b->chunk[0].nr = b->chunk[1].nr = UINT64_MAX;
	for (i = 0; i < b->nr_chunks; i++) {
		uint64_t off = b->off + i * BITMAP_CHUNK_BYTES;
		const struct bitmap_chunk *c;

		b->rank[i] = n;
		if ((i + 1) * CHUNK_PFNS <= b->start_pfn ||
		    in_hole(b, off, off + BITMAP_CHUNK_BYTES))
			continue;
		c = load_chunk(b, i);
		if (!c)
			return false;
		n += c->all;
	}
	b->rank[i] = n;
	return true;
}

void kdump_bitmap_deinit(struct kdump_bitmap *b)
{
	free(b->rank);
	free(b->chunk);
	b->rank = NULL;
	b->chunk = NULL;
}

uint64_t kdump_bitmap_count(const struct kdump_bitmap *b)
{
	return b->rank[b->nr_chunks];
}

enum zdm_status kdump_bitmap_get(struct kdump_bitmap *b, uint64_t pfn, bool *set, uint64_t *before)
{
	uint64_t nr = pfn / CHUNK_PFNS, bit = pfn % CHUNK_PFNS, part;
	const struct bitmap_chunk *c;

	*set = false;
	*before = 0;
	if (pfn >= b->end_pfn || b->rank[nr] == b->rank[nr + 1])
		return ZDM_OK;
	c = load_chunk(b, nr);
	if (!c)
		return ZDM_UNREADABLE;
	*set = c->word[bit / 64] >> bit % 64 & 1;
	part = bit / (BITMAP_PART_BYTES * 8ull);
	*before = b->rank[nr] + c->before[part] +
		  popcount(c->word + part * WORDS_A_PART, bit / 64 - part * WORDS_A_PART) +
		  (uint32_t)__builtin_popcountll(c->word[bit / 64] & ((1ull << bit % 64) - 1));
	return ZDM_OK;
}

/* Is the chunk all clear or all set, as its counts say? */
static bool is_all(const struct kdump_bitmap *b, uint64_t nr, bool set)
{
	return b->rank[nr + 1] - b->rank[nr] == (set ? CHUNK_PFNS : 0);
}

enum zdm_status kdump_bitmap_run(struct kdump_bitmap *b, uint64_t pfn, bool *set,
				 uint64_t *end_pfn)
{
	uint64_t before, flip;
	enum zdm_status st = kdump_bitmap_get(b, pfn, set, &before);

	if (st != ZDM_OK)
		return st;
	flip = *set ? UINT64_MAX : 0;
	while (pfn < b->end_pfn) {
		uint64_t nr = pfn / CHUNK_PFNS, bit = pfn % CHUNK_PFNS, word;
		const struct bitmap_chunk *c;

		if (is_all(b, nr, *set)) {
			pfn = (nr + 1) * CHUNK_PFNS;
			continue;
		}
		c = load_chunk(b, nr);
		if (!c)
			return ZDM_UNREADABLE;
		word = (c->word[bit / 64] ^ flip) >> bit % 64;
		if (word) {
			*end_pfn = pfn + (unsigned int)__builtin_ctzll(word);
			return ZDM_OK;
		}
		pfn += 64 - bit % 64;
	}
	*end_pfn = *set ? b->end_pfn : UINT64_MAX;
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "source/name_index.h"

#define MIX UINT64_C(0x9e3779b97f4a7c15)	/* odd, its bits without a pattern */

/* Eight bytes at a time: half the time of a look at kallsyms went into a byte-wise one. */
uint32_t zdm_index_hash(const char *name, size_t len)
{
	uint64_t hash = len, word;

	for (; len >= sizeof(word); len -= sizeof(word), name += sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		hash = (hash ^ word) * MIX;
		hash ^= hash >> 29;
	}
	for (word = 0; len; len--)
		word = word << 8 | (unsigned char)name[len - 1];
	hash = (hash ^ word) * MIX;
	return hash >> 32;
}

enum zdm_status zdm_index_reserve(struct zdm_index *ix, uint32_t nr)
{
	uint32_t *hashes;

	if (nr <= ix->max)
		return ZDM_OK;
	hashes = realloc(ix->hashes, (size_t)nr * sizeof(*hashes));
	if (!hashes)
		return ZDM_NOMEM;
	ix->hashes = hashes;
	ix->max = nr;
	return ZDM_OK;
}

enum zdm_status zdm_index_add(struct zdm_index *ix, uint32_t hash)
{
	if (ix->nr == ix->max) {
		if (ix->max > ZDM_INDEX_END / 2)
			return ZDM_NOMEM;
		if (zdm_index_reserve(ix, ix->max ? ix->max + ix->max / 2 : 1024))
			return ZDM_NOMEM;
	}
	ix->hashes[ix->nr++] = hash;
	return ZDM_OK;
}

/* A multiplication mixes its high bits best. */
static uint32_t head_of(const struct zdm_index *ix, uint32_t hash)
{
	return (hash ^ (hash >> 16)) & ((1u << ix->bits) - 1);
}

enum zdm_status zdm_index_build(struct zdm_index *ix)
{
	uint32_t i;

	for (ix->bits = 4; ix->bits < 24 && (1u << ix->bits) < ix->nr / 2;)
		ix->bits++;
	ix->heads = malloc(sizeof(*ix->heads) << ix->bits);
	ix->nexts = malloc((size_t)ix->nr * sizeof(*ix->nexts) + 1);
	if (!ix->heads || !ix->nexts)
		return ZDM_NOMEM;
	memset(ix->heads, 0xff, sizeof(*ix->heads) << ix->bits);
	/* From the end, so that each chain is in ascending order. */
	for (i = ix->nr; i-- > 0;) {
		uint32_t *head = &ix->heads[head_of(ix, ix->hashes[i])];

		ix->nexts[i] = *head;
		*head = i;
	}
	return ZDM_OK;
}

void zdm_index_deinit(struct zdm_index *ix)
{
	free(ix->hashes);
	free(ix->nexts);
	free(ix->heads);
	memset(ix, 0, sizeof(*ix));
}

static uint32_t chain_find(const struct zdm_index *ix, uint32_t entry, uint32_t hash)
{
	while (entry != ZDM_INDEX_END && ix->hashes[entry] != hash)
		entry = ix->nexts[entry];
	return entry;
}

uint32_t zdm_index_first(const struct zdm_index *ix, uint32_t hash)
{
	return ix->heads ? chain_find(ix, ix->heads[head_of(ix, hash)], hash) : ZDM_INDEX_END;
}

uint32_t zdm_index_next(const struct zdm_index *ix, uint32_t entry)
{
	return chain_find(ix, ix->nexts[entry], ix->hashes[entry]);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hash index from names to entry numbers 0, 1, 2… It stores no names: the
 * owner compares. 8 bytes an entry, plus the heads.
 */
#ifndef ZDM_LIB_SOURCE_INDEX_H
#define ZDM_LIB_SOURCE_INDEX_H

#include <zdm/reader.h>

#define ZDM_INDEX_END UINT32_MAX

struct zdm_index {
	uint32_t *hashes;	/* of each entry; then chained by nexts */
	uint32_t *nexts;
	uint32_t *heads;	/* 1 << bits of them */
	uint32_t nr, max;
	unsigned int bits;
};

uint32_t zdm_index_hash(const char *name, size_t len);

/* Optional: room for nr entries at once. */
enum zdm_status zdm_index_reserve(struct zdm_index *ix, uint32_t nr);
/* All zero is an empty index; at most ZDM_INDEX_END entries. */
enum zdm_status zdm_index_add(struct zdm_index *ix, uint32_t hash);
/* After the last entry, before the first look-up. */
enum zdm_status zdm_index_build(struct zdm_index *ix);
void zdm_index_deinit(struct zdm_index *ix);

/* Entries with this hash in the order they were added, then ZDM_INDEX_END. */
uint32_t zdm_index_first(const struct zdm_index *ix, uint32_t hash);
uint32_t zdm_index_next(const struct zdm_index *ix, uint32_t entry);

#endif

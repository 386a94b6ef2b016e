/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compound: how a tail page says which head it belongs to. */
#ifndef ZDM_LIB_COMPOUND_H
#define ZDM_LIB_COMPOUND_H

#include <stdint.h>

/*
 * Word 1 of a tail page, bit 0 set: the head's address up to 7.0; from 7.1 on,
 * where struct pages are a power of two in size, a mask that gives the head
 * when put over the tail's own address (include/linux/page-flags.h, 7.3). No
 * compound page is larger than 16 GiB, so a mask keeps all but its low bits.
 */
static inline uint64_t zdm_page_head(uint64_t word1, uint64_t kaddr)
{
	uint64_t v = word1 & ~1ull, low = ~v;

	if (!(low & (low + 1)) && low < 1ull << 32)
		return kaddr & v;
	return v;
}

#endif

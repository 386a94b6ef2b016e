/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * struct_page: where the members of this kernel's struct page lie, and what of a
 * handful of bytes they are. The one place that says so: for the model, which looks
 * at few, for page/, which looks at many, and for kpageflags.
 */
#ifndef ZDM_LIB_STRUCT_PAGE_H
#define ZDM_LIB_STRUCT_PAGE_H

#include "kernel/session.h"

struct zdm_page_layout {
	uint64_t bytes;			/* sizeof(struct page) */
	uint64_t flags_off;
	uint64_t word1_off;		/* lru, pgmap, compound head: one union */
	/* UINT64_MAX: not known */
	uint64_t refcount_off, mapcount_off, mapping_off, private_off;
	struct zdm_geometry g;
};

void zdm_page_layout_init(const struct zdm_session *s, struct zdm_page_layout *ret);

/* Of the bytes of one struct page; i is 1 or 2. */
uint64_t zdm_page_flags(const struct zdm_page_layout *l, const uint8_t *bytes);
uint64_t zdm_page_word(const struct zdm_page_layout *l, const uint8_t *bytes, unsigned int i);
/* 0 where the layout does not have it. */
int32_t zdm_page_refcount(const struct zdm_page_layout *l, const uint8_t *bytes);
int32_t zdm_page_mapcount(const struct zdm_page_layout *l, const uint8_t *bytes);

/* Of page->flags. -1: not known for this kernel. */
int zdm_page_zone(const struct zdm_page_layout *l, uint64_t flags);
int zdm_page_node(const struct zdm_page_layout *l, uint64_t flags);
/* UNKNOWN where this kernel's zone bits are not known. */
enum zdm_tri zdm_page_in_zone_device(const struct zdm_page_layout *l, uint64_t flags);

#endif

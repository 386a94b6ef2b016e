/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* page: the members of struct page, for those who read many of them. */
#ifndef ZDM_LIB_PAGE_H
#define ZDM_LIB_PAGE_H

#include "kernel/session.h"
#include "model/compound.h"

struct zdm_page_layout {
	uint64_t bytes;			/* sizeof(struct page) */
	uint64_t flags_off;
	uint64_t word1_off;		/* lru, pgmap, compound head: one union */
	uint64_t refcount_off, mapcount_off;	/* UINT64_MAX: not known */
	struct zdm_geometry g;
};

void zdm_page_layout_init(const struct zdm_session *s, struct zdm_page_layout *ret);

/* Of the bytes of one struct page; i is 1 or 2. */
uint64_t zdm_page_flags(const struct zdm_page_layout *l, const uint8_t *bytes);
uint64_t zdm_page_word(const struct zdm_page_layout *l, const uint8_t *bytes, unsigned int i);
/* -1: not known for this kernel. */
int zdm_page_zone(const struct zdm_page_layout *l, uint64_t flags);
int zdm_page_node(const struct zdm_page_layout *l, uint64_t flags);
/* 0 where the layout does not have it. */
int32_t zdm_page_refcount(const struct zdm_page_layout *l, const uint8_t *bytes);
/* As the kernel prints it, after a space (" Normal"); "" if not known. */
const char *zdm_zone_name(const struct zdm_session *s, int zone);

#endif

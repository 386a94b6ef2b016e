// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "kernel/struct_page.h"

void zdm_page_layout_init(const struct zdm_session *s, struct zdm_page_layout *ret)
{
	const struct zdm_kdef *k = &s->k;

	ret->bytes = s->g.page_bytes;
	ret->flags_off = zdm_kdef_or(k, ZDM_MEM_PAGE_FLAGS, 0);
	/* 8 since 4.18 on 64-bit; include/linux/mm_types.h */
	ret->word1_off = zdm_kdef_or(k, ZDM_MEM_PAGE_LRU, 8);
	ret->refcount_off = zdm_kdef_or(k, ZDM_MEM_PAGE_REFCOUNT, UINT64_MAX);
	ret->mapcount_off = zdm_kdef_or(k, ZDM_MEM_PAGE_MAPCOUNT, UINT64_MAX);
	ret->mapping_off = zdm_kdef_or(k, ZDM_MEM_PAGE_MAPPING, UINT64_MAX);
	ret->private_off = zdm_kdef_or(k, ZDM_MEM_PAGE_PRIVATE, UINT64_MAX);
	ret->g = s->g;
}

/* A member that lies outside the struct page reads as 0: the layout is wrong, not the page. */
static uint64_t get(const struct zdm_page_layout *l, const uint8_t *bytes, uint64_t off, size_t len)
{
	uint64_t v = 0;

	if (off <= l->bytes && len <= l->bytes - off)
		memcpy(&v, bytes + off, len);
	return v;
}

uint64_t zdm_page_word(const struct zdm_page_layout *l, const uint8_t *bytes, unsigned int i)
{
	return get(l, bytes, l->word1_off + 8 * (i - 1), 8);
}

uint64_t zdm_page_flags(const struct zdm_page_layout *l, const uint8_t *bytes)
{
	return get(l, bytes, l->flags_off, 8);
}

int32_t zdm_page_refcount(const struct zdm_page_layout *l, const uint8_t *bytes)
{
	return (int32_t)get(l, bytes, l->refcount_off, 4);
}

int32_t zdm_page_mapcount(const struct zdm_page_layout *l, const uint8_t *bytes)
{
	return (int32_t)get(l, bytes, l->mapcount_off, 4);
}

int zdm_page_zone(const struct zdm_page_layout *l, uint64_t flags)
{
	const struct zdm_geometry *g = &l->g;

	return g->zone_shift ? (int)(flags >> g->zone_shift & ((1ull << g->zone_bits) - 1)) : -1;
}

int zdm_page_node(const struct zdm_page_layout *l, uint64_t flags)
{
	const struct zdm_geometry *g = &l->g;

	if (!g->zone_shift)
		return -1;
	return g->node_shift < 64 ? (int)(flags >> g->node_shift) : 0;
}

enum zdm_tri zdm_page_in_zone_device(const struct zdm_page_layout *l, uint64_t flags)
{
	int zone = zdm_page_zone(l, flags);

	if (zone < 0 || l->g.zone_device < 0)
		return ZDM_UNKNOWN;
	return zone == l->g.zone_device ? ZDM_YES : ZDM_NO;
}

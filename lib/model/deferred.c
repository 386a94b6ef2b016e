// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * With DEFERRED_STRUCT_PAGE_INIT most of a node's memmap is initialised late in
 * boot. Until all nodes are done, the static key deferred_pages is on; each
 * node's first_deferred_pfn says where it stopped, and becomes ULONG_MAX as
 * its thread starts on the rest (deferred_init_memmap(), mm/page_alloc.c 5.10
 * and 6.1, mm/mm_init.c 6.12 to 7.3). A panic before that leaves the rest raw.
 */
#include "model/deferred.h"
#include "model/nodes.h"

/* struct static_key begins with atomic_t enabled (include/linux/jump_label.h). */
static enum zdm_tri still_deferred(const struct zdm_session *s)
{
	uint32_t enabled;

	if (!zdm_kdef_has(&s->k, ZDM_SYM_DEFERRED_PAGES))
		return ZDM_NO;
	if (zdm_read_u32(s->r, zdm_kdef_get(&s->k, ZDM_SYM_DEFERRED_PAGES), &enabled) != ZDM_OK)
		return ZDM_UNKNOWN;
	return enabled ? ZDM_YES : ZDM_NO;	/* -1: being changed */
}

static enum zdm_status add(struct zdm_probes *ret, uint64_t start_pfn, uint64_t end_pfn)
{
	return zdm_spans_add(&ret->deferred, start_pfn, end_pfn) ? ZDM_OK : ZDM_NOMEM;
}

/* Which memory it is that the kernel had not come to cannot be told: any may be. */
static enum zdm_status add_all(const struct zdm_session *s, struct zdm_probes *ret)
{
	return add(ret, 0, zdm_section_nr_to_pfn(&s->g, s->g.nr_sections_max));
}

static enum zdm_status add_node(const struct zdm_session *s, uint64_t pgdat, struct zdm_probes *ret)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t max = zdm_section_nr_to_pfn(&s->g, s->g.nr_sections_max);
	uint64_t first, start, spanned;

	if (zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_FIRST_DEFERRED), &first) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_START), &start) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_SPANNED), &spanned) ||
	    start > max || spanned > max - start)
		return add_all(s, ret);
	/* being worked on: how far it came is not written down */
	if (first == UINT64_MAX || first < start)
		first = start;
	return first < start + spanned ? add(ret, first, start + spanned) : ZDM_OK;
}

enum zdm_status zdm_deferred_read(const struct zdm_session *s, struct zdm_probes *ret)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_MEM_FIRST_DEFERRED, ZDM_MEM_NODE_START, ZDM_MEM_NODE_SPANNED,
	};
	enum zdm_tri deferred = still_deferred(s);
	enum zdm_status st = ZDM_OK, node = ZDM_OK;
	uint64_t pgdat;
	unsigned int i;

	if (deferred == ZDM_NO)
		return ZDM_OK;
	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (!zdm_kdef_has(&s->k, need[i]))
			deferred = ZDM_UNKNOWN;
	}
	if (deferred == ZDM_UNKNOWN)
		return add_all(s, ret);
	for (i = 0; st == ZDM_OK && (node = zdm_node_kaddr(s, i, &pgdat)) == ZDM_OK; i++) {
		if (pgdat)
			st = add_node(s, pgdat, ret);
	}
	if (st == ZDM_OK && (!i || node != ZDM_ABSENT))
		st = add_all(s, ret);
	zdm_spans_join(&ret->deferred);	/* nodes may be interleaved */
	return st;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * With DEFERRED_STRUCT_PAGE_INIT most of a node's memmap is initialised late in
 * boot. Until all nodes are done, the static key deferred_pages is on; each
 * node's first_deferred_pfn says where it stopped, and becomes ULONG_MAX as
 * its thread starts on the rest (deferred_init_memmap(), mm/page_alloc.c 5.10
 * and 6.1, mm/mm_init.c 6.12 to 7.3). A panic before that leaves the rest raw.
 */
#include <stdlib.h>

#include "deferred.h"
#include "grow.h"
#include "nodes.h"

/* struct static_key begins with atomic_t enabled (include/linux/jump_label.h). */
static enum zdm_tri still_deferred(struct zdm_session *s)
{
	uint32_t enabled;

	if (!zdm_kdef_has(&s->k, ZDM_SYM_DEFERRED_PAGES))
		return ZDM_NO;
	if (zdm_read_u32(s->r, zdm_kdef_get(&s->k, ZDM_SYM_DEFERRED_PAGES), &enabled) != ZDM_OK)
		return ZDM_UNKNOWN;
	return (int32_t)enabled > 0 ? ZDM_YES : ZDM_NO;
}

static enum zdm_status add_span(struct zdm_probes *ret, uint64_t start_pfn, uint64_t end_pfn)
{
	struct zdm_deferred *d = zdm_grow((void **)&ret->deferred, &ret->cap_deferred,
					  ret->nr_deferred, sizeof(*d));

	if (!d)
		return ZDM_NOMEM;
	*d = (struct zdm_deferred){ start_pfn, end_pfn };
	ret->nr_deferred++;
	return ZDM_OK;
}

/* Where it cannot be told what was deferred, anything may have been. */
static enum zdm_status add_all(struct zdm_probes *ret)
{
	return add_span(ret, 0, UINT64_MAX);
}

static enum zdm_status add_node(struct zdm_session *s, uint64_t pgdat, struct zdm_probes *ret)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t first, start, spanned;

	if (zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_FIRST_DEFERRED), &first) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_START), &start) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_SPANNED), &spanned) ||
	    start >> 52 || spanned >> 52)
		return add_all(ret);
	/* being worked on: how far it came is not written down */
	if (first == UINT64_MAX || first < start)
		first = start;
	return first < start + spanned ? add_span(ret, first, start + spanned) : ZDM_OK;
}

enum zdm_status zdm_deferred_read(struct zdm_session *s, struct zdm_probes *ret)
{
	enum zdm_tri deferred = still_deferred(s);
	enum zdm_status st = ZDM_OK, node = ZDM_ABSENT;
	unsigned int i;
	uint64_t pgdat;

	if (deferred == ZDM_NO)
		return ZDM_OK;
	if (deferred == ZDM_UNKNOWN || !zdm_kdef_has(&s->k, ZDM_MEM_FIRST_DEFERRED) ||
	    !zdm_kdef_has(&s->k, ZDM_MEM_NODE_START) || !zdm_kdef_has(&s->k, ZDM_MEM_NODE_SPANNED))
		return add_all(ret);
	for (i = 0; st == ZDM_OK && (node = zdm_node_kaddr(s, i, &pgdat)) == ZDM_OK; i++) {
		if (pgdat)
			st = add_node(s, pgdat, ret);
	}
	/* ABSENT: the last node was passed */
	if (st == ZDM_OK && (node != ZDM_ABSENT || !i))
		st = add_all(ret);
	return st;
}

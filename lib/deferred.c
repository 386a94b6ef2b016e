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
static bool still_deferred(struct zdm_session *s)
{
	uint32_t enabled;

	return zdm_kdef_has(&s->k, ZDM_SYM_DEFERRED_PAGES) &&
	       zdm_kdef_has(&s->k, ZDM_MEM_FIRST_DEFERRED) &&
	       zdm_read_u32(s->r, zdm_kdef_get(&s->k, ZDM_SYM_DEFERRED_PAGES), &enabled) == ZDM_OK &&
	       (int32_t)enabled > 0;
}

static enum zdm_status add_node(struct zdm_session *s, uint64_t pgdat, struct zdm_probes *ret)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t first, start, spanned;
	struct zdm_deferred *d;

	if (zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_FIRST_DEFERRED), &first) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_START), &start) ||
	    zdm_read_u64(s->r, pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_SPANNED), &spanned))
		return ZDM_OK;
	/* being worked on: how far it came is not written down */
	if (first == UINT64_MAX || first < start)
		first = start;
	if (!spanned || spanned >> 52 || first >= start + spanned)
		return ZDM_OK;
	d = zdm_grow((void **)&ret->deferred, &ret->cap_deferred, ret->nr_deferred, sizeof(*d));
	if (!d)
		return ZDM_NOMEM;
	*d = (struct zdm_deferred){ first, start + spanned };
	ret->nr_deferred++;
	return ZDM_OK;
}

enum zdm_status zdm_deferred_read(struct zdm_session *s, struct zdm_probes *ret)
{
	enum zdm_status st = ZDM_OK;
	unsigned int i;
	uint64_t pgdat;

	if (!still_deferred(s) || !zdm_kdef_has(&s->k, ZDM_MEM_NODE_START) ||
	    !zdm_kdef_has(&s->k, ZDM_MEM_NODE_SPANNED))
		return ZDM_OK;
	for (i = 0; st == ZDM_OK && zdm_node_kaddr(s, i, &pgdat) == ZDM_OK; i++) {
		if (pgdat)
			st = add_node(s, pgdat, ret);
	}
	return st;
}

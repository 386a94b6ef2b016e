// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/nodes.h"

enum zdm_status zdm_node_kaddr(struct zdm_session *s, unsigned int i, uint64_t *kaddr)
{
	unsigned int shift = s->g.node_shift;
	unsigned int nodes = shift && shift < 64 ? 1u << (64 - shift) : 1;

	/* without CONFIG_NUMA the one node is a variable */
	if (!i && !zdm_kdef_has(&s->k, ZDM_SYM_NODE_DATA) &&
	    zdm_kdef_has(&s->k, ZDM_SYM_CONTIG_PAGE_DATA)) {
		*kaddr = zdm_kdef_get(&s->k, ZDM_SYM_CONTIG_PAGE_DATA);
		return ZDM_OK;
	}
	if (i >= nodes || i >= ZDM_MAX_NODES || !zdm_kdef_has(&s->k, ZDM_SYM_NODE_DATA))
		return ZDM_ABSENT;
	return zdm_read_u64(s->r, zdm_kdef_get(&s->k, ZDM_SYM_NODE_DATA) + i * 8, kaddr);
}

static enum zdm_tri zone_spans(struct zdm_session *s, uint64_t zone, uint64_t start_pfn,
			       uint64_t end_pfn)
{
	uint64_t start, spanned;

	if (zdm_read_u64(s->r, zone + zdm_kdef_get(&s->k, ZDM_MEM_ZONE_START), &start) ||
	    zdm_read_u64(s->r, zone + zdm_kdef_get(&s->k, ZDM_MEM_ZONE_SPANNED), &spanned))
		return ZDM_UNKNOWN;
	return start_pfn >= start && end_pfn - start <= spanned ? ZDM_YES : ZDM_NO;
}

enum zdm_tri zdm_zone_device_spans(struct zdm_session *s, uint64_t start_pfn, uint64_t end_pfn)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_MEM_NODE_ZONES, ZDM_SIZE_ZONE, ZDM_MEM_ZONE_START,
		ZDM_MEM_ZONE_SPANNED,
	};
	enum zdm_tri ret = ZDM_NO;
	enum zdm_status st;
	uint64_t pgdat;
	unsigned int i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (!zdm_kdef_has(&s->k, need[i]))
			return ZDM_UNKNOWN;
	}
	if (s->g.zone_device < 0)
		return ZDM_UNKNOWN;
	for (i = 0; (st = zdm_node_kaddr(s, i, &pgdat)) == ZDM_OK; i++) {
		enum zdm_tri one = ZDM_NO;

		if (pgdat)
			one = zone_spans(s, pgdat + zdm_kdef_get(&s->k, ZDM_MEM_NODE_ZONES) +
					 (uint64_t)s->g.zone_device *
					 zdm_kdef_get(&s->k, ZDM_SIZE_ZONE), start_pfn, end_pfn);
		if (one == ZDM_YES)
			return ZDM_YES;
		if (one == ZDM_UNKNOWN)
			ret = ZDM_UNKNOWN;
	}
	return st == ZDM_ABSENT && i ? ret : ZDM_UNKNOWN;
}

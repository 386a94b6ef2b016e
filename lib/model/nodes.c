// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "model/nodes.h"

enum zdm_status zdm_node_kaddr(const struct zdm_session *s, unsigned int i, uint64_t *kaddr)
{
	unsigned int shift = s->g.node_shift;
	unsigned int nodes = shift && shift < 64 ? 1u << (64 - shift) : 1;

	/* without CONFIG_NUMA the one node is a variable */
	if (!i && s->f.v[ZDM_FEAT_NODE_ARRAY] == ZDM_NO &&
	    zdm_kdef_has(&s->k, ZDM_SYM_CONTIG_PAGE_DATA)) {
		*kaddr = zdm_kdef_get(&s->k, ZDM_SYM_CONTIG_PAGE_DATA);
		return ZDM_OK;
	}
	if (i >= nodes || i >= ZDM_MAX_NODES || !zdm_kdef_has(&s->k, ZDM_SYM_NODE_DATA))
		return ZDM_ABSENT;
	return zdm_read_u64(s->r, zdm_kdef_get(&s->k, ZDM_SYM_NODE_DATA) + i * 8, kaddr);
}

/* Are the zones of a node where they can be looked at? */
static bool zones_known(const struct zdm_session *s)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_MEM_NODE_ZONES, ZDM_SIZE_ZONE, ZDM_MEM_ZONE_START,
		ZDM_MEM_ZONE_SPANNED,
	};
	size_t i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (!zdm_kdef_has(&s->k, need[i]))
			return false;
	}
	return true;
}

/* What zone number `zone` of the node at pgdat spans. */
static enum zdm_status read_zone(const struct zdm_session *s, uint64_t pgdat, unsigned int zone,
				 uint64_t *start, uint64_t *spanned)
{
	uint64_t at = pgdat + zdm_kdef_get(&s->k, ZDM_MEM_NODE_ZONES) +
		      zone * zdm_kdef_get(&s->k, ZDM_SIZE_ZONE);
	enum zdm_status st = zdm_read_u64(s->r, at + zdm_kdef_get(&s->k, ZDM_MEM_ZONE_START),
					  start);

	return st != ZDM_OK ? st :
	       zdm_read_u64(s->r, at + zdm_kdef_get(&s->k, ZDM_MEM_ZONE_SPANNED), spanned);
}

static enum zdm_tri zone_spans(const struct zdm_session *s, uint64_t pgdat, uint64_t start_pfn,
			       uint64_t end_pfn)
{
	uint64_t start, spanned;

	if (read_zone(s, pgdat, (unsigned int)s->g.zone_device, &start, &spanned) != ZDM_OK)
		return ZDM_UNKNOWN;
	return start_pfn >= start && end_pfn - start <= spanned ? ZDM_YES : ZDM_NO;
}

enum zdm_tri zdm_zone_device_spans(const struct zdm_session *s, uint64_t start_pfn,
				   uint64_t end_pfn)
{
	enum zdm_tri ret = ZDM_NO;
	enum zdm_status st;
	uint64_t pgdat;
	unsigned int i;

	if (!zones_known(s) || s->g.zone_device < 0)
		return ZDM_UNKNOWN;
	for (i = 0; (st = zdm_node_kaddr(s, i, &pgdat)) == ZDM_OK; i++) {
		enum zdm_tri one = ZDM_NO;

		if (pgdat)
			one = zone_spans(s, pgdat, start_pfn, end_pfn);
		if (one == ZDM_YES)
			return ZDM_YES;
		if (one == ZDM_UNKNOWN)
			ret = ZDM_UNKNOWN;
	}
	return st == ZDM_ABSENT && i ? ret : ZDM_UNKNOWN;
}

/*
 * Frame 0 is RAM that x86 takes out (trim_bios_range(), arch/x86/kernel/setup.c) and
 * reserves, so that its struct page is written with those of all reserved memory.
 */
static bool add_zone(struct zdm_spans *s, uint64_t start, uint64_t end)
{
	return zdm_spans_add(s, start == 1 ? 0 : start, end);
}

/* A zone of a node, whose zones come one after the other. */
static bool add_node(struct zdm_zone_spans *z, int32_t node, bool device, uint64_t start,
		     uint64_t end)
{
	struct zdm_node_span *n;
	size_t i = z->nr_node;

	while (i && z->node[i - 1].node == node) {
		n = &z->node[--i];
		if (n->device != device)
			continue;
		n->start_pfn = start < n->start_pfn ? start : n->start_pfn;
		n->end_pfn = end > n->end_pfn ? end : n->end_pfn;
		return true;
	}
	n = zdm_grow((void **)&z->node, &z->cap_node, z->nr_node, sizeof(*n));
	if (!n)
		return false;
	z->nr_node++;
	*n = (struct zdm_node_span){ start, end, node, device };
	return true;
}

static enum zdm_status add_zones(const struct zdm_session *s, uint64_t pgdat, int32_t node,
				 unsigned int nr_zones, struct zdm_zone_spans *z)
{
	uint64_t max = zdm_section_nr_to_pfn(&s->g, s->g.nr_sections_max), start, spanned;
	enum zdm_status st = ZDM_OK;
	unsigned int i;

	for (i = 0; i < nr_zones && st == ZDM_OK; i++) {
		bool device = s->g.zone_device == (int)i;

		st = read_zone(s, pgdat, i, &start, &spanned);
		/* what is not said of devices says nothing of RAM */
		if (device && (st != ZDM_OK || start > max || spanned > max - start)) {
			st = ZDM_OK;
			continue;
		}
		if (st == ZDM_OK && spanned && start <= max && spanned <= max - start &&
		    !add_node(z, node, device, start == 1 ? 0 : start, start + spanned))
			return ZDM_NOMEM;
		if (st != ZDM_OK || !spanned || device)
			continue;
		if (start > max || spanned > max - start)
			st = ZDM_CORRUPT;
		else if (!add_zone(&z->spans, start, start + spanned))
			st = ZDM_NOMEM;
	}
	return st;
}

enum zdm_status zdm_zone_spans_read(const struct zdm_session *s, struct zdm_zone_spans *ret)
{
	uint64_t zones = zdm_kdef_or(&s->k, ZDM_NUM_MAX_NR_ZONES, 0), pgdat;
	enum zdm_status st = ZDM_OK, node = ZDM_OK;
	unsigned int i;

	memset(ret, 0, sizeof(*ret));
	ret->status = ZDM_ABSENT;
	if (!zones_known(s) || !zones || zones > 16)
		return ZDM_OK;
	for (i = 0; st == ZDM_OK && (node = zdm_node_kaddr(s, i, &pgdat)) == ZDM_OK; i++) {
		if (pgdat)
			st = add_zones(s, pgdat, (int32_t)i, (unsigned int)zones, ret);
	}
	if (st == ZDM_NOMEM) {
		zdm_zone_spans_deinit(ret);
		return st;
	}
	if (st == ZDM_OK && node != ZDM_ABSENT)
		st = node;
	zdm_spans_join(&ret->spans);
	/* a kernel has RAM: where no zone spans any, they were not read as they should be */
	ret->status = st == ZDM_OK && !ret->spans.nr ? ZDM_CORRUPT : st;
	return ZDM_OK;
}

void zdm_zone_spans_deinit(struct zdm_zone_spans *z)
{
	zdm_spans_deinit(&z->spans);
	free(z->node);
	z->node = NULL;
	z->nr_node = z->cap_node = 0;
}

int32_t zdm_zone_spans_node(const struct zdm_zone_spans *z, uint64_t pfn, uint64_t *until_pfn)
{
	int32_t found[2] = { -1, -1 };		/* of RAM, of devices */
	bool several[2] = { false, false };
	size_t i;

	*until_pfn = UINT64_MAX;
	for (i = 0; i < z->nr_node; i++) {
		const struct zdm_node_span *n = &z->node[i];
		uint64_t border = pfn < n->start_pfn ? n->start_pfn : n->end_pfn;

		if (border > pfn && border < *until_pfn)
			*until_pfn = border;
		if (pfn < n->start_pfn || pfn >= n->end_pfn)
			continue;
		several[n->device] |= found[n->device] >= 0;
		found[n->device] = n->node;
	}
	i = found[0] < 0;
	return several[i] ? -1 : found[i];
}

enum zdm_tri zdm_zone_spans_hold(const struct zdm_zone_spans *z, uint64_t pfn)
{
	if (z->status != ZDM_OK || !z->spans.nr)
		return ZDM_UNKNOWN;
	return zdm_spans_hold(&z->spans, pfn) ? ZDM_YES : ZDM_NO;
}

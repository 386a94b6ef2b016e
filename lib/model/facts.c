// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/search.h"
#include "model/facts.h"

static enum zdm_altmap_part part_of(const struct zdm_pgmap *p, int64_t range, uint64_t pfn)
{
	const struct zdm_altmap *a = &p->altmap;

	if (range > 0 || p->altmap_status != ZDM_OK)	/* altmaps serve the first range only */
		return ZDM_PART_NONE;
	/* before 5.3 an altmap begins with its section, and what precedes the range is reserved */
	if (range < 0)
		return pfn >= a->base_pfn && pfn < zdm_altmap_backing_pfn(a) ? ZDM_PART_RESERVE :
		       ZDM_PART_NONE;
	if (pfn < zdm_altmap_backing_pfn(a))
		return ZDM_PART_RESERVE;
	return pfn < zdm_altmap_end_pfn(a) ? ZDM_PART_BACKING : ZDM_PART_NONE;
}

static enum zdm_tri pages_done(const struct zdm_model *m, const struct zdm_facts *f, uint64_t pfn)
{
	const struct zdm_progress *p;
	const struct zdm_altmap *a = &f->pgmap->altmap;

	if (!m->probes.progress)
		return ZDM_UNKNOWN;
	p = &m->probes.progress[f->pgmap_index];
	if (p->status != ZDM_OK)
		return ZDM_UNKNOWN;
	/* the frames that store the memmap are initialised before those it describes */
	if (f->part != ZDM_PART_NONE)
		return p->done_pfn > zdm_altmap_end_pfn(a) ? ZDM_YES : ZDM_NO;
	return pfn < p->done_pfn ? ZDM_YES : ZDM_NO;
}

static enum zdm_tri reserve_done(const struct zdm_model *m, int32_t index)
{
	return m->probes.progress ? m->probes.progress[index].reserve_done : ZDM_UNKNOWN;
}

static void entry_facts(const struct zdm_model *m, const struct zdm_pgmap_entry *e, uint64_t pfn,
			struct zdm_facts *f)
{
	f->has_entry = true;
	f->entry_status = e->status;
	f->entry_kaddr = e->bad_kaddr;
	f->pgmap_index = e->pgmap;
	if (e->pgmap < 0)
		return;
	f->pgmap = &m->pgmaps.v[e->pgmap];
	f->range = zdm_pgmaps_range(&m->pgmaps, (uint32_t)e->pgmap, pfn);
	f->part = part_of(f->pgmap, f->range, pfn);
	f->pages_done = pages_done(m, f, pfn);
	f->reserve_done = reserve_done(m, e->pgmap);
	f->backing_done = m->probes.backing ? m->probes.backing[e->pgmap].done : ZDM_UNKNOWN;
}

static bool entry_is_live(const struct zdm_model *m, const struct zdm_pgmap_entry *e)
{
	return e->pgmap >= 0 && m->pgmaps.v[e->pgmap].status == ZDM_OK &&
	       m->pgmaps.v[e->pgmap].dead == ZDM_NO;
}

int32_t zdm_facts_shares(const struct zdm_model *m, const struct zdm_section *sec, size_t entry)
{
	uint64_t end = zdm_section_nr_to_pfn(&m->g, sec->nr) + m->g.section_pages;

	if (m->feat.v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO)
		return -1;
	for (; entry < m->pgmaps.nr_entries && m->pgmaps.entries[entry].start_pfn < end; entry++) {
		if (entry_is_live(m, &m->pgmaps.entries[entry]))
			return m->pgmaps.entries[entry].pgmap;
	}
	return -1;
}

/* Has the kernel come to the end of a pgmap's struct pages? Only kernels before 5.10 ask. */
static enum zdm_tri all_done(const struct zdm_model *m, int32_t index)
{
	const struct zdm_pgmap *p = &m->pgmaps.v[index];
	const struct zdm_progress *progress = m->probes.progress;

	if (!progress || progress[index].status != ZDM_OK || !p->nr_ranges)
		return ZDM_UNKNOWN;
	return progress[index].done_pfn >= p->ranges[0].end_pfn ? ZDM_YES : ZDM_NO;
}

void zdm_facts_padding(const struct zdm_model *m, int32_t shares, uint64_t pfn,
		       struct zdm_facts *f)
{
	f->shares_section = shares >= 0;
	if (shares < 0)
		return;
	f->shares_done = all_done(m, shares);
	f->reserve_done = reserve_done(m, shares);
	if (f->has_entry)
		return;
	f->part = part_of(&m->pgmaps.v[shares], -1, pfn);
	if (f->part == ZDM_PART_RESERVE)
		f->pgmap_index = shares;
}

static enum zdm_tri device_seen(enum zdm_look_found found)
{
	if (found == ZDM_LOOK_NONE || found == ZDM_LOOK_UNREAD || found == ZDM_LOOK_NOT_ITS)
		return ZDM_UNKNOWN;
	return found == ZDM_LOOK_DEVICE ? ZDM_YES : ZDM_NO;
}

uint64_t zdm_facts_per_leaf(const struct zdm_geometry *g)
{
	return (1ull << g->page_shift) / g->page_bytes;
}

/* Do some of those that share a page of memmap with pfn have a clear bit? */
static bool page_shared(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn)
{
	uint64_t per = m->g.section_pages / m->g.subsections, n = zdm_facts_per_leaf(&m->g);
	uint64_t first, i;

	if (n <= per || (n & (n - 1)))
		return false;
	first = (pfn - zdm_section_nr_to_pfn(&m->g, sec->nr)) / n * n / per;
	for (i = first; i < first + n / per && i < m->g.subsections; i++) {
		if (zdm_sections_bit(&m->sections, sec, (unsigned int)i) == ZDM_NO)
			return true;
	}
	return false;
}

static void section_facts(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
			  struct zdm_facts *f)
{
	uint64_t per = m->g.section_pages / m->g.subsections;
	const struct zdm_sample *smp;
	unsigned int i;

	i = (unsigned int)((pfn - zdm_section_nr_to_pfn(&m->g, sec->nr)) / per);
	f->section = sec;
	f->bit = zdm_sections_bit(&m->sections, sec, i);
	smp = zdm_probes_sample(&m->probes, sec->nr, i);
	f->look = zdm_looks_at(&m->looks, pfn);
	f->sampled_device = smp ? smp->is_device : device_seen(f->look);
	f->page_shared = page_shared(m, sec, pfn);
	f->deferred = zdm_probes_is_deferred(&m->probes, pfn);
	f->block = sec->block >= 0 ? &m->blocks.v[sec->block] : NULL;
	f->ram = zdm_resources_ram(&m->resources, pfn);
	f->ram_unread = zdm_resources_unread(&m->resources, pfn);
	f->ram_around = zdm_resources_any_ram(&m->resources, pfn / per * per, (pfn / per + 1) * per);
	f->spanned = zdm_zone_spans_hold(&m->zones, pfn);
}

void zdm_facts_at(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
		  const struct zdm_place *at, struct zdm_facts *f)
{
	const struct zdm_pgmap_entry *e = NULL;
	const struct zdm_section_gap *gap;
	const struct zdm_extent *x = NULL;

	memset(f, 0, sizeof(*f));
	f->feat = &m->feat;
	f->online_flag = m->sections.online_flag;
	f->pgmaps_status = m->pgmaps.status;
	f->blocks_status = m->blocks.status;
	f->pgmap_index = -1;
	f->range = -1;
	f->page_kaddr = zdm_geometry_page_kaddr(&m->g, pfn);
	if (sec)
		section_facts(m, sec, pfn, f);
	else if ((gap = zdm_sections_gap(&m->sections, zdm_pfn_to_section_nr(&m->g, pfn)))) {
		f->gap_status = gap->status;
		f->gap_kaddr = gap->kaddr;
	}
	if (at->entry < m->pgmaps.nr_entries)
		e = &m->pgmaps.entries[at->entry];
	if (e && e->start_pfn <= pfn)
		entry_facts(m, e, pfn, f);
	if (at->extent < m->vmemmap.nr)
		x = &m->vmemmap.v[at->extent];
	f->where = ZDM_MEMMAP_NONE;
	f->in_dump = ZDM_IN_DUMP_NO;
	if (x && x->start_pfn <= pfn) {
		f->where = x->where;
		f->in_dump = x->in_dump;
		f->where_kaddr = x->bad_kaddr;
	}
}

void zdm_model_facts(const struct zdm_model *m, uint64_t pfn, struct zdm_facts *ret)
{
	uint64_t nr = zdm_pfn_to_section_nr(&m->g, pfn);
	const struct zdm_section *sec = zdm_sections_find(&m->sections, nr);
	struct zdm_place at = { .entry = zdm_pgmaps_entry(&m->pgmaps, pfn) };

	at.extent = zdm_first_beyond(m->vmemmap.v, m->vmemmap.nr, end_pfn, pfn);
	zdm_facts_at(m, sec, pfn, &at, ret);
	if (sec)
		zdm_facts_padding(m, zdm_facts_shares(m, sec, zdm_pgmaps_entry(&m->pgmaps,
				  zdm_section_nr_to_pfn(&m->g, nr))), pfn, ret);
}

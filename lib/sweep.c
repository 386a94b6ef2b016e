// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One pass over the sections. Each is cut wherever any fact changes, and every
 * piece is classified once: the cost grows with sections and pgmaps, never
 * with PFNs.
 */
#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "model.h"

struct sweep {
	struct zdm_model *m;
	uint64_t *cuts;			/* scratch, kept between sections */
	size_t nr_cuts, cap_cuts;
	size_t entry, extent;		/* cursors: first that ends after the current section's start */
	bool nomem;
};

static int64_t range_of(const struct zdm_pgmap *p, uint64_t pfn)
{
	uint32_t i;

	for (i = 0; i < p->nr_ranges; i++) {
		if (pfn >= p->ranges[i].start_pfn && pfn < p->ranges[i].end_pfn)
			return i;
	}
	return -1;
}

static enum zdm_altmap_part part_of(const struct zdm_pgmap *p, int64_t range, uint64_t pfn)
{
	const struct zdm_altmap *a = &p->altmap;

	if (range != 0 || p->altmap_status != ZDM_OK)	/* altmaps serve the first range only */
		return ZDM_PART_NONE;
	if (pfn < a->base_pfn + a->reserve)
		return ZDM_PART_RESERVE;
	return pfn < a->base_pfn + a->reserve + a->free ? ZDM_PART_BACKING : ZDM_PART_NONE;
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
	if (f->part == ZDM_PART_BACKING)
		return p->done_pfn > a->base_pfn + a->reserve + a->free ? ZDM_YES : ZDM_NO;
	return pfn < p->done_pfn ? ZDM_YES : ZDM_NO;
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
	f->range = range_of(f->pgmap, pfn);
	f->part = part_of(f->pgmap, f->range, pfn);
	f->pages_done = pages_done(m, f, pfn);
	f->backing_done = m->probes.backing ? m->probes.backing[e->pgmap].done : ZDM_UNKNOWN;
}

static bool entry_is_live(const struct zdm_model *m, const struct zdm_pgmap_entry *e)
{
	return e->pgmap >= 0 && m->pgmaps.v[e->pgmap].status == ZDM_OK &&
	       m->pgmaps.v[e->pgmap].dead == ZDM_NO;
}

static void section_facts(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
			  size_t entry, struct zdm_facts *f)
{
	uint64_t start = zdm_section_nr_to_pfn(&m->g, sec->nr), per;
	uint64_t end = start + m->g.section_pages;
	const struct zdm_sample *smp;
	unsigned int i;

	per = m->g.section_pages / m->g.subsections;
	i = (unsigned int)((pfn - start) / per);
	f->section = sec;
	f->bit = zdm_sections_bit(&m->sections, sec, i);
	smp = zdm_probes_sample(&m->probes, sec->nr, i);
	f->sampled_device = smp ? smp->is_device : ZDM_UNKNOWN;
	f->deferred = m->probes.nr_deferred && zdm_probes_is_deferred(&m->probes, pfn);
	f->block = sec->block >= 0 ? &m->blocks.v[sec->block] : NULL;
	if (m->feat.v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO)
		return;			/* only the padding of old kernels asks who else is here */
	while (entry < m->pgmaps.nr_entries && m->pgmaps.entries[entry].start_pfn < end)
		f->shares_section |= entry_is_live(m, &m->pgmaps.entries[entry++]);
}

/* entry, extent: first that ends after pfn, or before it within the same section. */
static void facts_at(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
		     size_t entry, size_t extent, struct zdm_facts *f)
{
	const struct zdm_section_gap *gap;
	const struct zdm_extent *x;

	memset(f, 0, sizeof(*f));
	f->feat = &m->feat;
	f->online_flag = m->sections.online_flag;
	f->pgmaps_status = m->pgmaps.status;
	f->pgmap_index = -1;
	f->range = -1;
	f->page_kaddr = zdm_page_kaddr(m->kernel, pfn);
	if (sec)
		section_facts(m, sec, pfn, entry, f);
	else if ((gap = zdm_sections_gap(&m->sections, zdm_pfn_to_section_nr(&m->g, pfn)))) {
		f->gap_status = gap->status;
		f->gap_kaddr = gap->kaddr;
	}
	while (entry < m->pgmaps.nr_entries && m->pgmaps.entries[entry].end_pfn <= pfn)
		entry++;
	if (entry < m->pgmaps.nr_entries && m->pgmaps.entries[entry].start_pfn <= pfn)
		entry_facts(m, &m->pgmaps.entries[entry], pfn, f);
	while (extent < m->vmemmap.nr && m->vmemmap.v[extent].end_pfn <= pfn)
		extent++;
	x = extent < m->vmemmap.nr ? &m->vmemmap.v[extent] : NULL;
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
	uint64_t start = zdm_section_nr_to_pfn(&m->g, nr);
	size_t lo = 0, hi = m->vmemmap.nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->vmemmap.v[mid].end_pfn <= pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	facts_at(m, zdm_sections_find(&m->sections, nr), pfn, zdm_pgmaps_entry(&m->pgmaps, start),
		 lo, ret);
}

/* A place where a fact may change, if it is inside (start, end). */
static void cut(struct sweep *sw, uint64_t start, uint64_t end, uint64_t pfn)
{
	uint64_t *slot;

	if (pfn <= start || pfn >= end || sw->nomem)
		return;
	slot = zdm_grow((void **)&sw->cuts, &sw->cap_cuts, sw->nr_cuts, sizeof(*slot));
	if (!slot) {
		sw->nomem = true;
		return;
	}
	*slot = pfn;
	sw->nr_cuts++;
}

static void cut_pgmap(struct sweep *sw, int32_t index, uint64_t start, uint64_t end)
{
	const struct zdm_pgmap *p = &sw->m->pgmaps.v[index];
	const struct zdm_altmap *a = &p->altmap;
	uint32_t i;

	for (i = 0; i < p->nr_ranges; i++) {
		cut(sw, start, end, p->ranges[i].start_pfn);
		cut(sw, start, end, p->ranges[i].end_pfn);
	}
	if (p->altmap_status == ZDM_OK) {
		cut(sw, start, end, a->base_pfn + a->reserve);
		cut(sw, start, end, a->base_pfn + a->reserve + a->free);
	}
	if (sw->m->probes.progress)
		cut(sw, start, end, sw->m->probes.progress[index].done_pfn);
}

static void cut_entries(struct sweep *sw, uint64_t start, uint64_t end)
{
	const struct zdm_pgmaps *p = &sw->m->pgmaps;
	size_t i;

	for (i = sw->entry; i < p->nr_entries && p->entries[i].start_pfn < end; i++) {
		cut(sw, start, end, p->entries[i].start_pfn);
		cut(sw, start, end, p->entries[i].end_pfn);
		if (p->entries[i].pgmap >= 0)
			cut_pgmap(sw, p->entries[i].pgmap, start, end);
	}
}

static void cut_subsections(struct sweep *sw, const struct zdm_section *sec, uint64_t start,
			    uint64_t end)
{
	const struct zdm_model *m = sw->m;
	uint64_t per = m->g.section_pages / m->g.subsections;
	unsigned int i;

	for (i = 1; i < m->g.subsections; i++) {
		if (zdm_sections_bit(&m->sections, sec, i) !=
		    zdm_sections_bit(&m->sections, sec, i - 1) ||
		    (m->probes.nr_samples && zdm_probes_sample(&m->probes, sec->nr, i)))
			cut(sw, start, end, start + i * per);
	}
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static enum zdm_status classify_piece(struct sweep *sw, const struct zdm_section *sec,
				      uint64_t start, uint64_t end)
{
	struct zdm_verdict v;
	struct zdm_facts f;

	facts_at(sw->m, sec, start, sw->entry, sw->extent, &f);
	v = zdm_classify(&f);
	return zdm_ranges_push(&sw->m->ranges, &(struct zdm_range){
		.start_pfn = start, .end_pfn = end, .cls = v.cls, .valid = v.valid,
		.reason = v.reason, .memmap = f.where, .in_dump = f.in_dump, .pgmap = v.pgmap,
		.evidence_kaddr = v.evidence_kaddr });
}

/* Classify the pieces of [start, end), a section or the space between two. */
static enum zdm_status classify_pieces(struct sweep *sw, const struct zdm_section *sec,
				       uint64_t start, uint64_t end)
{
	enum zdm_status st = ZDM_OK;
	size_t i;

	if (sw->nomem)
		return ZDM_NOMEM;
	if (sw->nr_cuts > 1)
		qsort(sw->cuts, sw->nr_cuts, sizeof(*sw->cuts), by_value);
	for (i = 0; i < sw->nr_cuts && st == ZDM_OK; i++) {
		if (sw->cuts[i] == start)
			continue;
		st = classify_piece(sw, sec, start, sw->cuts[i]);
		start = sw->cuts[i];
	}
	return st == ZDM_OK ? classify_piece(sw, sec, start, end) : st;
}

static void advance(struct sweep *sw, uint64_t start)
{
	const struct zdm_model *m = sw->m;

	sw->nr_cuts = 0;
	while (sw->entry < m->pgmaps.nr_entries && m->pgmaps.entries[sw->entry].end_pfn <= start)
		sw->entry++;
	while (sw->extent < m->vmemmap.nr && m->vmemmap.v[sw->extent].end_pfn <= start)
		sw->extent++;
}

static enum zdm_status sweep_section(struct sweep *sw, const struct zdm_section *sec)
{
	const struct zdm_model *m = sw->m;
	uint64_t start = zdm_section_nr_to_pfn(&m->g, sec->nr);
	uint64_t end = start + m->g.section_pages;
	size_t i;

	advance(sw, start);
	cut_subsections(sw, sec, start, end);
	cut_entries(sw, start, end);
	for (i = sw->extent; i < m->vmemmap.nr && m->vmemmap.v[i].start_pfn < end; i++)
		cut(sw, start, end, m->vmemmap.v[i].start_pfn);
	for (i = 0; i < m->probes.nr_deferred; i++) {
		cut(sw, start, end, m->probes.deferred[i].start_pfn);
		cut(sw, start, end, m->probes.deferred[i].end_pfn);
	}
	return classify_pieces(sw, sec, start, end);
}

/* Where no section is present; a device on its way in may already have an entry. */
static enum zdm_status sweep_void(struct sweep *sw, uint64_t start, uint64_t end)
{
	const struct zdm_model *m = sw->m;
	size_t i;

	if (start >= end)
		return ZDM_OK;
	advance(sw, start);
	for (i = 0; i < m->sections.nr_gaps; i++) {
		cut(sw, start, end, zdm_section_nr_to_pfn(&m->g, m->sections.gaps[i].start_nr));
		cut(sw, start, end, zdm_section_nr_to_pfn(&m->g, m->sections.gaps[i].end_nr));
	}
	cut_entries(sw, start, end);
	return classify_pieces(sw, NULL, start, end);
}

/* Beyond it nothing is known to exist. */
static uint64_t end_pfn(const struct zdm_model *m)
{
	uint64_t end = zdm_section_nr_to_pfn(&m->g, m->sections.end_nr);
	uint64_t max = zdm_section_nr_to_pfn(&m->g, m->g.nr_sections_max);
	size_t i;

	for (i = 0; i < m->pgmaps.nr_entries; i++) {
		if (m->pgmaps.entries[i].status == ZDM_OK && m->pgmaps.entries[i].end_pfn > end)
			end = m->pgmaps.entries[i].end_pfn;
	}
	return end < max ? end : max;
}

enum zdm_status zdm_model_sweep(struct zdm_model *m)
{
	struct sweep sw = { .m = m };
	enum zdm_status st = ZDM_OK;
	uint64_t pos = 0;
	size_t i;

	for (i = 0; i < m->sections.nr && st == ZDM_OK; i++) {
		const struct zdm_section *sec = &m->sections.v[i];
		uint64_t start = zdm_section_nr_to_pfn(&m->g, sec->nr);

		st = sweep_void(&sw, pos, start);
		if (st == ZDM_OK)
			st = sweep_section(&sw, sec);
		pos = start + m->g.section_pages;
	}
	if (st == ZDM_OK)
		st = sweep_void(&sw, pos, end_pfn(m));
	free(sw.cuts);
	return st;
}

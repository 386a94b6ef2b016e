// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One pass over the sections. Each is cut wherever any fact changes, and every
 * piece is classified once: the cost grows with sections and pgmaps, never
 * with PFNs nor with one times the other.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/grow.h"
#include "model/model.h"
#include "base/search.h"

/* Where to go on: the first entry and the first extent that end after a PFN. */
struct place {
	size_t entry, extent;
};

struct sweep {
	struct zdm_model *m;
	uint64_t *cuts;			/* where a fact may change, sorted */
	size_t nr_cuts, cap_cuts;
	size_t cut;			/* cursor: first cut not passed yet */
	struct place at;
	uint64_t shares_nr;		/* section that `shares` is of; UINT64_MAX: none */
	int32_t shares;
	bool nomem;
	bool full;			/* of ranges: the last one holds all the rest */
};

static enum zdm_altmap_part part_of(const struct zdm_pgmap *p, int64_t range, uint64_t pfn)
{
	const struct zdm_altmap *a = &p->altmap;

	if (range > 0 || p->altmap_status != ZDM_OK)	/* altmaps serve the first range only */
		return ZDM_PART_NONE;
	/* before 5.3 an altmap begins with its section, and what precedes the range is reserved */
	if (range < 0)
		return pfn >= a->base_pfn && pfn < a->base_pfn + a->reserve ? ZDM_PART_RESERVE :
		       ZDM_PART_NONE;
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
	if (f->part != ZDM_PART_NONE)
		return p->done_pfn > a->base_pfn + a->reserve + a->free ? ZDM_YES : ZDM_NO;
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

/*
 * Index of the pgmap of which some part of the section has a live entry, or -1.
 * Only the padding of old kernels asks; there no two devices share a section.
 * entry: first that ends after the section's start.
 */
static int32_t shares_section(const struct zdm_model *m, const struct zdm_section *sec,
			      size_t entry)
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

/* What a device elsewhere in the section means for a PFN that has no entry. */
static void padding_facts(const struct zdm_model *m, int32_t shares, uint64_t pfn,
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
	if (found == ZDM_LOOK_NONE || found == ZDM_LOOK_UNREAD)
		return ZDM_UNKNOWN;
	return found == ZDM_LOOK_DEVICE ? ZDM_YES : ZDM_NO;
}

/*
 * PFNs whose struct pages are in one page of memmap with those of others: a power of two.
 * With pages of 4 KiB they are fewer than a sub-section has.
 */
static uint64_t pages_per_leaf(const struct zdm_geometry *g)
{
	return (1ull << g->page_shift) / g->page_bytes;
}

/* Do some of those that share a page of memmap with pfn have a clear bit? */
static bool page_shared(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn)
{
	uint64_t per = m->g.section_pages / m->g.subsections, n = pages_per_leaf(&m->g);
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

/* All but padding_facts(). at: the first entry and extent that end after pfn. */
static void facts_at(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
		     const struct place *at, struct zdm_facts *f)
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
	struct place at = { .entry = zdm_pgmaps_entry(&m->pgmaps, pfn) };

	at.extent = zdm_first_beyond(m->vmemmap.v, m->vmemmap.nr, end_pfn, pfn);
	facts_at(m, sec, pfn, &at, ret);
	if (sec)
		padding_facts(m, shares_section(m, sec, zdm_pgmaps_entry(&m->pgmaps,
			      zdm_section_nr_to_pfn(&m->g, nr))), pfn, ret);
}

/* A place where a fact may change. */
static void cut(struct sweep *sw, uint64_t pfn)
{
	uint64_t *slot;

	if (sw->nomem)
		return;
	slot = zdm_grow((void **)&sw->cuts, &sw->cap_cuts, sw->nr_cuts, sizeof(*slot));
	if (!slot) {
		sw->nomem = true;
		return;
	}
	*slot = pfn;
	sw->nr_cuts++;
}

static void cut_pgmap(struct sweep *sw, size_t index)
{
	const struct zdm_pgmap *p = &sw->m->pgmaps.v[index];
	const struct zdm_altmap *a = &p->altmap;
	uint32_t i;

	for (i = 0; i < p->nr_ranges; i++) {
		cut(sw, p->ranges[i].start_pfn);
		cut(sw, p->ranges[i].end_pfn);
	}
	if (p->altmap_status == ZDM_OK) {
		cut(sw, a->base_pfn);
		cut(sw, a->base_pfn + a->reserve);
		cut(sw, a->base_pfn + a->reserve + a->free);
	}
	if (sw->m->probes.progress)
		cut(sw, sw->m->probes.progress[index].done_pfn);
}

/* Where the first sub-section behind pfn begins that differs from pfn's, or the section ends. */
static uint64_t subsection_border(const struct zdm_model *m, const struct zdm_section *sec,
				  uint64_t pfn)
{
	uint64_t start = zdm_section_nr_to_pfn(&m->g, sec->nr);
	uint64_t per = m->g.section_pages / m->g.subsections;
	uint64_t leaf = pages_per_leaf(&m->g);
	unsigned int i = (unsigned int)((pfn - start) / per);
	enum zdm_tri bit = zdm_sections_bit(&m->sections, sec, i);
	bool sampled = zdm_probes_sample(&m->probes, sec->nr, i);

	for (i++; i < m->g.subsections && !sampled; i++) {
		sampled = zdm_probes_sample(&m->probes, sec->nr, i);
		if (sampled || zdm_sections_bit(&m->sections, sec, i) != bit)
			break;
		/* page_shared() */
		if (leaf > per && i * per % leaf == 0)
			break;
	}
	return start + i * per;
}

static void cut_spans(struct sweep *sw, const struct zdm_spans *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		cut(sw, s->v[i].start_pfn);
		cut(sw, s->v[i].end_pfn);
	}
}

/* Whether a sub-section holds any RAM changes at its own ends. */
static void cut_around(struct sweep *sw, const struct zdm_spans *s)
{
	uint64_t per = sw->m->g.section_pages / sw->m->g.subsections;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		cut(sw, s->v[i].start_pfn / per * per);
		cut(sw, (s->v[i].end_pfn + per - 1) / per * per);
	}
}

/* Where boot initialises every struct page of a section, a frame's being RAM decides nothing. */
static void cut_ram(struct sweep *sw)
{
	const struct zdm_model *m = sw->m;

	cut_around(sw, &m->resources.ram);
	cut_around(sw, &m->resources.lost);
	if (zdm_feat_yes(&m->feat, ZDM_FEAT_BOOTHOLE_INIT))
		return;
	cut_spans(sw, &m->resources.ram);
	cut_spans(sw, &m->resources.lost);
	cut_spans(sw, &m->zones.spans);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * All of them at once: each costs its sorting, however many sections a pgmap spans. What
 * there is of each section, sub-sections and extents, is cut when its turn comes.
 */
static void find_cuts(struct sweep *sw)
{
	const struct zdm_model *m = sw->m;
	size_t i;

	for (i = 0; i < m->sections.nr_gaps; i++) {
		cut(sw, zdm_section_nr_to_pfn(&m->g, m->sections.gaps[i].start_nr));
		cut(sw, zdm_section_nr_to_pfn(&m->g, m->sections.gaps[i].end_nr));
	}
	for (i = 0; i < m->pgmaps.nr_entries; i++) {
		cut(sw, m->pgmaps.entries[i].start_pfn);
		cut(sw, m->pgmaps.entries[i].end_pfn);
	}
	for (i = 0; i < m->pgmaps.nr; i++)
		cut_pgmap(sw, i);
	for (i = 0; i < m->probes.nr_deferred; i++) {
		cut(sw, m->probes.deferred[i].start_pfn);
		cut(sw, m->probes.deferred[i].end_pfn);
	}
	for (i = 0; i < m->looks.nr; i++) {
		cut(sw, m->looks.v[i].start_pfn);
		cut(sw, m->looks.v[i].end_pfn);
	}
	cut_ram(sw);
	if (sw->nr_cuts)
		qsort(sw->cuts, sw->nr_cuts, sizeof(*sw->cuts), by_value);
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

/* No machine has so many stretches that differ: nothing is said of what follows. */
static enum zdm_status give_up(struct sweep *sw, uint64_t start)
{
	sw->full = true;
	zdm_warnf(&sw->m->warnings, true, "page frames from %" PRIx64 " on are not looked at: there "
		  "are more than %u ranges", start, ZDM_MAX_RANGES);
	return zdm_ranges_push(&sw->m->ranges, &(struct zdm_range){
		.start_pfn = start, .end_pfn = end_pfn(sw->m), .cls = ZDM_CLASS_UNKNOWN,
		.valid = ZDM_UNKNOWN, .reason = ZDM_REASON_BUDGET, .memmap = ZDM_MEMMAP_UNKNOWN,
		.in_dump = ZDM_IN_DUMP_UNKNOWN, .pgmap = -1 });
}

static enum zdm_status classify_piece(struct sweep *sw, const struct zdm_section *sec,
				      uint64_t start, uint64_t end)
{
	const struct zdm_model *m = sw->m;
	struct zdm_verdict v;
	struct zdm_facts f;

	if (m->ranges.nr >= ZDM_MAX_RANGES - 1)
		return give_up(sw, start);
	while (sw->at.entry < m->pgmaps.nr_entries &&
	       m->pgmaps.entries[sw->at.entry].end_pfn <= start)
		sw->at.entry++;
	if (sec && sec->nr != sw->shares_nr) {
		sw->shares_nr = sec->nr;	/* at its first piece: the cursor stands at its start */
		sw->shares = shares_section(m, sec, sw->at.entry);
	}
	facts_at(m, sec, start, &sw->at, &f);
	if (sec)
		padding_facts(m, sw->shares, start, &f);
	v = zdm_classify(&f);
	return zdm_ranges_push(&sw->m->ranges, &(struct zdm_range){
		.start_pfn = start, .end_pfn = end, .cls = v.cls, .valid = v.valid,
		.reason = v.reason, .memmap = f.where, .in_dump = f.in_dump, .pgmap = v.pgmap,
		.evidence_kaddr = v.evidence_kaddr });
}

/* Up to where the facts at pos hold, end at most. */
static uint64_t piece_end(struct sweep *sw, const struct zdm_section *sec, bool plain,
			  uint64_t pos, uint64_t end)
{
	const struct zdm_vmemmap *x = &sw->m->vmemmap;
	uint64_t border;

	while (sw->cut < sw->nr_cuts && sw->cuts[sw->cut] <= pos)
		sw->cut++;
	if (sw->cut < sw->nr_cuts && sw->cuts[sw->cut] < end)
		end = sw->cuts[sw->cut];
	while (sw->at.extent < x->nr && x->v[sw->at.extent].end_pfn <= pos)
		sw->at.extent++;
	if (sw->at.extent < x->nr) {
		border = x->v[sw->at.extent].start_pfn;
		if (border <= pos)
			border = x->v[sw->at.extent].end_pfn;
		if (border < end)
			end = border;
	}
	if (!plain && (border = subsection_border(sw->m, sec, pos)) < end)
		end = border;
	return end;
}

/* Classify the pieces of [start, end), a section or the space between two. */
static enum zdm_status sweep_pieces(struct sweep *sw, const struct zdm_section *sec,
				    uint64_t start, uint64_t end)
{
	const struct zdm_model *m = sw->m;
	bool plain = !sec || (zdm_sections_uniform(&m->sections, sec) &&
			      (!m->probes.nr_samples || !zdm_probes_any(&m->probes, sec->nr)));
	enum zdm_status st = ZDM_OK;
	uint64_t next;

	for (; start < end && st == ZDM_OK && !sw->full; start = next) {
		next = piece_end(sw, sec, plain, start, end);
		st = classify_piece(sw, sec, start, next);
	}
	return st;
}

enum zdm_status zdm_model_sweep(struct zdm_model *m)
{
	struct sweep sw = { .m = m, .shares_nr = UINT64_MAX };
	enum zdm_status st;
	uint64_t pos = 0;
	size_t i;

	find_cuts(&sw);
	st = sw.nomem ? ZDM_NOMEM : ZDM_OK;
	for (i = 0; i < m->sections.nr && st == ZDM_OK && !sw.full; i++) {
		const struct zdm_section *sec = &m->sections.v[i];
		uint64_t start = zdm_section_nr_to_pfn(&m->g, sec->nr);

		/* in the space between, a device on its way in may already have an entry */
		st = sweep_pieces(&sw, NULL, pos, start);
		pos = start + m->g.section_pages;
		if (st == ZDM_OK)
			st = sweep_pieces(&sw, sec, start, pos);
	}
	if (st == ZDM_OK)
		st = sweep_pieces(&sw, NULL, pos, end_pfn(m));
	free(sw.cuts);
	return st;
}

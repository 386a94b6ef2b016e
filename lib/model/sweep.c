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
#include "model/facts.h"

struct sweep {
	struct zdm_model *m;
	uint64_t *cuts;			/* where a fact may change, sorted */
	size_t nr_cuts, cap_cuts;
	size_t cut;			/* cursor: first cut not passed yet */
	struct zdm_place at;
	uint64_t shares_nr;		/* section that `shares` is of; UINT64_MAX: none */
	int32_t shares;
	bool nomem;
	bool full;			/* of ranges: the last one holds all the rest */
};

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
		cut(sw, zdm_altmap_backing_pfn(a));
		cut(sw, zdm_altmap_end_pfn(a));
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
	uint64_t leaf = zdm_facts_per_leaf(&m->g);
	unsigned int i = (unsigned int)((pfn - start) / per);
	enum zdm_tri bit = zdm_sections_bit(&m->sections, sec, i);
	bool sampled = zdm_probes_sample(&m->probes, sec->nr, i);

	for (i++; i < m->g.subsections && !sampled; i++) {
		sampled = zdm_probes_sample(&m->probes, sec->nr, i);
		if (sampled || zdm_sections_bit(&m->sections, sec, i) != bit)
			break;
		/* the facts ask whether a page of memmap is shared */
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
	cut_spans(sw, &m->probes.deferred);
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
		sw->shares = zdm_facts_shares(m, sec, sw->at.entry);
	}
	zdm_facts_at(m, sec, start, &sw->at, &f);
	if (sec)
		zdm_facts_padding(m, sw->shares, start, &f);
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

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "model/deferred.h"
#include "base/grow.h"
#include "kernel/struct_page.h"
#include "model/nodes.h"
#include "model/probe.h"
#include "model/pgmap_refs.h"
#include "base/search.h"

/* Does the struct page of pfn say that it is of ZONE_DEVICE? */
static enum zdm_tri zone_is_device(const struct zdm_session *s, uint64_t pfn)
{
	struct zdm_page_layout l;
	uint64_t flags;

	zdm_page_layout_init(s, &l);
	if (zdm_read_u64(s->r, zdm_geometry_page_kaddr(&s->g, pfn) + l.flags_off, &flags) != ZDM_OK)
		return ZDM_UNKNOWN;
	return zdm_page_in_zone_device(&l, flags);
}

static enum zdm_status sample(const struct zdm_session *s, struct zdm_probes *out, uint64_t nr,
			      unsigned int i)
{
	uint64_t per = s->g.section_pages / s->g.subsections;
	uint64_t first = zdm_section_nr_to_pfn(&s->g, nr) + i * per;
	enum zdm_tri a = zone_is_device(s, first), b = zone_is_device(s, first + per - 1);
	struct zdm_sample *smp = zdm_grow((void **)&out->samples, &out->cap_samples,
					  out->nr_samples, sizeof(*smp));

	if (!smp)
		return ZDM_NOMEM;
	/*
	 * The reserve of an altmap, at the start, and tails of compound pages, at the end,
	 * may keep what stood there before: where there must be none, one is enough.
	 */
	if (s->f.v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO && a == ZDM_YES)
		b = ZDM_YES;
	else if (b == ZDM_NO && a != ZDM_NO)
		b = ZDM_UNKNOWN;
	*smp = (struct zdm_sample){ nr, i, b };
	out->nr_samples++;
	return ZDM_OK;
}

/* Is [start_pfn, end_pfn) all of one range of one pgmap? */
static bool is_in_range(const struct zdm_pgmaps *p, uint64_t start_pfn, uint64_t end_pfn)
{
	size_t i = zdm_pgmaps_entry(p, start_pfn);
	const struct zdm_pgmap_entry *e = &p->entries[i];
	int64_t range;

	if (i == p->nr_entries || e->start_pfn > start_pfn || e->end_pfn < end_pfn || e->pgmap < 0)
		return false;
	range = zdm_pgmaps_range(p, (uint32_t)e->pgmap, start_pfn);
	return range >= 0 && range == zdm_pgmaps_range(p, (uint32_t)e->pgmap, end_pfn - 1);
}

/* Before 5.3: may this sub-section be padding? See wants_sample(). */
static bool may_be_padding(const struct zdm_session *s, const struct zdm_section *sec,
			   unsigned int i, const struct zdm_pgmaps *pgmaps)
{
	uint64_t per = s->g.section_pages / s->g.subsections;
	uint64_t start = zdm_section_nr_to_pfn(&s->g, sec->nr) + i * per;

	return !is_in_range(pgmaps, start, start + per);
}

/*
 * Two kinds of sub-section need a sample:
 * - early, tainted, bit set: RAM, or a device whose look-up entry is lost.
 * - before 5.3, in a section that has a look-up entry: the padding of a device to
 *   whole sections lies outside its resource.
 */
static bool wants_sample(const struct zdm_session *s, const struct zdm_sections *secs,
			 const struct zdm_section *sec, unsigned int i,
			 const struct zdm_pgmaps *pgmaps)
{
	if (s->f.v[ZDM_FEAT_SUBSECTIONS] == ZDM_NO)
		return may_be_padding(s, sec, i, pgmaps);
	return zdm_sections_bit(secs, sec, i) == ZDM_YES;
}

/* What holds for all of a section, and for nearly all sections of a machine. */
static bool wants_no_sample(const struct zdm_session *s, const struct zdm_sections *secs,
			    const struct zdm_section *sec, bool has_entry)
{
	if (sec->status != ZDM_OK || !(sec->flags & ZDM_SECTION_HAS_MEM_MAP))
		return true;
	if (s->f.v[ZDM_FEAT_SUBSECTIONS] == ZDM_NO)
		return !has_entry || (secs->online_flag && (sec->flags & ZDM_SECTION_ONLINE));
	return !(sec->flags & ZDM_SECTION_EARLY) || !zdm_feat_yes(&s->f, ZDM_FEAT_TAINT) ||
	       !(sec->flags & ZDM_SECTION_TAINT_ZONE_DEVICE);
}

static enum zdm_status sample_section(const struct zdm_session *s, const struct zdm_sections *secs,
				      const struct zdm_section *sec,
				      const struct zdm_pgmaps *pgmaps, struct zdm_probes *out)
{
	enum zdm_status st = ZDM_OK;
	unsigned int bit;

	for (bit = 0; bit < s->g.subsections && st == ZDM_OK; bit++) {
		if (out->nr_samples < ZDM_MAX_SAMPLES && wants_sample(s, secs, sec, bit, pgmaps))
			st = sample(s, out, sec->nr, bit);
	}
	return st;
}

/*
 * Initialised: zone ZONE_DEVICE, and since 4.20 the pgmap in word 1 (before,
 * the zone is enough: the pgmap is filled in by a later loop, and the struct
 * page is sound without it; mm/page_alloc.c memmap_init_zone(), 4.14).
 */
static enum zdm_tri page_done(const struct zdm_session *s, uint64_t pgmap_kaddr, uint64_t pfn)
{
	enum zdm_tri device = zone_is_device(s, pfn);
	struct zdm_page_layout l;
	uint64_t word1;

	if (device != ZDM_YES || !zdm_feat_yes(&s->f, ZDM_FEAT_PGMAP_WITH_ZONE))
		return device;
	zdm_page_layout_init(s, &l);
	if (zdm_read_u64(s->r, zdm_geometry_page_kaddr(&s->g, pfn) + l.word1_off, &word1))
		return ZDM_UNKNOWN;
	return word1 == pgmap_kaddr ? ZDM_YES : ZDM_NO;
}

/*
 * The struct pages are not in the dump, as is usual with an altmap. A reference
 * for every page, taken when all of them were done, is evidence as good.
 */
static bool all_referenced(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
			   uint64_t pages)
{
	uint64_t refs;

	return zdm_pgmap_refs_count(s, pgmap, &refs) == ZDM_OK && refs >= pages && !(refs >> 52);
}

/* Pages are initialised in ascending order: find where it stopped in [lo, hi). */
static enum zdm_status search_progress(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
				       uint64_t lo, uint64_t hi, uint64_t *done_pfn)
{
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;

		switch (page_done(s, pgmap->kaddr, mid)) {
		case ZDM_YES:
			lo = mid + 1;
			break;
		case ZDM_NO:
			hi = mid;
			break;
		case ZDM_UNKNOWN:
			return ZDM_UNREADABLE;
		}
	}
	*done_pfn = lo;
	return ZDM_OK;
}

/* First and last page of a reserve that this kernel should have initialised. */
static enum zdm_tri reserve_done(const struct zdm_session *s, const struct zdm_pgmap *pgmap)
{
	const struct zdm_altmap *a = &pgmap->altmap;
	enum zdm_tri first, last;

	if (s->f.v[ZDM_FEAT_RESERVE_RAW] != ZDM_NO || pgmap->altmap_status != ZDM_OK || !a->reserve)
		return ZDM_UNKNOWN;
	first = zone_is_device(s, a->base_pfn);
	last = zone_is_device(s, zdm_altmap_backing_pfn(a) - 1);
	return first == last ? first : first == ZDM_NO || last == ZDM_NO ? ZDM_NO : ZDM_UNKNOWN;
}

static void find_progress(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
			  struct zdm_progress *ret)
{
	const struct zdm_pfn_range *r = pgmap->ranges;
	enum zdm_tri last;
	uint64_t lo;

	ret->status = ZDM_UNREADABLE;
	if (pgmap->status != ZDM_OK || !r)
		return;
	ret->reserve_done = reserve_done(s, pgmap);
	lo = r->start_pfn;
	if (pgmap->altmap_status == ZDM_OK)
		lo = zdm_altmap_end_pfn(&pgmap->altmap);
	if (lo < r->start_pfn || lo >= r->end_pfn)
		lo = r->start_pfn;
	ret->done_pfn = r->end_pfn;
	last = page_done(s, pgmap->kaddr, r->end_pfn - 1);
	if (last == ZDM_NO)
		ret->status = search_progress(s, pgmap, lo, r->end_pfn - 1, &ret->done_pfn);
	else if (last == ZDM_YES || all_referenced(s, pgmap, r->end_pfn - lo))
		ret->status = ZDM_OK;
}

/*
 * A frame that stores memmap: zone ZONE_DEVICE, and lru linked to itself, as
 * __init_single_page() leaves it. The same bytes from an earlier life of the
 * device are as good: the kernel would write no others.
 */
static enum zdm_tri is_backing_page(const struct zdm_session *s, uint64_t pfn)
{
	enum zdm_tri device = zone_is_device(s, pfn);
	struct zdm_page_layout l;
	uint64_t lru, links[2];

	zdm_page_layout_init(s, &l);
	lru = zdm_geometry_page_kaddr(&s->g, pfn) + l.word1_off;
	if (device != ZDM_YES)
		return device;
	if (zdm_read_kaddr(s->r, lru, links, sizeof(links)) != ZDM_OK)
		return ZDM_UNKNOWN;
	return links[0] == lru && links[1] == lru ? ZDM_YES : ZDM_NO;
}

static void find_backing(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
			 struct zdm_backing *ret)
{
	const struct zdm_altmap *a = &pgmap->altmap;
	uint64_t first = zdm_altmap_backing_pfn(a), last = zdm_altmap_end_pfn(a) - 1;

	ret->done = ZDM_NO;
	if (pgmap->status != ZDM_OK || pgmap->altmap_status != ZDM_OK || !a->free ||
	    pgmap->nr_range > 0)
		return;
	ret->done = zdm_zone_device_spans(s, a->base_pfn, last + 1);
	if (ret->done == ZDM_YES)
		ret->done = is_backing_page(s, last);
	if (ret->done == ZDM_YES)
		ret->done = is_backing_page(s, first);
}

/* What the pgmaps' own fields leave open. */
static enum zdm_status probe_pgmaps(const struct zdm_session *s, const struct zdm_pgmaps *pgmaps,
				    struct zdm_probes *ret)
{
	size_t i, n = pgmaps->nr ? pgmaps->nr : 1;

	if (zdm_feat_yes(&s->f, ZDM_FEAT_NR_RANGE)) {
		ret->backing = calloc(n, sizeof(*ret->backing));
		for (i = 0; ret->backing && i < pgmaps->nr; i++)
			find_backing(s, &pgmaps->v[i], &ret->backing[i]);
		return ret->backing ? ZDM_OK : ZDM_NOMEM;
	}
	ret->progress = calloc(n, sizeof(*ret->progress));
	for (i = 0; ret->progress && i < pgmaps->nr; i++)
		find_progress(s, &pgmaps->v[i], &ret->progress[i]);
	return ret->progress ? ZDM_OK : ZDM_NOMEM;
}

enum zdm_status zdm_probes_read(const struct zdm_session *s, const struct zdm_sections *sections,
				const struct zdm_pgmaps *pgmaps, struct zdm_probes *ret)
{
	enum zdm_status st = ZDM_OK;
	size_t i, e = 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < sections->nr && st == ZDM_OK; i++) {
		const struct zdm_section *sec = &sections->v[i];
		uint64_t start = zdm_section_nr_to_pfn(&s->g, sec->nr);
		bool has_entry;

		while (e < pgmaps->nr_entries && pgmaps->entries[e].end_pfn <= start)
			e++;
		has_entry = e < pgmaps->nr_entries &&
			    pgmaps->entries[e].start_pfn < start + s->g.section_pages;
		if (!wants_no_sample(s, sections, sec, has_entry))
			st = sample_section(s, sections, sec, pgmaps, ret);
	}
	if (st == ZDM_OK)
		st = probe_pgmaps(s, pgmaps, ret);
	if (st == ZDM_OK)
		st = zdm_deferred_read(s, ret);
	if (st != ZDM_OK)
		zdm_probes_deinit(ret);
	return st;
}

bool zdm_probes_is_deferred(const struct zdm_probes *p, uint64_t pfn)
{
	return zdm_spans_hold(&p->deferred, pfn);
}

void zdm_probes_deinit(struct zdm_probes *p)
{
	free(p->samples);
	free(p->progress);
	free(p->backing);
	zdm_spans_deinit(&p->deferred);
	memset(p, 0, sizeof(*p));
}

bool zdm_probes_any(const struct zdm_probes *p, uint64_t section_nr)
{
	size_t i = zdm_first_from(p->samples, p->nr_samples, section_nr, section_nr);

	return i < p->nr_samples && p->samples[i].section_nr == section_nr;
}

const struct zdm_sample *zdm_probes_sample(const struct zdm_probes *p, uint64_t section_nr,
					   unsigned int subsection)
{
	size_t lo = 0, hi = p->nr_samples;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct zdm_sample *m = &p->samples[mid];

		if (m->section_nr < section_nr ||
		    (m->section_nr == section_nr && m->subsection < subsection))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < p->nr_samples && p->samples[lo].section_nr == section_nr &&
	    p->samples[lo].subsection == subsection)
		return &p->samples[lo];
	return NULL;
}

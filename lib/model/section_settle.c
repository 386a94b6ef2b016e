// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>

#include "model/section_settle.h"

/* Sections of one kind, for a line that speaks of all of them. */
struct fold {
	size_t nr;
	const struct zdm_section *first;
};

static void fold_add(struct fold *f, const struct zdm_section *sec)
{
	if (!f->nr++)
		f->first = sec;
}

/*
 * Does the section hold the direct-map address of its own frames? Linux v5.3 to v5.4 write
 * pfn_to_kaddr() where pfn_to_page() belongs for a section whose device does not begin with
 * it (mm/sparse.c, sparse_add_section(); 5.4.284 line 905, mended by v5.15). With
 * SPARSEMEM_VMEMMAP nobody reads what is there: pfn_to_page() needs no section.
 */
static bool holds_direct_map(const struct zdm_session *s, const struct zdm_section *sec)
{
	const struct zdm_geometry *g = &s->g;
	uint64_t pfn = zdm_section_nr_to_pfn(g, sec->nr);
	uint64_t kaddr = zdm_reader_xlat(s->r)->page_offset_kaddr + (pfn << g->page_shift);

	return (sec->raw & g->bits.map_mask) + pfn * g->page_bytes == kaddr;
}

static bool has_memmap(const struct zdm_section *sec)
{
	return sec->flags & ZDM_SECTION_HAS_MEM_MAP;
}

/* The address that more than half of the sections hold; 0: there is none. */
static uint64_t most_sections(const struct zdm_session *s, const struct zdm_sections *o)
{
	uint64_t mask = s->g.bits.map_mask, best = 0;
	size_t i, lead = 0, votes = 0, voters = 0;

	/* Boyer and Moore: whoever is left over may be the majority, nobody else is */
	for (i = 0; i < o->nr; i++) {
		if (!has_memmap(&o->v[i]) || holds_direct_map(s, &o->v[i]))
			continue;
		if (!lead)
			best = o->v[i].raw & mask;
		lead += (o->v[i].raw & mask) == best ? 1 : (size_t)-1;
	}
	for (i = 0; i < o->nr; i++) {
		if (!has_memmap(&o->v[i]) || holds_direct_map(s, &o->v[i]))
			continue;
		voters++;
		votes += (o->v[i].raw & mask) == best;
	}
	return votes * 2 > voters ? best : 0;
}

void zdm_section_settle(const struct zdm_session *s, struct zdm_sections *o, struct zdm_warnings *w)
{
	const struct zdm_geometry *g = &s->g;
	struct fold bad = { 0 }, unused = { 0 };
	size_t i;

	if (!o->vmemmap_kaddr)
		o->vmemmap_kaddr = most_sections(s, o);
	for (i = 0; i < o->nr; i++) {
		struct zdm_section *sec = &o->v[i];

		if (!has_memmap(sec) ||
		    (sec->raw & g->bits.map_mask) == (o->vmemmap_kaddr & g->bits.map_mask))
			continue;
		/* the page tables will say whether its memmap is there */
		if (o->vmemmap_kaddr && holds_direct_map(s, sec)) {
			fold_add(&unused, sec);
			continue;
		}
		sec->status = ZDM_CORRUPT;
		fold_add(&bad, sec);
	}
	if (bad.nr)
		zdm_warnf(w, true, "section %" PRIu64 "%s: section_mem_map %016" PRIx64
			  " does not lead to the memmap at %016" PRIx64 " (%zu section%s)",
			  bad.first->nr, bad.nr > 1 ? " and others" : "", bad.first->raw,
			  o->vmemmap_kaddr, bad.nr, bad.nr > 1 ? "s" : "");
	if (unused.nr)
		zdm_warnf(w, false, "section %" PRIu64 "%s: section_mem_map %016" PRIx64 " is the "
			  "direct-map address of its frames; the kernel put it there and does not "
			  "use it", unused.first->nr, unused.nr > 1 ? " and others" : "",
			  unused.first->raw);
}

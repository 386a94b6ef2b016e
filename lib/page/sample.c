// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "page/sample.h"

#define MAX_POSITIONS 512u		/* of a compound page: all of one of 2 MiB */
#define SOME_POSITIONS 64u		/* of a larger one: each is a page of memmap to read */

static void look(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn, uint64_t *budget,
		 struct zdm_look *ret)
{
	uint8_t bytes[256];
	enum zdm_veto why;

	if (!*budget || v->l.bytes > sizeof(bytes))
		return;
	--*budget;
	if (zdm_read_kaddr(v->s->r, zdm_page_kaddr(zdm_model_kernel(v->m), pfn), bytes,
			   v->l.bytes) != ZDM_OK)
		return;
	ret->looked++;
	why = zdm_veto_page(v, r, pfn, bytes);
	if (zdm_veto_bytes(why) < ZDM_BYTES_CONTRADICT)
		return;
	if (!ret->against++) {
		ret->first_pfn = pfn;
		ret->why = why;
	}
}

/*
 * Every position within a compound page: its struct pages are not all written by
 * the same rule (memmap_init_compound(), mm/mm_init.c), and neighbours in memory
 * that is shared are the same bytes, so that the next one tells nothing new.
 */
static void look_at_compound(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t *budget,
			     struct zdm_look *ret)
{
	const struct zdm_pgmap *pgmaps;
	uint64_t nr, pfn, end, step;

	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(v->m, &pgmaps) ||
	    !pgmaps[r->pgmap].vmemmap_shift || pgmaps[r->pgmap].vmemmap_shift > 30)
		return;
	nr = 1ull << pgmaps[r->pgmap].vmemmap_shift;
	pfn = (r->start_pfn + nr - 1) & ~(nr - 1);
	if (pfn >= r->end_pfn)
		pfn = r->start_pfn;
	end = r->end_pfn - pfn > nr ? pfn + nr : r->end_pfn;
	step = nr <= MAX_POSITIONS ? 1 : nr / SOME_POSITIONS;
	for (; pfn < end; pfn += step)
		look(v, r, pfn, budget, ret);
}

void zdm_sample_range(struct zdm_vetoes *v, const struct zdm_range *r,
		      struct zdm_look_budget *budget, struct zdm_look *ret)
{
	uint64_t pages = r->end_pfn - r->start_pfn, last = UINT64_MAX, pfn;
	unsigned int i;

	memset(ret, 0, sizeof(*ret));
	if (r->valid != ZDM_YES || r->in_dump == ZDM_IN_DUMP_NO)
		return;
	for (i = 0; i < ZDM_LOOK_SPREAD; i++) {
		pfn = r->start_pfn + (pages - 1) / (ZDM_LOOK_SPREAD - 1) * i;
		if (i == ZDM_LOOK_SPREAD - 1)
			pfn = r->end_pfn - 1;
		if (pfn != last)
			look(v, r, pfn, &budget->spread, ret);
		last = pfn;
	}
	look_at_compound(v, r, &budget->compound, ret);
}

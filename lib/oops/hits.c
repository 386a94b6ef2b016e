// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * hits: which words of an oops are addresses of struct pages, pgmaps, pages, and which
 * are numbers of such. A number proves nothing by itself, for every small number could
 * be one: it only supports a pointer to the same page, in the same oops.
 */
#include <stdlib.h>

#include "model/model.h"
#include "oops/judge.h"

struct zdm_range oops_range(const struct oops_case *c, uint64_t pfn)
{
	const struct zdm_range *r = c->m ? zdm_range_find(c->m, pfn) : NULL;
	struct zdm_range none = {
		.start_pfn = pfn, .end_pfn = pfn + 1, .cls = ZDM_CLASS_ABSENT, .valid = ZDM_NO,
		.reason = ZDM_REASON_NO_SECTION, .memmap = ZDM_MEMMAP_NONE, .pgmap = -1,
	};

	if (!c->m) {
		none.cls = ZDM_CLASS_UNKNOWN;
		none.valid = ZDM_UNKNOWN;
		none.memmap = ZDM_MEMMAP_UNKNOWN;
	}
	return r ? *r : none;
}

/* Not plain RAM, nor nothing: of such frames a number is worth a word. */
static bool of_interest(const struct oops_case *c, uint64_t pfn)
{
	return c->m && pfn >= OOPS_MIN_PFN && pfn < c->end_pfn &&
	       zdm_class_of_interest(oops_range(c, pfn).cls);
}

/* Not the first struct page: its address is the base of all such arithmetic. */
static bool is_page(const struct oops_case *c, uint64_t v, struct oops_hit *h)
{
	uint64_t off = v - c->base_kaddr;

	if (!c->base_kaddr || v <= c->base_kaddr || off / c->page_bytes >= c->end_pfn)
		return false;
	h->pfn = off / c->page_bytes;
	h->off_bytes = off % c->page_bytes;
	return true;
}

static bool is_pgmap(const struct oops_case *c, uint64_t v, struct oops_hit *h)
{
	const struct zdm_pgmap *pgmaps;
	uint64_t bytes;
	size_t nr, i;

	if (!c->m)
		return false;
	bytes = zdm_kdef_or(&c->s->k, ZDM_SIZE_PGMAP, 1);
	nr = zdm_model_pgmaps(c->m, &pgmaps);
	for (i = 0; i < nr; i++) {
		if (v >= pgmaps[i].kaddr && v - pgmaps[i].kaddr < bytes) {
			h->pgmap = i;
			h->off_bytes = v - pgmaps[i].kaddr;
			return true;
		}
	}
	return false;
}

static bool is_direct(const struct oops_case *c, uint64_t v, struct oops_hit *h)
{
	uint64_t base = c->m ? zdm_model_kernel(c->m)->page_offset_kaddr : 0;

	if (!base || v < base || (v - base) / c->page_size >= c->end_pfn)
		return false;
	h->pfn = (v - base) / c->page_size;
	h->off_bytes = (v - base) % c->page_size;
	return of_interest(c, h->pfn);
}

/* Does some other word, or the kernel in words, name the struct page of this PFN? */
static bool is_named(const struct oops_case *c, uint64_t pfn)
{
	size_t i;

	if (c->g->mixed)
		return false;
	for (i = 0; i < c->nr_hits; i++) {
		if (c->hit[i].kind == OOPS_KIND_PAGE && c->hit[i].pfn == pfn)
			return true;
	}
	for (i = 0; i < c->g->nr_named; i++) {
		const struct oops_named *n = &c->g->named[i];
		struct oops_hit h;

		if (n->is_pfn ? n->value == pfn : is_page(c, n->value, &h) && h.pfn == pfn)
			return true;
	}
	return false;
}

static void look_at_pointers(const struct oops_case *c, struct oops_hit *h)
{
	uint64_t v = h->word->value;

	if (is_page(c, v, h))
		h->kind = OOPS_KIND_PAGE;
	else if (is_pgmap(c, v, h))
		h->kind = OOPS_KIND_PGMAP;
	else if (is_direct(c, v, h))
		h->kind = OOPS_KIND_DIRECT;
}

static bool is_number(const struct oops_case *c, struct oops_hit *h, enum oops_kind kind,
		      uint64_t pfn, uint64_t off, bool alone)
{
	bool supports;

	if (pfn < OOPS_MIN_PFN)
		return false;
	supports = is_named(c, pfn);
	if (!supports && !(alone && of_interest(c, pfn)))
		return false;
	h->supports = supports;
	h->kind = kind;
	h->pfn = pfn;
	h->off_bytes = off;
	return true;
}

static void look_at_numbers(const struct oops_case *c, struct oops_hit *h)
{
	uint64_t v = h->word->value;

	if (h->kind != OOPS_KIND_NONE || v < OOPS_MIN_PFN)
		return;
	/* compilers keep 64 * pfn in loops; by itself such a number is a physical address */
	if (is_number(c, h, OOPS_KIND_PFN, v, 0, false) ||
	    (v % c->page_bytes == 0 &&
	     is_number(c, h, OOPS_KIND_OFFSET, v / c->page_bytes, 0, false)) ||
	    is_number(c, h, OOPS_KIND_PFN, v, 0, true))
		return;
	is_number(c, h, OOPS_KIND_PADDR, v / c->page_size, v % c->page_size, true);
}

void oops_find_hits(struct oops_case *c)
{
	struct oops_look look;
	size_t i;

	for (i = 0; i < c->nr_hits; i++) {
		c->hit[i].word = &c->g->word[i];
		look_at_pointers(c, &c->hit[i]);
	}
	for (i = 0; i < c->nr_hits; i++) {
		look_at_numbers(c, &c->hit[i]);
		if (c->hit[i].kind == OOPS_KIND_PAGE && c->m) {
			oops_look(c, c->hit[i].pfn, &look);
			c->hit[i].valid = look.valid;
		}
	}
}

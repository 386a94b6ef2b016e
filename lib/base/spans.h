/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spans: sets of PFNs as stretches that are put in order, joined and searched. */
#ifndef ZDM_LIB_SPANS_H
#define ZDM_LIB_SPANS_H

#include <stdbool.h>

#include <zdm/zdm.h>

struct zdm_spans {
	struct zdm_pfn_range *v;	/* after zdm_spans_join(): sorted, apart */
	size_t nr, cap;
};

/* Add [start_pfn, end_pfn), in any order; an empty one is none. False: no memory. */
bool zdm_spans_add(struct zdm_spans *s, uint64_t start_pfn, uint64_t end_pfn);
/* Sort, and make one of those that meet. */
void zdm_spans_join(struct zdm_spans *s);
/* Is pfn in one of them? Only after zdm_spans_join(). */
bool zdm_spans_hold(const struct zdm_spans *s, uint64_t pfn);
/* Do they hold any of [start_pfn, end_pfn)? Only after zdm_spans_join(). */
bool zdm_spans_meet(const struct zdm_spans *s, uint64_t start_pfn, uint64_t end_pfn);
/* What is in a and not in b, both joined, into an empty ret: joined, too. False: no memory. */
bool zdm_spans_subtract(const struct zdm_spans *a, const struct zdm_spans *b,
			struct zdm_spans *ret);
void zdm_spans_deinit(struct zdm_spans *s);

#endif

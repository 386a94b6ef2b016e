/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sample: a look at a few struct pages of a range, cheap enough to go with
 * every summary. That they are sound proves nothing of the others; that they
 * are not says that a verdict is wrong.
 */
#ifndef ZDM_LIB_SAMPLE_H
#define ZDM_LIB_SAMPLE_H

#include "page/veto.h"

struct zdm_look {
	uint64_t looked;	/* struct pages that were read */
	uint64_t against;	/* of these: whose bytes speak against the verdict */
	uint64_t first_pfn;	/* the first of them, and what was found there */
	enum zdm_veto why;
};

/* How many struct pages may still be read, over all ranges: one kind does not starve the other. */
struct zdm_look_budget {
	uint64_t spread;	/* the first of each range, the last, and some between */
	uint64_t compound;	/* every position within a compound page */
};

#define ZDM_LOOK_SPREAD 8u	/* the most of `spread` that one range takes */

/*
 * Look at struct pages of r: none if it is not said to be valid or they are not
 * in the dump.
 */
void zdm_sample_range(struct zdm_vetoes *v, const struct zdm_range *r,
		      struct zdm_look_budget *budget, struct zdm_look *ret);

#endif

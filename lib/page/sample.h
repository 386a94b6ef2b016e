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

/*
 * Look at struct pages of r: none if it is not said to be valid or they are not
 * in the dump. *budget is how many may still be read, over all ranges.
 */
void zdm_sample_range(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t *budget,
		      struct zdm_look *ret);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ranges: runs of PFNs with one verdict, and how to find the one of a PFN. */
#ifndef ZDM_LIB_RANGES_H
#define ZDM_LIB_RANGES_H

#include <zdm/zdm.h>

struct zdm_ranges {
	struct zdm_range *v;		/* sorted, gap-free from 0 */
	size_t nr, cap;
};

/* Append; joined with the last when nothing but the PFNs differs. */
enum zdm_status zdm_ranges_push(struct zdm_ranges *r, const struct zdm_range *range);
/* Index of the range that holds pfn, or nr. */
size_t zdm_ranges_index(const struct zdm_ranges *r, uint64_t pfn);
void zdm_ranges_deinit(struct zdm_ranges *r);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* extents: a set of stretches of physical memory that grows as they are touched. */
#ifndef ZDM_LIB_EXTENTS_H
#define ZDM_LIB_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zdm_stretch {
	uint64_t start_paddr, end_paddr;
};

struct zdm_extents {
	struct zdm_stretch *v;	/* sorted and apart after zdm_extents_sort() */
	size_t nr, cap;
	size_t sorted;		/* so many of them are in order */
	size_t next_sort;	/* when nr reaches it, duplicates are worth looking for */
	bool nomem;		/* something got lost */
};

void zdm_extents_add(struct zdm_extents *e, uint64_t paddr, uint64_t len);
void zdm_extents_sort(struct zdm_extents *e);
void zdm_extents_deinit(struct zdm_extents *e);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pgmap_refs: references held on a pgmap, in its count and its per-CPU counters. */
#ifndef ZDM_LIB_PGMAP_REFS_H
#define ZDM_LIB_PGMAP_REFS_H

#include "kernel/session.h"

/*
 * memremap_pages() takes a reference for each page of a range once all its
 * struct pages are initialised (mm/memremap.c, 4.20 to 5.9; before, one by one
 * as it goes). Counters of CPUs that the dump lacks are left out: what is counted
 * elsewhere is the least. ABSENT: this kernel's counters cannot be found. INVAL:
 * the ref is dead, so that the counters say nothing.
 */
enum zdm_status zdm_pgmap_refs_count(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
				     uint64_t *ret);

#endif

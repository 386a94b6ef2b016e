/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xarray: the kernel's XArray and the radix tree before it, walked whole. */
#ifndef ZDM_LIB_XARRAY_H
#define ZDM_LIB_XARRAY_H

#include "kernel/kdef.h"
#include "memory/reader.h"

enum zdm_xarray_kind { ZDM_XARRAY_XA, ZDM_XARRAY_RADIX };

/*
 * A run of indices with one pointer. kaddr is 0 and status not OK where the
 * tree could not be read or believed: nothing is known of those indices, and
 * bad_kaddr says which node or slot it was.
 */
struct zdm_xarray_run {
	uint64_t start, end;		/* indices, end exclusive */
	uint64_t kaddr;
	uint64_t bad_kaddr;
	enum zdm_status status;
};

struct zdm_xarray_runs {
	struct zdm_xarray_run *run;	/* sorted by start, no overlaps, equal neighbours joined */
	size_t nr;
};

/*
 * Walk the tree whose struct xarray / radix_tree_root lies at root_kaddr.
 * Multi-order entries come as one run. Bounded in depth and nodes.
 * ABSENT: members of the node are not known; UNREADABLE or CORRUPT: the root
 * itself. Damage further down is a run of its own, and not an error.
 */
enum zdm_status zdm_xarray_walk(struct zdm_reader *r, const struct zdm_kdef *k,
				enum zdm_xarray_kind kind, uint64_t root_kaddr,
				struct zdm_xarray_runs *ret);
void zdm_xarray_runs_deinit(struct zdm_xarray_runs *runs);

#endif

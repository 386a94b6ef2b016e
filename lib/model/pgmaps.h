/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pgmaps: which dev_pagemaps the kernel knows, and for which PFNs. */
#ifndef ZDM_LIB_PGMAPS_H
#define ZDM_LIB_PGMAPS_H

#include "kernel/session.h"
#include "base/text.h"

/* What the kernel's own look-up gives for a stretch of PFNs. */
struct zdm_pgmap_entry {
	uint64_t start_pfn, end_pfn;
	int32_t pgmap;			/* index; -1 when status is not OK */
	enum zdm_status status;
	uint64_t bad_kaddr;		/* node or slot that is missing or wrong */
};

/* A range of a pgmap, in an order in which it can be found. */
struct zdm_pgmap_range {
	uint64_t start_pfn, end_pfn;
	uint32_t pgmap, range;		/* indices */
};

struct zdm_pgmaps {
	struct zdm_pgmap *v;		/* by their first PFN */
	size_t nr;
	struct zdm_pgmap_range *ranges;	/* of all, by pgmap and start_pfn */
	size_t nr_ranges;
	struct zdm_pgmap_entry *entries;	/* sorted, disjoint */
	size_t nr_entries;
	/*
	 * OK: the entries are all there are. ABSENT: the look-up structure was
	 * not found. Otherwise its root could not be read or believed.
	 */
	enum zdm_status status;
	uint64_t root_kaddr;
};

/* Of an altmap: the reserve ends, and what stores the memmap begins; that ends. */
static inline uint64_t zdm_altmap_backing_pfn(const struct zdm_altmap *a)
{
	return a->base_pfn + a->reserve;
}

static inline uint64_t zdm_altmap_end_pfn(const struct zdm_altmap *a)
{
	return a->base_pfn + a->reserve + a->free;
}

/* NOMEM, or OK with everything else in ret->status and the warnings. */
enum zdm_status zdm_pgmaps_read(const struct zdm_session *s, struct zdm_pgmaps *ret,
				struct zdm_warnings *w);
void zdm_pgmaps_deinit(struct zdm_pgmaps *p);

/* Index of the range of pgmap `index` that holds pfn, -1: none. */
int64_t zdm_pgmaps_range(const struct zdm_pgmaps *p, uint32_t index, uint64_t pfn);

/* First entry that ends after pfn; index, or nr_entries. */
size_t zdm_pgmaps_entry(const struct zdm_pgmaps *p, uint64_t pfn);

#endif

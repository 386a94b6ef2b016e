/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* facts: all that a model knows at one PFN, put together for classify. */
#ifndef ZDM_LIB_FACTS_H
#define ZDM_LIB_FACTS_H

#include "model/model.h"

/* Where to go on: the first look-up entry and the first extent of memmap that end after a PFN. */
struct zdm_place {
	size_t entry, extent;
};

/* All but zdm_facts_padding(), for one who goes from PFN to PFN. sec: of pfn, NULL: none. */
void zdm_facts_at(const struct zdm_model *m, const struct zdm_section *sec, uint64_t pfn,
		  const struct zdm_place *at, struct zdm_facts *f);

/*
 * Index of the pgmap of which some part of the section has a live entry, or -1.
 * Only the padding of old kernels asks; there no two devices share a section.
 * entry: first that ends after the section's start.
 */
int32_t zdm_facts_shares(const struct zdm_model *m, const struct zdm_section *sec, size_t entry);
/* What that device elsewhere in the section means for a PFN that has no entry. */
void zdm_facts_padding(const struct zdm_model *m, int32_t shares, uint64_t pfn,
		       struct zdm_facts *f);

/*
 * PFNs whose struct pages are in one page of memmap with those of others: a power of two.
 * With pages of 4 KiB they are fewer than a sub-section has.
 */
uint64_t zdm_facts_per_leaf(const struct zdm_geometry *g);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pgmap_decode: one struct dev_pagemap, of any kernel. */
#ifndef ZDM_LIB_PGMAP_DECODE_H
#define ZDM_LIB_PGMAP_DECODE_H

#include "model/pgmaps.h"

/* No driver asks for more ranges than a few; more is damage. */
#define ZDM_MAX_PGMAP_RANGES 4096u

/*
 * Read and check the dev_pagemap at kaddr. covered[0..nr_covered), sorted, are
 * the PFNs its look-up entries cover: ranges beyond nr_range count only where
 * covered. More than max_ranges are not believed.
 * Sets ret->status and its companions; NOMEM is the only failure.
 */
enum zdm_status zdm_pgmap_decode(const struct zdm_session *s, uint64_t kaddr,
				 const struct zdm_pfn_range *covered, size_t nr_covered,
				 uint32_t max_ranges, struct zdm_pgmap *ret,
				 struct zdm_warnings *w);

#endif

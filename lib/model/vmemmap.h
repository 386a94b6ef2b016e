/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vmemmap: where the struct pages of each present section are, and whether the dump has them. */
#ifndef ZDM_LIB_VMEMMAP_H
#define ZDM_LIB_VMEMMAP_H

#include "model/blocks.h"
#include "model/pgmaps.h"
#include "model/resources.h"
#include "model/sections.h"

/* PFNs whose struct pages are stored alike: part of a section, or some whole ones. */
struct zdm_extent {
	uint64_t start_pfn, end_pfn;
	enum zdm_memmap where;
	enum zdm_in_dump in_dump;
	uint64_t bad_kaddr;		/* where == UNKNOWN: memmap address that does not resolve */
};

struct zdm_vmemmap {
	struct zdm_extent *v;		/* sorted, disjoint; covers sections with a memmap */
	size_t nr, cap;
};

/* Walk the page tables of the memmap. NOMEM is the only failure. */
enum zdm_status zdm_vmemmap_read(const struct zdm_session *s, const struct zdm_sections *sections,
				 const struct zdm_pgmaps *pgmaps, const struct zdm_blocks *blocks,
				 const struct zdm_resources *resources, struct zdm_vmemmap *ret,
				 struct zdm_warnings *w);
void zdm_vmemmap_deinit(struct zdm_vmemmap *v);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* geometry: sizes and shifts of one kernel, worked out once from kdef. */
#ifndef ZDM_LIB_GEOMETRY_H
#define ZDM_LIB_GEOMETRY_H

#include "kernel/kdef.h"
#include "memory/reader.h"

#define ZDM_SUBSECTION_SHIFT 21u	/* on every architecture */

/* Section flag bits of this kernel; 0 where it has none of that meaning. */
struct zdm_section_bits {
	uint64_t present, has_mem_map, online, early, taint, preinit;
	uint64_t map_mask;	/* what of section_mem_map is the memmap address */
};

struct zdm_geometry {
	unsigned int page_shift, section_shift;		/* bytes, as powers of two */
	uint64_t section_pages;
	unsigned int subsections;			/* per section */
	uint64_t nr_sections_max;			/* NR_MEM_SECTIONS */
	uint64_t page_bytes;				/* sizeof(struct page) */
	uint64_t vmemmap_kaddr;				/* struct page of PFN 0; 0: not known */
	bool vmemmap_said;				/* by a symbol; else it is this machine's habit */
	struct zdm_section_bits bits;
	/* zone and node of page->flags; zone_shift 0: not known */
	unsigned int zone_shift, zone_bits, node_shift;
	int zone_device;				/* enumerator, -1: not known */
};

static inline uint64_t zdm_pfn_to_section_nr(const struct zdm_geometry *g, uint64_t pfn)
{
	return pfn >> (g->section_shift - g->page_shift);
}

static inline uint64_t zdm_section_nr_to_pfn(const struct zdm_geometry *g, uint64_t nr)
{
	return nr << (g->section_shift - g->page_shift);
}

/* Where the struct page of a page frame is. */
static inline uint64_t zdm_geometry_page_kaddr(const struct zdm_geometry *g, uint64_t pfn)
{
	return g->vmemmap_kaddr + pfn * g->page_bytes;
}

struct zdm_session;

/* Fills s->g. ABSENT with a line in err when a required size is not known. */
enum zdm_status zdm_geometry_init(struct zdm_session *s, char *err, size_t err_len);

#endif

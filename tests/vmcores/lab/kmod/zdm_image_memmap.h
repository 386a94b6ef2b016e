/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory model, for zdm_image.h: what include/linux/mmzone.h, mm.h, memremap.h and
 * percpu-refcount.h of 6.12 to 7.3 define inline for x86-64, SPARSEMEM_EXTREME and VMEMMAP. Bits are
 * numbered by the enumerators of the kernel's BTF; widths that are plain macros stand here.
 */
#ifndef ZDM_IMAGE_MEMMAP_H
#define ZDM_IMAGE_MEMMAP_H

#define SECTION_PFN_SHIFT (27 - 12)	/* sections of 128 MiB */
#define PAGES_PER_SECTION (1UL << SECTION_PFN_SHIFT)
#define PAGES_PER_SUBSECTION 512UL	/* 2 MiB */
#define SUBSECTIONS_PER_SECTION (PAGES_PER_SECTION / PAGES_PER_SUBSECTION)
#define BITS_TO_LONGS(n) (((n) + 63) / 64)

/* 46 bits of physical addresses, 52 with 5-level page tables: then a p4d has more than one entry */
extern unsigned int ptrs_per_p4d;
#define NR_MEM_SECTIONS (1UL << ((ptrs_per_p4d > 1 ? 52 : 46) - 27))
#define SECTIONS_PER_ROOT (PAGE_SIZE / sizeof(struct mem_section))
extern struct mem_section **mem_section;

#define vmemmap ((struct page *)vmemmap_base)
#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((unsigned long)((page) - vmemmap))
#define pfn_to_section_nr(pfn) ((pfn) >> SECTION_PFN_SHIFT)

static inline struct mem_section *__nr_to_section(unsigned long nr)
{
	struct mem_section *root;

	if (!mem_section)
		return NULL;
	root = mem_section[nr / SECTIONS_PER_ROOT];
	return root ? &root[nr % SECTIONS_PER_ROOT] : NULL;
}

static inline bool section_has(const struct mem_section *ms, int bit)
{
	return ms && ms->section_mem_map >> bit & 1;
}

static inline bool present_section_nr(unsigned long nr)
{
	return section_has(__nr_to_section(nr), SECTION_MARKED_PRESENT_BIT);
}

/* A section of the boot is valid as a whole, any other sub-section by sub-section. */
static inline bool pfn_valid(unsigned long pfn)
{
	const struct mem_section *ms;
	unsigned long bit = pfn % PAGES_PER_SECTION / PAGES_PER_SUBSECTION;

	if (pfn_to_section_nr(pfn) >= NR_MEM_SECTIONS)
		return false;
	ms = __nr_to_section(pfn_to_section_nr(pfn));
	if (!section_has(ms, SECTION_HAS_MEM_MAP_BIT))
		return false;
	if (section_has(ms, SECTION_IS_EARLY_BIT))
		return true;
	return ms->usage && ms->usage->subsection_map[bit / 64] >> bit % 64 & 1;
}

/*
 * The flags word, from the top: the node, then the zone. The section's number is not in it, as the
 * memmap is virtually contiguous. A nodemask has one bit for each node that there can be.
 */
#define NODES_BITS __builtin_ctzl(sizeof(nodemask_t) * 8)
#define ZONES_BITS (__MAX_NR_ZONES > 4 ? 3 : 2)

static inline int page_to_nid(const struct page *page)
{
	return *(const unsigned long *)page >> (64 - NODES_BITS);
}

static inline int page_zonenum(const struct page *page)
{
	return *(const unsigned long *)page >> (64 - NODES_BITS - ZONES_BITS) &
		((1 << ZONES_BITS) - 1);
}

/* A flag of dev_pagemap.flags, a macro */
#define PGMAP_ALTMAP_VALID 1

/*
 * Gives a reference back: to this processor's counter, or, once the ref was switched, to the common
 * one. The latter's release is for the last holder, which a pgmap in use never has in us.
 */
static inline void put_dev_pagemap(struct dev_pagemap *pgmap)
{
	unsigned long where = READ_ONCE(pgmap->ref.percpu_count_ptr);

	if (where & (__PERCPU_REF_ATOMIC | __PERCPU_REF_DEAD))
		__atomic_sub_fetch(&pgmap->ref.data->count.counter, 1, __ATOMIC_SEQ_CST);
	else
		asm volatile("decq %%gs:(%0)" : : "r"(where) : "memory");
}

#endif

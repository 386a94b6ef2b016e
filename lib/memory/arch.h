/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arch: a row for each machine. To support another: add a row to arch.c, with
 * what the kernel's page tables look like and how its first table is found,
 * then a text vmcore of it to the tests and a line to README's table.
 */
#ifndef ZDM_LIB_ARCH_H
#define ZDM_LIB_ARCH_H

#include <zdm/reader.h>

#define ZDM_MAX_LEVELS 5

struct zdm_arch {
	const char *machine;		/* uname -m */
	unsigned int page_shift;
	unsigned int bits_per_level;
	uint64_t paddr_mask;		/* of a page table entry */
	uint64_t present_mask;		/* entry maps something */
	uint64_t leaf_mask;		/* entry above the last level is a leaf */
	unsigned int max_leaf_level;	/* highest level a leaf may stand in, 1 = last */
	uint64_t image_base;		/* kernel image is linked here … */
	uint64_t image_end;		/* … and mapped linearly up to here */
	unsigned int section_size_bits;	/* defaults where VMCOREINFO says nothing */
	unsigned int max_physmem_bits[2];	/* with 4 and with 5 levels */
	uint64_t vmemmap_base[2];	/* constants where the kernel has no variable for it */
	uint64_t page_offset[2];
};

/* The row, or NULL. NULL asks for x86_64. */
const struct zdm_arch *zdm_arch_find(const char *machine);

/* How kernel addresses of one dump are translated. */
struct zdm_xlat {
	const struct zdm_arch *arch;
	unsigned int levels;		/* 4 or 5; 0: not set up */
	uint64_t pgd_paddr;
	uint64_t sme_mask;		/* encryption bit in entries */
	uint64_t phys_base;
	uint64_t page_offset_kaddr;	/* start of the direct map, 0: not known */
};

#endif

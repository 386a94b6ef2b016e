/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine: page sizes, page table entries and addresses of the machine that is written down. */
#ifndef MKCORE_MACHINE_H
#define MKCORE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

struct machine {
	bool arm64;
	uint64_t page_bytes, huge_bytes;	/* huge: of a leaf of the memmap; page_bytes: none */
	unsigned int page_shift, level_bits, va_bits, levels;
	unsigned int section_bits;
	uint64_t link_base;			/* where the image is linked */
};

/* One description, one machine. */
extern struct machine machine;

#define PAGE_BYTES machine.page_bytes
#define HUGE_BYTES machine.huge_bytes
#define PAGES_PER_SECTION (1ull << (machine.section_bits - machine.page_shift))
#define PAGES_PER_SUBSECTION ((2ull << 20) >> machine.page_shift)
#define SUBSECTIONS (1u << (machine.section_bits - 21))
#define MAX_SUBSECTIONS 512u
#define LINK_BASE machine.link_base

void machine_x86_64(unsigned int levels);
/* va_bits: what the tables translate */
void machine_arm64(uint64_t page_bytes, unsigned int va_bits);

unsigned int machine_shift(unsigned int level);
/* Where in its table the entry of kaddr is. */
uint64_t machine_index(unsigned int level, uint64_t kaddr);
uint64_t machine_table_entry(uint64_t paddr);
uint64_t machine_leaf_entry(unsigned int level, uint64_t paddr);
/* Of a table entry; false: there is none yet. */
bool machine_table(uint64_t entry, uint64_t *paddr);

#endif

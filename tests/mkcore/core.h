/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* core: the machine's state as the description gives it, and its encoding. */
#ifndef MKCORE_CORE_H
#define MKCORE_CORE_H

#include "image.h"
#include "kern.h"

struct section {
	uint64_t nr;
	uint64_t flags;		/* in the kernel's own bits */
	uint64_t subsections[MAX_SUBSECTIONS / 64];	/* bitmap */
	bool early, has_map;
	uint64_t kaddr, usage_kaddr;
};

struct pgmap {
	char *name;
	uint64_t kaddr;		/* of the struct dev_pagemap */
	uint64_t entry_kaddr;	/* what the lookup structure holds: it, or its struct page_map */
	uint64_t ref_kaddr;
	struct span *range;
	size_t nr_ranges;
	uint64_t nr_range;	/* the kernel's count */
	bool altmap;
	uint64_t base, reserve, free;
	uint64_t compound;	/* pages of one; 1: none are compound */
	bool dead, no_entry;
};

struct entry {
	struct span span;
	size_t pgmap;
	uint64_t value;		/* of the entry; the pgmap's, unless made wrong on purpose */
};

struct block {
	struct span sections;
	uint64_t kaddr;
};

/* A change to the description that takes evidence away; see flip.c. */
struct flip {
	const char *kind;	/* NULL: none */
	char *arg[3];
};

struct core {
	struct image im;
	struct kern k;
	const char *release;
	uint64_t va_bits, t1sz, phys_offset;	/* arm64 */
	uint64_t vmemmap;	/* struct page of PFN 0 */
	uint64_t page_bytes;	/* sizeof(struct page) */
	struct span *ram;
	size_t nr_ram;
	struct span *dumped;	/* device memory that is in the dump */
	size_t nr_dumped;
	struct section *section;
	size_t nr_sections;
	struct pgmap *pgmap;
	size_t nr_pgmaps;
	struct entry *entry;
	size_t nr_entries;
	struct block *block;
	size_t nr_blocks;
	unsigned int cpus;
	struct flip flip;
	uint64_t pgd_kaddr;
};

/* setup.c: kernel, addresses, physical memory */
void core_begin(struct core *c, const struct text *t, const char *kernel_dir);
void core_place_symbols(struct core *c);

/* sections.c */
void core_add_sections(struct core *c, const struct stmt *s);
void core_encode_sections(struct core *c);
const struct section *core_section(const struct core *c, uint64_t nr);
bool core_populated(const struct section *sec, uint64_t subsection);

/* pgmaps.c */
void core_add_pgmap(struct core *c, const struct stmt *s);
void core_add_entry(struct core *c, const struct stmt *s);
void core_encode_entries(struct core *c);
size_t core_pgmap(const struct core *c, const struct stmt *s, const char *name);

/* trees.c: leaf values by index; entries must be sorted and not overlap */
void tree_build_xarray(struct core *c, const char *name, uint64_t root_kaddr,
		       const struct entry *entry, size_t nr);
void tree_build_radix(struct core *c, const char *name, uint64_t root_kaddr,
		      const struct entry *entry, size_t nr);

/* blocks.c */
void core_add_block(struct core *c, const struct stmt *s);
void core_encode_blocks(struct core *c);

/* resources.c */
void core_encode_resources(struct core *c, const struct text *t);

/* nodes.c */
void core_add_node(struct core *c, const struct stmt *s);
void core_add_zone(struct core *c, const struct stmt *s);
uint64_t core_add_counter(struct core *c, const char *name, uint64_t count);

/* pages.c */
void core_add_memmap(struct core *c, const struct stmt *s);
void core_fill_pages(struct core *c, const struct stmt *s);

/* patch.c: things broken on purpose */
void core_poke(struct core *c, const struct stmt *s);
void core_omit(struct core *c, const struct stmt *s);
void core_omit_pages(struct core *c, struct span pfns);
void core_omit_label(struct core *c, const struct stmt *s, const char *label);

/* flip.c */
void flip_parse(struct flip *f, char *spec);
bool flip_is(const struct core *c, const char *kind, const char *arg0, const char *arg1);
void flip_omit_pages(struct core *c);
void flip_list(const struct core *c);

/* elf.c */
bool elf_stores(const struct core *c, const struct frame *f);
void elf_write(struct core *c, const char *path);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image: the physical memory of the machine that is being written down: frames
 * with contents, the labelled objects in them, and what is mapped where.
 */
#ifndef MKCORE_IMAGE_H
#define MKCORE_IMAGE_H

#include "machine.h"
#include "text.h"

struct frame {
	uint64_t pfn;
	bool missing;		/* has contents, but is not in the dump */
	uint8_t *data;
};

/* Something that a description can name. */
struct object {
	char *label;
	const char *type;	/* C type, for LABEL.member; NULL: none */
	uint64_t kaddr;
	uint64_t len;
};

struct mapping {
	uint64_t kaddr, paddr, len;
	uint64_t leaf_bytes;	/* PAGE_BYTES or HUGE_BYTES */
};

/* Room for small objects of one kind. */
struct slab {
	char *kind;
	uint64_t next, end;	/* physical */
};

struct image {
	struct frame **slot;	/* hash by pfn */
	size_t nr_slots, nr_frames;
	struct object *object;
	size_t nr_objects;
	struct mapping *mapping;
	size_t nr_mappings;
	size_t last_mapping;
	struct slab *slab;
	size_t nr_slabs;
	uint64_t page_offset;	/* start of the direct map */
	uint64_t phys_base;
	uint64_t kaslr;
	uint64_t image_next;	/* next free kernel image address */
	uint64_t image_end;
	uint64_t pool_lo, pool_hi;	/* free physical memory: small from below, large from above */
};

/* Contents. Writing creates frames; reading what was never written gives zeros. */
struct frame *image_frame(struct image *im, uint64_t paddr, bool create);
void image_write(struct image *im, uint64_t paddr, const void *buf, size_t len);
void image_read(struct image *im, uint64_t paddr, void *buf, size_t len);

/* By kernel address, through the mappings. Dies when nothing is mapped there. */
bool image_find(struct image *im, uint64_t kaddr, uint64_t *paddr);
uint64_t image_paddr(struct image *im, uint64_t kaddr);
void image_put(struct image *im, uint64_t kaddr, uint64_t value, unsigned int bytes);
uint64_t image_get(struct image *im, uint64_t kaddr, unsigned int bytes);
void image_touch(struct image *im, uint64_t kaddr, uint64_t len);

/* Room for objects. Both return kernel addresses; the object gets a label. */
uint64_t image_label(struct image *im, uint64_t kaddr, uint64_t len, const char *type, char *label);
uint64_t image_alloc(struct image *im, uint64_t len, uint64_t align, const char *type,
		     char *label);
uint64_t image_static(struct image *im, uint64_t len, uint64_t align, const char *type,
		      char *label);
uint64_t image_alloc_huge(struct image *im);	/* 2 MiB of RAM; returns the physical address */
const struct object *image_object(const struct image *im, const char *label);

void image_map(struct image *im, uint64_t kaddr, uint64_t paddr, uint64_t len,
	       uint64_t leaf_bytes);
/* Build the page tables of all mappings below the table at pgd_kaddr. */
void image_build_tables(struct image *im, uint64_t pgd_kaddr);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sections: the present sections, their flags and sub-section bitmaps. */
#ifndef ZDM_LIB_SECTIONS_H
#define ZDM_LIB_SECTIONS_H

#include "kernel/session.h"
#include "base/text.h"

/* Sections of which nothing is known: their root could not be read. */
struct zdm_section_gap {
	uint64_t start_nr, end_nr;
	enum zdm_status status;
	uint64_t kaddr;
};

struct zdm_sections {
	struct zdm_section *v;		/* present ones, by nr */
	size_t nr, cap;
	uint64_t *maps;			/* words_per_map words for each entry of v that has one */
	size_t nr_maps, cap_maps;
	unsigned int words_per_map;
	struct zdm_section_gap *gaps;
	size_t nr_gaps, cap_gaps;
	uint64_t end_nr;		/* after the last present section or gap */
	bool online_flag;		/* the kernel has SECTION_IS_ONLINE: a section shows it */
	uint64_t vmemmap_kaddr;		/* where all of them together say that the memmap is */
};

/*
 * Read the table. Also settles where the memmap is, if no symbol told or if the one
 * that did was wrong: with SPARSEMEM_VMEMMAP every section holds the same address
 * (sparse_encode_mem_map(), mm/sparse.c, 5.10 to 7.3).
 * UNREADABLE or CORRUPT when not one section can be believed.
 */
enum zdm_status zdm_sections_read(const struct zdm_session *s, struct zdm_sections *ret,
				  struct zdm_warnings *w, char *err, size_t err_len);
void zdm_sections_deinit(struct zdm_sections *sec);

/* Entry of section nr, or NULL. */
const struct zdm_section *zdm_sections_find(const struct zdm_sections *sec, uint64_t nr);
/* Gap that holds section nr, or NULL. */
const struct zdm_section_gap *zdm_sections_gap(const struct zdm_sections *sec, uint64_t nr);
/* Are all bits of a section's bitmap alike? */
bool zdm_sections_uniform(const struct zdm_sections *sec, const struct zdm_section *section);
/* Bit i of a section's bitmap; YES where the kernel has none. */
enum zdm_tri zdm_sections_bit(const struct zdm_sections *sec, const struct zdm_section *section,
			      unsigned int i);

#endif

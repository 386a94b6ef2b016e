/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* report: what the writers of reports share. */
#ifndef ZDM_LIB_REPORT_H
#define ZDM_LIB_REPORT_H

#include "base/out.h"

/* "PMOE", "PMOED+PREINIT", "-" when none is set; buf of ZDM_FLAGS_LEN. */
#define ZDM_FLAGS_LEN 24
const char *zdm_section_flags_text(uint32_t flags, char *buf);

/*
 * Set bits of the sub-section map as runs, "0-31,40"; "-" if none is set, "?"
 * if it could not be read, "n/a" if this kernel has none. At most len bytes.
 */
const char *zdm_subsections_text(const struct zdm_model *m, const struct zdm_section *sec,
				 char *buf, size_t len);
#define ZDM_SUBSECTIONS_LEN 2048

/* The reason of a range; to be freed. NULL when memory is out. */
char *zdm_reason_alloc(const struct zdm_model *m, const struct zdm_range *r);

/* "live", "dying", "unknown": what the percpu_ref of a pgmap says. */
const char *zdm_pgmap_state(const struct zdm_pgmap *p);

/* The columns that scripts know, each of its width; classes: a bit each, 0 all. */
enum zdm_status zdm_ranges_fixed(const struct zdm_model *m, uint32_t classes,
				 const struct zdm_sink *out);

/* "\033[…m" for text of this class or letter (zdm/map.h), "" for none. */
const char *zdm_letter_escape(char letter);
const char *zdm_class_escape(enum zdm_class cls);

/* Why a list of pgmaps is empty: there is none, or nobody can tell. */
const char *zdm_no_pgmap_text(const struct zdm_model *m);

/* Name and meaning of each section flag, in the order of the letters. */
struct zdm_section_flag {
	uint32_t flag;
	char letter;		/* 0: written out */
	const char *name;	/* as the kernel, without SECTION_ */
};
#define ZDM_NR_SECTION_FLAGS 6
extern const struct zdm_section_flag zdm_section_flags[ZDM_NR_SECTION_FLAGS];

#endif

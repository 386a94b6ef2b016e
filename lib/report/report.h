/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* report: what the writers of reports share. */
#ifndef ZDM_LIB_REPORT_H
#define ZDM_LIB_REPORT_H

#include <zdm/report.h>

/* A sink that remembers that it was told to stop. */
struct zdm_out {
	const struct zdm_sink *sink;
	bool stopped;
};

/* False, and nothing written, once the sink has stopped. */
bool zdm_out_text(struct zdm_out *o, const char *text, size_t len);
__attribute__((format(printf, 2, 3)))
bool zdm_outf(struct zdm_out *o, const char *fmt, ...);

/* "254 MiB", "1.5 GiB", "0"; buf of ZDM_SIZE_LEN. */
#define ZDM_SIZE_LEN 16
const char *zdm_size_text(uint64_t bytes, char *buf);

/* A PFN as it can be given back to zdm: "0x48000"; buf of ZDM_PFN_LEN. */
#define ZDM_PFN_LEN 20
const char *zdm_pfn_text(uint64_t pfn, char *buf);

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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a model says, as text or JSON, through whatever a front end prints
 * with. Every front end uses these, so all give the same answer.
 */
#ifndef ZDM_REPORT_H
#define ZDM_REPORT_H

#include <zdm/zdm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where text goes: stdout, crash's fp, GDB's pager, a string. */
struct zdm_sink {
	/* Returns false to stop early (broken pipe, pager quit). */
	bool (*emit_fn)(void *priv, const char *text, size_t len);
	void *priv;
};

/* The `schema` of every JSON object: raised when a key changes its meaning or goes. */
#define ZDM_JSON_SCHEMA 1

/*
 * Every report returns OK; STOPPED when the sink wanted no more; NOMEM when memory ran
 * out, and what went out is not whole then.
 */

enum zdm_clean {
	ZDM_CLEAN_LINE,		/* no control character at all */
	ZDM_CLEAN_LINES,	/* but for new lines and tabs */
	ZDM_CLEAN_JSON,		/* but for those that JSON writes as \u00NN */
};

/*
 * Strings of strangers (a file's name, a name in a dump) made fit to be shown:
 * what is no UTF-8, and what a terminal would act on, becomes \xNN, byte for
 * byte. Returns the length of all of it, of which buf holds what has room, whole
 * characters and a NUL.
 */
ZDM_API size_t zdm_text_clean(const char *text, size_t len, enum zdm_clean how, char *buf,
			      size_t size);

/* A class, or ZDM_CLASS_ANY for all. */
#define ZDM_CLASS_ANY (-1)
/* Class of that name, ZDM_CLASS_ANY if there is none. */
ZDM_API int zdm_class_parse(const char *name);

ZDM_API enum zdm_status zdm_report_summary(const struct zdm_model *m,
					   const struct zdm_sink *out);
/*
 * What goes with it where struct pages can be read: a look at a few of each range
 * that is said to be valid, and a WARNING for each where one speaks against it.
 * Returns how many ranges that is. Costs a millisecond or two, however large the
 * machine; zdm_check() looks at more.
 */
ZDM_API size_t zdm_report_sample(const struct zdm_session *s, const struct zdm_model *m,
				 const struct zdm_sink *out);
/* The same for whoever has a place of his own for it: each line, without its end; fn may be NULL. */
typedef void (*zdm_sample_fn)(void *priv, const char *line);
ZDM_API size_t zdm_sample_lines(const struct zdm_session *s, const struct zdm_model *m,
				zdm_sample_fn fn, void *priv);
ZDM_API enum zdm_status zdm_report_ranges(const struct zdm_model *m, int cls,
					  const struct zdm_sink *out);
/*
 * The same as a screen wants it: columns as wide as what is in them, and where a screen is
 * not wide enough for all, the most telling of them; REASON is last, and shortened only if
 * that is not enough. INVAL: a column of that name is not there.
 */
struct zdm_table_opts {
	size_t size;			/* sizeof(struct zdm_table_opts) */
	uint32_t classes;		/* of ranges: a bit each, 1 << cls; 0: all of them */
	unsigned int width;		/* characters; 0: all columns */
	const char *columns;		/* "START_PFN,CLASS": only these; NULL: as said above */
	bool bytes;			/* SIZE as a number of bytes */
	bool no_headings;
	bool colour;			/* escape sequences of a terminal */
};
ZDM_API enum zdm_status zdm_report_ranges_table(const struct zdm_model *m,
						const struct zdm_table_opts *opts,
						const struct zdm_sink *out);
/* nr: one section, or UINT64_MAX for all. */
ZDM_API enum zdm_status zdm_report_sections_table(const struct zdm_model *m, uint64_t nr,
						  const struct zdm_table_opts *opts,
						  const struct zdm_sink *out);
/* The names of their columns from 0 on; NULL behind the last. */
ZDM_API const char *zdm_range_column(size_t i);
ZDM_API const char *zdm_section_column(size_t i);
/* As zdm_report_json(), with the ranges of those classes (0: all) only; totals are of all. */
ZDM_API enum zdm_status zdm_report_ranges_json(const struct zdm_model *m, uint32_t classes,
					       const char *vmcore, const struct zdm_sink *out);
/* nr: one section, or UINT64_MAX for all. */
ZDM_API enum zdm_status zdm_report_sections(const struct zdm_model *m, uint64_t nr,
					    const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_pgmaps(const struct zdm_model *m,
					  const struct zdm_sink *out);
/*
 * Verdict, case, place of the struct page and evidence of one PFN; the decoded
 * struct page when it may be believed and can be read (s is used to read it).
 */
ZDM_API enum zdm_status zdm_report_pfn(const struct zdm_session *s, const struct zdm_model *m,
				       uint64_t pfn, const struct zdm_sink *out);
/* The whole model as the one JSON object of docs/output.md. */
ZDM_API enum zdm_status zdm_report_json(const struct zdm_model *m, const char *vmcore,
					const struct zdm_sink *out);
/*
 * The same with the lines of zdm_sample_lines() among the warnings; *against (or NULL) is how many
 * ranges that was.
 */
ZDM_API enum zdm_status zdm_report_summary_json(const struct zdm_session *s,
						const struct zdm_model *m, const char *vmcore,
						const struct zdm_sink *out, size_t *against);

/* Parts of it as JSON: each a whole object, but for a PFN's, which has no newline. */
ZDM_API enum zdm_status zdm_report_pgmaps_json(const struct zdm_model *m, const char *vmcore,
					       const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_sections_json(const struct zdm_model *m, uint64_t nr,
						 const char *vmcore, const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_pfn_json(const struct zdm_session *s, const struct zdm_model *m,
					    uint64_t pfn, const struct zdm_sink *out);

/*
 * A page frame as users write it, the same for every front end:
 *   294912, 0x48000, 0t294912    a PFN (0t or 0d: decimal, as debuggers have it)
 *   phys:48600123                physical address, hexadecimal as all that follow
 *   page:ffffea0001200008        in a struct page: rounded down to its begin
 *   virt:ffff888048000000        in the direct map
 *   ffffea0001200000             bare: recognised if it lies in the memmap of a
 *                                frame of the model, or in its direct map
 *   0x48000-0x49000, A..B, A+N   PFNs, the end not included; N is a count
 */
enum zdm_pfn_spec_kind {
	ZDM_PFN_SPEC_PFN = 0, ZDM_PFN_SPEC_PHYS, ZDM_PFN_SPEC_PAGE, ZDM_PFN_SPEC_VIRT
};
struct zdm_pfn_spec {
	enum zdm_pfn_spec_kind kind;
	uint64_t start_pfn, end_pfn;	/* one page frame, but for ranges */
	uint64_t addr;			/* as written; PFNs: of no meaning */
	uint64_t off_bytes;		/* of the address, into its struct page or frame */
	bool guessed;			/* an address without page: or virt: before it */
};
struct zdm_pfn_spec_opts {
	size_t size;			/* sizeof(struct zdm_pfn_spec_opts) */
	/*
	 * Digits without 0x are hexadecimal, as crash has it: in a range PFNs, else
	 * what its columns show, addresses (physical if nothing else). With 0x, a
	 * number from end_pfn on is a physical address, too.
	 */
	bool hex;
	uint64_t end_pfn;		/* zdm_model_end_pfn(); 0: not known */
};
/* opts may be NULL. INVAL with one line in err, and *ret as it was; see zdm_open_opts. */
ZDM_API enum zdm_status zdm_pfn_spec_parse(const struct zdm_kernel *k,
					   const struct zdm_pfn_spec_opts *opts, const char *spec,
					   struct zdm_pfn_spec *ret, char *err, size_t err_len);
/* How it was understood, in words. Length as of zdm_range_reason(). */
ZDM_API size_t zdm_pfn_spec_text(const struct zdm_pfn_spec *s, char *buf, size_t len);
/* Was it rounded or guessed, so that a user should be told? */
ZDM_API bool zdm_pfn_spec_needs_saying(const struct zdm_pfn_spec *s);

#ifdef __cplusplus
}
#endif
#endif

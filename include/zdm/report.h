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

/* A class, or ZDM_CLASS_ANY for all. */
#define ZDM_CLASS_ANY (-1)
/* Class of that name, ZDM_CLASS_ANY if there is none. */
ZDM_API int zdm_class_parse(const char *name);

ZDM_API enum zdm_status zdm_report_summary(const struct zdm_model *m,
					   const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_ranges(const struct zdm_model *m, int cls,
					  const struct zdm_sink *out);
/* nr: one section, or UINT64_MAX for all. */
ZDM_API enum zdm_status zdm_report_sections(const struct zdm_model *m, uint64_t nr,
					    const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_pgmaps(const struct zdm_model *m,
					  const struct zdm_sink *out);
/*
 * Verdict, case, place of the struct page and evidence of one PFN; the decoded
 * struct page when it may be believed and can be read (s is used to read it).
 */
ZDM_API void zdm_report_pfn(struct zdm_session *s, const struct zdm_model *m, uint64_t pfn,
			    const struct zdm_sink *out);
/* The whole model as the one JSON object of docs/output.md. */
ZDM_API enum zdm_status zdm_report_json(const struct zdm_model *m, const char *vmcore,
					const struct zdm_sink *out);

/* Parts of it as JSON: each a whole object, but for a PFN's, which has no newline. */
ZDM_API enum zdm_status zdm_report_pgmaps_json(const struct zdm_model *m, const char *vmcore,
					       const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_sections_json(const struct zdm_model *m, uint64_t nr,
						 const char *vmcore, const struct zdm_sink *out);
ZDM_API enum zdm_status zdm_report_pfn_json(struct zdm_session *s, const struct zdm_model *m,
					    uint64_t pfn, const struct zdm_sink *out);

/*
 * A PFN as users write it: "0x48000" or "294912" (a PFN), "phys:0x48000000",
 * "page:ffffea0001200000" (a struct page), "virt:…" (direct map).
 * INVAL with one line in err otherwise.
 */
ZDM_API enum zdm_status zdm_spec_parse(const struct zdm_kernel *k, const char *spec,
				       uint64_t *pfn, char *err, size_t err_len);

/*
 * Read the struct pages and hold them against the verdicts. Every run of
 * struct pages that contradicts its verdict is reported once.
 */
struct zdm_check_result {
	uint64_t agree, contradict, unread, skipped;	/* PFNs */
};
struct zdm_contradiction {
	uint64_t start_pfn, end_pfn;
	enum zdm_class cls;
	const char *found;	/* what the bytes are, in words; static */
};
typedef void (*zdm_contradiction_fn)(void *priv, const struct zdm_contradiction *c);
ZDM_API enum zdm_status zdm_check(struct zdm_session *s, const struct zdm_model *m,
				  zdm_contradiction_fn fn, void *priv,
				  struct zdm_check_result *ret);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The postmortem of an oops: did it trip over a struct page that must not be believed? */
#ifndef ZDM_OOPS_H
#define ZDM_OOPS_H

#include <zdm/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What is known of oopses: the registers, addresses and page frames that a text
 * names, and words that a host adds. zdm_oops_new() makes it, zdm_oops_free()
 * (NULL allowed) ends it; it needs no session.
 */
struct zdm_oops;
ZDM_API enum zdm_status zdm_oops_new(struct zdm_oops **ret);
ZDM_API void zdm_oops_free(struct zdm_oops *o);

/*
 * Add what a text says: a console or kernel log, a mail, the output of crash's bt,
 * of `info registers` in QEMU or GDB, in any of the encodings that such texts come in.
 * origin names the text in reports ("text", "kernel log") and must outlive o.
 * ABSENT: nothing of an oops is in it. UNSUPPORTED: only registers of a 32-bit kernel are;
 * zdm_oops_foreign() names it, and nothing is computed from them. NOMEM: o is as good as
 * before, but not complete.
 */
ZDM_API enum zdm_status zdm_oops_add_text(struct zdm_oops *o, const char *origin, const char *text,
					  size_t len);

/*
 * Begin a set of words that belong together: the registers of one CPU or task. cpu -1:
 * not known. origin must outlive o.
 */
ZDM_API enum zdm_status zdm_oops_begin(struct zdm_oops *o, const char *origin, int64_t cpu);
/* Add a word to it, "RDI", "stack+0x18"; names are cut to 15 bytes. INVAL: nothing was begun. */
ZDM_API enum zdm_status zdm_oops_add_word(struct zdm_oops *o, const char *name, uint64_t value);

/*
 * How many words and pages that the kernel names itself there are in o. 0: nothing to
 * report on.
 */
ZDM_API size_t zdm_oops_words(const struct zdm_oops *o);
/*
 * A machine whose registers are in o although the session (NULL: x86_64) is of another,
 * "arm64"; NULL when there is none.
 */
ZDM_API const char *zdm_oops_foreign(const struct zdm_oops *o, const struct zdm_session *s);

/* How far a finding is carried by evidence. */
enum zdm_oops_degree {
	ZDM_OOPS_POSSIBLE = 0,	/* a pointer is held; nothing shows that it was followed */
	ZDM_OOPS_CONSISTENT,	/* what the text says fits together */
	ZDM_OOPS_PROVEN,	/* the dump says so */
	ZDM_OOPS_NR_DEGREES,
};
/* "possible", "consistent with the text", "proven by the dump". */
ZDM_API const char *zdm_oops_degree_name(enum zdm_oops_degree degree);

struct zdm_oops_result {
	size_t findings;			/* of all degrees */
	size_t of_degree[ZDM_OOPS_NR_DEGREES];
	size_t foreign;				/* oopses of another kernel or boot than the dump's */
};

/*
 * Name every word that is a struct page address, a PFN, offset or physical address of a
 * page of interest, or a pointer into a dev_pagemap, then each finding in a sentence, or
 * that there is none. s and m both NULL: from the text alone. ret may be NULL.
 * NOMEM: the report is not complete, and says nothing about findings.
 */
ZDM_API enum zdm_status zdm_oops_report(struct zdm_session *s, const struct zdm_model *m,
					struct zdm_oops *o, const struct zdm_sink *out,
					struct zdm_oops_result *ret);
/*
 * The same as the members "oopses" and "findings" of a JSON object (docs/output.md),
 * without braces around them.
 */
ZDM_API enum zdm_status zdm_oops_report_json(struct zdm_session *s, const struct zdm_model *m,
					     struct zdm_oops *o, const struct zdm_sink *out,
					     struct zdm_oops_result *ret);

/*
 * The kernel log that is in the dump, as dmesg shows it, the newest of it if it is too
 * long. *text: free(). ABSENT: this kernel's log is not known; else why it cannot be had.
 */
ZDM_API enum zdm_status zdm_klog_read(struct zdm_session *s, char **text, size_t *len);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* zdm check: the struct pages of a dump, held against the verdicts of its model. */
#ifndef ZDM_CHECK_H
#define ZDM_CHECK_H

#include <zdm/zdm.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Read the struct pages and hold them against the verdicts. Every run of
 * struct pages that contradicts its verdict is reported once. Only so many are
 * read, in pieces spread evenly over all ranges, unless all are asked for. agree
 * and contradict both 0: nothing was checked.
 */
#define ZDM_CHECK_SAMPLE (4u << 20)	/* struct pages: all of a machine of 16 GiB */
#define ZDM_CHECK_ALL UINT64_MAX
struct zdm_check_result {
	uint64_t agree, contradict, unread, skipped;	/* PFNs */
	uint64_t unasked;		/* valid and in the dump, but not of the sample */
};
struct zdm_contradiction {
	uint64_t start_pfn, end_pfn;
	enum zdm_class cls;
	const char *found;	/* what the bytes are, in words; static */
};
typedef void (*zdm_contradiction_fn)(void *priv, const struct zdm_contradiction *c);
ZDM_API enum zdm_status zdm_check(const struct zdm_session *s, const struct zdm_model *m,
				  uint64_t most, zdm_contradiction_fn fn, void *priv,
				  struct zdm_check_result *ret);

#ifdef __cplusplus
}
#endif
#endif

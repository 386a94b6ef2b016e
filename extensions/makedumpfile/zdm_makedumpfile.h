/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zdm_makedumpfile: the memmap filter, as makedumpfile calls it. Built in
 * makedumpfile's own tree (its headers are needed) and linked with libzdm.a.
 */
#ifndef ZDM_MAKEDUMPFILE_H
#define ZDM_MAKEDUMPFILE_H

#include "zdm_verdict.h"

/* Options. A list of "device" and "device-memmap", or NULL; false: bad list. */
bool zdm_filter_option(const char *list);
void zdm_filter_off(void);
void zdm_filter_layout(const char *file);
/* Also drop RAM that stores only invalid struct pages. */
void zdm_filter_memmap_frames(void);

/*
 * Before each filtering pass: builds the model the first time, and the policy
 * for the dump level at hand. Where nothing can be decided it says so once,
 * and every later call means "as ever".
 */
void zdm_filter_prepare(void);
bool zdm_filter_active(void);

/* The one cursor; empty (all is kept) until prepared. */
extern struct zdm_verdict zdm_filter_verdict;

static inline int zdm_filter_kind(uint64_t pfn)
{
	return zdm_verdict_of(&zdm_filter_verdict, pfn);
}

static inline uint64_t zdm_filter_readable(uint64_t pfn, uint64_t nr)
{
	return zdm_verdict_readable(&zdm_filter_verdict, pfn, nr);
}

/* Where the run ends that zdm_filter_kind() was last asked about; to be asked after it. */
static inline uint64_t zdm_filter_run_end(void)
{
	return zdm_filter_verdict.end_pfn;
}

/* Pages excluded, by kind of verdict: one, nr. */
void zdm_filter_count(int kind);
void zdm_filter_count_run(int kind, uint64_t nr);
void zdm_filter_reset(void);
uint64_t zdm_filter_excluded(void);
void zdm_filter_report(void);	/* lines of print_report() */
void zdm_filter_usage(void);	/* lines of --mem-usage */

#endif

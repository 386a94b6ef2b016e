/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zdm_verdict: what becomes of one PFN, asked in ascending order millions of
 * times. A run is remembered, so most questions cost one comparison. Knows
 * nothing of makedumpfile.
 */
#ifndef ZDM_VERDICT_H
#define ZDM_VERDICT_H

#include <zdm/policy.h>

/* Why a page goes: its class, or that it stores only invalid struct pages. */
#define ZDM_VERDICT_KEEP	(-1)
#define ZDM_VERDICT_MEMMAP	ZDM_NR_CLASSES
#define ZDM_NR_VERDICTS		(ZDM_NR_CLASSES + 1)

struct zdm_verdict {
	uint64_t start_pfn, end_pfn;	/* the run remembered; empty at first */
	int kind;			/* of that run */
	const struct zdm_keep_range *ranges;
	size_t nr, at;
	/* Also drop memmap frames; else only frames whose struct page is invalid. */
	bool memmap_frames;
};

static inline int zdm_verdict_kind(const struct zdm_verdict *v, const struct zdm_keep_range *r)
{
	if (r->keep != ZDM_DROP)
		return ZDM_VERDICT_KEEP;
	if (r->memmap)
		return v->memmap_frames ? ZDM_VERDICT_MEMMAP : ZDM_VERDICT_KEEP;
	return (int)r->cls;
}

/* Move to the run of pfn. Nothing is known beyond the last range: the host decides. */
__attribute__((unused, noinline))
static void zdm_verdict_move(struct zdm_verdict *v, uint64_t pfn)
{
	size_t lo = 0, hi = v->nr, mid;

	if (v->at + 1 < v->nr && v->ranges[v->at + 1].start_pfn <= pfn &&
	    pfn < v->ranges[v->at + 1].end_pfn) {
		lo = v->at + 1;		/* the next one, as nearly always */
	} else {
		while (lo < hi) {
			mid = lo + (hi - lo) / 2;
			if (v->ranges[mid].end_pfn <= pfn)
				lo = mid + 1;
			else
				hi = mid;
		}
	}
	v->at = lo;
	if (lo == v->nr) {
		v->start_pfn = v->nr ? v->ranges[v->nr - 1].end_pfn : 0;
		v->end_pfn = UINT64_MAX;
		v->kind = ZDM_VERDICT_KEEP;
		return;
	}
	v->start_pfn = v->ranges[lo].start_pfn;
	v->end_pfn = v->ranges[lo].end_pfn;
	v->kind = zdm_verdict_kind(v, &v->ranges[lo]);
}

/* ZDM_VERDICT_KEEP, or why the page goes: 0 to ZDM_NR_VERDICTS - 1. */
static inline int zdm_verdict_of(struct zdm_verdict *v, uint64_t pfn)
{
	if (__builtin_expect(pfn - v->start_pfn >= v->end_pfn - v->start_pfn, 0))
		zdm_verdict_move(v, pfn);
	return v->kind;
}

/*
 * Struct pages of [pfn, pfn + nr) may be read together up to here: how many,
 * at least 1. Ends before the first PFN whose struct page is invalid.
 */
__attribute__((unused))
static uint64_t zdm_verdict_readable(struct zdm_verdict *v, uint64_t pfn, uint64_t nr)
{
	size_t i;

	(void)zdm_verdict_of(v, pfn);
	if (v->end_pfn - pfn >= nr)
		return nr;
	for (i = v->at + 1; i < v->nr && v->ranges[i].start_pfn - pfn < nr; i++)
		if (v->ranges[i].keep == ZDM_DROP && !v->ranges[i].memmap &&
		    v->ranges[i].cls != ZDM_CLASS_DEVICE)
			return v->ranges[i].start_pfn - pfn;
	return nr;
}

#endif

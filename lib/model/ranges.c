// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "model/ranges.h"
#include "base/search.h"

static bool same_verdict(const struct zdm_range *a, const struct zdm_range *b)
{
	return a->cls == b->cls && a->valid == b->valid && a->reason == b->reason &&
	       a->memmap == b->memmap && a->in_dump == b->in_dump && a->pgmap == b->pgmap &&
	       a->evidence_kaddr == b->evidence_kaddr;
}

enum zdm_status zdm_ranges_push(struct zdm_ranges *r, const struct zdm_range *range)
{
	struct zdm_range *last = r->nr ? &r->v[r->nr - 1] : NULL;

	if (range->start_pfn >= range->end_pfn)
		return ZDM_OK;
	if (last && last->end_pfn == range->start_pfn && same_verdict(last, range)) {
		last->end_pfn = range->end_pfn;
		return ZDM_OK;
	}
	last = zdm_grow((void **)&r->v, &r->cap, r->nr, sizeof(*last));
	if (!last)
		return ZDM_NOMEM;
	*last = *range;
	r->nr++;
	return ZDM_OK;
}

size_t zdm_ranges_index(const struct zdm_ranges *r, uint64_t pfn)
{
	return zdm_first_beyond(r->v, r->nr, end_pfn, pfn);
}

void zdm_ranges_deinit(struct zdm_ranges *r)
{
	free(r->v);
	memset(r, 0, sizeof(*r));
}

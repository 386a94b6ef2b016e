// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/extents.h"
#include "base/grow.h"

#define FIRST_SORT 4096u

void zdm_extents_add(struct zdm_extents *e, uint64_t paddr, uint64_t len)
{
	struct zdm_stretch *last = e->nr ? &e->v[e->nr - 1] : NULL, *slot;
	uint64_t end;

	if (!len || __builtin_add_overflow(paddr, len, &end))
		return;
	/* most reads go on where the last one stopped, or repeat it */
	if (last && paddr >= last->start_paddr && paddr <= last->end_paddr) {
		if (end > last->end_paddr)
			last->end_paddr = end;
		return;
	}
	if (e->nr >= (e->next_sort ? e->next_sort : FIRST_SORT)) {
		zdm_extents_sort(e);
		e->next_sort = e->nr + (e->nr / 2 > FIRST_SORT ? e->nr / 2 : FIRST_SORT);
	}
	slot = zdm_grow((void **)&e->v, &e->cap, e->nr, sizeof(*e->v));
	if (!slot) {
		e->nomem = true;
		return;
	}
	*slot = (struct zdm_stretch){ paddr, end };
	e->nr++;
}

static int stretch_cmp(const void *a, const void *b)
{
	const struct zdm_stretch *x = a, *y = b;

	return x->start_paddr < y->start_paddr ? -1 : x->start_paddr > y->start_paddr;
}

/*
 * What came since the last time goes in between what is in order. qsort() takes as much
 * memory again, so it is given that part alone, and none of what came in order.
 */
static bool merge_new(struct zdm_extents *e)
{
	struct zdm_stretch *first = e->v + e->sorted, *copy;
	size_t nr = e->nr - e->sorted, at = e->sorted, to = e->nr, i;

	for (i = 1; i < nr && first[i - 1].start_paddr <= first[i].start_paddr; i++)
		;
	if (i < nr)
		qsort(first, nr, sizeof(*first), stretch_cmp);
	if (!nr || !at || first[-1].start_paddr <= first->start_paddr)
		return true;
	copy = malloc(nr * sizeof(*copy));
	if (!copy)
		return false;
	memcpy(copy, first, nr * sizeof(*copy));
	for (i = nr; i;)
		e->v[--to] = at && e->v[at - 1].start_paddr > copy[i - 1].start_paddr ?
			     e->v[--at] : copy[--i];
	free(copy);
	return true;
}

void zdm_extents_sort(struct zdm_extents *e)
{
	size_t i, n = 0;

	if (!merge_new(e) && e->nr)
		qsort(e->v, e->nr, sizeof(*e->v), stretch_cmp);
	for (i = 0; i < e->nr; i++) {
		struct zdm_stretch *last = n ? &e->v[n - 1] : NULL;

		if (!last || e->v[i].start_paddr > last->end_paddr)
			e->v[n++] = e->v[i];
		else if (e->v[i].end_paddr > last->end_paddr)
			last->end_paddr = e->v[i].end_paddr;
	}
	e->nr = e->sorted = n;
}

void zdm_extents_deinit(struct zdm_extents *e)
{
	free(e->v);
	memset(e, 0, sizeof(*e));
}

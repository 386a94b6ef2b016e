// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel takes a lock for hot-plug that nobody outside can take. But a
 * model is built in a few milliseconds: two that are equal show that nothing
 * changed between the first read of the one and the last of the other, short
 * of a change there and back.
 */
#include <string.h>

#include "settle.h"

static bool same_ranges(const struct zdm_model *a, const struct zdm_model *b)
{
	const struct zdm_range *x, *y;
	size_t nr = zdm_model_ranges(a, &x), i;

	if (zdm_model_ranges(b, &y) != nr)
		return false;
	for (i = 0; i < nr; i++)
		if (x[i].start_pfn != y[i].start_pfn || x[i].end_pfn != y[i].end_pfn ||
		    x[i].cls != y[i].cls || x[i].valid != y[i].valid ||
		    x[i].reason != y[i].reason || x[i].memmap != y[i].memmap ||
		    x[i].pgmap != y[i].pgmap)
			return false;
	return true;
}

static bool same_pgmaps(const struct zdm_model *a, const struct zdm_model *b)
{
	const struct zdm_pgmap *x, *y;
	size_t nr = zdm_model_pgmaps(a, &x), i;

	if (zdm_model_pgmaps(b, &y) != nr)
		return false;
	for (i = 0; i < nr; i++)
		if (x[i].kaddr != y[i].kaddr || x[i].status != y[i].status ||
		    x[i].nr_range != y[i].nr_range || x[i].dead != y[i].dead)
			return false;
	return true;
}

enum zdm_status settle_model(struct zdm_session *s, struct zdm_model **m, enum settled *ret,
			     char *err, size_t err_len)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		struct zdm_model *again;
		enum zdm_status st;
		bool same;

		zdm_session_forget(s);
		st = zdm_model_build(s, &again, err, err_len);
		if (st != ZDM_OK)
			return st;
		same = same_ranges(*m, again) && same_pgmaps(*m, again);
		zdm_model_free(*m);
		*m = again;
		if (same) {
			*ret = tries ? SETTLED_LATER : SETTLED;
			return ZDM_OK;
		}
	}
	*ret = UNSETTLED;
	return ZDM_OK;
}

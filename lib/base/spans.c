// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/search.h"
#include "base/spans.h"

bool zdm_spans_add(struct zdm_spans *s, uint64_t start_pfn, uint64_t end_pfn)
{
	struct zdm_pfn_range *r;

	if (start_pfn >= end_pfn)
		return true;
	if (s->nr && s->v[s->nr - 1].end_pfn == start_pfn) {
		s->v[s->nr - 1].end_pfn = end_pfn;
		return true;
	}
	r = zdm_grow((void **)&s->v, &s->cap, s->nr, sizeof(*r));
	if (!r)
		return false;
	*r = (struct zdm_pfn_range){ start_pfn, end_pfn };
	s->nr++;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct zdm_pfn_range *x = a, *y = b;

	return x->start_pfn < y->start_pfn ? -1 : x->start_pfn > y->start_pfn;
}

void zdm_spans_join(struct zdm_spans *s)
{
	struct zdm_pfn_range *v = s->v;
	size_t i, n = 0;

	if (s->nr)
		qsort(v, s->nr, sizeof(*v), by_start);
	for (i = 0; i < s->nr; i++) {
		if (!n || v[i].start_pfn > v[n - 1].end_pfn)
			v[n++] = v[i];
		else if (v[i].end_pfn > v[n - 1].end_pfn)
			v[n - 1].end_pfn = v[i].end_pfn;
	}
	s->nr = n;
}

bool zdm_spans_meet(const struct zdm_spans *s, uint64_t start_pfn, uint64_t end_pfn)
{
	size_t i = zdm_first_beyond(s->v, s->nr, end_pfn, start_pfn);

	return i < s->nr && s->v[i].start_pfn < end_pfn;
}

bool zdm_spans_hold(const struct zdm_spans *s, uint64_t pfn)
{
	return zdm_spans_meet(s, pfn, pfn + 1);
}

bool zdm_spans_subtract(const struct zdm_spans *a, const struct zdm_spans *b, struct zdm_spans *ret)
{
	uint64_t pos;
	size_t i, j;

	for (i = 0; i < a->nr; i++) {
		pos = a->v[i].start_pfn;
		for (j = zdm_first_beyond(b->v, b->nr, end_pfn, pos);
		     j < b->nr && b->v[j].start_pfn < a->v[i].end_pfn; j++) {
			if (!zdm_spans_add(ret, pos, b->v[j].start_pfn))
				return false;
			pos = b->v[j].end_pfn;
		}
		if (!zdm_spans_add(ret, pos, a->v[i].end_pfn))
			return false;
	}
	return true;
}

void zdm_spans_deinit(struct zdm_spans *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

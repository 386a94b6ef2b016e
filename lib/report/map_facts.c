// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the writers of a map say beside its rows: letters, totals, changes. */
#include <string.h>

#include "report/map.h"

char zdm_map_legend(unsigned int i, const char **name, const char **what)
{
	if (i < ZDM_NR_CLASSES) {
		*name = zdm_class_name((enum zdm_class)i);
		*what = zdm_class_what((enum zdm_class)i);
		return zdm_class_letter((enum zdm_class)i);
	}
	if (i > ZDM_NR_CLASSES)
		return 0;
	*name = "invalid";
	*what = "of a class that is valid, but these struct pages are not";
	return ZDM_MAP_INVALID;
}

void zdm_map_total(const struct zdm_model *m, struct zdm_map_totals *ret)
{
	const struct zdm_range *v;
	size_t nr = zdm_model_ranges(m, &v), i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < nr; i++) {
		uint64_t bytes = (v[i].end_pfn - v[i].start_pfn) * zdm_model_kernel(m)->page_size;

		if (v[i].cls == ZDM_CLASS_ABSENT)
			continue;
		ret->bytes[v[i].valid] += bytes;
		ret->all += bytes;
	}
}

unsigned int zdm_map_permille(uint64_t part, uint64_t all)
{
	unsigned int n;

	if (!part || part >= all)
		return part ? 1000 : 0;
	n = (unsigned int)((double)part * 1000 / (double)all + 0.5);
	return n < 1 ? 1 : n > 999 ? 999 : n;
}

/* What stands at pos, and where that ends; beyond the last range nothing does. */
static uint64_t verdict_at(const struct zdm_range *v, size_t nr, size_t *i, uint64_t pos,
			   enum zdm_class *cls, enum zdm_tri *valid)
{
	while (*i < nr && v[*i].end_pfn <= pos)
		++*i;
	*cls = *i < nr ? v[*i].cls : ZDM_CLASS_ABSENT;
	*valid = *i < nr ? v[*i].valid : ZDM_NO;
	return *i < nr ? v[*i].end_pfn : UINT64_MAX;
}

bool zdm_map_changes(const struct zdm_model *before, const struct zdm_model *m,
		     struct zdm_spans *ret)
{
	uint64_t end = zdm_model_end_pfn(m), pos = 0;
	const struct zdm_range *a, *b;
	size_t na = zdm_model_ranges(before, &a), nb = zdm_model_ranges(m, &b), ia = 0, ib = 0;
	bool ok = true;

	if (zdm_model_end_pfn(before) > end)
		end = zdm_model_end_pfn(before);
	while (pos < end && ok) {
		enum zdm_class ca, cb;
		enum zdm_tri va, vb;
		uint64_t ea = verdict_at(a, na, &ia, pos, &ca, &va);
		uint64_t eb = verdict_at(b, nb, &ib, pos, &cb, &vb);
		uint64_t to = ea < eb ? ea : eb;

		to = to < end ? to : end;
		if (ca != cb || va != vb)
			ok = zdm_spans_add(ret, pos, to);
		pos = to;
	}
	zdm_spans_join(ret);
	return ok;
}

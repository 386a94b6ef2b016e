// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/pgmap_refs.h"

#define MAX_CPUS 8192u			/* CONFIG_NR_CPUS with MAXSMP */
#define REF_FLAG_BITS 3ull		/* __PERCPU_REF_ATOMIC | __PERCPU_REF_DEAD */

enum zdm_status zdm_pgmap_references(struct zdm_session *s, const struct zdm_pgmap *pgmap,
				     uint64_t *ret)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t ptr, offset, count, sum = 0;
	enum zdm_status st;
	uint32_t cpus, i;

	if (!pgmap->ref_kaddr || !zdm_kdef_has(k, ZDM_MEM_REF_COUNT_PTR) ||
	    !zdm_kdef_has(k, ZDM_SYM_PER_CPU_OFFSET) || !zdm_kdef_has(k, ZDM_SYM_NR_CPU_IDS))
		return ZDM_ABSENT;
	st = zdm_read_u64(s->r, pgmap->ref_kaddr + zdm_kdef_get(k, ZDM_MEM_REF_COUNT_PTR), &ptr);
	if (st == ZDM_OK)
		st = zdm_read_u32(s->r, zdm_kdef_get(k, ZDM_SYM_NR_CPU_IDS), &cpus);
	if (st != ZDM_OK)
		return st;
	if (ptr & REF_FLAG_BITS)
		return ZDM_INVAL;
	if (!cpus || cpus > MAX_CPUS)
		return ZDM_CORRUPT;
	for (i = 0; i < cpus; i++) {
		st = zdm_read_u64(s->r, zdm_kdef_get(k, ZDM_SYM_PER_CPU_OFFSET) + i * 8, &offset);
		if (st == ZDM_OK)
			st = zdm_read_u64(s->r, ptr + offset, &count);
		if (st != ZDM_OK)
			return st;
		sum += count;		/* single counters may be negative */
	}
	*ret = sum;
	return ZDM_OK;
}

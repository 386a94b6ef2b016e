// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/pgmap_refs.h"

#define MAX_CPUS 8192u			/* CONFIG_NR_CPUS with MAXSMP */
#define REF_ATOMIC 1ull			/* __PERCPU_REF_ATOMIC */
#define REF_FLAG_BITS 3ull		/* and __PERCPU_REF_DEAD */
#define REF_BIAS (1ull << 63)		/* PERCPU_COUNT_BIAS */
#define MAX_COUNT (1ull << 52)		/* more pages than any machine has */

/*
 * Where percpu_ref.count is. Up to 5.9 it stands in front of percpu_count_ptr; since
 * commit 2b0d3d3e4fcf ("percpu_ref: reduce memory footprint of percpu_ref in fast path")
 * (in v5.10) percpu_count_ptr comes first, and the count is elsewhere.
 */
static bool count_offset(const struct zdm_kdef *k, uint64_t *ret)
{
	uint64_t ptr = zdm_kdef_get(k, ZDM_MEM_REF_COUNT_PTR);

	*ret = zdm_kdef_or(k, ZDM_MEM_REF_COUNT, 0);
	return *ret != ptr && *ret < ptr;
}

/* What the CPUs hold; single counters may be negative. */
static enum zdm_status percpu_sum(const struct zdm_session *s, uint64_t ptr, uint64_t *sum)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t offset, count;
	enum zdm_status st;
	uint32_t cpus, i;

	if (!zdm_kdef_has(k, ZDM_SYM_PER_CPU_OFFSET) || !zdm_kdef_has(k, ZDM_SYM_NR_CPU_IDS))
		return ZDM_ABSENT;
	st = zdm_read_u32(s->r, zdm_kdef_get(k, ZDM_SYM_NR_CPU_IDS), &cpus);
	if (st == ZDM_OK && (!cpus || cpus > MAX_CPUS))
		st = ZDM_CORRUPT;
	for (i = 0, *sum = 0; st == ZDM_OK && i < cpus; i++) {
		st = zdm_read_u64(s->r, zdm_kdef_get(k, ZDM_SYM_PER_CPU_OFFSET) + i * 8, &offset);
		if (st == ZDM_OK)
			st = zdm_read_u64(s->r, ptr + offset, &count);
		if (st == ZDM_OK)
			*sum += count;
	}
	return st;
}

/*
 * Two places hold references: percpu_ref.count, and in per-CPU mode a counter of each CPU.
 * What was counted in atomic mode stays in `count` when the ref is switched: a request
 * queue's q_usage_counter, which was fsdax's ref up to 5.9, is atomic until its disk is
 * registered, and by then all struct pages are counted (block/blk-core.c and blk-sysfs.c,
 * 5.4). In per-CPU mode `count` carries a bias, so that it cannot reach zero; it is taken
 * off when the CPUs' counters have been added, some time after the mode has changed
 * (lib/percpu-refcount.c, 4.14 to 5.9).
 */
enum zdm_status zdm_pgmap_refs_count(const struct zdm_session *s, const struct zdm_pgmap *pgmap,
				     uint64_t *ret)
{
	const struct zdm_kdef *k = &s->k;
	uint64_t ptr, off, count = REF_BIAS, sum = 0;
	enum zdm_status st;
	bool biased;

	if (!pgmap->ref_kaddr || !zdm_kdef_has(k, ZDM_MEM_REF_COUNT_PTR))
		return ZDM_ABSENT;
	st = zdm_read_u64(s->r, pgmap->ref_kaddr + zdm_kdef_get(k, ZDM_MEM_REF_COUNT_PTR), &ptr);
	if (st != ZDM_OK)
		return st;
	if (ptr & REF_FLAG_BITS & ~REF_ATOMIC)
		return ZDM_INVAL;	/* on its way out: what is counted there goes down */
	if (count_offset(k, &off))
		st = zdm_read_u64(s->r, pgmap->ref_kaddr + off, &count);
	else if (ptr & REF_ATOMIC)
		st = ZDM_ABSENT;
	if (st != ZDM_OK)
		return st;
	/* a few more put than got on this side is still a count, not a different mode */
	biased = count - REF_BIAS + MAX_COUNT < 2 * MAX_COUNT;
	if (!biased && !(ptr & REF_ATOMIC))
		return ZDM_CORRUPT;
	count -= biased ? REF_BIAS : 0;
	if (biased)
		st = percpu_sum(s, ptr & ~REF_FLAG_BITS, &sum);
	/*
	 * Without the CPUs' part the rest still counts: a reference for a page is put when
	 * the ref is dead, not before.
	 */
	if (st == ZDM_OK)
		*ret = count + sum;
	else if (count && count < MAX_COUNT && st != ZDM_NOMEM)
		*ret = count;
	else
		return st;
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * policy: what becomes of each frame in a dump.
 *
 * Most of it is a table by class. The work is in the memmap frames: a frame
 * of RAM that stores nothing but struct pages nobody may read is worth
 * nothing, but a host that reads struct pages in chunks must never meet a
 * missing one in a chunk it has any reason to read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "carve/policy.h"
#include "base/search.h"
#include "base/spans.h"
#include "kernel/session.h"

/* The column of <zdm/class.def>; USER is decided by the dump level. */
enum fate { FATE_KEEP, FATE_HOST, FATE_USER, FATE_DROP };

static const uint8_t fates[ZDM_NR_CLASSES] = {
#define ZDM_CLASS_ROW(id, name, letter, nr, fate, bytes, interest, what, wrong, guard) \
	[ZDM_CLASS_##id] = FATE_##fate,
#include <zdm/class.def>
#undef ZDM_CLASS_ROW
};

enum zdm_keep zdm_policy_class(const struct zdm_policy *p, enum zdm_class cls)
{
	switch ((unsigned int)cls < ZDM_NR_CLASSES ? (enum fate)fates[cls] : FATE_KEEP) {
	case FATE_DROP:
		return ZDM_DROP;
	case FATE_HOST:
		return ZDM_KEEP_HOST;
	case FATE_USER:
		return p->dump_level & ZDM_DUMP_LEVEL_USER ? ZDM_DROP : ZDM_KEEP;
	case FATE_KEEP:
		break;
	}
	return ZDM_KEEP;
}

/*
 * A reserve that the kernel initialised, or may have, is a device's frame like any other. One whose
 * memmap is unmapped is as a hole to whoever asks struct pages: makedumpfile ends there.
 * An altmap's are kept even so: they hold struct pages of others.
 */
static enum zdm_keep keep_of(const struct zdm_policy *p, const struct zdm_range *r)
{
	if (r->cls == ZDM_CLASS_DEVICE && r->reason == ZDM_REASON_NEIGHBOUR_GONE)
		return ZDM_DROP;
	return zdm_policy_class(p, r->cls == ZDM_CLASS_RESERVED && r->valid != ZDM_NO ?
				ZDM_CLASS_DEVICE : r->cls);
}

/* The device frames of a range that the dump does not hold. */
static bool gone_if_missing(const struct zdm_policy_env *env, uint64_t page_bytes,
			    const struct zdm_range *range, struct zdm_spans *gone)
{
	uint64_t pfn = range->start_pfn, end_paddr, next;
	bool present;

	while (env->present_fn && pfn < range->end_pfn) {
		if (env->present_fn(env->priv, pfn * page_bytes, &present, &end_paddr) != ZDM_OK)
			return true;
		next = end_paddr / page_bytes;
		if (next <= pfn)
			next = pfn + 1;
		if (next > range->end_pfn)
			next = range->end_pfn;
		if (!present && !zdm_spans_add(gone, pfn, next))
			return false;
		pfn = next;
	}
	return true;
}

/*
 * Runs of frames that no host will find in the output and whose struct pages
 * need not stay, shrunk to whole chunks. Beyond the last range lies nothing
 * but absent frames, so a run that reaches the end may grow to a whole chunk.
 */
static bool collect_gone(const struct zdm_kernel *k, const struct zdm_range *ranges, size_t nr,
			 const struct zdm_policy *p, uint64_t chunk,
			 const struct zdm_policy_env *env, struct zdm_spans *ret)
{
	struct zdm_spans gone = { 0 };
	uint64_t start, end;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < nr; i++) {
		if (ranges[i].cls == ZDM_CLASS_DEVICE) {
			if (!p->drop_device_memmap)
				continue;
			if (zdm_policy_class(p, ZDM_CLASS_DEVICE) != ZDM_DROP) {
				ok = gone_if_missing(env, k->page_size, &ranges[i], &gone);
				continue;
			}
		} else if (ranges[i].valid == ZDM_YES || keep_of(p, &ranges[i]) != ZDM_DROP) {
			continue;
		}
		ok = zdm_spans_add(&gone, ranges[i].start_pfn, ranges[i].end_pfn);
	}
	for (i = 0; ok && i < gone.nr; i++) {
		start = (gone.v[i].start_pfn + chunk - 1) / chunk * chunk;
		end = gone.v[i].end_pfn;
		if (end == ranges[nr - 1].end_pfn)
			end += chunk - 1;
		ok = zdm_spans_add(ret, start, end / chunk * chunk);
	}
	free(gone.v);
	return ok;
}

/*
 * Frames that the page tables show behind the struct pages of [start_pfn,
 * end_pfn). whole: only frames that lie wholly inside; else all touched.
 * among: only those that meet one of these runs; NULL: all.
 * *blind becomes true when a table on the way could not be read or believed.
 */
static bool collect_frames(const struct zdm_kernel *k, uint64_t start_pfn, uint64_t end_pfn,
			   bool whole, const struct zdm_spans *among,
			   const struct zdm_policy_env *env, bool *blind, struct zdm_spans *ret)
{
	uint64_t ps = k->page_size, pos, end, stop, first;
	enum zdm_status status;
	struct zdm_leaf leaf;
	size_t i;

	pos = zdm_page_kaddr(k, start_pfn) + (whole ? ps - 1 : 0);
	pos -= pos % ps;
	end = zdm_page_kaddr(k, end_pfn) + (whole ? 0 : ps - 1);
	end -= end % ps;
	for (; pos < end; pos = stop) {
		memset(&leaf, 0, sizeof(leaf));
		status = env->walk_fn(env->priv, pos, &leaf);
		stop = leaf.start_kaddr + leaf.len_bytes;
		if (leaf.start_kaddr > pos || stop <= pos)
			stop = pos + ps;	/* the walk could not say how far: one page */
		if (stop > end)
			stop = end;
		*blind |= status != ZDM_OK;
		if (status != ZDM_OK || !leaf.mapped || leaf.start_kaddr > pos)
			continue;
		first = (leaf.paddr + (pos - leaf.start_kaddr)) / ps;
		if (among) {
			i = zdm_first_beyond(among->v, among->nr, end_pfn, first);
			if (i == among->nr || among->v[i].start_pfn >= first + (stop - pos) / ps)
				continue;
		}
		if (!zdm_spans_add(ret, first, first + (stop - pos) / ps))
			return false;
	}
	return true;
}

/*
 * Memmap frames that may go. A frame may store struct pages of more than one
 * place (de-duplicated vmemmap of HugeTLB or compound devmaps), so frames
 * seen from a stretch that stays are taken out again. Where the page tables of such a
 * stretch cannot be read, any frame may be one of its: none goes.
 */
static bool collect_memmap(const struct zdm_kernel *k, const struct zdm_spans *gone, uint64_t end_pfn,
			   const struct zdm_policy_env *env, struct zdm_spans *ret)
{
	struct zdm_spans drop = { 0 }, stay = { 0 };
	bool ok = true, blind = false;
	uint64_t pos = 0;
	size_t i;

	for (i = 0; ok && i < gone->nr; i++)
		ok = collect_frames(k, gone->v[i].start_pfn, gone->v[i].end_pfn, true, NULL, env, &blind, &drop);
	zdm_spans_join(&drop);
	blind = false;		/* frames that were not seen are not dropped */
	for (i = 0; ok && drop.nr && i < gone->nr; i++) {
		ok = collect_frames(k, pos, gone->v[i].start_pfn, false, &drop, env, &blind, &stay);
		pos = gone->v[i].end_pfn;
	}
	if (ok && drop.nr && pos < end_pfn)
		ok = collect_frames(k, pos, end_pfn, false, &drop, env, &blind, &stay);
	zdm_spans_join(&stay);
	ok = ok && (blind || zdm_spans_subtract(&drop, &stay, ret));
	free(drop.v);
	free(stay.v);
	return ok;
}

struct keep_list {
	struct zdm_keep_range *v;
	size_t nr, room;
};

static bool keep_add(struct keep_list *l, uint64_t start, uint64_t end, enum zdm_keep keep,
		     enum zdm_class cls, bool memmap)
{
	struct zdm_keep_range *v, *last = l->nr ? &l->v[l->nr - 1] : NULL;

	if (start >= end)
		return true;
	if (last && last->keep == keep && last->cls == cls && last->memmap == memmap) {
		last->end_pfn = end;
		return true;
	}
	v = zdm_grow((void **)&l->v, &l->room, l->nr, sizeof(*v));
	if (!v)
		return false;
	*v = (struct zdm_keep_range){ .start_pfn = start, .end_pfn = end,
				      .keep = keep, .cls = cls, .memmap = memmap };
	l->nr++;
	return true;
}

/* One range of the model, with the memmap frames in it that go. */
static bool keep_add_range(struct keep_list *l, const struct zdm_range *range, enum zdm_keep keep,
			   const struct zdm_spans *memmap)
{
	uint64_t pos = range->start_pfn, start, end;
	bool ok = true;
	size_t i;

	/* Only what the host would decide: altmap and unknown frames stay. */
	i = keep == ZDM_KEEP_HOST ? zdm_first_beyond(memmap->v, memmap->nr, end_pfn, pos) : memmap->nr;
	for (; ok && i < memmap->nr && memmap->v[i].start_pfn < range->end_pfn; i++) {
		start = memmap->v[i].start_pfn > pos ? memmap->v[i].start_pfn : pos;
		end = memmap->v[i].end_pfn < range->end_pfn ? memmap->v[i].end_pfn : range->end_pfn;
		ok = keep_add(l, pos, start, keep, range->cls, false) &&
		     keep_add(l, start, end, ZDM_DROP, range->cls, true);
		pos = end;
	}
	return ok && keep_add(l, pos, range->end_pfn, keep, range->cls, false);
}

enum zdm_status zdm_policy_compute(const struct zdm_kernel *k, const struct zdm_range *ranges,
				   size_t nr_ranges, const struct zdm_policy *p,
				   uint64_t chunk_pages, const struct zdm_policy_env *env,
				   struct zdm_keep_range **ret, size_t *nr)
{
	struct zdm_spans gone = { 0 }, memmap = { 0 };
	struct keep_list list = { 0 };
	bool ok = true;
	size_t i;

	if (!chunk_pages || !k->page_size || !k->page_struct_bytes)
		return ZDM_INVAL;
	if (nr_ranges && env && env->walk_fn) {
		ok = collect_gone(k, ranges, nr_ranges, p, chunk_pages, env, &gone) &&
		     collect_memmap(k, &gone, ranges[nr_ranges - 1].end_pfn, env, &memmap);
	}
	for (i = 0; ok && i < nr_ranges; i++)
		ok = keep_add_range(&list, &ranges[i], keep_of(p, &ranges[i]), &memmap);
	free(gone.v);
	free(memmap.v);
	if (!ok) {
		free(list.v);
		return ZDM_NOMEM;
	}
	*ret = list.v;
	*nr = list.nr;
	return ZDM_OK;
}

static enum zdm_status walk_session(void *priv, uint64_t kaddr, struct zdm_leaf *ret)
{
	const struct zdm_session *s = priv;

	return zdm_walk_kaddr(s->r, kaddr, ret);
}

static enum zdm_status present_session(void *priv, uint64_t paddr, bool *present,
				       uint64_t *end_paddr)
{
	const struct zdm_session *s = priv;

	return zdm_reader_present(s->r, paddr, present, end_paddr);
}

/* All that there may be, as the host has it. */
static enum zdm_status keep_all(const struct zdm_session *s, struct zdm_keep_range **ret,
				size_t *nr)
{
	struct keep_list list = { 0 };

	if (!keep_add(&list, 0, zdm_section_nr_to_pfn(&s->g, s->g.nr_sections_max), ZDM_KEEP_HOST,
		      ZDM_CLASS_UNKNOWN, false))
		return ZDM_NOMEM;
	*ret = list.v;
	*nr = list.nr;
	return ZDM_OK;
}

enum zdm_status zdm_policy_ranges(const struct zdm_session *s, const struct zdm_model *m,
				  const struct zdm_policy *p, uint64_t chunk_pages,
				  struct zdm_keep_range **ret, size_t *nr)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	const struct zdm_xlat *xlat = zdm_reader_xlat(s->r);
	struct zdm_policy_env env = { .priv = (void *)s };
	const struct zdm_range *ranges;
	size_t nr_ranges = zdm_model_ranges(m, &ranges);

	if (zdm_model_contradiction(m))
		return keep_all(s, ret, nr);
	/* Without page tables or vmemmap nobody knows which frames store the memmap. */
	if (k->vmemmap_kaddr && xlat && xlat->levels)
		env.walk_fn = walk_session;
	if (zdm_reader_can_present(s->r))
		env.present_fn = present_session;
	return zdm_policy_compute(k, ranges, nr_ranges, p, chunk_pages, &env, ret, nr);
}

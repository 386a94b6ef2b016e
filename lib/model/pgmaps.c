// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/pgmap_decode.h"
#include "base/search.h"
#include "kernel/xarray.h"

#define MAX_PGMAPS 65536u	/* Xen makes one for 128 MiB; more is damage */
#define MAX_ALL_RANGES (1u << 17)

struct owner {
	uint64_t kaddr;		/* as the tree has it */
	size_t first_run, index;
};

static int by_kaddr(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->kaddr != y->kaddr)
		return x->kaddr < y->kaddr ? -1 : 1;
	return x->first_run < y->first_run ? -1 : x->first_run > y->first_run;
}

static int by_run(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return x->first_run < y->first_run ? -1 : x->first_run > y->first_run;
}

/* One owner for each different pointer, numbered by first PFN, sorted by address. */
static struct owner *find_owners(const struct zdm_xarray_runs *runs, size_t *nr)
{
	struct owner *o = calloc(runs->nr ? runs->nr : 1, sizeof(*o));
	size_t i, n = 0, out = 0;

	if (!o)
		return NULL;
	for (i = 0; i < runs->nr; i++) {
		if (runs->run[i].status == ZDM_OK)
			o[n++] = (struct owner){ runs->run[i].kaddr, i, 0 };
	}
	qsort(o, n, sizeof(*o), by_kaddr);
	for (i = 0; i < n; i++) {
		if (!out || o[out - 1].kaddr != o[i].kaddr)
			o[out++] = o[i];
	}
	qsort(o, out, sizeof(*o), by_run);
	for (i = 0; i < out; i++)
		o[i].index = i;
	qsort(o, out, sizeof(*o), by_kaddr);
	*nr = out;
	return o;
}

/* Index of the pgmap at kaddr, which is one of the owners. */
static size_t owner_index(const struct owner *owners, size_t nr, uint64_t kaddr)
{
	return owners[zdm_first_from(owners, nr, kaddr, kaddr)].index;
}

static void fill_entries(const struct zdm_session *s, const struct zdm_xarray_runs *runs,
			 const struct owner *owners, size_t nr_owners, struct zdm_pgmaps *ret,
			 struct zdm_warnings *w)
{
	bool is_pfn = s->f.v[ZDM_FEAT_KEY_IS_PFN] != ZDM_NO;
	uint64_t unit = is_pfn ? 1 : s->g.section_pages;
	uint64_t max = s->g.nr_sections_max * s->g.section_pages / unit;
	size_t i;

	for (i = 0; i < runs->nr; i++) {
		const struct zdm_xarray_run *run = &runs->run[i];
		struct zdm_pgmap_entry *e = &ret->entries[ret->nr_entries];
		size_t index = run->status == ZDM_OK ? owner_index(owners, nr_owners, run->kaddr) : 0;

		if (run->end > max && run->status == ZDM_OK)
			zdm_warnf(w, true, "pgmap_array: entry %016" PRIx64 " at %" PRIx64 "-%" PRIx64
				  " lies beyond physical memory", run->kaddr, run->start,
				  run->end - 1);
		if (run->start >= max)
			continue;
		e->start_pfn = run->start * unit;
		e->end_pfn = (run->end < max ? run->end : max) * unit;
		e->pgmap = -1;
		e->status = run->status;
		e->bad_kaddr = run->bad_kaddr;
		if (run->status == ZDM_OK && index < ret->nr) {
			e->pgmap = (int32_t)index;
		} else if (run->status == ZDM_OK) {
			e->status = ZDM_CORRUPT;
			e->bad_kaddr = run->kaddr;
		}
		ret->nr_entries++;
	}
}

/* Where the dev_pagemap of an entry is: in a struct page_map up to 4.15. */
static uint64_t pgmap_kaddr(const struct zdm_session *s, uint64_t kaddr)
{
	if (!zdm_feat_yes(&s->f, ZDM_FEAT_PAGE_MAP))
		return kaddr;
	return kaddr + zdm_kdef_get(&s->k, ZDM_MEM_PAGE_MAP_PGMAP);
}

/*
 * The PFNs that each pgmap's entries cover, pgmap by pgmap: covered[at[i]] up to
 * covered[at[i + 1]] are those of pgmap i.
 */
static void group_entries(const struct zdm_pgmaps *p, struct zdm_pfn_range *covered, size_t *at)
{
	size_t i;

	memset(at, 0, (p->nr + 2) * sizeof(*at));
	for (i = 0; i < p->nr_entries; i++) {
		if (p->entries[i].pgmap >= 0)
			at[p->entries[i].pgmap + 2]++;
	}
	for (i = 2; i < p->nr + 2; i++)
		at[i] += at[i - 1];
	for (i = 0; i < p->nr_entries; i++) {
		const struct zdm_pgmap_entry *e = &p->entries[i];

		if (e->pgmap >= 0)
			covered[at[e->pgmap + 1]++] = (struct zdm_pfn_range){ e->start_pfn, e->end_pfn };
	}
}

static enum zdm_status decode_all(const struct zdm_session *s, const struct owner *owners,
				  size_t nr, struct zdm_pgmaps *ret, struct zdm_warnings *w)
{
	struct zdm_pfn_range *covered = calloc(ret->nr_entries + 1, sizeof(*covered));
	size_t *at = calloc(ret->nr + 2, sizeof(*at)), i;
	enum zdm_status st = covered && at ? ZDM_OK : ZDM_NOMEM;

	if (st == ZDM_OK)
		group_entries(ret, covered, at);
	for (i = 0; i < nr && st == ZDM_OK; i++) {
		size_t index = owners[i].index;
		uint32_t left = MAX_ALL_RANGES - (uint32_t)ret->nr_ranges;

		if (index >= ret->nr)
			continue;
		st = zdm_pgmap_decode(s, pgmap_kaddr(s, owners[i].kaddr), covered + at[index],
				      at[index + 1] - at[index],
				      left < ZDM_MAX_PGMAP_RANGES ? left : ZDM_MAX_PGMAP_RANGES,
				      &ret->v[index], w);
		ret->nr_ranges += ret->v[index].nr_ranges;
	}
	free(covered);
	free(at);
	return st;
}

static int range_by_place(const void *a, const void *b)
{
	const struct zdm_pgmap_range *x = a, *y = b;

	if (x->pgmap != y->pgmap)
		return x->pgmap < y->pgmap ? -1 : 1;
	return x->start_pfn < y->start_pfn ? -1 : x->start_pfn > y->start_pfn;
}

static enum zdm_status sort_ranges(struct zdm_pgmaps *p)
{
	size_t i, n = 0;
	uint32_t j;

	p->ranges = calloc(p->nr_ranges + 1, sizeof(*p->ranges));
	if (!p->ranges)
		return ZDM_NOMEM;
	for (i = 0; i < p->nr; i++) {
		for (j = 0; j < p->v[i].nr_ranges; j++)
			p->ranges[n++] = (struct zdm_pgmap_range){ p->v[i].ranges[j].start_pfn,
				p->v[i].ranges[j].end_pfn, (uint32_t)i, j };
	}
	qsort(p->ranges, n, sizeof(*p->ranges), range_by_place);
	return ZDM_OK;
}

static enum zdm_status walk(const struct zdm_session *s, struct zdm_xarray_runs *runs,
			    struct zdm_pgmaps *ret)
{
	bool xarray = zdm_feat_yes(&s->f, ZDM_FEAT_PGMAP_XARRAY);

	if (s->f.v[ZDM_FEAT_ZONE_DEVICE] == ZDM_NO)
		return ZDM_OK;		/* a kernel without ZONE_DEVICE: known to be empty */
	if (s->f.v[ZDM_FEAT_PGMAP_XARRAY] == ZDM_UNKNOWN)
		return ZDM_ABSENT;
	ret->root_kaddr = zdm_kdef_get(&s->k, xarray ? ZDM_SYM_PGMAP_ARRAY : ZDM_SYM_PGMAP_RADIX);
	/* what its entries are, and of what, must be known */
	if (!xarray && (s->f.v[ZDM_FEAT_PAGE_MAP] == ZDM_UNKNOWN ||
			s->f.v[ZDM_FEAT_KEY_IS_PFN] == ZDM_UNKNOWN))
		return ZDM_UNSUPPORTED;
	return zdm_xarray_walk(s->r, &s->k, xarray ? ZDM_XARRAY_XA : ZDM_XARRAY_RADIX,
			       ret->root_kaddr, runs);
}

enum zdm_status zdm_pgmaps_read(const struct zdm_session *s, struct zdm_pgmaps *ret,
				struct zdm_warnings *w)
{
	struct zdm_xarray_runs runs = { NULL, 0 };
	struct owner *owners;
	enum zdm_status st;
	size_t nr = 0, i;

	memset(ret, 0, sizeof(*ret));
	ret->status = walk(s, &runs, ret);
	if (ret->status == ZDM_NOMEM)
		return ZDM_NOMEM;
	if (ret->status != ZDM_OK) {
		zdm_warnf(w, true, ret->status == ZDM_ABSENT ?
			  "pgmap_array not found: device memory cannot be told from other memory" :
			  "pgmap_array at %016" PRIx64 " is %s: device memory cannot be told from "
			  "other memory", ret->root_kaddr, zdm_status_name(ret->status));
		return ZDM_OK;
	}
	for (i = 0; i < runs.nr; i++) {
		if (runs.run[i].status != ZDM_OK)
			zdm_warnf(w, true, "pgmap_array: entries %" PRIx64 "-%" PRIx64 " (at %016"
				  PRIx64 ") are %s", runs.run[i].start, runs.run[i].end - 1,
				  runs.run[i].bad_kaddr, zdm_status_name(runs.run[i].status));
	}
	owners = find_owners(&runs, &nr);
	ret->nr = nr < MAX_PGMAPS ? nr : MAX_PGMAPS;
	ret->v = calloc(ret->nr + 1, sizeof(*ret->v));
	ret->entries = calloc(runs.nr + 1, sizeof(*ret->entries));
	st = owners && ret->v && ret->entries ? ZDM_OK : ZDM_NOMEM;
	if (nr > ret->nr)
		zdm_warnf(w, true, "pgmap_array names %zu pgmaps: only the first %zu are believed",
			  nr, ret->nr);
	if (st == ZDM_OK) {
		fill_entries(s, &runs, owners, nr, ret, w);
		st = decode_all(s, owners, nr, ret, w);
	}
	if (st == ZDM_OK)
		st = sort_ranges(ret);
	free(owners);
	zdm_xarray_runs_deinit(&runs);
	if (st != ZDM_OK)
		zdm_pgmaps_deinit(ret);
	return st;
}

void zdm_pgmaps_deinit(struct zdm_pgmaps *p)
{
	size_t i;

	for (i = 0; i < p->nr && p->v; i++)
		free((void *)p->v[i].ranges);
	free(p->v);
	free(p->ranges);
	free(p->entries);
	memset(p, 0, sizeof(*p));
}

int64_t zdm_pgmaps_range(const struct zdm_pgmaps *p, uint32_t index, uint64_t pfn)
{
	size_t lo = 0, hi = p->nr_ranges;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct zdm_pgmap_range *r = &p->ranges[mid];

		if (r->pgmap < index || (r->pgmap == index && r->end_pfn <= pfn))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->nr_ranges || p->ranges[lo].pgmap != index || p->ranges[lo].start_pfn > pfn)
		return -1;
	return p->ranges[lo].range;
}

size_t zdm_pgmaps_entry(const struct zdm_pgmaps *p, uint64_t pfn)
{
	return zdm_first_beyond(p->entries, p->nr_entries, end_pfn, pfn);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "base/grow.h"
#include "model/section_roots.h"

#define CHUNK 512u		/* pointers read at a time */
#define MAX_BEYOND 4096u	/* all there are with 4 levels of page tables */

struct scan {
	const struct zdm_session *s;
	struct zdm_section_roots *out;
	struct zdm_warnings *w;
};

static enum zdm_status add_root(struct scan *sc, uint64_t nr, uint64_t kaddr, enum zdm_status st)
{
	struct zdm_section_root *root = zdm_grow((void **)&sc->out->v, &sc->out->cap, sc->out->nr,
				     sizeof(*root));

	if (!root)
		return ZDM_NOMEM;
	*root = (struct zdm_section_root){ nr, kaddr, st, 0 };
	sc->out->nr++;
	return ZDM_OK;
}

static enum zdm_status find_roots(struct scan *sc, uint64_t array_kaddr, uint64_t nr_roots)
{
	uint64_t roots[CHUNK], i, done;
	enum zdm_status st = ZDM_OK;

	for (done = 0; done < nr_roots && st == ZDM_OK; done += CHUNK) {
		size_t n = nr_roots - done < CHUNK ? nr_roots - done : CHUNK;
		uint64_t kaddr = array_kaddr + done * 8;

		st = zdm_read_kaddr(sc->s->r, kaddr, roots, n * 8);
		if (st == ZDM_UNREADABLE || st == ZDM_CORRUPT) {
			for (i = 0, st = ZDM_OK; i < n && st == ZDM_OK; i++)
				st = add_root(sc, done + i, kaddr, ZDM_UNREADABLE);
			continue;
		}
		for (i = 0; i < n && st == ZDM_OK; i++) {
			if (roots[i])
				st = add_root(sc, done + i, roots[i], ZDM_OK);
		}
	}
	return st;
}

/*
 * The root array may be 2 MiB with 5 levels, most of it never used. The kernel
 * keeps the highest present section (section_mark_present(), mm/sparse.c).
 */
static uint64_t roots_in_use(struct scan *sc)
{
	uint64_t highest;

	if (!zdm_kdef_has(&sc->s->k, ZDM_SYM_HIGHEST_SECTION) ||
	    zdm_read_u64(sc->s->r, zdm_kdef_get(&sc->s->k, ZDM_SYM_HIGHEST_SECTION), &highest) ||
	    highest >= sc->s->g.nr_sections_max)
		return sc->out->nr_max;
	return highest / sc->out->per_root + 1;
}

/*
 * Should the kernel's idea of the highest section be damaged, sections beyond
 * it must not pass for absent. What the dump lacks there is as it should be, unless
 * others there show that the idea is wrong.
 */
static enum zdm_status find_beyond(struct scan *sc, uint64_t array_kaddr, uint64_t used)
{
	uint64_t end = sc->out->nr_max < MAX_BEYOND ? sc->out->nr_max : MAX_BEYOND;
	uint64_t roots[CHUNK], i, from, missing[MAX_BEYOND / CHUNK + 1];
	size_t nr_missing = 0, before = sc->out->nr, n;
	enum zdm_status st = ZDM_OK;

	for (; used < end && st == ZDM_OK; used += CHUNK) {
		n = end - used < CHUNK ? end - used : CHUNK;
		if (zdm_read_kaddr(sc->s->r, array_kaddr + used * 8, roots, n * 8) != ZDM_OK) {
			missing[nr_missing++] = used;
			continue;
		}
		for (i = 0; i < n && st == ZDM_OK; i++) {
			if (!roots[i])
				continue;
			zdm_warnf(sc->w, true, "sections from %" PRIu64 " on are beyond "
				  "__highest_present_section_nr", (used + i) * sc->out->per_root);
			st = add_root(sc, used + i, roots[i], ZDM_OK);
		}
	}
	while (nr_missing && sc->out->nr > before && st == ZDM_OK) {
		from = missing[--nr_missing];
		n = end - from < CHUNK ? end - from : CHUNK;
		for (i = 0; i < n && st == ZDM_OK; i++)
			st = add_root(sc, from + i, array_kaddr + from * 8, ZDM_UNREADABLE);
	}
	return st;
}

static int root_by_paddr(const void *a, const void *b)
{
	const struct zdm_section_root *x = a, *y = b;

	return x->paddr < y->paddr ? -1 : x->paddr > y->paddr;
}

static int root_by_nr(const void *a, const void *b)
{
	const struct zdm_section_root *x = a, *y = b;

	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* Where a root lies; what cannot be told is as apart as its addresses are. */
static void locate(struct scan *sc, struct zdm_section_root *root)
{
	struct zdm_leaf leaf;

	root->paddr = root->kaddr;
	if (root->status == ZDM_OK && zdm_walk_kaddr(sc->s->r, root->kaddr, &leaf) == ZDM_OK &&
	    leaf.mapped)
		root->paddr = leaf.paddr + (root->kaddr - leaf.start_kaddr);
}

/*
 * Each root is an allocation of its own (sparse_index_alloc(), mm/sparse.c). Of
 * two that overlap one is wrong, and nothing says which; they overlap in memory, however
 * many addresses the page tables have for it. This also keeps an array full of
 * one pointer from costing as much as a machine full of memory.
 */
static void judge_roots(struct scan *sc)
{
	struct zdm_section_roots *o = sc->out;
	size_t i;

	if (o->nr < 2)
		return;
	for (i = 0; i < o->nr; i++)
		locate(sc, &o->v[i]);
	qsort(o->v, o->nr, sizeof(*o->v), root_by_paddr);
	for (i = 1; i < o->nr; i++) {
		struct zdm_section_root *a = &o->v[i - 1], *b = &o->v[i];

		if (b->paddr - a->paddr >= o->bytes)
			continue;
		a->status = a->status == ZDM_OK ? ZDM_CORRUPT : a->status;
		b->status = b->status == ZDM_OK ? ZDM_CORRUPT : b->status;
	}
	qsort(o->v, o->nr, sizeof(*o->v), root_by_nr);
}

enum zdm_status zdm_section_roots_find(const struct zdm_session *s, uint64_t array_kaddr,
				       struct zdm_section_roots *roots, struct zdm_warnings *w)
{
	struct scan sc = { s, roots, w };
	uint64_t used = roots_in_use(&sc);
	enum zdm_status st = find_roots(&sc, array_kaddr, used);

	if (st == ZDM_OK)
		st = find_beyond(&sc, array_kaddr, used);
	if (st == ZDM_OK)
		judge_roots(&sc);
	return st;
}

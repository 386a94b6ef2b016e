// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/blocks.h"
#include "base/grow.h"
#include "base/search.h"
#include "kernel/xarray.h"

#define MAX_LIST (1u << 18)	/* devices on a bus: 512 TiB in blocks of 2 GiB */

struct scan {
	const struct zdm_session *s;
	struct zdm_blocks *out;
	struct zdm_warnings *w;
	uint64_t per_block;		/* sections; 0: not known */
};

/*
 * Up to 6.18 MEM_ONLINE, MEM_GOING_OFFLINE, MEM_OFFLINE, MEM_GOING_ONLINE are
 * 1, 2, 4, 8 (include/linux/memory.h); the enum that followed counts from 0.
 * Value 2 means something else in each, so nothing is guessed.
 */
static enum zdm_block_state decode_state(const struct zdm_session *s, uint64_t state)
{
	static const enum zdm_block_state by_bit[] = {
		ZDM_BLOCK_ONLINE, ZDM_BLOCK_GOING_OFFLINE, ZDM_BLOCK_OFFLINE,
		ZDM_BLOCK_GOING_ONLINE,
	};
	static const struct {
		enum zdm_kdef_id num;
		uint64_t dflt;
		enum zdm_block_state state;
	} by_enum[] = {
		{ ZDM_NUM_MEM_ONLINE, 0, ZDM_BLOCK_ONLINE },
		{ ZDM_NUM_MEM_GOING_OFFLINE, 1, ZDM_BLOCK_GOING_OFFLINE },
		{ ZDM_NUM_MEM_OFFLINE, 2, ZDM_BLOCK_OFFLINE },
		{ ZDM_NUM_MEM_GOING_ONLINE, 3, ZDM_BLOCK_GOING_ONLINE },
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		switch (s->f.v[ZDM_FEAT_BLOCK_STATE_ENUM]) {
		case ZDM_YES:
			if (state == zdm_kdef_or(&s->k, by_enum[i].num, by_enum[i].dflt))
				return by_enum[i].state;
			break;
		case ZDM_NO:
			if (state == 1ull << i)
				return by_bit[i];
			break;
		case ZDM_UNKNOWN:
			break;
		}
	}
	return ZDM_BLOCK_UNKNOWN;
}

/* memmap_on_memory: a count, or a pointer to an altmap. */
static uint64_t vmemmap_pages(struct scan *sc, uint64_t kaddr)
{
	const struct zdm_kdef *k = &sc->s->k;
	uint64_t v = 0, altmap;

	if (sc->s->f.v[ZDM_FEAT_BLOCK_ALTMAP] == ZDM_NO) {
		if (zdm_read_u64(sc->s->r, kaddr + zdm_kdef_get(k, ZDM_MEM_BLOCK_NR_VMEMMAP), &v))
			v = 0;
	} else if (zdm_feat_yes(&sc->s->f, ZDM_FEAT_BLOCK_ALTMAP) &&
		   zdm_kdef_has(k, ZDM_MEM_ALTMAP_FREE)) {
		if (zdm_read_u64(sc->s->r, kaddr + zdm_kdef_get(k, ZDM_MEM_BLOCK_ALTMAP), &altmap) ||
		    !altmap ||
		    zdm_read_u64(sc->s->r, altmap + zdm_kdef_get(k, ZDM_MEM_ALTMAP_FREE), &v))
			v = 0;
	}
	return v <= sc->s->g.section_pages * (sc->per_block ? sc->per_block : 1) ? v : 0;
}

static enum zdm_status add_block(struct scan *sc, uint64_t kaddr, uint64_t want_start)
{
	const struct zdm_kdef *k = &sc->s->k;
	struct zdm_blocks *o = sc->out;
	uint64_t state = 0, n = sc->per_block ? sc->per_block : 1;
	struct zdm_block *b = zdm_grow((void **)&o->v, &o->cap, o->nr, sizeof(*b));
	enum zdm_status st;

	if (!b)
		return ZDM_NOMEM;
	memset(b, 0, sizeof(*b));
	b->kaddr = kaddr;
	b->start_section_nr = want_start;
	st = zdm_read_kaddr(sc->s->r, kaddr + zdm_kdef_get(k, ZDM_MEM_BLOCK_START),
			    &b->start_section_nr, 8);
	if (st == ZDM_OK)
		st = zdm_read_kaddr(sc->s->r, kaddr + zdm_kdef_get(k, ZDM_MEM_BLOCK_STATE), &state,
				    zdm_feat_yes(&sc->s->f, ZDM_FEAT_BLOCK_STATE_ENUM) ? 4 : 8);
	if (st == ZDM_OK && want_start != UINT64_MAX && b->start_section_nr != want_start)
		st = ZDM_CORRUPT;
	if (st == ZDM_OK && b->start_section_nr >= sc->s->g.nr_sections_max)
		st = ZDM_CORRUPT;
	if (st != ZDM_OK && want_start == UINT64_MAX)
		return ZDM_OK;		/* not knowing where it is, it says nothing */
	if (st != ZDM_OK)
		b->start_section_nr = want_start;
	b->end_section_nr = b->start_section_nr + n;
	b->status = st;
	if (st == ZDM_OK) {
		b->state = decode_state(sc->s, state);
		b->nr_vmemmap_pages = vmemmap_pages(sc, kaddr);
	}
	o->nr++;
	if (st != ZDM_OK || b->state == ZDM_BLOCK_UNKNOWN)
		zdm_warnf(sc->w, true, "memory block at section %" PRIu64 " (%016" PRIx64 "): %s",
			  b->start_section_nr, kaddr,
			  st != ZDM_OK ? zdm_status_name(st) : "its state cannot be true");
	return ZDM_OK;
}

/* static XArray memory_blocks, keyed by block number: drivers/base/memory.c, 5.8 to 7.3. */
static enum zdm_status scan_xarray(struct scan *sc)
{
	struct zdm_xarray_runs runs;
	enum zdm_status st;
	size_t i;

	if (!sc->per_block)
		return ZDM_ABSENT;
	st = zdm_xarray_walk(sc->s->r, &sc->s->k, ZDM_XARRAY_XA,
			     zdm_kdef_get(&sc->s->k, ZDM_SYM_MEMORY_BLOCKS), &runs);
	if (st != ZDM_OK)
		return st;
	for (i = 0; i < runs.nr && st == ZDM_OK; i++) {
		const struct zdm_xarray_run *run = &runs.run[i];

		if (run->status == ZDM_OK && run->end == run->start + 1 &&
		    run->start < sc->s->g.nr_sections_max) {
			st = add_block(sc, run->kaddr, run->start * sc->per_block);
			continue;
		}
		/* blocks of a damaged stretch are missing, not absent */
		sc->out->status = run->status == ZDM_OK ? ZDM_CORRUPT : run->status;
		zdm_warnf(sc->w, true, "memory_blocks: entries %" PRIx64 "-%" PRIx64 " are %s",
			  run->start, run->end - 1, zdm_status_name(sc->out->status));
	}
	zdm_xarray_runs_deinit(&runs);
	return st;
}

/* Before 5.8: the devices of bus `memory`, a klist of struct device_private. */
static enum zdm_status scan_bus(struct scan *sc)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_MEM_BUS_P, ZDM_MEM_SUBSYS_KLIST, ZDM_MEM_KLIST_LIST, ZDM_MEM_KLIST_NODE,
		ZDM_MEM_DEVP_KNODE, ZDM_MEM_DEVP_DEVICE, ZDM_MEM_BLOCK_DEV,
	};
	const struct zdm_kdef *k = &sc->s->k;
	uint64_t head, node, p, device, mark = 0;
	enum zdm_status st;
	unsigned int i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (!zdm_kdef_has(k, need[i]))
			return ZDM_ABSENT;
	}
	st = zdm_read_u64(sc->s->r, zdm_kdef_get(k, ZDM_SYM_MEMORY_SUBSYS) +
			  zdm_kdef_get(k, ZDM_MEM_BUS_P), &p);
	if (st != ZDM_OK || !p)
		return st;
	head = p + zdm_kdef_get(k, ZDM_MEM_SUBSYS_KLIST) + zdm_kdef_get(k, ZDM_MEM_KLIST_LIST);
	st = zdm_read_u64(sc->s->r, head, &node);
	for (i = 0; st == ZDM_OK && node != head; i++) {
		/* Brent: a list that comes by a node it left behind is a circle */
		if (i == MAX_LIST || node == mark)
			return ZDM_CORRUPT;
		if (!(i & (i - 1)))
			mark = node;
		p = node - zdm_kdef_get(k, ZDM_MEM_KLIST_NODE) - zdm_kdef_get(k, ZDM_MEM_DEVP_KNODE);
		st = zdm_read_u64(sc->s->r, p + zdm_kdef_get(k, ZDM_MEM_DEVP_DEVICE), &device);
		if (st == ZDM_OK)
			st = add_block(sc, device - zdm_kdef_get(k, ZDM_MEM_BLOCK_DEV), UINT64_MAX);
		if (st == ZDM_OK)
			st = zdm_read_u64(sc->s->r, node, &node);
	}
	return st;
}

static int by_start(const void *a, const void *b)
{
	const struct zdm_block *x = a, *y = b;

	if (x->start_section_nr != y->start_section_nr)
		return x->start_section_nr < y->start_section_nr ? -1 : 1;
	return 0;
}

static uint64_t sections_per_block(const struct zdm_session *s)
{
	uint32_t n;

	if (!zdm_kdef_has(&s->k, ZDM_SYM_SECTIONS_PER_BLOCK) ||
	    zdm_read_u32(s->r, zdm_kdef_get(&s->k, ZDM_SYM_SECTIONS_PER_BLOCK), &n) != ZDM_OK)
		return 0;
	return n && !(n & (n - 1)) && n <= 1u << 16 ? n : 0;
}

enum zdm_status zdm_blocks_read(const struct zdm_session *s, struct zdm_blocks *ret,
				struct zdm_warnings *w)
{
	struct scan sc = { .s = s, .out = ret, .w = w, .per_block = sections_per_block(s) };
	enum zdm_status st = ZDM_ABSENT;

	memset(ret, 0, sizeof(*ret));
	if (zdm_kdef_has(&s->k, ZDM_MEM_BLOCK_START) && zdm_kdef_has(&s->k, ZDM_MEM_BLOCK_STATE)) {
		if (zdm_feat_yes(&s->f, ZDM_FEAT_BLOCK_XARRAY))
			st = scan_xarray(&sc);
		else if (s->f.v[ZDM_FEAT_BLOCK_XARRAY] == ZDM_NO)
			st = scan_bus(&sc);
	}
	if (st == ZDM_NOMEM) {
		zdm_blocks_deinit(ret);
		return st;
	}
	if (st != ZDM_OK) {
		ret->status = st;
		zdm_warnf(w, st != ZDM_ABSENT, "memory blocks are %s: offline memory shows as unknown",
			  st == ZDM_ABSENT ? "not found in this kernel" : zdm_status_name(st));
	}
	if (ret->nr)
		qsort(ret->v, ret->nr, sizeof(*ret->v), by_start);
	return ZDM_OK;
}

void zdm_blocks_deinit(struct zdm_blocks *b)
{
	free(b->v);
	memset(b, 0, sizeof(*b));
}

int32_t zdm_blocks_find(const struct zdm_blocks *b, uint64_t section_nr)
{
	const struct zdm_block *first = b->nr ? &b->v[0] : NULL;
	size_t i = b->nr;

	/* mostly they are all of one size and without gaps */
	if (first && first->start_section_nr <= section_nr &&
	    first->start_section_nr < first->end_section_nr)
		i = (section_nr - first->start_section_nr) /
		    (first->end_section_nr - first->start_section_nr);
	if (i >= b->nr || b->v[i].start_section_nr > section_nr ||
	    b->v[i].end_section_nr <= section_nr)
		i = zdm_first_beyond(b->v, b->nr, end_section_nr, section_nr);
	return i < b->nr && b->v[i].start_section_nr <= section_nr ? (int32_t)i : -1;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "kernel/xarray.h"

/*
 * XA_CHUNK_SHIFT and RADIX_TREE_MAP_SHIFT are 6, and 4 with CONFIG_BASE_SMALL
 * (include/linux/xarray.h and radix-tree.h, 4.14 to 7.3): the array of slots says which.
 */
#define USUAL_SHIFT 6u
#define MAX_SLOTS (1u << USUAL_SHIFT)
#define MAX_SHIFT 60u
#define MAX_NODES (1u << 18)		/* 16 M entries; more is damage */
#define MAX_RUNS (1u << 18)		/* 512 TiB in memory blocks of 2 GiB */

/*
 * How entries are told apart. XArray: low bits 10 mark internal entries, nodes
 * above 4096, siblings below nr_slots << 2 (include/linux/xarray.h, 4.20 on).
 * Radix tree: bit 0 marks a node; a "node" inside its parent's slots is a
 * sibling (include/linux/radix-tree.h, 4.6 to 4.19).
 */
struct flavour {
	enum zdm_kdef_id head, shift, slots;
	bool (*is_node)(uint64_t entry);
	uint64_t (*node_kaddr)(uint64_t entry);
	/* Slot the entry is a sibling of, or -1. */
	int (*sibling)(uint64_t entry, uint64_t slots_kaddr, unsigned int nr_slots);
	/* Neither pointer, node nor sibling: 0 nothing there, 1 not knowable. */
	int (*special)(uint64_t entry);
};

static bool xa_is_node(uint64_t e)
{
	return (e & 3) == 2 && e > 4096 && e < (uint64_t)-4096;
}

static uint64_t xa_node_kaddr(uint64_t e)
{
	return e - 2;
}

static int xa_sibling(uint64_t e, uint64_t slots_kaddr, unsigned int nr_slots)
{
	(void)slots_kaddr;
	return (e & 3) == 2 && e >> 2 < nr_slots - 1 ? (int)(e >> 2) : -1;
}

static int xa_special(uint64_t e)
{
	if (e == (257u << 2 | 2))	/* XA_ZERO_ENTRY: reserved, holds nothing */
		return 0;
	return (e & 3) ? 1 : -1;	/* RETRY, errors, values: no pgmap nor block is one */
}

static bool radix_is_node(uint64_t e)
{
	return (e & 3) == 1;
}

static uint64_t radix_node_kaddr(uint64_t e)
{
	return e & ~1ull;
}

static int radix_sibling(uint64_t e, uint64_t slots_kaddr, unsigned int nr_slots)
{
	uint64_t off = (e & ~1ull) - slots_kaddr;

	return (e & 3) == 1 && off < nr_slots * 8 && off % 8 == 0 ? (int)(off / 8) : -1;
}

static int radix_special(uint64_t e)
{
	return (e & 3) ? 1 : -1;	/* exceptional entries */
}

static const struct flavour flavours[] = {
	[ZDM_XARRAY_XA] = { ZDM_MEM_XA_HEAD, ZDM_MEM_XA_NODE_SHIFT, ZDM_MEM_XA_NODE_SLOTS,
			      xa_is_node, xa_node_kaddr, xa_sibling, xa_special },
	[ZDM_XARRAY_RADIX] = { ZDM_MEM_RADIX_ROOT_NODE, ZDM_MEM_RADIX_NODE_SHIFT,
			     ZDM_MEM_RADIX_NODE_SLOTS, radix_is_node, radix_node_kaddr,
			     radix_sibling, radix_special },
};

struct walk {
	struct zdm_reader *r;
	const struct flavour *f;
	uint64_t root_kaddr, shift_off, slots_off;
	unsigned int shift_step, nr_slots;	/* of a node; nr_slots is 1 << shift_step */
	struct zdm_xarray_runs *out;
	size_t cap;
	unsigned int nodes;
	bool nomem;
};

/* Append, or lengthen the last run when it is the same. */
static void push(struct walk *w, const struct zdm_xarray_run *run)
{
	struct zdm_xarray_runs *o = w->out;
	struct zdm_xarray_run *last = o->nr ? &o->run[o->nr - 1] : NULL;

	if (last && last->end == run->start && last->kaddr == run->kaddr &&
	    last->status == run->status && last->bad_kaddr == run->bad_kaddr) {
		last->end = run->end;
		return;
	}
	if (o->nr == MAX_RUNS) {
		/* no kernel has so many: from here on nothing is believed */
		*last = (struct zdm_xarray_run){ last->start, run->end, 0, w->root_kaddr,
						 ZDM_CORRUPT };
		return;
	}
	last = zdm_grow((void **)&o->run, &w->cap, o->nr, sizeof(*last));
	if (!last) {
		w->nomem = true;
		return;
	}
	*last = *run;
	o->nr++;
}

static void push_bad(struct walk *w, uint64_t start, uint64_t end, enum zdm_status st,
		     uint64_t bad_kaddr)
{
	push(w, &(struct zdm_xarray_run){ start, end, 0, bad_kaddr, st });
}

static void walk_entry(struct walk *w, uint64_t entry, uint64_t start, uint64_t span,
		       unsigned int shift, uint64_t where);

static void walk_node(struct walk *w, uint64_t node, uint64_t start, unsigned int want_shift)
{
	uint64_t slots_kaddr = node + w->slots_off, span = 1ull << want_shift;
	uint64_t slots[MAX_SLOTS];
	enum zdm_status st;
	uint8_t shift;
	unsigned int i;

	if (++w->nodes > MAX_NODES || (node & 7))
		st = ZDM_CORRUPT;
	else
		st = zdm_read_kaddr(w->r, node + w->shift_off, &shift, sizeof(shift));
	if (st == ZDM_OK && shift != want_shift)
		st = ZDM_CORRUPT;
	if (st == ZDM_OK)
		st = zdm_read_kaddr(w->r, slots_kaddr, slots, w->nr_slots * sizeof(*slots));
	if (st != ZDM_OK) {
		push_bad(w, start, start + span * w->nr_slots, st, node);
		return;
	}
	for (i = 0; i < w->nr_slots && !w->nomem; i++) {
		int s = w->f->sibling(slots[i], slots_kaddr, w->nr_slots);
		uint64_t entry = slots[i], at = start + i * span;

		if (s >= 0) {
			/* a sibling repeats an earlier slot that holds a pointer */
			if ((unsigned int)s >= i || w->f->is_node(slots[s]) ||
			    w->f->sibling(slots[s], slots_kaddr, w->nr_slots) >= 0) {
				push_bad(w, at, at + span, ZDM_CORRUPT, slots_kaddr + 8 * i);
				continue;
			}
			entry = slots[s];
		}
		walk_entry(w, entry, at, span, want_shift, slots_kaddr + 8 * i);
	}
}

/* An entry that covers [start, start + span); a node below it has a smaller shift. */
static void walk_entry(struct walk *w, uint64_t entry, uint64_t start, uint64_t span,
		       unsigned int shift, uint64_t where)
{
	if (!entry)
		return;
	if (w->f->is_node(entry)) {
		if (shift < w->shift_step)
			push_bad(w, start, start + span, ZDM_CORRUPT, where);
		else
			walk_node(w, w->f->node_kaddr(entry), start, shift - w->shift_step);
		return;
	}
	switch (w->f->special(entry)) {
	case 0:
		return;
	case 1:
		push_bad(w, start, start + span, ZDM_CORRUPT, where);
		return;
	default:
		push(w, &(struct zdm_xarray_run){ start, start + span, entry, 0, ZDM_OK });
	}
}

static enum zdm_status walk_root(struct walk *w, uint64_t head_kaddr)
{
	enum zdm_status st;
	uint64_t head, node;
	uint8_t shift;

	st = zdm_read_u64(w->r, head_kaddr, &head);
	if (st != ZDM_OK || !head)
		return st;
	if (!w->f->is_node(head)) {
		walk_entry(w, head, 0, 1, 0, head_kaddr);	/* a single entry at index 0 */
		return ZDM_OK;
	}
	node = w->f->node_kaddr(head);
	st = zdm_read_kaddr(w->r, node + w->shift_off, &shift, sizeof(shift));
	if (st != ZDM_OK)
		return st;
	if (shift % w->shift_step || shift >= MAX_SHIFT)
		return ZDM_CORRUPT;
	walk_node(w, node, 0, shift);
	return ZDM_OK;
}

/* False: an array of so many slots that no kernel has. */
static bool node_size(struct walk *w, const struct zdm_kval *slots)
{
	w->shift_step = USUAL_SHIFT;
	w->nr_slots = slots->size_bytes ? slots->size_bytes / 8 : 1u << USUAL_SHIFT;
	while (w->shift_step > 1 && 1u << w->shift_step > w->nr_slots)
		w->shift_step--;
	return w->nr_slots == 1u << w->shift_step;
}

enum zdm_status zdm_xarray_walk(struct zdm_reader *r, const struct zdm_kdef *k,
				enum zdm_xarray_kind kind, uint64_t root_kaddr,
				struct zdm_xarray_runs *ret)
{
	const struct flavour *f = &flavours[kind];
	struct walk w = { .r = r, .f = f, .root_kaddr = root_kaddr, .out = ret };
	enum zdm_status st;

	memset(ret, 0, sizeof(*ret));
	if (!zdm_kdef_has(k, f->head) || !zdm_kdef_has(k, f->shift) || !zdm_kdef_has(k, f->slots))
		return ZDM_ABSENT;
	w.shift_off = zdm_kdef_get(k, f->shift);
	w.slots_off = zdm_kdef_get(k, f->slots);
	if (!node_size(&w, &k->v[f->slots]))
		return ZDM_CORRUPT;
	st = walk_root(&w, root_kaddr + zdm_kdef_get(k, f->head));
	if (w.nomem)
		st = ZDM_NOMEM;
	if (st != ZDM_OK)
		zdm_xarray_runs_deinit(ret);
	return st;
}

void zdm_xarray_runs_deinit(struct zdm_xarray_runs *runs)
{
	free(runs->run);
	memset(runs, 0, sizeof(*runs));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * trees: the XArray and the radix tree before it, as the kernel leaves them
 * after storing ranges: one canonical entry per run of slots, siblings after it.
 */
#include <inttypes.h>
#include <string.h>

#include "core.h"

#define CHUNK_SHIFT 6
#define CHUNK_SIZE 64u

struct tree {
	struct core *c;
	const char *name;	/* of the tree, for labels */
	const char *type;	/* of its node */
	uint64_t node_mark;	/* low bits of a pointer to a node: 2 in an XArray, 1 before */
	bool xarray;
	uint64_t head;		/* what the root holds */
	unsigned int top_shift;
};

static uint64_t slot_kaddr(const struct tree *t, uint64_t node, uint64_t off)
{
	return node + kern_offset(&t->c->k, t->type, "slots") + off * 8;
}

static void node_put(struct tree *t, uint64_t node, const char *member, uint64_t v,
		     unsigned int bytes)
{
	if (kern_has(&t->c->k, t->type, member))
		image_put(&t->c->im, node + kern_offset(&t->c->k, t->type, member), v, bytes);
}

static uint64_t make_node(struct tree *t, uint64_t index, unsigned int shift, uint64_t parent,
			  uint64_t off, uint64_t root_kaddr)
{
	uint64_t size = kern_size(&t->c->k, t->type);
	uint64_t base = index >> (shift + CHUNK_SHIFT) << (shift + CHUNK_SHIFT);
	/* radix_tree_node_cachep aligns nodes to eight bytes at least; slabs hold seven a page */
	uint64_t node = image_alloc(&t->c->im, size, 64, t->type,
				    xprintf("node:%s:%#" PRIx64 ":%u", t->name, base, shift));

	node_put(t, node, "shift", shift, 1);
	node_put(t, node, "offset", off, 1);
	node_put(t, node, "parent", parent, 8);
	node_put(t, node, t->xarray ? "array" : "root", root_kaddr, 8);
	return node;
}

static void count_slots(struct tree *t, uint64_t node, uint64_t more)
{
	uint64_t at = node + kern_offset(&t->c->k, t->type, "count");

	image_put(&t->c->im, at, image_get(&t->c->im, at, 1) + more, 1);
}

/* The node of that shift on the way to index. */
static uint64_t descend(struct tree *t, uint64_t index, unsigned int to_shift, uint64_t root_kaddr)
{
	uint64_t node = t->head - t->node_mark, next;
	unsigned int shift = t->top_shift;

	while (shift > to_shift) {
		uint64_t off = index >> shift & (CHUNK_SIZE - 1);
		uint64_t at = slot_kaddr(t, node, off);

		next = image_get(&t->c->im, at, 8);
		shift -= CHUNK_SHIFT;
		if (!next) {
			next = make_node(t, index, shift, node, off, root_kaddr) + t->node_mark;
			image_put(&t->c->im, at, next, 8);
			count_slots(t, node, 1);
		}
		node = next - t->node_mark;
	}
	return node;
}

static void store(struct tree *t, uint64_t index, unsigned int shift, uint64_t nr_slots,
		  uint64_t value, uint64_t root_kaddr)
{
	uint64_t node = descend(t, index, shift, root_kaddr);
	uint64_t off = index >> shift & (CHUNK_SIZE - 1), i;
	/* A sibling names its slot by number in an XArray, by address before. */
	uint64_t sibling = t->xarray ? off << 2 | 2 : slot_kaddr(t, node, off) | 1;

	for (i = 0; i < nr_slots; i++)
		image_put(&t->c->im, slot_kaddr(t, node, off + i), i ? sibling : value, 8);
	count_slots(t, node, nr_slots);
}

static void make_root(struct tree *t, uint64_t max_index, uint64_t root_kaddr)
{
	while (max_index >> t->top_shift >= CHUNK_SIZE)
		t->top_shift += CHUNK_SHIFT;
	t->head = make_node(t, 0, t->top_shift, 0, 0, root_kaddr) + t->node_mark;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* As xa_store_range(): the largest slots that fit, as many of them as one node holds. */
static void store_xarray(struct tree *t, struct span s, uint64_t value, uint64_t root_kaddr)
{
	uint64_t i = s.start, nr;

	while (i < s.end) {
		unsigned int shift = 0;

		while (!(i & ((1ull << (shift + CHUNK_SHIFT)) - 1)) &&
		       s.end - i >= 1ull << (shift + CHUNK_SHIFT) && shift < t->top_shift)
			shift += CHUNK_SHIFT;
		nr = min_u64((s.end - i) >> shift, CHUNK_SIZE - (i >> shift & (CHUNK_SIZE - 1)));
		store(t, i, shift, nr, value, root_kaddr);
		i += nr << shift;
	}
}

/* As devm_memremap_pages() of 4.14 did: the largest aligned power of two at a time. */
static void store_radix(struct tree *t, struct span s, uint64_t value, uint64_t root_kaddr)
{
	uint64_t i = s.start;

	while (i < s.end) {
		unsigned int order = 0;

		while (!(i & (1ull << order)) && s.end - i >= 2ull << order &&
		       order < t->top_shift + CHUNK_SHIFT - 1)
			order++;
		store(t, i, order / CHUNK_SHIFT * CHUNK_SHIFT, 1ull << order % CHUNK_SHIFT, value,
		      root_kaddr);
		i += 1ull << order;
	}
}

static void build(struct tree *t, uint64_t root_kaddr, const struct entry *entry, size_t nr)
{
	uint64_t i;
	size_t e;

	if (nr == 1 && entry[0].span.start == 0 && entry[0].span.end == 1) {
		t->head = entry[0].value;	/* the only entry, at index 0, needs no node */
		return;
	}
	if (!nr)
		return;
	make_root(t, entry[nr - 1].span.end - 1, root_kaddr);
	for (e = 0; e < nr; e++) {
		if (t->xarray)
			store_xarray(t, entry[e].span, entry[e].value, root_kaddr);
		else if (kern_param_is(&t->c->k, "pgmap_index", "radix-pfn"))
			store_radix(t, entry[e].span, entry[e].value, root_kaddr);
		else
			for (i = entry[e].span.start; i < entry[e].span.end; i++)
				store(t, i, 0, 1, entry[e].value, root_kaddr);
	}
}

void tree_build_xarray(struct core *c, const char *name, uint64_t root_kaddr,
		       const struct entry *entry, size_t nr)
{
	struct tree t = { .c = c, .name = name, .type = "xa_node", .node_mark = 2,
			  .xarray = true };

	build(&t, root_kaddr, entry, nr);
	image_put(&c->im, root_kaddr + kern_offset(&c->k, "xarray", "xa_head"), t.head, 8);
}

void tree_build_radix(struct core *c, const char *name, uint64_t root_kaddr,
		      const struct entry *entry, size_t nr)
{
	struct tree t = { .c = c, .name = name, .type = "radix_tree_node", .node_mark = 1 };

	build(&t, root_kaddr, entry, nr);
	image_put(&c->im, root_kaddr + kern_offset(&c->k, "radix_tree_root", "rnode"), t.head, 8);
}

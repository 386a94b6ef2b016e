// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xarray: XArrays and radix trees built word by word, as the kernel would (by
 * include/linux/xarray.h and include/linux/radix-tree.h) and as it never would.
 */
#include "test_util.h"

#include <unistd.h>

#include "kernel/xarray.h"

#define BASE 0xffffffff80000000ull	/* readable without page tables */
#define ROOT (BASE + 0x1000)
#define HEAD (ROOT + 8)
#define NODE(i) (BASE + 0x2000 + (i) * 0x400ull)
#define ITEM(i) (0xffff888000100000ull + (i) * 0x100ull)

#define SHIFT_OFF 0
#define SLOTS_OFF 40

#define INTERNAL(n) ((uint64_t)(n) << 2 | 2)
#define SIBLING(slot) INTERNAL(slot)
#define RETRY INTERNAL(256)
#define ZERO INTERNAL(257)

struct world {
	struct mem m;
	struct zdm_reader *r;
	struct zdm_kdef k;
	enum zdm_xarray_kind kind;
	struct zdm_xarray_runs runs;
};

static void know(struct zdm_kdef *k, enum zdm_kdef_id id, uint64_t value)
{
	k->v[id].status = ZDM_OK;
	k->v[id].value = value;
}

static void begin(struct world *w, enum zdm_xarray_kind kind)
{
	struct zdm_xlat x = { .arch = zdm_arch_find(NULL), .image_off = 0xffffffff80000000ull,
			      .image_start_kaddr = 0xffffffff80000000ull,
			      .image_end_kaddr = 0xffffffffc0000000ull };
	size_t id;

	memset(w, 0, sizeof(*w));
	w->kind = kind;
	mem_add(&w->m, 0x1000, 0x20000);
	assert_ok(zdm_reader_create(&mem_ops, &w->m, &w->r));
	zdm_reader_set_xlat(w->r, &x);
	for (id = 0; id < ZDM_NR_KDEFS; id++)
		w->k.v[id].status = ZDM_ABSENT;
	know(&w->k, ZDM_MEM_XA_HEAD, 8);
	know(&w->k, ZDM_MEM_XA_NODE_SHIFT, SHIFT_OFF);
	know(&w->k, ZDM_MEM_XA_NODE_SLOTS, SLOTS_OFF);
	know(&w->k, ZDM_MEM_RADIX_ROOT_NODE, 8);
	know(&w->k, ZDM_MEM_RADIX_NODE_SHIFT, SHIFT_OFF);
	know(&w->k, ZDM_MEM_RADIX_NODE_SLOTS, SLOTS_OFF);
}

static void end(struct world *w)
{
	zdm_xarray_runs_deinit(&w->runs);
	zdm_reader_destroy(w->r);
	mem_deinit(&w->m);
}

/* An entry that leads to node i. */
static uint64_t to_node(const struct world *w, unsigned int i)
{
	return NODE(i) | (w->kind == ZDM_XARRAY_XA ? 2 : 1);
}

/* What a slot repeats slot `of` of node i with. */
static uint64_t sibling(const struct world *w, unsigned int i, unsigned int of)
{
	return w->kind == ZDM_XARRAY_XA ? SIBLING(of) : (NODE(i) + SLOTS_OFF + of * 8) | 1;
}

static void put_head(struct world *w, uint64_t entry)
{
	mem_put(&w->m, HEAD - BASE, entry, 8);
}

static void put_node(struct world *w, unsigned int i, unsigned int shift)
{
	mem_put(&w->m, NODE(i) + SHIFT_OFF - BASE, shift, 1);
}

static void put_slot(struct world *w, unsigned int i, unsigned int slot, uint64_t entry)
{
	mem_put(&w->m, NODE(i) + SLOTS_OFF + slot * 8 - BASE, entry, 8);
}

static enum zdm_status walk(struct world *w)
{
	zdm_xarray_runs_deinit(&w->runs);
	zdm_reader_forget(w->r);
	return zdm_xarray_walk(w->r, &w->k, w->kind, ROOT, &w->runs);
}

static void expect_run(const struct world *w, size_t i, uint64_t start, uint64_t stop,
		       uint64_t kaddr, enum zdm_status st, uint64_t bad)
{
	const struct zdm_xarray_run *run = &w->runs.run[i];

	assert_true(i < w->runs.nr);
	if (run->start != start || run->end != stop || run->kaddr != kaddr || run->status != st ||
	    run->bad_kaddr != bad)
		fail_msg("run %zu: %llx-%llx %llx status %d bad %llx, not %llx-%llx %llx %d %llx", i,
			 (long long)run->start, (long long)run->end, (long long)run->kaddr,
			 run->status, (long long)run->bad_kaddr, (long long)start, (long long)stop,
			 (long long)kaddr, st, (long long)bad);
}

static const enum zdm_xarray_kind kinds[] = { ZDM_XARRAY_XA, ZDM_XARRAY_RADIX };

/* What follows, once in a world with each kind of tree. */
#define ON_BOTH_TREES(w) \
	for (size_t nth_ = 0; nth_ < 2 && (begin((w), kinds[nth_]), true); end(w), nth_++)

/* CONFIG_BASE_SMALL: nodes of 16 slots, shifts in steps of 4 (XA_CHUNK_SHIFT). */
static void test_small_nodes(void **state)
{
	struct world w;

	(void)state;
	ON_BOTH_TREES(&w) {
		w.k.v[ZDM_MEM_XA_NODE_SLOTS].size_bytes = 16 * 8;
		w.k.v[ZDM_MEM_RADIX_NODE_SLOTS].size_bytes = 16 * 8;
		put_head(&w, to_node(&w, 0));
		put_node(&w, 0, 4);
		put_slot(&w, 0, 2, to_node(&w, 1));
		put_slot(&w, 0, 4, ITEM(2));
		put_slot(&w, 0, 5, sibling(&w, 0, 4));
		/* what stands behind the slots is none of them */
		put_slot(&w, 0, 16, ITEM(3));
		put_node(&w, 1, 0);
		put_slot(&w, 1, 15, ITEM(1));
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 2);
		expect_run(&w, 0, 2 * 16 + 15, 3 * 16, ITEM(1), ZDM_OK, 0);
		expect_run(&w, 1, 4 * 16, 6 * 16, ITEM(2), ZDM_OK, 0);
		/* a shift of the usual kind is none here; nor is an array of 24 slots */
		put_node(&w, 0, 6);
		assert_int_equal(walk(&w), ZDM_CORRUPT);
		w.k.v[ZDM_MEM_XA_NODE_SLOTS].size_bytes = 24 * 8;
		w.k.v[ZDM_MEM_RADIX_NODE_SLOTS].size_bytes = 24 * 8;
		assert_int_equal(walk(&w), ZDM_CORRUPT);
	}
}

static void test_empty(void **state)
{
	struct world w;

	(void)state;
	ON_BOTH_TREES(&w) {
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 0);
		/* one entry at index 0 needs no node */
		put_head(&w, ITEM(1));
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 1);
		expect_run(&w, 0, 0, 1, ITEM(1), ZDM_OK, 0);
	}
}

/* Two levels; entries at the leaves, and one at the upper level: 64 indices at once. */
static void test_levels(void **state)
{
	struct world w;

	(void)state;
	ON_BOTH_TREES(&w) {
		put_head(&w, to_node(&w, 0));
		put_node(&w, 0, 6);
		put_slot(&w, 0, 1, to_node(&w, 1));
		put_slot(&w, 0, 63, ITEM(3));
		put_node(&w, 1, 0);
		put_slot(&w, 1, 0, ITEM(1));
		put_slot(&w, 1, 1, ITEM(1));
		put_slot(&w, 1, 2, ITEM(2));
		put_slot(&w, 1, 63, ITEM(2));
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 4);
		expect_run(&w, 0, 64, 66, ITEM(1), ZDM_OK, 0);
		expect_run(&w, 1, 66, 67, ITEM(2), ZDM_OK, 0);
		expect_run(&w, 2, 127, 128, ITEM(2), ZDM_OK, 0);
		expect_run(&w, 3, 63 * 64, 64 * 64, ITEM(3), ZDM_OK, 0);
	}
}

/* Multi-order: one slot holds the pointer, those that follow say which. */
static void test_siblings(void **state)
{
	struct world w;
	unsigned int i;

	(void)state;
	ON_BOTH_TREES(&w) {
		put_head(&w, to_node(&w, 0));
		put_node(&w, 0, 6);
		put_slot(&w, 0, 8, ITEM(1));
		for (i = 9; i < 16; i++)
			put_slot(&w, 0, i, sibling(&w, 0, 8));
		put_slot(&w, 0, 16, ITEM(2));
		put_slot(&w, 0, 17, sibling(&w, 0, 16));
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 2);
		expect_run(&w, 0, 8 * 64, 16 * 64, ITEM(1), ZDM_OK, 0);
		expect_run(&w, 1, 16 * 64, 18 * 64, ITEM(2), ZDM_OK, 0);
	}
}

/* Siblings of later slots, of themselves, of siblings, of nodes: no kernel's. */
static void test_bad_siblings(void **state)
{
	struct world w;

	(void)state;
	ON_BOTH_TREES(&w) {
		put_head(&w, to_node(&w, 0));
		put_node(&w, 0, 6);
		put_slot(&w, 0, 0, ITEM(1));
		put_slot(&w, 0, 1, sibling(&w, 0, 5));		/* later */
		put_slot(&w, 0, 2, sibling(&w, 0, 2));		/* itself */
		put_slot(&w, 0, 3, sibling(&w, 0, 0));		/* good */
		put_slot(&w, 0, 4, sibling(&w, 0, 3));		/* of a sibling */
		put_slot(&w, 0, 5, to_node(&w, 1));
		put_node(&w, 1, 0);
		put_slot(&w, 1, 9, ITEM(2));
		put_slot(&w, 0, 6, sibling(&w, 0, 5));		/* of a node */
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 7);
		expect_run(&w, 0, 0, 64, ITEM(1), ZDM_OK, 0);
		expect_run(&w, 1, 64, 128, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 8);
		expect_run(&w, 2, 128, 192, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 16);
		expect_run(&w, 3, 192, 256, ITEM(1), ZDM_OK, 0);
		expect_run(&w, 4, 256, 320, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 32);
		expect_run(&w, 5, 320 + 9, 320 + 10, ITEM(2), ZDM_OK, 0);
		expect_run(&w, 6, 384, 448, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 48);
	}
}

/*
 * XA_ZERO_ENTRY holds nothing. XA_RETRY_ENTRY says that the reader came too
 * late: what is there cannot be told. Values and errors are no pointers.
 */
static void test_special(void **state)
{
	struct world w;

	(void)state;
	begin(&w, ZDM_XARRAY_XA);
	put_head(&w, to_node(&w, 0));
	put_node(&w, 0, 0);
	put_slot(&w, 0, 0, ZERO);
	put_slot(&w, 0, 1, RETRY);
	put_slot(&w, 0, 2, 0x1235);			/* xa_mk_value() */
	put_slot(&w, 0, 3, INTERNAL(-12));		/* xas error */
	put_slot(&w, 0, 4, ITEM(1));
	assert_ok(walk(&w));
	assert_int_equal(w.runs.nr, 4);
	expect_run(&w, 0, 1, 2, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 8);
	expect_run(&w, 1, 2, 3, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 16);
	expect_run(&w, 2, 3, 4, 0, ZDM_CORRUPT, NODE(0) + SLOTS_OFF + 24);
	expect_run(&w, 3, 4, 5, ITEM(1), ZDM_OK, 0);
	end(&w);

	begin(&w, ZDM_XARRAY_RADIX);
	put_head(&w, to_node(&w, 0));
	put_node(&w, 0, 0);
	put_slot(&w, 0, 1, 1);				/* RADIX_TREE_RETRY */
	put_slot(&w, 0, 2, ITEM(1) | 2);		/* exceptional */
	put_slot(&w, 0, 3, ITEM(1));
	assert_ok(walk(&w));
	assert_int_equal(w.runs.nr, 3);
	assert_int_equal(w.runs.run[0].status, ZDM_CORRUPT);
	assert_int_equal(w.runs.run[1].status, ZDM_CORRUPT);
	expect_run(&w, 2, 3, 4, ITEM(1), ZDM_OK, 0);
	end(&w);
}

/* A node that leads to itself, or to one above: its shift gives it away. */
static void test_cycles(void **state)
{
	struct world w;

	(void)state;
	ON_BOTH_TREES(&w) {
		put_head(&w, to_node(&w, 0));
		put_node(&w, 0, 6);
		put_slot(&w, 0, 0, to_node(&w, 0));
		put_slot(&w, 0, 1, to_node(&w, 1));
		put_node(&w, 1, 0);
		put_slot(&w, 1, 0, to_node(&w, 0));	/* a node below the leaves */
		put_slot(&w, 1, 1, ITEM(1));
		assert_ok(walk(&w));
		assert_int_equal(w.runs.nr, 3);
		expect_run(&w, 0, 0, 64, 0, ZDM_CORRUPT, NODE(0));
		expect_run(&w, 1, 64, 65, 0, ZDM_CORRUPT, NODE(1) + SLOTS_OFF);
		expect_run(&w, 2, 65, 66, ITEM(1), ZDM_OK, 0);
	}
}

static void test_shift(void **state)
{
	struct world w;

	(void)state;
	begin(&w, ZDM_XARRAY_XA);
	put_head(&w, to_node(&w, 0));
	put_node(&w, 0, 5);
	assert_int_equal(walk(&w), ZDM_CORRUPT);
	put_node(&w, 0, 60);				/* 2^66 indices */
	assert_int_equal(walk(&w), ZDM_CORRUPT);
	put_node(&w, 0, 54);
	put_slot(&w, 0, 63, ITEM(1));
	assert_ok(walk(&w));
	expect_run(&w, 0, 63ull << 54, 1ull << 60, ITEM(1), ZDM_OK, 0);
	/* a node that skips a level */
	put_node(&w, 0, 12);
	put_slot(&w, 0, 63, 0);
	put_slot(&w, 0, 2, to_node(&w, 1));
	put_node(&w, 1, 0);
	put_slot(&w, 1, 0, ITEM(1));
	assert_ok(walk(&w));
	assert_int_equal(w.runs.nr, 1);
	expect_run(&w, 0, 2 << 12, 3 << 12, 0, ZDM_CORRUPT, NODE(1));
	end(&w);
}

/* A branch that the dump lacks is a stretch of its own; the rest stays. */
static void test_missing(void **state)
{
	struct world w;
	uint64_t gone = BASE + 0x800000;

	(void)state;
	begin(&w, ZDM_XARRAY_XA);
	put_head(&w, to_node(&w, 0));
	put_node(&w, 0, 6);
	put_slot(&w, 0, 0, ITEM(1));
	put_slot(&w, 0, 1, gone | 2);
	put_slot(&w, 0, 2, (gone + 4) | 2);		/* no node stands at such an address */
	put_slot(&w, 0, 3, ITEM(1));
	assert_ok(walk(&w));
	assert_int_equal(w.runs.nr, 4);
	expect_run(&w, 0, 0, 64, ITEM(1), ZDM_OK, 0);
	expect_run(&w, 1, 64, 128, 0, ZDM_UNREADABLE, gone);
	expect_run(&w, 2, 128, 192, 0, ZDM_CORRUPT, gone + 4);
	expect_run(&w, 3, 192, 256, ITEM(1), ZDM_OK, 0);
	put_head(&w, gone | 2);
	assert_int_equal(walk(&w), ZDM_UNREADABLE);
	assert_null(w.runs.run);
	w.k.v[ZDM_MEM_XA_NODE_SLOTS].status = ZDM_ABSENT;
	assert_int_equal(walk(&w), ZDM_ABSENT);
	end(&w);
}

/* Ten levels, at each of which every slot leads to the same node: 64^10 leaves. */
static void test_bush(void **state)
{
	struct world w;
	unsigned int level, slot;
	size_t i;

	(void)state;
	begin(&w, ZDM_XARRAY_XA);
	put_head(&w, to_node(&w, 9));
	for (level = 0; level < 10; level++) {
		put_node(&w, level, 6 * level);
		for (slot = 0; slot < 64; slot++)
			put_slot(&w, level, slot, level ? to_node(&w, level - 1) :
				 slot % 2 ? ITEM(slot) : 0);
	}
	alarm(60);
	assert_ok(walk(&w));
	alarm(0);
	/* limited in number, still sorted, and the rest is not believed */
	assert_in_range(w.runs.nr, 1000, 1 << 18);
	for (i = 1; i < w.runs.nr; i++)
		assert_true(w.runs.run[i].start >= w.runs.run[i - 1].end &&
			    w.runs.run[i].end > w.runs.run[i].start);
	expect_run(&w, 0, 1, 2, ITEM(1), ZDM_OK, 0);
	assert_int_equal(w.runs.run[w.runs.nr - 1].status, ZDM_CORRUPT);
	assert_true(w.runs.run[w.runs.nr - 1].end == 1ull << 60);
	end(&w);
}

TEST_MAIN(cmocka_unit_test(test_empty), cmocka_unit_test(test_levels),
	  cmocka_unit_test(test_siblings), cmocka_unit_test(test_bad_siblings),
	  cmocka_unit_test(test_special), cmocka_unit_test(test_cycles),
	  cmocka_unit_test(test_shift), cmocka_unit_test(test_missing),
	  cmocka_unit_test(test_bush), cmocka_unit_test(test_small_nodes))

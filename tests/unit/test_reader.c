// SPDX-License-Identifier: LGPL-2.1-or-later
/* reader: the page walk, what it keeps, and what it says when a host cannot read. */
#include "test_util.h"

#include "memory/reader.h"

#define KADDR 0xffff888000201000ull	/* PGD entry 273, PUD 0, PMD 1, PTE 1 */

static const struct zdm_xlat four_levels = { .page_shift = 12, .bits_per_level = 9,
					     .va_bits = 48, .levels = 4, .pgd_paddr = 0x1000 };

static struct zdm_reader *reader_of(struct mem *m)
{
	struct zdm_xlat x = four_levels;
	struct zdm_reader *r;

	x.arch = zdm_arch_find(NULL);
	assert_ok(zdm_reader_create(&mem_ops, m, &r));
	zdm_reader_set_xlat(r, &x);
	return r;
}

/* Tables at 0x1000 to 0x4000; KADDR is mapped to frame 0x5000. */
static void map_one(struct mem *m)
{
	mem_add(m, 0x1000, 0x5000);
	mem_put(m, 0x1000 + 273 * 8, 0x2003, 8);
	mem_put(m, 0x2000, 0x3003, 8);
	mem_put(m, 0x3000 + 8, 0x4003, 8);
	mem_put(m, 0x4000 + 8, 0x5003, 8);
	mem_put(m, 0x5000, 0x1122334455667788ull, 8);
}

static void test_walk(void **state)
{
	struct mem m = { 0 };
	struct zdm_reader *r = reader_of(&m);
	struct zdm_leaf leaf;
	uint64_t v;

	(void)state;
	map_one(&m);
	assert_ok(zdm_read_u64(r, KADDR, &v));
	assert_true(v == 0x1122334455667788ull);
	assert_ok(zdm_walk_kaddr(r, KADDR + 0x1000, &leaf));
	assert_false(leaf.mapped);
	assert_int_equal(leaf.len_bytes, 0x1000);
	/* a hole as large as the table that is not there */
	assert_ok(zdm_walk_kaddr(r, KADDR + (1ull << 30), &leaf));
	assert_false(leaf.mapped);
	assert_int_equal(leaf.len_bytes, 1ull << 30);
	/* a large page where no large page can be */
	mem_put(&m, 0x1000 + 274 * 8, 0x2083, 8);
	assert_int_equal(zdm_walk_kaddr(r, KADDR + (1ull << 39), &leaf), ZDM_OK);
	zdm_reader_forget(r);
	assert_int_equal(zdm_walk_kaddr(r, KADDR + (1ull << 39), &leaf), ZDM_CORRUPT);
	/* no address wraps round */
	assert_int_equal(zdm_read_kaddr(r, UINT64_MAX - 3, &v, 8), ZDM_CORRUPT);
	assert_int_equal(zdm_read_phys(r, UINT64_MAX - 3, &v, 8), ZDM_CORRUPT);
	zdm_reader_destroy(r);
	mem_deinit(&m);
}

/* A live kernel gives the memmap of a section another page table: forget the old one. */
static void test_forget_tables(void **state)
{
	struct mem m = { 0 };
	struct zdm_reader *r = reader_of(&m);
	struct zdm_leaf leaf;

	(void)state;
	map_one(&m);
	assert_ok(zdm_walk_kaddr(r, KADDR, &leaf));
	assert_true(leaf.mapped && leaf.paddr == 0x5000);
	mem_add(&m, 0x7000, 0x2000);
	mem_put(&m, 0x3000 + 8, 0x7003, 8);
	mem_put(&m, 0x7000 + 8, 0x8003, 8);
	zdm_reader_forget(r);
	assert_ok(zdm_walk_kaddr(r, KADDR, &leaf));
	assert_true(leaf.mapped && leaf.paddr == 0x8000);
	zdm_reader_destroy(r);
	mem_deinit(&m);
}

static enum zdm_status says_absent(void *priv, uint64_t paddr, void *buf, size_t len)
{
	(void)priv, (void)paddr, (void)buf, (void)len;
	return ZDM_ABSENT;
}

static void test_status_of_host(void **state)
{
	struct zdm_reader_ops ops = mem_ops;
	struct zdm_reader *r;
	uint64_t v;

	(void)state;
	ops.read_phys_fn = says_absent;
	assert_ok(zdm_reader_create(&ops, NULL, &r));
	/* "no such thing" is not what a failed read means */
	assert_int_equal(zdm_read_phys(r, 0x1000, &v, sizeof(v)), ZDM_UNREADABLE);
	zdm_reader_destroy(r);
}

TEST_MAIN(cmocka_unit_test(test_walk), cmocka_unit_test(test_forget_tables),
	  cmocka_unit_test(test_status_of_host))

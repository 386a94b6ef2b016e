// SPDX-License-Identifier: LGPL-2.1-or-later
/* ranges: joining, finding, seeking. */
#include "test_util.h"

#include "model/model.h"
#include "model/ranges.h"

static struct zdm_range online(uint64_t start, uint64_t end)
{
	return (struct zdm_range){ .start_pfn = start, .end_pfn = end, .cls = ZDM_CLASS_ONLINE,
				   .valid = ZDM_YES, .reason = ZDM_REASON_ONLINE,
				   .memmap = ZDM_MEMMAP_RAM, .in_dump = ZDM_IN_DUMP_YES,
				   .pgmap = -1 };
}

static void test_join(void **state)
{
	struct zdm_ranges r = { 0 };
	struct zdm_range x = online(0, 8);

	(void)state;
	assert_ok(zdm_ranges_push(&r, &x));
	x = online(8, 16);
	assert_ok(zdm_ranges_push(&r, &x));
	assert_int_equal(r.nr, 1);
	assert_int_equal(r.v[0].end_pfn, 16);
	/* nothing is no range */
	x = online(16, 16);
	assert_ok(zdm_ranges_push(&r, &x));
	x = online(20, 16);
	assert_ok(zdm_ranges_push(&r, &x));
	assert_int_equal(r.nr, 1);
	/* what does not touch is not joined */
	x = online(17, 20);
	assert_ok(zdm_ranges_push(&r, &x));
	assert_int_equal(r.nr, 2);
	zdm_ranges_deinit(&r);
	assert_null(r.v);
	assert_int_equal(r.nr, 0);
}

/* A difference in any field keeps two ranges apart. */
static void test_apart(void **state)
{
	struct zdm_range other[7];
	size_t i;

	(void)state;
	for (i = 0; i < 7; i++)
		other[i] = online(8, 16);
	other[0].cls = ZDM_CLASS_BOOTHOLE;
	other[1].valid = ZDM_UNKNOWN;
	other[2].reason = ZDM_REASON_DYING;
	other[3].memmap = ZDM_MEMMAP_ALTMAP;
	other[4].in_dump = ZDM_IN_DUMP_NO;
	other[5].pgmap = 0;
	other[6].evidence_kaddr = 8;
	for (i = 0; i < 7; i++) {
		struct zdm_ranges r = { 0 };
		struct zdm_range x = online(0, 8);

		assert_ok(zdm_ranges_push(&r, &x));
		assert_ok(zdm_ranges_push(&r, &other[i]));
		assert_int_equal(r.nr, 2);
		zdm_ranges_deinit(&r);
	}
}

/* 1000 ranges of 1, 2, 3, 1, 2, 3… PFNs, no two neighbours alike. */
static void fill(struct zdm_ranges *r)
{
	uint64_t pfn = 0;
	unsigned int i;

	memset(r, 0, sizeof(*r));
	for (i = 0; i < 1000; i++) {
		struct zdm_range x = online(pfn, pfn + 1 + i % 3);

		x.pgmap = (int32_t)i;
		assert_ok(zdm_ranges_push(r, &x));
		pfn = x.end_pfn;
	}
	assert_int_equal(r->nr, 1000);
}

static void test_index(void **state)
{
	struct zdm_ranges r;
	uint64_t pfn, end;
	size_t i;

	(void)state;
	fill(&r);
	end = r.v[r.nr - 1].end_pfn;
	for (pfn = 0, i = 0; pfn < end; pfn++) {
		i += pfn == r.v[i].end_pfn;
		assert_int_equal(zdm_ranges_index(&r, pfn), i);
	}
	assert_int_equal(zdm_ranges_index(&r, end), r.nr);
	assert_int_equal(zdm_ranges_index(&r, UINT64_MAX), r.nr);
	zdm_ranges_deinit(&r);
	assert_int_equal(zdm_ranges_index(&r, 0), 0);
}

/* A cursor may stand anywhere and be asked for any PFN. */
static void test_seek(void **state)
{
	struct zdm_model m = { 0 };
	uint64_t pfn, end, seed = 7;
	size_t cursor = 0, i;

	(void)state;
	fill(&m.ranges);
	end = m.ranges.v[m.ranges.nr - 1].end_pfn;
	for (pfn = 0; pfn < end; pfn++)
		assert_ptr_equal(zdm_range_seek(&m, &cursor, pfn), zdm_range_find(&m, pfn));
	assert_null(zdm_range_seek(&m, &cursor, end));
	/* behind the end, and back */
	assert_ptr_equal(zdm_range_seek(&m, &cursor, 0), &m.ranges.v[0]);
	assert_null(zdm_range_seek(&m, &cursor, UINT64_MAX));
	assert_ptr_equal(zdm_range_seek(&m, &cursor, end - 1), &m.ranges.v[m.ranges.nr - 1]);
	for (i = 0; i < 100000; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		pfn = (seed >> 33) % (end + 2);
		if (!(seed >> 20 & 15))
			cursor = (seed >> 24) % 2000;	/* also beyond the last */
		assert_ptr_equal(zdm_range_seek(&m, &cursor, pfn), zdm_range_find(&m, pfn));
	}
	zdm_ranges_deinit(&m.ranges);
	cursor = 5;
	assert_null(zdm_range_seek(&m, &cursor, 0));
}

TEST_MAIN(cmocka_unit_test(test_join), cmocka_unit_test(test_apart), cmocka_unit_test(test_index),
	  cmocka_unit_test(test_seek))

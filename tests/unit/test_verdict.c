// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the makedumpfile adapter answers for a PFN, in any order of asking. */
#include "test_util.h"

#include "zdm_verdict.h"

static const struct zdm_keep_range ranges[] = {
	{ 0, 1000, ZDM_KEEP_HOST, ZDM_CLASS_ONLINE, false },
	{ 1000, 1100, ZDM_DROP, ZDM_CLASS_ONLINE, true },
	{ 1100, 2048, ZDM_KEEP_HOST, ZDM_CLASS_ONLINE, false },
	{ 2048, 2050, ZDM_DROP, ZDM_CLASS_RESERVED, false },
	{ 2050, 3000, ZDM_KEEP, ZDM_CLASS_ALTMAP, false },
	{ 3000, 4096, ZDM_DROP, ZDM_CLASS_DEVICE, false },
	{ 4096, 5000, ZDM_DROP, ZDM_CLASS_HOLE, false },
	{ 5000, 5001, ZDM_KEEP, ZDM_CLASS_UNKNOWN, false },
};
#define NR (sizeof(ranges) / sizeof(ranges[0]))

static int expected(uint64_t pfn, bool memmap_frames)
{
	size_t i;

	for (i = 0; i < NR; i++) {
		if (pfn < ranges[i].start_pfn || pfn >= ranges[i].end_pfn ||
		    ranges[i].keep != ZDM_DROP)
			continue;
		if (ranges[i].memmap)
			return memmap_frames ? ZDM_VERDICT_MEMMAP : ZDM_VERDICT_KEEP;
		return (int)ranges[i].cls;
	}
	return ZDM_VERDICT_KEEP;
}

static void test_orders(void **state)
{
	struct zdm_verdict v;
	uint64_t pfn, x = 88172645463325252u;
	int memmap, i;

	(void)state;
	for (memmap = 0; memmap < 2; memmap++) {
		v = (struct zdm_verdict){ .ranges = ranges, .nr = NR, .memmap_frames = memmap };
		for (pfn = 0; pfn < 6000; pfn++)
			assert_int_equal(zdm_verdict_of(&v, pfn), expected(pfn, memmap));
		for (pfn = 6000; pfn-- > 0;)
			assert_int_equal(zdm_verdict_of(&v, pfn), expected(pfn, memmap));
		for (i = 0; i < 100000; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			pfn = x % 6000;
			assert_int_equal(zdm_verdict_of(&v, pfn), expected(pfn, memmap));
		}
	}
}

/* Not prepared, or nothing could be decided: everything is as ever. */
static void test_empty(void **state)
{
	struct zdm_verdict v = { 0 };

	(void)state;
	assert_int_equal(zdm_verdict_of(&v, 0), ZDM_VERDICT_KEEP);
	assert_int_equal(zdm_verdict_of(&v, UINT64_MAX - 1), ZDM_VERDICT_KEEP);
	assert_int_equal(zdm_verdict_readable(&v, 7, 512), 512);
}

/* A chunk ends before a struct page that is not there, and only there. */
static void test_readable(void **state)
{
	struct zdm_verdict v = { .ranges = ranges, .nr = NR, .memmap_frames = true };

	(void)state;
	assert_int_equal(zdm_verdict_readable(&v, 0, 512), 512);
	/* frames that go, but whose own struct page is fine */
	assert_int_equal(zdm_verdict_readable(&v, 900, 512), 512);
	assert_int_equal(zdm_verdict_readable(&v, 1800, 512), 248);
	assert_int_equal(zdm_verdict_readable(&v, 2047, 512), 1);
	/* struct pages of devices are there even when their data is dropped */
	assert_int_equal(zdm_verdict_readable(&v, 2900, 512), 512);
	assert_int_equal(zdm_verdict_readable(&v, 3900, 512), 196);
	assert_int_equal(zdm_verdict_readable(&v, 5000, 512), 512);
	assert_int_equal(zdm_verdict_readable(&v, 9999, 512), 512);
}

TEST_MAIN(
	cmocka_unit_test(test_orders),
	cmocka_unit_test(test_empty),
	cmocka_unit_test(test_readable))

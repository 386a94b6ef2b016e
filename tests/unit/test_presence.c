// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a capsule remembers: runs of answers, and sets of bytes. */
#include "test_util.h"

#include "base/extents.h"
#include "page/page.h"
#include "capsule/presence.h"

static void test_runs(void **state)
{
	struct zdm_presence p = { .run = NULL }, q = { .run = NULL };
	const struct zdm_presence_run *r;
	size_t len;
	char *text;

	(void)state;
	assert_true(zdm_presence_add(&p, 0x5000, 0x8000, true));
	assert_true(zdm_presence_add(&p, 0x1000, 0x2000, false));
	assert_true(zdm_presence_add(&p, 0x2000, 0x3000, false));	/* joined with the last */
	assert_int_equal(p.nr, 2);
	assert_true(zdm_presence_add(&p, 0x6000, 0x9000, true));	/* overlaps the first */
	zdm_presence_sort(&p);
	text = zdm_presence_write(&p, &len);
	assert_string_equal(text, "1000 3000 no\n5000 9000 yes\n");
	assert_int_equal(len, strlen(text));
	assert_true(zdm_presence_parse(&q, text, len));
	r = zdm_presence_find(&q, 0x2fff);
	assert_non_null(r);
	assert_false(r->present);
	assert_int_equal(r->end_paddr, 0x3000);
	r = zdm_presence_find(&q, 0x5000);
	assert_non_null(r);
	assert_true(r->present);
	assert_null(zdm_presence_find(&q, 0xfff));
	assert_null(zdm_presence_find(&q, 0x3000));
	assert_null(zdm_presence_find(&q, 0x9000));
	assert_null(zdm_presence_find(&q, UINT64_MAX));
	free(text);
	zdm_presence_deinit(&p);
	zdm_presence_deinit(&q);
}

static void test_bad_runs(void **state)
{
	static const char *const bad[] = {
		"nonsense\n", "1000 2000\n", "1000 2000 perhaps\n", "1000 2000 yesyes\n",
		"2000 1000 yes\n", "1000 1000 no\n", "xyz 1000 no\n", "\n",
		"0000000000000000000000000000000000000000000000000000 1 no\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct zdm_presence p = { .run = NULL };

		if (zdm_presence_parse(&p, bad[i], strlen(bad[i])))
			fail_msg("accepted: %s", bad[i]);
		zdm_presence_deinit(&p);
	}
}

static void test_extents(void **state)
{
	struct zdm_extents e = { .v = NULL };
	uint64_t i;

	(void)state;
	zdm_extents_add(&e, 100, 8);
	zdm_extents_add(&e, 108, 8);	/* goes on */
	zdm_extents_add(&e, 104, 4);	/* again */
	assert_int_equal(e.nr, 1);
	zdm_extents_add(&e, 50, 10);
	zdm_extents_add(&e, 60, 40);	/* closes the gap */
	zdm_extents_add(&e, 200, 0);	/* nothing */
	zdm_extents_add(&e, UINT64_MAX, 2);	/* does not exist */
	zdm_extents_sort(&e);
	assert_int_equal(e.nr, 1);
	assert_int_equal(e.v[0].start_paddr, 50);
	assert_int_equal(e.v[0].end_paddr, 116);
	/* the same few stretches a million times do not take a million places */
	for (i = 0; i < 1000000; i++)
		zdm_extents_add(&e, 1000 + i * 7919 % 1000 * 16, 8);
	assert_true(e.cap <= 16384);
	zdm_extents_sort(&e);
	assert_int_equal(e.nr, 1001);
	assert_false(e.nomem);
	zdm_extents_deinit(&e);
}

/* The two ways in which a tail page names its head. */
static void test_head(void **state)
{
	(void)state;
	/* up to 7.0: the address, with bit 0 set */
	assert_int_equal(zdm_page_head(0xffffea0001200001, 0xffffea0001200fc0), 0xffffea0001200000);
	/* from 7.1 on: a mask; 512 struct pages of 64 bytes are 0x8000 bytes */
	assert_int_equal(zdm_page_head(0xffffffffffff8001, 0xffffea0001207fc0), 0xffffea0001200000);
	assert_int_equal(zdm_page_head(0xffffffffffffff81, 0xffffea00012000c0), 0xffffea0001200080);
	/* a memmap that begins where an address looks like a mask */
	assert_int_equal(zdm_page_head(0xffffe00000000001, 0xffffe00000000040), 0xffffe00000000000);
}

TEST_MAIN(cmocka_unit_test(test_runs), cmocka_unit_test(test_bad_runs),
	  cmocka_unit_test(test_extents), cmocka_unit_test(test_head))

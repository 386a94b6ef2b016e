// SPDX-License-Identifier: LGPL-2.1-or-later
/* text: warnings, a line for each kind. */
#include "test_util.h"

#include "base/text.h"

static void test_warnings_fold(void **state)
{
	struct zdm_warnings w = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 189; i++)
		zdm_warnf(&w, i == 100, "section %u is wrong", i);
	zdm_warnf(&w, false, "the table is at %x", 16);
	zdm_warnings_fold(&w);
	assert_int_equal(w.nr, 2);
	assert_string_equal(w.line[0], "section 0 is wrong (and 188 more like this)");
	assert_string_equal(w.line[1], "the table is at 10");
	assert_true(w.damaged);
	zdm_warnings_deinit(&w);
}

/* More kinds than there is room for: none is written beyond it. */
static void test_many_kinds(void **state)
{
	static char kinds[2 * ZDM_MAX_WARNINGS][8];
	struct zdm_warnings w = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 2 * ZDM_MAX_WARNINGS; i++) {
		strcpy(kinds[i], "kind");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		zdm_warnf(&w, false, kinds[i]);
#pragma GCC diagnostic pop
	}
	zdm_warnings_fold(&w);
	assert_int_equal(w.nr, ZDM_MAX_WARNINGS);
	zdm_warnings_deinit(&w);
}

TEST_MAIN(cmocka_unit_test(test_warnings_fold), cmocka_unit_test(test_many_kinds))

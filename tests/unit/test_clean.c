// SPDX-License-Identifier: LGPL-2.1-or-later
/* Strings of strangers: what stays, what becomes \xNN, where it is cut. */
#include "test_util.h"

#include <zdm/report.h>

static void expect(const char *text, enum zdm_clean how, const char *wanted)
{
	char buf[200];

	assert_int_equal(zdm_text_clean(text, strlen(text), how, buf, sizeof(buf)),
			 strlen(wanted));
	assert_string_equal(buf, wanted);
}

static void test_stays(void **state)
{
	(void)state;
	expect("", ZDM_CLEAN_LINE, "");
	expect("/var/crash/a b", ZDM_CLEAN_LINE, "/var/crash/a b");
	expect("\xc3\xbc \xe2\x82\xac \xf0\x9f\x92\xbe \xc2\xa0", ZDM_CLEAN_LINE,
	       "\xc3\xbc \xe2\x82\xac \xf0\x9f\x92\xbe \xc2\xa0");
	expect("a\n\tb", ZDM_CLEAN_LINES, "a\n\tb");
	expect("a\n\033b", ZDM_CLEAN_JSON, "a\n\033b");
}

static void test_becomes(void **state)
{
	(void)state;
	expect("a\n\tb", ZDM_CLEAN_LINE, "a\\x0a\\x09b");
	expect("\033[2J\x7f", ZDM_CLEAN_LINES, "\\x1b[2J\\x7f");
	expect("\r", ZDM_CLEAN_LINES, "\\x0d");
	/* C1: as bytes, and as characters */
	expect("\x9b" "2J", ZDM_CLEAN_LINE, "\\x9b2J");
	expect("\xc2\x9b" "2J", ZDM_CLEAN_LINE, "\\xc2\\x9b2J");
	expect("\xc2\x9b\x7f", ZDM_CLEAN_JSON, "\\xc2\\x9b\\x7f");
	/* the order of what is shown turned round */
	expect("a\xe2\x80\xae" "b", ZDM_CLEAN_LINE, "a\\xe2\\x80\\xaeb");
	/* Latin-1, cut short, longer than needed, a surrogate, beyond the last character */
	expect("\xfc", ZDM_CLEAN_JSON, "\\xfc");
	expect("\xe2\x82", ZDM_CLEAN_JSON, "\\xe2\\x82");
	expect("\xe2\x82x", ZDM_CLEAN_JSON, "\\xe2\\x82x");
	expect("\xc0\xaf", ZDM_CLEAN_JSON, "\\xc0\\xaf");
	expect("\xe0\x80\xaf", ZDM_CLEAN_JSON, "\\xe0\\x80\\xaf");
	expect("\xed\xa0\x80", ZDM_CLEAN_JSON, "\\xed\\xa0\\x80");
	expect("\xf4\x90\x80\x80", ZDM_CLEAN_JSON, "\\xf4\\x90\\x80\\x80");
	expect("\xff\xfe", ZDM_CLEAN_JSON, "\\xff\\xfe");
}

static void test_cut(void **state)
{
	char buf[8];

	(void)state;
	/* whole characters, and no half \xNN */
	assert_int_equal(zdm_text_clean("abcdef\xc3\xbc", 8, ZDM_CLEAN_LINE, buf, 8), 8);
	assert_string_equal(buf, "abcdef");
	assert_int_equal(zdm_text_clean("abcde\033", 6, ZDM_CLEAN_LINE, buf, 8), 9);
	assert_string_equal(buf, "abcde");
	assert_int_equal(zdm_text_clean("abc", 3, ZDM_CLEAN_LINE, NULL, 0), 3);
	assert_int_equal(zdm_text_clean("abc", 3, ZDM_CLEAN_LINE, buf, 1), 3);
	assert_string_equal(buf, "");
}

TEST_MAIN(cmocka_unit_test(test_stays), cmocka_unit_test(test_becomes),
	  cmocka_unit_test(test_cut))

// SPDX-License-Identifier: LGPL-2.1-or-later
/* /proc/kallsyms as text (kernel/kallsyms.c, s_show(): address, letter, name, [module]). */
#include "test_util.h"

#include <string.h>

#include <zdm/layout.h>

#include "source/source.h"

static enum zdm_status open_text(const char *text, struct zdm_source **ret)
{
	return zdm_source_kallsyms_open_mem(text, strlen(text), "x86_64", ret);
}

static enum zdm_status ask(const struct zdm_source *src, const char *name, uint64_t *kaddr)
{
	return src->ops->symbol(src->self, name, kaddr);
}

/* _stext is linked at ffffffff81000000: all is 0x20000000 higher here. */
static void as_linked(void **state)
{
	struct zdm_source *src;
	uint64_t kaddr;

	(void)state;
	assert_int_equal(open_text("ffffffffa1000000 T _stext\n"
				   "ffffffffa2000100 B mem_section\n"
				   "ffffffffa2000200 b pgmap_array.llvm.123\n"
				   "ffffffffc0001000 b pgmap_array\t[of_a_module]\n", &src), ZDM_OK);
	assert_true(src->link_addresses);
	assert_true(src->complete_symbols);
	assert_int_equal(ask(src, "mem_section", &kaddr), ZDM_OK);
	assert_int_equal(kaddr, 0xffffffff82000100);
	assert_int_equal(ask(src, "pgmap_array", &kaddr), ZDM_OK);
	assert_int_equal(kaddr, 0xffffffff82000200);
	assert_int_equal(ask(src, "memory_subsys", &kaddr), ZDM_ABSENT);
	zdm_source_close(src);
}

static void two_of_a_name(void **state)
{
	struct zdm_source *src;
	uint64_t kaddr;

	(void)state;
	assert_int_equal(open_text("ffffffff81000000 T _stext\nffffffff82000100 b pgmap_array\n"
				   "ffffffff82000100 b pgmap_array\nffffffff82000900 b mem_section\n"
				   "ffffffff82000a00 b mem_section", &src), ZDM_OK);
	assert_int_equal(ask(src, "mem_section", &kaddr), ZDM_AMBIGUOUS);
	assert_int_equal(ask(src, "pgmap_array", &kaddr), ZDM_OK);	/* listed twice, one address */
	zdm_source_close(src);
}

static void no_use(void **state)
{
	char text[4096];
	struct zdm_source *src;

	(void)state;
	assert_int_equal(open_text("0000000000000000 T _stext\n", &src), ZDM_UNREADABLE);
	assert_null(src);
	assert_int_equal(open_text("ffffffff82000100 B mem_section\n", &src), ZDM_ABSENT);
	assert_int_equal(open_text("", &src), ZDM_ABSENT);
	memset(text, 'a', sizeof(text));	/* one endless line, not terminated */
	assert_int_equal(zdm_source_kallsyms_open_mem(text, sizeof(text), NULL, &src), ZDM_ABSENT);
	/* functions alone: CONFIG_KALLSYMS_ALL is off, and what is not listed may exist */
	assert_int_equal(open_text("ffffffff81000000 T _stext\n", &src), ZDM_OK);
	assert_false(src->complete_symbols);
	zdm_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_linked), cmocka_unit_test(two_of_a_name), cmocka_unit_test(no_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

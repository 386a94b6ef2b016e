// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/source.h"

/* Write text to a new file; its name is good until the next call. */
static const char *file_with(const char *text, size_t len)
{
	static char path[] = "/tmp/layout-XXXXXX";
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	return path;
}

static enum zdm_status open_text(const char *text, struct zdm_source **ret, char *err)
{
	const char *path = file_with(text, strlen(text));
	enum zdm_status st = zdm_source_layout_open(path, ret, err, 256);

	unlink(path);
	return st;
}

static void test_good(void **state)
{
	static const char text[] =
		"# layout of a kernel\n"
		"\n"
		"  OSRELEASE=5.3.0+\r\n"
		"BUILD-ID=0123456789abcdef\n"
		"SYMBOL(pgmap_array)=ffffffff82060680\n"
		"SYMBOL(this_cpu_off)=10008\n"
		"SIZE(page)=64\n"
		"OFFSET(page.flags)=0\n"
		"OFFSET(dev_pagemap.ranges)=136\n"
		"SIZE(dev_pagemap.ranges)=0\n"
		"OFFSET(memory_block.state)=8\n"
		"SIZE(memory_block.state)=4\n"
		"LENGTH(mem_section)=2048\n"
		"NUMBER(ZONE_DEVICE)=4\n"
		"NUMBER(zdm_complete)=1\n";
	struct zdm_source *src;
	struct zdm_member m;
	const char *value;
	char err[256] = "";
	uint64_t u;
	int64_t s;

	(void)state;
	assert_int_equal(open_text(text, &src, err), ZDM_OK);
	assert_string_equal(err, "");
	assert_string_equal(src->symbols, "layout");
	assert_string_equal(src->types, "layout");
	assert_true(src->link_addresses);
	assert_true(src->complete_types);
	assert_string_equal(src->release, "5.3.0+");
	assert_string_equal(src->build_id, "0123456789abcdef");
	assert_int_equal(src->ops->symbol(src->self, "pgmap_array", &u), ZDM_OK);
	assert_true(u == 0xffffffff82060680);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_OK);
	assert_int_equal(u, 64);
	assert_int_equal(src->ops->member(src->self, "page", "flags", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 0);
	assert_int_equal(m.size_bytes, 0);
	assert_int_equal(src->ops->member(src->self, "memory_block", "state", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 8);
	assert_int_equal(m.size_bytes, 4);
	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "ranges", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 136);
	assert_int_equal(src->ops->enumerator(src->self, "ZONE_DEVICE", &s), ZDM_OK);
	assert_int_equal(s, 4);
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "LENGTH(mem_section)", &value), ZDM_OK);
	assert_string_equal(value, "2048");
	zdm_source_close(src);
}

/* Run-time addresses, from a kernel moved by 0x1c00000: stored as linked. */
static void test_kernel_offset(void **state)
{
	static const char text[] =
		"KERNELOFFSET=1c00000\n"
		"SYMBOL(pgmap_array)=ffffffff83c60680\n"
		"SYMBOL(this_cpu_off)=10008\n";
	struct zdm_source *src;
	char err[256];
	uint64_t u;

	(void)state;
	assert_int_equal(open_text(text, &src, err), ZDM_OK);
	assert_true(src->link_addresses);
	assert_false(src->complete_types);
	assert_int_equal(src->ops->symbol(src->self, "pgmap_array", &u), ZDM_OK);
	assert_true(u == 0xffffffff82060680);
	/* An offset into the per-CPU area is not moved. */
	assert_int_equal(src->ops->symbol(src->self, "this_cpu_off", &u), ZDM_OK);
	assert_int_equal(u, 0x10008);
	zdm_source_close(src);
}

/* Each is refused as a whole, with one line that names the place. */
static void test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "SIZE(page)=64\nhello world\n", "line 2 is not KEY=value" },
		{ "\n\n=5\n", "line 3 is not KEY=value" },
		{ "SIZE(page)=64\nSIZE(list)=x\n", "line 2 needs a decimal number" },
		{ "OFFSET(page)=64\n", "line 1 needs OFFSET(type.member)" },
		{ "OFFSET(page.lru)=8 bytes\n", "line 1 needs a decimal number" },
		{ "SYMBOL(a)=zz\n", "line 1 needs a hexadecimal address" },
		{ "SYMBOL()=12\n", "line 1 is not KIND(name)=value" },
		{ "SYMBOL(a=12\n", "line 1 is not KIND(name)=value" },
		{ "SYMBOL(a b)=12\n", "line 1 is not KEY=value" },
		{ "NUMBER(a)=1.5\n", "line 1 needs a number" },
		{ "COLOUR(a)=1\n", "line 1 is none of SYMBOL, SIZE, OFFSET, LENGTH, NUMBER" },
		{ "SIZE(page)=64\nKERNELOFFSET=fast\n", "line 2 needs a hexadecimal" },
		{ "a/b=5\n", "line 1 has a key that is no name" },
		{ "SIZE(a)=1\nSIZE(b)=2\nSIZE(a)=3\n",
		  "SIZE(a), first on line 1, is given twice with different values" },
		{ "OSRELEASE=6.1\n", "it has no SYMBOL, SIZE, OFFSET or NUMBER line" },
		{ "", "it has no SYMBOL, SIZE, OFFSET or NUMBER line" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zdm_source *src = (void *)1;
		char err[256] = "";

		assert_int_equal(open_text(rows[i].text, &src, err), ZDM_CORRUPT);
		assert_null(src);
		if (!strstr(err, rows[i].says) || strchr(err, '\n'))
			fail_msg("row %zu: \"%s\" lacks \"%s\"", i, err, rows[i].says);
	}
}

static void test_no_file(void **state)
{
	struct zdm_source *src;
	char err[256];
	const char *path;
	char *big;

	(void)state;
	assert_int_equal(zdm_source_layout_open("/nonexistent/x", &src, err, sizeof(err)),
			 ZDM_ABSENT);
	assert_non_null(strstr(err, "/nonexistent/x: No such file"));
	assert_int_equal(zdm_source_layout_open("/", &src, err, sizeof(err)), ZDM_UNREADABLE);
	assert_int_equal(zdm_source_layout_open("/nonexistent/x", &src, NULL, 0), ZDM_ABSENT);

	big = malloc(5 << 20);
	memset(big, '#', 5 << 20);
	path = file_with(big, 5 << 20);
	assert_int_equal(zdm_source_layout_open(path, &src, err, sizeof(err)), ZDM_CORRUPT);
	assert_non_null(strstr(err, "larger than 4 MiB"));
	unlink(path);
	free(big);

	/* A binary, such as the vmcore itself. */
	path = file_with("\177ELF\2\1\1\0\0\0\0\0", 12);
	assert_int_equal(zdm_source_layout_open(path, &src, err, sizeof(err)), ZDM_CORRUPT);
	assert_non_null(strstr(err, "line 1 is not KEY=value"));
	unlink(path);
}

/* The layout that comes with the sample dump, written by hand from its DWARF. */
static void test_sample(void **state)
{
	static const char *const paths[] = {
		"../shared/vmcores/5.3.0.layout", "../../shared/vmcores/5.3.0.layout",
		"../../../shared/vmcores/5.3.0.layout",
	};
	struct zdm_source *src = NULL;
	struct zdm_member m;
	char err[256];
	uint64_t u;
	size_t i;

	(void)state;
	for (i = 0; i < 3 && !src; i++)
		zdm_source_layout_open(paths[i], &src, err, sizeof(err));
	if (!src) {
		print_message("SKIPPED: no %s beside the checkout\n", paths[0]);
		skip();
	}
	assert_string_equal(src->release, "5.3.0+");
	assert_false(src->complete_types);
	assert_int_equal(src->ops->symbol(src->self, "vmemmap_base", &u), ZDM_OK);
	assert_true(u == 0xffffffff81c19668);
	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "res", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 40);
	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "nr_range", &m), ZDM_ABSENT);
	zdm_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_kernel_offset),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

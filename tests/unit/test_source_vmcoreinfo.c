// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "source_memory.h"

/* As Linux 6.1 on x86-64 writes it, shortened. */
static const char text[] =
	"OSRELEASE=6.1.0-56-cloud-amd64\n"
	"BUILD-ID=3b43fad5034874490492495d552c0af6a5fab235\n"
	"PAGESIZE=4096\n"
	"SYMBOL(init_uts_ns)=ffffffffa39f9b60\n"
	"SYMBOL(mem_section)=ffff8f0f3fff4000\n"
	"LENGTH(mem_section)=2048\n"
	"SIZE(mem_section)=16\n"
	"OFFSET(mem_section.section_mem_map)=0\n"
	"OFFSET(page.lru)=8\n"
	"SIZE(page)=64\n"
	"NUMBER(NR_FREE_PAGES)=0\n"
	"NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129\n"
	"NUMBER(sme_mask)=140737488355328\n"
	"NUMBER(phys_base)=-1358954496\n"
	"NUMBER(VMEMMAP_START)=0xfffffc0000000000\n"
	"KERNELOFFSET=20e00000\n"
	"CRASHTIME=1700000000\n";

static struct zdm_source *open_text(const char *t, size_t len)
{
	struct zdm_source *src;

	assert_int_equal(zdm_source_vmcoreinfo_open(t, len, &src), ZDM_OK);
	assert_non_null(src);
	return src;
}

static void test_real(void **state)
{
	struct zdm_source *src = open_text(text, sizeof(text) - 1);
	const struct zdm_source_ops *ops = src->ops;
	struct zdm_member m;
	const char *value;
	uint64_t u;
	int64_t s;

	(void)state;
	assert_string_equal(src->symbols, "vmcoreinfo");
	assert_string_equal(src->types, "vmcoreinfo");
	assert_false(src->link_addresses);
	assert_false(src->complete_types);
	assert_string_equal(src->release, "6.1.0-56-cloud-amd64");
	assert_string_equal(src->build_id, "3b43fad5034874490492495d552c0af6a5fab235");

	assert_int_equal(ops->symbol(src->self, "init_uts_ns", &u), ZDM_OK);
	assert_true(u == 0xffffffffa39f9b60);
	assert_int_equal(ops->symbol(src->self, "mem_section", &u), ZDM_OK);
	assert_true(u == 0xffff8f0f3fff4000);
	assert_int_equal(ops->symbol(src->self, "pgmap_array", &u), ZDM_ABSENT);
	assert_int_equal(ops->size(src->self, "page", &u), ZDM_OK);
	assert_int_equal(u, 64);
	assert_int_equal(ops->size(src->self, "folio", &u), ZDM_ABSENT);
	assert_int_equal(ops->member(src->self, "page", "lru", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 8);
	assert_int_equal(m.size_bytes, 0);
	assert_int_equal(ops->member(src->self, "page", "pgmap", &m), ZDM_ABSENT);
	assert_int_equal(ops->enumerator(src->self, "PAGE_BUDDY_MAPCOUNT_VALUE", &s), ZDM_OK);
	assert_int_equal(s, -129);
	assert_int_equal(ops->enumerator(src->self, "sme_mask", &s), ZDM_OK);
	assert_true(s == INT64_C(1) << 47);
	assert_int_equal(ops->enumerator(src->self, "phys_base", &s), ZDM_OK);
	assert_true(s == -1358954496);
	assert_int_equal(ops->enumerator(src->self, "VMEMMAP_START", &s), ZDM_OK);
	assert_true((uint64_t)s == 0xfffffc0000000000);
	assert_int_equal(ops->enumerator(src->self, "ZONE_DEVICE", &s), ZDM_ABSENT);

	assert_int_equal(zdm_source_vmcoreinfo_line(src, "KERNELOFFSET", &value), ZDM_OK);
	assert_string_equal(value, "20e00000");
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "LENGTH(mem_section)", &value), ZDM_OK);
	assert_string_equal(value, "2048");
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "NUMBER(phys_base)", &value), ZDM_OK);
	assert_string_equal(value, "-1358954496");
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "LENGTH(mem", &value), ZDM_ABSENT);
	zdm_source_close(src);
}

/* One bad line spoils itself only. */
static void test_damaged(void **state)
{
	static const char damaged[] =
		"=5\n\nnonsense\nSYMBOL(a)=ffffffff8100000g\nSYMBOL(b)=\nSYMBOL(c)=1ffffffff81000000\n"
		"SIZE(page)=-64\nSIZE(huge)=99999999999\nSIZE(over)=99999999999999999999999999\n"
		"OFFSET(page.lru)= 8\nNUMBER(n)=--5\nNUMBER(m)=-9223372036854775809\n"
		"OSRELEASE=6.1 with\001control\nBUILD-ID=xyz\n"
		"SIZE(twice)=8\nSIZE(twice)=16\nSIZE(same)=8\nSIZE(same)=8\r\n"
		"SIZE(list)=16";
	struct zdm_source *src = open_text(damaged, sizeof(damaged) - 1);
	const struct zdm_source_ops *ops = src->ops;
	struct zdm_member m;
	const char *value;
	uint64_t u;
	int64_t s;

	(void)state;
	assert_string_equal(src->release, "");
	assert_string_equal(src->build_id, "");
	assert_int_equal(ops->symbol(src->self, "a", &u), ZDM_CORRUPT);
	assert_int_equal(ops->symbol(src->self, "b", &u), ZDM_CORRUPT);
	assert_int_equal(ops->symbol(src->self, "c", &u), ZDM_CORRUPT);
	assert_int_equal(ops->size(src->self, "page", &u), ZDM_CORRUPT);
	assert_int_equal(ops->size(src->self, "huge", &u), ZDM_CORRUPT);
	assert_int_equal(ops->size(src->self, "over", &u), ZDM_CORRUPT);
	assert_int_equal(ops->member(src->self, "page", "lru", &m), ZDM_CORRUPT);
	assert_int_equal(ops->enumerator(src->self, "n", &s), ZDM_CORRUPT);
	assert_int_equal(ops->enumerator(src->self, "m", &s), ZDM_CORRUPT);
	assert_int_equal(ops->size(src->self, "twice", &u), ZDM_CORRUPT);
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "SIZE(twice)", &value), ZDM_CORRUPT);
	assert_int_equal(ops->size(src->self, "same", &u), ZDM_OK);
	assert_int_equal(u, 8);
	assert_int_equal(ops->size(src->self, "list", &u), ZDM_OK);
	assert_int_equal(u, 16);
	assert_int_equal(zdm_source_vmcoreinfo_line(src, "OSRELEASE", &value), ZDM_ABSENT);
	zdm_source_close(src);
}

/* The text is not terminated, may hold NULs, and names may be of any length. */
static void test_bounds(void **state)
{
	static const char padded[] = "SIZE(page)=64\0\0\0SIZE(list)=16\n\0\0\0\0";
	char *exact = malloc(13), *name = malloc(100001);
	struct zdm_source *src;
	char *big;
	uint64_t u;

	(void)state;
	memcpy(exact, "SIZE(page)=64", 13);
	src = open_text(exact, 13);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_OK);
	assert_int_equal(u, 64);
	memset(name, 'x', 100000);
	name[100000] = '\0';
	assert_int_equal(src->ops->size(src->self, name, &u), ZDM_ABSENT);
	zdm_source_close(src);

	src = open_text(padded, sizeof(padded));
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_OK);
	assert_int_equal(src->ops->size(src->self, "list", &u), ZDM_OK);
	zdm_source_close(src);

	src = open_text("", 0);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_ABSENT);
	zdm_source_close(src);

	/* One endless line, then a good one. */
	big = malloc(200014);
	memset(big, 'A', 200000);
	memcpy(big + 200000, "\nSIZE(page)=64", 14);
	src = open_text(big, 200014);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_OK);
	zdm_source_close(src);
	free(big);

	/* More than any kernel writes is no VMCOREINFO. */
	big = calloc(1, 2 << 20);
	assert_int_equal(zdm_source_vmcoreinfo_open(big, 2 << 20, &src), ZDM_CORRUPT);
	assert_null(src);
	free(big);
	free(exact);
	free(name);
}

/* Whatever the bytes are: no crash, and nothing but the statuses that exist. */
static void test_fuzz(void **state)
{
	unsigned int run, runs = fuzz_runs(3000);
	uint64_t seed = 1;
	char copy[sizeof(text)];

	(void)state;
	for (run = 0; run < runs; run++) {
		struct zdm_source *src;
		struct zdm_member m;
		uint64_t u;
		int64_t s;
		int i;

		memcpy(copy, text, sizeof(text));
		for (i = 0; i < 8; i++)
			copy[next_random(&seed) % sizeof(copy)] = next_random(&seed);
		src = open_text(copy, sizeof(copy));
		src->ops->symbol(src->self, "init_uts_ns", &u);
		src->ops->size(src->self, "page", &u);
		src->ops->enumerator(src->self, "phys_base", &s);
		assert_true(src->ops->member(src->self, "page", "lru", &m) <= ZDM_CORRUPT);
		zdm_source_close(src);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "btf_made.h"

static void test_members(void **state)
{
	struct btf *b = make_btf();
	struct zdm_source *src = open_btf(b);
	uint64_t u;

	(void)state;
	btf__free(b);
	assert_string_equal(src->types, "btf");
	assert_null(src->symbols);
	assert_null(src->ops->symbol);
	assert_true(src->complete_types);
	EXPECT_AS_COMPILED(src, altmap, base_pfn);
	EXPECT_AS_COMPILED(src, altmap, end_pfn);
	EXPECT_AS_COMPILED(src, pgmap, altmap);
	EXPECT_AS_COMPILED(src, pgmap, type);
	EXPECT_AS_COMPILED(src, pgmap, flags);
	EXPECT_AS_COMPILED(src, pgmap, ops);
	EXPECT_AS_COMPILED(src, pgmap, nr_range);
	EXPECT_AS_COMPILED(src, pgmap, range);
	EXPECT_AS_COMPILED(src, pgmap, ranges);
	EXPECT_AS_COMPILED(src, pgmap, pairs);
	expect_no_member(src, "pgmap", "bits0", ZDM_ABSENT);
	expect_no_member(src, "pgmap", "bits1", ZDM_ABSENT);
	/* Members of named members are not members. */
	expect_no_member(src, "pgmap", "base_pfn", ZDM_ABSENT);
	expect_no_member(src, "pgmap", "start", ZDM_ABSENT);
	expect_no_member(src, "pgmap", "", ZDM_ABSENT);
	expect_no_member(src, "", "start", ZDM_ABSENT);
	expect_no_member(src, "memory_type", "x", ZDM_ABSENT);
	expect_no_member(src, "too_far", "x", ZDM_CORRUPT);
	assert_int_equal(src->ops->size(src->self, "pgmap", &u), ZDM_OK);
	assert_int_equal(u, sizeof(struct pgmap));
	zdm_source_close(src);
}

static void test_names(void **state)
{
	struct btf *b = make_btf();
	struct zdm_source *src = open_btf(b);
	uint64_t u;

	(void)state;
	btf__free(b);
	assert_int_equal(src->ops->size(src->self, "nodemask_t", &u), ZDM_OK);
	assert_int_equal(u, 128);
	expect_member(src, "nodemask_t", "bits", 0, 128);
	assert_int_equal(src->ops->size(src->self, "both", &u), ZDM_OK);
	assert_int_equal(u, 24);
	expect_member(src, "alias", "x", 8, 4);
	assert_int_equal(src->ops->size(src->self, "memory_type", &u), ZDM_OK);
	assert_int_equal(u, 4);
	assert_int_equal(src->ops->size(src->self, "pairs_t", &u), ZDM_OK);
	assert_int_equal(u, 12);
	assert_int_equal(src->ops->size(src->self, "declared", &u), ZDM_ABSENT);
	assert_int_equal(src->ops->size(src->self, "declared_t", &u), ZDM_ABSENT);
	assert_int_equal(src->ops->size(src->self, "nothing", &u), ZDM_ABSENT);
	/* Only ints by name: not asked for, not found. */
	assert_int_equal(src->ops->size(src->self, "int", &u), ZDM_ABSENT);
	expect_member(src, "copied", "x", 4, 4);
	expect_no_member(src, "differs", "x", ZDM_AMBIGUOUS);
	expect_member(src, "differs", "y", 4, 4);
	zdm_source_close(src);
}

static void test_enumerators(void **state)
{
	static const struct {
		const char *name;
		enum zdm_status st;
		int64_t value;
	} rows[] = {
		{ "MEMORY_DEVICE_PRIVATE", ZDM_OK, 1 }, { "MEMORY_DEVICE_FS_DAX", ZDM_OK, 3 },
		{ "NEGATIVE", ZDM_OK, -5 }, { "BIG", ZDM_OK, 0xfffffffe },
		{ "WIDE", ZDM_OK, (int64_t)0x8000000000000001 },
		{ "CLASH", ZDM_AMBIGUOUS, 0 }, { "memory_type", ZDM_ABSENT, 0 },
		{ "", ZDM_ABSENT, 0 },
	};
	struct btf *b = make_btf();
	struct zdm_source *src = open_btf(b);
	size_t i;

	(void)state;
	btf__free(b);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t value = 0;

		assert_int_equal(src->ops->enumerator(src->self, rows[i].name, &value), rows[i].st);
		if (!rows[i].st)
			assert_true(value == rows[i].value);
	}
	zdm_source_close(src);
}

/* Bit fields as BTF had them before kind_flag: an int type of fewer bits. */
static void test_old_bitfield(void **state)
{
	struct btf *b = btf__new_empty();
	struct zdm_source *src;
	int narrow;

	(void)state;
	add_basics(b);
	narrow = btf__add_int(b, "unsigned int", 4, 0);
	/* libbpf writes whole ints only: narrow this one to 3 bits by hand. */
	*(uint32_t *)(btf__type_by_id(b, narrow) + 1) = 3;
	add_struct(b, "s", 8);
	add_field(b, "whole", id_uint, 0, 0);
	add_field(b, "part", narrow, 32, 0);
	src = open_btf(b);
	expect_member(src, "s", "whole", 0, 4);
	expect_no_member(src, "s", "part", ZDM_ABSENT);
	zdm_source_close(src);
	btf__free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_enumerators),
		cmocka_unit_test(test_old_bitfield),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

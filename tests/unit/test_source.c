// SPDX-License-Identifier: LGPL-2.1-or-later
/* The host as a source, and what all sources share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "source/name_index.h"
#include "source/priv.h"
#include "source/symbol_pick.h"

static enum zdm_status host_symbol(void *priv, const char *name, uint64_t *kaddr)
{
	assert_string_equal(priv, "the host");
	if (strcmp(name, "max_pfn"))
		return ZDM_ABSENT;
	*kaddr = 0xffffffff83208f48;
	return ZDM_OK;
}

static enum zdm_status host_size(void *priv, const char *type, uint64_t *bytes)
{
	(void)priv;
	*bytes = 64;
	return strcmp(type, "page") ? ZDM_CORRUPT : ZDM_OK;
}

static void test_host(void **state)
{
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API,
		.symbol_fn = host_symbol, .size_fn = host_size,
	};
	struct zdm_source *src;
	struct zdm_member m;
	uint64_t u;
	int64_t s;

	(void)state;
	assert_int_equal(zdm_source_host_open(&ops, "the host", &src), ZDM_OK);
	assert_string_equal(src->symbols, "host");
	assert_string_equal(src->types, "host");
	assert_false(src->link_addresses);
	assert_int_equal(src->ops->symbol(src->self, "max_pfn", &u), ZDM_OK);
	assert_true(u == 0xffffffff83208f48);
	assert_int_equal(src->ops->symbol(src->self, "min_pfn", &u), ZDM_ABSENT);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_OK);
	assert_int_equal(u, 64);
	assert_int_equal(src->ops->size(src->self, "folio", &u), ZDM_CORRUPT);
	assert_int_equal(src->ops->member(src->self, "page", "flags", &m), ZDM_ABSENT);
	assert_int_equal(src->ops->enumerator(src->self, "ZONE_DEVICE", &s), ZDM_ABSENT);
	zdm_source_close(src);
}

/* A host of an older header: what lies behind its table is not looked at. */
static void test_host_short_table(void **state)
{
	const struct zdm_reader_ops ops = {
		.size = offsetof(struct zdm_reader_ops, size_fn), .api = ZDM_READER_API,
		.symbol_fn = host_symbol, .size_fn = host_size,
	};
	struct zdm_source *src;
	uint64_t u;

	(void)state;
	assert_int_equal(zdm_source_host_open(&ops, "the host", &src), ZDM_OK);
	assert_string_equal(src->symbols, "host");
	assert_null(src->types);
	assert_int_equal(src->ops->size(src->self, "page", &u), ZDM_ABSENT);
	zdm_source_close(src);
	zdm_source_close(NULL);
}

static void test_identity(void **state)
{
	struct zdm_source src = { 0 };

	(void)state;
	zdm_source_set_build_id(&src, "3B43fad5", 8);
	assert_string_equal(src.build_id, "3b43fad5");
	zdm_source_set_build_id(&src, "3b43fad", 7);
	assert_string_equal(src.build_id, "");
	zdm_source_set_build_id(&src, "3b43fadz", 8);
	assert_string_equal(src.build_id, "");
	zdm_source_set_release(&src, "6.1.0-56-cloud-amd64", 20);
	assert_string_equal(src.release, "6.1.0-56-cloud-amd64");
	zdm_source_set_release(&src, "6.1\033[2J", 7);
	assert_string_equal(src.release, "");
}

static void test_base_name(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} rows[] = {
		{ "pgmap_array", 11 }, { "pgmap_array.llvm.123", 11 }, { "a.llvm.0", 1 },
		{ "pgmap_array.123", 15 }, { "pgmap_array.llvm.", 17 }, { ".llvm.5", 7 },
		{ "pgmap_array.llvm.12x", 20 }, { "", 0 }, { "7", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(zdm_symbol_base_len(rows[i].name, strlen(rows[i].name)),
				 rows[i].len);
}

/* Every entry is found again, in order, whatever collides. */
static void test_index(void **state)
{
	struct zdm_index ix = { 0 };
	uint32_t i, e;

	(void)state;
	assert_int_equal(zdm_index_first(&ix, 1), ZDM_INDEX_END);
	for (i = 0; i < 30000; i++)
		assert_int_equal(zdm_index_add(&ix, i % 1000 * 65537), ZDM_OK);
	assert_int_equal(zdm_index_build(&ix), ZDM_OK);
	for (i = 0; i < 1000; i++) {
		uint32_t want = i;

		for (e = zdm_index_first(&ix, i * 65537); e != ZDM_INDEX_END;
		     e = zdm_index_next(&ix, e)) {
			assert_int_equal(e, want);
			want += 1000;
		}
		assert_int_equal(want, i + 30000);
	}
	assert_int_equal(zdm_index_first(&ix, 65536), ZDM_INDEX_END);
	zdm_index_deinit(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_host_short_table),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_base_name),
		cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

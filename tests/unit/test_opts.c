// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Structures that begin with their size, from callers of an older and of a newer header: a
 * shorter one is what it was, a longer one is taken as long as what is not known is 0. The
 * rule by itself, and each public structure that has a size.
 */
#include <zdm/carve.h>
#include <zdm/map.h>
#include <zdm/report.h>

#include "base/opts.h"
#include "model/model.h"
#include "test_util.h"

struct now {
	size_t size;
	uint64_t first, later;
};

#define TAKE(own, theirs) ZDM_OPTS_TAKE(own, struct now, first, theirs)

static void test_rule(void **state)
{
	struct {
		struct now now;
		uint64_t newer;
	} theirs = { { sizeof(theirs), 1, 2 }, 0 };
	struct now own = { 0, 0, 7 };

	(void)state;
	assert_int_equal(TAKE(&own, &theirs), ZDM_OK);
	assert_int_equal(own.size, sizeof(own));
	assert_int_equal(own.first, 1);
	assert_int_equal(own.later, 2);
	/* newer, and wants what is new */
	theirs.newer = 1ull << 56;
	assert_int_equal(TAKE(&own, &theirs), ZDM_UNSUPPORTED);
	/* older: without `later`, whatever stands there */
	theirs.now.size = offsetof(struct now, later);
	assert_int_equal(TAKE(&own, &theirs), ZDM_OK);
	assert_int_equal(own.first, 1);
	assert_int_equal(own.later, 0);
	/* none that old ever was */
	theirs.now.size = offsetof(struct now, later) - 1;
	assert_int_equal(TAKE(&own, &theirs), ZDM_INVAL);
	theirs.now.size = 0;
	assert_int_equal(TAKE(&own, &theirs), ZDM_INVAL);
}

/*
 * Each by a call that gets no further than its options do, or fails for a reason of its
 * own. bytes: size as the caller has it; ret: what the call says.
 */
union any {
	size_t size;
	struct zdm_reader_ops ops;
	struct zdm_open_opts open;
	struct zdm_pfn_spec_opts spec;
	struct zdm_map_opts map;
	struct zdm_table_opts table;
	struct zdm_carve_io carve;
	uint8_t bytes[512];
};

static enum zdm_status nothing(void *priv, uint64_t paddr, void *buf, size_t len)
{
	(void)priv, (void)paddr, (void)buf, (void)len;
	return ZDM_UNREADABLE;
}

static enum zdm_status call_ops(const union any *a)
{
	struct zdm_session *s;

	return zdm_open(&a->ops, NULL, NULL, &s, NULL, 0);
}

static enum zdm_status call_open(const union any *a)
{
	struct zdm_reader_ops ops = { .size = sizeof(ops), .api = ZDM_READER_API,
				      .read_phys_fn = nothing };
	struct zdm_session *s;

	return zdm_open(&ops, NULL, &a->open, &s, NULL, 0);
}

static enum zdm_status call_spec(const union any *a)
{
	const struct zdm_kernel k = { .page_size = 4096, .page_struct_bytes = 64 };
	struct zdm_pfn_spec spec;

	return zdm_pfn_spec_parse(&k, &a->spec, "0x10", &spec, NULL, 0);
}

static bool swallow(void *priv, const char *text, size_t len)
{
	(void)priv, (void)text, (void)len;
	return true;
}

static const struct zdm_model nothing_in_it;
static const struct zdm_sink nowhere = { .emit_fn = swallow };

static enum zdm_status call_ranges(const union any *a)
{
	return zdm_report_ranges_table(&nothing_in_it, &a->table, &nowhere);
}

static enum zdm_status call_sections(const union any *a)
{
	return zdm_report_sections_table(&nothing_in_it, UINT64_MAX, &a->table, &nowhere);
}

static enum zdm_status call_carve(const union any *a)
{
	static const struct zdm_carve_plan empty;

	return zdm_carve_write(&empty, &a->carve, NULL, 0);
}

static const struct {
	const char *name;
	size_t now, least;
	enum zdm_status (*call)(const union any *a);
	enum zdm_status taken;		/* what the call says when the options are no trouble */
} structs[] = {
	{ "zdm_reader_ops", sizeof(struct zdm_reader_ops),
	  offsetof(struct zdm_reader_ops, symbol_fn), call_ops, ZDM_ABSENT },
	{ "zdm_open_opts", sizeof(struct zdm_open_opts),
	  offsetof(struct zdm_open_opts, hint), call_open, ZDM_ABSENT },
	{ "zdm_pfn_spec_opts", sizeof(struct zdm_pfn_spec_opts),
	  sizeof(struct zdm_pfn_spec_opts), call_spec, ZDM_OK },
	{ "zdm_table_opts", sizeof(struct zdm_table_opts),
	  offsetof(struct zdm_table_opts, colour) + 1, call_ranges, ZDM_OK },
	{ "zdm_table_opts", sizeof(struct zdm_table_opts),
	  offsetof(struct zdm_table_opts, colour) + 1, call_sections, ZDM_OK },
	{ "zdm_carve_io", sizeof(struct zdm_carve_io), sizeof(struct zdm_carve_io), call_carve,
	  ZDM_IO },
};

static enum zdm_status with_size(size_t i, size_t size, uint8_t beyond)
{
	union any a;

	memset(&a, 0, sizeof(a));
	a.size = size;
	if (structs[i].call == call_ops) {
		a.ops.api = ZDM_READER_API;
		a.ops.read_phys_fn = nothing;
	}
	if (structs[i].call == call_carve)
		a.carve.out_fd = -1;
	a.bytes[structs[i].now] = beyond;
	return structs[i].call(&a);
}

static void test_structs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(structs) / sizeof(structs[0]); i++) {
		size_t now = structs[i].now, least = structs[i].least;

		print_message("%s\n", structs[i].name);
		assert_int_equal(with_size(i, now, 0), structs[i].taken);
		assert_int_equal(with_size(i, least, 0), structs[i].taken);
		assert_int_equal(with_size(i, now + 8, 0), structs[i].taken);
		assert_int_equal(with_size(i, now + 8, 1), ZDM_UNSUPPORTED);
		/* beyond its size is not looked at */
		assert_int_equal(with_size(i, now, 1), structs[i].taken);
		assert_int_equal(with_size(i, least - 8, 0), ZDM_INVAL);
	}
}

/* A hint is written where the caller has a place for it, and only there. */
static void test_hint(void **state)
{
	struct zdm_reader_ops ops = { .size = sizeof(ops), .api = ZDM_READER_API,
				      .read_phys_fn = nothing };
	enum zdm_hint hint = ZDM_HINT_NONE;
	struct zdm_open_opts opts = { .size = sizeof(opts), .hint = &hint };
	struct zdm_session *s;
	char err[200];

	(void)state;
	assert_int_equal(zdm_open(&ops, NULL, &opts, &s, err, sizeof(err)), ZDM_ABSENT);
	assert_int_equal(hint, ZDM_HINT_KERNEL_FILE);
	assert_null(strstr(err, "--"));
	ops.machine = "vax";
	assert_int_equal(zdm_open(&ops, NULL, &opts, &s, err, sizeof(err)), ZDM_UNSUPPORTED);
	assert_int_equal(hint, ZDM_HINT_NONE);
	ops.machine = NULL;
	opts.size = offsetof(struct zdm_open_opts, hint);
	assert_int_equal(zdm_open(&ops, NULL, &opts, &s, err, sizeof(err)), ZDM_ABSENT);
	assert_int_equal(hint, ZDM_HINT_NONE);
}

TEST_MAIN(cmocka_unit_test(test_rule),
	  cmocka_unit_test(test_structs),
	  cmocka_unit_test(test_hint))

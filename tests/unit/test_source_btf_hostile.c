// SPDX-License-Identifier: LGPL-2.1-or-later
/* BTF that is damaged, hostile, newer than any known, or not in the dump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "btf_made.h"
#include "source/names.h"

static void expect_refused(const void *data, size_t len, enum zdm_status want)
{
	struct zdm_source *src = (void *)1;
	char err[256] = "";

	assert_int_equal(zdm_source_btf_open_mem(data, len, &src, err, sizeof(err)), want);
	assert_null(src);
	assert_non_null(strstr(err, "BTF"));
	assert_null(strchr(err, '\n'));
}

static void test_refused(void **state)
{
	struct btf *b = make_btf();
	struct zdm_source *src;
	uint8_t *raw, *bad;
	uint32_t len;

	(void)state;
	raw = raw_copy(b, &len);
	btf__free(b);
	bad = malloc(len);

	expect_refused(raw, 0, ZDM_CORRUPT);
	expect_refused(raw, 23, ZDM_CORRUPT);
	expect_refused(raw, len - 1, ZDM_CORRUPT);
	memcpy(bad, raw, len);
	bad[0] ^= 1;
	expect_refused(bad, len, ZDM_CORRUPT);
	memcpy(bad, "\353\237", 2);		/* big endian */
	expect_refused(bad, len, ZDM_UNSUPPORTED);
	memcpy(bad, raw, len);
	bad[2] = 2;				/* version */
	expect_refused(bad, len, ZDM_UNSUPPORTED);
	memcpy(bad, raw, len);
	bad[len - 1] = 'x';			/* strings not terminated */
	expect_refused(bad, len, ZDM_CORRUPT);
	memcpy(bad, raw, len);
	bad[24 + 4 + 3] = 0;			/* kind 0 */
	expect_refused(bad, len, ZDM_CORRUPT);

	assert_int_equal(zdm_source_btf_open_mem(raw, len, &src, NULL, 0), ZDM_OK);
	zdm_source_close(src);
	free(raw);
	free(bad);
}

/* Types that lead to themselves, and a small BTF that unfolds to 16^32 members. */
static void test_hostile(void **state)
{
	struct btf *b = btf__new_empty();
	struct zdm_source *src;
	uint64_t u;
	int i, j, id;

	(void)state;
	add_basics(b);
	id = btf__type_cnt(b);
	btf__add_typedef(b, "loop", id);
	add_struct(b, "self", 8);
	add_field(b, "", btf__type_cnt(b) - 1, 0, 0);
	add_field(b, "x", btf__type_cnt(b) + 1000000, 0, 0);
	btf__add_array(b, id_int, id_ulong, 0xffffffff);
	id = btf__add_array(b, id_int, btf__type_cnt(b) - 1, 0xffffffff);
	btf__add_typedef(b, "endless", id);
	for (i = 0; i < 24; i++) {
		id = add_struct(b, i == 23 ? "bomb" : "", 8);
		for (j = 0; j < 16; j++)
			add_field(b, i ? "" : "leaf", i ? id - 1 : id_int, 0, 0);
	}
	src = open_btf(b);
	btf__free(b);
	assert_int_equal(src->ops->size(src->self, "loop", &u), ZDM_CORRUPT);
	expect_no_member(src, "loop", "x", ZDM_CORRUPT);
	expect_no_member(src, "self", "x", ZDM_CORRUPT);
	assert_int_equal(src->ops->size(src->self, "endless", &u), ZDM_ABSENT);
	expect_no_member(src, "bomb", "nothing", ZDM_CORRUPT);
	zdm_source_close(src);
}

/* A kind that nobody knows yet, in place of the declaration behind add_basics(). */
static uint8_t *with_foreign_kind(struct btf *b, bool layout, uint32_t *len)
{
	/* Kind 33: with five bits of kind, as before 2026, it would pass for an int. */
	const uint32_t foreign[] = { 0, 33u << 24 | 3, 77, 1, 2, 3, 4, 5, 6, 7 };
	uint32_t old_len, hdr_len = layout ? 32 : 24, i;
	uint8_t *old = raw_copy(b, &old_len), *raw;
	struct btf_header h;
	const uint32_t first = 16 * 5;	/* five ints of 16 bytes */
	const uint32_t fwd = sizeof(struct btf_type), rest = first + fwd;

	memcpy(&h, old, sizeof(h));
	raw = calloc(1, old_len + 2000);
	/* info 4 bytes and 8 for each of 3 elements: 28 behind the type itself */
	memcpy(raw + hdr_len, old + 24, first);
	memcpy(raw + hdr_len + first, foreign, sizeof(foreign));
	memcpy(raw + hdr_len + first + sizeof(foreign), old + 24 + rest, h.type_len - rest);
	h.type_len += sizeof(foreign) - fwd;
	memcpy(raw + hdr_len + h.type_len, old + 24 + h.str_off, h.str_len);
	h.str_off = h.type_len;
	*len = hdr_len + h.type_len + h.str_len;
	h.hdr_len = hdr_len;
	memcpy(raw, &h, sizeof(h));
	if (layout) {
		uint32_t place[2] = { h.type_len + h.str_len, 34 * 4 };

		memcpy(raw + 24, place, sizeof(place));
		for (i = 0; i < 34; i++) {
			raw[*len] = i == 33 ? 4 : 0;
			raw[*len + 1] = i == 33 ? 8 : 0;
			*len += 4;
		}
	}
	free(old);
	return raw;
}

static void test_foreign_kind(void **state)
{
	struct btf *b = btf__new_empty();
	struct zdm_source *src;
	int64_t value;
	uint32_t len;
	uint8_t *raw;
	int id;

	(void)state;
	add_basics(b);
	btf__add_fwd(b, "foreign", BTF_FWD_STRUCT);
	/* Types behind the foreign one refer to each other by number. */
	id = add_struct(b, "inner", 24);
	add_field(b, "y", id_ulong, 64, 0);
	add_struct(b, "after", 32);
	add_field(b, "x", id, 64, 0);
	btf__add_enum(b, NULL, 4);
	btf__add_enum_value(b, "ZONE_DEVICE", 4);

	/* The BTF says how long such a type is: all others are found. */
	raw = with_foreign_kind(b, true, &len);
	assert_int_equal(zdm_source_btf_open_mem(raw, len, &src, NULL, 0), ZDM_OK);
	assert_true(src->complete_types);
	expect_member(src, "after", "x", 8, 24);
	assert_int_equal(src->ops->enumerator(src->self, "ZONE_DEVICE", &value), ZDM_OK);
	assert_int_equal(value, 4);
	zdm_source_close(src);
	free(raw);

	/* It does not: what comes before stays, and what is absent may be behind. */
	raw = with_foreign_kind(b, false, &len);
	assert_int_equal(zdm_source_btf_open_mem(raw, len, &src, NULL, 0), ZDM_OK);
	assert_false(src->complete_types);
	expect_no_member(src, "after", "x", ZDM_ABSENT);
	zdm_source_close(src);
	free(raw);
	btf__free(b);
}

/* Bombs of one and the same kind by the hundred: the work is bounded over all questions. */
static void test_many_bombs(void **state)
{
	struct btf *b = btf__new_empty();
	struct zdm_source *src;
	clock_t start;
	int i, j, id = 0;
	char name[16];

	(void)state;
	add_basics(b);
	for (i = 0; i < 24; i++) {
		id = add_struct(b, "", 8);
		for (j = 0; j < 16; j++)
			add_field(b, i ? "" : "leaf", i ? id - 1 : id_int, 0, 0);
	}
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "bomb%d", i);
		add_struct(b, name, 8);
		add_field(b, "", id, 0, 0);
	}
	src = open_btf(b);
	btf__free(b);
	start = clock();
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "bomb%d", i);
		expect_no_member(src, name, "nothing", ZDM_CORRUPT);
	}
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
	zdm_source_close(src);
}

/* As many types, strings and enumerators of one name as there is room for. */
static void test_many_of_a_name(void **state)
{
	enum { NR = 70000 };
	static struct {
		struct btf_header h;
		struct btf_type t[NR];
		char strings[4];
	} all;
	struct btf_header *h = &all.h;
	struct zdm_source *src;
	uint64_t u = 0;
	int i;

	(void)state;
	*h = (struct btf_header){ .magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(*h),
				  .type_len = sizeof(all.t), .str_off = sizeof(all.t),
				  .str_len = sizeof(all.strings) };
	for (i = 0; i < NR; i++)
		all.t[i] = (struct btf_type){ 1, BTF_KIND_STRUCT << 24, { 8 } };
	memcpy(all.strings, "\0x\0", 4);
	assert_int_equal(zdm_source_btf_open_mem(&all, sizeof(all), &src, NULL, 0), ZDM_OK);
	assert_int_equal(src->ops->size(src->self, "x", &u), ZDM_CORRUPT);
	/* nobody knows any more what is not there */
	assert_int_equal(src->ops->size(src->self, "y", &u), ZDM_CORRUPT);
	zdm_source_close(src);
}

/* In the dump: names that are expected cost one pass, and the rest of it is not read again. */
static void test_expected(void **state)
{
	const uint64_t start = 0xffffffff82438070;
	struct btf *b = make_btf();
	struct memory m = { .nr = 1 };
	struct zdm_reader *r = memory_reader(&m);
	struct zdm_names names = { 0 };
	struct zdm_source *src;
	unsigned int reads;
	int64_t value;
	uint64_t u;
	uint32_t len;
	uint8_t *raw = raw_copy(b, &len);

	(void)state;
	btf__free(b);
	m.stretch[0] = (struct stretch){ start, raw, len };
	zdm_names_add(&names, "pgmap", 5);
	zdm_names_add(&names, "nr_range", 8);
	zdm_names_add(&names, "WIDE", 4);
	zdm_names_add(&names, "nothing", 7);
	assert_int_equal(zdm_source_btf_open_for(r, start, start + len, &names, &src, NULL, 0), ZDM_OK);
	reads = m.reads;
	assert_int_equal(src->ops->enumerator(src->self, "WIDE", &value), ZDM_OK);
	assert_int_equal(src->ops->size(src->self, "nothing", &u), ZDM_ABSENT);
	assert_int_equal(m.reads, reads);
	EXPECT_AS_COMPILED(src, pgmap, nr_range);
	/* a few types, a piece at a time */
	assert_true(m.reads < reads + 20);
	EXPECT_AS_COMPILED(src, altmap, base_pfn);
	/* what cannot be read any more is not absent */
	m.nr = 0;
	assert_int_equal(src->ops->size(src->self, "never_asked", &u), ZDM_UNREADABLE);
	zdm_source_close(src);
	zdm_names_deinit(&names);
	zdm_reader_destroy(r);
	free(raw);
}

static void test_in_dump(void **state)
{
	const uint64_t start = 0xffffffff82438070;
	struct btf *b = make_btf();
	struct memory m = { .nr = 1 };
	struct zdm_reader *r = memory_reader(&m);
	struct zdm_source *src;
	char err[256];
	uint32_t len;
	uint8_t *raw = raw_copy(b, &len);

	(void)state;
	btf__free(b);
	m.stretch[0] = (struct stretch){ start, raw, len };
	assert_int_equal(zdm_source_btf_open(r, start, start + len, &src, err, sizeof(err)), ZDM_OK);
	EXPECT_AS_COMPILED(src, pgmap, nr_range);
	zdm_source_close(src);

	assert_int_equal(zdm_source_btf_open(r, start, start, &src, err, sizeof(err)), ZDM_CORRUPT);
	assert_int_equal(zdm_source_btf_open(r, start, start - 1, &src, err, sizeof(err)),
			 ZDM_CORRUPT);
	assert_int_equal(zdm_source_btf_open(r, start, start + (65u << 20), &src, err, sizeof(err)),
			 ZDM_CORRUPT);
	assert_non_null(strstr(err, "__start_BTF ffffffff82438070"));
	assert_null(src);
	/* The header is there, the rest is not. */
	m.stretch[0].len = len - 1;
	assert_int_equal(zdm_source_btf_open(r, start, start + len, &src, err, sizeof(err)),
			 ZDM_UNREADABLE);
	assert_null(src);
	assert_non_null(strstr(err, "cannot be read from the dump"));
	assert_int_equal(zdm_source_btf_open(r, start + 1, start + len, &src, err, sizeof(err)),
			 ZDM_CORRUPT);
	zdm_reader_destroy(r);
	free(raw);
}

static void test_fuzz(void **state)
{
	unsigned int run, runs = fuzz_runs(3000), good = 0, bad = 0;
	struct btf *b = make_btf();
	uint32_t len;
	uint8_t *raw = raw_copy(b, &len), *copy = malloc(len);
	uint64_t seed = 3;

	(void)state;
	btf__free(b);
	for (run = 0; run < runs; run++) {
		static const char *const types[] = { "pgmap", "nodemask_t", "both", "differs" };
		struct zdm_source *src;
		struct zdm_member m;
		uint64_t u;
		int64_t s;
		int i;

		memcpy(copy, raw, len);
		for (i = 0; i < 1 + (int)(run % 4); i++)
			copy[next_random(&seed) % len] ^= 1 << next_random(&seed) % 8;
		if (zdm_source_btf_open_mem(copy, len, &src, NULL, 0)) {
			bad++;
			continue;
		}
		good++;
		for (i = 0; i < 4; i++) {
			src->ops->size(src->self, types[i], &u);
			src->ops->member(src->self, types[i], "ranges", &m);
			src->ops->member(src->self, types[i], "x", &m);
		}
		src->ops->enumerator(src->self, "MEMORY_DEVICE_PRIVATE", &s);
		zdm_source_close(src);
	}
	assert_true(good > runs / 20);
	assert_true(bad > runs / 20);
	free(raw);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_foreign_kind),
		cmocka_unit_test(test_many_bombs), cmocka_unit_test(test_many_of_a_name),
		cmocka_unit_test(test_in_dump), cmocka_unit_test(test_expected),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "source_memory.h"

/* The same as the compiler lays it out: what libbpf is told below must agree. */
struct altmap {
	unsigned long base_pfn;
	const unsigned long end_pfn;
};

struct range {
	unsigned long start, end;
};

struct pgmap {
	struct altmap altmap;
	int type;
	unsigned int flags;
	void *ops;
	int nr_range;
	union {
		struct range range;
		struct {
			struct {
			} empty;
			struct range ranges[0];
		};
	};
	unsigned char bits0 : 3, bits1 : 5;
	short pairs[3][2];
};

/* Ids of what make_btf() adds. */
static int id_int, id_ulong, id_uint, id_short, id_uchar;

static void check_id(int id)
{
	assert_true(id > 0);
}

static void add_basics(struct btf *b)
{
	id_int = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	id_uint = btf__add_int(b, "unsigned int", 4, 0);
	id_ulong = btf__add_int(b, "long unsigned int", 8, 0);
	id_short = btf__add_int(b, "short int", 2, BTF_INT_SIGNED);
	id_uchar = btf__add_int(b, "unsigned char", 1, BTF_INT_CHAR);
}

static int add_struct(struct btf *b, const char *name, unsigned int size)
{
	int id = btf__add_struct(b, name, size);

	check_id(id);
	return id;
}

static void add_field(struct btf *b, const char *name, int type, unsigned int off_bits,
		      unsigned int width)
{
	assert_int_equal(btf__add_field(b, name, type, off_bits, width), 0);
}

static void add_pgmap(struct btf *b)
{
	int altmap, range, cflex, empty, flex, any, one, two, pairs, inner, ops, count;

	inner = btf__add_const(b, id_ulong);
	altmap = add_struct(b, "altmap", 16);
	add_field(b, "base_pfn", id_ulong, 0, 0);
	add_field(b, "end_pfn", inner, 64, 0);
	range = add_struct(b, "range", 16);
	add_field(b, "start", id_ulong, 0, 0);
	add_field(b, "end", id_ulong, 64, 0);
	cflex = btf__add_array(b, id_int, range, 0);
	empty = add_struct(b, "", 0);
	flex = add_struct(b, "", 0);
	add_field(b, "empty", empty, 0, 0);
	add_field(b, "ranges", cflex, 0, 0);
	any = btf__add_union(b, "", 16);
	add_field(b, "range", range, 0, 0);
	add_field(b, "", flex, 0, 0);
	one = btf__add_array(b, id_int, id_short, 2);
	two = btf__add_array(b, id_int, one, 3);
	pairs = btf__add_typedef(b, "pairs_t", two);
	ops = btf__add_ptr(b, 0);
	count = btf__add_volatile(b, id_int);
	add_struct(b, "pgmap", sizeof(struct pgmap));
	add_field(b, "altmap", altmap, 0, 0);
	add_field(b, "type", id_int, 16 * 8, 0);
	add_field(b, "flags", id_uint, 20 * 8, 0);
	add_field(b, "ops", ops, 24 * 8, 0);
	add_field(b, "nr_range", count, 32 * 8, 0);
	add_field(b, "", any, 40 * 8, 0);
	add_field(b, "bits0", id_uchar, 56 * 8, 3);
	add_field(b, "bits1", id_uchar, 56 * 8 + 3, 5);
	add_field(b, "pairs", pairs, 58 * 8, 0);
}

static void add_names(struct btf *b)
{
	int anon, same, fwd, bits;

	btf__add_enum(b, "memory_type", 4);
	btf__add_enum_value(b, "MEMORY_DEVICE_PRIVATE", 1);
	btf__add_enum_value(b, "MEMORY_DEVICE_FS_DAX", 3);
	btf__add_enum(b, NULL, 4);
	btf__add_enum_value(b, "NEGATIVE", -5);
	btf__add_enum_value(b, "CLASH", 1);
	btf__add_enum64(b, "wide", 8, false);
	btf__add_enum64_value(b, "WIDE", 0x8000000000000001);
	btf__add_enum(b, NULL, 4);
	btf__add_enum_value(b, "CLASH", 2);
	btf__add_enum_value(b, "MEMORY_DEVICE_PRIVATE", 1);
	btf__add_enum_value(b, "BIG", 0xfffffffe);

	/* typedef struct { unsigned long bits[16]; } nodemask_t; */
	bits = btf__add_array(b, id_int, id_ulong, 16);
	anon = add_struct(b, "", 128);
	add_field(b, "bits", bits, 0, 0);
	btf__add_typedef(b, "nodemask_t", anon);
	/* A typedef before the struct of its name: the struct counts. */
	btf__add_typedef(b, "both", id_short);
	same = add_struct(b, "both", 24);
	add_field(b, "x", id_int, 64, 0);
	btf__add_typedef(b, "alias", same);
	/* Twice the same, and twice not the same. */
	add_struct(b, "copied", 8);
	add_field(b, "x", id_int, 32, 0);
	add_struct(b, "copied", 8);
	add_field(b, "x", id_uint, 32, 0);
	add_struct(b, "differs", 8);
	add_field(b, "x", id_int, 0, 0);
	add_field(b, "y", id_int, 32, 0);
	add_struct(b, "differs", 8);
	add_field(b, "x", id_int, 32, 0);
	add_field(b, "y", id_int, 32, 0);
	fwd = btf__add_fwd(b, "declared", BTF_FWD_STRUCT);
	btf__add_typedef(b, "declared_t", fwd);
	add_struct(b, "too_far", 12);
	add_field(b, "x", id_int, 64, 0);
	/* libbpf grows the struct with its fields: shrink it by hand. */
	((struct btf_type *)btf__type_by_id(b, btf__type_cnt(b) - 1))->size = 4;
}

static struct btf *make_btf(void)
{
	struct btf *b = btf__new_empty();

	assert_non_null(b);
	add_basics(b);
	add_pgmap(b);
	add_names(b);
	return b;
}

/* The raw bytes, to be freed. */
static uint8_t *raw_copy(struct btf *b, uint32_t *len)
{
	const void *raw = btf__raw_data(b, len);
	uint8_t *copy = malloc(*len);

	assert_non_null(raw);
	memcpy(copy, raw, *len);
	return copy;
}

static struct zdm_source *open_btf(struct btf *b)
{
	struct zdm_source *src;
	char err[256] = "";
	uint32_t len;
	uint8_t *raw = raw_copy(b, &len);

	if (zdm_source_btf_open_mem(raw, len, &src, err, sizeof(err)))
		fail_msg("%s", err);
	free(raw);
	return src;
}

static void expect_member(const struct zdm_source *src, const char *type, const char *member,
			  uint64_t off, uint64_t size)
{
	struct zdm_member m = { 99, 99 };
	enum zdm_status st = src->ops->member(src->self, type, member, &m);

	if (st || m.off_bytes != off || m.size_bytes != size)
		fail_msg("%s.%s: status %d, %lu+%lu, not %lu+%lu", type, member, st,
			 (unsigned long)m.off_bytes, (unsigned long)m.size_bytes,
			 (unsigned long)off, (unsigned long)size);
}

static void expect_no_member(const struct zdm_source *src, const char *type, const char *member,
			     enum zdm_status want)
{
	struct zdm_member m;

	assert_int_equal(src->ops->member(src->self, type, member, &m), want);
}

#define EXPECT_AS_COMPILED(src, s, m) \
	expect_member(src, #s, #m, offsetof(struct s, m), sizeof(((struct s *)0)->m))

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
	expect_no_member(src, "differs", "x", ZDM_UNSUPPORTED);
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
		{ "CLASH", ZDM_UNSUPPORTED, 0 }, { "memory_type", ZDM_ABSENT, 0 },
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

static unsigned int printed;

static int host_print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	printed++;
	return 0;
}

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
	libbpf_print_fn_t before = libbpf_set_print(host_print);
	struct zdm_source *src;
	uint8_t *raw, *bad;
	uint32_t len;

	(void)state;
	raw = raw_copy(b, &len);
	btf__free(b);
	bad = malloc(len);
	printed = 0;

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
	/* All the while nothing was printed, and the host's printer is back. */
	assert_int_equal(printed, 0);
	assert_ptr_equal(libbpf_set_print(before), host_print);
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
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_enumerators),
		cmocka_unit_test(test_old_bitfield),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_foreign_kind),
		cmocka_unit_test(test_in_dump),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

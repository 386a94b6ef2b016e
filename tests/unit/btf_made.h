/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BTF for tests, written by libbpf, and what must be found in it.
 */
#ifndef BTF_MADE_H
#define BTF_MADE_H

#include <bpf/btf.h>

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

static inline void check_id(int id)
{
	assert_true(id > 0);
}

static inline void add_basics(struct btf *b)
{
	id_int = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	id_uint = btf__add_int(b, "unsigned int", 4, 0);
	id_ulong = btf__add_int(b, "long unsigned int", 8, 0);
	id_short = btf__add_int(b, "short int", 2, BTF_INT_SIGNED);
	id_uchar = btf__add_int(b, "unsigned char", 1, BTF_INT_CHAR);
}

static inline int add_struct(struct btf *b, const char *name, unsigned int size)
{
	int id = btf__add_struct(b, name, size);

	check_id(id);
	return id;
}

static inline void add_field(struct btf *b, const char *name, int type, unsigned int off_bits,
		      unsigned int width)
{
	assert_int_equal(btf__add_field(b, name, type, off_bits, width), 0);
}

static inline void add_pgmap(struct btf *b)
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

static inline void add_names(struct btf *b)
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

static inline struct btf *make_btf(void)
{
	struct btf *b = btf__new_empty();

	assert_non_null(b);
	add_basics(b);
	add_pgmap(b);
	add_names(b);
	return b;
}

/* The raw bytes, to be freed. */
static inline uint8_t *raw_copy(struct btf *b, uint32_t *len)
{
	const void *raw = btf__raw_data(b, len);
	uint8_t *copy = malloc(*len);

	assert_non_null(raw);
	memcpy(copy, raw, *len);
	return copy;
}

static inline struct zdm_source *open_btf(struct btf *b)
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

static inline void expect_member(const struct zdm_source *src, const char *type, const char *member,
			  uint64_t off, uint64_t size)
{
	struct zdm_member m = { 99, 99 };
	enum zdm_status st = src->ops->member(src->self, type, member, &m);

	if (st || m.off_bytes != off || m.size_bytes != size)
		fail_msg("%s.%s: status %d, %lu+%lu, not %lu+%lu", type, member, st,
			 (unsigned long)m.off_bytes, (unsigned long)m.size_bytes,
			 (unsigned long)off, (unsigned long)size);
}

static inline void expect_no_member(const struct zdm_source *src, const char *type, const char *member,
			     enum zdm_status want)
{
	struct zdm_member m;

	assert_int_equal(src->ops->member(src->self, type, member, &m), want);
}

#define EXPECT_AS_COMPILED(src, s, m) \
	expect_member(src, #s, #m, offsetof(struct s, m), sizeof(((struct s *)0)->m))

#endif

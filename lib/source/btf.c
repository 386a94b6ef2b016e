// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's BTF, in the dump or in a buffer, as a source of types: structs, unions, enums,
 * typedefs and enumerators, found by name.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "memory/reader.h"
#include "source/btf_find.h"
#include "source/priv.h"

/* Types that lead to a type: no real chain or nesting comes near. */
#define DEPTH_MAX 32
/* Members looked at for one answer, and for all; the largest kernel struct has a few hundred. */
#define VISITS_MAX (1u << 20)
#define ALL_VISITS_MAX (1u << 22)

struct btf_source {
	struct zdm_btf btf;
	struct zdm_btf_finds found;
	void *copy;		/* of what is in no dump */
	uint32_t visits;
};

/* Through const, volatile and the like; through typedefs, too, if asked. */
static enum zdm_status skip_modifiers(struct btf_source *b, uint32_t id, bool typedefs,
				      struct zdm_btf_type *t)
{
	unsigned int depth;
	enum zdm_status st;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		st = zdm_btf_type(&b->btf, id, t);
		if (st != ZDM_OK)
			return st;
		switch (t->kind) {
		case BTF_KIND_CONST: case BTF_KIND_VOLATILE: case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			break;
		case BTF_KIND_TYPEDEF:
			if (typedefs)
				break;
			return ZDM_OK;
		default:
			return ZDM_OK;
		}
		id = t->size;
	}
	return ZDM_CORRUPT;
}

static bool is_composite(const struct zdm_btf_type *t)
{
	return t->kind == BTF_KIND_STRUCT || t->kind == BTF_KIND_UNION;
}

/* One question: the size of a type, or where a member lies in it. */
struct question {
	uint32_t type, member;	/* numbers of names; member ZDM_NO_NAME: the size */
	uint32_t visits;
	struct zdm_member answer;
};

static bool too_many(struct btf_source *b, struct question *q)
{
	return ++q->visits > VISITS_MAX || ++b->visits > ALL_VISITS_MAX;
}

/* Before kind_flag, a bit field was an int of fewer bits than its size. */
static enum zdm_status is_old_bitfield(struct btf_source *b, uint32_t id, bool *is)
{
	struct zdm_btf_type t;
	enum zdm_status st = skip_modifiers(b, id, true, &t);
	uint32_t info;

	*is = false;
	if (st != ZDM_OK || t.kind != BTF_KIND_INT)
		return st == ZDM_CORRUPT ? ZDM_OK : st;
	st = zdm_btf_bytes(&b->btf, t.off, &info, sizeof(info));
	*is = BTF_INT_OFFSET(info) || BTF_INT_BITS(info) != t.size * 8;
	return st;
}

/* kind_flag: the upper 8 bits of a member's place are the bits of a bit field. */
static uint32_t bit_offset(const struct zdm_btf_type *t, const struct btf_member *m)
{
	return t->kind_flag ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
}

static enum zdm_status member_answer(struct btf_source *b, const struct zdm_btf_type *t,
				     const struct btf_member *m, uint64_t base_bits,
				     struct question *q)
{
	uint64_t off_bits = base_bits + bit_offset(t, m), size = 0;
	bool bitfield = t->kind_flag && BTF_MEMBER_BITFIELD_SIZE(m->offset);
	enum zdm_status st = ZDM_OK;

	if (!bitfield && off_bits % 8 == 0)
		st = is_old_bitfield(b, m->type, &bitfield);
	if (st != ZDM_OK)
		return st;
	if (bitfield || off_bits % 8)
		return ZDM_ABSENT;
	st = zdm_btf_size(&b->btf, m->type, &size);
	if (st != ZDM_OK && st != ZDM_ABSENT)
		return st;
	q->answer.off_bytes = off_bits / 8;
	q->answer.size_bytes = st == ZDM_OK ? size : 0;
	return ZDM_OK;
}

/* Depth first, as the compiler would; the name is unique within a C struct. */
static enum zdm_status member_find(struct btf_source *b, const struct zdm_btf_type *t,
				   uint64_t base_bits, unsigned int depth, struct question *q)
{
	uint32_t i;

	if (depth > DEPTH_MAX)
		return ZDM_CORRUPT;
	for (i = 0; i < t->vlen; i++) {
		struct zdm_btf_type inner;
		struct btf_member m;
		enum zdm_status st;

		if (too_many(b, q))
			return ZDM_CORRUPT;
		st = zdm_btf_bytes(&b->btf, t->off + i * sizeof(m), &m, sizeof(m));
		if (st != ZDM_OK)
			return st;
		/* one without a name is a struct or union whose members are this one's */
		if (m.name_off && zdm_btf_name_at(&b->found, m.name_off) == q->member)
			return member_answer(b, t, &m, base_bits, q);
		if (m.name_off)
			continue;
		st = skip_modifiers(b, m.type, false, &inner);
		if (st == ZDM_CORRUPT || (st == ZDM_OK && !is_composite(&inner)))
			continue;
		if (st == ZDM_OK)
			st = member_find(b, &inner, base_bits + bit_offset(t, &m), depth + 1, q);
		if (st != ZDM_ABSENT)
			return st;
	}
	return ZDM_ABSENT;
}

/* The answer that one type of the name gives. */
static enum zdm_status type_answer(struct btf_source *b, uint32_t id, struct question *q)
{
	struct zdm_btf_type t;
	enum zdm_status st = skip_modifiers(b, id, true, &t);

	q->answer = (struct zdm_member){ 0 };
	if (st != ZDM_OK)
		return st;
	/* A typedef of a struct that is only declared has no size: it is not known. */
	if (q->member == ZDM_NO_NAME)
		return zdm_btf_size(&b->btf, id, &q->answer.size_bytes);
	if (!is_composite(&t))
		return ZDM_ABSENT;
	st = member_find(b, &t, 0, 0, q);
	if (!st && q->answer.off_bytes + q->answer.size_bytes > t.size)
		return ZDM_CORRUPT;
	return st;
}

/* What a name means first of all: a struct or union, then a typedef, then an enum. */
enum rank { RANK_COMPOSITE, RANK_TYPEDEF, RANK_ENUM, NR_RANKS };

static enum rank rank_of(const struct zdm_btf_type *t)
{
	return is_composite(t) ? RANK_COMPOSITE : t->kind == BTF_KIND_TYPEDEF ? RANK_TYPEDEF :
	       RANK_ENUM;
}

/* All types of the best rank must agree: AMBIGUOUS when they do not. */
static enum zdm_status ask_ranked(struct btf_source *b, enum rank rank, struct question *q,
				  bool *found)
{
	enum zdm_status first_st = ZDM_ABSENT, st;
	struct zdm_member first = { 0 };
	struct zdm_btf_type t;
	size_t i;

	*found = false;
	for (i = 0; i < b->found.nr_hits; i++) {
		const struct zdm_btf_hit *hit = &b->found.hits[i];

		if (hit->name != q->type || !hit->id)
			continue;
		if (too_many(b, q))
			return ZDM_CORRUPT;
		st = zdm_btf_type(&b->btf, hit->id, &t);
		if (st != ZDM_OK)
			return st;
		if (rank_of(&t) != rank)
			continue;
		st = type_answer(b, hit->id, q);
		if (*found && (st != first_st ||
			       (!st && memcmp(&first, &q->answer, sizeof(first)))))
			return ZDM_AMBIGUOUS;
		first_st = st;
		first = q->answer;
		*found = true;
	}
	return first_st;
}

/* The number of a name, after looking for it if nobody has yet. */
static enum zdm_status number_of(struct btf_source *b, const char *name, uint32_t *ret)
{
	size_t len = strlen(name);
	enum zdm_status st = zdm_names_add(&b->found.names, name, len);

	*ret = zdm_names_find(&b->found.names, name, len);
	if (st == ZDM_OK && *ret != ZDM_NO_NAME && *ret >= b->found.looked)
		st = zdm_btf_find(&b->found);
	return st != ZDM_OK ? st : *ret == ZDM_NO_NAME ? ZDM_ABSENT : ZDM_OK;
}

static enum zdm_status ask(struct btf_source *b, const char *type, struct question *q)
{
	enum zdm_status st = number_of(b, type, &q->type);
	bool found = false;
	enum rank rank;

	if (st != ZDM_OK)
		return st;
	for (rank = 0, st = ZDM_ABSENT; rank < NR_RANKS && !found && st == ZDM_ABSENT; rank++)
		st = ask_ranked(b, rank, q, &found);
	return st;
}

static enum zdm_status answer_size(void *self, const char *type, uint64_t *bytes)
{
	struct question q = { .member = ZDM_NO_NAME };
	enum zdm_status st = ask(self, type, &q);

	if (!st)
		*bytes = q.answer.size_bytes;
	return st;
}

static enum zdm_status answer_member(void *self, const char *type, const char *member,
				     struct zdm_member *ret)
{
	struct question q = { 0 };
	enum zdm_status st = number_of(self, member, &q.member);

	if (!st)
		st = ask(self, type, &q);
	if (!st)
		*ret = q.answer;
	return st;
}

static enum zdm_status answer_enumerator(void *self, const char *name, int64_t *ret)
{
	struct btf_source *b = self;
	uint32_t number;
	enum zdm_status st = number_of(b, name, &number);
	bool found = false;
	int64_t first = 0;
	size_t i;

	for (i = 0; st == ZDM_OK && i < b->found.nr_hits; i++) {
		const struct zdm_btf_hit *hit = &b->found.hits[i];

		if (hit->name != number || hit->id)
			continue;
		if (found && hit->value != first)
			return ZDM_AMBIGUOUS;
		first = hit->value;
		found = true;
	}
	if (st != ZDM_OK || !found)
		return st != ZDM_OK ? st : ZDM_ABSENT;
	*ret = first;
	return ZDM_OK;
}

static void btf_expect(void *self, const struct zdm_names *names)
{
	struct btf_source *b = self;

	zdm_names_add_all(&b->found.names, names);
}

static void btf_destroy(void *self)
{
	struct btf_source *b = self;

	zdm_btf_close(&b->btf);
	zdm_btf_finds_deinit(&b->found);
	free(b->copy);
	free(b);
}

static const struct zdm_source_ops btf_source_ops = {
	.size = answer_size,
	.member = answer_member,
	.enumerator = answer_enumerator,
	.expect = btf_expect,
	.destroy = btf_destroy,
};

static void explain(enum zdm_status st, char *err, size_t err_len)
{
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "no memory for the kernel's BTF");
	else if (st == ZDM_UNSUPPORTED)
		zdm_errf(err, err_len, "the kernel's BTF is of another version or byte order");
	else
		zdm_errf(err, err_len, "the kernel's BTF is damaged");
}

/* b is the source's from here on, or gone. */
static enum zdm_status finish(struct btf_source *b, enum zdm_status st, struct zdm_source **ret,
			      char *err, size_t err_len)
{
	b->found.btf = &b->btf;
	if (!st)
		st = zdm_btf_find(&b->found);
	if (!st)
		st = zdm_source_create(&btf_source_ops, b, ret);
	if (st) {
		btf_destroy(b);
		explain(st, err, err_len);
		return st;
	}
	(*ret)->types = "btf";
	(*ret)->complete_types = b->btf.complete;
	return ZDM_OK;
}

enum zdm_status zdm_source_btf_open_mem(const void *data, size_t len, struct zdm_source **ret,
					char *err, size_t err_len)
{
	struct btf_source *b = calloc(1, sizeof(*b));
	enum zdm_status st = len <= ZDM_BTF_MAX_BYTES ? ZDM_OK : ZDM_CORRUPT;

	*ret = NULL;
	if (!b) {
		explain(ZDM_NOMEM, err, err_len);
		return ZDM_NOMEM;
	}
	if (!st) {
		b->copy = malloc(len + 1);
		st = b->copy ? ZDM_OK : ZDM_NOMEM;
	}
	if (!st) {
		if (len)
			memcpy(b->copy, data, len);
		st = zdm_btf_open(&b->btf, NULL, 0, b->copy, len);
	}
	return finish(b, st, ret, err, err_len);
}

enum zdm_status zdm_source_btf_open_for(struct zdm_reader *r, uint64_t start_kaddr,
					uint64_t stop_kaddr, const struct zdm_names *names,
					struct zdm_source **ret, char *err, size_t err_len)
{
	uint64_t len = stop_kaddr - start_kaddr;
	struct btf_source *b;
	enum zdm_status st;

	*ret = NULL;
	if (stop_kaddr <= start_kaddr || len < sizeof(struct btf_header) ||
	    len > ZDM_BTF_MAX_BYTES) {
		zdm_errf(err, err_len, "__start_BTF %016" PRIx64 " and __stop_BTF %016" PRIx64
			 " cannot be true", start_kaddr, stop_kaddr);
		return ZDM_CORRUPT;
	}
	b = calloc(1, sizeof(*b));
	if (!b) {
		explain(ZDM_NOMEM, err, err_len);
		return ZDM_NOMEM;
	}
	st = zdm_btf_open(&b->btf, r, start_kaddr, NULL, len);
	if (!st)
		st = zdm_names_add_all(&b->found.names, names);
	st = finish(b, st, ret, err, err_len);
	if (st && st != ZDM_NOMEM && st != ZDM_CORRUPT && st != ZDM_UNSUPPORTED)
		zdm_errf(err, err_len, "the kernel's BTF at %016" PRIx64 " cannot be read from "
			 "the dump", start_kaddr);
	return st;
}

enum zdm_status zdm_source_btf_open(struct zdm_reader *r, uint64_t start_kaddr, uint64_t stop_kaddr,
				    struct zdm_source **ret, char *err, size_t err_len)
{
	return zdm_source_btf_open_for(r, start_kaddr, stop_kaddr, NULL, ret, err, err_len);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's BTF, from the dump or a buffer. libbpf takes it apart; found by
 * name are structs, unions, enums, typedefs and enumerators.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "memory/reader.h"
#include "source/btf_gate.h"
#include "source/name_index.h"
#include "source/priv.h"

#define BTF_MAX_BYTES (64u << 20)
#define CHUNK_BYTES (64u << 10)

/* Types that lead to a type: no real chain or nesting comes near. */
#define DEPTH_MAX 32
/* Members looked at for one answer; the largest kernel struct has a few hundred. */
#define VISITS_MAX (1u << 20)

struct enum_ref {
	uint32_t type_id, i;
};

struct btf_source {
	struct btf *btf;
	struct zdm_index types;		/* entry: index in type_ids */
	uint32_t *type_ids;
	struct zdm_index enumerators;	/* entry: index in enum_refs; built when first asked */
	struct enum_ref *enum_refs;
};

static const char *name_of(const struct btf_source *b, uint32_t name_off)
{
	const char *name = btf__name_by_offset(b->btf, name_off);

	return name ? name : "";
}

/* Through const, volatile and the like; through typedefs, too, if asked. NULL: nothing true. */
static const struct btf_type *skip_modifiers(const struct btf_source *b, uint32_t id, bool typedefs)
{
	unsigned int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);

		if (!t || !(btf_is_mod(t) || (typedefs && btf_is_typedef(t))))
			return t;
		id = t->type;
	}
	return NULL;
}

static bool is_enum(const struct btf_type *t)
{
	return btf_is_enum(t) || btf_is_enum64(t);
}

/* One question: the size of a type, or where a member lies in it. */
struct question {
	const char *member;	/* NULL: the size */
	uint32_t visits;
	struct zdm_member answer;
};

/* Before kind_flag, a bit field was an int of fewer bits than its size. */
static bool is_old_bitfield(const struct btf_source *b, uint32_t id)
{
	const struct btf_type *t = skip_modifiers(b, id, true);

	return t && btf_is_int(t) && (btf_int_offset(t) || btf_int_bits(t) != t->size * 8);
}

static enum zdm_status member_answer(const struct btf_source *b, const struct btf_type *t,
				     uint32_t i, uint64_t base_bits, struct question *q)
{
	const struct btf_member *m = btf_members(t) + i;
	uint64_t off_bits = base_bits + btf_member_bit_offset(t, i);
	int64_t size;

	if (btf_member_bitfield_size(t, i) || off_bits % 8 || is_old_bitfield(b, m->type))
		return ZDM_ABSENT;
	size = btf__resolve_size(b->btf, m->type);
	q->answer.off_bytes = off_bits / 8;
	q->answer.size_bytes = size > 0 ? size : 0;
	return ZDM_OK;
}

/* Depth first, as the compiler would; the name is unique within a C struct. */
static enum zdm_status member_find(const struct btf_source *b, const struct btf_type *t,
				   uint64_t base_bits, unsigned int depth, struct question *q)
{
	const struct btf_member *m = btf_members(t);
	uint32_t i, nr = btf_vlen(t);

	if (depth > DEPTH_MAX)
		return ZDM_CORRUPT;
	for (i = 0; i < nr; i++) {
		const char *name = name_of(b, m[i].name_off);
		const struct btf_type *inner;
		enum zdm_status st;

		if (++q->visits > VISITS_MAX)
			return ZDM_CORRUPT;
		if (!strcmp(name, q->member))
			return member_answer(b, t, i, base_bits, q);
		if (*name)
			continue;
		inner = skip_modifiers(b, m[i].type, false);
		if (!inner || !btf_is_composite(inner))
			continue;
		st = member_find(b, inner, base_bits + btf_member_bit_offset(t, i), depth + 1, q);
		if (st != ZDM_ABSENT)
			return st;
	}
	return ZDM_ABSENT;
}

/* The answer that one type of the name gives. */
static enum zdm_status type_answer(const struct btf_source *b, uint32_t id, struct question *q)
{
	const struct btf_type *t = skip_modifiers(b, id, true);
	enum zdm_status st;
	int64_t size;

	if (!t)
		return ZDM_CORRUPT;
	q->answer = (struct zdm_member){ 0 };
	if (q->member) {
		if (!btf_is_composite(t))
			return ZDM_ABSENT;
		st = member_find(b, t, 0, 0, q);
		if (!st && q->answer.off_bytes + q->answer.size_bytes > t->size)
			return ZDM_CORRUPT;
		return st;
	}
	/* A typedef of a struct that is only declared: the size is not known. */
	size = btf_is_fwd(t) ? -1 : btf__resolve_size(b->btf, id);
	if (size < 0)
		return ZDM_ABSENT;
	q->answer.size_bytes = size;
	return ZDM_OK;
}

/* What a name means first of all: a struct or union, then a typedef, then an enum. */
enum rank { RANK_COMPOSITE, RANK_TYPEDEF, RANK_ENUM, NR_RANKS };

static enum rank rank_of(const struct btf_type *t)
{
	return btf_is_composite(t) ? RANK_COMPOSITE : btf_is_typedef(t) ? RANK_TYPEDEF : RANK_ENUM;
}

/* All types of the best rank must agree: AMBIGUOUS when they do not. */
static enum zdm_status ask(const struct btf_source *b, const char *type, struct question *q)
{
	uint32_t hash = zdm_index_hash(type, strlen(type)), e;
	enum zdm_status first_st = ZDM_ABSENT;
	struct zdm_member first = { 0 };
	enum rank rank;
	bool found = false;

	for (rank = 0; rank < NR_RANKS && !found; rank++) {
		for (e = zdm_index_first(&b->types, hash); e != ZDM_INDEX_END;
		     e = zdm_index_next(&b->types, e)) {
			const struct btf_type *t = btf__type_by_id(b->btf, b->type_ids[e]);
			enum zdm_status st;

			if (++q->visits > VISITS_MAX)
				return ZDM_CORRUPT;
			if (!t || rank_of(t) != rank || strcmp(name_of(b, t->name_off), type))
				continue;
			st = type_answer(b, b->type_ids[e], q);
			if (found && (st != first_st ||
				      (!st && memcmp(&first, &q->answer, sizeof(first)))))
				return ZDM_AMBIGUOUS;
			first_st = st;
			first = q->answer;
			found = true;
		}
	}
	return first_st;
}

static enum zdm_status answer_size(void *self, const char *type, uint64_t *bytes)
{
	struct question q = { 0 };
	enum zdm_status st = ask(self, type, &q);

	if (!st)
		*bytes = q.answer.size_bytes;
	return st;
}

static enum zdm_status answer_member(void *self, const char *type, const char *member,
				     struct zdm_member *ret)
{
	struct question q = { .member = member };
	enum zdm_status st = *member ? ask(self, type, &q) : ZDM_ABSENT;

	if (!st)
		*ret = q.answer;
	return st;
}

/* Name and value of enumerator i; unsigned ones since kind_flag says so, from v6.0 on. */
static const char *enumerator_get(const struct btf_source *b, const struct btf_type *t, uint32_t i,
				  int64_t *value)
{
	if (btf_is_enum64(t)) {
		*value = (int64_t)btf_enum64_value(btf_enum64(t) + i);
		return name_of(b, btf_enum64(t)[i].name_off);
	}
	*value = btf_kflag(t) ? btf_enum(t)[i].val : (int64_t)(uint32_t)btf_enum(t)[i].val;
	return name_of(b, btf_enum(t)[i].name_off);
}

static size_t count_enumerators(const struct btf_source *b)
{
	uint32_t id, nr_types = btf__type_cnt(b->btf);
	size_t nr = 0;

	for (id = 1; id < nr_types; id++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);

		if (t && is_enum(t))
			nr += btf_vlen(t);
	}
	return nr;
}

static enum zdm_status enumerators_index(struct btf_source *b)
{
	uint32_t id, i, nr_types = btf__type_cnt(b->btf), nr = 0;
	enum zdm_status st = ZDM_OK;
	int64_t value;

	b->enum_refs = malloc((count_enumerators(b) + 1) * sizeof(*b->enum_refs));
	if (!b->enum_refs)
		return ZDM_NOMEM;
	for (id = 1; id < nr_types && !st; id++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);

		if (!t || !is_enum(t))
			continue;
		for (i = 0; i < btf_vlen(t) && !st; i++) {
			const char *name = enumerator_get(b, t, i, &value);

			b->enum_refs[nr++] = (struct enum_ref){ id, i };
			st = zdm_index_add(&b->enumerators, zdm_index_hash(name, strlen(name)));
		}
	}
	if (!st)
		st = zdm_index_build(&b->enumerators);
	if (st) {
		zdm_index_deinit(&b->enumerators);
		free(b->enum_refs);
		b->enum_refs = NULL;
	}
	return st;
}

static enum zdm_status answer_enumerator(void *self, const char *name, int64_t *ret)
{
	struct btf_source *b = self;
	enum zdm_status st = b->enum_refs ? ZDM_OK : enumerators_index(b);
	int64_t value, first = 0;
	bool found = false;
	uint32_t e;

	if (st)
		return st;
	for (e = zdm_index_first(&b->enumerators, zdm_index_hash(name, strlen(name)));
	     e != ZDM_INDEX_END; e = zdm_index_next(&b->enumerators, e)) {
		const struct enum_ref *ref = &b->enum_refs[e];

		if (strcmp(enumerator_get(b, btf__type_by_id(b->btf, ref->type_id), ref->i,
					  &value), name))
			continue;
		if (found && value != first)
			return ZDM_AMBIGUOUS;
		first = value;
		found = true;
	}
	if (!found)
		return ZDM_ABSENT;
	*ret = first;
	return ZDM_OK;
}

static void btf_destroy(void *self)
{
	struct btf_source *b = self;

	btf__free(b->btf);
	zdm_index_deinit(&b->types);
	zdm_index_deinit(&b->enumerators);
	free(b->type_ids);
	free(b->enum_refs);
	free(b);
}

static const struct zdm_source_ops btf_source_ops = {
	.size = answer_size,
	.member = answer_member,
	.enumerator = answer_enumerator,
	.destroy = btf_destroy,
};

static enum zdm_status types_index(struct btf_source *b)
{
	uint32_t id, nr_types = btf__type_cnt(b->btf), nr = 0;
	enum zdm_status st = ZDM_OK;

	b->type_ids = malloc(nr_types * sizeof(*b->type_ids));
	if (!b->type_ids)
		return ZDM_NOMEM;
	for (id = 1; id < nr_types && !st; id++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);
		const char *name;

		if (!t || !(btf_is_composite(t) || is_enum(t) || btf_is_typedef(t)))
			continue;
		name = name_of(b, t->name_off);
		if (!*name)
			continue;
		b->type_ids[nr++] = id;
		st = zdm_index_add(&b->types, zdm_index_hash(name, strlen(name)));
	}
	return st ? st : zdm_index_build(&b->types);
}

static int print_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level, (void)fmt, (void)args;
	return 0;
}

/*
 * libbpf prints to stderr through one function of the whole process. Ours
 * stands in while it parses, one thread at a time, so that the host's returns.
 */
static struct btf *parse_quietly(const void *data, size_t len)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	libbpf_print_fn_t hosts;
	struct btf *btf;
	int saved;

	pthread_mutex_lock(&lock);
	hosts = libbpf_set_print(print_nothing);
	btf = btf__new(data, len);
	saved = errno;
	libbpf_set_print(hosts);
	pthread_mutex_unlock(&lock);
	errno = saved;
	return btf;
}

static enum zdm_status btf_parse(struct btf_source *b, const void *data, size_t len, bool *complete)
{
	struct zdm_btf_gate gate;
	enum zdm_status st = zdm_btf_gate_open(&gate, data, len);

	if (st)
		return st;
	*complete = gate.complete;
	b->btf = parse_quietly(gate.data, gate.len);
	if (!b->btf)
		st = errno == ENOMEM ? ZDM_NOMEM : ZDM_CORRUPT;
	free(gate.owned);
	return st ? st : types_index(b);
}

static void explain(enum zdm_status st, char *err, size_t err_len)
{
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "no memory for the kernel's BTF");
	else if (st == ZDM_UNSUPPORTED)
		zdm_errf(err, err_len, "the kernel's BTF is of another version or byte order");
	else
		zdm_errf(err, err_len, "the kernel's BTF is damaged");
}

enum zdm_status zdm_source_btf_open_mem(const void *data, size_t len, struct zdm_source **ret,
					char *err, size_t err_len)
{
	struct btf_source *b;
	enum zdm_status st = ZDM_CORRUPT;
	bool complete = false;

	*ret = NULL;
	b = calloc(1, sizeof(*b));
	if (!b) {
		explain(ZDM_NOMEM, err, err_len);
		return ZDM_NOMEM;
	}
	if (len <= BTF_MAX_BYTES)
		st = btf_parse(b, data, len, &complete);
	if (!st)
		st = zdm_source_create(&btf_source_ops, b, ret);
	if (st) {
		btf_destroy(b);
		explain(st, err, err_len);
		return st;
	}
	(*ret)->types = "btf";
	(*ret)->complete_types = complete;
	return ZDM_OK;
}

static enum zdm_status btf_read(struct zdm_reader *r, uint64_t kaddr, uint8_t *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t piece = CHUNK_BYTES - (kaddr + done) % CHUNK_BYTES;
		enum zdm_status st;

		if (piece > len - done)
			piece = len - done;
		st = zdm_read_kaddr(r, kaddr + done, buf + done, piece);
		if (st)
			return st;
		done += piece;
	}
	return ZDM_OK;
}

enum zdm_status zdm_source_btf_open(struct zdm_reader *r, uint64_t start_kaddr, uint64_t stop_kaddr,
				    struct zdm_source **ret, char *err, size_t err_len)
{
	uint64_t len = stop_kaddr - start_kaddr;
	uint8_t header[ZDM_BTF_HEADER_BYTES], *buf;
	enum zdm_status st;

	*ret = NULL;
	if (stop_kaddr <= start_kaddr || len < sizeof(header) || len > BTF_MAX_BYTES) {
		zdm_errf(err, err_len, "__start_BTF %016" PRIx64 " and __stop_BTF %016" PRIx64
			 " cannot be true", start_kaddr, stop_kaddr);
		return ZDM_CORRUPT;
	}
	st = zdm_read_kaddr(r, start_kaddr, header, sizeof(header));
	if (!st)
		st = zdm_btf_header_check(header, len);
	if (st == ZDM_CORRUPT || st == ZDM_UNSUPPORTED) {
		explain(st, err, err_len);
		return st;
	}
	buf = malloc(len);
	if (!st)
		st = buf ? btf_read(r, start_kaddr, buf, len) : ZDM_NOMEM;
	if (!st)
		st = zdm_source_btf_open_mem(buf, len, ret, err, err_len);
	else if (st == ZDM_NOMEM)
		explain(st, err, err_len);
	else
		zdm_errf(err, err_len, "the kernel's BTF at %016" PRIx64 " cannot be read from "
			 "the dump", start_kaddr);
	free(buf);
	return st;
}

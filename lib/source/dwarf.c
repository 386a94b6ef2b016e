// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "source/dwarf.h"
#include "source/dwarf_index.h"

/* Types that lead to a type: no real chain or nesting comes near. */
#define DEPTH_MAX 32
/* Members looked at for one answer; the largest kernel struct has a few hundred. */
#define VISITS_MAX (1u << 20)
/* Elements of an array; more is how a compiler writes "not known". */
#define ELEMENTS_MAX (UINT64_C(1) << 28)

struct zdm_dwarf {
	Dwarf *dwarf;
	bool indexed;
	enum zdm_status index_status;
	struct zdm_dwarf_index index;
};

enum zdm_status zdm_dwarf_open(Elf *elf, struct zdm_dwarf **ret)
{
	struct zdm_dwarf *d = calloc(1, sizeof(*d));
	Dwarf_CU *cu = NULL;

	*ret = NULL;
	if (!d)
		return ZDM_NOMEM;
	d->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	if (!d->dwarf || dwarf_get_units(d->dwarf, NULL, &cu, NULL, NULL, NULL, NULL)) {
		zdm_dwarf_close(d);
		return ZDM_ABSENT;
	}
	*ret = d;
	return ZDM_OK;
}

void zdm_dwarf_close(struct zdm_dwarf *d)
{
	if (!d)
		return;
	zdm_dwarf_index_deinit(&d->index);
	dwarf_end(d->dwarf);
	free(d);
}

static enum zdm_status make_index(struct zdm_dwarf *d)
{
	if (!d->indexed) {
		d->index_status = zdm_dwarf_index_build(&d->index, d->dwarf);
		if (d->index_status)
			zdm_dwarf_index_deinit(&d->index);
		d->indexed = true;
	}
	return d->index_status;
}

static bool is_composite(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;

	return dwarf_attr(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, ret);
}

/* Through const, volatile and the like, and typedefs. False: to void, or for ever. */
static bool skip_names(Dwarf_Die *die)
{
	unsigned int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		switch (dwarf_tag(die)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			if (!type_of(die, die))
				return false;
			break;
		default:
			return true;
		}
	}
	return false;
}

/* Product of an array's dimensions; 0: one is open or empty. */
static uint64_t array_elements(Dwarf_Die *array)
{
	uint64_t nr = 1;
	Dwarf_Die dim;

	if (dwarf_child(array, &dim))
		return 0;
	do {
		Dwarf_Attribute attr;
		Dwarf_Word n;

		if (dwarf_tag(&dim) != DW_TAG_subrange_type)
			continue;
		if (dwarf_attr(&dim, DW_AT_count, &attr)) {
			if (dwarf_formudata(&attr, &n))
				return 0;
		} else if (dwarf_attr(&dim, DW_AT_upper_bound, &attr)) {
			if (dwarf_formudata(&attr, &n))
				return 0;
			n++;
		} else {
			return 0;
		}
		if (n > ELEMENTS_MAX || nr * n > ELEMENTS_MAX)
			return 0;
		nr *= n;
	} while (!dwarf_siblingof(&dim, &dim));
	return nr;
}

/* Bytes of a type; 0: not known, or none. */
static uint64_t type_bytes(Dwarf_Die type)
{
	uint64_t nr = 1, size;
	unsigned int depth;

	for (depth = 0; depth < DEPTH_MAX && nr; depth++) {
		Dwarf_Attribute attr;
		Dwarf_Word bytes;

		if (!skip_names(&type))
			return 0;
		if (dwarf_attr(&type, DW_AT_byte_size, &attr) && !dwarf_formudata(&attr, &bytes))
			return __builtin_mul_overflow(nr, bytes, &size) ? 0 : size;
		if (dwarf_tag(&type) == DW_TAG_pointer_type)
			return nr * sizeof(uint64_t);
		if (dwarf_tag(&type) != DW_TAG_array_type)
			return 0;
		if (__builtin_mul_overflow(nr, array_elements(&type), &nr) || nr > ELEMENTS_MAX ||
		    !type_of(&type, &type))
			return 0;
	}
	return 0;
}

/* Where a member begins in its struct; DWARF 2 says it with an expression. */
static bool member_offset(Dwarf_Die *member, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	Dwarf_Word off;
	size_t nr;

	*ret = 0;
	if (!dwarf_attr(member, DW_AT_data_member_location, &attr))
		return true;
	if (!dwarf_formudata(&attr, &off)) {
		*ret = off;
		return true;
	}
	if (dwarf_getlocation(&attr, &ops, &nr) || nr != 1 || ops[0].atom != DW_OP_plus_uconst)
		return false;
	*ret = ops[0].number;
	return true;
}

struct question {
	const char *member;	/* NULL: the size */
	uint32_t visits;
	struct zdm_member answer;
};

static enum zdm_status member_answer(Dwarf_Die *member, uint64_t off, struct question *q)
{
	Dwarf_Die type;

	if (dwarf_hasattr(member, DW_AT_bit_size))
		return ZDM_ABSENT;
	q->answer.off_bytes = off;
	q->answer.size_bytes = type_of(member, &type) ? type_bytes(type) : 0;
	return ZDM_OK;
}

/* Depth first, as the compiler would; the name is unique within a C struct. */
static enum zdm_status member_find(Dwarf_Die *composite, uint64_t base, unsigned int depth,
				   struct question *q)
{
	Dwarf_Die member, type;

	if (depth > DEPTH_MAX)
		return ZDM_CORRUPT;
	if (dwarf_child(composite, &member))
		return ZDM_ABSENT;
	do {
		const char *name;
		enum zdm_status st;
		uint64_t off;

		if (dwarf_tag(&member) != DW_TAG_member)
			continue;
		if (++q->visits > VISITS_MAX)
			return ZDM_CORRUPT;
		name = dwarf_diename(&member);
		if (name && *name && strcmp(name, q->member))
			continue;
		if (!member_offset(&member, &off))
			return ZDM_CORRUPT;
		if (name && *name)
			return member_answer(&member, base + off, q);
		if (!type_of(&member, &type) || !skip_names(&type) || !is_composite(&type))
			continue;
		st = member_find(&type, base + off, depth + 1, q);
		if (st != ZDM_ABSENT)
			return st;
	} while (!dwarf_siblingof(&member, &member));
	return ZDM_ABSENT;
}

static enum zdm_status type_answer(struct zdm_dwarf *d, const struct zdm_dwarf_entry *e,
				   struct question *q)
{
	enum zdm_status st;
	Dwarf_Die type;

	q->answer = (struct zdm_member){ 0 };
	if (!dwarf_offdie(d->dwarf, e->die_off, &type))
		return ZDM_CORRUPT;
	if (!q->member) {
		q->answer.size_bytes = type_bytes(type);
		return q->answer.size_bytes ? ZDM_OK : ZDM_ABSENT;
	}
	if (!skip_names(&type) || !is_composite(&type))
		return ZDM_ABSENT;
	st = member_find(&type, 0, 0, q);
	if (!st && q->answer.off_bytes + q->answer.size_bytes > type_bytes(type))
		return ZDM_CORRUPT;
	return st;
}

/* All types of the best kind must agree: AMBIGUOUS when they do not. */
static enum zdm_status ask(struct zdm_dwarf *d, const char *name, struct question *q)
{
	uint32_t hash = zdm_index_hash(name, strlen(name)), i;
	enum zdm_status st = make_index(d), first_st = ZDM_ABSENT;
	struct zdm_member first = { 0 };
	enum zdm_dwarf_kind kind;
	bool found = false;

	if (st)
		return st;
	for (kind = ZDM_DWARF_COMPOSITE; kind <= ZDM_DWARF_ENUM && !found; kind++) {
		for (i = zdm_index_first(&d->index.by_name, hash); i != ZDM_INDEX_END;
		     i = zdm_index_next(&d->index.by_name, i)) {
			const struct zdm_dwarf_entry *e = &d->index.entries[i];

			if (e->kind != kind || strcmp(e->name, name))
				continue;
			st = type_answer(d, e, q);
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

enum zdm_status zdm_dwarf_size(struct zdm_dwarf *d, const char *type, uint64_t *bytes)
{
	struct question q = { 0 };
	enum zdm_status st = ask(d, type, &q);

	if (!st)
		*bytes = q.answer.size_bytes;
	return st;
}

enum zdm_status zdm_dwarf_member(struct zdm_dwarf *d, const char *type, const char *member,
				 struct zdm_member *ret)
{
	struct question q = { .member = member };
	enum zdm_status st = *member ? ask(d, type, &q) : ZDM_ABSENT;

	if (!st)
		*ret = q.answer;
	return st;
}

enum zdm_status zdm_dwarf_enumerator(struct zdm_dwarf *d, const char *name, int64_t *ret)
{
	uint32_t hash = zdm_index_hash(name, strlen(name)), i;
	enum zdm_status st = make_index(d);
	int64_t value = 0;
	bool found = false;

	if (st)
		return st;
	for (i = zdm_index_first(&d->index.by_name, hash); i != ZDM_INDEX_END;
	     i = zdm_index_next(&d->index.by_name, i)) {
		const struct zdm_dwarf_entry *e = &d->index.entries[i];

		if (e->kind != ZDM_DWARF_ENUMERATOR || strcmp(e->name, name))
			continue;
		if (found && value != e->value)
			return ZDM_AMBIGUOUS;
		value = e->value;
		found = true;
	}
	if (!found)
		return ZDM_ABSENT;
	*ret = value;
	return ZDM_OK;
}

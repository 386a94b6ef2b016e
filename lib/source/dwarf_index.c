// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#include "source/dwarf_index.h"

/* A kernel has about 150 000 different ones. */
#define ENTRIES_MAX (16u << 20)

static bool same(const struct zdm_dwarf_entry *a, const struct zdm_dwarf_entry *b)
{
	return a->hash == b->hash && a->kind == b->kind && a->mark == b->mark &&
	       (a->name == b->name || !strcmp(a->name, b->name));
}

static uint32_t slot_of(const struct zdm_dwarf_index *ix, const struct zdm_dwarf_entry *e)
{
	uint32_t hash = e->hash ^ (uint32_t)(e->mark * 2654435761u) ^ ((uint32_t)e->kind << 20);

	return (hash ^ (hash >> 15)) & ((1u << ix->bits) - 1);
}

/* The slot that holds an equal entry, or the free one where it belongs. */
static uint32_t *slot_find(const struct zdm_dwarf_index *ix, const struct zdm_dwarf_entry *e)
{
	uint32_t i = slot_of(ix, e);

	while (ix->slots[i] && !same(&ix->entries[ix->slots[i] - 1], e))
		i = (i + 1) & ((1u << ix->bits) - 1);
	return &ix->slots[i];
}

/* Room for one more, at most half of the slots taken. */
static enum zdm_status make_room(struct zdm_dwarf_index *ix)
{
	struct zdm_dwarf_entry *entries;
	uint32_t max = ix->max ? ix->max * 2 : 8192, i;
	uint32_t *slots;

	if (ix->nr < ix->max)
		return ZDM_OK;
	if (max > ENTRIES_MAX)
		return ZDM_CORRUPT;
	entries = realloc(ix->entries, max * sizeof(*entries));
	if (!entries)
		return ZDM_NOMEM;
	ix->entries = entries;
	slots = calloc((size_t)max * 2, sizeof(*slots));
	if (!slots)
		return ZDM_NOMEM;
	free(ix->slots);
	ix->slots = slots;
	ix->max = max;
	for (ix->bits = 0; (1u << ix->bits) < max * 2;)
		ix->bits++;
	for (i = 0; i < ix->nr; i++)
		*slot_find(ix, &ix->entries[i]) = i + 1;
	return ZDM_OK;
}

static enum zdm_status entry_add(struct zdm_dwarf_index *ix, struct zdm_dwarf_entry *e)
{
	enum zdm_status st = make_room(ix);
	uint32_t *slot;

	if (st)
		return st;
	e->hash = zdm_index_hash(e->name, strlen(e->name));
	slot = slot_find(ix, e);
	if (*slot)
		return ZDM_OK;
	ix->entries[ix->nr++] = *e;
	*slot = ix->nr;
	return ZDM_OK;
}

/* The value of an enumerator: signed unless its form says otherwise. */
static bool enumerator_value(Dwarf_Die *die, int64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Sword value;
	Dwarf_Word word;

	if (!dwarf_attr(die, DW_AT_const_value, &attr))
		return false;
	/* Fixed-size forms have no sign, and compilers use them for small positive values. */
	if (dwarf_whatform(&attr) != DW_FORM_sdata && !dwarf_formudata(&attr, &word)) {
		*ret = (int64_t)word;
		return true;
	}
	if (dwarf_formsdata(&attr, &value))
		return false;
	*ret = value;
	return true;
}

static enum zdm_status enumerators_add(struct zdm_dwarf_index *ix, Dwarf_Die *type)
{
	enum zdm_status st = ZDM_OK;
	Dwarf_Die die;
	int rc;

	for (rc = dwarf_child(type, &die); !rc && !st; rc = dwarf_siblingof(&die, &die)) {
		struct zdm_dwarf_entry e = { .kind = ZDM_DWARF_ENUMERATOR };

		if (dwarf_tag(&die) != DW_TAG_enumerator)
			continue;
		e.name = dwarf_diename(&die);
		if (!e.name || !enumerator_value(&die, &e.value))
			continue;
		e.mark = (uint64_t)e.value;
		st = entry_add(ix, &e);
	}
	return rc < 0 ? ZDM_CORRUPT : st;
}

/*
 * Copies of a type in several units have the same size and line; another type
 * of that name hardly has both.
 */
static uint64_t type_mark(Dwarf_Die *die, bool *sized)
{
	int size = dwarf_bytesize(die), line = 0;

	*sized = size >= 0;
	dwarf_decl_line(die, &line);
	return (uint64_t)(uint32_t)size << 32 | (uint32_t)line;
}

static enum zdm_status type_add(struct zdm_dwarf_index *ix, Dwarf_Die *die)
{
	struct zdm_dwarf_entry e = { .name = NULL };
	bool sized;

	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		e.kind = ZDM_DWARF_COMPOSITE;
		break;
	case DW_TAG_typedef:
		e.kind = ZDM_DWARF_TYPEDEF;
		break;
	case DW_TAG_enumeration_type:
		e.kind = ZDM_DWARF_ENUM;
		break;
	default:
		return ZDM_OK;
	}
	if (e.kind == ZDM_DWARF_ENUM) {
		enum zdm_status st = enumerators_add(ix, die);

		if (st)
			return st;
	}
	e.name = dwarf_diename(die);
	if (!e.name)
		return ZDM_OK;
	e.mark = type_mark(die, &sized);
	/* A declaration has no size. */
	if (e.kind != ZDM_DWARF_TYPEDEF && !sized)
		return ZDM_OK;
	e.die_off = dwarf_dieoffset(die);
	return entry_add(ix, &e);
}

/* Rust and assembler have no C types to offer. */
static bool is_c(Dwarf_Die *unit)
{
	int lang = dwarf_srclang(unit);

	return lang != DW_LANG_Rust && lang != DW_LANG_Mips_Assembler;
}

/* Damage anywhere is an error: what was not reached must not pass for absent. */
static enum zdm_status units_add(struct zdm_dwarf_index *ix, Dwarf *dwarf)
{
	enum zdm_status st = ZDM_OK;
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit, die;
	int more, rc;

	while (!st && !(more = dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL))) {
		if (!is_c(&unit))
			continue;
		for (rc = dwarf_child(&unit, &die); !rc && !st; rc = dwarf_siblingof(&die, &die))
			st = type_add(ix, &die);
		if (rc < 0 && !st)
			st = ZDM_CORRUPT;
	}
	return !st && more < 0 ? ZDM_CORRUPT : st;
}

enum zdm_status zdm_dwarf_index_build(struct zdm_dwarf_index *ix, Dwarf *dwarf)
{
	enum zdm_status st = units_add(ix, dwarf);
	uint32_t i;

	free(ix->slots);
	ix->slots = NULL;
	if (!st)
		st = zdm_index_reserve(&ix->by_name, ix->nr);
	for (i = 0; i < ix->nr && !st; i++)
		st = zdm_index_add(&ix->by_name, ix->entries[i].hash);
	return st ? st : zdm_index_build(&ix->by_name);
}

void zdm_dwarf_index_deinit(struct zdm_dwarf_index *ix)
{
	free(ix->entries);
	free(ix->slots);
	zdm_index_deinit(&ix->by_name);
	memset(ix, 0, sizeof(*ix));
}

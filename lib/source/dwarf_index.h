/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What DWARF names at the top level of its units, each thing once although
 * every unit repeats it.
 */
#ifndef ZDM_LIB_SOURCE_DWARF_INDEX_H
#define ZDM_LIB_SOURCE_DWARF_INDEX_H

#include <elfutils/libdw.h>

#include "source/name_index.h"

/* What a name means first of all: best first. */
enum zdm_dwarf_kind {
	ZDM_DWARF_COMPOSITE = 0,	/* struct or union, complete */
	ZDM_DWARF_TYPEDEF,
	ZDM_DWARF_ENUM,
	ZDM_DWARF_ENUMERATOR,
};

struct zdm_dwarf_entry {
	const char *name;		/* belongs to the Dwarf */
	uint32_t hash;
	enum zdm_dwarf_kind kind;
	uint64_t mark;			/* tells things of one name apart */
	union {
		Dwarf_Off die_off;
		int64_t value;		/* of an enumerator */
	};
};

struct zdm_dwarf_index {
	struct zdm_dwarf_entry *entries;
	uint32_t nr, max;
	uint32_t *slots;		/* 1 << bits of them: entry + 1, 0 is free */
	unsigned int bits;
	struct zdm_index by_name;
};

enum zdm_status zdm_dwarf_index_build(struct zdm_dwarf_index *ix, Dwarf *dwarf);
void zdm_dwarf_index_deinit(struct zdm_dwarf_index *ix);

#endif

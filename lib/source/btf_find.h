/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* btf_find: which types and enumerators of a BTF have the names that are asked for. */
#ifndef ZDM_LIB_SOURCE_BTF_FIND_H
#define ZDM_LIB_SOURCE_BTF_FIND_H

#include "source/btf_table.h"
#include "source/names.h"

/* No kernel has so many of the names that are asked for: beyond it is damage. */
#define ZDM_BTF_MAX_HITS 65536u

struct zdm_btf_string {
	uint32_t off, name;		/* a name, and where the strings have it */
};

/* A struct, union, enum or typedef, or an enumerator, of one of the names. */
struct zdm_btf_hit {
	uint32_t name, id;		/* id 0: an enumerator */
	int64_t value;			/* of that */
};

struct zdm_btf_finds {
	struct zdm_btf *btf;
	struct zdm_names names;
	size_t looked;			/* names before this one were looked for */
	enum zdm_status failed;		/* why a search failed: the next one would, too */
	struct zdm_btf_string *strings;	/* by their place */
	size_t nr_strings, cap_strings;
	struct zdm_btf_hit *hits;	/* in the order of the types, for each time it was looked */
	size_t nr_hits, cap_hits;
	uint8_t *seen;			/* during a search: a bit for what may be a place */
};

/* Look for all names that were added since; the first time, all types are checked. */
enum zdm_status zdm_btf_find(struct zdm_btf_finds *f);
/* The name that stands there, ZDM_NO_NAME: another one. */
uint32_t zdm_btf_name_at(const struct zdm_btf_finds *f, uint32_t string_off);
void zdm_btf_finds_deinit(struct zdm_btf_finds *f);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kdef: the one list of symbols, types, members and constants (kdef.def),
 * resolved once through a chain of sources.
 */
#ifndef ZDM_LIB_KDEF_H
#define ZDM_LIB_KDEF_H

#include "kernel/chain.h"
#include "source/names.h"

enum zdm_kdef_id {
#define KDEF_SYMBOL(id, names) ZDM_SYM_##id,
#define KDEF_SIZE(id, type) ZDM_SIZE_##id,
#define KDEF_MEMBER(id, type, names) ZDM_MEM_##id,
#define KDEF_NUMBER(id, names) ZDM_NUM_##id,
#include "kernel/kdef.def"
#undef KDEF_SYMBOL
#undef KDEF_SIZE
#undef KDEF_MEMBER
#undef KDEF_NUMBER
	ZDM_NR_KDEFS
};

/* The list, as text; layout writers walk it. */
extern const struct zdm_kdef_row zdm_kdef_rows[ZDM_NR_KDEFS];

struct zdm_kdef {
	struct zdm_kval v[ZDM_NR_KDEFS];
	bool complete_types;	/* a type or member that is ABSENT does not exist there */
	bool complete_symbols;	/* the same of symbols */
};

/*
 * The names that kdef.def asks for, of symbols or of all else, for sources that look for all
 * at once. Without memory some are left out: each is then looked for by itself.
 */
void zdm_kdef_names(struct zdm_names *ret, bool symbols);

/* Ask the sources in order for every row. Symbols are relocated by kaslr_offset if need be. */
void zdm_kdef_resolve(struct zdm_kdef *k, const struct zdm_source *const *sources, size_t nr,
		      uint64_t kaslr_offset);

static inline bool zdm_kdef_has(const struct zdm_kdef *k, enum zdm_kdef_id id)
{
	return k->v[id].status == ZDM_OK;
}

/* The value of a row that is known to be there. */
static inline uint64_t zdm_kdef_get(const struct zdm_kdef *k, enum zdm_kdef_id id)
{
	return k->v[id].value;
}

/* The value, or a default where there is none. */
static inline uint64_t zdm_kdef_or(const struct zdm_kdef *k, enum zdm_kdef_id id, uint64_t dflt)
{
	return k->v[id].status == ZDM_OK ? k->v[id].value : dflt;
}

/* "mem_section.usage", for messages. */
void zdm_kdef_name(enum zdm_kdef_id id, char *buf, size_t len);

#endif

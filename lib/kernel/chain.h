/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* chain: sources of symbols and types, in the order in which they are asked. */
#ifndef ZDM_LIB_CHAIN_H
#define ZDM_LIB_CHAIN_H

#include "source/source.h"

struct zdm_chain {
	const struct zdm_source *const *v;
	size_t nr;
	uint64_t kaslr_offset;	/* added to symbols of those that have them as linked */
};

enum zdm_kdef_kind { ZDM_KDEF_SYMBOL, ZDM_KDEF_SIZE, ZDM_KDEF_MEMBER, ZDM_KDEF_NUMBER };

/* A question: of a size or member the type; names: alternatives separated by '|', newest first. */
struct zdm_kdef_row {
	enum zdm_kdef_kind kind;
	const char *type;	/* of a size or member, else NULL */
	const char *names;	/* NULL: of a size */
};

struct zdm_kval {
	enum zdm_status status;		/* OK; ABSENT: no source has it; else why it is not known */
	uint64_t value;			/* address, size, offset or number */
	uint64_t size_bytes;		/* of a member; 0: not known */
	const struct zdm_source *source;
};

/* The first that answers wins. Returns ret->status. */
enum zdm_status zdm_chain_ask(const struct zdm_chain *c, const struct zdm_kdef_row *row,
			      struct zdm_kval *ret);

#define ZDM_KDEF_NAME_MAX 64
/* Copy the next of "a|b|c" into buf; returns the rest, or NULL after the last. */
const char *zdm_kdef_next_name(const char *names, char *buf);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding names in the kallsyms tables without expanding all of them: a kernel
 * has some 200,000, and zdm asks for fewer than a hundred.
 */
#ifndef ZDM_LIB_SOURCE_KSYMS_FIND_H
#define ZDM_LIB_SOURCE_KSYMS_FIND_H

#include "source/kallsyms_tables.h"

/* The symbols, in the order of their first two tokens. */
struct zdm_ksyms_index {
	uint32_t *start;	/* where in `symbols` each pair begins, and the end */
	uint32_t *symbols;
};

/* CORRUPT: a symbol begins with an empty token; NOMEM. To be deinited in any case. */
enum zdm_status zdm_ksyms_index_build(struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks);
void zdm_ksyms_index_deinit(struct zdm_ksyms_index *ix);

/* Does a symbol of any type that only CONFIG_KALLSYMS_ALL lists occur? */
bool zdm_ksyms_has_variables(const struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks);

/*
 * Called for each symbol of the name, or of the name with .llvm.NUMBER behind
 * it (exact: false). Returns false to stop.
 */
typedef bool (*zdm_ksyms_found_fn)(void *priv, uint32_t symbol, char type, bool exact);
void zdm_ksyms_find(const struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks,
		    const char *name, zdm_ksyms_found_fn fn, void *priv);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding names in the kallsyms tables without expanding all of them: most cannot be
 * one of those asked for by their first two tokens.
 */
#ifndef ZDM_LIB_SOURCE_KSYMS_FIND_H
#define ZDM_LIB_SOURCE_KSYMS_FIND_H

#include "source/kallsyms_tables.h"
#include "source/names.h"

/* A symbol that has one of the names, or the name with .llvm.NUMBER behind it (exact: false). */
struct zdm_ksym_hit {
	uint32_t name, symbol;
	enum zdm_status status;		/* of raw, once it was read */
	char type;
	bool exact;
	uint64_t raw;			/* zdm_ksyms_raw() */
};

/* No kernel has so many of the names that are asked for: beyond it is damage. */
#define ZDM_KSYM_MAX_HITS 65536u

struct zdm_ksym_search {
	const struct zdm_ksyms *ks;
	const struct zdm_names *names;
	uint32_t first_name;		/* those before it were looked for already */
	struct zdm_ksym_hit *hits;
	size_t nr_hits, cap_hits;
	enum zdm_status failed;		/* why a search failed: the next one would, too */
	bool variables;			/* symbols occur that only CONFIG_KALLSYMS_ALL lists */
	uint8_t *pairs;			/* a bit for each two tokens that some name may begin with */
	bool firsts[256];
};

/*
 * Look for the names from first_name on, and add to hits. When `first`, all is checked as by
 * zdm_ksyms_first_scan(), with a line in err for what is wrong.
 */
enum zdm_status zdm_ksym_search(struct zdm_ksym_search *s, bool first, char *err, size_t err_len);
void zdm_ksym_search_deinit(struct zdm_ksym_search *s);

#endif

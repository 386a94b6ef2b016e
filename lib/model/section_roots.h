/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sections_roots: where the pieces of the section table are. */
#ifndef ZDM_LIB_SECTIONS_ROOTS_H
#define ZDM_LIB_SECTIONS_ROOTS_H

#include "kernel/session.h"
#include "base/text.h"

/* A root that the array names, or may name where the array cannot be read. */
struct zdm_section_root {
	uint64_t nr, kaddr;
	enum zdm_status status;	/* CORRUPT: it cannot be where it is said to be */
	uint64_t paddr;		/* of its first byte, kaddr where that is not known */
};

struct zdm_section_roots {
	uint64_t per_root, bytes;	/* sections in a root, and its size */
	uint64_t nr_max;		/* NR_SECTION_ROOTS */
	struct zdm_section_root *v;	/* by nr; free() */
	size_t nr, cap;
};

/* Fills v and nr from the array at array_kaddr. NOMEM is the only failure. */
enum zdm_status zdm_section_roots_find(const struct zdm_session *s, uint64_t array_kaddr,
				       struct zdm_section_roots *roots, struct zdm_warnings *w);

#endif

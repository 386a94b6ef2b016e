/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* section_settle: where the memmap is, by what all sections say. */
#ifndef ZDM_LIB_SECTION_SETTLE_H
#define ZDM_LIB_SECTION_SETTLE_H

#include "model/sections.h"

/*
 * Settle o->vmemmap_kaddr where no symbol gave it, and mark sections that hold another
 * address as CORRUPT, unless it is one that the kernel is known to leave there.
 */
void zdm_section_settle(const struct zdm_session *s, struct zdm_sections *sections,
			 struct zdm_warnings *w);

#endif

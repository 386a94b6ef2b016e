/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * looks: the stretches where no struct page can speak for its neighbours, and each
 * must be looked at: in boot sections, and where devices share a page of memmap.
 */
#ifndef ZDM_LIB_LOOKS_H
#define ZDM_LIB_LOOKS_H

#include "model/pgmaps.h"
#include "model/sections.h"

enum zdm_look_found {
	ZDM_LOOK_NONE = 0,	/* nothing depends on it, or nothing is wrong with a tail */
	ZDM_LOOK_UNREAD,	/* not in the dump, or one too many to be looked at */
	/* sub-section bit clear: a boot hole, or what a device left */
	ZDM_LOOK_DEVICE,	/* zone bits say ZONE_DEVICE */
	ZDM_LOOK_OTHER,		/* they say another zone */
	ZDM_LOOK_ZERO,
	ZDM_LOOK_FILL,		/* one byte all over, not zero */
	/* bit set: a live device with compound pages */
	ZDM_LOOK_NO_TAIL,	/* is to be the tail of one, and is not */
	/* bit set: a live device that shares a page of memmap with another */
	ZDM_LOOK_NOT_ITS,	/* is not what the kernel wrote for it */
};

struct zdm_look {
	uint64_t start_pfn, end_pfn;
	enum zdm_look_found found;
};

struct zdm_looks {
	struct zdm_look *v;	/* sorted, apart */
	size_t nr, cap;
};

/* NOMEM is the only failure; *ret must be freed all the same. */
enum zdm_status zdm_looks_read(const struct zdm_session *s, const struct zdm_sections *sections,
			       const struct zdm_pgmaps *pgmaps, struct zdm_looks *ret,
			       struct zdm_warnings *w);
void zdm_looks_deinit(struct zdm_looks *l);

enum zdm_look_found zdm_looks_at(const struct zdm_looks *l, uint64_t pfn);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* blocks: memory blocks, the unit in which RAM goes online and offline. */
#ifndef ZDM_LIB_BLOCKS_H
#define ZDM_LIB_BLOCKS_H

#include "kernel/session.h"
#include "base/text.h"

struct zdm_blocks {
	struct zdm_block *v;		/* by start_section_nr */
	size_t nr, cap;
	enum zdm_status status;		/* OK: these are all there are */
};

/* NOMEM, or OK with everything else in ret->status and the warnings. */
enum zdm_status zdm_blocks_read(const struct zdm_session *s, struct zdm_blocks *ret,
				struct zdm_warnings *w);
void zdm_blocks_deinit(struct zdm_blocks *b);
/* Index of the block of a section, or -1. */
int32_t zdm_blocks_find(const struct zdm_blocks *b, uint64_t section_nr);

#endif

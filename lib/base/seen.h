/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seen: where each thing was met first. */
#ifndef ZDM_LIB_SEEN_H
#define ZDM_LIB_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zdm_seen_slot {
	uint64_t key, first;	/* key UINT64_MAX: empty */
};

struct zdm_seen {
	struct zdm_seen_slot *v;	/* hashed, at most half full */
	size_t nr, room;
};

/*
 * *first becomes the place at which key was met first: `place`, if that is now. At most
 * max keys are kept: one more is taken for met before, at UINT64_MAX. False: no memory.
 * key is not UINT64_MAX.
 */
bool zdm_seen_put(struct zdm_seen *s, uint64_t key, uint64_t place, size_t max, uint64_t *first);
void zdm_seen_deinit(struct zdm_seen *s);

#endif

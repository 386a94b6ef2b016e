// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/seen.h"

#define FIRST_ROOM 64u
#define MIX UINT64_C(0x9e3779b97f4a7c15)	/* odd, its bits without a pattern */
#define EMPTY UINT64_MAX

/* Whoever makes the keys may make them meet: after so many steps one is as good as met. */
#define MAX_STEPS 64u

static struct zdm_seen_slot *find(const struct zdm_seen *s, uint64_t key)
{
	size_t i = (size_t)(key * MIX >> 20), n;

	for (n = 0; n < MAX_STEPS; n++, i++) {
		struct zdm_seen_slot *slot = &s->v[i & (s->room - 1)];

		if (slot->key == key || slot->key == EMPTY)
			return slot;
	}
	return NULL;
}

static bool grow(struct zdm_seen *s)
{
	struct zdm_seen more = { .room = s->room ? 2 * s->room : FIRST_ROOM };
	struct zdm_seen_slot *slot;
	size_t i;

	more.v = malloc(more.room * sizeof(*more.v));
	if (!more.v)
		return false;
	memset(more.v, 0xff, more.room * sizeof(*more.v));
	for (i = 0; i < s->room; i++) {
		slot = s->v[i].key != EMPTY ? find(&more, s->v[i].key) : NULL;
		if (!slot)
			continue;
		*slot = s->v[i];
		more.nr++;
	}
	free(s->v);
	*s = more;
	return true;
}

bool zdm_seen_put(struct zdm_seen *s, uint64_t key, uint64_t place, size_t max, uint64_t *first)
{
	struct zdm_seen_slot *slot;

	if (2 * s->nr >= s->room && s->nr < max && !grow(s))
		return false;
	slot = s->room ? find(s, key) : NULL;
	if (!slot || (slot->key == EMPTY && s->nr >= max)) {
		*first = UINT64_MAX;
		return true;
	}
	if (slot->key == EMPTY) {
		*slot = (struct zdm_seen_slot){ key, place };
		s->nr++;
	}
	*first = slot->first;
	return true;
}

void zdm_seen_deinit(struct zdm_seen *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * presence: what the dump behind a capsule answered when it was asked whether
 * it holds a frame. Kept as runs, written as text, read back.
 */
#ifndef ZDM_PRESENCE_H
#define ZDM_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct presence_run {
	uint64_t start_paddr, end_paddr;
	bool present;
};

struct presence {
	struct presence_run *run;	/* sorted, apart, after presence_sort() */
	size_t nr, room;
};

/* False when memory is out. */
bool presence_add(struct presence *p, uint64_t start_paddr, uint64_t end_paddr, bool present);
/* Sort and join. Where two runs overlap, the one that begins later loses its overlap. */
void presence_sort(struct presence *p);
/* The run that holds paddr, or NULL. */
const struct presence_run *presence_find(const struct presence *p, uint64_t paddr);

/* Text to be freed, NULL when memory is out; and back. False: no such text. */
char *presence_write(const struct presence *p, size_t *len);
bool presence_parse(struct presence *p, const char *text, size_t len);
void presence_deinit(struct presence *p);

#endif

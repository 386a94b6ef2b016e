/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * presence: what the dump behind a capsule answered when it was asked whether
 * it holds a frame. Kept as runs, written as text, read back.
 */
#ifndef ZDM_LIB_PRESENCE_H
#define ZDM_LIB_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zdm_presence_run {
	uint64_t start_paddr, end_paddr;
	bool present;
};

struct zdm_presence {
	struct zdm_presence_run *run;	/* sorted, apart, after zdm_presence_sort() */
	size_t nr, room;
};

/* False when memory is out. */
bool zdm_presence_add(struct zdm_presence *p, uint64_t start_paddr, uint64_t end_paddr,
		      bool present);
/* Sort and join. Where two runs overlap, the one that begins later loses its overlap. */
void zdm_presence_sort(struct zdm_presence *p);
/* The run that holds paddr, or NULL. */
const struct zdm_presence_run *zdm_presence_find(const struct zdm_presence *p, uint64_t paddr);

/* Text to be freed, NULL when memory is out; and back. False: no such text. */
char *zdm_presence_write(const struct zdm_presence *p, size_t *len);
bool zdm_presence_parse(struct zdm_presence *p, const char *text, size_t len);
void zdm_presence_deinit(struct zdm_presence *p);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* presence: making the list of runs that <zdm/capsule.h> reads back. */
#ifndef ZDM_LIB_PRESENCE_H
#define ZDM_LIB_PRESENCE_H

#include <zdm/capsule.h>

/* False when memory is out. */
bool zdm_presence_add(struct zdm_presence *p, uint64_t start_paddr, uint64_t end_paddr,
		      bool present);
/* Sort and join. Where two runs overlap, the one that begins later loses its overlap. */
void zdm_presence_sort(struct zdm_presence *p);
/* Text to be freed, NULL when memory is out. */
char *zdm_presence_write(const struct zdm_presence *p, size_t *len);

#endif

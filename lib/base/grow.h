/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* grow: arrays that double. */
#ifndef ZDM_LIB_GROW_H
#define ZDM_LIB_GROW_H

#include <stddef.h>

/*
 * Make room for element nr of *array (cap elements of `bytes` each) and return
 * its place, or NULL without memory; *array is then as it was.
 */
void *zdm_grow(void **array, size_t *cap, size_t nr, size_t bytes);

#endif

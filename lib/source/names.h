/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names: what a source is asked for. A kernel has some 200,000 names and zdm wants a few
 * hundred: the tables of a kernel are gone through once, and only those are kept.
 */
#ifndef ZDM_LIB_SOURCE_NAMES_H
#define ZDM_LIB_SOURCE_NAMES_H

#include <zdm/reader.h>

#define ZDM_NO_NAME UINT32_MAX
#define ZDM_NAME_HEADS 256u

struct zdm_name {
	char *text;
	uint32_t len, hash, next;
};

/* Zeroed is empty. Names keep their number. */
struct zdm_names {
	struct zdm_name *v;
	size_t nr, cap;
	uint32_t head[ZDM_NAME_HEADS];	/* number + 1 of the first with such a hash */
};

/* The number of a name, ZDM_NO_NAME: it is not among them. */
uint32_t zdm_names_find(const struct zdm_names *n, const char *text, size_t len);
/* Add it unless it is there; empty names and those beyond ZDM_NAME_MAX are nobody's. */
enum zdm_status zdm_names_add(struct zdm_names *n, const char *text, size_t len);
/* All of from's, which may be NULL. */
enum zdm_status zdm_names_add_all(struct zdm_names *n, const struct zdm_names *from);
void zdm_names_deinit(struct zdm_names *n);

#endif

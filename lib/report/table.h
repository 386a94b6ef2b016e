/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table: rows and columns for a screen. A column is as wide as what is in it; where the
 * screen is not wide enough for all of them, those that matter least stay out, and the last
 * one is shortened only if that is not enough.
 */
#ifndef ZDM_LIB_TABLE_H
#define ZDM_LIB_TABLE_H

#include "base/out.h"

#define ZDM_TABLE_COLUMNS 16u
#define ZDM_CELL_LEN 160

struct zdm_column {
	const char *name;
	bool right;		/* numbers */
	unsigned int rank;	/* 0: always shown; else in this order, as far as there is room */
};

struct zdm_table {
	const struct zdm_column *column;
	size_t nr_columns;
	size_t nr_rows;
	/* What stands there; buf of ZDM_CELL_LEN. */
	const char *(*cell_fn)(const void *priv, size_t row, size_t column, char *buf);
	/* "\033[…m" for the row, or NULL. */
	const char *(*colour_fn)(const void *priv, size_t row);
	const void *priv;
	unsigned int width;	/* of the screen; 0: as wide as needed */
	bool no_headings;
};

/*
 * Only these columns, in this order: "A,B"; "+A" adds to all that would be shown. False: one
 * is none, *bad is where it begins.
 */
bool zdm_table_pick(const struct zdm_column *all, size_t nr, const char *list,
		    struct zdm_column *ret, size_t *index, size_t *nr_ret, const char **bad);
void zdm_table_put(struct zdm_out *o, const struct zdm_table *t);

#endif

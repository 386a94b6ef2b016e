// SPDX-License-Identifier: LGPL-2.1-or-later
/* table: which columns there is room for, and how wide each is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table.h"

#define MIN_LAST 12	/* of the last column, when even the least do not fit */
#define CUT "..."

struct layout {
	size_t width[ZDM_TABLE_COLUMNS];
	bool shown[ZDM_TABLE_COLUMNS];
	size_t last_width;	/* of the last column, 0: as long as it is */
};

static const char *cell(const struct zdm_table *t, size_t row, size_t column, char *buf, char *clean)
{
	const char *s = t->cell_fn(t->priv, row, column, buf);

	/* strings of strangers, on a screen that is written raw */
	zdm_text_clean(s, strlen(s), ZDM_CLEAN_LINE, clean, ZDM_CELL_LEN);
	return clean;
}

static void measure(const struct zdm_table *t, struct layout *l)
{
	char buf[ZDM_CELL_LEN], clean[ZDM_CELL_LEN];
	size_t row, i, n;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < t->nr_columns; i++)
		l->width[i] = t->no_headings ? 1 : strlen(t->column[i].name);
	for (row = 0; row < t->nr_rows; row++) {
		for (i = 0; i < t->nr_columns; i++) {
			n = strlen(cell(t, row, i, buf, clean));
			if (n > l->width[i])
				l->width[i] = n;
		}
	}
}

static size_t total(const struct zdm_table *t, const struct layout *l)
{
	size_t sum = 0, i;

	for (i = 0; i < t->nr_columns; i++)
		sum += l->shown[i] ? l->width[i] + 1 : 0;
	return sum ? sum - 1 : 0;
}

static void choose(const struct zdm_table *t, struct layout *l)
{
	size_t i, sum, last = t->nr_columns - 1;
	unsigned int rank;

	for (i = 0; i < t->nr_columns; i++)
		l->shown[i] = !t->width || !t->column[i].rank;
	if (!t->width)
		return;
	for (rank = 1; rank <= t->nr_columns; rank++) {
		for (i = 0; i < t->nr_columns; i++) {
			if (t->column[i].rank != rank)
				continue;
			l->shown[i] = true;
			l->shown[i] = total(t, l) <= t->width;
		}
	}
	sum = total(t, l);
	if (sum > t->width) {
		l->last_width = l->width[last] > sum - t->width + MIN_LAST ?
			l->width[last] - (sum - t->width) : MIN_LAST;
		if (l->last_width > l->width[last])
			l->last_width = 0;
	}
}

static void put_cell(struct zdm_out *o, const struct zdm_table *t, const struct layout *l, size_t i,
		     const char *s, bool first)
{
	size_t len = strlen(s);

	zdm_outf(o, "%s", first ? "" : " ");
	if (i == t->nr_columns - 1 && !t->column[i].right) {
		if (l->last_width && len > l->last_width)
			zdm_outf(o, "%.*s" CUT, (int)(l->last_width - strlen(CUT)), s);
		else
			zdm_outf(o, "%s", s);
	} else {
		zdm_outf(o, t->column[i].right ? "%*s" : "%-*s", (int)l->width[i], s);
	}
}

static void put_row(struct zdm_out *o, const struct zdm_table *t, const struct layout *l, size_t row,
		    bool heading)
{
	const char *colour = !heading && t->colour_fn ? t->colour_fn(t->priv, row) : NULL;
	char buf[ZDM_CELL_LEN], clean[ZDM_CELL_LEN];
	bool first = true;
	size_t i;

	zdm_outf(o, "%s", colour ? colour : "");
	for (i = 0; i < t->nr_columns; i++) {
		if (!l->shown[i])
			continue;
		put_cell(o, t, l, i, heading ? t->column[i].name : cell(t, row, i, buf, clean), first);
		first = false;
	}
	zdm_outf(o, "%s\n", colour && *colour ? "\033[0m" : "");
}

void zdm_table_put(struct zdm_out *o, const struct zdm_table *t)
{
	struct layout l;
	size_t row;

	if (!t->nr_columns || t->nr_columns > ZDM_TABLE_COLUMNS)
		return;
	measure(t, &l);
	choose(t, &l);
	if (!t->no_headings)
		put_row(o, t, &l, 0, true);
	for (row = 0; row < t->nr_rows && !o->stopped; row++)
		put_row(o, t, &l, row, false);
}

static size_t find(const struct zdm_column *all, size_t nr, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strlen(all[i].name) == len && !strncasecmp(all[i].name, name, len))
			break;
	}
	return i;
}

bool zdm_table_pick(const struct zdm_column *all, size_t nr, const char *list,
		    struct zdm_column *ret, size_t *index, size_t *nr_ret, const char **bad)
{
	size_t len, i;

	*nr_ret = 0;
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		i = find(all, nr, list, len);
		*bad = list;
		if (i == nr || *nr_ret == ZDM_TABLE_COLUMNS)
			return false;
		ret[*nr_ret] = all[i];
		ret[*nr_ret].rank = 0;	/* what was asked for is shown */
		index[(*nr_ret)++] = i;
		if (!list[len])
			return true;
	}
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* The rows of a map: three lenses on the ranges of a model. Nothing is printed here. */
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "base/search.h"
#include "report/map.h"

#define MAX_SHAPES 9u

struct walk {
	const struct zdm_model *m;
	const struct zdm_range *v;
	size_t nr;
	uint64_t end_pfn, section_pages, sub_pages;
	struct zdm_spans changed;
	bool zoomed;			/* open all that is mixed */
	uint64_t shape_pfn[MAX_SHAPES];	/* sections that were opened, by their number */
	unsigned int nr_shapes;
	int32_t node;			/* of what lies before node_until */
	uint64_t node_until;
	struct zdm_map_row pending;	/* may yet be found to repeat */
	bool has_pending, stopped;
	zdm_map_row_fn fn;
	void *priv;
};

char zdm_map_letter(const struct zdm_range *r)
{
	if (r->valid == ZDM_UNKNOWN)
		return zdm_class_letter(ZDM_CLASS_UNKNOWN);
	if (r->valid == ZDM_NO && !zdm_class_wrong(r->cls))
		return ZDM_MAP_INVALID;
	return zdm_class_letter(r->cls);
}

uint64_t zdm_map_sub_pages(const struct zdm_kernel *k)
{
	uint64_t sub = k->subsection_pages;

	if (sub && sub < k->section_pages && !(k->section_pages % sub))
		return sub;
	return k->section_pages > ZDM_MAP_CELLS ? k->section_pages / ZDM_MAP_CELLS : 1;
}

/*
 * The letter at pos and where it ends, at most at end. *i: the first range that ends beyond
 * pos, kept by the caller from one position to the next.
 */
static uint64_t run_at(const struct walk *w, size_t *i, uint64_t pos, uint64_t end, char *letter)
{
	uint64_t run_end;

	while (*i < w->nr && w->v[*i].end_pfn <= pos)
		++*i;
	if (*i == w->nr) {
		*letter = zdm_class_letter(ZDM_CLASS_ABSENT);
		return end;
	}
	*letter = zdm_map_letter(&w->v[*i]);
	while (w->v[*i].end_pfn < end && *i + 1 < w->nr &&
	       zdm_map_letter(&w->v[*i + 1]) == *letter)
		++*i;
	run_end = w->v[*i].end_pfn;
	return run_end < end ? run_end : end;
}

static size_t range_index(const struct walk *w, uint64_t pfn)
{
	return zdm_first_beyond(w->v, w->nr, end_pfn, pfn);
}

/* Do two sections look alike, page for page? */
static bool same_shape(const struct walk *w, uint64_t a, uint64_t b)
{
	size_t ia = range_index(w, a), ib = range_index(w, b);
	uint64_t off = 0;

	while (off < w->section_pages) {
		char la, lb;
		uint64_t ea = run_at(w, &ia, a + off, a + w->section_pages, &la) - a;
		uint64_t eb = run_at(w, &ib, b + off, b + w->section_pages, &lb) - b;

		if (la != lb || ea != eb)
			return false;
		off = ea;
	}
	return true;
}

static bool span_changed(const struct walk *w, uint64_t start, uint64_t end)
{
	size_t i = zdm_first_beyond(w->changed.v, w->changed.nr, end_pfn, start);

	return i < w->changed.nr && w->changed.v[i].start_pfn < end;
}

/* The letter of a mixed section; *open: it is the first of its shape. */
static char shape_letter(struct walk *w, uint64_t pfn, bool *open)
{
	unsigned int i;

	*open = true;
	if (w->zoomed || span_changed(w, pfn, pfn + w->section_pages))
		return ZDM_MAP_MIXED;
	for (i = 0; i < w->nr_shapes; i++) {
		if (same_shape(w, w->shape_pfn[i], pfn)) {
			*open = false;
			return (char)('1' + i);
		}
	}
	if (i == MAX_SHAPES)
		return ZDM_MAP_MIXED;
	w->shape_pfn[w->nr_shapes++] = pfn;
	return (char)('1' + i);
}

static void flush(struct walk *w)
{
	if (w->has_pending && !w->stopped && !w->fn(w->priv, &w->pending))
		w->stopped = true;
	w->has_pending = false;
}

static void put(struct walk *w, const struct zdm_map_row *row)
{
	struct zdm_map_row *p = &w->pending;

	if (w->has_pending && p->lens == row->lens && p->changed == row->changed &&
	    p->nr == row->nr && !memcmp(p->cell, row->cell, row->nr) && p->node == row->node &&
	    p->pgmap == row->pgmap && p->several == row->several &&
	    p->start_pfn + p->repeat * p->nr * p->cell_pages == row->start_pfn) {
		p->repeat += row->repeat;
		return;
	}
	flush(w);
	*p = *row;
	w->has_pending = true;
}

/* Which pgmaps the ranges of a row have; starts at range i. */
static void find_pgmaps(const struct walk *w, size_t i, uint64_t end, struct zdm_map_row *row)
{
	for (; i < w->nr && w->v[i].start_pfn < end && !row->several; i++) {
		if (w->v[i].pgmap < 0)
			continue;
		row->several = row->pgmap >= 0 && row->pgmap != w->v[i].pgmap;
		if (row->pgmap < 0)
			row->pgmap = w->v[i].pgmap;
	}
}

/* A row from start on, but for its node and pgmap; bit i of the result: cell i is mixed. */
static uint64_t fill_row(struct walk *w, enum zdm_map_lens lens, uint64_t start, uint64_t end,
			 uint64_t cell_pages, struct zdm_map_row *row)
{
	uint64_t mixed = 0, pfn = start;
	size_t i = range_index(w, start);

	memset(row, 0, sizeof(*row));
	row->lens = lens;
	row->start_pfn = start;
	row->cell_pages = cell_pages;
	row->repeat = 1;
	row->node = row->pgmap = ZDM_MAP_NONE;
	for (; pfn < end && row->nr < ZDM_MAP_CELLS; pfn += cell_pages, row->nr++) {
		uint64_t bit = 1ull << row->nr;
		char letter;

		if (run_at(w, &i, pfn, pfn + cell_pages, &letter) < pfn + cell_pages) {
			letter = ZDM_MAP_MIXED;
			mixed |= bit;
		}
		row->cell[row->nr] = letter;
		if (span_changed(w, pfn, pfn + cell_pages))
			row->changed |= bit;
	}
	return mixed;
}

static void open_pages(struct walk *w, uint64_t start)
{
	uint64_t pfn, end = start + w->sub_pages;
	struct zdm_map_row row;

	for (pfn = start; pfn < end && !w->stopped; pfn += ZDM_MAP_CELLS) {
		fill_row(w, ZDM_MAP_PAGE, pfn, end, 1, &row);
		put(w, &row);
	}
}

static void open_section(struct walk *w, uint64_t start)
{
	uint64_t pages = ZDM_MAP_CELLS * w->sub_pages, end = start + w->section_pages, pfn;
	struct zdm_map_row row;
	unsigned int i;

	for (pfn = start; pfn < end && !w->stopped; pfn += pages) {
		uint64_t mixed = fill_row(w, ZDM_MAP_SUBSECTION, pfn, end, w->sub_pages, &row);

		put(w, &row);
		for (i = 0; i < row.nr; i++)
			if (mixed >> i & 1)
				open_pages(w, pfn + i * w->sub_pages);
	}
	flush(w);
}

/* The node of the first frame from pfn on that is one. */
static int32_t node_at(struct walk *w, uint64_t pfn, uint64_t end)
{
	size_t i = range_index(w, pfn);

	if (i < w->nr && w->v[i].cls == ZDM_CLASS_ABSENT && w->v[i].end_pfn < end)
		pfn = w->v[i].end_pfn;
	if (pfn >= w->node_until)
		w->node = zdm_model_node(w->m, pfn, &w->node_until);
	return w->node;
}

/* How many rows from this one on lie in one range, of one node, all changed or none. */
static uint64_t alike(const struct walk *w, const struct zdm_map_row *row, uint64_t end)
{
	uint64_t row_pages = (uint64_t)row->nr * row->cell_pages;
	size_t i = range_index(w, row->start_pfn), c;

	if (i == w->nr)
		return 1;
	if (w->v[i].end_pfn < end)
		end = w->v[i].end_pfn;
	if (w->node_until < end)
		end = w->node_until;
	c = zdm_first_beyond(w->changed.v, w->changed.nr, end_pfn, row->start_pfn);
	if (c < w->changed.nr && w->changed.v[c].start_pfn > row->start_pfn &&
	    w->changed.v[c].start_pfn < end)
		end = w->changed.v[c].start_pfn;
	else if (c < w->changed.nr && w->changed.v[c].start_pfn <= row->start_pfn &&
		 w->changed.v[c].end_pfn < end)
		end = w->changed.v[c].end_pfn;
	return end > row->start_pfn + row_pages ? (end - row->start_pfn) / row_pages : 1;
}

/* Rows of sections over [start, end), each followed by what it opens. */
static void walk_sections(struct walk *w, uint64_t start, uint64_t end)
{
	uint64_t opened;
	struct zdm_map_row row;
	unsigned int i;

	while (start < end && !w->stopped) {
		uint64_t mixed = fill_row(w, ZDM_MAP_SECTION, start, end, w->section_pages, &row);

		find_pgmaps(w, range_index(w, start), start + row.nr * w->section_pages, &row);
		row.node = node_at(w, start, start + row.nr * w->section_pages);
		for (i = 0, opened = 0; i < row.nr; i++) {
			bool open;

			if (!(mixed >> i & 1))
				continue;
			row.cell[i] = shape_letter(w, start + i * w->section_pages, &open);
			opened |= (uint64_t)open << i;
		}
		if (!mixed)
			row.repeat = alike(w, &row, end);
		put(w, &row);
		if (opened)
			flush(w);
		for (i = 0; i < row.nr; i++)
			if (opened >> i & 1)
				open_section(w, start + i * w->section_pages);
		start += row.repeat * row.nr * w->section_pages;
	}
	flush(w);
}

/* The rows that a pgmap's ranges lie in. */
static enum zdm_status walk_pgmap(struct walk *w, uint64_t index)
{
	uint64_t row_pages = ZDM_MAP_CELLS * w->section_pages;
	const struct zdm_pgmap *p;
	struct zdm_spans rows = { 0 };
	bool ok = true;
	uint32_t r;
	size_t i;

	zdm_model_pgmaps(w->m, &p);
	p += index;
	for (r = 0; r < p->nr_ranges && ok; r++) {
		uint64_t start = p->ranges[r].start_pfn, end = p->ranges[r].end_pfn;

		end = end < w->end_pfn ? end : w->end_pfn;
		if (start < end)
			ok = zdm_spans_add(&rows, start / row_pages * row_pages,
					   (end + row_pages - 1) / row_pages * row_pages);
	}
	zdm_spans_join(&rows);
	for (i = 0; i < rows.nr && ok; i++)
		walk_sections(w, rows.v[i].start_pfn,
			      rows.v[i].end_pfn < w->end_pfn ? rows.v[i].end_pfn : w->end_pfn);
	zdm_spans_deinit(&rows);
	return ok ? ZDM_OK : ZDM_NOMEM;
}

/* Of both machines, whole sections. */
static uint64_t end_of(const struct zdm_model *m, const struct zdm_map_opts *opts)
{
	uint64_t pages = zdm_model_kernel(m)->section_pages, end = zdm_model_end_pfn(m);

	if (opts->before && zdm_model_end_pfn(opts->before) > end)
		end = zdm_model_end_pfn(opts->before);
	return (end + pages - 1) / pages * pages;
}

enum zdm_status zdm_map_take(const struct zdm_model *m, const struct zdm_map_opts *theirs,
			     struct zdm_map_opts *opts)
{
	const struct zdm_kernel *k = zdm_model_kernel(m), *b;
	const struct zdm_pgmap *p;
	enum zdm_status st = ZDM_OK;

	*opts = (struct zdm_map_opts)ZDM_MAP_OPTS_INIT;
	if (theirs)
		st = ZDM_OPTS_TAKE(opts, struct zdm_map_opts, before_name, theirs);
	if (st != ZDM_OK)
		return st;
	if (k->section_pages < ZDM_MAP_CELLS)
		return ZDM_INVAL;
	if (opts->pgmap != ZDM_MAP_ALL && opts->pgmap >= zdm_model_pgmaps(m, &p))
		return ZDM_INVAL;
	if (opts->section != ZDM_MAP_ALL && opts->section >= end_of(m, opts) / k->section_pages)
		return ZDM_INVAL;
	if (!opts->before)
		return ZDM_OK;
	b = zdm_model_kernel(opts->before);
	return b->page_size == k->page_size && b->section_pages == k->section_pages ? ZDM_OK :
	       ZDM_INVAL;
}

enum zdm_status zdm_map_check(const struct zdm_model *m, const struct zdm_map_opts *opts)
{
	struct zdm_map_opts own;

	return zdm_map_take(m, opts, &own);
}

enum zdm_status zdm_map_rows(const struct zdm_model *m, const struct zdm_map_opts *opts,
			     zdm_map_row_fn fn, void *priv)
{
	struct walk w = { .m = m, .fn = fn, .priv = priv };
	enum zdm_status st = ZDM_OK;

	w.nr = zdm_model_ranges(m, &w.v);
	w.section_pages = zdm_model_kernel(m)->section_pages;
	w.sub_pages = zdm_map_sub_pages(zdm_model_kernel(m));
	w.end_pfn = end_of(m, opts);
	w.zoomed = opts->section != ZDM_MAP_ALL || opts->pgmap != ZDM_MAP_ALL;
	if (opts->before && !zdm_map_changes(opts->before, m, &w.changed))
		st = ZDM_NOMEM;
	else if (opts->pgmap != ZDM_MAP_ALL)
		st = walk_pgmap(&w, opts->pgmap);
	else if (opts->section != ZDM_MAP_ALL)
		open_section(&w, opts->section * w.section_pages);
	else
		walk_sections(&w, 0, w.end_pfn);
	zdm_spans_deinit(&w.changed);
	return st;
}

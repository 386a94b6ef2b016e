// SPDX-License-Identifier: LGPL-2.1-or-later
/* tables: ranges and sections as a screen wants them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "base/text.h"
#include "report/report.h"
#include "report/table.h"

/* What both tables are made of: the rows that were asked for, the columns that are shown. */
struct view {
	const struct zdm_model *m;
	const struct zdm_table_opts *opts;
	uint64_t section_nr;			/* the one that is wanted; UINT64_MAX: all */
	size_t index[ZDM_TABLE_COLUMNS];	/* of each shown column, in the list of all */
	size_t *row;				/* of each shown row, in the model */
	size_t nr_rows;
};

enum { START_PFN, END_PFN, START_ADDR, SIZE, PAGES, CLASS, VALID, CASE, PGMAP, MEMMAP, IN_DUMP, REASON };

static const struct zdm_column range_columns[] = {
	[START_PFN] = { "START_PFN", true, 0 },
	[END_PFN] = { "END_PFN", true, 0 },
	[START_ADDR] = { "START_ADDR", true, 6 },
	[SIZE] = { "SIZE", true, 0 },
	[PAGES] = { "PAGES", true, 5 },
	[CLASS] = { "CLASS", false, 0 },
	[VALID] = { "VALID", false, 0 },
	[CASE] = { "CASE", true, 2 },
	[PGMAP] = { "PGMAP", true, 3 },
	[MEMMAP] = { "MEMMAP", false, 4 },
	[IN_DUMP] = { "MEMMAP_IN_DUMP", false, 1 },
	[REASON] = { "REASON", false, 0 },
};
#define NR_RANGE_COLUMNS (sizeof(range_columns) / sizeof(range_columns[0]))

enum { NR, S_START, S_END, FLAGS, BLOCK, SECTION, USAGE, SUBSECTIONS };

static const struct zdm_column section_columns[] = {
	[NR] = { "NR", true, 0 },
	[S_START] = { "START_PFN", true, 0 },
	[S_END] = { "END_PFN", true, 0 },
	[FLAGS] = { "FLAGS", false, 0 },
	[BLOCK] = { "BLOCK", false, 0 },
	[SECTION] = { "SECTION", false, 1 },
	[USAGE] = { "USAGE", false, 2 },
	[SUBSECTIONS] = { "SUBSECTIONS", false, 0 },
};
#define NR_SECTION_COLUMNS (sizeof(section_columns) / sizeof(section_columns[0]))

static const char *number(uint64_t n, char *buf)
{
	snprintf(buf, ZDM_CELL_LEN, "%" PRIu64, n);
	return buf;
}

static const char *index_text(int64_t i, int64_t none, char *buf)
{
	return i == none ? "-" : number((uint64_t)i, buf);
}

/* "254M": without the blank, so that it stays one word. */
static const char *short_size(uint64_t bytes, char *buf)
{
	char *blank;

	zdm_size_text(bytes, buf);
	blank = strchr(buf, ' ');
	if (blank) {
		blank[0] = blank[1];
		blank[1] = '\0';
	}
	return buf;
}

static const char *range_cell(const void *priv, size_t row, size_t column, char *buf)
{
	const struct view *v = priv;
	uint64_t page = zdm_model_kernel(v->m)->page_size;
	const struct zdm_range *r;

	zdm_model_ranges(v->m, &r);
	r += v->row[row];
	switch (v->index[column]) {
	case START_PFN:
		return zdm_pfn_text(r->start_pfn, buf);
	case END_PFN:
		return zdm_pfn_text(r->end_pfn, buf);
	case START_ADDR:
		return zdm_pfn_text(r->start_pfn * page, buf);
	case SIZE:
		return v->opts->bytes ? number((r->end_pfn - r->start_pfn) * page, buf) :
		       short_size((r->end_pfn - r->start_pfn) * page, buf);
	case PAGES:
		return number(r->end_pfn - r->start_pfn, buf);
	case CLASS:
		return zdm_class_name(r->cls);
	case VALID:
		return zdm_tri_name(r->valid);
	case CASE:
		return index_text(zdm_class_case(r->cls), 0, buf);
	case PGMAP:
		return index_text(r->pgmap, -1, buf);
	case MEMMAP:
		return zdm_memmap_name(r->memmap);
	case IN_DUMP:
		return zdm_in_dump_name(r->in_dump);
	default:
		return zdm_reason_text(r->reason);
	}
}

static const char *range_colour(const void *priv, size_t row)
{
	const struct view *v = priv;
	const struct zdm_range *r;

	zdm_model_ranges(v->m, &r);
	return zdm_class_escape(r[v->row[row]].cls);
}

static const char *kaddr(uint64_t v, char *buf)
{
	if (!v)
		return "-";
	snprintf(buf, ZDM_CELL_LEN, "%016" PRIx64, v);
	return buf;
}

static const char *section_cell(const void *priv, size_t row, size_t column, char *buf)
{
	const struct view *v = priv;
	uint64_t pages = zdm_model_kernel(v->m)->section_pages;
	const struct zdm_section *sec;
	const struct zdm_block *block;
	size_t nr_blocks = zdm_model_blocks(v->m, &block);

	zdm_model_sections(v->m, &sec);
	sec += v->row[row];
	switch (v->index[column]) {
	case NR:
		return number(sec->nr, buf);
	case S_START:
		return zdm_pfn_text(sec->nr * pages, buf);
	case S_END:
		return zdm_pfn_text((sec->nr + 1) * pages, buf);
	case FLAGS:
		return sec->status == ZDM_OK ? zdm_section_flags_text(sec->flags, buf) :
		       zdm_status_name(sec->status);
	case BLOCK:
		return sec->block >= 0 && (size_t)sec->block < nr_blocks ?
		       zdm_block_state_name(block[sec->block].state) : "-";
	case SECTION:
		return kaddr(sec->kaddr, buf);
	case USAGE:
		return kaddr(sec->usage_kaddr, buf);
	default:
		return zdm_subsections_text(v->m, sec, buf, ZDM_CELL_LEN);
	}
}

/* Columns, and of nr rows those that are wanted; then the table. */
static enum zdm_status put(struct view *v, struct zdm_table *t, size_t nr,
			   bool (*wanted_fn)(const struct view *v, size_t i),
			   const struct zdm_column *all, size_t nr_all, const struct zdm_sink *out)
{
	struct zdm_column picked[ZDM_TABLE_COLUMNS];
	struct zdm_out o = { .sink = out };
	const char *bad;
	size_t i;

	t->column = all;
	t->nr_columns = nr_all;
	for (i = 0; i < nr_all; i++)
		v->index[i] = i;
	if (v->opts->columns) {
		if (!zdm_table_pick(all, nr_all, v->opts->columns, picked, v->index,
				    &t->nr_columns, &bad))
			return ZDM_INVAL;
		t->column = picked;
	}
	v->row = calloc(nr ? nr : 1, sizeof(*v->row));
	if (!v->row)
		return ZDM_NOMEM;
	for (i = 0; i < nr; i++) {
		if (wanted_fn(v, i))
			v->row[v->nr_rows++] = i;
	}
	t->priv = v;
	t->nr_rows = v->nr_rows;
	t->width = v->opts->width;
	t->no_headings = v->opts->no_headings;
	zdm_table_put(&o, t);
	free(v->row);
	return o.status;
}

/* Nothing asked for, and no screen: what a program reads stays where it was. */
static bool is_plain(const struct zdm_table_opts *opts)
{
	return !opts->width && !opts->columns && !opts->bytes && !opts->no_headings &&
	       !opts->colour;
}

static enum zdm_status take(struct zdm_table_opts *own, const struct zdm_table_opts *theirs)
{
	return ZDM_OPTS_TAKE(own, struct zdm_table_opts, colour, theirs);
}

static bool range_wanted(const struct view *v, size_t i)
{
	const struct zdm_range *r;

	zdm_model_ranges(v->m, &r);
	return !v->opts->classes || (v->opts->classes >> r[i].cls & 1);
}

enum zdm_status zdm_report_ranges_table(const struct zdm_model *m,
					const struct zdm_table_opts *theirs,
					const struct zdm_sink *out)
{
	struct zdm_table_opts opts;
	enum zdm_status st = take(&opts, theirs);
	struct view v = { .m = m, .opts = &opts };
	struct zdm_table t = { .cell_fn = range_cell };
	const struct zdm_range *r;

	if (st != ZDM_OK)
		return st;
	if (is_plain(&opts))
		return zdm_ranges_fixed(m, opts.classes, out);
	if (opts.colour)
		t.colour_fn = range_colour;
	return put(&v, &t, zdm_model_ranges(m, &r), range_wanted, range_columns,
		   NR_RANGE_COLUMNS, out);
}

static bool section_wanted(const struct view *v, size_t i)
{
	const struct zdm_section *sec;

	zdm_model_sections(v->m, &sec);
	return v->section_nr == UINT64_MAX || sec[i].nr == v->section_nr;
}

enum zdm_status zdm_report_sections_table(const struct zdm_model *m, uint64_t nr,
					  const struct zdm_table_opts *theirs,
					  const struct zdm_sink *out)
{
	struct zdm_table_opts opts;
	enum zdm_status st = take(&opts, theirs);
	struct view v = { .m = m, .opts = &opts, .section_nr = nr };
	struct zdm_table t = { .cell_fn = section_cell };
	const struct zdm_section *sec;

	if (st != ZDM_OK)
		return st;
	if (is_plain(&opts))
		return zdm_report_sections(m, nr, out);
	return put(&v, &t, zdm_model_sections(m, &sec), section_wanted, section_columns,
		   NR_SECTION_COLUMNS, out);
}

static const char *column_name(const struct zdm_column *all, size_t nr, size_t i)
{
	return i < nr ? all[i].name : NULL;
}

const char *zdm_range_column(size_t i)
{
	return column_name(range_columns, NR_RANGE_COLUMNS, i);
}

const char *zdm_section_column(size_t i)
{
	return column_name(section_columns, NR_SECTION_COLUMNS, i);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* The map as lines of less than 80 columns. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/map.h"
#include "report/report.h"

#define GUTTER 14		/* columns before the blank and the 64 cells */
#define LEGEND_COLUMNS 79

struct text_map {
	struct zdm_out o;
	bool colour;
	int nr_width, node_width, pgmap_width;
	uint64_t section_pages;
	bool seen[256];
	bool folded, opened;
};

/* The colour of a letter: what must not be believed stands out. */
const char *zdm_letter_escape(char letter)
{
	switch (letter) {
	case '#':
		return "\033[32m";
	case 'D':
		return "\033[36m";
	case 'a':
		return "\033[34m";
	case '!': case 'p': case 's': case ZDM_MAP_INVALID:
		return "\033[1;31m";
	case 'o':
		return "\033[33m";
	case '?':
		return "\033[1;35m";
	case '.': case 'h':
		return "\033[2m";
	default:
		return "";
	}
}

const char *zdm_class_escape(enum zdm_class cls)
{
	return zdm_letter_escape(zdm_class_letter(cls));
}

/* "3", "3+" for the first of several, "-" for none; "^" where there is no room. */
static const char *index_text(int32_t i, bool several, int width, char *buf, size_t len)
{
	if (i < 0)
		return "-";
	if (snprintf(buf, len, "%" PRId32 "%s", i, several ? "+" : "") > width)
		return several ? "+" : "^";
	return buf;
}

static void put_gutter(struct text_map *t, const struct zdm_map_row *row)
{
	char node[16], pgmap[16], pfn[ZDM_PFN_LEN], fold = row->repeat > 1 ? '*' : ' ';

	t->folded |= row->repeat > 1;
	if (row->lens == ZDM_MAP_SECTION) {
		zdm_outf(&t->o, "%*" PRIu64 "%c%*s %*s ", t->nr_width,
			 row->start_pfn / t->section_pages, fold, t->node_width,
			 index_text(row->node, false, t->node_width, node, sizeof(node)),
			 t->pgmap_width,
			 index_text(row->pgmap, row->several, t->pgmap_width, pgmap, sizeof(pgmap)));
		return;
	}
	t->opened = true;
	zdm_outf(&t->o, "%*s%c%c ", GUTTER - 2, zdm_pfn_text(row->start_pfn, pfn),
		 row->lens == ZDM_MAP_PAGE ? ':' : '/', fold);
}

static void put_cells(struct text_map *t, const struct zdm_map_row *row, unsigned int nr)
{
	unsigned int i, n;

	for (i = 0; i < nr; i += n) {
		const char *escape = t->colour ? zdm_letter_escape(row->cell[i]) : "";

		for (n = 1; i + n < nr && row->cell[i + n] == row->cell[i]; n++)
			;
		zdm_outf(&t->o, "%s%.*s%s", escape, (int)n, row->cell + i, *escape ? "\033[0m" : "");
	}
}

static bool put_row(void *priv, const struct zdm_map_row *row)
{
	unsigned int nr = row->nr, i;
	struct text_map *t = priv;

	for (i = 0; i < row->nr; i++)
		t->seen[(unsigned char)row->cell[i]] = true;
	while (nr && row->cell[nr - 1] == ' ')
		nr--;
	put_gutter(t, row);
	put_cells(t, row, nr);
	zdm_outf(&t->o, "\n");
	if (!row->changed)
		return !t->o.stopped;
	zdm_outf(&t->o, "%*s", GUTTER + 1, "");
	for (i = 0; i < row->nr && row->changed >> i; i++)
		zdm_outf(&t->o, "%c", row->changed >> i & 1 ? '^' : ' ');
	zdm_outf(&t->o, "\n");
	t->seen['^'] = true;
	return !t->o.stopped;
}

/* A word of the legend; lines break before 80 columns. */
static void legend_word(struct text_map *t, int *column, const char *text)
{
	int len = (int)strlen(text);

	if (*column && *column + 2 + len > LEGEND_COLUMNS) {
		zdm_outf(&t->o, "\n");
		*column = 0;
	}
	zdm_outf(&t->o, "%s%s", *column ? "  " : "", text);
	*column += len + (*column ? 2 : 0);
}

static void put_legend(struct text_map *t)
{
	const char *name, *what;
	bool shapes = false;
	unsigned int i;
	char word[64], letter;
	int column = 0;

	for (i = 0; (letter = zdm_map_legend(i, &name, &what)); i++) {
		if (!t->seen[(unsigned char)letter])
			continue;
		snprintf(word, sizeof(word), letter == ' ' ? "(blank) %s" : "%2$c %1$s", name, letter);
		legend_word(t, &column, word);
	}
	for (i = '1'; i <= '9'; i++)
		shapes |= t->seen[i];
	if (shapes)
		legend_word(t, &column, "1-9 mixed, opened where it first stands");
	if (t->seen[ZDM_MAP_MIXED])
		legend_word(t, &column, "+ mixed, opened below");
	if (t->folded)
		legend_word(t, &column, "* and the rows after it");
	if (t->seen['^'])
		legend_word(t, &column, "^ changed");
	zdm_outf(&t->o, "%s", column ? "\n" : "");
}

static int digits(uint64_t n)
{
	int d = 1;

	for (; n > 9; n /= 10)
		d++;
	return d;
}

/* What a gutter has room for: section, one for `*`, node, pgmap. */
static void set_widths(struct text_map *t, const struct zdm_model *m)
{
	int most = GUTTER - 2;

	t->section_pages = zdm_model_kernel(m)->section_pages;
	t->nr_width = digits(zdm_model_end_pfn(m) / t->section_pages);
	t->nr_width = t->nr_width < 7 ? 7 : t->nr_width;	/* "SECTION" */
	t->node_width = t->nr_width > 7 ? 1 : 2;
	t->pgmap_width = most - t->nr_width - t->node_width;
}

static void put_head(struct text_map *t, const struct zdm_model *m)
{
	static const enum zdm_tri order[] = { ZDM_YES, ZDM_NO, ZDM_UNKNOWN };
	static const char *const words[] = { "may be believed", "may not", "unknown" };
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_map_totals total;
	char size[3][ZDM_SIZE_LEN];
	unsigned int i;

	zdm_map_total(m, &total);
	for (i = 0; i < 3; i++) {
		unsigned int n = zdm_map_permille(total.bytes[order[i]], total.all);

		zdm_outf(&t->o, "%s%s %s (%u.%u %%)", i ? ", " : "", words[i],
			 zdm_size_text(total.bytes[order[i]], size[0]), n / 10, n % 10);
	}
	zdm_outf(&t->o, "\n%*s %*s %*s a character: section %s, 0x.../ %s, 0x...: %s\n", t->nr_width,
		 "SECTION", t->node_width, "N", t->pgmap_width, "DEV",
		 zdm_size_text(k->section_pages * k->page_size, size[0]),
		 zdm_size_text(zdm_map_sub_pages(k) * k->page_size, size[1]),
		 zdm_size_text(k->page_size, size[2]));
}

enum zdm_status zdm_map_text(const struct zdm_model *m, const struct zdm_map_opts *opts,
			     const struct zdm_sink *out)
{
	struct text_map t = { .o = { .sink = out } };
	struct zdm_map_opts own;
	enum zdm_status st = zdm_map_take(m, opts, &own);

	if (st != ZDM_OK)
		return st;
	t.colour = own.colour;
	set_widths(&t, m);
	put_head(&t, m);
	st = zdm_map_rows(m, &own, put_row, &t);
	put_legend(&t);
	return t.o.status != ZDM_OK ? t.o.status : st;
}

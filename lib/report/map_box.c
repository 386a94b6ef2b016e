// SPDX-License-Identifier: LGPL-2.1-or-later
/* The grid as boxes: one path for each letter, so that a large machine stays small. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/search.h"
#include "report/map_box.h"

#define CELL 10			/* units a cell is wide */
#define LEFT 96			/* of the gutter */
#define ROW 17			/* height of a row with its lane */
#define GRID_BYTES (190u << 10)	/* then rows are left out, and that is said */
#define FULL_LABELS 1000u	/* ranges of a machine of which every row has its label */
#define TIP 130			/* room for the evidence of the last row */
#define WIDTH (LEFT + CELL * (int)ZDM_MAP_CELLS + 4)

enum lane { LANE_RAM, LANE_ALTMAP, LANE_UNKNOWN, LANE_LACKING, NR_LANES };

/* Pieces of markup that are put together row by row and go out one after the other. */
struct piece {
	FILE *f;
	char *text;
	size_t len;
};

struct grid {
	const struct zdm_model *m;
	const struct zdm_range *v;
	size_t nr, seen;		/* ranges; those before `seen` have had their evidence */
	size_t evidence_left;
	unsigned int y;
	struct piece letter[128], lane[NR_LANES], gutter, outline, hits;
	size_t bytes;			/* of rows */
	uint64_t left_out;		/* rows, after so many bytes */
	int32_t labelled;		/* pgmap of the last label */
	bool failed;
};

static const char *const lane_name[NR_LANES] = {
	"memmap in RAM", "memmap on the device", "not known where", "not in the dump",
};

void zdm_map_escaped(struct zdm_out *o, const char *text)
{
	size_t len = strlen(text), need = zdm_text_clean(text, len, ZDM_CLEAN_LINES, NULL, 0), i;
	char *clean = malloc(need + 1);

	if (!clean) {
		zdm_out_fail(o, ZDM_NOMEM);
		return;
	}
	zdm_text_clean(text, len, ZDM_CLEAN_LINES, clean, need + 1);
	for (i = 0; i < need; i++) {
		switch (clean[i]) {
		case '<':
			zdm_outf(o, "&lt;");
			break;
		case '>':
			zdm_outf(o, "&gt;");
			break;
		case '&':
			zdm_outf(o, "&amp;");
			break;
		case '"':
			zdm_outf(o, "&quot;");
			break;
		case '\'':
			zdm_outf(o, "&#39;");
			break;
		default:
			zdm_out_text(o, &clean[i], 1);
		}
	}
	free(clean);
}

static FILE *piece_file(struct grid *g, struct piece *p)
{
	if (!p->f && !g->failed)
		p->f = open_memstream(&p->text, &p->len);
	g->failed |= !p->f;
	return p->f;
}

static bool emit_piece(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

#define put(g, p, ...) do { \
	struct zdm_sink sink_ = { .emit_fn = emit_piece, .priv = piece_file(g, p) }; \
	struct zdm_out out_ = { .sink = &sink_ }; \
	if (sink_.priv) \
		zdm_outf(&out_, __VA_ARGS__); \
} while (0)

static void put_cells(struct grid *g, const struct zdm_map_row *row)
{
	unsigned int i, n;

	for (i = 0; i < row->nr; i += n) {
		for (n = 1; i + n < row->nr && row->cell[i + n] == row->cell[i]; n++)
			;
		if (row->cell[i] != ' ')
			put(g, &g->letter[row->cell[i] & 127], "M%u %uh%u", LEFT + i * CELL, g->y + 6,
			    n * CELL);
	}
	for (i = 0; i < row->nr; i += n) {
		bool changed = row->changed >> i & 1;

		for (n = 1; i + n < row->nr && (bool)(row->changed >> (i + n) & 1) == changed; n++)
			;
		if (changed)
			put(g, &g->outline, "M%u %uh%uv11h-%uz", LEFT + i * CELL, g->y + 1, n * CELL,
			    n * CELL);
	}
}

static enum lane lane_of(const struct zdm_range *r)
{
	return r->memmap == ZDM_MEMMAP_RAM ? LANE_RAM : r->memmap == ZDM_MEMMAP_ALTMAP ?
	       LANE_ALTMAP : r->memmap == ZDM_MEMMAP_UNKNOWN ? LANE_UNKNOWN : NR_LANES;
}

static unsigned int x_of(const struct zdm_map_row *row, uint64_t pfn)
{
	uint64_t pages = row->cell_pages * row->nr;

	if (pfn <= row->start_pfn)
		return LEFT;
	if (pfn - row->start_pfn >= pages)
		return LEFT + row->nr * CELL;
	return LEFT + (unsigned int)((double)(pfn - row->start_pfn) * CELL / (double)row->cell_pages);
}

/* The second lane of a row, ranges that lie alike as one; ends at the row. */
static void put_lane(struct grid *g, const struct zdm_map_row *row)
{
	uint64_t end = row->start_pfn + row->cell_pages * row->nr;
	size_t i = zdm_first_beyond(g->v, g->nr, end_pfn, row->start_pfn), j;

	for (; i < g->nr && g->v[i].start_pfn < end; i = j) {
		enum lane lane = lane_of(&g->v[i]);
		bool lacking = g->v[i].in_dump != ZDM_IN_DUMP_YES;
		unsigned int x, to;

		for (j = i + 1; j < g->nr && g->v[j].start_pfn < end &&
		     lane_of(&g->v[j]) == lane && (g->v[j].in_dump != ZDM_IN_DUMP_YES) == lacking; j++)
			;
		x = x_of(row, g->v[i].start_pfn);
		to = x_of(row, g->v[j - 1].end_pfn);
		if (lane == NR_LANES || (x == to && j < g->nr && g->v[j].start_pfn < end))
			continue;
		put(g, &g->lane[lane], "M%u %uh%u", x, g->y + 14, to > x ? to - x : 1);
		if (lacking)
			put(g, &g->lane[LANE_LACKING], "M%u %uh%u", x, g->y + 14, to > x ? to - x : 1);
	}
}

static void put_evidence(struct grid *g, struct zdm_out *o, const struct zdm_range *r)
{
	size_t len = zdm_pfn_evidence(g->m, r->start_pfn, NULL, 0);
	char *text;

	if (len > g->evidence_left) {
		g->evidence_left = 0;
		return;
	}
	text = malloc(len + 1);
	if (!text) {
		g->failed = true;
		return;
	}
	text[0] = '\0';
	zdm_pfn_evidence(g->m, r->start_pfn, text, len + 1);
	zdm_outf(o, "<foreignObject x=\"%d\" y=\"%u\" width=\"%d\" height=\"%d\"><pre>PFN 0x%" PRIx64
		 "-0x%" PRIx64 " %s, %s\n%s\n", LEFT, g->y + ROW, WIDTH - LEFT, TIP, r->start_pfn,
		 r->end_pfn, zdm_class_name(r->cls), zdm_tri_name(r->valid),
		 zdm_reason_text(r->reason));
	zdm_map_escaped(o, text);
	zdm_outf(o, "</pre></foreignObject>");
	g->evidence_left -= len;
	free(text);
}

/* What can be pointed at: each range, in the row in which it begins. */
static void put_hits(struct grid *g, const struct zdm_map_row *row)
{
	uint64_t end = row->start_pfn + row->repeat * row->cell_pages * row->nr;
	struct zdm_sink sink = { .emit_fn = emit_piece, .priv = piece_file(g, &g->hits) };
	struct zdm_out o = { .sink = &sink };
	size_t i = zdm_first_beyond(g->v, g->nr, end_pfn, row->start_pfn);

	for (i = i > g->seen ? i : g->seen; i < g->nr && g->v[i].start_pfn < end && !g->failed; i++) {
		const struct zdm_range *r = &g->v[i];
		unsigned int x = x_of(row, r->start_pfn), to = x_of(row, r->end_pfn);

		g->seen = i + 1;
		if (r->cls == ZDM_CLASS_ABSENT || !g->evidence_left)
			continue;
		zdm_outf(&o, "<g class=\"hit\" tabindex=\"0\" role=\"img\" aria-label=\"PFN 0x%" PRIx64
			 " to 0x%" PRIx64 ": %s, struct pages valid: %s, in the dump: %s\">"
			 "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"16\"/>",
			 r->start_pfn, r->end_pfn, zdm_class_name(r->cls), zdm_tri_name(r->valid),
			 zdm_in_dump_name(r->in_dump), x, g->y, to > x + 2 ? to - x : 2);
		put_evidence(g, &o, r);
		zdm_outf(&o, "</g>");
	}
}

static void put_label(struct grid *g, const struct zdm_map_row *row)
{
	const char *fold = row->repeat > 1 ? "*" : "";
	char pgmap[24] = "", pfn[ZDM_PFN_LEN];

	if (row->lens != ZDM_MAP_SECTION) {
		put(g, &g->gutter, "<text x=\"88\" y=\"%u\" class=\"sub\">%s%c%s</text>", g->y + 10,
		    zdm_pfn_text(row->start_pfn, pfn), row->lens == ZDM_MAP_PAGE ? ':' : '/', fold);
		return;
	}
	if (g->nr > FULL_LABELS && row->pgmap == g->labelled && row->pgmap >= 0)
		return;
	g->labelled = row->pgmap;
	if (row->pgmap >= 0)
		snprintf(pgmap, sizeof(pgmap), " p%" PRId32 "%s", row->pgmap, row->several ? "+" : "");
	put(g, &g->gutter, "<text x=\"88\" y=\"%u\">%" PRIu64 "%s%s</text>", g->y + 10,
	    row->start_pfn / zdm_model_kernel(g->m)->section_pages, fold, pgmap);
}

static bool put_row(void *priv, const struct zdm_map_row *row)
{
	struct grid *g = priv;

	if (g->bytes > GRID_BYTES) {
		g->left_out++;
		return true;
	}
	put_label(g, row);
	put_cells(g, row);
	put_lane(g, row);
	if (row->lens == ZDM_MAP_SECTION)
		put_hits(g, row);
	g->y += ROW;
	return !g->failed;
}

static void put_piece(struct zdm_out *o, struct piece *p, const char *before, const char *after)
{
	if (p->f)
		fclose(p->f);
	p->f = NULL;
	if (p->text) {
		zdm_outf(o, "%s", before);
		zdm_out_text(o, p->text, p->len);
		zdm_outf(o, "%s\n", after);
	}
	free(p->text);
	p->text = NULL;
}

/* Lines between the cells, over the height of the rows. */
static void put_cuts(struct zdm_out *o, unsigned int height)
{
	unsigned int i;

	zdm_outf(o, "<path class=\"cuts\" d=\"");
	for (i = 0; i <= ZDM_MAP_CELLS; i++)
		zdm_outf(o, "M%u 2v%u", LEFT + i * CELL, height - 2);
	zdm_outf(o, "\"/>\n");
}

static void put_paths(struct zdm_out *o, struct grid *g)
{
	char before[160];
	unsigned int i;

	put_piece(o, &g->gutter, "<g class=\"gutter\" text-anchor=\"end\">", "</g>");
	for (i = 0; i < 128; i++) {
		const char *name, *what;
		unsigned int l = 0;
		char letter;

		while ((letter = zdm_map_legend(l, &name, &what)) && letter != (char)i)
			l++;
		snprintf(before, sizeof(before), "<path class=\"box k%x\" data-class=\"%s\" d=\"", i,
			 letter ? name : "mixed");
		put_piece(o, &g->letter[i], before, "\"/>");
	}
	for (i = 0; i < NR_LANES; i++) {
		snprintf(before, sizeof(before), "<path class=\"lane m%u\" data-lane=\"%s\" d=\"", i,
			 lane_name[i]);
		put_piece(o, &g->lane[i], before, "\"/>");
	}
	put_cuts(o, g->y);
	put_piece(o, &g->outline, "<path class=\"changed\" d=\"", "\"/>");
	put_piece(o, &g->hits, "", "");
}

void zdm_map_style(struct zdm_out *o)
{
	/* letters as CSS classes: k23 is '#' */
	static const char style[] =
		"svg.map{--fg:#1d2733;--dim:#5d6b7a;--bg:#fff;--on:#3f9d63;--dev:#3b7dc4;--alt:#7d5bc0;"
		"--bad:#d23c3c;--off:#d9902a;--hole:#c3cbd3;--unk:#b8399a;--mix:#56616d;background:var(--bg)}\n"
		"@media(prefers-color-scheme:dark){svg.map{--fg:#e4e9ee;--dim:#97a4b1;--bg:#151b22;"
		"--on:#4fae75;--dev:#5b9be0;--alt:#9d80de;--bad:#f06464;--off:#e8a94c;--hole:#46525e;"
		"--unk:#d664bb;--mix:#8a96a3}}\n"
		"svg.map text{font:9px ui-monospace,monospace;fill:var(--fg)}svg.map .sub{fill:var(--dim)}\n"
		"svg.map .box{stroke-width:10;fill:none;stroke:var(--mix)}svg.map .lane{stroke-width:3;"
		"fill:none}svg.map .k23{stroke:var(--on)}svg.map .k44{stroke:var(--dev)}"
		"svg.map .k61{stroke:var(--alt)}svg.map .k21,svg.map .k70,svg.map .k73,svg.map .k78"
		"{stroke:var(--bad)}svg.map .k6f{stroke:var(--off)}svg.map .k2e,svg.map .k68"
		"{stroke:var(--hole)}svg.map .k3f{stroke:var(--unk)}\n"
		"svg.map .m0{stroke:var(--on)}svg.map .m1{stroke:var(--alt)}svg.map .m2{stroke:var(--unk)}"
		"svg.map .m3{stroke:var(--bg);stroke-dasharray:1.6 1.6}\n"
		"svg.map .changed{fill:none;stroke:var(--fg);stroke-width:1.6}"
		"svg.map .cuts{stroke:var(--bg);stroke-width:.8}\n"
		"svg.map .hit rect{fill:transparent}svg.map .hit foreignObject{display:none}"
		"svg.map .hit:focus{outline:none}svg.map .hit:hover rect,svg.map .hit:focus rect"
		"{stroke:var(--fg);stroke-width:1.5}svg.map .hit:hover foreignObject,"
		"svg.map .hit:focus foreignObject{display:block}"
		"svg.map pre{margin:2px 0;padding:5px 8px;font:9.5px/1.3 ui-monospace,monospace;"
		"background:var(--bg);color:var(--fg);border:1px solid var(--fg);white-space:pre-wrap;"
		"overflow-wrap:anywhere}\n";

	zdm_out_text(o, style, sizeof(style) - 1);
}

/* The legend of what occurs, drawn. */
static unsigned int put_legend(struct zdm_out *o, const struct grid *g, unsigned int y)
{
	unsigned int x = LEFT, i;
	const char *name, *what;
	char letter;

	for (i = 0; (letter = zdm_map_legend(i, &name, &what)); i++) {
		if (letter == ' ' || !g->letter[letter & 127].f)
			continue;
		if (x > WIDTH - 90) {
			x = LEFT;
			y += 15;
		}
		zdm_outf(o, "<path class=\"box k%x\" d=\"M%u %uh10\"/><text x=\"%u\" y=\"%u\">%s</text>\n",
			 zdm_map_css(letter), x, y + 6, x + 14, y + 10, name);
		x += 80;
	}
	if (g->left_out)
		zdm_outf(o, "<text x=\"%d\" y=\"%u\">%" PRIu64 " more rows are left out here; the map "
			 "of a single pgmap has its own</text>\n", LEFT, (y += 15) + 10, g->left_out);
	zdm_outf(o, "<text x=\"%d\" y=\"%u\" class=\"sub\">lane below: memmap in RAM (green), on the "
		 "device (violet), unknown; cut: not in the dump</text>\n", LEFT, y + 26);
	return y + 34;
}

static void put_grid(struct zdm_out *o, struct grid *g, bool alone, struct piece *legend)
{
	struct zdm_sink sink = { .emit_fn = emit_piece, .priv = piece_file(g, legend) };
	unsigned int height;

	if (g->failed)
		return;
	height = put_legend(&(struct zdm_out){ .sink = &sink }, g, g->y + 6) + (alone ? 4 : TIP);
	zdm_outf(o, "<svg class=\"map\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" "
		 "role=\"%s\" aria-label=\"map of the memory\">\n", WIDTH, height,
		 alone ? "img" : "group");
	if (alone) {
		zdm_outf(o, "<style>");
		zdm_map_style(o);
		zdm_outf(o, "</style>\n<rect width=\"%d\" height=\"%u\" fill=\"var(--bg)\"/>\n", WIDTH,
			 height);
	}
}

enum zdm_status zdm_map_grid(struct zdm_out *o, const struct zdm_model *m,
			     const struct zdm_map_opts *opts, size_t evidence_bytes)
{
	struct grid *g = calloc(1, sizeof(*g));
	struct zdm_out nothing = { .stopped = true, .status = ZDM_STOPPED };
	struct piece legend = { 0 };
	enum zdm_status st;

	if (!g)
		return ZDM_NOMEM;
	g->m = m;
	g->nr = zdm_model_ranges(m, &g->v);
	g->evidence_left = evidence_bytes;
	g->y = 2;
	g->labelled = ZDM_MAP_NONE;
	st = zdm_map_rows(m, opts, put_row, g);
	if (st == ZDM_OK)
		put_grid(o, g, !evidence_bytes, &legend);
	if (g->failed)
		st = ZDM_NOMEM;
	if (st != ZDM_OK)
		o = &nothing;
	put_piece(o, &legend, "", "");
	put_paths(o, g);
	zdm_outf(o, "</svg>\n");
	free(g);
	return st;
}

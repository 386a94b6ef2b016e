// SPDX-License-Identifier: LGPL-2.1-or-later
/* The map as one page of HTML: headline, grid, pgmaps, memory blocks. No script. */
#include <inttypes.h>
#include <string.h>

#include "base/search.h"
#include "report/map_box.h"
#include "report/report.h"

#define EVIDENCE_BYTES (48u << 10)	/* of ranges, of all of them on a usual machine */
#define EVIDENCE_BYTES_LARGE (16u << 10)
#define MAX_CARDS 24u			/* further pgmaps are rows of a table */
#define MAX_PARTS 12u
#define MAX_BLOCK_ROWS 200u

static void put_head(struct zdm_out *o, const struct zdm_map_opts *opts)
{
	zdm_outf(o, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Memory map");
	if (opts->name) {
		zdm_outf(o, ": ");
		zdm_map_escaped(o, opts->name);
	}
	zdm_outf(o, "</title>\n<style>\n");
	zdm_map_style(o);
	zdm_outf(o, ":root{--fg:#1d2733;--dim:#5d6b7a;--bg:#f5f7f9;--card:#fff;--line:#d8dee4;"
		 "--on:#3f9d63;--dev:#3b7dc4;--alt:#7d5bc0;--bad:#d23c3c;--off:#d9902a;--hole:#c3cbd3;"
		 "--unk:#b8399a}\n@media(prefers-color-scheme:dark){:root{--fg:#e4e9ee;--dim:#97a4b1;"
		 "--bg:#0e1318;--card:#151b22;--line:#2b3641;--on:#4fae75;--dev:#5b9be0;--alt:#9d80de;"
		 "--bad:#f06464;--off:#e8a94c;--hole:#46525e;--unk:#d664bb}}\n"
		 "*{box-sizing:border-box}body{margin:0 auto;max-width:1200px;padding:20px 16px 40px;"
		 "background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}\n"
		 "h1{font-size:1.3em;margin:0;overflow-wrap:anywhere}h2{font-size:1.05em;margin:2em 0 .6em}"
		 "h3{font-size:1em;margin:0 0 .5em}p{margin:.3em 0;color:var(--dim)}"
		 "code,td,th{font-family:ui-monospace,monospace;font-size:.86em}\n"
		 ".sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;"
		 "margin-top:14px}.sum,.card,.scroll{background:var(--card);border:1px solid var(--line);"
		 "border-radius:8px;padding:12px 14px}.sum b{display:block;font-size:1.5em;line-height:1.25}"
		 ".sum.yes{border-top:4px solid var(--on)}.sum.no{border-top:4px solid var(--bad)}"
		 ".sum.unknown{border-top:4px solid var(--unk)}\n"
		 ".scroll{overflow-x:auto}.scroll svg{display:block;min-width:640px;width:100%%;--bg:var(--card)}\n"
		 ".cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%%,330px),1fr));"
		 "gap:12px}.bar{display:flex;height:16px;border-radius:4px;overflow:hidden;margin:.5em 0}"
		 ".bar i{min-width:6px;margin-right:1px;background:var(--hole)}"
		 ".c-online{background:var(--on)!important}.c-device{background:var(--dev)!important}"
		 ".c-altmap{background:var(--alt)!important}.c-reserved,.c-pending,.c-stale"
		 "{background:var(--bad)!important}.c-unknown{background:var(--unk)!important}"
		 ".badge{float:right;font:12px system-ui;padding:2px 9px;border-radius:9px;color:#fff;"
		 "background:#2f7d4e}.badge.dying{background:#b42f2f}.badge.unknown{background:#8d2b77}\n"
		 "table{border-collapse:collapse;width:100%%}td,th{text-align:left;padding:2px 12px 2px 0;"
		 "overflow-wrap:anywhere}:focus-visible{outline:2px solid var(--dev);outline-offset:2px}\n"
		 "@media print{body{max-width:none;background:none}.scroll{overflow:visible}"
		 ".scroll svg{min-width:0}.card,.sum{break-inside:avoid}"
		 "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n"
		 "</style></head>\n<body>\n");
}

static void put_headline(struct zdm_out *o, const struct zdm_model *m,
			 const struct zdm_map_opts *opts)
{
	static const struct {
		enum zdm_tri tri;
		const char *what;
	} sums[] = {
		{ ZDM_YES, "may be believed" }, { ZDM_NO, "may not be believed" },
		{ ZDM_UNKNOWN, "unknown" },
	};
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_map_totals total;
	char size[ZDM_SIZE_LEN];
	size_t i;

	zdm_map_total(m, &total);
	zdm_outf(o, "<header><h1>Which struct pages may be believed</h1>\n<p>");
	if (opts->name) {
		zdm_outf(o, "<code>");
		zdm_map_escaped(o, opts->name);
		zdm_outf(o, "</code> · ");
	}
	zdm_outf(o, "Linux ");
	zdm_map_escaped(o, k->release);
	zdm_outf(o, " · ");
	zdm_map_escaped(o, k->machine);
	if (opts->before_name) {
		zdm_outf(o, " · outlined: what differs from <code>");
		zdm_map_escaped(o, opts->before_name);
		zdm_outf(o, "</code>");
	}
	zdm_outf(o, "</p>\n<div class=\"sums\">\n");
	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		uint64_t bytes = total.bytes[sums[i].tri];
		unsigned int n = zdm_map_permille(bytes, total.all);

		zdm_outf(o, "<div class=\"sum %s\"><b>%s</b>%s<br><code>%u.%u %%, %" PRIu64
			 " bytes</code></div>\n", zdm_tri_name(sums[i].tri), zdm_size_text(bytes, size),
			 sums[i].what, n / 10, n % 10, bytes);
	}
	zdm_outf(o, "</div></header>\n");
}

static unsigned int log2_of(uint64_t n)
{
	unsigned int bits = 1;

	for (; n > 1; n >>= 1)
		bits++;
	return bits;
}

/* The ranges of the model that are of a pgmap, first as boxes, then in numbers. */
static void put_parts(struct zdm_out *o, const struct zdm_model *m, int32_t index,
		      const struct zdm_pgmap *p, bool numbers)
{
	unsigned int parts = 0, left = 0;
	const struct zdm_range *v;
	size_t nr = zdm_model_ranges(m, &v), i;
	uint32_t r;

	for (r = 0; r < p->nr_ranges && parts + left < 4 * MAX_PARTS; r++) {
		i = zdm_first_beyond(v, nr, end_pfn, p->ranges[r].start_pfn);
		for (; i < nr && v[i].start_pfn < p->ranges[r].end_pfn; i++) {
			uint64_t pages = v[i].end_pfn - v[i].start_pfn;

			if (v[i].pgmap != index)
				continue;
			if (parts == MAX_PARTS && ++left)
				break;
			parts++;
			if (numbers)
				zdm_outf(o, "<tr><td>%s<td>0x%" PRIx64 "-0x%" PRIx64 "<td>%" PRIu64 "\n",
					 zdm_class_name(v[i].cls), v[i].start_pfn, v[i].end_pfn, pages);
			else
				zdm_outf(o, "<i class=\"c-%s\" style=\"flex:%u\"></i>",
					 zdm_class_name(v[i].cls), log2_of(pages));
		}
	}
	if (numbers && left)
		zdm_outf(o, "<tr><td colspan=\"3\">and more, left out here\n");
}

static void put_card(struct zdm_out *o, const struct zdm_model *m, int32_t index,
		     const struct zdm_pgmap *p)
{
	const char *state = p->status == ZDM_OK ? zdm_pgmap_state(p) : "unknown";

	zdm_outf(o, "<article class=\"card\"><span class=\"badge %s\">%s</span><h3>pgmap %" PRId32 " ",
		 state, state, index);
	zdm_map_escaped(o, p->type);
	zdm_outf(o, "</h3>\n<code>%016" PRIx64 "</code><div class=\"bar\" aria-hidden=\"true\">",
		 p->kaddr);
	put_parts(o, m, index, p, false);
	zdm_outf(o, "</div>\n<table><tr><th>class<th>PFNs<th>pages\n");
	put_parts(o, m, index, p, true);
	zdm_outf(o, "</table></article>\n");
}

static void put_pgmaps(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;

	zdm_outf(o, "<section><h2>Device memory: %zu pgmap%s</h2>\n", nr, nr == 1 ? "" : "s");
	if (!nr)
		zdm_outf(o, "<p>%s</p>\n", zdm_no_pgmap_text(m));
	else
		zdm_outf(o, "<p>Widths by logarithm.</p>\n<div class=\"cards\">\n");
	for (i = 0; i < nr && i < MAX_CARDS && !o->stopped; i++)
		put_card(o, m, (int32_t)i, &p[i]);
	if (nr)
		zdm_outf(o, "</div>\n");
	if (i < nr)
		zdm_outf(o, "<h2>Further pgmaps</h2><div class=\"scroll\" tabindex=\"0\"><table>"
			 "<tr><th>pgmap<th>type<th>first range<th>ranges<th>state\n");
	for (; i < nr && !o->stopped; i++) {
		zdm_outf(o, "<tr><td>%zu<td>", i);
		zdm_map_escaped(o, p[i].type);
		if (p[i].nr_ranges)
			zdm_outf(o, "<td>0x%" PRIx64 "-0x%" PRIx64, p[i].ranges[0].start_pfn,
				 p[i].ranges[0].end_pfn);
		else
			zdm_outf(o, "<td>-");
		zdm_outf(o, "<td>%" PRIu32 "<td>%s\n", p[i].nr_ranges, zdm_pgmap_state(&p[i]));
	}
	zdm_outf(o, "%s</section>\n", nr > MAX_CARDS ? "</table></div>" : "");
}

static void put_blocks(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_block *b;
	size_t nr = zdm_model_blocks(m, &b), i, j, rows = 0;

	zdm_outf(o, "<section><h2>Memory blocks: %zu</h2>\n<div class=\"card\"><table>"
		 "<tr><th>sections<th>blocks<th>state\n", nr);
	for (i = 0; i < nr && rows < MAX_BLOCK_ROWS; i = j, rows++) {
		for (j = i + 1; j < nr && b[j].state == b[i].state &&
		     b[j].start_section_nr == b[j - 1].end_section_nr; j++)
			;
		zdm_outf(o, "<tr><td>%" PRIu64 "-%" PRIu64 "<td>%zu<td>%s\n", b[i].start_section_nr,
			 b[j - 1].end_section_nr - 1, j - i, zdm_block_state_name(b[i].state));
	}
	if (i < nr)
		zdm_outf(o, "<tr><td colspan=\"3\">%zu more, left out here\n", nr - i);
	zdm_outf(o, "</table></div></section>\n");
}

enum zdm_status zdm_map_html(const struct zdm_model *m, const struct zdm_map_opts *opts,
			     const struct zdm_sink *out)
{
	struct zdm_map_opts own;
	enum zdm_status st = zdm_map_take(m, opts, &own);
	struct zdm_out o = { .sink = out };
	const struct zdm_pgmap *p;

	if (st != ZDM_OK)
		return st;
	put_head(&o, &own);
	put_headline(&o, m, &own);
	zdm_outf(&o, "<main><section><h2>Map</h2>\n<p>A row is 64 sections; what is mixed is opened below "
		 "it. Point at a range, or reach it with the Tab key, for its evidence; "
		 "That of every single frame is in the report on it.</p>\n<div class=\"scroll\" tabindex=\"0\" "
		 "role=\"region\" aria-label=\"map\">\n");
	st = zdm_map_grid(&o, m, &own, zdm_model_pgmaps(m, &p) > MAX_CARDS ?
			  EVIDENCE_BYTES_LARGE : EVIDENCE_BYTES);
	if (st != ZDM_OK)
		zdm_out_fail(&o, st);
	zdm_outf(&o, "</div></section>\n");
	put_pgmaps(&o, m);
	put_blocks(&o, m);
	zdm_outf(&o, "</main></body></html>\n");
	return o.status;
}

enum zdm_status zdm_map_svg(const struct zdm_model *m, const struct zdm_map_opts *opts,
			    const struct zdm_sink *out)
{
	struct zdm_map_opts own;
	enum zdm_status st = zdm_map_take(m, opts, &own);
	struct zdm_out o = { .sink = out };

	if (st == ZDM_OK)
		st = zdm_map_grid(&o, m, &own, 0);
	return st != ZDM_OK ? st : o.status;
}

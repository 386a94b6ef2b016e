// SPDX-License-Identifier: LGPL-2.1-or-later
/* One screen: the kernel, its pgmaps, and how many pages are of which class. */
#include <inttypes.h>
#include <string.h>

#include "report/report.h"

#define MAX_PGMAPS_SHOWN 12u	/* more would not be one screen; `zdm pgmaps` lists all */

static void report_kernel(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	char page[ZDM_SIZE_LEN], section[ZDM_SIZE_LEN], subsection[ZDM_SIZE_LEN];
	const struct zdm_section *sec;
	const struct zdm_block *block;
	uint64_t nr_flag[ZDM_NR_SECTION_FLAGS] = { 0 };
	size_t nr, i, f;

	zdm_outf(o, "KERNEL    %s %s\n", k->release[0] ? k->release : "(release not known)",
		 k->machine);
	zdm_outf(o, "SOURCES   symbols: %s, types: %s\n", k->symbols, k->types);
	zdm_outf(o, "UNITS     page %s, section %s (%#" PRIx64 " pages), sub-section %s (%#" PRIx64
		 " pages)\n", zdm_size_text(k->page_size, page),
		 zdm_size_text(k->section_pages * k->page_size, section), k->section_pages,
		 zdm_size_text(k->subsection_pages * k->page_size, subsection),
		 k->subsection_pages);
	zdm_outf(o, "MEMMAP    %016" PRIx64 ", struct page of %" PRIu64 " bytes", k->vmemmap_kaddr,
		 k->page_struct_bytes);
	zdm_outf(o, k->kaslr_offset ? ", KASLR offset %#" PRIx64 "\n" : "\n", k->kaslr_offset);
	nr = zdm_model_sections(m, &sec);
	for (i = 0; i < nr; i++)
		for (f = 0; f < ZDM_NR_SECTION_FLAGS; f++)
			nr_flag[f] += (sec[i].flags & zdm_section_flags[f].flag) != 0;
	zdm_outf(o, "SECTIONS  %zu:", nr);
	for (f = 0; f < ZDM_NR_SECTION_FLAGS; f++) {
		if (!nr_flag[f])
			continue;
		if (zdm_section_flags[f].letter)
			zdm_outf(o, " %c %" PRIu64, zdm_section_flags[f].letter, nr_flag[f]);
		else
			zdm_outf(o, " PREINIT %" PRIu64, nr_flag[f]);
	}
	zdm_outf(o, "; memory blocks: %zu\n", zdm_model_blocks(m, &block));
}

/* Lowest to highest PFN of a pgmap; false when it has no range. */
static bool pgmap_span(const struct zdm_pgmap *p, struct zdm_pfn_range *span, uint64_t *pages)
{
	uint32_t i;

	*pages = 0;
	for (i = 0; i < p->nr_ranges; i++) {
		const struct zdm_pfn_range *r = &p->ranges[i];

		if (!i || r->start_pfn < span->start_pfn)
			span->start_pfn = r->start_pfn;
		if (!i || r->end_pfn > span->end_pfn)
			span->end_pfn = r->end_pfn;
		*pages += r->end_pfn - r->start_pfn;
	}
	return p->nr_ranges > 0;
}

static void report_pgmap(struct zdm_out *o, const struct zdm_model *m, size_t index,
			 const struct zdm_pgmap *p)
{
	char size[ZDM_SIZE_LEN], start[ZDM_PFN_LEN], end[ZDM_PFN_LEN];
	struct zdm_pfn_range span;
	uint64_t pages;

	if (p->status != ZDM_OK) {
		zdm_outf(o, "%5zu %016" PRIx64 " %s\n", index, p->kaddr,
			 zdm_status_name(p->status));
		return;
	}
	zdm_outf(o, "%5zu %016" PRIx64 " %-11s", index, p->kaddr, p->type);
	if (pgmap_span(p, &span, &pages))
		zdm_outf(o, " %12s %12s %8s", zdm_pfn_text(span.start_pfn, start),
			 zdm_pfn_text(span.end_pfn, end),
			 zdm_size_text(pages * zdm_model_kernel(m)->page_size, size));
	else
		zdm_outf(o, " %12s %12s %8s", "-", "-", "-");
	if (p->nr_range >= 0)
		zdm_outf(o, " %3" PRId64 "/%-3" PRIu32, p->nr_range, p->nr_ranges);
	else
		zdm_outf(o, "   -/%-3" PRIu32, p->nr_ranges);
	zdm_outf(o, " %5" PRIu64 " %-7s", p->vmemmap_shift, zdm_pgmap_state(p));
	if (p->altmap_status == ZDM_OK)
		zdm_outf(o, " reserve %" PRIu64 " free %" PRIu64 "\n", p->altmap.reserve,
			 p->altmap.free);
	else
		zdm_outf(o, " %s\n", p->altmap_status == ZDM_ABSENT ? "-" :
			 zdm_status_name(p->altmap_status));
}

static void report_pgmaps(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;

	if (!nr) {
		zdm_outf(o, "\n%s\n", zdm_no_pgmap_text(m));
		return;
	}
	zdm_outf(o, "\n%5s %-16s %-11s %12s %12s %8s %7s %5s %-7s %s\n", "PGMAP", "KADDR", "TYPE",
		 "START_PFN", "END_PFN", "SIZE", "RANGES", "SHIFT", "REF", "ALTMAP");
	for (i = 0; i < nr && i < MAX_PGMAPS_SHOWN; i++)
		report_pgmap(o, m, i, &p[i]);
	if (i < nr)
		zdm_outf(o, "      … and %zu more, left out here\n", nr - i);
}

struct total {
	uint64_t pages, ranges;
	uint64_t missing;	/* valid pages whose struct pages the dump lacks in full or part */
	bool valid[3];		/* by enum zdm_tri: occurs */
};

static const char *valid_text(const struct total *t)
{
	int kinds = t->valid[ZDM_NO] + t->valid[ZDM_YES] + t->valid[ZDM_UNKNOWN];

	if (kinds > 1)
		return "mixed";
	return zdm_tri_name(t->valid[ZDM_YES] ? ZDM_YES : t->valid[ZDM_NO] ? ZDM_NO : ZDM_UNKNOWN);
}

/* Of those of its ranges that are what the case says. */
static int case_of(enum zdm_class cls, const struct total *t)
{
	int valid, n = 0;

	for (valid = 0; valid < 3 && !n; valid++)
		n = t->valid[valid] ? zdm_verdict_case(cls, (enum zdm_tri)valid) : 0;
	return n;
}

static void report_totals(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_range *r;
	struct total total[ZDM_NR_CLASSES];
	size_t nr = zdm_model_ranges(m, &r), i;
	char size[ZDM_SIZE_LEN];
	int c;

	memset(total, 0, sizeof(total));
	for (i = 0; i < nr; i++) {
		struct total *t = &total[r[i].cls];

		t->pages += r[i].end_pfn - r[i].start_pfn;
		t->ranges++;
		t->valid[r[i].valid] = true;
		if (r[i].valid == ZDM_YES &&
		    (r[i].in_dump == ZDM_IN_DUMP_NO || r[i].in_dump == ZDM_IN_DUMP_PARTLY))
			t->missing += r[i].end_pfn - r[i].start_pfn;
	}
	zdm_outf(o, "\n%-9s %-7s %4s %12s %9s %7s  %s\n", "CLASS", "VALID", "CASE", "PAGES", "SIZE",
		 "RANGES", "VALID_BUT_NOT_IN_DUMP");
	for (c = 0; c < ZDM_NR_CLASSES; c++) {
		const struct total *t = &total[c];
		char nr_case[] = { (char)('0' + case_of((enum zdm_class)c, t)), '\0' };

		if (!t->ranges)
			continue;
		zdm_outf(o, "%-9s %-7s %4s %12" PRIu64 " %9s %7" PRIu64 "  ",
			 zdm_class_name((enum zdm_class)c), valid_text(t),
			 nr_case[0] == '0' ? "-" : nr_case, t->pages,
			 zdm_size_text(t->pages * zdm_model_kernel(m)->page_size, size), t->ranges);
		zdm_outf(o, t->missing ? "%" PRIu64 "\n" : "-\n", t->missing);
	}
}

enum zdm_status zdm_report_summary(const struct zdm_model *m, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const char *const *warning;
	size_t nr, i;

	report_kernel(&o, m);
	report_pgmaps(&o, m);
	report_totals(&o, m);
	nr = zdm_model_warnings(m, &warning);
	if (nr)
		zdm_outf(&o, "\n");
	for (i = 0; i < nr; i++)
		zdm_outf(&o, "WARNING   %s\n", warning[i]);
	return o.status;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* Ranges, sections and pgmaps as columns. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"

/* "3", or "-" for none; buf of 24. */
static const char *index_text(int64_t i, int64_t none, char *buf)
{
	if (i == none)
		return "-";
	snprintf(buf, 24, "%" PRId64, i);
	return buf;
}

enum zdm_status zdm_report_ranges(const struct zdm_model *m, int cls, const struct zdm_sink *out)
{
	return zdm_ranges_fixed(m, cls == ZDM_CLASS_ANY ? 0 : UINT32_C(1) << cls, out);
}

enum zdm_status zdm_ranges_fixed(const struct zdm_model *m, uint32_t classes,
				 const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;

	zdm_outf(&o, "%12s %12s %12s %-8s %-7s %4s %5s %-7s %-14s %s\n", "START_PFN", "END_PFN",
		 "PAGES", "CLASS", "VALID", "CASE", "PGMAP", "MEMMAP", "MEMMAP_IN_DUMP", "REASON");
	for (i = 0; i < nr && !o.stopped; i++) {
		char nr_case[24], pgmap[24], start[ZDM_PFN_LEN], end[ZDM_PFN_LEN];

		if (classes && !(classes >> r[i].cls & 1))
			continue;
		zdm_outf(&o, "%12s %12s %12" PRIu64 " %-8s %-7s %4s %5s %-7s %-14s %s\n",
			 zdm_pfn_text(r[i].start_pfn, start), zdm_pfn_text(r[i].end_pfn, end),
			 r[i].end_pfn - r[i].start_pfn,
			 zdm_class_name(r[i].cls), zdm_tri_name(r[i].valid),
			 index_text(zdm_verdict_case(r[i].cls, r[i].valid), 0, nr_case),
			 index_text(r[i].pgmap, -1, pgmap), zdm_memmap_name(r[i].memmap),
			 zdm_in_dump_name(r[i].in_dump), zdm_reason_text(r[i].reason));
	}
	return o.status;
}

static void report_section(struct zdm_out *o, const struct zdm_model *m,
			   const struct zdm_section *sec)
{
	uint64_t pages = zdm_model_kernel(m)->section_pages;
	char flags[ZDM_FLAGS_LEN], runs[ZDM_SUBSECTIONS_LEN];
	char start[ZDM_PFN_LEN], end[ZDM_PFN_LEN];
	const struct zdm_block *block;
	size_t nr_blocks = zdm_model_blocks(m, &block);
	const char *state = "-";

	if (sec->block >= 0 && (size_t)sec->block < nr_blocks)
		state = zdm_block_state_name(block[sec->block].state);
	zdm_outf(o, "%8" PRIu64 " %12s %12s %-13s %-13s %016" PRIx64 " ", sec->nr,
		 zdm_pfn_text(sec->nr * pages, start), zdm_pfn_text((sec->nr + 1) * pages, end),
		 sec->status == ZDM_OK ? zdm_section_flags_text(sec->flags, flags) :
		 zdm_status_name(sec->status), state, sec->kaddr);
	if (sec->usage_kaddr)
		zdm_outf(o, "%016" PRIx64, sec->usage_kaddr);
	else
		zdm_outf(o, "%-16s", "-");
	zdm_outf(o, " %s\n", zdm_subsections_text(m, sec, runs, sizeof(runs)));
}

enum zdm_status zdm_report_sections(const struct zdm_model *m, uint64_t nr, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_section *sec;
	size_t count = zdm_model_sections(m, &sec), i;

	if (nr != UINT64_MAX && !zdm_section_find(m, nr)) {
		zdm_outf(&o, "section %" PRIu64 " is not present\n", nr);
		return o.status;
	}
	zdm_outf(&o, "%8s %12s %12s %-13s %-13s %-16s %-16s %s\n", "NR", "START_PFN", "END_PFN",
		 "FLAGS", "BLOCK", "SECTION", "USAGE", "SUBSECTIONS");
	for (i = 0; i < count && !o.stopped; i++)
		if (nr == UINT64_MAX || sec[i].nr == nr)
			report_section(&o, m, &sec[i]);
	return o.status;
}

static void report_altmap(struct zdm_out *o, const struct zdm_pgmap *p)
{
	const struct zdm_altmap *a = &p->altmap;

	if (p->altmap_status == ZDM_ABSENT) {
		zdm_outf(o, "  altmap    none: the memmap is in RAM\n");
		return;
	}
	if (p->altmap_status != ZDM_OK) {
		zdm_outf(o, "  altmap    %s\n", zdm_status_name(p->altmap_status));
		return;
	}
	zdm_outf(o, "  altmap    base_pfn %#" PRIx64, a->base_pfn);
	if (a->end_pfn)
		zdm_outf(o, " end_pfn %#" PRIx64, a->end_pfn);
	zdm_outf(o, " reserve %" PRIu64 " free %" PRIu64 " align %" PRIu64 " alloc %" PRIu64 "\n",
		 a->reserve, a->free, a->align, a->alloc);
	zdm_outf(o, "            reserve 0x%" PRIx64 "-0x%" PRIx64, a->base_pfn,
		 a->base_pfn + a->reserve);
	zdm_outf(o, ", memmap 0x%" PRIx64 "-0x%" PRIx64 "\n", a->base_pfn + a->reserve,
		 a->base_pfn + a->reserve + a->free);
}

static void report_pgmap(struct zdm_out *o, const struct zdm_model *m, size_t index,
			 const struct zdm_pgmap *p)
{
	char size[ZDM_SIZE_LEN];
	uint32_t i;

	zdm_outf(o, "pgmap %zu   %016" PRIx64, index, p->kaddr);
	if (p->status != ZDM_OK) {
		zdm_outf(o, "  %s\n", zdm_status_name(p->status));
		return;
	}
	zdm_outf(o, "  type %s  flags 0x%" PRIx64 "  vmemmap_shift %" PRIu64 "  ref %s\n", p->type,
		 p->flags, p->vmemmap_shift, zdm_pgmap_state(p));
	if (p->nr_range >= 0)
		zdm_outf(o, "  nr_range  %" PRId64 " of %" PRIu32 "\n", p->nr_range, p->nr_ranges);
	for (i = 0; i < p->nr_ranges && !o->stopped; i++) {
		const struct zdm_pfn_range *r = &p->ranges[i];

		zdm_outf(o, "  range %-3" PRIu32 " 0x%" PRIx64 "-0x%" PRIx64, i, r->start_pfn,
			 r->end_pfn);
		zdm_outf(o, "  %" PRIu64 " pages, %s%s\n", r->end_pfn - r->start_pfn,
			 zdm_size_text((r->end_pfn - r->start_pfn) *
				       zdm_model_kernel(m)->page_size, size),
			 p->nr_range >= 0 && i >= p->nr_range ? ", not finished" : "");
	}
	report_altmap(o, p);
}

enum zdm_status zdm_report_pgmaps(const struct zdm_model *m, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;

	if (!nr)
		zdm_outf(&o, "%s\n", zdm_no_pgmap_text(m));
	for (i = 0; i < nr && !o.stopped; i++)
		report_pgmap(&o, m, i, &p[i]);
	return o.status;
}

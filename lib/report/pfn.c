// SPDX-License-Identifier: LGPL-2.1-or-later
/* One page frame: the verdict, the evidence, and the struct page if it may be believed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/page.h>

#include "page/page.h"
#include "report/report.h"

static void report_verdict(struct zdm_out *o, const struct zdm_range *r)
{
	int nr_case = zdm_class_case(r->cls);

	zdm_outf(o, "  verdict   %s, memmap %s", zdm_class_name(r->cls),
		 r->valid == ZDM_YES ? "valid" : r->valid == ZDM_NO ? "invalid" :
		 "validity unknown");
	if (nr_case)
		zdm_outf(o, ", case %d", nr_case);
	zdm_outf(o, "\n  range     0x%" PRIx64 "-0x%" PRIx64 "\n", r->start_pfn, r->end_pfn);
	zdm_outf(o, "  reason    %s", zdm_reason_text(r->reason));
	if (r->evidence_kaddr)
		zdm_outf(o, ", at %016" PRIx64, r->evidence_kaddr);
	zdm_outf(o, "\n");
}

static void report_evidence(struct zdm_out *o, const struct zdm_model *m, uint64_t pfn)
{
	size_t len = zdm_pfn_evidence(m, pfn, NULL, 0);
	char *text = malloc(len + 1), *line, *save = NULL;

	if (!text)
		return;
	text[0] = '\0';
	zdm_pfn_evidence(m, pfn, text, len + 1);
	zdm_outf(o, "  evidence\n");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		zdm_outf(o, "    %s\n", line);
	free(text);
}

static void report_page(struct zdm_out *o, struct zdm_session *s, uint64_t pfn)
{
	char names[512];
	struct zdm_page p;
	enum zdm_status st = zdm_page_read(s, pfn, &p);

	if (st != ZDM_OK) {
		zdm_outf(o, "  struct page: %s\n", st == ZDM_ABSENT ? "not mapped" :
			 "valid, but its bytes are not in the dump");
		return;
	}
	zdm_page_flag_names(s, p.flags, names, sizeof(names));
	zdm_outf(o, "  struct page\n");
	zdm_outf(o, "    flags     %016" PRIx64 "%s%s\n", p.flags, names[0] ? " " : "", names);
	if (p.zone >= 0)
		zdm_outf(o, "    zone      %d%s, node %d\n", p.zone, zdm_zone_name(s, p.zone),
			 p.node);
	zdm_outf(o, "    refcount  %d, mapcount %d\n", p.refcount, p.mapcount);
	if (p.is_tail)
		zdm_outf(o, "    word 1    %016" PRIx64 " tail of %016" PRIx64 "\n", p.word1,
			 p.head_kaddr);
	else
		zdm_outf(o, "    word 1    %016" PRIx64 "\n", p.word1);
	zdm_outf(o, "    word 2    %016" PRIx64 "\n", p.word2);
}

void zdm_report_pfn(struct zdm_session *s, const struct zdm_model *m, uint64_t pfn,
		    const struct zdm_sink *out)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	const struct zdm_range *r = zdm_range_find(m, pfn);
	struct zdm_out o = { .sink = out };

	zdm_outf(&o, "PFN 0x%" PRIx64 "  (phys 0x%" PRIx64 ", struct page %016" PRIx64
		 ", section %" PRIu64 ")\n", pfn, pfn * k->page_size, zdm_page_kaddr(k, pfn),
		 pfn / k->section_pages);
	if (!r) {
		zdm_outf(&o, "  verdict   absent, memmap invalid\n"
			 "  reason    beyond the last section and the last pgmap\n");
		return;
	}
	report_verdict(&o, r);
	report_evidence(&o, m, pfn);
	if (r->valid == ZDM_YES)
		report_page(&o, s, pfn);
	else
		zdm_outf(&o, "  struct page: not shown, it must not be believed\n");
}

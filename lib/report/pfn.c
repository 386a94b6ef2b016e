// SPDX-License-Identifier: LGPL-2.1-or-later
/* One page frame: the verdict, the evidence, and the struct page if it may be believed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/page.h>

#include "page/page.h"
#include "report/report.h"

static void report_verdict(struct zdm_out *o, const struct zdm_page_judgement *j)
{
	const struct zdm_range *r = j->range;
	int nr_case = zdm_verdict_case(r->cls, j->valid);
	char bytes[256];

	zdm_outf(o, "  verdict   %s, memmap %s", zdm_class_name(r->cls),
		 j->valid == ZDM_YES ? "valid" : j->valid == ZDM_NO ? "invalid" :
		 "validity unknown");
	if (nr_case)
		zdm_outf(o, ", case %d", nr_case);
	zdm_outf(o, "\n  range     0x%" PRIx64 "-0x%" PRIx64 "\n", r->start_pfn, r->end_pfn);
	/* where the bytes have the last word, it is not the whole reason */
	zdm_outf(o, "  reason    %s%s", j->valid == j->structure ? "" : "by structure: ",
		 zdm_reason_text(r->reason));
	if (r->evidence_kaddr)
		zdm_outf(o, ", at %016" PRIx64, r->evidence_kaddr);
	zdm_outf(o, "\n");
	if (zdm_judgement_text(j, bytes, sizeof(bytes)))
		zdm_outf(o, "  bytes     %s\n", bytes);
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

static void report_decoded(struct zdm_out *o, const struct zdm_session *s, const struct zdm_page *p)
{
	char names[512];

	zdm_page_flag_names(s, p->flags, names, sizeof(names));
	zdm_outf(o, "  struct page\n");
	zdm_outf(o, "    flags     %016" PRIx64 "%s%s\n", p->flags, names[0] ? " " : "", names);
	if (p->zone >= 0)
		zdm_outf(o, "    zone      %d%s, node %d\n", p->zone, zdm_zone_name(s, p->zone),
			 p->node);
	zdm_outf(o, "    refcount  %d, mapcount %d\n", p->refcount, p->mapcount);
	if (p->is_tail)
		zdm_outf(o, "    word 1    %016" PRIx64 " tail of %016" PRIx64 "\n", p->word1,
			 p->head_kaddr);
	else
		zdm_outf(o, "    word 1    %016" PRIx64 "\n", p->word1);
	zdm_outf(o, "    word 2    %016" PRIx64 "\n", p->word2);
}

/* The bytes that had the veto, so that they can be seen; not what they would mean. */
static void report_raw(struct zdm_out *o, const struct zdm_page *p)
{
	uint32_t i;

	zdm_outf(o, "  struct page: not decoded, its bytes must not be believed\n");
	for (i = 0; i < p->nr_bytes; i += 8) {
		uint64_t word;

		memcpy(&word, p->bytes + i, sizeof(word));
		zdm_outf(o, "%s%016" PRIx64 "%s", i % 32 ? " " : i ? "              " :
			 "    raw       ", word, i % 32 == 24 || i + 8 == p->nr_bytes ? "\n" : "");
	}
}

static void report_page(struct zdm_out *o, const struct zdm_session *s,
			const struct zdm_page_judgement *j)
{
	if (j->valid == ZDM_YES && j->status == ZDM_OK)
		report_decoded(o, s, &j->page);
	else if (j->valid == ZDM_YES)
		zdm_outf(o, "  struct page: %s\n", j->status == ZDM_ABSENT ? "not mapped" :
			 "valid, but its bytes are not in the dump");
	else if (j->structure != ZDM_NO && j->status == ZDM_OK && j->found[0])
		report_raw(o, &j->page);
	else
		zdm_outf(o, "  struct page: not shown, it must not be believed\n");
}

enum zdm_status zdm_report_pfn(const struct zdm_session *s, const struct zdm_model *m,
			       uint64_t pfn, const struct zdm_sink *out)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_out o = { .sink = out };
	struct zdm_page_judgement j;

	zdm_page_judge(s, m, pfn, &j);
	zdm_outf(&o, "PFN 0x%" PRIx64 "  (phys 0x%" PRIx64 ", struct page %016" PRIx64
		 ", section %" PRIu64 ")\n", pfn, pfn * k->page_size, zdm_page_kaddr(k, pfn),
		 pfn / k->section_pages);
	if (!j.range) {
		zdm_outf(&o, "  verdict   absent, memmap invalid\n"
			 "  reason    beyond the last section and the last pgmap\n");
		return o.status;
	}
	report_verdict(&o, &j);
	report_evidence(&o, m, pfn);
	report_page(&o, s, &j);
	return o.status;
}

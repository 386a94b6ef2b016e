// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a few struct pages say of the verdicts, for the end of a summary. */
#include <inttypes.h>

#include "page/sample.h"
#include "report/report.h"

#define MAX_LOOKS 2048u		/* in all: a millisecond or two */
#define MAX_LINES 6u

size_t zdm_report_sample(const struct zdm_session *s, const struct zdm_model *m,
			 const struct zdm_sink *out)
{
	uint64_t budget = MAX_LOOKS;
	struct zdm_out o = { .sink = out };
	const struct zdm_range *r;
	struct zdm_vetoes v;
	struct zdm_look look;
	size_t nr = zdm_model_ranges(m, &r), i, against = 0;

	if (!zdm_model_kernel(m)->vmemmap_kaddr)
		return 0;
	zdm_vetoes_init(&v, s, m);
	for (i = 0; i < nr && budget; i++) {
		zdm_sample_range(&v, &r[i], &budget, &look);
		if (!look.against || against++ >= MAX_LINES)
			continue;
		zdm_outf(&o, "%sWARNING   0x%" PRIx64 "-0x%" PRIx64 " is %s, but %" PRIu64 " of %"
			 PRIu64 " struct pages looked at speak against it: that of 0x%" PRIx64
			 ": %s\n",
			 against == 1 ? "\n" : "", r[i].start_pfn, r[i].end_pfn,
			 zdm_class_name(r[i].cls), look.against, look.looked, look.first_pfn,
			 zdm_veto_words(look.why));
	}
	if (against > MAX_LINES)
		zdm_outf(&o, "WARNING   … and %zu more ranges\n", against - MAX_LINES);
	zdm_vetoes_deinit(&v);
	return against;
}

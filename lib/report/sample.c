// SPDX-License-Identifier: LGPL-2.1-or-later
/* What a few struct pages say of the verdicts, for the end of a summary. */
#include <inttypes.h>
#include <stdio.h>

#include "page/sample.h"
#include "report/report.h"

#define MAX_LOOKS 4096u		/* in all, of either kind: a millisecond or two */
#define MAX_LINES 6u

size_t zdm_sample_lines(const struct zdm_session *s, const struct zdm_model *m, zdm_sample_fn fn,
			void *priv)
{
	struct zdm_look_budget budget = { MAX_LOOKS, MAX_LOOKS };
	const struct zdm_range *r;
	struct zdm_vetoes v;
	struct zdm_look look;
	size_t nr = zdm_model_ranges(m, &r), i, against = 0;
	char line[256];
	/* where there are too many to look at each: odd, so as not to keep step with compound pages */
	size_t stride = nr * ZDM_LOOK_SPREAD <= MAX_LOOKS ? 1 :
			(nr * ZDM_LOOK_SPREAD / MAX_LOOKS + 1) | 1;

	if (!zdm_model_kernel(m)->vmemmap_kaddr)
		return 0;
	zdm_vetoes_init(&v, s, m);
	for (i = 0; i < nr; i += stride) {
		zdm_sample_range(&v, &r[i], &budget, &look);
		if (!look.against || against++ >= MAX_LINES || !fn)
			continue;
		snprintf(line, sizeof(line), "0x%" PRIx64 "-0x%" PRIx64 " is %s, but %" PRIu64
			 " of %" PRIu64 " struct pages looked at speak against it: that of 0x%" PRIx64
			 ": %s", r[i].start_pfn, r[i].end_pfn, zdm_class_name(r[i].cls), look.against,
			 look.looked, look.first_pfn, zdm_veto_words(look.why));
		fn(priv, line);
	}
	zdm_vetoes_deinit(&v);
	if (against > MAX_LINES && fn) {
		snprintf(line, sizeof(line), "… and %zu more ranges", against - MAX_LINES);
		fn(priv, line);
	}
	return against;
}

struct printer {
	struct zdm_out o;
	bool any;
};

static void print_line(void *priv, const char *line)
{
	struct printer *p = priv;

	zdm_outf(&p->o, "%sWARNING   %s\n", p->any ? "" : "\n", line);
	p->any = true;
}

size_t zdm_report_sample(const struct zdm_session *s, const struct zdm_model *m,
			 const struct zdm_sink *out)
{
	struct printer p = { .o = { .sink = out } };

	return zdm_sample_lines(s, m, print_line, &p);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* case: one group, from its words to its findings. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "oops/judge.h"

#define MAX_PFN (UINT64_C(1) << 36)	/* physical memory is at most 2^48 bytes here */

struct oops_finding *oops_finding_add(struct oops_case *c, const struct oops_finding *f,
				      const char *text)
{
	struct oops_finding *p = realloc(c->finding, (c->nr_findings + 1) * sizeof(*p));
	char *copy = strdup(text);

	if (p)
		c->finding = p;
	if (!p || !copy) {
		c->status = ZDM_NOMEM;
		free(copy);
		return NULL;
	}
	p = &c->finding[c->nr_findings++];
	*p = *f;
	p->text = copy;
	return p;
}

void oops_note_add(struct oops_case *c, const char *text)
{
	char *all = NULL;

	if (asprintf(&all, "%s%s", c->note ? c->note : "", text) < 0) {
		c->status = ZDM_NOMEM;
		return;
	}
	free(c->note);
	c->note = all;
}

static void use_dump(struct oops_case *c)
{
	const struct zdm_kernel *k = zdm_model_kernel(c->m);

	c->base_kaddr = k->vmemmap_kaddr;
	c->page_bytes = k->page_struct_bytes ? k->page_struct_bytes : OOPS_PAGE_BYTES;
	c->page_size = k->page_size ? k->page_size : OOPS_PAGE_SIZE;
	c->end_pfn = c->s->g.nr_sections_max * c->s->g.section_pages;
}

static void use_text(struct oops_case *c)
{
	c->page_bytes = OOPS_PAGE_BYTES;
	c->page_size = OOPS_PAGE_SIZE;
	c->end_pfn = MAX_PFN;
	c->base_kaddr = oops_base_of_text(c, c->base_by, sizeof(c->base_by));
}

enum zdm_status oops_case_init(struct oops_case *c, struct zdm_session *s,
			       const struct zdm_model *m, const struct zdm_oops *o,
			       const struct oops_group *g)
{
	memset(c, 0, sizeof(*c));
	c->s = s;
	c->m = m;
	c->o = o;
	c->g = g;
	oops_label(g, c->label);
	c->hit = calloc(g->nr ? g->nr : 1, sizeof(*c->hit));
	if (!c->hit)
		return ZDM_NOMEM;
	if (m) {
		use_dump(c);
		oops_compare(c);
	}
	/* what is of another kernel is read as if there were no dump */
	if (!m || c->foreign[0]) {
		c->s = NULL;
		c->m = NULL;
		use_text(c);
	}
	c->nr_hits = g->nr;
	oops_find_hits(c);
	if (c->m)
		oops_judge_dump(c);
	else
		oops_judge_alone(c);
	return c->status;
}

void oops_case_deinit(struct oops_case *c)
{
	size_t i;

	for (i = 0; i < c->nr_findings; i++)
		free(c->finding[i].text);
	free(c->finding);
	free(c->hit);
	free(c->note);
}

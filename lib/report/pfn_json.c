// SPDX-License-Identifier: LGPL-2.1-or-later
/* One page frame as a JSON object of docs/output.md. */
#include <stdlib.h>
#include <string.h>

#include <zdm/page.h>

#include "page/page.h"
#include "report/report.h"
#include "report/verdict.h"

static struct json_object *evidence_json(struct zdm_out *to, const struct zdm_model *m,
					 uint64_t pfn)
{
	struct json_object *a = zdm_json_array(to);
	size_t len = zdm_pfn_evidence(m, pfn, NULL, 0);
	char *text = malloc(len + 1), *line, *save = NULL;

	if (!text) {
		zdm_out_fail(to, ZDM_NOMEM);
		return a;
	}
	text[0] = '\0';
	zdm_pfn_evidence(m, pfn, text, len + 1);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		zdm_json_append(to, a, zdm_json_string(to, line));
	free(text);
	return a;
}

/* null: not to be believed, or not to be had. */
static void add_page(struct zdm_out *to, struct json_object *o, const struct zdm_session *s,
		     const struct zdm_page_judgement *j)
{
	const struct zdm_page *p = &j->page;
	struct json_object *page;
	char names[512];

	if (j->valid != ZDM_YES || j->status != ZDM_OK) {
		zdm_json_null(to, o, "struct_page");
		return;
	}
	page = zdm_json_object(to);
	zdm_page_flag_names(s, p->flags, names, sizeof(names));
	zdm_json_hex(to, page, "flags", p->flags);
	zdm_json_str(to, page, "flag_names", names);
	zdm_json_opt(to, page, "zone", p->zone >= 0, p->zone);
	zdm_json_opt(to, page, "node", p->node >= 0, p->node);
	zdm_json_int(to, page, "refcount", p->refcount);
	zdm_json_int(to, page, "mapcount", p->mapcount);
	zdm_json_hex(to, page, "word1", p->word1);
	zdm_json_hex(to, page, "word2", p->word2);
	if (p->is_tail)
		zdm_json_hex(to, page, "head", p->head_kaddr);
	else
		zdm_json_null(to, page, "head");
	zdm_json_add(to, o, "struct_page", page);
}

enum zdm_status zdm_report_pfn_json(const struct zdm_session *s, const struct zdm_model *m,
				    uint64_t pfn, const struct zdm_sink *out)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_out to = { .sink = out };
	struct json_object *o = zdm_json_object(&to);
	struct zdm_page_judgement j;

	zdm_page_judge(s, m, pfn, &j);
	zdm_json_num(&to, o, "pfn", pfn);
	zdm_json_hex(&to, o, "phys", pfn * k->page_size);
	zdm_json_hex(&to, o, "page", zdm_page_kaddr(k, pfn));
	zdm_json_num(&to, o, "section", pfn / k->section_pages);
	zdm_json_verdict(&to, o, m, j.range, j.valid);
	zdm_json_str(&to, o, "structure", zdm_tri_name(j.structure));
	zdm_json_str(&to, o, "bytes", zdm_bytes_name(j.bytes));
	zdm_json_str(&to, o, "found", j.found[0] ? j.found : NULL);
	zdm_json_add(&to, o, "evidence", evidence_json(&to, m, pfn));
	add_page(&to, o, s, &j);
	zdm_json_put(&to, o);
	return to.status;
}

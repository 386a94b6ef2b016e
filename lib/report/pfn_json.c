// SPDX-License-Identifier: LGPL-2.1-or-later
/* One page frame as a JSON object of docs/output.md. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <zdm/page.h>

#include "page/page.h"
#include "report/report.h"

static struct json_object *hex(uint64_t v)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%016" PRIx64, v);
	return json_object_new_string(buf);
}

static void add_str(struct json_object *o, const char *key, const char *s)
{
	json_object_object_add(o, key, json_object_new_string(s));
}

static void add_num(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static void add_verdict(struct json_object *o, const struct zdm_model *m,
			const struct zdm_page_judgement *j)
{
	const struct zdm_range *r = j->range;
	int nr_case = r ? zdm_class_case(r->cls) : 0;
	char *reason = r ? zdm_reason_alloc(m, r) : NULL;

	add_str(o, "class", zdm_class_name(r ? r->cls : ZDM_CLASS_ABSENT));
	add_str(o, "valid", zdm_tri_name(j->valid));
	json_object_object_add(o, "case", nr_case ? json_object_new_int(nr_case) : NULL);
	json_object_object_add(o, "pgmap", r && r->pgmap >= 0 ? json_object_new_int(r->pgmap) :
			       NULL);
	add_str(o, "memmap", zdm_memmap_name(r ? r->memmap : ZDM_MEMMAP_NONE));
	add_str(o, "in_dump", zdm_in_dump_name(r ? r->in_dump : ZDM_IN_DUMP_NO));
	add_str(o, "reason", reason ? reason : "beyond the last section and the last pgmap");
	free(reason);
	add_str(o, "structure", zdm_tri_name(j->structure));
	add_str(o, "bytes", zdm_bytes_name(j->bytes));
	json_object_object_add(o, "found", j->found[0] ? json_object_new_string(j->found) : NULL);
}

static struct json_object *evidence_json(const struct zdm_model *m, uint64_t pfn)
{
	struct json_object *a = json_object_new_array();
	size_t len = zdm_pfn_evidence(m, pfn, NULL, 0);
	char *text = malloc(len + 1), *line, *save = NULL;

	if (!text)
		return a;
	text[0] = '\0';
	zdm_pfn_evidence(m, pfn, text, len + 1);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		json_object_array_add(a, json_object_new_string(line));
	free(text);
	return a;
}

/* NULL: not to be believed, or not to be had. */
static struct json_object *page_json(struct zdm_session *s, const struct zdm_page_judgement *j)
{
	const struct zdm_page *p = &j->page;
	struct json_object *o;
	char names[512];

	if (j->valid != ZDM_YES || j->status != ZDM_OK)
		return NULL;
	o = json_object_new_object();
	zdm_page_flag_names(s, p->flags, names, sizeof(names));
	json_object_object_add(o, "flags", hex(p->flags));
	add_str(o, "flag_names", names);
	json_object_object_add(o, "zone", p->zone >= 0 ? json_object_new_int(p->zone) : NULL);
	json_object_object_add(o, "node", p->node >= 0 ? json_object_new_int(p->node) : NULL);
	json_object_object_add(o, "refcount", json_object_new_int(p->refcount));
	json_object_object_add(o, "mapcount", json_object_new_int(p->mapcount));
	json_object_object_add(o, "word1", hex(p->word1));
	json_object_object_add(o, "word2", hex(p->word2));
	json_object_object_add(o, "head", p->is_tail ? hex(p->head_kaddr) : NULL);
	return o;
}

enum zdm_status zdm_report_pfn_json(struct zdm_session *s, const struct zdm_model *m, uint64_t pfn,
				    const struct zdm_sink *out)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct json_object *o = json_object_new_object();
	struct zdm_out to = { .sink = out };
	struct zdm_page_judgement j;
	const char *text;
	size_t len;

	if (!o)
		return ZDM_NOMEM;
	zdm_page_judge(s, m, pfn, &j);
	add_num(o, "pfn", pfn);
	json_object_object_add(o, "phys", hex(pfn * k->page_size));
	json_object_object_add(o, "page", hex(zdm_page_kaddr(k, pfn)));
	add_num(o, "section", pfn / k->section_pages);
	add_verdict(o, m, &j);
	json_object_object_add(o, "evidence", evidence_json(m, pfn));
	json_object_object_add(o, "struct_page", page_json(s, &j));
	text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN |
						 JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (text)
		zdm_out_text(&to, text, len);
	json_object_put(o);
	return ZDM_OK;
}

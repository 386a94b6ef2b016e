// SPDX-License-Identifier: LGPL-2.1-or-later
/* report_json: the postmortem as docs/output.md has it. */
#include "base/json.h"
#include "model/model.h"
#include "oops/judge.h"

/* Nothing is null, as zdm_json_str() has it. */
static const char *or_null(const char *s)
{
	return s && s[0] ? s : NULL;
}

static void add_case(struct zdm_out *o, struct json_object *to, enum zdm_class cls,
		     enum zdm_tri valid)
{
	int n = zdm_verdict_case(cls, valid);

	zdm_json_str(o, to, "class", zdm_class_name(cls));
	zdm_json_opt(o, to, "case", n != 0, n);
	zdm_json_str(o, to, "valid", zdm_tri_name(valid));
}

static const char *kind_name(enum oops_kind kind)
{
	static const char *const names[] = {
		[OOPS_KIND_NONE] = NULL, [OOPS_KIND_PAGE] = "page", [OOPS_KIND_PGMAP] = "pgmap",
		[OOPS_KIND_DIRECT] = "direct", [OOPS_KIND_PFN] = "pfn", [OOPS_KIND_PADDR] = "phys",
		[OOPS_KIND_OFFSET] = "offset",
	};

	return names[kind];
}

static const char *how_name(enum oops_how how)
{
	static const char *const names[] = {
		[OOPS_BY_POINTER] = "pointer", [OOPS_BY_NAME] = "name", [OOPS_BY_PATTERN] = "pattern",
		[OOPS_BY_CONTENTS] = "contents", [OOPS_BY_ACCESS] = "access",
	};

	return names[how];
}

static const char *access_name(enum oops_access access)
{
	static const char *const names[] = {
		[OOPS_ACCESS_UNKNOWN] = NULL, [OOPS_ACCESS_READ] = "read",
		[OOPS_ACCESS_WRITE] = "write", [OOPS_ACCESS_EXEC] = "exec",
	};

	return names[access];
}

static struct json_object *word_json(struct zdm_out *o, const struct oops_case *c,
				     const struct oops_hit *h)
{
	struct json_object *w = zdm_json_object(o);
	struct zdm_range r;

	zdm_json_str(o, w, "name", h->word->name);
	zdm_json_hex(o, w, "value", h->word->value);
	zdm_json_str(o, w, "is", kind_name(h->kind));
	if (h->kind == OOPS_KIND_NONE)
		return w;
	zdm_json_num(o, w, h->kind == OOPS_KIND_PGMAP ? "pgmap" : "pfn",
		     h->kind == OOPS_KIND_PGMAP ? h->pgmap : h->pfn);
	zdm_json_num(o, w, "offset", h->off_bytes);
	if (c->m && h->kind != OOPS_KIND_PGMAP) {
		r = oops_range(c, h->pfn);
		add_case(o, w, r.cls, h->kind == OOPS_KIND_PAGE ? h->valid : r.valid);
	}
	return w;
}

static struct json_object *named_json(struct zdm_out *o, const struct oops_named *n)
{
	struct json_object *v = zdm_json_object(o);

	zdm_json_str(o, v, "by", n->by);
	if (n->is_pfn)
		zdm_json_num(o, v, "pfn", n->value);
	else
		zdm_json_hex(o, v, "page", n->value);
	zdm_json_bool(o, v, "poisoned", n->poisoned);
	return v;
}

static struct json_object *oops_json(struct zdm_out *o, const struct oops_case *c)
{
	const struct oops_group *g = c->g;
	struct json_object *v = zdm_json_object(o), *words = zdm_json_array(o),
			   *named = zdm_json_array(o);
	size_t i;

	for (i = 0; i < c->nr_hits; i++)
		zdm_json_append(o, words, word_json(o, c, &c->hit[i]));
	for (i = 0; i < g->nr_named; i++)
		zdm_json_append(o, named, named_json(o, &g->named[i]));
	zdm_json_num(o, v, "oops", g->number);
	zdm_json_str(o, v, "from", g->origin);
	zdm_json_opt(o, v, "cpu", g->cpu >= 0 && !g->mixed, g->cpu);
	zdm_json_opt(o, v, "pid", g->pid >= 0 && !g->mixed, g->pid);
	zdm_json_str(o, v, "comm", g->mixed ? NULL : or_null(g->comm));
	zdm_json_str(o, v, "function", g->mixed ? NULL : or_null(g->function));
	zdm_json_bool(o, v, "mixed", g->mixed);
	zdm_json_str(o, v, "machine", g->machine ? oops_machine_uname(g->machine) : NULL);
	zdm_json_str(o, v, "access", g->mixed ? NULL : access_name(g->access));
	zdm_json_str(o, v, "release", or_null(c->o->boot[g->boot].release));
	zdm_json_str(o, v, "foreign", or_null(c->foreign));
	if (c->base_kaddr)
		zdm_json_hex(o, v, "memmap", c->base_kaddr);
	else
		zdm_json_null(o, v, "memmap");
	zdm_json_str(o, v, "memmap_by", c->base_kaddr && c->m ? "dump" : or_null(c->base_by));
	zdm_json_add(o, v, "words", words);
	zdm_json_add(o, v, "named", named);
	return v;
}

static struct json_object *finding_json(struct zdm_out *o, const struct oops_case *c,
					const struct oops_finding *f)
{
	static const char *const degrees[ZDM_OOPS_NR_DEGREES] = { "possible", "consistent", "proven" };
	struct json_object *v = zdm_json_object(o), *names = zdm_json_array(o);
	size_t i;

	for (i = 0; i < c->nr_hits && f->has_pfn; i++) {
		if (c->hit[i].kind == OOPS_KIND_PAGE && c->hit[i].pfn == f->pfn)
			zdm_json_append(o, names, zdm_json_string(o, c->hit[i].word->name));
	}
	if (f->named)
		zdm_json_append(o, names, zdm_json_string(o, f->named->by));
	zdm_json_num(o, v, "oops", c->g->number);
	zdm_json_opt(o, v, "cpu", c->g->cpu >= 0 && !c->g->mixed, c->g->cpu);
	zdm_json_opt(o, v, "pfn", f->has_pfn, (int64_t)f->pfn);
	if (f->page_kaddr)
		zdm_json_hex(o, v, "page", f->page_kaddr);
	else
		zdm_json_null(o, v, "page");
	add_case(o, v, f->cls, f->valid);
	zdm_json_str(o, v, "degree", degrees[f->degree]);
	zdm_json_str(o, v, "by", how_name(f->how));
	zdm_json_add(o, v, "names", names);
	zdm_json_str(o, v, "text", f->text);
	return v;
}

enum zdm_status zdm_oops_report_json(struct zdm_session *s, const struct zdm_model *m,
				     struct zdm_oops *o, const struct zdm_sink *out,
				     struct zdm_oops_result *ret)
{
	struct zdm_out to = { .sink = out };
	struct json_object *oopses = zdm_json_array(&to), *findings = zdm_json_array(&to);
	struct zdm_oops_result res = { .findings = 0 };
	struct oops_case c;
	size_t i, k;

	oops_settle(o);
	for (i = 0; i < o->nr && !to.stopped; i++) {
		if (!oops_group_counts(&o->group[i]))
			continue;
		if (oops_case_init(&c, s, m, o, &o->group[i]) == ZDM_OK) {
			zdm_json_append(&to, oopses, oops_json(&to, &c));
			for (k = 0; k < c.nr_findings; k++)
				zdm_json_append(&to, findings, finding_json(&to, &c, &c.finding[k]));
			oops_count(&res, &c);
		} else {
			zdm_out_fail(&to, ZDM_NOMEM);
		}
		oops_case_deinit(&c);
	}
	zdm_json_key(&to, "oopses", true);
	zdm_json_put(&to, oopses);
	zdm_json_key(&to, "findings", false);
	zdm_json_put(&to, findings);
	if (ret)
		*ret = res;
	return to.status;
}

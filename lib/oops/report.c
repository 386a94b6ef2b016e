// SPDX-License-Identifier: LGPL-2.1-or-later
/* report: the postmortem as lines, each with the oops and the CPU that it is of. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "base/out.h"
#include "oops/judge.h"

#define NAME_COLUMN 14

const char *zdm_oops_degree_name(enum zdm_oops_degree degree)
{
	static const char *const names[ZDM_OOPS_NR_DEGREES] = {
		[ZDM_OOPS_POSSIBLE] = "possible",
		[ZDM_OOPS_CONSISTENT] = "consistent with the text",
		[ZDM_OOPS_PROVEN] = "proven by the dump",
	};

	return (unsigned int)degree < ZDM_OOPS_NR_DEGREES ? names[degree] : "";
}

/* valid: of its struct page, where its bytes were looked at with their veto */
static void class_text(struct zdm_text *t, const struct oops_case *c, uint64_t pfn,
		       enum zdm_tri valid)
{
	struct zdm_range r = oops_range(c, pfn);
	int n = zdm_verdict_case(r.cls, valid);

	zdm_textf(t, ": %s", zdm_class_name(r.cls));
	if (n)
		zdm_textf(t, " (case %d)", n);
}

static void print_hit(struct zdm_out *out, const struct oops_case *c, const struct oops_hit *h)
{
	const struct zdm_pgmap *pgmaps;
	char line[256], inside[32] = "";
	struct zdm_text t;

	if (h->off_bytes)
		snprintf(inside, sizeof(inside), "0x%" PRIx64 " into ", h->off_bytes);
	zdm_text_init(&t, line, sizeof(line));
	switch (h->kind) {
	case OOPS_KIND_PAGE:
		zdm_textf(&t, "%sthe struct page of pfn 0x%" PRIx64, inside, h->pfn);
		if (c->m) {
			class_text(&t, c, h->pfn, h->valid);
			zdm_textf(&t, ", memmap %s", h->valid == ZDM_YES ? "valid" :
				  h->valid == ZDM_NO ? "invalid" : "unknown");
		}
		break;
	case OOPS_KIND_PGMAP:
		zdm_model_pgmaps(c->m, &pgmaps);
		zdm_textf(&t, "%sthe dev_pagemap %zu (%s)", inside, h->pgmap, pgmaps[h->pgmap].type);
		break;
	case OOPS_KIND_DIRECT:
		zdm_textf(&t, "%sthe contents of pfn 0x%" PRIx64 " in the direct map", inside, h->pfn);
		class_text(&t, c, h->pfn, oops_range(c, h->pfn).valid);
		break;
	default:
		zdm_textf(&t, "%s pfn 0x%" PRIx64, h->kind == OOPS_KIND_PFN ? "as a number," :
			  h->kind == OOPS_KIND_PADDR ? "as a physical address," :
			  "as an offset in the memmap, the struct page of", h->pfn);
		if (c->m)
			class_text(&t, c, h->pfn, oops_range(c, h->pfn).valid);
		if (h->kind != OOPS_KIND_OFFSET && !h->supports)
			zdm_textf(&t, "; proves nothing alone");
	}
	zdm_outf(out, "  %s: %-*s %016" PRIx64 "  %s%s\n", c->label, NAME_COLUMN, h->word->name,
		 h->word->value, line, h->word->doubtful ?
		 "; its line follows a user-mode RIP, of another task it seems" :
		 h->word->role == OOPS_LEFT_OVER ? "; left over from another fault" : "");
}

/* Every line with its label; the first of a text is at the margin. */
static void print_lines(struct zdm_out *out, const struct oops_case *c, const char *text)
{
	const char *nl;

	for (; (nl = strchr(text, '\n')); text = nl + 1) {
		bool more = text[0] == ' ';

		zdm_outf(out, "%s%s: %.*s\n", more ? "  " : "", c->label,
			 (int)(nl - text) - (more ? 2 : 0), text + (more ? 2 : 0));
	}
}

/* Whose registers, from where: a line before anything is said of them. */
static void print_who(struct zdm_out *out, const struct oops_case *c)
{
	const struct oops_group *g = c->g;
	const struct oops_word *pc = oops_word_find(g, "RIP");
	char line[256];
	struct zdm_text t;

	zdm_text_init(&t, line, sizeof(line));
	oops_walker_text(&t, c);
	if (!t.len && pc)
		zdm_textf(&t, "RIP %016" PRIx64, pc->value);
	zdm_outf(out, "%s: from the %s%s%s%s%s\n", c->label, g->origin, t.len ? ", " : "", line,
		 g->machine && g->machine != OOPS_X86_64 ? ", registers of " : "",
		 g->machine && g->machine != OOPS_X86_64 ? oops_machine_name(g->machine) : "");
	if (g->mixed)
		zdm_outf(out, "%s: the lines of several oopses in one another, and nothing in them "
			 "says which is whose: no value supports another.\n", c->label);
	if (c->foreign[0])
		zdm_outf(out, "%s: %s. Nothing in the dump is held against it; what follows is from "
			 "the text alone.\n", c->label, c->foreign);
}

static void print_named(struct zdm_out *out, const struct oops_case *c)
{
	size_t i;

	for (i = 0; i < c->g->nr_named; i++) {
		const struct oops_named *n = &c->g->named[i];

		zdm_outf(out, "  %s: %-*s %016" PRIx64 "  %s that the kernel names\n", c->label,
			 NAME_COLUMN, n->by, n->value, n->is_pfn ? "a page frame number" :
			 "a struct page");
	}
}

static void print_case(struct zdm_out *out, const struct oops_case *c)
{
	size_t i;

	print_who(out, c);
	print_named(out, c);
	for (i = 0; i < c->nr_hits; i++) {
		if (c->hit[i].kind != OOPS_KIND_NONE)
			print_hit(out, c, &c->hit[i]);
	}
	for (i = 0; i < c->nr_findings; i++)
		print_lines(out, c, c->finding[i].text);
	if (c->note)
		print_lines(out, c, c->note);
}

void oops_count(struct zdm_oops_result *r, const struct oops_case *c)
{
	size_t i;

	r->findings += c->nr_findings;
	for (i = 0; i < c->nr_findings; i++)
		r->of_degree[c->finding[i].degree]++;
	r->foreign += c->foreign[0] != '\0';
}

enum zdm_status zdm_oops_report(struct zdm_session *s, const struct zdm_model *m,
				struct zdm_oops *o, const struct zdm_sink *out,
				struct zdm_oops_result *ret)
{
	struct zdm_oops_result res = { .findings = 0 };
	struct zdm_out to = { .sink = out };
	bool undecided = false;
	struct oops_case c;
	size_t i, words = 0;

	oops_settle(o);
	for (i = 0; i < o->nr && !to.stopped; i++) {
		if (!oops_group_counts(&o->group[i]))
			continue;
		if (oops_case_init(&c, s, m, o, &o->group[i]) == ZDM_OK) {
			print_case(&to, &c);
			oops_count(&res, &c);
			words += c.g->nr + c.g->nr_named;
			undecided |= c.undecided;
		} else {
			zdm_out_fail(&to, ZDM_NOMEM);
		}
		oops_case_deinit(&c);
	}
	if (!res.findings)
		zdm_outf(&to, "No finding: none of these %zu words points to a struct page that must "
			 "not be believed%s.\n", words, undecided || !m || res.foreign ?
			 ", as far as can be told" : "");
	if (o->full)
		zdm_outf(&to, "The text holds more than was looked at: %zu words of %zu oopses.\n",
			 o->nr_words, o->nr);
	if (ret)
		*ret = res;
	return to.status;
}

const char *zdm_oops_foreign(const struct zdm_oops *o, const struct zdm_session *s)
{
	const char *uname = s && s->known.machine ? s->known.machine : "x86_64";
	bool any = zdm_oops_words(o) > 0;
	size_t i;

	for (i = 0; i < o->nr; i++) {
		const struct oops_group *g = &o->group[i];

		/* a processor that was not started yet, beside one that was */
		if (any && !g->nr && !g->nr_named)
			continue;
		/* ppc64le: the registers are those of ppc64 */
		if (g->machine && !g->user && strncmp(oops_machine_uname(g->machine), uname,
						      strlen(oops_machine_uname(g->machine))))
			return oops_machine_name(g->machine);
	}
	return NULL;
}

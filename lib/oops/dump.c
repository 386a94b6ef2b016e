// SPDX-License-Identifier: LGPL-2.1-or-later
/* dump: the words of an oops against the dump that it left behind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <zdm/page.h>

#include "model/model.h"
#include "oops/judge.h"

static void class_text(struct zdm_text *t, const struct oops_look *l)
{
	int n = zdm_verdict_case(l->r.cls, l->valid);

	zdm_textf(t, "%s", zdm_class_name(l->r.cls));
	if (n)
		zdm_textf(t, " (case %d)", n);
}

static void pgmap_text(struct zdm_text *t, const struct oops_case *c, const struct zdm_range *r,
		       uint64_t pfn)
{
	const struct zdm_pgmap *pgmaps, *p;
	uint64_t index;

	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(c->m, &pgmaps))
		return;
	p = &pgmaps[r->pgmap];
	if (r->cls == ZDM_CLASS_RESERVED && p->altmap_status == ZDM_OK) {
		index = pfn - p->altmap.base_pfn;
		if (index)
			zdm_textf(t, ", page %" PRIu64 " of the %" PRIu64, index + 1,
				  p->altmap.reserve);
		else
			zdm_textf(t, ", first page");
		zdm_textf(t, " of the altmap reserve");
	}
	zdm_textf(t, " of pgmap %016" PRIx64 " (%s)", p->kaddr, p->type);
}

/* Do registers hold what the dump has there? */
static bool shows_contents(const struct oops_case *c, const struct oops_look *l)
{
	struct zdm_text t;
	char buf[OOPS_LINE];

	if (!l->read)
		return false;
	zdm_text_init(&t, buf, sizeof(buf));
	/* -1 alone is the commonest number; the head that word 1 names is not */
	return ((l->word[1] & 1) && oops_holders_text(&t, c, l->word[1] - 1, "")) ||
	       (l->word[0] != UINT64_MAX && oops_holders_text(&t, c, l->word[0], ""));
}

static bool raw_matches(const struct oops_case *c, const struct oops_look *l)
{
	return l->read && c->g->nr_raw >= 2 && c->g->raw[0] == l->word[0] &&
	       c->g->raw[1] == l->word[1];
}

/* How it is known that the struct page was read, and how far that carries. */
static void weigh(const struct oops_case *c, const struct oops_look *l, struct oops_finding *f)
{
	bool pattern = oops_fill_of(c).seen;

	if (oops_access_inside(c, f->page_kaddr)) {
		f->how = OOPS_BY_ACCESS;
		f->degree = ZDM_OOPS_PROVEN;
	} else if (shows_contents(c, l) || (f->named && raw_matches(c, l))) {
		f->how = OOPS_BY_CONTENTS;
		f->degree = ZDM_OOPS_PROVEN;
	} else if (!l->read && pattern) {
		f->how = OOPS_BY_PATTERN;
		f->degree = ZDM_OOPS_CONSISTENT;
	} else if (f->named) {
		f->how = OOPS_BY_NAME;
		f->degree = ZDM_OOPS_CONSISTENT;
	}
}

static void contents_text(struct zdm_text *t, const struct oops_case *c, const struct oops_look *l,
			  const struct oops_finding *f)
{
	struct oops_fill fill = oops_fill_of(c);
	uint8_t byte;

	if (!l->read) {
		zdm_textf(t, "  The dump does not hold that struct page.\n");
		if (f->named && oops_raw_fill(c->g, &byte)) {
			zdm_textf(t, "  \"raw:\" shows it: ");
			oops_byte_text(t, byte);
			zdm_textf(t, ", never initialised.\n");
		}
		if (f->how == OOPS_BY_PATTERN)
			oops_fill_text(t, c, &fill, false);
		return;
	}
	zdm_textf(t, "  It begins %016" PRIx64 " %016" PRIx64, l->word[0], l->word[1]);
	oops_holders_text(t, c, l->word[0], "the first word, its flags,");
	/* a word 1 with bit 0 set is taken for the pointer of a tail page to its head */
	if (l->word[1] & 1)
		oops_holders_text(t, c, l->word[1] - 1, "what the second takes for a head page");
	zdm_textf(t, ".\n");
}

static const char *why_text(const struct oops_case *c, const struct oops_finding *f, char *buf,
			    size_t len)
{
	const struct oops_word *w;

	switch (f->how) {
	case OOPS_BY_ACCESS:
		w = oops_access_inside(c, f->page_kaddr);
		snprintf(buf, len, "%s, at %016" PRIx64 ", was inside it", oops_access_text(w),
			 w->value);
		return buf;
	case OOPS_BY_CONTENTS:
		return "registers or \"raw:\" hold what the dump has there";
	case OOPS_BY_PATTERN:
		return "an uninitialised struct page gives just these values";
	case OOPS_BY_NAME:
		return "the kernel names it";
	case OOPS_BY_POINTER:
		break;
	}
	return "a pointer to it is held; nothing shows that it was followed";
}

/* Only for words that are evidence of it: a walker read it, or wrote to it. */
static void end_text(struct zdm_text *t, const struct oops_case *c, const struct oops_finding *f)
{
	char why[128];

	zdm_textf(t, "  %c%s: %s", "PCP"[f->degree], zdm_oops_degree_name(f->degree) + 1,
		  why_text(c, f, why, sizeof(why)));
	if (f->how != OOPS_BY_POINTER && f->how != OOPS_BY_NAME && oops_knows_walker(c)) {
		zdm_textf(t, "; it was %s by ", oops_was(c, f->how));
		oops_walker_text(t, c);
	}
	zdm_textf(t, ".\n");
}

/* What is wrong with all of its class, or what befell just this one. */
static const char *wrong_text(const struct oops_look *l)
{
	if (!zdm_class_wrong(l->r.cls) || l->r.reason == ZDM_REASON_NEIGHBOUR_GONE)
		return zdm_reason_text(l->r.reason);
	return zdm_class_wrong(l->r.cls);
}

static void verdict_text(struct zdm_text *t, const struct oops_case *c, const struct oops_look *l,
			 const struct oops_finding *f)
{
	class_text(t, l);
	zdm_textf(t, ", %s", l->vetoed ? l->found : wrong_text(l));
	pgmap_text(t, c, &l->r, f->pfn);
	if (f->how == OOPS_BY_POINTER)
		zdm_textf(t, "; a pointer to it is held");
	else if (f->how == OOPS_BY_NAME)
		zdm_textf(t, "; the kernel speaks of it");
	else if (!l->vetoed && zdm_online_page(c->m, f->pfn) == ZDM_YES)
		/* what this kernel's own check says yes to, it may well have been asked */
		zdm_textf(t, "; a walker %s it, and this kernel's pfn_to_online_page() says yes "
			  "to it, as to all of its section", oops_did(c, f->how));
	else
		zdm_textf(t, "; a walker %s it without %s check", oops_did(c, f->how), l->vetoed ||
			  !zdm_class_guard(l->r.cls) ? "a" : zdm_class_guard(l->r.cls));
	zdm_textf(t, ".\n");
}

static void add_finding(struct oops_case *c, struct oops_finding *f, const struct oops_look *l)
{
	char buf[OOPS_LINE];
	struct zdm_text t;

	zdm_text_init(&t, buf, sizeof(buf));
	if (f->subject) {
		zdm_textf(&t, "%s %016" PRIx64, f->subject->word->name, f->subject->word->value);
		oops_others_text(&t, c, f->subject, f->pfn);
		zdm_textf(&t, " is %sthe struct page of pfn 0x%" PRIx64 ": ",
			  f->subject->off_bytes ? "inside " : "", f->pfn);
	} else {
		zdm_textf(&t, "\"%s\" names %sthe struct page of pfn 0x%" PRIx64, f->named->by,
			  !f->named->is_pfn && f->named->value != f->page_kaddr ? "a place in " : "",
			  f->pfn);
		oops_others_text(&t, c, NULL, f->pfn);
		zdm_textf(&t, ": ");
	}
	verdict_text(&t, c, l, f);
	contents_text(&t, c, l, f);
	end_text(&t, c, f);
	oops_span_text(&t, c, f->pfn);
	oops_finding_add(c, f, buf);
}

/* One past the last valid struct page, which is there, too: where a loop ends. */
static bool is_loop_end(const struct oops_case *c, const struct oops_hit *h)
{
	size_t i;

	if (h->off_bytes || !h->pfn || oops_range(c, h->pfn - 1).valid != ZDM_YES)
		return false;
	for (i = 0; i < c->nr_hits; i++) {
		if (c->hit[i].kind == OOPS_KIND_PAGE && c->hit[i].pfn == h->pfn - 1)
			return true;
	}
	return false;
}

static void judge_page(struct oops_case *c, const struct oops_hit *subject,
		       const struct oops_named *named, uint64_t pfn)
{
	struct oops_finding f = { .has_pfn = true, .pfn = pfn, .subject = subject, .named = named,
				  .page_kaddr = oops_page_kaddr(c, pfn) };
	char note[OOPS_LINE];
	struct oops_look l;

	oops_look(c, pfn, &l);
	f.cls = l.r.cls;
	f.valid = l.valid;
	c->undecided |= f.valid == ZDM_UNKNOWN;
	if (f.valid != ZDM_NO)
		return;
	weigh(c, &l, &f);
	if (f.how == OOPS_BY_POINTER && is_loop_end(c, subject)) {
		snprintf(note, sizeof(note), "%s %016" PRIx64 " is one past the struct page of pfn 0x%"
			 PRIx64 ", the last valid one: a loop's end, not a page that was read.\n",
			 subject->word->name, subject->word->value, pfn - 1);
		oops_note_add(c, note);
		return;
	}
	add_finding(c, &f, &l);
}

/* The word to name a page by: a pointer to its start before one into it. */
static bool is_subject(const struct oops_case *c, const struct oops_hit *h)
{
	size_t i;

	if (h->kind != OOPS_KIND_PAGE || h->word->role == OOPS_LEFT_OVER)
		return false;
	for (i = 0; i < c->nr_hits; i++) {
		const struct oops_hit *x = &c->hit[i];

		if (x->kind == OOPS_KIND_PAGE && x->pfn == h->pfn &&
		    x->word->role != OOPS_LEFT_OVER &&
		    (!x->off_bytes != !h->off_bytes ? !x->off_bytes : x < h))
			return false;
	}
	return true;
}

static bool named_pfn(const struct oops_case *c, const struct oops_named *n, uint64_t *pfn)
{
	uint64_t off = n->value - c->base_kaddr;

	*pfn = n->is_pfn ? n->value : off / c->page_bytes;
	return *pfn < c->end_pfn && (n->is_pfn || (c->base_kaddr && n->value >= c->base_kaddr));
}

static bool named_before(const struct oops_case *c, size_t i, uint64_t pfn)
{
	uint64_t other;

	while (i--) {
		if (named_pfn(c, &c->g->named[i], &other) && other == pfn)
			return true;
	}
	return false;
}

void oops_judge_dump(struct oops_case *c)
{
	const struct oops_named *named;
	uint64_t pfn;
	size_t i, k;

	for (i = 0; i < c->g->nr_named; i++) {
		if (named_pfn(c, &c->g->named[i], &pfn) && !named_before(c, i, pfn))
			judge_page(c, NULL, &c->g->named[i], pfn);
	}
	for (i = 0; i < c->nr_hits; i++) {
		if (!is_subject(c, &c->hit[i]))
			continue;
		named = NULL;
		for (k = 0; k < c->g->nr_named && !named; k++) {
			if (named_pfn(c, &c->g->named[k], &pfn) && pfn == c->hit[i].pfn)
				named = &c->g->named[k];
		}
		if (!named)
			judge_page(c, &c->hit[i], NULL, c->hit[i].pfn);
	}
}

void oops_compare(struct oops_case *c)
{
	const struct oops_boot *b = &c->o->boot[c->g->boot];
	const struct zdm_kernel *k = zdm_model_kernel(c->m);
	uint64_t base;
	char by[96];
	size_t i;

	/* registers out of the dump itself are the dump's */
	if (strcmp(c->g->origin, "text"))
		return;
	if (b->release[0] && k->release[0] && strcmp(b->release, k->release)) {
		snprintf(c->foreign, sizeof(c->foreign), "the text is of another kernel, %s; the dump "
			 "is of %s", b->release, k->release);
		return;
	}
	if (b->has_offset && b->offset != k->kaslr_offset) {
		snprintf(c->foreign, sizeof(c->foreign), "the text is of another boot: its kernel was "
			 "moved by %#" PRIx64 ", the dump's by %#" PRIx64, b->offset,
			 k->kaslr_offset);
		return;
	}
	base = oops_base_of_text(c, by, sizeof(by));
	if (!base || !k->vmemmap_kaddr || base == k->vmemmap_kaddr)
		return;
	/* a pointer into this dump's memmap outweighs arithmetic */
	for (i = 0; i < c->g->nr && !b->has_base; i++) {
		uint64_t off = c->g->word[i].value - k->vmemmap_kaddr;

		if (c->g->word[i].value > k->vmemmap_kaddr && off / c->page_bytes < c->end_pfn &&
		    oops_range(c, off / c->page_bytes).cls != ZDM_CLASS_ABSENT)
			return;
	}
	snprintf(c->foreign, sizeof(c->foreign), "the text is of another boot: its memmap is at %016"
		 PRIx64 " (%s), the dump's at %016" PRIx64, base, by, k->vmemmap_kaddr);
}

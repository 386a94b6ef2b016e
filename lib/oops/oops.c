// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The postmortem of an oops: which of these words are struct pages, and may
 * they be believed. Only a pointer to a struct page in an invalid memmap is a
 * finding. A number that could be a PFN proves nothing by itself, for every
 * small number could: it only supports a pointer to the same page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/page.h>

#include "report/report.h"
#include "kernel/session.h"
#include "base/text.h"

#define MIN_PFN 0x1000u		/* below, numbers are too common to mean a page frame */
#define NAME_COLUMN 14

enum kind { KIND_NONE = 0, KIND_PAGE, KIND_PGMAP, KIND_DIRECT, KIND_PFN, KIND_PADDR };

struct hit {
	const struct zdm_oops_word *word;
	enum kind kind;
	uint64_t pfn;
	uint64_t off_bytes;	/* into the struct page, the page or the pgmap */
	size_t pgmap;		/* of KIND_PGMAP: its index */
};

struct oops {
	struct zdm_session *s;
	const struct zdm_model *m;
	const struct zdm_kernel *k;
	uint64_t end_pfn;	/* no physical address of this kernel is beyond */
	struct hit *hit;
	size_t nr;
	struct zdm_out out;
};

/* A range for any PFN: beyond the last of the model there is nothing. */
static struct zdm_range range_of(const struct oops *o, uint64_t pfn)
{
	const struct zdm_range *r = zdm_range_find(o->m, pfn);
	struct zdm_range none = {
		.start_pfn = pfn, .end_pfn = pfn + 1, .cls = ZDM_CLASS_ABSENT, .valid = ZDM_NO,
		.reason = ZDM_REASON_NO_SECTION, .memmap = ZDM_MEMMAP_NONE, .pgmap = -1,
	};

	return r ? *r : none;
}

/* Not the first struct page: its address is the base of all such arithmetic. */
static bool is_page(const struct oops *o, uint64_t v, struct hit *h)
{
	uint64_t off = v - o->k->vmemmap_kaddr;

	if (!o->k->vmemmap_kaddr || v <= o->k->vmemmap_kaddr ||
	    off / o->k->page_struct_bytes >= o->end_pfn)
		return false;
	h->pfn = off / o->k->page_struct_bytes;
	h->off_bytes = off % o->k->page_struct_bytes;
	return true;
}

static bool is_pgmap(const struct oops *o, uint64_t v, struct hit *h)
{
	uint64_t bytes = zdm_kdef_or(&o->s->k, ZDM_SIZE_PGMAP, 1);
	const struct zdm_pgmap *pgmaps;
	size_t nr = zdm_model_pgmaps(o->m, &pgmaps), i;

	for (i = 0; i < nr; i++) {
		if (v >= pgmaps[i].kaddr && v - pgmaps[i].kaddr < bytes) {
			h->pgmap = i;
			h->off_bytes = v - pgmaps[i].kaddr;
			return true;
		}
	}
	return false;
}

static bool of_interest(const struct oops *o, uint64_t pfn)
{
	return pfn >= MIN_PFN && pfn < o->end_pfn && zdm_class_of_interest(range_of(o, pfn).cls);
}

static bool is_direct(const struct oops *o, uint64_t v, struct hit *h)
{
	uint64_t base = o->k->page_offset_kaddr;

	if (!base || v < base || (v - base) / o->k->page_size >= o->end_pfn)
		return false;
	h->pfn = (v - base) / o->k->page_size;
	h->off_bytes = (v - base) % o->k->page_size;
	return of_interest(o, h->pfn);
}

/* Is some other word the struct page of this PFN? */
static bool has_page_hit(const struct oops *o, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < o->nr; i++) {
		if (o->hit[i].kind == KIND_PAGE && o->hit[i].pfn == pfn)
			return true;
	}
	return false;
}

static void look_at_pointers(const struct oops *o, struct hit *h)
{
	uint64_t v = h->word->value;

	if (is_page(o, v, h))
		h->kind = KIND_PAGE;
	else if (is_pgmap(o, v, h))
		h->kind = KIND_PGMAP;
	else if (is_direct(o, v, h))
		h->kind = KIND_DIRECT;
}

static void look_at_numbers(const struct oops *o, struct hit *h)
{
	uint64_t v = h->word->value, pfn = v / o->k->page_size;

	if (h->kind != KIND_NONE || v < MIN_PFN)
		return;
	if (has_page_hit(o, v) || of_interest(o, v)) {
		h->kind = KIND_PFN;
		h->pfn = v;
	} else if (has_page_hit(o, pfn) || of_interest(o, pfn)) {
		h->kind = KIND_PADDR;
		h->pfn = pfn;
		h->off_bytes = v % o->k->page_size;
	}
}

static void class_text(struct zdm_text *t, const struct zdm_range *r)
{
	int n = zdm_class_case(r->cls);

	zdm_textf(t, "%s", zdm_class_name(r->cls));
	if (n)
		zdm_textf(t, " (case %d)", n);
}

static void print_hit(struct oops *o, const struct hit *h)
{
	const struct zdm_range r = range_of(o, h->pfn);
	const struct zdm_pgmap *pgmaps;
	char line[256], inside[32] = "";
	struct zdm_text t;

	if (h->off_bytes)
		snprintf(inside, sizeof(inside), "0x%" PRIx64 " into ", h->off_bytes);
	zdm_text_init(&t, line, sizeof(line));
	zdm_textf(&t, "  %-*s %016" PRIx64 "  ", NAME_COLUMN, h->word->name, h->word->value);
	switch (h->kind) {
	case KIND_PAGE:
		zdm_textf(&t, "%sthe struct page of pfn 0x%" PRIx64 ": ", inside, h->pfn);
		class_text(&t, &r);
		zdm_textf(&t, ", memmap %s", r.valid == ZDM_YES ? "valid" : r.valid == ZDM_NO ?
			  "invalid" : "unknown");
		break;
	case KIND_PGMAP:
		zdm_model_pgmaps(o->m, &pgmaps);
		zdm_textf(&t, "%sthe dev_pagemap %zu (%s)", inside, h->pgmap,
			  pgmaps[h->pgmap].type);
		break;
	case KIND_DIRECT:
		zdm_textf(&t, "%sthe contents of pfn 0x%" PRIx64 " in the direct map: ", inside,
			  h->pfn);
		class_text(&t, &r);
		break;
	default:
		zdm_textf(&t, "%s pfn 0x%" PRIx64 ": ", h->kind == KIND_PFN ? "as a number," :
			  "as a physical address,", h->pfn);
		class_text(&t, &r);
		zdm_textf(&t, "%s", has_page_hit(o, h->pfn) ? "" : "; proves nothing alone");
	}
	zdm_outf(&o->out, "%s\n", line);
}

static void pgmap_text(struct zdm_text *t, const struct oops *o, const struct zdm_range *r,
		       uint64_t pfn)
{
	const struct zdm_pgmap *pgmaps, *p;
	uint64_t index;

	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(o->m, &pgmaps))
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

/* "(also RBP, R13; R12 is its pfn)" */
static void others_text(struct zdm_text *t, const struct oops *o, const struct hit *subject)
{
	bool pointers = false, numbers = false;
	size_t i;

	for (i = 0; i < o->nr; i++) {
		const struct hit *h = &o->hit[i];

		if (h == subject || h->kind != KIND_PAGE || h->pfn != subject->pfn)
			continue;
		zdm_textf(t, "%s%s", pointers ? ", " : " (also ", h->word->name);
		pointers = true;
	}
	for (i = 0; i < o->nr; i++) {
		const struct hit *h = &o->hit[i];

		if ((h->kind != KIND_PFN && h->kind != KIND_PADDR) || h->pfn != subject->pfn)
			continue;
		zdm_textf(t, "%s%s holds its %s", numbers ? ", " : pointers ? "; " : " (",
			  h->word->name, h->kind == KIND_PFN ? "pfn" : "physical address");
		numbers = true;
	}
	if (pointers || numbers)
		zdm_textf(t, ")");
}

/* Which words hold v: what the walker had already taken from the struct page. */
static void holders_text(struct zdm_text *t, const struct oops *o, uint64_t v, const char *what)
{
	bool any = false;
	size_t i;

	if (v <= UINT16_MAX)	/* every small number is in some register */
		return;
	for (i = 0; i < o->nr; i++) {
		if (o->hit[i].word->value != v)
			continue;
		if (any)
			zdm_textf(t, ", %s", o->hit[i].word->name);
		else
			zdm_textf(t, "; %s is in %s", what, o->hit[i].word->name);
		any = true;
	}
}

static void print_contents(struct oops *o, const struct hit *h)
{
	uint64_t kaddr = zdm_page_kaddr(o->k, h->pfn), word[2];
	char line[512];
	struct zdm_text t;

	if (zdm_session_read(o->s, kaddr, word, sizeof(word)) != ZDM_OK) {
		zdm_outf(&o->out, "  The dump does not hold that struct page.\n");
		return;
	}
	zdm_text_init(&t, line, sizeof(line));
	zdm_textf(&t, "  It begins %016" PRIx64 " %016" PRIx64, word[0], word[1]);
	holders_text(&t, o, word[0], "the first word, its flags,");
	/* a word 1 with bit 0 set is taken for the pointer of a tail page to its head */
	if (word[1] & 1)
		holders_text(&t, o, word[1] - 1, "what the second takes for a head page");
	zdm_outf(&o->out, "%s.\n", line);
}

static void print_finding(struct oops *o, const struct hit *h)
{
	const struct zdm_range r = range_of(o, h->pfn);
	char line[1024];
	struct zdm_text t;

	zdm_text_init(&t, line, sizeof(line));
	zdm_textf(&t, "%s %016" PRIx64, h->word->name, h->word->value);
	others_text(&t, o, h);
	zdm_textf(&t, " is %sthe struct page of pfn 0x%" PRIx64 ": ", h->off_bytes ? "inside " : "",
		  h->pfn);
	class_text(&t, &r);
	if (zdm_class_wrong(r.cls))
		zdm_textf(&t, ", %s", zdm_class_wrong(r.cls));
	pgmap_text(&t, o, &r, h->pfn);
	/* what this kernel's own check says yes to, it may well have been asked */
	if (zdm_online_page(o->m, h->pfn) == ZDM_YES)
		zdm_textf(&t, "; a walker read it, and this kernel's pfn_to_online_page() says yes "
			  "to it, as to all of its section.");
	else
		zdm_textf(&t, "; a walker read it without %s check.",
			  zdm_class_guard(r.cls) ? zdm_class_guard(r.cls) : "a");
	zdm_outf(&o->out, "%s\n", line);
	print_contents(o, h);
}

/* The word to name a page by: a pointer to its start before one into it. */
static bool is_subject(const struct oops *o, const struct hit *h)
{
	size_t i;

	if (h->kind != KIND_PAGE)
		return false;
	for (i = 0; i < o->nr; i++) {
		const struct hit *x = &o->hit[i];

		if (x->kind == KIND_PAGE && x->pfn == h->pfn &&
		    (!x->off_bytes != !h->off_bytes ? !x->off_bytes : x < h))
			return false;
	}
	return true;
}

static size_t print_findings(struct oops *o)
{
	size_t i, unknown = 0, findings = 0;

	for (i = 0; i < o->nr; i++) {
		enum zdm_tri valid;

		if (!is_subject(o, &o->hit[i]))
			continue;
		valid = range_of(o, o->hit[i].pfn).valid;
		unknown += valid == ZDM_UNKNOWN;
		if (valid == ZDM_NO) {
			findings++;
			print_finding(o, &o->hit[i]);
		}
	}
	if (!findings)
		zdm_outf(&o->out, "No finding: none of these %zu words points to a struct page "
			 "that must not be believed%s.\n", o->nr,
			 unknown ? ", as far as can be told" : "");
	return findings;
}

size_t zdm_oops_report(struct zdm_session *s, const struct zdm_model *m,
		       const struct zdm_oops_word *words, size_t nr, const struct zdm_sink *out)
{
	struct oops o = {
		.s = s, .m = m, .k = zdm_model_kernel(m), .nr = nr, .out = { .sink = out },
		.end_pfn = s->g.nr_sections_max * s->g.section_pages,
	};
	size_t i, findings;

	o.hit = calloc(nr ? nr : 1, sizeof(*o.hit));
	if (!o.hit) {
		zdm_outf(&o.out, "out of memory\n");
		return 0;
	}
	for (i = 0; i < nr; i++) {
		o.hit[i].word = &words[i];
		look_at_pointers(&o, &o.hit[i]);
	}
	for (i = 0; i < nr; i++)
		look_at_numbers(&o, &o.hit[i]);
	for (i = 0; i < nr; i++) {
		if (o.hit[i].kind != KIND_NONE)
			print_hit(&o, &o.hit[i]);
	}
	findings = print_findings(&o);
	free(o.hit);
	return findings;
}

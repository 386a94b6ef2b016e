// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * alone: what a text carries without a dump, or against one that is not its own. Where
 * the memmap begins follows from a register and a page frame number: what is left of
 * the one less 64 times the other is a whole GiB, as x86 aligns its regions
 * (arch/x86/mm/kaslr.c, PUD_SIZE). By chance that is so once in 2^24.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "oops/judge.h"

#define GIB (UINT64_C(1) << 30)
#define MAX_PAIR_WORDS 64u	/* a register file and what else is said; not a whole stack */
#define MAX_PFN (UINT64_C(1) << 40)
#define MIN_KADDR (UINT64_C(1) << 40)
#define KERNEL_TEXT UINT64_C(0xfffffe0000000000)	/* and all above the memmap on x86 */

struct pair {
	uint64_t base;
	const char *pointer, *number;
};

static bool can_be_memmap(const struct oops_case *c, uint64_t base)
{
	const struct oops_word *sp = oops_word_find(c->g, "RSP");

	if (base < MIN_KADDR)
		return false;
	if (c->g->machine != OOPS_X86_64 && c->g->machine != OOPS_NO_MACHINE)
		return true;
	/* the direct map, vmalloc with the stacks, the memmap: the order is always this */
	return base >> 47 == 0x1ffff && base < KERNEL_TEXT &&
	       (!sp || sp->value >= KERNEL_TEXT || sp->value < base);
}

static bool is_pair(const struct oops_case *c, uint64_t pointer, uint64_t pfn, uint64_t *base)
{
	uint64_t off = pfn * OOPS_PAGE_BYTES;

	*base = pointer - off;
	/* a multiple of 64 GiB is aligned whatever it is taken from */
	return pfn >= OOPS_MIN_PFN && pfn < MAX_PFN && off % GIB && pointer > off &&
	       !(*base % GIB) && can_be_memmap(c, *base);
}

/* False: another pair says another base; then neither counts. */
static bool take_pair(struct pair *p, uint64_t base, const char *pointer, const char *number)
{
	if (p->base && p->base != base)
		return false;
	if (!p->base)
		*p = (struct pair){ base, pointer, number };
	return true;
}

static bool pairs_of(const struct oops_case *c, struct pair *p, uint64_t pointer, const char *name)
{
	const struct oops_group *g = c->g;
	uint64_t base;
	size_t i;

	for (i = 0; i < g->nr && i < MAX_PAIR_WORDS; i++) {
		if (is_pair(c, pointer, g->word[i].value, &base) &&
		    !take_pair(p, base, name, g->word[i].name))
			return false;
	}
	for (i = 0; i < g->nr_named; i++) {
		if (g->named[i].is_pfn && is_pair(c, pointer, g->named[i].value, &base) &&
		    !take_pair(p, base, name, g->named[i].by))
			return false;
	}
	return true;
}

uint64_t oops_base_of_text(const struct oops_case *c, char *by, size_t by_len)
{
	const struct oops_boot *b = &c->o->boot[c->g->boot];
	const struct oops_group *g = c->g;
	struct pair p = { 0, NULL, NULL };
	bool one = true;
	size_t i;

	if (b->has_base) {
		snprintf(by, by_len, "the text's memory layout");
		return b->base_kaddr;
	}
	for (i = 0; i < g->nr_named && one; i++) {
		if (!g->named[i].is_pfn)
			one = pairs_of(c, &p, g->named[i].value, g->named[i].by);
	}
	for (i = 0; i < g->nr && i < MAX_PAIR_WORDS && one; i++)
		one = pairs_of(c, &p, g->word[i].value, g->word[i].name);
	if (!one || !p.base || g->mixed)
		return 0;
	snprintf(by, by_len, "%s - 64 * %s", p.pointer, p.number);
	return p.base;
}

/* Not when a struct page is truly zero: old kernels write that on purpose. */
bool oops_raw_fill(const struct oops_group *g, uint8_t *byte)
{
	size_t i;

	for (i = 0; i < g->nr_raw; i++) {
		if (!oops_is_fill(g->raw[i]) || g->raw[i] != g->raw[0])
			return false;
	}
	if (g->nr_raw > 1)
		*byte = (uint8_t)g->raw[0];
	return g->nr_raw > 1;
}

static void put_page(struct zdm_text *t, const struct oops_case *c, struct oops_finding *f)
{
	uint64_t guess;

	if (f->has_pfn && f->page_kaddr) {
		zdm_textf(t, "the struct page of pfn 0x%" PRIx64 ", with the memmap at %016" PRIx64
			  " (%s)", f->pfn, c->base_kaddr, c->base_by);
	} else if (f->has_pfn) {
		zdm_textf(t, "the struct page of pfn 0x%" PRIx64, f->pfn);
	} else {
		/* nothing says where the memmap begins; the boundary below is a guess, and said so */
		guess = f->page_kaddr & ~(GIB - 1);
		zdm_textf(t, "a struct page; possibly of pfn 0x%" PRIx64 ", if the memmap begins at "
			  "%016" PRIx64 ", the GiB below", (f->page_kaddr - guess) / OOPS_PAGE_BYTES,
			  guess);
	}
}

static void put_end(struct zdm_text *t, const struct oops_case *c, const struct oops_finding *f,
		    const char *why)
{
	zdm_textf(t, "  %s: %s", f->degree == ZDM_OOPS_POSSIBLE ? "Possible" :
		  "Consistent with the text", why);
	if (f->degree == ZDM_OOPS_POSSIBLE && oops_knows_walker(c) && c->g->function[0]) {
		zdm_textf(t, "; it would have been read by ");
		oops_walker_text(t, c);
	} else if (f->how == OOPS_BY_ACCESS || f->how == OOPS_BY_PATTERN) {
		zdm_textf(t, "; a walker %s it", oops_did(c, f->how));
		if (oops_knows_walker(c)) {
			zdm_textf(t, ": ");
			oops_walker_text(t, c);
		}
	}
	zdm_textf(t, ".\n");
	if (f->has_pfn)
		oops_span_text(t, c, f->pfn);
}

static void add_size_note(struct zdm_text *t, const struct oops_finding *f)
{
	if (f->page_kaddr)
		zdm_textf(t, "  No dump: sizeof(struct page) is taken for 64 bytes, a page for 4096.\n");
}

static void judge_named(struct oops_case *c, const struct oops_named *n)
{
	struct oops_finding f = { .degree = ZDM_OOPS_CONSISTENT, .how = OOPS_BY_NAME, .named = n,
				  .cls = ZDM_CLASS_UNKNOWN, .valid = ZDM_NO };
	char buf[OOPS_LINE];
	struct zdm_text t;
	uint8_t byte = 0xff;
	bool raw = oops_raw_fill(c->g, &byte);

	/* that the kernel names a page says nothing of its memmap; that it is one byte does */
	if (!n->poisoned && !raw)
		return;
	f.has_pfn = n->is_pfn || c->base_kaddr;
	f.page_kaddr = n->is_pfn ? c->base_kaddr ? oops_page_kaddr(c, n->value) : 0 : n->value;
	f.pfn = n->is_pfn ? n->value : c->base_kaddr ?
		(n->value - c->base_kaddr) / c->page_bytes : 0;
	zdm_text_init(&t, buf, sizeof(buf));
	zdm_textf(&t, "%s %016" PRIx64 " is ", n->by, n->value);
	put_page(&t, c, &f);
	zdm_textf(&t, ": %s", n->poisoned ? "uninitialized and poisoned, as the kernel says, " : "");
	oops_byte_text(&t, byte);
	zdm_textf(&t, ", never initialised.\n");
	put_end(&t, c, &f, "the kernel names it and shows what it holds");
	add_size_note(&t, &f);
	oops_finding_add(c, &f, buf);
}

/* A pointer that a number of the same oops supports comes first. */
static const struct oops_hit *subject_of(const struct oops_case *c)
{
	const struct oops_hit *best = NULL;
	size_t i, k;
	int rank, top = 0;

	for (i = 0; i < c->nr_hits; i++) {
		const struct oops_hit *h = &c->hit[i];

		if (h->kind != OOPS_KIND_PAGE || h->word->role == OOPS_LEFT_OVER)
			continue;
		rank = 1 + !h->off_bytes;
		rank += oops_access_inside(c, oops_page_kaddr(c, h->pfn)) ? 8 : 0;
		for (k = 0; k < c->nr_hits && k < MAX_PAIR_WORDS; k++)
			rank += c->hit[k].pfn == h->pfn && c->hit[k].kind > OOPS_KIND_DIRECT ? 4 : 0;
		if (rank > top) {
			top = rank;
			best = h;
		}
	}
	return best;
}

static void judge_words(struct oops_case *c)
{
	const struct oops_hit *h = subject_of(c);
	struct oops_fill fill = oops_fill_of(c);
	struct oops_finding f = { .degree = ZDM_OOPS_CONSISTENT, .subject = h,
				  .cls = ZDM_CLASS_UNKNOWN, .valid = ZDM_NO };
	const struct oops_word *access;
	char buf[OOPS_LINE], why[128] = "";
	struct zdm_text t;

	if (!h)
		return;
	f.has_pfn = true;
	f.pfn = h->pfn;
	f.page_kaddr = oops_page_kaddr(c, h->pfn);
	access = oops_access_inside(c, f.page_kaddr);
	if (!access && !fill.seen)
		return;
	if (access)
		snprintf(why, sizeof(why), "%s was inside it", oops_access_text(access));
	f.how = access ? OOPS_BY_ACCESS : OOPS_BY_PATTERN;
	f.degree = access || fill.both ? ZDM_OOPS_CONSISTENT : ZDM_OOPS_POSSIBLE;
	zdm_text_init(&t, buf, sizeof(buf));
	zdm_textf(&t, "%s %016" PRIx64, h->word->name, h->word->value);
	oops_others_text(&t, c, h, h->pfn);
	zdm_textf(&t, " is %s", h->off_bytes ? "inside " : "");
	put_page(&t, c, &f);
	zdm_textf(&t, ".\n");
	if (fill.seen)
		oops_fill_text(&t, c, &fill, f.degree == ZDM_OOPS_POSSIBLE);
	put_end(&t, c, &f, access ? why : "an uninitialised struct page gives just these values");
	add_size_note(&t, &f);
	oops_finding_add(c, &f, buf);
}

/* Which page is not known, but what was read of it. */
static void judge_pattern(struct oops_case *c)
{
	struct oops_fill fill = oops_fill_of(c);
	const struct oops_word *first;
	struct oops_finding f = { .degree = ZDM_OOPS_POSSIBLE, .how = OOPS_BY_PATTERN,
				  .cls = ZDM_CLASS_UNKNOWN, .valid = ZDM_UNKNOWN };
	char buf[OOPS_LINE];
	struct zdm_text t;

	if (!fill.both)
		return;
	zdm_text_init(&t, buf, sizeof(buf));
	first = oops_word_find(c->g, "RDI");
	if (first && first->value % OOPS_PAGE_BYTES == 0 && !c->base_kaddr &&
	    can_be_memmap(c, first->value & ~(GIB - 1))) {
		f.page_kaddr = first->value;
		zdm_textf(&t, "%s %016" PRIx64 " may be ", first->name, first->value);
		put_page(&t, c, &f);
		zdm_textf(&t, ".\n");
	} else {
		zdm_textf(&t, "No register can be told to be a struct page, but one that was read may "
			  "have been of one byte.\n");
	}
	oops_fill_text(&t, c, &fill, true);
	put_end(&t, c, &f, fill.byte == 0xff ? "an error number (-ENOENT) that was taken for a pointer "
		"gives the same address" : "other memory of that byte gives the same");
	oops_finding_add(c, &f, buf);
}

void oops_judge_alone(struct oops_case *c)
{
	size_t i;

	for (i = 0; i < c->g->nr_named; i++)
		judge_named(c, &c->g->named[i]);
	if (!c->nr_findings)
		judge_words(c);
	if (!c->nr_findings)
		judge_pattern(c);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * contents: what a struct page held, told by the values that were taken from it. A
 * struct page that nobody initialised is mostly one byte repeated: what the medium
 * held, all ones by the kernel's own poison (PAGE_POISON_PATTERN -1l,
 * include/linux/page-flags.h), or 0xfd where arch/x86/mm/init_64.c took memmap away
 * in a page still in use. Of such a word with bit 0 set, compound_head() makes a
 * pointer: the word less 1.
 */
#include <inttypes.h>

#include "oops/judge.h"

#define MAX_OFFSET 0x100u	/* of a member behind a pointer that was followed */

/* Fills that have another meaning first: include/linux/poison.h, slab and stacks. */
static bool is_other_poison(uint8_t byte)
{
	return byte == 0x6b || byte == 0xcc || byte == 0xbb || byte == 0x5f;
}

static bool holds(const struct oops_case *c, uint64_t v)
{
	size_t i;

	for (i = 0; i < c->g->nr; i++) {
		if (c->g->word[i].value == v)
			return true;
	}
	return false;
}

/* Is v such a word, less 1, or a member behind it? */
static bool made_of_fill(uint64_t v, uint8_t *byte)
{
	uint64_t fill;

	*byte = (uint8_t)(v >> 56);
	fill = *byte * UINT64_C(0x0101010101010101);
	if (!*byte || is_other_poison(*byte))
		return false;
	/* all ones by itself is -1, the commonest number */
	if (*byte == 0xff)
		return v == fill - 1;
	return v >= fill - 1 && v - (fill - 1) <= MAX_OFFSET;
}

/*
 * -2 in a register is an error number first. It may have been followed if nothing else
 * is known to have failed, and -1, what it would be made of, is there, too.
 */
static bool may_be_ones(const struct oops_case *c)
{
	size_t i;

	for (i = 0; i < c->g->nr; i++) {
		if (c->g->word[i].role == OOPS_ACCESSED)
			return false;
	}
	return holds(c, UINT64_MAX);
}

struct oops_fill oops_fill_of(const struct oops_case *c)
{
	struct oops_fill f = { false, false, 0 };
	uint8_t byte;
	size_t i;

	/* what is of several oopses supports nothing in each other */
	if (c->g->mixed)
		return f;
	for (i = 0; i < c->g->nr && !f.both; i++) {
		const struct oops_word *w = &c->g->word[i];

		if (!made_of_fill(w->value, &byte) ||
		    (byte == 0xff && w->role != OOPS_ACCESSED && !may_be_ones(c)))
			continue;
		f.seen = true;
		f.byte = byte;
		f.both = holds(c, byte * UINT64_C(0x0101010101010101)) &&
			 (w->role == OOPS_ACCESSED ||
			  holds(c, byte * UINT64_C(0x0101010101010101) - 1));
	}
	return f;
}

void oops_byte_text(struct zdm_text *t, uint8_t byte)
{
	if (byte == 0xff)
		zdm_textf(t, "all ones");
	else
		zdm_textf(t, "0x%02x all over%s", byte, byte == 0xfd ?
			  " (what x86 leaves of memmap that it took away)" : "");
}

bool oops_holders_text(struct zdm_text *t, const struct oops_case *c, uint64_t v, const char *what)
{
	bool any = false;
	size_t i;

	if (v <= UINT16_MAX)	/* every small number is in some register */
		return false;
	for (i = 0; i < c->g->nr; i++) {
		/* what a list's member held is another word of the struct page */
		if (c->g->word[i].value != v || oops_is_list_word(&c->g->word[i]))
			continue;
		if (any)
			zdm_textf(t, ", %s", c->g->word[i].name);
		else
			zdm_textf(t, "; %s is in %s", what, c->g->word[i].name);
		any = true;
	}
	return any;
}

void oops_fill_text(struct zdm_text *t, const struct oops_case *c, const struct oops_fill *f,
		    bool maybe)
{
	uint64_t fill = f->byte * UINT64_C(0x0101010101010101);

	zdm_textf(t, "  Its contents%s: ", maybe ? " would be" : "");
	oops_byte_text(t, f->byte);
	zdm_textf(t, ", never initialised");
	oops_holders_text(t, c, fill, "the first word, its flags,");
	oops_holders_text(t, c, fill - 1, "its second word less 1, a head page to compound_head(),");
	zdm_textf(t, ".\n");
}

const struct oops_word *oops_access_inside(const struct oops_case *c, uint64_t kaddr)
{
	size_t i;

	for (i = 0; i < c->g->nr; i++) {
		const struct oops_word *w = &c->g->word[i];

		if (w->role == OOPS_ACCESSED && w->value >= kaddr &&
		    w->value - kaddr < c->page_bytes)
			return w;
	}
	return NULL;
}

static enum oops_access access_of(const struct oops_case *c, enum oops_how how)
{
	if (how != OOPS_BY_ACCESS)
		return OOPS_ACCESS_READ;
	return c->g->mixed ? OOPS_ACCESS_UNKNOWN : c->g->access;
}

const char *oops_access_text(const struct oops_word *w)
{
	return oops_is_list_word(w) ? "the list entry that the kernel found damaged" :
	       "the access that failed";
}

const char *oops_did(const struct oops_case *c, enum oops_how how)
{
	static const char *const did[] = {
		[OOPS_ACCESS_UNKNOWN] = "accessed", [OOPS_ACCESS_READ] = "read",
		[OOPS_ACCESS_WRITE] = "wrote to", [OOPS_ACCESS_EXEC] = "ran into",
	};

	return did[access_of(c, how)];
}

const char *oops_was(const struct oops_case *c, enum oops_how how)
{
	static const char *const was[] = {
		[OOPS_ACCESS_UNKNOWN] = "accessed", [OOPS_ACCESS_READ] = "read",
		[OOPS_ACCESS_WRITE] = "written to", [OOPS_ACCESS_EXEC] = "run as code",
	};

	return was[access_of(c, how)];
}

void oops_walker_text(struct zdm_text *t, const struct oops_case *c)
{
	const struct oops_group *g = c->g;

	if (!oops_knows_walker(c))
		return;
	if (g->function[0])
		zdm_textf(t, "%s()", g->function);
	if (g->comm[0]) {
		zdm_textf(t, "%s%s", g->function[0] ? " (" : "", g->comm);
		if (g->pid >= 0)
			zdm_textf(t, ", PID %" PRId64, g->pid);
		zdm_textf(t, "%s", g->function[0] ? ")" : "");
	}
}

static const char *number_word(enum oops_kind kind)
{
	switch (kind) {
	case OOPS_KIND_PFN:
		return "its pfn";
	case OOPS_KIND_PADDR:
		return "its physical address";
	case OOPS_KIND_OFFSET:
		return "64 * its pfn";
	default:
		return NULL;
	}
}

void oops_others_text(struct zdm_text *t, const struct oops_case *c, const struct oops_hit *subject,
		      uint64_t pfn)
{
	bool pointers = false, numbers = false;
	const char *what;
	size_t i;

	for (i = 0; i < c->nr_hits; i++) {
		const struct oops_hit *h = &c->hit[i];

		if (h == subject || h->kind != OOPS_KIND_PAGE || h->pfn != pfn ||
		    h->word->role == OOPS_LEFT_OVER)
			continue;
		zdm_textf(t, "%s%s", pointers ? ", " : " (also ", h->word->name);
		pointers = true;
	}
	for (i = 0; i < c->nr_hits; i++) {
		const struct oops_hit *h = &c->hit[i];

		what = h->pfn == pfn ? number_word(h->kind) : NULL;
		if (!what)
			continue;
		zdm_textf(t, "%s%s holds %s", numbers ? ", " : pointers ? "; " : " (",
			  h->word->name, what);
		if (h->kind == OOPS_KIND_OFFSET && c->page_bytes != OOPS_PAGE_BYTES)
			zdm_textf(t, " (of %" PRIu64 " bytes a struct page)", c->page_bytes);
		numbers = true;
	}
	if (pointers || numbers)
		zdm_textf(t, ")");
}

void oops_span_text(struct zdm_text *t, const struct oops_case *c, uint64_t pfn)
{
	uint64_t paddr = pfn * c->page_size;
	const struct oops_span *best = NULL;
	size_t i;

	for (i = 0; i < c->o->nr_spans; i++) {
		const struct oops_span *p = &c->o->span[i];

		if (paddr >= p->start_paddr && paddr < p->end_paddr && (!best || p->persistent))
			best = p;
	}
	if (best)
		zdm_textf(t, "  The text says of that memory: %s%s, %#" PRIx64 " to %#" PRIx64
			  "; this is page %" PRIu64 " of it.\n", best->what,
			  best->persistent && best->what[0] == 'm' ? ", persistent" : "",
			  best->start_paddr, best->end_paddr,
			  (paddr - best->start_paddr) / c->page_size + 1);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * flip: every way to take one piece of evidence away from a vmcore, and the
 * PFNs that then have none. Of these no reader may say that their struct pages
 * are valid; what else it says of them is not judged here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

void flip_parse(struct flip *f, char *spec)
{
	char *save = NULL, *w = strtok_r(spec, "/", &save);
	size_t i;

	f->kind = w;
	for (i = 0; i < 3 && w; i++) {
		w = strtok_r(NULL, "/", &save);
		f->arg[i] = w;
	}
	if (!f->kind || !f->arg[0])
		die("a flip looks like KIND/WHAT[/HOW]");
}

bool flip_is(const struct core *c, const char *kind, const char *arg0, const char *arg1)
{
	return c->flip.kind && !strcmp(c->flip.kind, kind) && !strcmp(c->flip.arg[0], arg0) &&
	       (!arg1 || (c->flip.arg[1] && !strcmp(c->flip.arg[1], arg1)));
}

static void print_span(uint64_t start, uint64_t end)
{
	if (start < end)
		printf(" %#" PRIx64 " %#" PRIx64, start, end);
}

/* The entries of a pgmap (or of all: NULL), as far as they lie in the given PFNs. */
static void print_entries(const struct core *c, const struct pgmap *p, struct span in)
{
	size_t i;

	for (i = 0; i < c->nr_entries; i++) {
		struct span s = c->entry[i].span;

		if (p && &c->pgmap[c->entry[i].pgmap] != p)
			continue;
		print_span(s.start > in.start ? s.start : in.start,
			   s.end < in.end ? s.end : in.end);
	}
}

static bool has_entries(const struct core *c, struct span in)
{
	size_t i;

	for (i = 0; i < c->nr_entries; i++)
		if (c->entry[i].span.start < in.end && c->entry[i].span.end > in.start)
			return true;
	return false;
}

static const struct span everywhere = { 0, UINT64_MAX };

/*
 * Dropped sub-section bits. In an early section a clear bit is normal (a boot
 * hole): there only PFNs of a device lose something.
 */
static void list_bits(const struct core *c, const struct section *sec, unsigned int word,
		      uint64_t mask)
{
	uint64_t start = sec->nr * PAGES_PER_SECTION, bit, pfn;

	mask &= sec->subsections[word];
	if (!mask || (sec->early && !has_entries(c, (struct span){ start, start + PAGES_PER_SECTION })))
		return;
	printf("bits/%" PRIu64 "/%#" PRIx64 "/%u", sec->nr, mask, word);
	for (bit = 0; bit < 64; bit++) {
		if (!(mask >> bit & 1))
			continue;
		pfn = start + (word * 64 + bit) * PAGES_PER_SUBSECTION;
		if (sec->early)
			print_entries(c, NULL, (struct span){ pfn, pfn + PAGES_PER_SUBSECTION });
		else
			print_span(pfn, pfn + PAGES_PER_SUBSECTION);
	}
	putchar('\n');
}

static void list_sections(const struct core *c, bool each)
{
	unsigned int bit, word;
	size_t i;

	if (!kern_has(&c->k, "mem_section", "usage"))
		return;
	for (i = 0; i < c->nr_sections; i++)
		for (word = 0; word < (SUBSECTIONS + 63) / 64; word++) {
			const struct section *sec = &c->section[i];

			list_bits(c, sec, word, 0x5555555555555555ull);
			list_bits(c, sec, word, 0xaaaaaaaaaaaaaaaaull);
			for (bit = 0; each && bit < 64; bit++)
				list_bits(c, sec, word, 1ull << bit);
		}
}

/*
 * PFNs whose pgmap must be known. In an early section these are the ones that
 * have a memmap of the device's making: where the bit is clear, a missing entry
 * makes an honest boot hole of them. Where it is set, the record of RAM does not
 * know them, be the section tainted (since 5.12) or not.
 */
static bool needs_entry(const struct core *c, uint64_t pfn)
{
	const struct section *sec = core_section(c, pfn / PAGES_PER_SECTION);

	if (!sec || !sec->early)
		return true;
	return kern_has(&c->k, "mem_section", "usage") &&
	       core_populated(sec, pfn % PAGES_PER_SECTION / PAGES_PER_SUBSECTION);
}

static void list_entry(const struct core *c, const struct pgmap *p)
{
	uint64_t pfn, stop;
	size_t i;

	printf("entry/%s", p->name);
	for (i = 0; i < c->nr_entries; i++) {
		struct span s = c->entry[i].span;

		if (&c->pgmap[c->entry[i].pgmap] != p)
			continue;
		for (pfn = s.start; pfn < s.end; pfn = stop) {
			bool need = needs_entry(c, pfn);

			stop = pfn;
			while (stop < s.end && needs_entry(c, stop) == need)
				stop = stop / PAGES_PER_SUBSECTION * PAGES_PER_SUBSECTION +
				       PAGES_PER_SUBSECTION;
			stop = stop < s.end ? stop : s.end;
			if (need)
				print_span(pfn, stop);
		}
	}
	putchar('\n');
}

/*
 * Without the count a range has no evidence left, but for the frames that
 * store its memmap: those are written before it counts.
 */
static void print_uncounted(const struct pgmap *p, size_t range)
{
	const struct span *r = &p->range[range];

	if (range || !p->altmap) {
		print_span(r->start, r->end);
		return;
	}
	print_span(r->start, p->base + p->reserve);
	print_span(p->base + p->reserve + p->free, r->end);
}

static void list_pgmaps(const struct core *c)
{
	size_t i, j;
	uint64_t n;

	for (i = 0; i < c->nr_pgmaps; i++) {
		const struct pgmap *p = &c->pgmap[i];

		if (kern_has(&c->k, "dev_pagemap", "nr_range"))
			for (n = 0; n < p->nr_range; n++) {
				printf("nr_range/%s/%" PRIu64, p->name, n);
				for (j = n; j < p->nr_ranges; j++)
					print_uncounted(p, j);
				putchar('\n');
			}
		printf("dead/%s", p->name);
		print_entries(c, p, everywhere);
		putchar('\n');
		list_entry(c, p);
		/* up to 4.15 the reserve is initialised like what is behind it */
		if (p->altmap && !kern_has(&c->k, "page_map", "pgmap"))
			printf("reserve/%s/16 %#" PRIx64 " %#" PRIx64 "\n", p->name,
			       p->base + p->reserve, p->base + p->reserve + 16);
	}
}

static bool starts(const char *label, const char *prefix)
{
	return !strncmp(label, prefix, strlen(prefix));
}

static const struct pgmap *pgmap_named(const struct core *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->nr_pgmaps; i++)
		if (!strcmp(c->pgmap[i].name, name))
			return &c->pgmap[i];
	return NULL;
}

/* A node of the lookup tree covers 64 << shift indices from its first on. */
static void lost_with_node(const struct core *c, const char *index_and_shift)
{
	char *end;
	uint64_t base = strtoull(index_and_shift, &end, 0), len = 64ull << atoi(end + 1);
	bool by_section = kern_param_is(&c->k, "pgmap_index", "radix-section");
	uint64_t unit = by_section ? PAGES_PER_SECTION : 1;

	print_entries(c, NULL, (struct span){ base * unit, (base + len) * unit });
}

/* The PFNs that depend on an object; false when no verdict does. */
static bool lost_with(const struct core *c, const char *label, bool print)
{
	static const char *const of_pgmap[] = { "devres:", "page_map:", "ref:" };
	size_t per_root = PAGE_BYTES / kern_size(&c->k, "mem_section"), i;
	const struct section *sec;
	uint64_t nr;

	if (starts(label, "root:")) {
		nr = strtoull(label + 5, NULL, 0);
		for (i = 0; print && i < c->nr_sections; i++)
			if (c->section[i].nr / per_root == nr)
				print_span(c->section[i].nr * PAGES_PER_SECTION,
					   (c->section[i].nr + 1) * PAGES_PER_SECTION);
		return true;
	}
	if (starts(label, "usage:")) {
		sec = core_section(c, strtoull(label + 6, NULL, 0));
		if (print && !sec->early)
			print_span(sec->nr * PAGES_PER_SECTION, (sec->nr + 1) * PAGES_PER_SECTION);
		return true;
	}
	for (i = 0; i < sizeof(of_pgmap) / sizeof(*of_pgmap); i++)
		if (starts(label, of_pgmap[i])) {
			if (print)
				print_entries(c, pgmap_named(c, strchr(label, ':') + 1),
					      everywhere);
			return true;
		}
	if (starts(label, "node:pgmap_")) {
		if (print)
			lost_with_node(c, strchr(label + 5, ':') + 1);
		return true;
	}
	if (!strcmp(label, "pgmap_array") || !strcmp(label, "pgmap_radix")) {
		if (print)
			print_entries(c, NULL, everywhere);
		return true;
	}
	return false;
}

static bool share_frame(const struct core *c, const struct object *a, const struct object *b)
{
	(void)c;
	return a->kaddr / PAGE_BYTES <= (b->kaddr + b->len - 1) / PAGE_BYTES &&
	       b->kaddr / PAGE_BYTES <= (a->kaddr + a->len - 1) / PAGE_BYTES;
}

/* Objects share frames: what goes with one goes with its neighbours. */
static void list_omissions(const struct core *c)
{
	size_t i, j;

	for (i = 0; i < c->im.nr_objects; i++) {
		const struct object *o = &c->im.object[i];

		if (!lost_with(c, o->label, false))
			continue;
		printf("omit/%s", o->label);
		for (j = 0; j < c->im.nr_objects; j++)
			if (share_frame(c, o, &c->im.object[j]))
				lost_with(c, c->im.object[j].label, true);
		putchar('\n');
	}
}

/*
 * Before 5.10 the struct pages say how far their initialisation came, or the
 * references do: without either nothing does. Where the struct pages are not
 * stored anyway, taking the references is enough.
 */
static void list_witnesses(const struct core *c)
{
	size_t i;

	if (kern_has(&c->k, "dev_pagemap", "nr_range"))
		return;
	for (i = 0; i < c->nr_pgmaps; i++) {
		printf("unwitnessed/%s", c->pgmap[i].name);
		print_entries(c, &c->pgmap[i], everywhere);
		putchar('\n');
	}
}

/* What "unwitnessed" takes beside the references. */
void flip_omit_pages(struct core *c)
{
	size_t i;

	for (i = 0; i < c->nr_entries; i++) {
		struct span s = c->entry[i].span;

		if (flip_is(c, "unwitnessed", c->pgmap[c->entry[i].pgmap].name, NULL))
			core_omit_pages(c, s);
	}
}

void flip_list(const struct core *c)
{
	list_sections(c, false);
	list_pgmaps(c);
	list_omissions(c);
	list_witnesses(c);
}

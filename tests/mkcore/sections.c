// SPDX-License-Identifier: LGPL-2.1-or-later
/* sections: mem_section roots, entries and sub-section bitmaps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

static uint64_t flags_of(const struct core *c, const struct stmt *s, const char *text)
{
	char *copy = xstrdup(text), *save = NULL, *w;
	uint64_t flags = 0;

	for (w = strtok_r(copy, "|", &save); w; w = strtok_r(NULL, "|", &save)) {
		char *key = xprintf("section.%s", w);

		if (!kern_param(&c->k, key))
			die_at(s, "this kernel has no section flag %s", w);
		flags |= kern_param_number(&c->k, key);
		free(key);
	}
	free(copy);
	return flags;
}

static bool has_flag(const struct core *c, uint64_t flags, const char *key)
{
	return kern_param(&c->k, key) && (flags & kern_param_number(&c->k, key));
}

static void bitmap_of(const struct stmt *s, const char *text, uint64_t *map)
{
	struct span *r, all = { 0, SUBSECTIONS };
	uint64_t bit;
	size_t nr, i;

	if (!text || !strcmp(text, "none"))
		return;
	if (!strcmp(text, "all")) {
		r = &all;
		nr = 1;
	} else {
		nr = spans_of(s, text, &r);
	}
	for (i = 0; i < nr; i++) {
		if (r[i].end > SUBSECTIONS)
			die_at(s, "a section has %u sub-sections", SUBSECTIONS);
		for (bit = r[i].start; bit < r[i].end; bit++)
			map[bit / 64] |= 1ull << bit % 64;
	}
	if (r != &all)
		free(r);
}

bool core_populated(const struct section *sec, uint64_t subsection)
{
	return sec->subsections[subsection / 64] >> subsection % 64 & 1;
}

/* "section A..B flags=… [subsections=all|none|A..B,…] [map=V] [usage=0]" */
void core_add_sections(struct core *c, const struct stmt *s)
{
	struct span nrs = span_of(s, stmt_word(s, 1));
	const char *flags = stmt_get(s, "flags");
	uint64_t nr;

	if (!flags)
		die_at(s, "section needs flags=");
	for (nr = nrs.start; nr < nrs.end; nr++) {
		struct section sec = { .nr = nr, .flags = flags_of(c, s, flags) };

		if (core_section(c, nr))
			die_at(s, "section %" PRIu64 " is there twice", nr);
		sec.early = has_flag(c, sec.flags, "section.EARLY");
		sec.has_map = has_flag(c, sec.flags, "section.HAS_MEM_MAP");
		bitmap_of(s, stmt_get(s, "subsections"), sec.subsections);
		c->section = xrealloc(c->section, (c->nr_sections + 1) * sizeof(sec));
		c->section[c->nr_sections++] = sec;
	}
}

const struct section *core_section(const struct core *c, uint64_t nr)
{
	size_t i;

	for (i = 0; i < c->nr_sections; i++)
		if (c->section[i].nr == nr)
			return &c->section[i];
	return NULL;
}

/* bits/SECTION/MASK/WORD */
static uint64_t dropped_bits(const struct core *c, uint64_t nr, unsigned int word)
{
	if (!c->flip.kind || strcmp(c->flip.kind, "bits") ||
	    strtoull(c->flip.arg[0], NULL, 0) != nr ||
	    strtoull(c->flip.arg[2] ? c->flip.arg[2] : "0", NULL, 0) != word)
		return 0;
	return strtoull(c->flip.arg[1], NULL, 0);
}

static uint64_t make_usage(struct core *c, struct section *sec)
{
	uint64_t size = kern_size(&c->k, "mem_section_usage");
	uint64_t off = kern_offset(&c->k, "mem_section_usage", "subsection_map");
	unsigned int words = (SUBSECTIONS + 63) / 64, i;
	/* The size is that of one word; page blocks of four bits follow the structure. */
	uint64_t at = image_alloc(&c->im, size + 8 * (words - 1) + 32 * words, 8, "mem_section_usage",
				  xprintf("usage:%" PRIu64, sec->nr));

	for (i = 0; i < words; i++)
		image_put(&c->im, at + off + 8 * i,
			  sec->subsections[i] & ~dropped_bits(c, sec->nr, i), 8);
	return at;
}

static uint64_t nr_roots(const struct core *c)
{
	uint64_t nr = 0;

	kern_fact(&c->k, "LENGTH(mem_section)", &nr);
	return nr;
}

/* "param roots=high": behind all other structures, as boot allocates from above. */
static uint64_t new_root(struct core *c, char *label)
{
	if (!kern_param(&c->k, "roots"))
		return image_alloc(&c->im, PAGE_BYTES, PAGE_BYTES, NULL, label);
	return image_label(&c->im, c->im.page_offset + image_alloc_huge(&c->im), PAGE_BYTES, NULL,
			   label);
}

static uint64_t root_of(struct core *c, uint64_t roots, uint64_t nr, uint64_t per_root)
{
	uint64_t slot = roots + nr / per_root * 8, root = image_get(&c->im, slot, 8);

	if (!root) {
		root = new_root(c, xprintf("root:%" PRIu64, nr / per_root));
		image_put(&c->im, slot, root, 8);
	}
	return root;
}

static void encode_section(struct core *c, uint64_t roots, struct section *sec)
{
	uint64_t size = kern_size(&c->k, "mem_section"), per_root = PAGE_BYTES / size;
	uint64_t map = sec->flags;
	struct image *im = &c->im;

	if (sec->nr / per_root >= nr_roots(c))
		die("section %" PRIu64 " lies beyond the section table", sec->nr);
	sec->kaddr = root_of(c, roots, sec->nr, per_root) + sec->nr % per_root * size;
	image_label(im, sec->kaddr, size, "mem_section", xprintf("section:%" PRIu64, sec->nr));
	/* mem_map minus the section's first pfn: the address of struct page 0 for every section */
	if (sec->has_map)
		map |= c->vmemmap;
	image_put(im, sec->kaddr + kern_offset(&c->k, "mem_section", "section_mem_map"), map, 8);
	if (kern_has(&c->k, "mem_section", "usage")) {
		/* The usage goes when the last sub-section does. */
		if (sec->has_map)
			sec->usage_kaddr = make_usage(c, sec);
		image_put(im, sec->kaddr + kern_offset(&c->k, "mem_section", "usage"),
			  sec->usage_kaddr, 8);
	} else {
		image_put(im, sec->kaddr + kern_offset(&c->k, "mem_section", "pageblock_flags"),
			  image_alloc(im, 32, 8, NULL, xprintf("pageblock:%" PRIu64, sec->nr)),
			  8);
	}
}

void core_encode_sections(struct core *c)
{
	uint64_t variable = kern_symbol(&c->k, "mem_section"), roots = variable, i;

	if (kern_param_is(&c->k, "mem_section", "pointer")) {
		roots = image_alloc(&c->im, nr_roots(c) * 8, PAGE_BYTES, NULL, xstrdup("roots"));
		image_put(&c->im, variable, roots, 8);
	}
	/* VMCOREINFO carries the address of the array, the symbol table that of the variable. */
	kern_add_symbol(&c->k, "@roots", roots);
	for (i = 0; i < c->nr_sections; i++)
		encode_section(c, roots, &c->section[i]);
	if (kern_has_symbol(&c->k, "__highest_present_section_nr")) {
		uint64_t highest = 0;

		for (i = 0; i < c->nr_sections; i++)
			if (c->section[i].nr > highest)
				highest = c->section[i].nr;
		image_put(&c->im, kern_symbol(&c->k, "__highest_present_section_nr"), highest, 8);
	}
}

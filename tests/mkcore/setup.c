// SPDX-License-Identifier: LGPL-2.1-or-later
/* setup: the kernel's table, the address space and physical memory. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* Linked address of the kernel, and where its variables are in this program's images. */
#define IMAGE_TEXT_OFF 0x1000000ull
#define IMAGE_DATA_OFF 0x1200000ull
#define IMAGE_BYTES 0x800000ull

static const struct stmt *find(const struct text *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (!strcmp(t->stmt[i].word[0], name))
			return &t->stmt[i];
	return NULL;
}

static uint64_t setting(const struct text *t, const char *name, uint64_t dflt)
{
	const struct stmt *s = find(t, name);

	return s ? number_of(s, stmt_word(s, 1)) : dflt;
}

static void add_memory(struct core *c, const struct stmt *s)
{
	struct span r = span_of(s, stmt_word(s, 1)), **list;
	size_t *nr;

	if (!strcmp(s->word[0], "ram")) {
		list = &c->ram;
		nr = &c->nr_ram;
	} else if (stmt_has(s, "dumped")) {
		list = &c->dumped;
		nr = &c->nr_dumped;
	} else {
		list = NULL;
		nr = NULL;
	}
	if (list) {
		*list = xrealloc(*list, (*nr + 1) * sizeof(**list));
		(*list)[(*nr)++] = r;
	}
	/* MEMORY_DEVICE_PRIVATE is not in the direct map. */
	if (!stmt_has(s, "unmapped"))
		image_map(&c->im, c->im.page_offset + r.start * PAGE_BYTES, r.start * PAGE_BYTES,
			  (r.end - r.start) * PAGE_BYTES, HUGE_BYTES);
}

static void map_image(struct core *c)
{
	struct image *im = &c->im;
	uint64_t kaddr = LINK_BASE + IMAGE_TEXT_OFF + im->kaslr;
	uint64_t paddr = kaddr - LINK_BASE + im->phys_base;

	image_map(im, kaddr, paddr, IMAGE_BYTES, HUGE_BYTES);
	im->image_next = LINK_BASE + IMAGE_DATA_OFF + im->kaslr;
	im->image_end = kaddr + IMAGE_BYTES;
	if (!c->nr_ram || paddr + IMAGE_BYTES >= c->ram[0].end * PAGE_BYTES)
		die("the first ram range must hold the kernel image at %016" PRIx64, paddr);
	im->pool_lo = paddr + IMAGE_BYTES;
	im->pool_hi = c->ram[0].end * PAGE_BYTES;
}

static void machine_facts(struct core *c)
{
	uint64_t bits = c->im.levels == 5 ? 52 : kern_number(&c->k, "MAX_PHYSMEM_BITS");

	kern_set_machine_fact(&c->k, "NUMBER(phys_base)", c->im.phys_base);
	kern_set_machine_fact(&c->k, "NUMBER(pgtable_l5_enabled)", c->im.levels == 5);
	kern_set_machine_fact(&c->k, "NUMBER(sme_mask)", 0);
	/* Constants of the kernel that no debug information has. */
	kern_set_machine_fact(&c->k, "NUMBER(MAX_PHYSMEM_BITS)", bits);
	kern_set_machine_fact(&c->k, "NUMBER(SECTION_SIZE_BITS)",
			      kern_number(&c->k, "SECTION_SIZE_BITS"));
	kern_set_machine_fact(&c->k, "LENGTH(mem_section)",
			      (1ull << (bits - kern_number(&c->k, "SECTION_SIZE_BITS"))) /
			      (PAGE_BYTES / kern_size(&c->k, "mem_section")));
}

void core_begin(struct core *c, const struct text *t, const char *kernel_dir)
{
	const struct stmt *s = find(t, "kernel");
	struct image *im = &c->im;
	bool l5;
	size_t i;

	if (!s)
		die("%s has no kernel statement", t->nr ? t->stmt[0].file : "the description");
	kern_load(&c->k, kernel_dir, stmt_word(s, 1));
	s = find(t, "release");
	c->release = s ? stmt_word(s, 1) : kern_param(&c->k, "release");
	if (!c->release)
		die("no release given");
	im->levels = setting(t, "levels", 4);
	if (im->levels != 4 && im->levels != 5)
		die("levels must be 4 or 5");
	l5 = im->levels == 5;
	im->kaslr = setting(t, "kaslr", 0);
	im->phys_base = setting(t, "phys_base", 0);
	im->page_offset = setting(t, "page_offset",
				  l5 ? 0xff11000000000000ull :
				  kern_param_number(&c->k, "page_offset"));
	c->vmemmap = setting(t, "vmemmap", l5 ? 0xffd4000000000000ull : 0xffffea0000000000ull);
	c->cpus = setting(t, "cpus", 0);
	for (i = 0; i < t->nr; i++)
		if (!strcmp(t->stmt[i].word[0], "ram") || !strcmp(t->stmt[i].word[0], "device"))
			add_memory(c, &t->stmt[i]);
	map_image(c);
	machine_facts(c);
}

/* "symbol NAME [bytes=N] [value=V|vmemmap|page_offset|phys_base] [align=N]" */
void core_place_symbols(struct core *c)
{
	size_t i;

	/* Only now have the description's own sizes replaced the table's. */
	c->page_bytes = kern_size(&c->k, "page");
	/* The page directory first, alone on its page. */
	c->pgd_kaddr = image_static(&c->im, PAGE_BYTES, PAGE_BYTES, NULL, xstrdup("init_top_pgt"));
	kern_add_symbol(&c->k, "@vmemmap", c->vmemmap);
	for (i = 0; i < c->k.nr_wanted; i++) {
		const struct stmt *s = &c->k.wanted[i];
		const char *name = s->word[1], *value = stmt_get(s, "value");
		uint64_t bytes = stmt_number(s, "bytes", 8), kaddr;

		if (stmt_has(s, "pgd")) {
			kern_add_symbol(&c->k, name, c->pgd_kaddr);
			continue;
		}
		if (stmt_has(s, "text")) {
			kern_add_symbol(&c->k, name, LINK_BASE + IMAGE_TEXT_OFF + c->im.kaslr +
					stmt_number(s, "off", 0));
			continue;
		}
		kaddr = image_static(&c->im, bytes, stmt_number(s, "align", 8),
				     stmt_get(s, "type"), xstrdup(name));
		kern_add_symbol(&c->k, name, kaddr);
		if (value)
			image_put(&c->im, kaddr,
				  !strcmp(value, "vmemmap") ? c->vmemmap :
				  !strcmp(value, "page_offset") ? c->im.page_offset :
				  !strcmp(value, "phys_base") ? c->im.phys_base :
				  number_of(s, value), bytes);
	}
}

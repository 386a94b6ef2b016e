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

static uint64_t physmem_bits(const struct core *c)
{
	return machine.levels == 5 ? 52 : kern_number(&c->k, "MAX_PHYSMEM_BITS");
}

static void machine_facts(struct core *c)
{
	uint64_t bits = physmem_bits(c);

	if (machine.arm64) {
		kern_set_machine_fact(&c->k, "NUMBER(VA_BITS)", c->va_bits);
		kern_set_machine_hex(&c->k, "NUMBER(TCR_EL1_T1SZ)", c->t1sz);
		kern_set_machine_hex(&c->k, "NUMBER(kimage_voffset)", LINK_BASE - c->im.phys_base);
		kern_set_machine_hex(&c->k, "NUMBER(PHYS_OFFSET)", c->phys_offset);
	} else {
		kern_set_machine_fact(&c->k, "NUMBER(phys_base)", c->im.phys_base);
		kern_set_machine_fact(&c->k, "NUMBER(pgtable_l5_enabled)", machine.levels == 5);
		kern_set_machine_fact(&c->k, "NUMBER(sme_mask)", 0);
	}
	/* Constants of the kernel that no debug information has. */
	kern_set_machine_fact(&c->k, "NUMBER(MAX_PHYSMEM_BITS)", bits);
	kern_set_machine_fact(&c->k, "NUMBER(SECTION_SIZE_BITS)", machine.section_bits);
	kern_set_machine_fact(&c->k, "LENGTH(mem_section)",
			      (1ull << (bits - machine.section_bits)) /
			      (PAGE_BYTES / kern_size(&c->k, "mem_section")));
}

static void x86_64_begin(struct core *c, const struct text *t)
{
	unsigned int levels = setting(t, "levels", 4);
	bool l5 = levels == 5;

	if (levels != 4 && levels != 5)
		die("levels must be 4 or 5");
	machine_x86_64(levels);
	machine.section_bits = kern_number(&c->k, "SECTION_SIZE_BITS");
	c->im.phys_base = setting(t, "phys_base", 0);
	c->im.page_offset = setting(t, "page_offset",
				    l5 ? 0xff11000000000000ull :
				    kern_param_number(&c->k, "page_offset"));
	c->vmemmap = setting(t, "vmemmap", l5 ? 0xffd4000000000000ull : 0xffffea0000000000ull);
}

/*
 * "page_bytes", "va_bits" (as configured), "t1sz", "phys_offset", "section_bits": what a kernel
 * and its hardware decided. phys_base: where LINK_BASE would be.
 */
static void arm64_begin(struct core *c, const struct text *t)
{
	uint64_t page_bytes = setting(t, "page_bytes", 4096), bits;

	c->va_bits = setting(t, "va_bits", 52);
	c->t1sz = setting(t, "t1sz", 64 - c->va_bits);
	/* with 64K pages the top table has the size that was configured (pgtable-hwdef.h) */
	bits = page_bytes == 65536 ? c->va_bits : 64 - c->t1sz;
	machine_arm64(page_bytes, (unsigned int)bits);
	machine.section_bits = setting(t, "section_bits", machine.section_bits);
	c->im.phys_base = setting(t, "phys_base", 0x40000000);
	c->phys_offset = setting(t, "phys_offset", 0x40000000);
	/* __phys_to_virt(): PAGE_OFFSET, of the configured bits, is PHYS_OFFSET's */
	c->im.page_offset = -(1ull << c->va_bits) - c->phys_offset;
	c->vmemmap = setting(t, "vmemmap", 0);
	if (!c->vmemmap)
		die("arm64 needs vmemmap");
}

void core_begin(struct core *c, const struct text *t, const char *kernel_dir)
{
	const struct stmt *s = find(t, "kernel");
	size_t i;

	if (!s)
		die("%s has no kernel statement", t->nr ? t->stmt[0].file : "the description");
	kern_load(&c->k, kernel_dir, stmt_word(s, 1));
	s = find(t, "release");
	c->release = s ? stmt_word(s, 1) : kern_param(&c->k, "release");
	if (!c->release)
		die("no release given");
	c->im.kaslr = setting(t, "kaslr", 0);
	if (kern_param(&c->k, "machine") && kern_param_is(&c->k, "machine", "arm64"))
		arm64_begin(c, t);
	else
		x86_64_begin(c, t);
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

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The door for machines: one that is none of those we have, with pages of 16 KiB, three
 * levels of page tables, entries whose bit says "table" where x86's says "leaf", tags in
 * pointers, and no address of PFN 0's struct page but in its sections. It is all here:
 * whatever else had to know of it would be a machine outside arch_*.c.
 */
#include "test_util.h"

#include <stdio.h>

#include <zdm/carve.h>

#include "kernel/session.h"

#define PAGE_SHIFT 14
#define LEVEL_BITS 11
#define ELF_TOY 0x7a64
#define IMAGE 0xfffffffe00000000ull	/* at RAM, mapped by one entry of 32 MiB */
#define RAM 0x80000000ull		/* one section of 128 MiB */
#define VMEMMAP 0xffffc00000000000ull	/* PFN 0; 32 MiB of it at MEMMAP */
#define MEMMAP 0x82000000ull
#define FIRST_PFN (RAM >> PAGE_SHIFT)
#define SECTION_PAGES (1ull << (27 - PAGE_SHIFT))

#define PGD 0x400000u			/* from here on: bytes behind IMAGE and RAM */
#define IMAGE_TABLE 0x404000u
#define VMEMMAP_TABLE 0x408000u
#define ROOTS 0x410000u
#define ROOT 0x420000u
#define USAGE 0x430000u

static enum zdm_status toy_init(const struct zdm_arch_ask *ask, struct zdm_xlat *x, char *err,
				size_t err_len)
{
	int64_t levels;

	if (!ask->number(ask->priv, "toy_levels", &levels)) {
		snprintf(err, err_len, "toy_levels is missing");
		return ZDM_ABSENT;
	}
	x->page_shift = PAGE_SHIFT;
	x->bits_per_level = LEVEL_BITS;
	x->levels = (unsigned int)levels;
	x->va_bits = PAGE_SHIFT + x->levels * LEVEL_BITS;
	x->image_off = IMAGE - RAM;
	x->image_start_kaddr = IMAGE;
	x->image_end_kaddr = IMAGE + (32u << 20);
	x->section_size_bits = 27;
	x->max_physmem_bits = 48;
	return ZDM_OK;
}

static enum zdm_entry toy_entry(const struct zdm_xlat *x, unsigned int level, uint64_t entry,
				uint64_t *paddr)
{
	(void)x;
	if (!(entry & 1))
		return ZDM_ENTRY_NONE;
	*paddr = entry & 0x0000ffffffffc000ull;
	if (level > 1 && (entry & 2))
		return ZDM_ENTRY_TABLE;
	return level > 2 ? ZDM_ENTRY_CORRUPT : ZDM_ENTRY_LEAF;
}

static uint64_t toy_untag(const struct zdm_xlat *x, uint64_t kaddr)
{
	(void)x;
	return (uint64_t)((int64_t)(kaddr << 8) >> 8);
}

static const struct zdm_arch toy = {
	.machine = "toy", .elf_machine = ELF_TOY, .init = toy_init, .entry = toy_entry,
	.untag = toy_untag,
};

/* Complete: what it does not list, this kernel does not have. No devices, then. */
static const char layout_text[] =
	"OSRELEASE=7.0.0-toy\n"
	"SYMBOL(_stext)=fffffffe00010000\n"
	"SYMBOL(swapper_pg_dir)=fffffffe00400000\n"
	"SYMBOL(mem_section)=fffffffe00410000\n"
	"SIZE(page)=64\n"
	"SIZE(mem_section)=16\n"
	"OFFSET(mem_section.section_mem_map)=0\n"
	"OFFSET(mem_section.usage)=8\n"
	"OFFSET(mem_section_usage.subsection_map)=0\n"
	"NUMBER(toy_levels)=3\n"
	"NUMBER(zdm_complete)=1\n";

static void put(struct mem *m, uint64_t off, uint64_t value)
{
	mem_put(m, RAM + off, value, 8);
}

static void put_entry(struct mem *m, uint64_t table, unsigned int level, uint64_t kaddr,
		      uint64_t entry)
{
	unsigned int shift = PAGE_SHIFT + (level - 1) * LEVEL_BITS;

	put(m, table + (kaddr >> shift & ((1u << LEVEL_BITS) - 1)) * 8, entry);
}

static void make(struct mem *m)
{
	memset(m, 0, sizeof(*m));
	mem_add(m, RAM, 1u << 23);
	mem_add(m, MEMMAP + FIRST_PFN * 64, SECTION_PAGES * 64);
	put_entry(m, PGD, 3, IMAGE, (RAM + IMAGE_TABLE) | 3);
	put_entry(m, IMAGE_TABLE, 2, IMAGE, RAM | 1);
	put_entry(m, PGD, 3, VMEMMAP, (RAM + VMEMMAP_TABLE) | 3);
	put_entry(m, VMEMMAP_TABLE, 2, VMEMMAP, MEMMAP | 1);
	put(m, ROOTS, IMAGE + ROOT);
	/* section 16: present, memmap, online; half of its sub-sections; a tagged pointer */
	put(m, ROOT + 16 * 16, VMEMMAP | 7);
	put(m, ROOT + 16 * 16 + 8, (IMAGE + USAGE) & ~(0xa5ull << 56));
	put(m, USAGE, 0xffffffff);
}

static enum zdm_status open_toy(struct mem *m, struct zdm_source *layout, struct zdm_session **s,
				char *err)
{
	const struct zdm_open_opts opts = {
		.size = sizeof(opts), .sources = &layout, .nr_sources = 1,
	};

	return zdm_open_arch(&mem_ops, m, &opts, &toy, s, err, 400);
}

static struct zdm_source *layout_of(const char *text)
{
	struct zdm_source *layout;

	assert_ok(zdm_source_layout_open_mem(text, strlen(text), "toy", &layout, NULL, 0));
	return layout;
}

static void expect(const struct zdm_range *r, uint64_t start, uint64_t end, enum zdm_class cls,
		   enum zdm_tri valid)
{
	assert_int_equal(r->start_pfn, start);
	assert_int_equal(r->end_pfn, end);
	assert_int_equal(r->cls, cls);
	assert_int_equal(r->valid, valid);
}

static void test_verdicts(void **state)
{
	struct zdm_source *layout = layout_of(layout_text);
	const uint64_t half = FIRST_PFN + SECTION_PAGES / 2;
	struct zdm_carve_input *in;
	const struct zdm_kernel *k;
	const struct zdm_range *r;
	struct zdm_session *s;
	struct zdm_model *m;
	char err[400] = "";
	struct mem mem;

	(void)state;
	make(&mem);
	assert_ok(open_toy(&mem, layout, &s, err));
	assert_int_equal(zdm_session_kernel(s)->vmemmap_kaddr, 0);
	assert_ok(zdm_model_build(s, &m, err, sizeof(err)));
	k = zdm_model_kernel(m);
	assert_string_equal(k->machine, "toy");
	assert_int_equal(k->page_size, 1u << PAGE_SHIFT);
	assert_int_equal(k->subsection_pages, 128);
	assert_true(k->vmemmap_kaddr == VMEMMAP);
	assert_int_equal(zdm_model_ranges(m, &r), 3);
	expect(&r[0], 0, FIRST_PFN, ZDM_CLASS_ABSENT, ZDM_NO);
	expect(&r[1], FIRST_PFN, half, ZDM_CLASS_ONLINE, ZDM_YES);
	expect(&r[2], half, FIRST_PFN + SECTION_PAGES, ZDM_CLASS_HOLE, ZDM_NO);
	assert_int_equal(r[1].memmap, ZDM_MEMMAP_RAM);
	assert_int_equal(r[1].in_dump, ZDM_IN_DUMP_YES);
	assert_false(zdm_model_damaged(m));
	/* what is carved of it is an ELF file of this machine */
	assert_ok(zdm_carve_input_pages(s, &mem_ops, &mem, half, NULL, 0, &in, err, sizeof(err)));
	assert_int_equal(in->machine, ELF_TOY);
	zdm_carve_input_free(in);
	zdm_model_free(m);
	zdm_close(s);
	zdm_source_close(layout);
	mem_deinit(&mem);
}

/* Tables that do not map the image where it is are not this kernel's. */
static void test_wrong_tables(void **state)
{
	struct zdm_source *layout = layout_of(layout_text);
	struct zdm_session *s;
	char err[400] = "";
	struct mem mem;

	(void)state;
	make(&mem);
	put_entry(&mem, IMAGE_TABLE, 2, IMAGE, (RAM + (32u << 20)) | 1);
	assert_int_equal(open_toy(&mem, layout, &s, err), ZDM_UNREADABLE);
	assert_non_null(strstr(err, "do not map the kernel"));
	/* what x86 takes for a table is a leaf here, and too large a one */
	put_entry(&mem, PGD, 3, IMAGE, (RAM + IMAGE_TABLE) | 1);
	assert_int_equal(open_toy(&mem, layout, &s, err), ZDM_UNREADABLE);
	zdm_source_close(layout);
	mem_deinit(&mem);
}

/* What a dump says of its tables may be anything. */
static void test_hostile_numbers(void **state)
{
	static const char *const levels[] = { "0", "1", "4", "5", "63", "-1" };
	char text[sizeof(layout_text) + 32], err[400] = "";
	struct zdm_source *layout;
	struct zdm_session *s;
	struct mem mem;
	size_t i;

	(void)state;
	make(&mem);
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		snprintf(text, sizeof(text), "NUMBER(toy_levels)=%s\n%s", levels[i],
			 strchr(layout_text, '\n') + 1);
		*strstr(strstr(text, "SIZE(page)"), "NUMBER(toy") = '#';
		layout = layout_of(text);
		assert_true(open_toy(&mem, layout, &s, err) != ZDM_OK);
		assert_null(s);
		assert_true(err[0]);
		zdm_source_close(layout);
	}
	mem_deinit(&mem);
}

static void test_names(void **state)
{
	char name[16], err[200];
	size_t i, nr = 0;

	(void)state;
	for (i = 0; zdm_machine_name(i); i++, nr++) {
		const struct zdm_arch *a = zdm_arch_find(zdm_machine_name(i));

		assert_non_null(a);
		zdm_elf_machine(a->elf_machine, true, name, sizeof(name));
		assert_string_equal(name, a->machine);
		assert_ok(zdm_machine_check(name, NULL, 0));
		assert_non_null(a->init);
		assert_non_null(a->entry);
		assert_non_null(zdm_machine_pt_regs(name));
		assert_non_null(zdm_machine_register(name, ZDM_REG_STACK));
	}
	assert_true(nr > 0);
	/* no machine that is not known passes for one that is */
	zdm_elf_machine(0xfedc, true, name, sizeof(name));
	assert_string_equal(name, "ELF-65244");
	assert_int_equal(zdm_machine_check(name, err, sizeof(err)), ZDM_UNSUPPORTED);
	assert_non_null(strstr(err, "machine ELF-65244 is not supported"));
	/* PowerPC runs both ways round */
	zdm_elf_machine(21, true, name, sizeof(name));
	assert_string_equal(name, "ppc64le");
	zdm_elf_machine(21, false, name, sizeof(name));
	assert_string_equal(name, "ppc64");
}

TEST_MAIN(cmocka_unit_test(test_verdicts), cmocka_unit_test(test_wrong_tables),
	  cmocka_unit_test(test_hostile_numbers), cmocka_unit_test(test_names))

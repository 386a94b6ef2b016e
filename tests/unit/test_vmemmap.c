// SPDX-License-Identifier: LGPL-2.1-or-later
/* vmemmap: page tables against struct pages of awkward sizes. */
#include "test_util.h"

#include "model/vmemmap.h"

#define VMEMMAP 0xffffea0000000000ull	/* entry 468 of the top table */
#define PTES 0x4000ull
#define FRAMES 0x10000ull		/* of the memmap, one after the other */

/* One section of 2 MiB, whose memmap is mapped in pages of 4 KiB. */
struct world {
	struct mem m;
	struct zdm_session s;
	struct zdm_section section;
	struct zdm_sections sections;
	struct zdm_pgmaps pgmaps;
	struct zdm_blocks blocks;
	struct zdm_resources resources;
	struct zdm_vmemmap vmemmap;
	struct zdm_warnings warnings;
};

static void begin(struct world *w, uint64_t page_bytes)
{
	struct zdm_xlat x = { .arch = zdm_arch_find(NULL), .page_shift = 12, .bits_per_level = 9,
			      .va_bits = 48, .levels = 4, .pgd_paddr = 0x1000 };
	uint64_t i, pages = 512 * page_bytes / 4096;

	memset(w, 0, sizeof(*w));
	mem_add(&w->m, 0x1000, 0x4000);
	mem_put(&w->m, 0x1000 + 468 * 8, 0x2003, 8);
	mem_put(&w->m, 0x2000, 0x3003, 8);
	mem_put(&w->m, 0x3000, PTES | 3, 8);
	for (i = 0; i < pages; i++)
		mem_put(&w->m, PTES + i * 8, (FRAMES + i * 4096) | 3, 8);
	mem_add(&w->m, FRAMES, pages * 4096);
	assert_ok(zdm_reader_create(&mem_ops, &w->m, &w->s.r));
	zdm_reader_set_xlat(w->s.r, &x);
	w->s.g = (struct zdm_geometry){ .page_shift = 12, .section_shift = 21, .section_pages = 512,
					.subsections = 1, .nr_sections_max = 16,
					.page_bytes = page_bytes, .vmemmap_kaddr = VMEMMAP };
	w->section.flags = ZDM_SECTION_PRESENT | ZDM_SECTION_HAS_MEM_MAP | ZDM_SECTION_ONLINE;
	w->sections = (struct zdm_sections){ .v = &w->section, .nr = 1, .online_flag = true };
}

static void read_all(struct world *w)
{
	zdm_reader_forget(w->s.r);
	zdm_vmemmap_deinit(&w->vmemmap);
	assert_ok(zdm_vmemmap_read(&w->s, &w->sections, &w->pgmaps, &w->blocks, &w->resources,
				   &w->vmemmap, &w->warnings));
}

static void finish(struct world *w)
{
	zdm_vmemmap_deinit(&w->vmemmap);
	zdm_warnings_deinit(&w->warnings);
	zdm_reader_destroy(w->s.r);
	mem_deinit(&w->m);
}

static void expect(const struct world *w, size_t i, uint64_t start, uint64_t end,
		   enum zdm_memmap where, enum zdm_in_dump in_dump)
{
	const struct zdm_extent *x = &w->vmemmap.v[i];

	assert_true(i < w->vmemmap.nr);
	assert_int_equal(x->start_pfn, start);
	assert_int_equal(x->end_pfn, end);
	assert_int_equal(x->where, where);
	assert_int_equal(x->in_dump, in_dump);
}

/*
 * 80 bytes: with CONFIG_KMSAN or a memcg pointer and last_cpupid outside the
 * flags. Page 3 of the memmap holds bytes 12288 to 16383: the struct page of PFN
 * 153 (12240 on) ends in it, that of PFN 204 (16320 on) begins in it.
 */
static void test_astride_hole(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 80);
	read_all(&w);
	assert_int_equal(w.vmemmap.nr, 1);
	expect(&w, 0, 0, 512, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	mem_put(&w.m, PTES + 3 * 8, 0, 8);
	read_all(&w);
	assert_int_equal(w.vmemmap.nr, 3);
	expect(&w, 0, 0, 153, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	expect(&w, 1, 153, 205, ZDM_MEMMAP_NONE, ZDM_IN_DUMP_NO);
	expect(&w, 2, 205, 512, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	finish(&w);
}

/* 56 bytes; the frame of page 1 belongs to nobody: bytes 4096 to 8191, PFNs 73 to 146. */
static void test_astride_damage(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 56);
	mem_put(&w.m, PTES + 8, 0x7f00000000 | 3, 8);
	read_all(&w);
	assert_int_equal(w.vmemmap.nr, 3);
	expect(&w, 0, 0, 73, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	expect(&w, 1, 73, 147, ZDM_MEMMAP_UNKNOWN, ZDM_IN_DUMP_PARTLY);
	expect(&w, 2, 147, 512, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	finish(&w);
}

/* A struct page half of which the dump lacks is there in part; 64 bytes never are. */
static void test_half_missing(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 64);
	mem_put(&w.m, PTES + 2 * 8, 0, 8);
	read_all(&w);
	expect(&w, 0, 0, 128, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	expect(&w, 1, 128, 192, ZDM_MEMMAP_NONE, ZDM_IN_DUMP_NO);
	expect(&w, 2, 192, 512, ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES);
	finish(&w);
}

/*
 * Memmap in a section that nobody but a device can have given: not online, not from
 * boot, without a memory block. A failed memremap_pages() leaves that, and no pgmap.
 */
static void test_orphan(void **state)
{
	static const struct {
		uint32_t flags;
		int32_t block;
		bool online_flag;
		enum zdm_status blocks;
		enum zdm_memmap where;
	} cases[] = {
		{ 0, -1, true, ZDM_OK, ZDM_MEMMAP_ALTMAP },
		{ ZDM_SECTION_ONLINE, -1, true, ZDM_OK, ZDM_MEMMAP_RAM },
		/* nothing says that the page allocator has these frames, no record of RAM either */
		{ ZDM_SECTION_EARLY, -1, true, ZDM_OK, ZDM_MEMMAP_UNKNOWN },
		{ 0, 0, true, ZDM_OK, ZDM_MEMMAP_UNKNOWN },
		{ 0, -1, false, ZDM_OK, ZDM_MEMMAP_UNKNOWN },
		{ 0, -1, true, ZDM_UNREADABLE, ZDM_MEMMAP_UNKNOWN },
	};
	struct world w;
	size_t i;

	(void)state;
	begin(&w, 64);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w.section.flags = ZDM_SECTION_PRESENT | ZDM_SECTION_HAS_MEM_MAP | cases[i].flags;
		w.section.block = cases[i].block;
		w.sections.online_flag = cases[i].online_flag;
		w.blocks.status = cases[i].blocks;
		read_all(&w);
		expect(&w, 0, 0, 512, cases[i].where, ZDM_IN_DUMP_YES);
	}
	finish(&w);
}

TEST_MAIN(cmocka_unit_test(test_orphan), cmocka_unit_test(test_astride_hole), cmocka_unit_test(test_astride_damage),
	  cmocka_unit_test(test_half_missing))

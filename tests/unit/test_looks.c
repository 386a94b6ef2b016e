// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * looks, as large as a hostile dump can make it: what may be looked at is bounded, the rest is
 * not known, and one warning says so. That it judges right is shown by text/6.1-compound-boot.
 */
#include "test_util.h"

#include "model/looks.h"

#define PAGES 0x8000ull				/* of a section */
#define MAX_SECTIONS ((1u << 24) / PAGES)	/* all that is looked at: 64 GiB */

struct world {
	struct zdm_session s;
	struct zdm_sections sections;
	struct zdm_pgmaps pgmaps;
	struct zdm_pgmap pgmap;
	struct zdm_pfn_range range;
	struct zdm_pgmap_range sorted;
	struct zdm_pgmap_entry entry;
	struct zdm_looks looks;
	struct zdm_warnings warnings;
	struct mem m;
};

/* Early sections from PFN 0 on, of which the dump has no struct page, and one device over all of them. */
static void begin(struct world *w, size_t nr, uint64_t bits)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	assert_ok(zdm_reader_create(&mem_ops, &w->m, &w->s.r));
	w->s.g = (struct zdm_geometry){ .page_shift = 12, .section_shift = 27, .section_pages = PAGES,
					.subsections = 64, .nr_sections_max = 1 << 25, .page_bytes = 64,
					.vmemmap_kaddr = 0xffffea0000000000 };
	w->s.f.v[ZDM_FEAT_SUBSECTIONS] = ZDM_YES;
	w->sections.words_per_map = 1;
	w->sections.nr = w->sections.nr_maps = nr;
	w->sections.v = calloc(nr, sizeof(*w->sections.v));
	w->sections.maps = calloc(nr, sizeof(*w->sections.maps));
	assert_true(w->sections.v && w->sections.maps);
	for (i = 0; i < nr; i++) {
		w->sections.maps[i] = bits;
		w->sections.v[i] = (struct zdm_section){
			.nr = i, .block = -1, .map_index = (uint32_t)i,
			.flags = ZDM_SECTION_PRESENT | ZDM_SECTION_HAS_MEM_MAP | ZDM_SECTION_EARLY };
	}
	w->range = (struct zdm_pfn_range){ 0, nr * PAGES };
	w->pgmap = (struct zdm_pgmap){ .kaddr = 0xffff888000001000, .altmap_status = ZDM_ABSENT,
				       .nr_range = 1, .vmemmap_shift = 9, .ranges = &w->range,
				       .nr_ranges = 1 };
	w->sorted = (struct zdm_pgmap_range){ 0, nr * PAGES, 0, 0 };
	w->entry = (struct zdm_pgmap_entry){ 0, nr * PAGES, 0, ZDM_OK, 0 };
	w->pgmaps = (struct zdm_pgmaps){ .v = &w->pgmap, .nr = 1, .ranges = &w->sorted, .nr_ranges = 1,
					 .entries = &w->entry, .nr_entries = 1 };
	assert_ok(zdm_looks_read(&w->s, &w->sections, &w->pgmaps, &w->looks, &w->warnings));
}

static void end(struct world *w)
{
	zdm_looks_deinit(&w->looks);
	zdm_warnings_deinit(&w->warnings);
	zdm_reader_destroy(w->s.r);
	free(w->sections.v);
	free(w->sections.maps);
	mem_deinit(&w->m);
}

/* 64 GiB of compound pages, none of which can be read: a stretch each, and no more. */
static void test_all_tails(void **state)
{
	struct world w;

	(void)state;
	begin(&w, MAX_SECTIONS, UINT64_MAX);
	assert_int_equal(w.looks.nr, MAX_SECTIONS * PAGES / 512);
	assert_int_equal(zdm_looks_at(&w.looks, 127), ZDM_LOOK_NONE);
	assert_int_equal(zdm_looks_at(&w.looks, 128), ZDM_LOOK_UNREAD);
	assert_int_equal(zdm_looks_at(&w.looks, 511), ZDM_LOOK_UNREAD);
	assert_int_equal(zdm_looks_at(&w.looks, 512), ZDM_LOOK_NONE);
	assert_int_equal(w.warnings.nr, 0);
	end(&w);
}

/* One section more: of that one nothing is known, heads and all. */
static void test_too_many_tails(void **state)
{
	struct world w;
	uint64_t first = MAX_SECTIONS * PAGES;

	(void)state;
	begin(&w, MAX_SECTIONS + 1, UINT64_MAX);
	assert_int_equal(zdm_looks_at(&w.looks, first), ZDM_LOOK_UNREAD);
	assert_int_equal(zdm_looks_at(&w.looks, first + PAGES - 1), ZDM_LOOK_UNREAD);
	assert_int_equal(w.warnings.nr, 1);
	assert_true(w.warnings.damaged);
	end(&w);
}

/* Sub-section bits clear: the same bound, one stretch. */
static void test_too_many_holes(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 2 * MAX_SECTIONS, 0);
	assert_int_equal(w.looks.nr, 1);
	assert_int_equal(w.looks.v[0].end_pfn, 2 * MAX_SECTIONS * PAGES);
	assert_int_equal(w.looks.v[0].found, ZDM_LOOK_UNREAD);
	assert_int_equal(w.warnings.nr, 1);
	end(&w);
}

/* A shift that no machine has, and a pgmap of which a kernel wrote all: as the bytes say, no fall. */
static void test_odd_shifts(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 1, UINT64_MAX);
	zdm_looks_deinit(&w.looks);
	w.pgmap.vmemmap_shift = UINT64_MAX;
	assert_ok(zdm_looks_read(&w.s, &w.sections, &w.pgmaps, &w.looks, &w.warnings));
	assert_int_equal(w.looks.nr, 1);
	assert_int_equal(w.looks.v[0].start_pfn, 128);
	zdm_looks_deinit(&w.looks);
	w.pgmap.vmemmap_shift = 7;
	assert_ok(zdm_looks_read(&w.s, &w.sections, &w.pgmaps, &w.looks, &w.warnings));
	assert_int_equal(w.looks.nr, 0);
	end(&w);
}

TEST_MAIN(cmocka_unit_test(test_all_tails), cmocka_unit_test(test_too_many_tails),
	  cmocka_unit_test(test_too_many_holes), cmocka_unit_test(test_odd_shifts))

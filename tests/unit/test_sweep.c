// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * sweep on models as large as hostile input can make them: what was quadratic
 * would take hours here. The alarm is the test.
 */
#include "test_util.h"

#include <unistd.h>

#include "model/model.h"

#define PAGES 0x8000ull		/* of a section */
#define MAX_SECONDS 60		/* with sanitizers, on a busy machine; a second otherwise */

static void begin(struct zdm_model *m)
{
	memset(m, 0, sizeof(*m));
	m->g = (struct zdm_geometry){ .page_shift = 12, .section_shift = 27, .section_pages = PAGES,
				      .subsections = 64, .nr_sections_max = 1 << 25,
				      .page_bytes = 64 };
	m->feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_YES;
	m->feat.v[ZDM_FEAT_NR_RANGE] = ZDM_YES;
	m->kernel.page_struct_bytes = 64;
	m->sections.words_per_map = 1;
	alarm(MAX_SECONDS);
}

static void end(struct zdm_model *m)
{
	alarm(0);
	zdm_ranges_deinit(&m->ranges);
	free(m->sections.v);
	free(m->sections.maps);
	free(m->sections.gaps);
	free(m->pgmaps.v);
	free(m->pgmaps.entries);
	free(m->pgmaps.ranges);
	free(m->probes.deferred.v);
	free(m->vmemmap.v);
}

static void *zeros(size_t nr, size_t bytes)
{
	void *p = calloc(nr, bytes);

	assert_non_null(p);
	return p;
}

/* Present from nr on, all sub-sections set, memmap in RAM. */
static void add_sections(struct zdm_model *m, uint64_t first, size_t nr, uint32_t flags)
{
	size_t i;

	m->sections.v = zeros(nr, sizeof(*m->sections.v));
	m->sections.maps = zeros(nr, sizeof(uint64_t));
	m->vmemmap.v = zeros(nr, sizeof(*m->vmemmap.v));
	for (i = 0; i < nr; i++) {
		m->sections.maps[i] = UINT64_MAX;
		m->sections.v[i] = (struct zdm_section){
			.nr = first + i, .block = -1, .map_index = (uint32_t)i,
			.flags = ZDM_SECTION_PRESENT | ZDM_SECTION_HAS_MEM_MAP | flags };
		m->vmemmap.v[i] = (struct zdm_extent){ (first + i) * PAGES, (first + i + 1) * PAGES,
						       ZDM_MEMMAP_RAM, ZDM_IN_DUMP_YES, 0 };
	}
	m->sections.nr = m->sections.nr_maps = m->vmemmap.nr = nr;
	m->sections.end_nr = first + nr;
}

static void check_gap_free(const struct zdm_model *m, uint64_t end_pfn)
{
	size_t i;

	assert_true(m->ranges.nr > 0);
	for (i = 0; i < m->ranges.nr; i++)
		assert_true(m->ranges.v[i].start_pfn == (i ? m->ranges.v[i - 1].end_pfn : 0) &&
			    m->ranges.v[i].start_pfn < m->ranges.v[i].end_pfn);
	assert_true(m->ranges.v[m->ranges.nr - 1].end_pfn == end_pfn);
}

/* Every second root of a table of 5 levels is missing. */
static void test_gaps(void **state)
{
	const size_t nr = 1 << 17;
	struct zdm_model m;
	size_t i;

	(void)state;
	begin(&m);
	m.sections.gaps = zeros(nr, sizeof(*m.sections.gaps));
	for (i = 0; i < nr; i++)
		m.sections.gaps[i] = (struct zdm_section_gap){ i * 256, i * 256 + 128,
							       ZDM_UNREADABLE, 8 * i + 8 };
	m.sections.nr_gaps = nr;
	m.sections.end_nr = nr * 256 - 128;
	assert_ok(zdm_model_sweep(&m));
	check_gap_free(&m, m.sections.end_nr * PAGES);
	assert_int_equal(m.ranges.nr, 2 * nr - 1);
	for (i = 0; i < m.ranges.nr; i++)
		assert_int_equal(m.ranges.v[i].cls, i % 2 ? ZDM_CLASS_ABSENT : ZDM_CLASS_UNKNOWN);
	assert_true(zdm_range_find(&m, (uint64_t)nr / 2 * 256 * PAGES) == &m.ranges.v[nr]);
	end(&m);
}

/* 256 Ki look-up entries in one void, each of a PFN of its own. */
static void test_entries(void **state)
{
	const size_t nr = 1 << 18;
	struct zdm_model m;
	size_t i;

	(void)state;
	begin(&m);
	m.pgmaps.v = zeros(2, sizeof(*m.pgmaps.v));
	m.pgmaps.v[0] = (struct zdm_pgmap){ .kaddr = 8, .dead = ZDM_NO, .nr_range = 0,
					    .altmap_status = ZDM_ABSENT };
	m.pgmaps.v[1] = (struct zdm_pgmap){ .kaddr = 16, .dead = ZDM_YES, .nr_range = 0,
					    .altmap_status = ZDM_ABSENT };
	m.pgmaps.nr = 2;
	m.pgmaps.entries = zeros(nr, sizeof(*m.pgmaps.entries));
	for (i = 0; i < nr; i++)
		m.pgmaps.entries[i] = (struct zdm_pgmap_entry){ i, i + 1, i % 2, ZDM_OK, 0 };
	m.pgmaps.nr_entries = nr;
	assert_ok(zdm_model_sweep(&m));
	check_gap_free(&m, nr);
	assert_int_equal(m.ranges.nr, nr);
	assert_int_equal(m.ranges.v[1000].cls, ZDM_CLASS_PENDING);
	assert_int_equal(m.ranges.v[1001].cls, ZDM_CLASS_ABSENT);
	assert_int_equal(m.ranges.v[1001].reason, ZDM_REASON_TORN_DOWN);
	end(&m);
}

/*
 * 256 Ki sections, each with an entry of the one pgmap, whose 4096 ranges leave
 * every second sub-section out; and a kernel that asks who else is in a section.
 */
static void test_ranges(void **state)
{
	const size_t nr = 1 << 18, nr_ranges = 4096;
	struct zdm_model m;
	size_t i;

	(void)state;
	begin(&m);
	m.feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_NO;
	add_sections(&m, 0, nr, 0);
	for (i = 0; i < nr; i++)
		m.sections.v[i].map_status = ZDM_ABSENT;
	m.pgmaps.v = zeros(1, sizeof(*m.pgmaps.v));
	m.pgmaps.nr = 1;
	m.pgmaps.ranges = zeros(nr_ranges, sizeof(*m.pgmaps.ranges));
	m.pgmaps.nr_ranges = nr_ranges;
	struct zdm_pfn_range *ranges = zeros(nr_ranges, sizeof(*ranges));
	for (i = 0; i < nr_ranges; i++) {
		ranges[i] = (struct zdm_pfn_range){ i * 1024, i * 1024 + 512 };
		m.pgmaps.ranges[i] = (struct zdm_pgmap_range){ i * 1024, i * 1024 + 512, 0,
							       (uint32_t)i };
	}
	m.pgmaps.v[0] = (struct zdm_pgmap){ .kaddr = 8, .dead = ZDM_NO, .nr_range = nr_ranges,
					    .altmap_status = ZDM_ABSENT, .ranges = ranges,
					    .nr_ranges = nr_ranges };
	m.pgmaps.entries = zeros(nr, sizeof(*m.pgmaps.entries));
	for (i = 0; i < nr; i++)
		m.pgmaps.entries[i] = (struct zdm_pgmap_entry){ i * PAGES, (i + 1) * PAGES, 0,
								ZDM_OK, 0 };
	m.pgmaps.nr_entries = nr;
	assert_ok(zdm_model_sweep(&m));
	check_gap_free(&m, nr * PAGES);
	assert_int_equal(m.ranges.nr, 2 * nr_ranges);
	for (i = 0; i < m.ranges.nr; i++)
		assert_int_equal(m.ranges.v[i].cls, i % 2 ? ZDM_CLASS_UNKNOWN : ZDM_CLASS_DEVICE);
	free(ranges);
	end(&m);
}

/* A machine of 64 TiB, every section with a hole, in a kernel that is still booting. */
static void test_deferred(void **state)
{
	const size_t nr = 1 << 19, nr_nodes = 1024;
	struct zdm_model m;
	size_t i;

	(void)state;
	begin(&m);
	add_sections(&m, 0, nr, ZDM_SECTION_ONLINE | ZDM_SECTION_EARLY);
	m.feat.v[ZDM_FEAT_TAINT] = ZDM_YES;
	m.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_YES;
	for (i = 0; i < nr; i++)
		m.sections.maps[i] = 0x7fffffffffffffffull;
	m.probes.deferred.v = zeros(nr_nodes, sizeof(*m.probes.deferred.v));
	for (i = 0; i < nr_nodes; i++)
		m.probes.deferred.v[i] = (struct zdm_pfn_range){ (2 * i + 1) * 256 * PAGES,
							      (2 * i + 2) * 256 * PAGES };
	m.probes.deferred.nr = nr_nodes;
	assert_ok(zdm_model_sweep(&m));
	check_gap_free(&m, nr * PAGES);
	/* half of the sections are as boot left them, in one range for each node */
	assert_int_equal(m.ranges.nr, 2 * nr / 2 + nr_nodes);
	assert_int_equal(m.ranges.v[0].cls, ZDM_CLASS_ONLINE);
	assert_int_equal(m.ranges.v[1].cls, ZDM_CLASS_BOOTHOLE);
	assert_int_equal(m.ranges.v[512].reason, ZDM_REASON_DEFERRED);
	end(&m);
}

TEST_MAIN(cmocka_unit_test(test_gaps), cmocka_unit_test(test_entries),
	  cmocka_unit_test(test_ranges), cmocka_unit_test(test_deferred))

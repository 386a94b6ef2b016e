// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * classify: a test for each rule. What is expected is the table of classes and
 * the decisions in docs/design.md, not what the function happens to say.
 */
#include "test_util.h"

#include "classify_scene.h"

/* The section table. */

static void test_section_table_missing(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, 0);
	s.f.gap_status = ZDM_UNREADABLE;
	s.f.gap_kaddr = 0x600;
	expect_unknown(&s, ZDM_REASON_SECTION_UNREADABLE, 0x600);
	/* even where a device is known to be: its struct pages may not be mapped */
	add_entry(&s);
	expect_unknown(&s, ZDM_REASON_SECTION_UNREADABLE, 0x600);
}

static void test_absent(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, 0);
	expect(&s, ZDM_CLASS_ABSENT, ZDM_NO, ZDM_REASON_NO_SECTION);
	scene_init(&s, P);
	expect(&s, ZDM_CLASS_ABSENT, ZDM_NO, ZDM_REASON_NO_MEMMAP);
}

/* The entry is stored before the section exists, and goes after it went. */
static void test_entry_without_memmap(void **state)
{
	static const uint32_t flags[] = { 0, P };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		scene_init(&s, flags[i]);
		add_entry(&s);
		s.pgmap.nr_range = 0;
		expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_ENTRY_NOT_MAPPED);
		assert_int_equal(zdm_classify(&s.f).pgmap, 3);
		s.pgmap.dead = ZDM_YES;
		expect(&s, ZDM_CLASS_ABSENT, ZDM_NO, ZDM_REASON_TORN_DOWN);
		/* whatever the pgmap is: there are no struct pages */
		s.pgmap.status = ZDM_CORRUPT;
		expect(&s, ZDM_CLASS_ABSENT, ZDM_NO, i ? ZDM_REASON_NO_MEMMAP :
		       ZDM_REASON_NO_SECTION);
	}
}

static void test_section_damaged(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O);
	s.section.status = ZDM_CORRUPT;
	expect_unknown(&s, ZDM_REASON_SECTION_CORRUPT, 0x5ec);
}

static void test_bitmap_missing(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	s.f.bit = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_USAGE_UNREADABLE, 0x05a6e);
	add_entry(&s);
	expect_unknown(&s, ZDM_REASON_USAGE_UNREADABLE, 0x05a6e);
}

static void test_hole(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	s.f.bit = ZDM_NO;
	s.f.where = ZDM_MEMMAP_NONE;
	expect(&s, ZDM_CLASS_HOLE, ZDM_NO, ZDM_REASON_SUBSECTION_CLEAR);
	add_entry(&s);
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_ENTRY_NOT_MAPPED);
	s.pgmap.dead = ZDM_YES;
	expect(&s, ZDM_CLASS_HOLE, ZDM_NO, ZDM_REASON_TORN_DOWN);
	s.f.entry_status = ZDM_UNREADABLE;
	expect(&s, ZDM_CLASS_HOLE, ZDM_NO, ZDM_REASON_SUBSECTION_CLEAR);
}

static void test_not_mapped(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O);
	s.f.where = ZDM_MEMMAP_NONE;
	s.f.where_kaddr = 0x77;
	expect_unknown(&s, ZDM_REASON_NOT_MAPPED, 0x77);
	add_entry(&s);
	expect_unknown(&s, ZDM_REASON_NOT_MAPPED, 0x77);
}

/* Pages of 16 or 64 KiB: the neighbour's memmap went, and part of this one's with it. */
static void test_neighbour_gone(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.f.where = ZDM_MEMMAP_NONE;
	s.f.where_kaddr = 0x77;
	s.f.page_shared = true;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE);
	assert_int_equal(zdm_classify(&s.f).pgmap, 3);
	/* on its way out itself, or not all the way in: there are no struct pages */
	s.pgmap.dead = ZDM_YES;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE);
	/* what stores the memmap of the rest must not lose its class */
	s.f.part = ZDM_PART_BACKING;
	expect(&s, ZDM_CLASS_ALTMAP, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE);
	s.f.part = ZDM_PART_RESERVE;
	expect(&s, ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE);
	/* may be gone, may be there */
	s.f.where = ZDM_MEMMAP_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_NEIGHBOUR_UNREAD, 0x77);
	s.f.where = ZDM_MEMMAP_NONE;
	/* a neighbour explains nothing where no device is known, or the memmap is from boot */
	s.f.range = -1;
	expect_unknown(&s, ZDM_REASON_PGMAP_NOT_COVERING, 0x9a9);
	s.f.range = 0;
	s.section.flags |= E;
	expect_unknown(&s, ZDM_REASON_NOT_MAPPED, 0x77);
	s.section.flags &= ~E;
	s.f.entry_status = ZDM_UNREADABLE;
	s.f.entry_kaddr = 0xe;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0xe);
	s.f.has_entry = false;
	expect_unknown(&s, ZDM_REASON_NOT_MAPPED, 0x77);
}

static void test_deferred(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	s.f.deferred = true;
	expect_unknown(&s, ZDM_REASON_DEFERRED, 0);
	/* the holes of such a section are written by nobody else */
	s.f.bit = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_DEFERRED, 0);
	/* what was added later is not boot's to initialise */
	scene_init(&s, P | M | O);
	s.f.deferred = true;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	scene_init(&s, P | M);
	s.f.deferred = true;
	add_entry(&s);
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
}

/* Devices. */

static void test_device(void **state)
{
	static const uint32_t flags[] = { P | M, P | M | D, P | M | O | E | D };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		scene_init(&s, flags[i]);
		add_entry(&s);
		expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
		assert_int_equal(zdm_classify(&s.f).pgmap, 3);
	}
}

static void test_nr_range(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.nr_range = 0;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
	s.pgmap.nr_range = 1;
	s.f.range = 1;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
	s.pgmap.nr_range = 2;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
	/* struct pages that look done prove nothing where the kernel counts */
	s.pgmap.nr_range = 0;
	s.f.pages_done = ZDM_YES;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
}

/* The reserve is never initialised, whatever else is. */
static void test_reserve(void **state)
{
	static const enum zdm_tri dead[] = { ZDM_NO, ZDM_YES, ZDM_UNKNOWN };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		scene_init(&s, P | M);
		add_entry(&s);
		s.pgmap.altmap_status = ZDM_OK;
		s.pgmap.dead = dead[i];
		s.f.part = ZDM_PART_RESERVE;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_ALTMAP_RESERVE);
		s.pgmap.nr_range = 0;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_ALTMAP_RESERVE);
	}
}

/* Up to 4.15 the reserve is written with the frames behind it, and no sooner. */
static void test_reserve_written(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.altmap_status = ZDM_OK;
	s.pgmap.nr_range = -1;
	s.f.part = ZDM_PART_RESERVE;
	s.feat.v[ZDM_FEAT_RESERVE_RAW] = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_PAGES_UNVERIFIED, 0x9a6e);
	s.f.pages_done = ZDM_NO;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_PAGES_NOT_DONE);
	/* valid by its own bytes alone: a tree may have mended the mistake */
	s.f.pages_done = ZDM_YES;
	expect(&s, ZDM_CLASS_RESERVED, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
	s.f.reserve_done = ZDM_YES;
	s.f.in_dump = ZDM_IN_DUMP_PARTLY;
	expect(&s, ZDM_CLASS_RESERVED, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
	s.f.in_dump = ZDM_IN_DUMP_YES;
	expect(&s, ZDM_CLASS_RESERVED, ZDM_YES, ZDM_REASON_RESERVE_INIT);
	/* never against its own bytes */
	s.f.reserve_done = ZDM_NO;
	expect(&s, ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_ALTMAP_RESERVE);
	/* a kernel of which it is not known */
	s.f.reserve_done = ZDM_YES;
	s.feat.v[ZDM_FEAT_RESERVE_RAW] = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_PAGES_UNVERIFIED, 0x9a6e);
}

static void test_altmap(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.altmap_status = ZDM_OK;
	s.f.part = ZDM_PART_BACKING;
	expect(&s, ZDM_CLASS_ALTMAP, ZDM_YES, ZDM_REASON_ALTMAP_BACKING);
	/* written before the rest, as the zone grows */
	s.pgmap.nr_range = 0;
	s.f.backing_done = ZDM_YES;
	expect(&s, ZDM_CLASS_ALTMAP, ZDM_YES, ZDM_REASON_ALTMAP_EARLY);
	s.f.backing_done = ZDM_NO;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
	s.f.backing_done = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_PAGES_UNVERIFIED, 0x9a6e);
}

/* Whether the first range has a reserve is not known; the second never has one. */
static void test_altmap_damaged(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.altmap_status = ZDM_CORRUPT;
	expect_unknown(&s, ZDM_REASON_PGMAP_CORRUPT, 0x9a9);
	s.pgmap.altmap_status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x9a9);
	s.pgmap.altmap_status = ZDM_UNSUPPORTED;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x9a9);
	s.f.range = 1;
	s.pgmap.nr_range = 2;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
}

/* Before 5.10 the struct pages themselves tell. */
static void test_pages_done(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.feat.v[ZDM_FEAT_NR_RANGE] = ZDM_NO;
	s.pgmap.nr_range = -1;
	s.f.pages_done = ZDM_YES;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
	s.f.part = ZDM_PART_BACKING;
	s.pgmap.altmap_status = ZDM_OK;
	expect(&s, ZDM_CLASS_ALTMAP, ZDM_YES, ZDM_REASON_ALTMAP_BACKING);
	s.f.pages_done = ZDM_NO;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_PAGES_NOT_DONE);
	s.f.pages_done = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_PAGES_UNVERIFIED, 0x9a6e);
}

static void test_pgmap_damaged(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.status = ZDM_CORRUPT;
	expect_unknown(&s, ZDM_REASON_PGMAP_CORRUPT, 0x9a9);
	s.pgmap.status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x9a9);
	/* the entry itself: a node of the tree is missing or wrong */
	s.f.pgmap = NULL;
	s.f.pgmap_index = -1;
	s.f.entry_status = ZDM_UNREADABLE;
	s.f.entry_kaddr = 0x40de;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x40de);
	s.f.entry_status = ZDM_CORRUPT;
	expect_unknown(&s, ZDM_REASON_PGMAP_CORRUPT, 0x40de);
}

static void test_pgmap_not_covering(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.f.range = -1;
	expect_unknown(&s, ZDM_REASON_PGMAP_NOT_COVERING, 0x9a9);
}

static void test_dying(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	add_entry(&s);
	s.pgmap.dead = ZDM_YES;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DYING);
	/* a kernel that can poison may have done so; one that may be able to, too */
	s.feat.v[ZDM_FEAT_INIT_POISON] = ZDM_YES;
	expect_unknown(&s, ZDM_REASON_DYING, 0x9a9);
	s.feat.v[ZDM_FEAT_INIT_POISON] = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_DYING, 0x9a9);
	/* never finished, and now never to be */
	s.pgmap.nr_range = 0;
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
	/* whether teardown has begun cannot be read */
	s.pgmap.nr_range = 1;
	s.pgmap.dead = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x9a9);
}

TEST_MAIN(cmocka_unit_test(test_section_table_missing), cmocka_unit_test(test_absent),
	  cmocka_unit_test(test_entry_without_memmap), cmocka_unit_test(test_section_damaged),
	  cmocka_unit_test(test_bitmap_missing), cmocka_unit_test(test_hole),
	  cmocka_unit_test(test_not_mapped),
	  cmocka_unit_test(test_neighbour_gone), cmocka_unit_test(test_deferred),
	  cmocka_unit_test(test_device), cmocka_unit_test(test_nr_range),
	  cmocka_unit_test(test_reserve), cmocka_unit_test(test_reserve_written),
	  cmocka_unit_test(test_altmap),
	  cmocka_unit_test(test_altmap_damaged), cmocka_unit_test(test_pages_done),
	  cmocka_unit_test(test_pgmap_damaged), cmocka_unit_test(test_pgmap_not_covering),
	  cmocka_unit_test(test_dying))

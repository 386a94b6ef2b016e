// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * classify: what is no device's, or no longer: RAM, boot sections, look-ups that are
 * lost, padding. As in test_classify.c, design.md says what is expected.
 */
#include "test_util.h"

#include "classify_scene.h"

/* RAM. */

static void test_online(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	/* RAM of a section that a device shares or shared */
	scene_init(&s, P | M | O | E | D);
	s.f.sampled_device = ZDM_NO;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.f.sampled_device = ZDM_UNKNOWN;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
}

static void test_offline(void **state)
{
	static const enum zdm_block_state states[] = {
		ZDM_BLOCK_OFFLINE, ZDM_BLOCK_GOING_ONLINE, ZDM_BLOCK_GOING_OFFLINE,
	};
	static const uint32_t flags[] = { P | M, P | M | E };
	struct scene s;
	size_t i, j;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 3; j++) {
			scene_init(&s, flags[i]);
			s.f.block = &s.block;
			s.block.state = states[j];
			expect(&s, ZDM_CLASS_OFFLINE, ZDM_NO, ZDM_REASON_OFFLINE_BLOCK);
		}
	}
	/* on its way out, and its section is still online: so are its struct pages */
	scene_init(&s, P | M | O);
	s.f.block = &s.block;
	s.block.state = ZDM_BLOCK_GOING_OFFLINE;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
}

static void test_block_unknown(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
	s.f.block = &s.block;
	s.block.status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0xb10c);
	s.block.status = ZDM_OK;
	s.block.state = ZDM_BLOCK_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0xb10c);
	/* the block says online, its section does not */
	s.block.state = ZDM_BLOCK_ONLINE;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0xb10c);
}

/* What a failed memremap_pages() leaves: memmap on a device, and nobody's. */
static void test_orphan(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	s.f.where = ZDM_MEMMAP_ALTMAP;
	expect_unknown(&s, ZDM_REASON_ORPHAN, 0);
	/* that the blocks could not be read does not mean that there is none */
	s.f.blocks_status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
	s.f.blocks_status = ZDM_OK;
	s.f.pgmaps_status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
}

/* Up to 4.12 only the block tells. */
static void test_no_online_flag(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	s.feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_NO;
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_NO;
	s.f.online_flag = false;
	s.f.block = &s.block;
	s.block.state = ZDM_BLOCK_ONLINE;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.block.state = ZDM_BLOCK_OFFLINE;
	expect(&s, ZDM_CLASS_OFFLINE, ZDM_NO, ZDM_REASON_OFFLINE_BLOCK);
}

/* Boot sections with a clear bit. */

static void test_boothole(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	s.f.bit = ZDM_NO;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_YES, ZDM_REASON_BOOTHOLE_INIT);
	/* never tainted: whatever the struct pages look like, no device was here */
	s.f.sampled_device = ZDM_YES;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_YES, ZDM_REASON_BOOTHOLE_INIT);
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_UNKNOWN;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_BOOTHOLE_UNKNOWN);
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_NO;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_NO, ZDM_REASON_BOOTHOLE_RAW);
}

/* Tainted, or of a kernel that does not taint: only the zone of the struct pages tells. */
static void test_stale(void **state)
{
	struct scene s;
	int tainted;

	(void)state;
	for (tainted = 0; tainted < 2; tainted++) {
		scene_init(&s, P | M | O | E | (tainted ? D : 0));
		s.feat.v[ZDM_FEAT_TAINT] = tainted ? ZDM_YES : ZDM_NO;
		s.f.bit = ZDM_NO;
		s.f.sampled_device = ZDM_YES;
		expect(&s, ZDM_CLASS_STALE, ZDM_NO, ZDM_REASON_STALE_ZONE);
		s.f.sampled_device = ZDM_NO;
		expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_YES, ZDM_REASON_BOOTHOLE_INIT);
		s.f.sampled_device = ZDM_UNKNOWN;
		expect_unknown(&s, ZDM_REASON_STALE_UNREADABLE, 0x9a6e);
	}
}

static void test_early_with_entry(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E | D);
	s.f.bit = ZDM_NO;
	add_entry(&s);
	expect(&s, ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_ENTRY_NOT_MAPPED);
	s.pgmap.dead = ZDM_YES;
	expect(&s, ZDM_CLASS_STALE, ZDM_NO, ZDM_REASON_TORN_DOWN);
	s.pgmap.status = ZDM_UNREADABLE;
	expect_unknown(&s, ZDM_REASON_PGMAP_UNREADABLE, 0x9a9);
}

/* The look-up is lost, and with it the proof that there is no device. */
static void test_lookup_lost(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	s.f.pgmaps_status = ZDM_UNREADABLE;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.section.flags |= D;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
	/* without the flag a device may share any online section */
	s.section.flags = P | M | O | E;
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
	/* a boot hole may be a device's left-over */
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_YES;
	s.f.bit = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
	/* a device has no memory block of its own … */
	scene_init(&s, P | M);
	s.f.pgmaps_status = ZDM_ABSENT;
	s.f.block = &s.block;
	expect(&s, ZDM_CLASS_OFFLINE, ZDM_NO, ZDM_REASON_OFFLINE_BLOCK);
	s.f.block = NULL;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
	/* … but in a boot section it shares the one of the RAM */
	scene_init(&s, P | M | E);
	s.f.pgmaps_status = ZDM_ABSENT;
	s.f.block = &s.block;
	expect_unknown(&s, ZDM_REASON_PGMAPS_UNKNOWN, 0);
}

/* Struct pages of a device, bit set, no entry: the entry is the last thing to go. */
static void test_ownerless(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E | D);
	s.f.sampled_device = ZDM_YES;
	expect(&s, ZDM_CLASS_UNKNOWN, ZDM_UNKNOWN, ZDM_REASON_STALE_ZONE);
}

/* Before 5.3 a device's memmap is padded to whole sections. */
static void test_padding(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	s.feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_NO;
	s.feat.v[ZDM_FEAT_NR_RANGE] = ZDM_NO;
	s.f.shares_section = true;
	s.f.sampled_device = ZDM_YES;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_PADDING);
	s.f.sampled_device = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
	s.f.sampled_device = ZDM_UNKNOWN;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
	s.f.sampled_device = ZDM_YES;
	s.f.shares_section = false;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
	/* up to 4.13 the entry covers the padding as well */
	add_entry(&s);
	s.f.shares_section = true;
	s.f.range = -1;
	s.pgmap.nr_range = -1;
	s.feat.v[ZDM_FEAT_KEY_IS_PFN] = ZDM_NO;
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_PADDING);
	s.feat.v[ZDM_FEAT_KEY_IS_PFN] = ZDM_YES;
	expect_unknown(&s, ZDM_REASON_PGMAP_NOT_COVERING, 0x9a9);
	/* sections that are populated in part have no padding */
	scene_init(&s, P | M);
	s.f.shares_section = true;
	s.f.sampled_device = ZDM_YES;
	expect_unknown(&s, ZDM_REASON_BLOCK_UNKNOWN, 0);
}

/* The altmap is padded too: what precedes the device is reserve, whatever it looks like. */
static void test_padded_reserve(void **state)
{
	struct scene s;
	int by_section;

	(void)state;
	for (by_section = 0; by_section < 2; by_section++) {
		scene_init(&s, P | M);
		s.feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_NO;
		s.feat.v[ZDM_FEAT_NR_RANGE] = ZDM_NO;
		s.feat.v[ZDM_FEAT_KEY_IS_PFN] = by_section ? ZDM_NO : ZDM_YES;
		if (by_section)
			add_entry(&s);
		s.f.range = -1;
		s.f.pgmap_index = 3;
		s.f.shares_section = true;
		s.f.sampled_device = ZDM_YES;
		s.f.part = ZDM_PART_RESERVE;
		s.pgmap.altmap_status = ZDM_OK;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_ALTMAP_RESERVE);
		assert_int_equal(zdm_classify(&s.f).pgmap, 3);
		/* up to 4.15 it is written with the padding; its own bytes must say so */
		s.feat.v[ZDM_FEAT_RESERVE_RAW] = ZDM_NO;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
		s.f.reserve_done = ZDM_YES;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_YES, ZDM_REASON_RESERVE_INIT);
		s.f.sampled_device = ZDM_UNKNOWN;
		expect(&s, ZDM_CLASS_UNKNOWN, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
		s.f.shares_done = ZDM_YES;
		expect(&s, ZDM_CLASS_UNKNOWN, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
		s.f.in_dump = ZDM_IN_DUMP_NO;
		expect(&s, ZDM_CLASS_RESERVED, ZDM_UNKNOWN, ZDM_REASON_PAGES_UNVERIFIED);
	}
}

/* The numbers of Hildenbrand's list, as design.md has them. */
static void test_cases(void **state)
{
	(void)state;
	assert_int_equal(zdm_class_case(ZDM_CLASS_OFFLINE), 1);
	assert_int_equal(zdm_class_case(ZDM_CLASS_DEVICE), 2);
	assert_int_equal(zdm_class_case(ZDM_CLASS_HOLE), 3);
	assert_int_equal(zdm_class_case(ZDM_CLASS_PENDING), 4);
	assert_int_equal(zdm_class_case(ZDM_CLASS_RESERVED), 5);
	assert_int_equal(zdm_class_case(ZDM_CLASS_ALTMAP), 0);
	assert_int_equal(zdm_class_case(ZDM_CLASS_ONLINE), 0);
}

/*
 * Of boot memory, and with nothing that shows that the kernel writes its holes: what it
 * says itself to be no RAM, or in no zone, is not valid for being in an online section.
 */
static void test_hole_in_online_section(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E);
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_NO;
	s.f.sampled_device = ZDM_NO;
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_UNKNOWN;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.f.ram = s.f.spanned = ZDM_YES;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.f.ram = ZDM_NO;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_NOT_RAM);
	s.f.ram = ZDM_UNKNOWN;
	s.f.spanned = ZDM_NO;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_NOT_SPANNED);
	/* init_unavailable_range() writes them: 5.6 */
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_YES;
	s.f.ram = ZDM_NO;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	/* a device's pages are no matter of RAM */
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_UNKNOWN;
	add_entry(&s);
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
}

/*
 * Boot sets a sub-section's bit for RAM. Where there is none in it, the bit is a device's, whose
 * look-up entry is lost: online it is not, whatever the struct page says.
 */
static void test_bit_without_ram(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M | O | E | D);
	s.f.ram = s.f.ram_around = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_OWNERLESS, 0);
	s.f.sampled_device = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_OWNERLESS, 0);
	/* the end of a sub-section that begins with RAM; a record that cannot be read */
	s.f.ram_around = ZDM_YES;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.f.ram = s.f.ram_around = ZDM_UNKNOWN;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	/* before 5.12 nothing marks a section that had a device */
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_NO;
	s.section.flags = P | M | O | E;
	s.f.ram = s.f.ram_around = ZDM_NO;
	expect_unknown(&s, ZDM_REASON_OWNERLESS, 0);
	/* since then its absence does; and what was added later has no bits of boot */
	s.feat.v[ZDM_FEAT_TAINT] = ZDM_YES;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	s.section.flags = P | M | O | D;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
	/* a device that is known is what its pgmap says */
	s.section.flags = P | M | O | E | D;
	add_entry(&s);
	expect(&s, ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
}

/* The same up to 4.12, where the block alone says online; and of memory that was added. */
static void test_hole_by_block(void **state)
{
	struct scene s;

	(void)state;
	scene_init(&s, P | M);
	s.feat.v[ZDM_FEAT_SUBSECTIONS] = s.feat.v[ZDM_FEAT_TAINT] = ZDM_NO;
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_UNKNOWN;
	s.f.online_flag = false;
	s.f.block = &s.block;
	s.block.state = ZDM_BLOCK_ONLINE;
	s.f.ram = ZDM_NO;
	expect(&s, ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_NOT_RAM);
	s.block.state = ZDM_BLOCK_OFFLINE;
	expect(&s, ZDM_CLASS_OFFLINE, ZDM_NO, ZDM_REASON_OFFLINE_BLOCK);

	/* 5.3 on: not from boot, so all of it was written by online_pages() */
	scene_init(&s, P | M | O);
	s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_UNKNOWN;
	s.f.ram = s.f.spanned = ZDM_NO;
	expect(&s, ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
}

TEST_MAIN(cmocka_unit_test(test_hole_in_online_section), cmocka_unit_test(test_hole_by_block),
	  cmocka_unit_test(test_bit_without_ram),
	  cmocka_unit_test(test_online), cmocka_unit_test(test_offline),
	  cmocka_unit_test(test_block_unknown), cmocka_unit_test(test_orphan),
	  cmocka_unit_test(test_no_online_flag),
	  cmocka_unit_test(test_boothole), cmocka_unit_test(test_stale),
	  cmocka_unit_test(test_early_with_entry), cmocka_unit_test(test_lookup_lost),
	  cmocka_unit_test(test_ownerless), cmocka_unit_test(test_padding),
	  cmocka_unit_test(test_padded_reserve), cmocka_unit_test(test_cases))

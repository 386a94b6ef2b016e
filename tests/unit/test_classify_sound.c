// SPDX-License-Identifier: LGPL-2.1-or-later
/* classify: whatever the facts, nothing is called valid without evidence. */
#include "test_util.h"

#include "classify_scene.h"

/* Which classes may be called valid, and what must be known before one is. */
static void check_sound(const struct scene *s)
{
	struct zdm_verdict v = zdm_classify(&s->f);
	const struct zdm_facts *f = &s->f;

	assert_true(v.reason != ZDM_REASON_NONE);
	if (v.cls == ZDM_CLASS_UNKNOWN)
		assert_int_equal(v.valid, ZDM_UNKNOWN);
	if (v.valid != ZDM_YES)
		return;
	assert_true(v.cls == ZDM_CLASS_ONLINE || v.cls == ZDM_CLASS_DEVICE ||
		    v.cls == ZDM_CLASS_ALTMAP || v.cls == ZDM_CLASS_BOOTHOLE);
	assert_true(f->section && f->section->status == ZDM_OK);
	assert_true(f->section->flags & M);
	assert_true(f->gap_status == ZDM_OK);
	assert_true(f->bit == ZDM_YES || (v.cls == ZDM_CLASS_BOOTHOLE && f->bit == ZDM_NO));
	assert_true(f->where != ZDM_MEMMAP_NONE || f->bit == ZDM_NO);
	assert_true(f->part != ZDM_PART_RESERVE || !f->has_entry);
	if (f->has_entry) {
		assert_true(f->entry_status == ZDM_OK && f->pgmap->status == ZDM_OK);
		assert_true(f->pgmap->dead != ZDM_UNKNOWN || v.reason == ZDM_REASON_PADDING);
	} else {
		assert_true(v.cls != ZDM_CLASS_ALTMAP);
	}
}

/* 2 million scenes, most of which no kernel shows: none may be called valid for nothing. */
static void test_any_scene(void **state)
{
	static const uint32_t flags[] = {
		0, P, P | M, P | M | O, P | M | E, P | M | O | E, P | M | D, P | M | O | E | D,
	};
	static const enum zdm_status statuses[] = { ZDM_OK, ZDM_UNREADABLE, ZDM_CORRUPT, ZDM_ABSENT };
	struct scene s;
	uint64_t seed = 1;
	unsigned int i;

#define ONE_OF(n) ((seed = seed * 6364136223846793005ull + 1442695040888963407ull) >> 33) % (n)
	(void)state;
	for (i = 0; i < 2000000; i++) {
		scene_init(&s, flags[ONE_OF(8)]);
		s.feat.v[ZDM_FEAT_SUBSECTIONS] = ONE_OF(3);
		s.feat.v[ZDM_FEAT_TAINT] = ONE_OF(3);
		s.feat.v[ZDM_FEAT_KEY_IS_PFN] = ONE_OF(3);
		s.feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ONE_OF(3);
		s.feat.v[ZDM_FEAT_INIT_POISON] = ONE_OF(3);
		s.section.status = ONE_OF(8) ? ZDM_OK : ZDM_CORRUPT;
		s.f.gap_status = s.f.section || ONE_OF(2) ? ZDM_OK : ZDM_UNREADABLE;
		s.f.bit = ONE_OF(3);
		s.f.sampled_device = ONE_OF(3);
		s.f.deferred = !ONE_OF(8);
		s.f.online_flag = ONE_OF(2);
		s.f.pgmaps_status = statuses[ONE_OF(4)];
		s.f.where = ONE_OF(4);
		s.f.shares_section = ONE_OF(2);
		s.f.block = ONE_OF(2) ? &s.block : NULL;
		s.block.status = statuses[ONE_OF(3)];
		s.block.state = ONE_OF(5);
		if (ONE_OF(2)) {
			add_entry(&s);
			s.f.entry_status = ONE_OF(4) ? ZDM_OK : statuses[1 + ONE_OF(2)];
			s.pgmap.status = ONE_OF(4) ? ZDM_OK : statuses[1 + ONE_OF(2)];
			s.pgmap.altmap_status = statuses[ONE_OF(4)];
			s.pgmap.dead = ONE_OF(3);
			s.pgmap.nr_range = (int64_t)ONE_OF(4) - 1;
			s.f.range = (int64_t)ONE_OF(3) - 1;
			s.f.part = s.f.range ? ZDM_PART_NONE : ONE_OF(3);
			s.f.pages_done = ONE_OF(3);
			s.f.backing_done = ONE_OF(3);
		}
		check_sound(&s);
	}
#undef ONE_OF
}

TEST_MAIN(cmocka_unit_test(test_any_scene))

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts for zdm_classify(), and what they point to. */
#ifndef CLASSIFY_SCENE_H
#define CLASSIFY_SCENE_H

#include "model/classify.h"

#define P ZDM_SECTION_PRESENT
#define M ZDM_SECTION_HAS_MEM_MAP
#define O ZDM_SECTION_ONLINE
#define E ZDM_SECTION_EARLY
#define D ZDM_SECTION_TAINT_ZONE_DEVICE

/* Facts and what they point to; a current kernel until a test says otherwise. */
struct scene {
	struct zdm_facts f;
	struct zdm_kfeat feat;
	struct zdm_section section;
	struct zdm_block block;
	struct zdm_pgmap pgmap;
};

static inline void scene_init(struct scene *s, uint32_t flags)
{
	memset(s, 0, sizeof(*s));
	s->feat.v[ZDM_FEAT_SUBSECTIONS] = ZDM_YES;
	s->feat.v[ZDM_FEAT_NR_RANGE] = ZDM_YES;
	s->feat.v[ZDM_FEAT_TAINT] = ZDM_YES;
	s->feat.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_YES;
	s->feat.v[ZDM_FEAT_KEY_IS_PFN] = ZDM_YES;
	s->feat.v[ZDM_FEAT_INIT_POISON] = ZDM_NO;
	s->feat.v[ZDM_FEAT_RESERVE_RAW] = ZDM_YES;
	s->section = (struct zdm_section){ .nr = 72, .flags = flags, .kaddr = 0x5ec, .block = -1,
					   .usage_kaddr = 0x05a6e };
	s->block = (struct zdm_block){ .kaddr = 0xb10c, .state = ZDM_BLOCK_OFFLINE };
	s->pgmap = (struct zdm_pgmap){ .kaddr = 0x9a9, .dead = ZDM_NO, .nr_range = 1, .nr_ranges = 1,
				       .altmap_status = ZDM_ABSENT };
	s->f = (struct zdm_facts){ .feat = &s->feat, .online_flag = true, .section = &s->section,
				   .bit = ZDM_YES, .pgmap_index = -1, .range = -1,
				   .where = ZDM_MEMMAP_RAM, .in_dump = ZDM_IN_DUMP_YES,
				   .page_kaddr = 0x9a6e };
	if (!flags)
		s->f.section = NULL;
}

/* A look-up entry whose pgmap has the PFN in its first range. */
static inline void add_entry(struct scene *s)
{
	s->f.has_entry = true;
	s->f.pgmap = &s->pgmap;
	s->f.pgmap_index = 3;
	s->f.range = 0;
}

static inline void expect(const struct scene *s, enum zdm_class cls, enum zdm_tri valid,
			  enum zdm_reason reason)
{
	struct zdm_verdict v = zdm_classify(&s->f);

	if (v.cls != cls || v.valid != valid || v.reason != reason)
		fail_msg("%s, valid: %s (%s), not %s, valid: %s (%s)", zdm_class_name(v.cls),
			 zdm_tri_name(v.valid), zdm_reason_text(v.reason), zdm_class_name(cls),
			 zdm_tri_name(valid), zdm_reason_text(reason));
	/* a pgmap is named exactly where the verdict rests on it */
	if (v.pgmap >= 0)
		assert_int_equal(v.pgmap, s->f.pgmap_index);
}

static inline void expect_unknown(const struct scene *s, enum zdm_reason reason,
				  uint64_t kaddr)
{
	expect(s, ZDM_CLASS_UNKNOWN, ZDM_UNKNOWN, reason);
	assert_true(zdm_classify(&s->f).evidence_kaddr == kaddr);
}

#endif

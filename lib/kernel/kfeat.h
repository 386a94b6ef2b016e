/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kfeat: the one table of how kernels differ. A difference is a row: an id, a
 * name for people, and a probe that looks for the thing, never for a version
 * number, since distributions backport.
 */
#ifndef ZDM_LIB_KFEAT_H
#define ZDM_LIB_KFEAT_H

#include "kernel/kdef.h"

enum zdm_feat {
	ZDM_FEAT_SUBSECTIONS,		/* sections are populated in 2 MiB units */
	ZDM_FEAT_NR_RANGE,		/* pgmap counts its finished ranges */
	ZDM_FEAT_TAINT,			/* SECTION_TAINT_ZONE_DEVICE exists */
	ZDM_FEAT_BOOTHOLE_INIT,		/* struct pages of boot holes are initialised */
	ZDM_FEAT_ALTMAP_EMBEDDED,	/* dev_pagemap holds its vmem_altmap */
	ZDM_FEAT_REF_EMBEDDED,		/* dev_pagemap holds its percpu_ref */
	ZDM_FEAT_PAGE_MAP,		/* look-up gives a struct page_map around the pgmap */
	ZDM_FEAT_KEY_IS_PFN,		/* look-up is by PFN; before: by section number */
	ZDM_FEAT_BLOCK_STATE_ENUM,	/* memory_block.state counts; before: one bit each */
	ZDM_FEAT_INIT_POISON,		/* removed struct pages may be poisoned */
	ZDM_FEAT_ZONE_DEVICE,		/* the kernel knows ZONE_DEVICE at all */
	ZDM_FEAT_RESERVE_RAW,		/* struct pages of an altmap's reserve are left alone */
	ZDM_FEAT_SECTION_ENUM,		/* section flags are an enum, which names those there are */
	ZDM_FEAT_ONLINE_FLAG,		/* SECTION_IS_ONLINE exists */
	ZDM_FEAT_ONLINE_PAGE_FN,	/* pfn_to_online_page() looks at sub-sections */
	ZDM_FEAT_NODE_ARRAY,		/* nodes are found in node_data; else there is one */
	ZDM_FEAT_PGMAP_XARRAY,		/* look-up is an XArray; before: a radix tree */
	ZDM_FEAT_PGMAP_WITH_ZONE,	/* a struct page gets its pgmap together with its zone */
	ZDM_FEAT_RES_EMBEDDED,		/* dev_pagemap holds its resource */
	ZDM_FEAT_ALTMAP_FLAG,		/* a bit of dev_pagemap.flags says that the altmap counts */
	ZDM_FEAT_BLOCK_XARRAY,		/* memory blocks are in an XArray; before: on their bus */
	ZDM_FEAT_BLOCK_ALTMAP,		/* a block's own memmap is an altmap; before: a count */
	ZDM_FEAT_PAGE_TYPE_BYTE,	/* page_type's top byte is a value; before: cleared bits */
	ZDM_FEAT_MAPCOUNT_OF_PAGE,	/* _mapcount counts this page, also of files' compound ones */
	ZDM_FEAT_FLAGS_OF_FOLIO,	/* /proc/kpageflags asks the head for flags */
	ZDM_FEAT_FLAGS_OF_SNAPSHOT,	/* /proc/kpageflags asks a copy of the folio */
	ZDM_FEAT_MEMCG_DATA,		/* struct page has memcg_data; before: mem_cgroup */
	ZDM_FEAT_OBJCG_ALWAYS,		/* memcg_data always leads to an obj_cgroup */
	ZDM_FEAT_LOG_RING,		/* the kernel log is a ring; before: a buffer of records */
	ZDM_NR_FEATS
};

struct zdm_kfeat {
	enum zdm_tri v[ZDM_NR_FEATS];
};

/* Probe every row, once. */
void zdm_kfeat_probe(struct zdm_kfeat *f, const struct zdm_kdef *k);
const char *zdm_feat_name(enum zdm_feat id);

static inline bool zdm_feat_yes(const struct zdm_kfeat *f, enum zdm_feat id)
{
	return f->v[id] == ZDM_YES;
}

#endif

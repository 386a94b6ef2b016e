// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which things, found or known to be absent, make zdm say what of a kernel: the rows of
 * docs/kernel-notes.md, by hand. Every feature stands here at least once with an answer.
 */
#include "test_util.h"

#include "kernel/kfeat.h"

enum { NOT_COMPLETE = 0, ALL_TYPES = 1, ALL_SYMBOLS = 2 };

static const struct {
	enum zdm_feat feat;
	enum zdm_tri want;
	unsigned int complete;
	struct {
		enum zdm_kdef_id id;
		uint64_t size_bytes;
	} found[3];		/* id 0 ends it: no row asks for mem_section's own symbol */
} cases[] = {
	/* sections */
	{ ZDM_FEAT_SUBSECTIONS, ZDM_YES, 0, { { ZDM_MEM_SECTION_USAGE, 8 } } },
	{ ZDM_FEAT_SUBSECTIONS, ZDM_NO, 0, { { ZDM_MEM_SECTION_PAGEBLOCK_FLAGS, 8 } } },
	{ ZDM_FEAT_SUBSECTIONS, ZDM_UNKNOWN, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_SECTION_ENUM, ZDM_YES, 0, { { ZDM_NUM_SECTION_PRESENT_BIT, 0 } } },
	{ ZDM_FEAT_SECTION_ENUM, ZDM_NO, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_SECTION_ENUM, ZDM_UNKNOWN, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_ONLINE_FLAG, ZDM_YES, 0, { { ZDM_NUM_SECTION_ONLINE_BIT, 0 } } },
	{ ZDM_FEAT_ONLINE_FLAG, ZDM_YES, 0, { { ZDM_MEM_SECTION_USAGE, 8 } } },
	{ ZDM_FEAT_ONLINE_FLAG, ZDM_UNKNOWN, 0, { { ZDM_MEM_SECTION_PAGEBLOCK_FLAGS, 8 } } },
	{ ZDM_FEAT_TAINT, ZDM_YES, 0, { { ZDM_NUM_SECTION_PRESENT_BIT, 0 },
					{ ZDM_NUM_SECTION_TAINT_BIT, 0 } } },
	{ ZDM_FEAT_TAINT, ZDM_NO, 0, { { ZDM_NUM_SECTION_PRESENT_BIT, 0 },
				       { ZDM_SYM_PFN_TO_ONLINE_PAGE, 0 } } },
	{ ZDM_FEAT_TAINT, ZDM_YES, 0, { { ZDM_SYM_PFN_TO_ONLINE_PAGE, 0 } } },
	{ ZDM_FEAT_ONLINE_PAGE_FN, ZDM_YES, 0, { { ZDM_SYM_PFN_TO_ONLINE_PAGE, 0 } } },
	{ ZDM_FEAT_ONLINE_PAGE_FN, ZDM_NO, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_ONLINE_PAGE_FN, ZDM_UNKNOWN, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_BOOTHOLE_INIT, ZDM_YES, 0, { { ZDM_SYM_INIT_UNAVAILABLE, 0 } } },
	{ ZDM_FEAT_BOOTHOLE_INIT, ZDM_UNKNOWN, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_NODE_ARRAY, ZDM_YES, 0, { { ZDM_SYM_NODE_DATA, 0 } } },
	{ ZDM_FEAT_NODE_ARRAY, ZDM_NO, 0, { { ZDM_SYM_CONTIG_PAGE_DATA, 0 } } },
	{ ZDM_FEAT_NODE_ARRAY, ZDM_NO, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_NODE_ARRAY, ZDM_UNKNOWN, 0, { { 0, 0 } } },
	/* pgmaps */
	{ ZDM_FEAT_ZONE_DEVICE, ZDM_YES, 0, { { ZDM_SYM_PGMAP_RADIX, 0 } } },
	{ ZDM_FEAT_ZONE_DEVICE, ZDM_NO, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_PGMAP_XARRAY, ZDM_YES, 0, { { ZDM_SYM_PGMAP_ARRAY, 0 } } },
	{ ZDM_FEAT_PGMAP_XARRAY, ZDM_NO, 0, { { ZDM_SYM_PGMAP_RADIX, 0 } } },
	{ ZDM_FEAT_PGMAP_XARRAY, ZDM_UNKNOWN, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_PGMAP_WITH_ZONE, ZDM_YES, 0, { { ZDM_SYM_PGMAP_ARRAY, 0 } } },
	{ ZDM_FEAT_PGMAP_WITH_ZONE, ZDM_NO, 0, { { ZDM_SYM_PGMAP_RADIX, 0 } } },
	{ ZDM_FEAT_KEY_IS_PFN, ZDM_YES, 0, { { ZDM_MEM_PGMAP_TYPE, 4 } } },
	{ ZDM_FEAT_KEY_IS_PFN, ZDM_NO, 0, { { ZDM_SIZE_PGMAP, 0 } } },
	{ ZDM_FEAT_PAGE_MAP, ZDM_YES, 0, { { ZDM_MEM_PAGE_MAP_PGMAP, 64 } } },
	{ ZDM_FEAT_PAGE_MAP, ZDM_NO, 0, { { ZDM_SYM_PGMAP_ARRAY, 0 } } },
	{ ZDM_FEAT_ALTMAP_EMBEDDED, ZDM_YES, 0, { { ZDM_MEM_PGMAP_ALTMAP_VALID, 1 } } },
	{ ZDM_FEAT_ALTMAP_EMBEDDED, ZDM_NO, 0, { { ZDM_MEM_PGMAP_ALTMAP, 8 } } },
	{ ZDM_FEAT_RESERVE_RAW, ZDM_YES, 0, { { ZDM_MEM_PGMAP_FLAGS, 4 } } },
	{ ZDM_FEAT_RESERVE_RAW, ZDM_NO, 0, { { ZDM_SIZE_PAGE_MAP, 0 } } },
	{ ZDM_FEAT_RES_EMBEDDED, ZDM_YES, 0, { { ZDM_MEM_PGMAP_RES, 96 } } },
	{ ZDM_FEAT_RES_EMBEDDED, ZDM_NO, 0, { { ZDM_MEM_PGMAP_RES, 8 },
					      { ZDM_MEM_PGMAP_FLAGS, 4 } } },
	{ ZDM_FEAT_RES_EMBEDDED, ZDM_YES, 0, { { ZDM_MEM_PGMAP_RES, 0 },
					       { ZDM_MEM_PGMAP_FLAGS, 4 } } },
	{ ZDM_FEAT_ALTMAP_FLAG, ZDM_YES, 0, { { ZDM_MEM_PGMAP_FLAGS, 4 } } },
	{ ZDM_FEAT_ALTMAP_FLAG, ZDM_NO, 0, { { ZDM_MEM_PGMAP_ALTMAP_VALID, 1 } } },
	{ ZDM_FEAT_REF_EMBEDDED, ZDM_YES, 0, { { ZDM_MEM_PGMAP_REF, 16 } } },
	{ ZDM_FEAT_REF_EMBEDDED, ZDM_NO, 0, { { ZDM_MEM_PGMAP_REF, 8 } } },
	{ ZDM_FEAT_NR_RANGE, ZDM_YES, 0, { { ZDM_MEM_PGMAP_NR_RANGE, 4 } } },
	{ ZDM_FEAT_NR_RANGE, ZDM_NO, 0, { { ZDM_MEM_PGMAP_RES, 96 } } },
	/* memory blocks */
	{ ZDM_FEAT_BLOCK_XARRAY, ZDM_YES, 0, { { ZDM_SYM_MEMORY_BLOCKS, 0 },
					       { ZDM_SYM_MEMORY_SUBSYS, 0 } } },
	{ ZDM_FEAT_BLOCK_XARRAY, ZDM_NO, 0, { { ZDM_SYM_MEMORY_SUBSYS, 0 } } },
	{ ZDM_FEAT_BLOCK_ALTMAP, ZDM_NO, 0, { { ZDM_MEM_BLOCK_NR_VMEMMAP, 8 } } },
	{ ZDM_FEAT_BLOCK_ALTMAP, ZDM_YES, 0, { { ZDM_MEM_BLOCK_ALTMAP, 8 } } },
	{ ZDM_FEAT_BLOCK_ALTMAP, ZDM_UNKNOWN, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_BLOCK_STATE_ENUM, ZDM_YES, 0, { { ZDM_MEM_BLOCK_STATE, 4 } } },
	{ ZDM_FEAT_BLOCK_STATE_ENUM, ZDM_NO, 0, { { ZDM_MEM_BLOCK_STATE, 8 } } },
	{ ZDM_FEAT_INIT_POISON, ZDM_YES, 0, { { ZDM_SYM_PAGE_INIT_POISONING, 0 } } },
	{ ZDM_FEAT_INIT_POISON, ZDM_NO, ALL_SYMBOLS, { { 0, 0 } } },
	/* struct page, for /proc/kpageflags */
	{ ZDM_FEAT_PAGE_TYPE_BYTE, ZDM_YES, 0, { { ZDM_NUM_PGTY_BUDDY, 0 } } },
	{ ZDM_FEAT_PAGE_TYPE_BYTE, ZDM_NO, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_MAPCOUNT_OF_PAGE, ZDM_YES, 0, { { ZDM_MEM_FOLIO_ENTIRE_MAPCOUNT, 4 } } },
	{ ZDM_FEAT_MAPCOUNT_OF_PAGE, ZDM_NO, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_FLAGS_OF_FOLIO, ZDM_NO, ALL_SYMBOLS, { { ZDM_NUM_PG_SLAB, 0 } } },
	{ ZDM_FEAT_FLAGS_OF_FOLIO, ZDM_YES, ALL_TYPES, { { 0, 0 } } },
	{ ZDM_FEAT_FLAGS_OF_SNAPSHOT, ZDM_YES, 0, { { ZDM_SYM_SNAPSHOT_PAGE, 0 } } },
	{ ZDM_FEAT_FLAGS_OF_SNAPSHOT, ZDM_NO, ALL_SYMBOLS, { { 0, 0 } } },
	{ ZDM_FEAT_MEMCG_DATA, ZDM_YES, 0, { { ZDM_MEM_PAGE_MEMCG_DATA, 8 } } },
	{ ZDM_FEAT_MEMCG_DATA, ZDM_NO, 0, { { ZDM_MEM_PAGE_MEM_CGROUP, 8 } } },
	{ ZDM_FEAT_OBJCG_ALWAYS, ZDM_YES, 0, { { ZDM_MEM_OBJCG_IS_ROOT, 1 } } },
	{ ZDM_FEAT_OBJCG_ALWAYS, ZDM_NO, ALL_TYPES, { { 0, 0 } } },
	/* the log: later kernels have both, and the ring is in use */
	{ ZDM_FEAT_LOG_RING, ZDM_YES, 0, { { ZDM_SYM_PRB, 0 }, { ZDM_SYM_LOG_BUF, 0 } } },
	{ ZDM_FEAT_LOG_RING, ZDM_NO, 0, { { ZDM_SYM_LOG_BUF, 0 } } },
};

static void test_witnesses(void **state)
{
	static struct zdm_kdef k;
	struct zdm_kfeat f;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&k, 0, sizeof(k));
		for (j = 0; j < ZDM_NR_KDEFS; j++)
			k.v[j].status = ZDM_ABSENT;
		for (j = 0; j < 3 && cases[i].found[j].id; j++) {
			k.v[cases[i].found[j].id].status = ZDM_OK;
			k.v[cases[i].found[j].id].size_bytes = cases[i].found[j].size_bytes;
		}
		k.complete_types = cases[i].complete & ALL_TYPES;
		k.complete_symbols = cases[i].complete & ALL_SYMBOLS;
		zdm_kfeat_probe(&f, &k);
		if (f.v[cases[i].feat] != cases[i].want)
			fail_msg("case %zu, %s: %s, not %s", i, zdm_feat_name(cases[i].feat),
				 zdm_tri_name(f.v[cases[i].feat]), zdm_tri_name(cases[i].want));
	}
}

/* One that nobody wrote a case for has not been thought about. */
static void test_all_stand_here(void **state)
{
	bool yes[ZDM_NR_FEATS] = { false }, other[ZDM_NR_FEATS] = { false };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		yes[cases[i].feat] |= cases[i].want == ZDM_YES;
		other[cases[i].feat] |= cases[i].want != ZDM_YES;
	}
	for (i = 0; i < ZDM_NR_FEATS; i++) {
		if (!yes[i] || !other[i])
			fail_msg("%s: a kernel with and one without", zdm_feat_name(i));
	}
}

TEST_MAIN(cmocka_unit_test(test_witnesses),
	  cmocka_unit_test(test_all_stand_here))

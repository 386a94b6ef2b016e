// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel/kfeat.h"

/* There; known not to be there; not known, or damaged, or ambiguous. */
static enum zdm_tri type_tri(const struct zdm_kdef *k, enum zdm_kdef_id id)
{
	if (zdm_kdef_has(k, id))
		return ZDM_YES;
	return k->complete_types && k->v[id].status == ZDM_ABSENT ? ZDM_NO : ZDM_UNKNOWN;
}

static enum zdm_tri symbol_tri(const struct zdm_kdef *k, enum zdm_kdef_id id)
{
	if (zdm_kdef_has(k, id))
		return ZDM_YES;
	return k->complete_symbols && k->v[id].status == ZDM_ABSENT ? ZDM_NO : ZDM_UNKNOWN;
}

/* One of two members that exclude each other. */
static enum zdm_tri either(const struct zdm_kdef *k, enum zdm_kdef_id yes, enum zdm_kdef_id no)
{
	if (zdm_kdef_has(k, yes))
		return ZDM_YES;
	return zdm_kdef_has(k, no) ? ZDM_NO : ZDM_UNKNOWN;
}

/*
 * Linux kernel commit 326e1b8f83a4 ("mm/sparsemem: introduce a
 * SECTION_IS_EARLY flag") and its series (in v5.3) put mem_section.usage in
 * the place of pageblock_flags.
 */
static enum zdm_tri probe_subsections(const struct zdm_kdef *k)
{
	return either(k, ZDM_MEM_SECTION_USAGE, ZDM_MEM_SECTION_PAGEBLOCK_FLAGS);
}

/*
 * Linux kernel commit b7b3c01b1915 ("mm/memremap_pages: support multiple ranges
 * per invocation") (in v5.10). `res` left dev_pagemap just before.
 */
static enum zdm_tri probe_nr_range(const struct zdm_kdef *k)
{
	enum zdm_tri t = either(k, ZDM_MEM_PGMAP_NR_RANGE, ZDM_MEM_PGMAP_RES);

	return t != ZDM_UNKNOWN ? t : type_tri(k, ZDM_MEM_PGMAP_NR_RANGE);
}

/*
 * Linux kernel commit 1f90a3477df3 ("mm: teach pfn_to_online_page() about
 * ZONE_DEVICE section collisions") (in v5.12). The flags became an enum in
 * v6.0; before, the witness is pfn_to_online_page(), which the same series
 * turned from a macro into a function: commit 9f605f260594 ("mm: move
 * pfn_to_online_page() out of line").
 */
static enum zdm_tri probe_taint(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_NUM_SECTION_PRESENT_BIT))
		return zdm_kdef_has(k, ZDM_NUM_SECTION_TAINT_BIT) ? ZDM_YES : ZDM_NO;
	return symbol_tri(k, ZDM_SYM_PFN_TO_ONLINE_PAGE);
}

/*
 * init_unavailable_range() initialises every struct page of a boot hole, since
 * Linux kernel commit 4b094b7851bf ("mm/page_alloc.c: initialize memmap of
 * unavailable memory directly") (in v5.6) as one of node 0, and since commit
 * 0740a50b9baa ("mm/page_alloc.c: refactor initialization of struct page for
 * holes in memory layout") (in v5.12 and stable trees) as one of its
 * neighbours' node and zone. Where that was inlined, pfn_to_online_page() witnesses the release. That
 * neither is there proves nothing.
 */
static enum zdm_tri probe_boothole(const struct zdm_kdef *k)
{
	return zdm_kdef_has(k, ZDM_SYM_INIT_UNAVAILABLE) ||
	       zdm_kdef_has(k, ZDM_SYM_PFN_TO_ONLINE_PAGE) ? ZDM_YES : ZDM_UNKNOWN;
}

/* Linux kernel commit e7744aa25cff ("memremap: drop private struct page_map") (in v4.16). */
static enum zdm_tri probe_altmap(const struct zdm_kdef *k)
{
	const struct zdm_kval *v = &k->v[ZDM_MEM_PGMAP_ALTMAP];

	if (zdm_kdef_has(k, ZDM_MEM_PGMAP_ALTMAP_VALID) || zdm_kdef_has(k, ZDM_MEM_PGMAP_FLAGS))
		return ZDM_YES;
	if (v->status == ZDM_OK && v->size_bytes)
		return v->size_bytes > 8 ? ZDM_YES : ZDM_NO;
	return zdm_kdef_has(k, ZDM_SIZE_PAGE_MAP) ? ZDM_NO : ZDM_UNKNOWN;
}

/*
 * Linux kernel commit b80892ca022e ("memremap: remove support for external
 * pgmap refcounts") (in v5.17).
 */
static enum zdm_tri probe_ref(const struct zdm_kdef *k)
{
	const struct zdm_kval *v = &k->v[ZDM_MEM_PGMAP_REF];

	if (v->status == ZDM_OK && v->size_bytes)
		return v->size_bytes > 8 ? ZDM_YES : ZDM_NO;
	if (zdm_kdef_has(k, ZDM_MEM_PGMAP_INTERNAL_REF) || zdm_kdef_has(k, ZDM_MEM_PGMAP_RES))
		return ZDM_NO;
	return zdm_kdef_has(k, ZDM_MEM_PGMAP_SHIFT) ? ZDM_YES : ZDM_UNKNOWN;
}

/* Both went with e7744aa25cff: the pointer to an altmap, and the struct around. */
static enum zdm_tri probe_page_map(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_SYM_PGMAP_ARRAY) || probe_altmap(k) == ZDM_YES)
		return ZDM_NO;
	return type_tri(k, ZDM_MEM_PAGE_MAP_PGMAP);
}

/*
 * Linux kernel commit ab1b597ee0e4 ("mm, devm_memremap_pages: use multi-order
 * radix for ZONE_DEVICE lookups") (in v4.14). dev_pagemap.type came in v4.14 as
 * well, commit 5042db43cc26 ("mm/ZONE_DEVICE: new type of ZONE_DEVICE for
 * unaddressable memory").
 */
static enum zdm_tri probe_key(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_SYM_PGMAP_ARRAY) || zdm_kdef_has(k, ZDM_MEM_PGMAP_TYPE))
		return ZDM_YES;
	return zdm_kdef_has(k, ZDM_SIZE_PGMAP) ? ZDM_NO : ZDM_UNKNOWN;
}

/*
 * enum memory_block_state (seen from 6.19 on, and on its way into stable trees)
 * numbers the states; the macros before it are one bit each in an unsigned long.
 */
static enum zdm_tri probe_block_enum(const struct zdm_kdef *k)
{
	const struct zdm_kval *v = &k->v[ZDM_MEM_BLOCK_STATE];

	if (zdm_kdef_has(k, ZDM_NUM_MEM_ONLINE))
		return ZDM_YES;
	if (v->status == ZDM_OK && v->size_bytes)
		return v->size_bytes == 4 ? ZDM_YES : ZDM_NO;
	/* members that were gone years before the enum came */
	if (zdm_kdef_has(k, ZDM_MEM_BLOCK_END) || zdm_kdef_has(k, ZDM_MEM_PGMAP_RES))
		return ZDM_NO;
	return k->complete_types ? ZDM_NO : ZDM_UNKNOWN;
}

/*
 * Linux kernel commit f682a97a0059 ("mm: provide kernel parameter to allow
 * disabling page init poisoning") (in v4.20); struct pages that go are poisoned
 * since commit d33695b16a9f ("mm/memory_hotplug: poison memmap in
 * remove_pfn_range_from_zone()") (in v5.6).
 */
static enum zdm_tri probe_poison(const struct zdm_kdef *k)
{
	return symbol_tri(k, ZDM_SYM_PAGE_INIT_POISONING);
}

static enum zdm_tri probe_zone_device(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_SYM_PGMAP_ARRAY) || zdm_kdef_has(k, ZDM_SYM_PGMAP_RADIX))
		return ZDM_YES;
	return type_tri(k, ZDM_NUM_ZONE_DEVICE);
}

/*
 * memmap_init_zone() means to skip the reserve from v4.5 on, but up to v4.15 it hands
 * to_vmem_altmap() a physical address where that wants one of the memmap, is told that there
 * is no altmap, and initialises all (mm/page_alloc.c and kernel/memremap.c, 4.5 to 4.14; seen
 * on 4.14.72). v4.16 passes the altmap as an argument, in the series of commit e7744aa25cff
 * ("memremap: drop private struct page_map") that also put it into dev_pagemap.
 */
static enum zdm_tri probe_reserve(const struct zdm_kdef *k)
{
	return probe_altmap(k);
}

/*
 * Linux kernel commit ed7802dd48f7 ("mm: memory_hotplug: enumerate all supported
 * section flags") (in v6.0).
 */
static enum zdm_tri probe_section_enum(const struct zdm_kdef *k)
{
	return type_tri(k, ZDM_NUM_SECTION_PRESENT_BIT);
}

/*
 * Linux kernel commit 2d070eab2e82 ("mm: consider zone which is not fully populated
 * to have holes") (in v4.13). Sub-sections came later than the flag.
 */
static enum zdm_tri probe_online_flag(const struct zdm_kdef *k)
{
	return probe_subsections(k) == ZDM_YES || zdm_kdef_has(k, ZDM_NUM_SECTION_ONLINE_BIT) ?
	       ZDM_YES : ZDM_UNKNOWN;
}

/* The series of 1f90a3477df3, see probe_taint(), made it a function. */
static enum zdm_tri probe_online_page(const struct zdm_kdef *k)
{
	return symbol_tri(k, ZDM_SYM_PFN_TO_ONLINE_PAGE);
}

/* A kernel without CONFIG_NUMA has a variable instead (include/linux/mmzone.h, 5.10 to 7.3). */
static enum zdm_tri probe_node_array(const struct zdm_kdef *k)
{
	enum zdm_tri t = either(k, ZDM_SYM_NODE_DATA, ZDM_SYM_CONTIG_PAGE_DATA);

	return t == ZDM_UNKNOWN && k->complete_symbols ? ZDM_NO : t;
}

/* kernel/memremap.c, 4.19 and 5.2. */
static enum zdm_tri probe_pgmap_xarray(const struct zdm_kdef *k)
{
	return either(k, ZDM_SYM_PGMAP_ARRAY, ZDM_SYM_PGMAP_RADIX);
}

/*
 * Linux kernel commit 966cf44f637e ("mm: defer ZONE_DEVICE page initialization to the
 * point where we init pgmap") (in v4.20), the release that has the XArray, too.
 */
static enum zdm_tri probe_pgmap_with_zone(const struct zdm_kdef *k)
{
	return probe_pgmap_xarray(k);
}

/* It was embedded together with the altmap; the size of the member knows better. */
static enum zdm_tri probe_res(const struct zdm_kdef *k)
{
	const struct zdm_kval *v = &k->v[ZDM_MEM_PGMAP_RES];

	if (v->status == ZDM_OK && v->size_bytes)
		return v->size_bytes > 8 ? ZDM_YES : ZDM_NO;
	return probe_altmap(k);
}

/*
 * Linux kernel commit 514caf23a70f ("memremap: replace the altmap_valid field with a
 * PGMAP_ALTMAP_VALID flag") (in v5.3).
 */
static enum zdm_tri probe_altmap_flag(const struct zdm_kdef *k)
{
	return either(k, ZDM_MEM_PGMAP_FLAGS, ZDM_MEM_PGMAP_ALTMAP_VALID);
}

/*
 * Linux kernel commit 4fb6eabf1037 ("drivers/base/memory.c: cache memory blocks in
 * xarray to accelerate lookup") (in v5.8).
 */
static enum zdm_tri probe_block_xarray(const struct zdm_kdef *k)
{
	return either(k, ZDM_SYM_MEMORY_BLOCKS, ZDM_SYM_MEMORY_SUBSYS);
}

/*
 * Linux kernel commit a08a2ae34613 ("mm,memory_hotplug: allocate memmap from the added
 * memory range") (in v5.13), and commit 1a8c64e11043 ("mm/memory_hotplug: embed
 * vmem_altmap details in memory block") (in v6.6). UNKNOWN: nor can blocks do that.
 */
static enum zdm_tri probe_block_altmap(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_MEM_BLOCK_NR_VMEMMAP))
		return ZDM_NO;
	return zdm_kdef_has(k, ZDM_MEM_BLOCK_ALTMAP) ? ZDM_YES : ZDM_UNKNOWN;
}

/* include/linux/page-flags.h, 6.9 and 6.12: an enum took the place of macros. */
static enum zdm_tri probe_page_type(const struct zdm_kdef *k)
{
	return type_tri(k, ZDM_NUM_PGTY_BUDDY);
}

/* folio._entire_mapcount came with it (include/linux/mm_types.h, 6.1 and 6.2). */
static enum zdm_tri probe_mapcount(const struct zdm_kdef *k)
{
	return type_tri(k, ZDM_MEM_FOLIO_ENTIRE_MAPCOUNT);
}

/* fs/proc/page.c, 6.16 and 6.17. */
static enum zdm_tri probe_snapshot(const struct zdm_kdef *k)
{
	return symbol_tri(k, ZDM_SYM_SNAPSHOT_PAGE);
}

/* fs/proc/page.c, 6.9 and 6.10: the release in which PG_slab went. */
static enum zdm_tri probe_folio_flags(const struct zdm_kdef *k)
{
	return probe_snapshot(k) == ZDM_YES || !zdm_kdef_has(k, ZDM_NUM_PG_SLAB) ? ZDM_YES : ZDM_NO;
}

/* include/linux/mm_types.h, 5.10 and 5.11. */
static enum zdm_tri probe_memcg_data(const struct zdm_kdef *k)
{
	if (zdm_kdef_has(k, ZDM_MEM_PAGE_MEM_CGROUP))
		return ZDM_NO;
	return type_tri(k, ZDM_MEM_PAGE_MEMCG_DATA);
}

/* obj_cgroup.is_root came with it: include/linux/memcontrol.h, 7.3. */
static enum zdm_tri probe_objcg(const struct zdm_kdef *k)
{
	return type_tri(k, ZDM_MEM_OBJCG_IS_ROOT);
}

/* kernel/printk/printk.c, 5.9 and 5.10. */
static enum zdm_tri probe_log(const struct zdm_kdef *k)
{
	return either(k, ZDM_SYM_PRB, ZDM_SYM_LOG_BUF);
}

static const struct {
	const char *name;
	enum zdm_tri (*probe)(const struct zdm_kdef *k);
} feats[ZDM_NR_FEATS] = {
	[ZDM_FEAT_SUBSECTIONS] = { "sub-sections", probe_subsections },
	[ZDM_FEAT_NR_RANGE] = { "pgmap counts finished ranges", probe_nr_range },
	[ZDM_FEAT_TAINT] = { "SECTION_TAINT_ZONE_DEVICE", probe_taint },
	[ZDM_FEAT_BOOTHOLE_INIT] = { "boot holes initialised", probe_boothole },
	[ZDM_FEAT_ALTMAP_EMBEDDED] = { "altmap inside dev_pagemap", probe_altmap },
	[ZDM_FEAT_REF_EMBEDDED] = { "percpu_ref inside dev_pagemap", probe_ref },
	[ZDM_FEAT_PAGE_MAP] = { "struct page_map", probe_page_map },
	[ZDM_FEAT_KEY_IS_PFN] = { "pgmap look-up by PFN", probe_key },
	[ZDM_FEAT_BLOCK_STATE_ENUM] = { "memory block state is an enum", probe_block_enum },
	[ZDM_FEAT_INIT_POISON] = { "struct page poisoning", probe_poison },
	[ZDM_FEAT_ZONE_DEVICE] = { "ZONE_DEVICE", probe_zone_device },
	[ZDM_FEAT_RESERVE_RAW] = { "altmap reserve left alone", probe_reserve },
	[ZDM_FEAT_SECTION_ENUM] = { "section flags in an enum", probe_section_enum },
	[ZDM_FEAT_ONLINE_FLAG] = { "SECTION_IS_ONLINE", probe_online_flag },
	[ZDM_FEAT_ONLINE_PAGE_FN] = { "pfn_to_online_page() is a function", probe_online_page },
	[ZDM_FEAT_NODE_ARRAY] = { "node_data", probe_node_array },
	[ZDM_FEAT_PGMAP_XARRAY] = { "pgmaps in an XArray", probe_pgmap_xarray },
	[ZDM_FEAT_PGMAP_WITH_ZONE] = { "pgmap written with the zone", probe_pgmap_with_zone },
	[ZDM_FEAT_RES_EMBEDDED] = { "resource inside dev_pagemap", probe_res },
	[ZDM_FEAT_ALTMAP_FLAG] = { "PGMAP_ALTMAP_VALID", probe_altmap_flag },
	[ZDM_FEAT_BLOCK_XARRAY] = { "memory blocks in an XArray", probe_block_xarray },
	[ZDM_FEAT_BLOCK_ALTMAP] = { "memory block has an altmap", probe_block_altmap },
	[ZDM_FEAT_PAGE_TYPE_BYTE] = { "page type in one byte", probe_page_type },
	[ZDM_FEAT_MAPCOUNT_OF_PAGE] = { "_mapcount of one page", probe_mapcount },
	[ZDM_FEAT_FLAGS_OF_FOLIO] = { "kpageflags of the folio", probe_folio_flags },
	[ZDM_FEAT_FLAGS_OF_SNAPSHOT] = { "kpageflags of a snapshot", probe_snapshot },
	[ZDM_FEAT_MEMCG_DATA] = { "memcg_data", probe_memcg_data },
	[ZDM_FEAT_OBJCG_ALWAYS] = { "memcg_data leads to an obj_cgroup", probe_objcg },
	[ZDM_FEAT_LOG_RING] = { "printk ring buffer", probe_log },
};

void zdm_kfeat_probe(struct zdm_kfeat *f, const struct zdm_kdef *k)
{
	size_t i;

	for (i = 0; i < ZDM_NR_FEATS; i++)
		f->v[i] = feats[i].probe(k);
}

const char *zdm_feat_name(enum zdm_feat id)
{
	return (unsigned int)id < ZDM_NR_FEATS ? feats[id].name : "?";
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the pages of one kernel look like to /proc/kpageflags. */
#include <string.h>

#include "base/text.h"
#include "kernel/struct_page.h"
#include "page/kpageflags/kpageflags.h"

/* stable_page_flags() copies these; which PG_* a name means is the kernel's enum. */
static const struct {
	enum zdm_kpf kpf;
	enum zdm_kdef_id pg, old;	/* old: what stood in this bit before; 0: nothing */
	bool only_page_rules;		/* dropped when the rules changed to folios */
} copied[] = {
	{ ZDM_KPF_LOCKED, ZDM_NUM_PG_LOCKED, 0, false },
	{ ZDM_KPF_ERROR, ZDM_NUM_PG_ERROR, 0, true },
	{ ZDM_KPF_REFERENCED, ZDM_NUM_PG_REFERENCED, 0, false },
	{ ZDM_KPF_UPTODATE, ZDM_NUM_PG_UPTODATE, 0, false },
	{ ZDM_KPF_DIRTY, ZDM_NUM_PG_DIRTY, 0, false },
	{ ZDM_KPF_LRU, ZDM_NUM_PG_LRU, 0, false },
	{ ZDM_KPF_ACTIVE, ZDM_NUM_PG_ACTIVE, 0, false },
	{ ZDM_KPF_WRITEBACK, ZDM_NUM_PG_WRITEBACK, 0, false },
	{ ZDM_KPF_RECLAIM, ZDM_NUM_PG_RECLAIM, 0, false },
	{ ZDM_KPF_SWAPBACKED, ZDM_NUM_PG_SWAPBACKED, 0, false },
	{ ZDM_KPF_UNEVICTABLE, ZDM_NUM_PG_UNEVICTABLE, 0, false },
	{ ZDM_KPF_MLOCKED, ZDM_NUM_PG_MLOCKED, 0, false },
	{ ZDM_KPF_UNCACHED, ZDM_NUM_PG_UNCACHED, 0, false },
	{ ZDM_KPF_RESERVED, ZDM_NUM_PG_RESERVED, 0, false },
	{ ZDM_KPF_OWNER_2, ZDM_NUM_PG_OWNER_2, ZDM_NUM_PG_MAPPEDTODISK, false },
	{ ZDM_KPF_PRIVATE, ZDM_NUM_PG_PRIVATE, 0, false },
	{ ZDM_KPF_PRIVATE_2, ZDM_NUM_PG_PRIVATE_2, 0, false },
	{ ZDM_KPF_OWNER_PRIVATE, ZDM_NUM_PG_OWNER_PRIV_1, 0, false },
	{ ZDM_KPF_ARCH, ZDM_NUM_PG_ARCH_1, 0, false },
	{ ZDM_KPF_ARCH_2, ZDM_NUM_PG_ARCH_2, 0, false },
	{ ZDM_KPF_ARCH_3, ZDM_NUM_PG_ARCH_3, 0, false },
};

/*
 * Page types of ZDM_KPAGEFLAGS_CLEARED_BITS are macros, in no debug information
 * (include/linux/page-flags.h). Kernel memory of memory cgroups had the bit
 * that page tables have now, until struct page said so in memcg_data (5.11).
 */
#define TYPE_BIT_BUDDY 0x80u
#define TYPE_BIT_OFFLINE 0x100u
#define TYPE_BIT_TABLE 0x200u
#define TYPE_BIT_TABLE_KMEMCG 0x400u

static uint64_t get(const struct zdm_session *s, enum zdm_kdef_id id)
{
	return zdm_kdef_or(&s->k, id, ZDM_KPAGEFLAGS_NONE);
}

/* A member of the second struct page: in a folio the offset says so already. */
static uint64_t second(const struct zdm_session *s, enum zdm_kdef_id folio, enum zdm_kdef_id page)
{
	if (zdm_kdef_has(&s->k, folio))
		return get(s, folio);
	return zdm_kdef_has(&s->k, page) ? s->g.page_bytes + get(s, page) : ZDM_KPAGEFLAGS_NONE;
}

static enum zdm_status init_types(const struct zdm_session *s, struct zdm_kpageflags_abi *a,
				  char *err, size_t err_len)
{
	uint64_t mapcount = get(s, ZDM_NUM_BUDDY_MAPCOUNT);

	if (zdm_feat_yes(&s->f, ZDM_FEAT_PAGE_TYPE_BYTE)) {
		a->types = ZDM_KPAGEFLAGS_TOP_BYTE;
		a->type_buddy = get(s, ZDM_NUM_PGTY_BUDDY);
		a->type_offline = get(s, ZDM_NUM_PGTY_OFFLINE);
		a->type_table = get(s, ZDM_NUM_PGTY_TABLE);
		a->type_hugetlb = get(s, ZDM_NUM_PGTY_HUGETLB);
		a->type_slab = get(s, ZDM_NUM_PGTY_SLAB);
		return ZDM_OK;
	}
	/* VMCOREINFO has the mapcount of a free page: all bits but that of the type */
	if (mapcount != ZDM_KPAGEFLAGS_NONE && (uint32_t)mapcount != (uint32_t)~TYPE_BIT_BUDDY) {
		zdm_errf(err, err_len, "this kernel marks page types in a way not known here "
			 "(PAGE_BUDDY_MAPCOUNT_VALUE %lld)", (long long)mapcount);
		return ZDM_UNSUPPORTED;
	}
	a->types = ZDM_KPAGEFLAGS_CLEARED_BITS;
	a->type_buddy = TYPE_BIT_BUDDY;
	a->type_offline = TYPE_BIT_OFFLINE;
	a->type_table = s->f.v[ZDM_FEAT_MEMCG_DATA] == ZDM_NO ? TYPE_BIT_TABLE_KMEMCG :
			TYPE_BIT_TABLE;
	a->type_hugetlb = ZDM_KPAGEFLAGS_NONE;
	a->type_slab = ZDM_KPAGEFLAGS_NONE;
	return ZDM_OK;
}

static uint64_t read_pfn(const struct zdm_session *s, enum zdm_kdef_id symbol)
{
	uint64_t pfn;

	if (!zdm_kdef_has(&s->k, symbol) ||
	    zdm_read_u64(s->r, zdm_kdef_get(&s->k, symbol), &pfn) != ZDM_OK)
		return ZDM_KPAGEFLAGS_NONE;
	return pfn;
}

static void init_bits(const struct zdm_session *s, struct zdm_kpageflags_abi *a)
{
	size_t i;

	for (i = 0; i < ZDM_NR_KPF; i++)
		a->bit[i] = ZDM_KPAGEFLAGS_NONE;
	for (i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
		enum zdm_kdef_id id = copied[i].pg;

		if (copied[i].only_page_rules && a->rules != ZDM_KPAGEFLAGS_OF_PAGE)
			continue;
		if (!zdm_kdef_has(&s->k, id) && copied[i].old)
			id = copied[i].old;
		a->bit[copied[i].kpf] = get(s, id);
	}
	a->head_bit = get(s, ZDM_NUM_PG_HEAD);
	a->slab_bit = get(s, ZDM_NUM_PG_SLAB);
	a->swapbacked_bit = get(s, ZDM_NUM_PG_SWAPBACKED);
	a->swapcache_bit = get(s, ZDM_NUM_PG_SWAPCACHE);
	a->hwpoison_bit = get(s, ZDM_NUM_PG_HWPOISON);
	a->idle_bit = get(s, ZDM_NUM_PG_IDLE);
	a->lru_bit = get(s, ZDM_NUM_PG_LRU);
	a->hugetlb_flag_bit = get(s, ZDM_NUM_PG_HUGETLB);
	a->rmappable_bit = get(s, ZDM_NUM_PG_LARGE_RMAPPABLE);
	a->double_map_bit = get(s, ZDM_NUM_PG_DOUBLE_MAP);
}

static void init_offsets(const struct zdm_session *s, struct zdm_kpageflags_abi *a)
{
	struct zdm_page_layout l;

	zdm_page_layout_init(s, &l);
	a->page_bytes = l.bytes;
	a->flags_off = l.flags_off;
	a->word1_off = l.word1_off;
	a->mapping_off = l.mapping_off;
	a->private_off = l.private_off;
	a->mapcount_off = l.mapcount_off;
	a->refcount_off = l.refcount_off;
	a->entire_mapcount_off = second(s, ZDM_MEM_FOLIO_ENTIRE_MAPCOUNT,
					ZDM_MEM_PAGE_COMPOUND_MAPCOUNT);
	a->large_mapcount_off = get(s, ZDM_MEM_FOLIO_LARGE_MAPCOUNT);
	a->dtor_off = second(s, ZDM_MEM_FOLIO_DTOR, ZDM_MEM_PAGE_COMPOUND_DTOR);
	a->order_off = second(s, ZDM_MEM_FOLIO_ORDER, ZDM_MEM_PAGE_COMPOUND_ORDER);
	a->flags_1_off = get(s, ZDM_MEM_FOLIO_FLAGS_1);
	a->file_thp_in_mapcount = !zdm_feat_yes(&s->f, ZDM_FEAT_MAPCOUNT_OF_PAGE);
}

enum zdm_status zdm_kpageflags_abi_init(const struct zdm_session *s, struct zdm_kpageflags_abi *a,
					char *err, size_t err_len)
{
	static const enum zdm_kdef_id needed[] = {
		ZDM_MEM_PAGE_FLAGS, ZDM_MEM_PAGE_LRU, ZDM_MEM_PAGE_MAPPING, ZDM_MEM_PAGE_PRIVATE,
		ZDM_MEM_PAGE_MAPCOUNT, ZDM_MEM_PAGE_REFCOUNT, ZDM_NUM_PG_LOCKED, ZDM_NUM_PG_LRU,
		ZDM_NUM_PG_HEAD, ZDM_NUM_PG_RESERVED, ZDM_NUM_PG_SWAPBACKED,
	};
	char name[80];
	size_t i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!zdm_kdef_has(&s->k, needed[i])) {
			zdm_kdef_name(needed[i], name, sizeof(name));
			zdm_errf(err, err_len, "%s is not known", name);
			return ZDM_ABSENT;
		}
	}
	a->rules = zdm_feat_yes(&s->f, ZDM_FEAT_FLAGS_OF_SNAPSHOT) ? ZDM_KPAGEFLAGS_OF_SNAPSHOT :
		   zdm_feat_yes(&s->f, ZDM_FEAT_FLAGS_OF_FOLIO) ? ZDM_KPAGEFLAGS_OF_FOLIO :
		   ZDM_KPAGEFLAGS_OF_PAGE;
	init_bits(s, a);
	init_offsets(s, a);
	a->hugetlb_dtor = get(s, ZDM_NUM_HUGETLB_DTOR);
	a->zero_pfn = read_pfn(s, ZDM_SYM_ZERO_PFN);
	a->huge_zero_pfn = read_pfn(s, ZDM_SYM_HUGE_ZERO_PFN);
	/* mm/huge_memory.c is only there with CONFIG_TRANSPARENT_HUGEPAGE */
	a->has_thp = zdm_kdef_has(&s->k, ZDM_SYM_HUGE_ZERO_PFN);
	return init_types(s, a, err, err_len);
}

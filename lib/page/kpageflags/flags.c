// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From struct page to the bits of /proc/kpageflags and the number of
 * /proc/kpagecount: pure functions of a few bytes. Where kernels differ, the
 * rules differ in which struct page is asked, see zdm_kpageflags_rules.
 */
#include <string.h>

#include "page/kpageflags/kpageflags.h"

#define MAPPING_ANON 1u		/* low bits of page->mapping; page-flags.h */
#define MAPPING_FLAGS 3u
#define TYPE_BASE 0xf0000000u	/* of ZDM_KPAGEFLAGS_CLEARED_BITS */
#define TYPE_RESERVE (-128)	/* smaller mapcounts are types */
#define TYPE_TOP_SHIFT 24
#define TYPE_TOP_UNDERFLOW 0xff	/* top bytes from here on are small mapcounts below zero */

uint64_t zdm_kpageflags_u64(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t off)
{
	uint64_t v = 0;

	if (off <= 2 * a->page_bytes - sizeof(v))
		memcpy(&v, page + off, sizeof(v));
	return v;
}

uint32_t zdm_kpageflags_u32(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t off)
{
	uint32_t v = 0;

	if (off <= 2 * a->page_bytes - sizeof(v))
		memcpy(&v, page + off, sizeof(v));
	return v;
}

static bool bit(uint64_t word, uint64_t n)
{
	return n < 64 && (word >> n & 1);
}

bool zdm_kpageflags_is_type(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t type)
{
	uint32_t v = zdm_kpageflags_u32(a, page, a->mapcount_off);

	if (type == ZDM_KPAGEFLAGS_NONE)
		return false;
	if (a->types == ZDM_KPAGEFLAGS_TOP_BYTE)
		return v >> TYPE_TOP_SHIFT == type;
	return (v & (TYPE_BASE | type)) == TYPE_BASE;
}

/* Does page_type hold any type, and not a mapcount? */
static bool has_type(const struct zdm_kpageflags_abi *a, const uint8_t *page)
{
	int32_t v = (int32_t)zdm_kpageflags_u32(a, page, a->mapcount_off);

	if (a->types == ZDM_KPAGEFLAGS_TOP_BYTE)
		return v < 0 && (uint32_t)v >> TYPE_TOP_SHIFT < TYPE_TOP_UNDERFLOW;
	return v < TYPE_RESERVE;
}

/* How often a compound page is mapped as a whole. */
static int32_t entire_mapcount(const struct zdm_kpageflags_abi *a,
			       const struct zdm_kpageflags_raw *r)
{
	if (a->entire_mapcount_off == ZDM_KPAGEFLAGS_NONE)
		return 0;
	return (int32_t)zdm_kpageflags_u32(a, r->head, a->entire_mapcount_off) + 1;
}

bool zdm_kpageflags_is_hugetlb(const struct zdm_kpageflags_abi *a,
			       const struct zdm_kpageflags_raw *r)
{
	if (a->type_hugetlb != ZDM_KPAGEFLAGS_NONE)
		return zdm_kpageflags_is_type(a, r->head, a->type_hugetlb);
	if (!r->compound)
		return false;
	if (a->dtor_off != ZDM_KPAGEFLAGS_NONE && a->hugetlb_dtor != ZDM_KPAGEFLAGS_NONE)
		return (zdm_kpageflags_u32(a, r->head, a->dtor_off) & 0xff) == a->hugetlb_dtor;
	return a->flags_1_off != ZDM_KPAGEFLAGS_NONE &&
	       bit(zdm_kpageflags_u64(a, r->head, a->flags_1_off), a->hugetlb_flag_bit);
}

static bool is_slab(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	if (a->type_slab != ZDM_KPAGEFLAGS_NONE)
		return zdm_kpageflags_is_type(a, r->head, a->type_slab);
	return bit(zdm_kpageflags_u64(a, r->head, a->flags_off), a->slab_bit);
}

/* page_mapped(), folio_mapped(): of a compound page, any of it. */
static bool is_mapped(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	if (!r->compound)
		return (int32_t)zdm_kpageflags_u32(a, r->page, a->mapcount_off) >= 0;
	if (a->large_mapcount_off != ZDM_KPAGEFLAGS_NONE)
		return (int32_t)zdm_kpageflags_u32(a, r->head, a->large_mapcount_off) >= 0;
	return entire_mapcount(a, r) > 0 || r->part_mapped;
}

static uint64_t anon_bits(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	uint64_t mapping = zdm_kpageflags_u64(a, r->head, a->mapping_off);

	if (!(mapping & MAPPING_ANON))
		return 0;
	/* 6.12's test for KSM is true for every anonymous page: say what it says */
	if (a->rules == ZDM_KPAGEFLAGS_OF_FOLIO || (mapping & MAPPING_FLAGS) == MAPPING_FLAGS)
		return 1ull << ZDM_KPF_ANON | 1ull << ZDM_KPF_KSM;
	return 1ull << ZDM_KPF_ANON;
}

/* HUGE, THP and ZERO_PAGE. */
static uint64_t size_bits(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	bool of_page = a->rules == ZDM_KPAGEFLAGS_OF_PAGE;
	uint64_t head_flags = zdm_kpageflags_u64(a, r->head, a->flags_off);
	uint64_t zero_of = a->rules == ZDM_KPAGEFLAGS_OF_FOLIO ? r->head_pfn : r->pfn;

	if (zdm_kpageflags_is_hugetlb(a, r))
		return 1ull << ZDM_KPF_HUGE;
	if (r->compound && of_page && a->has_thp) {
		if (bit(head_flags, a->lru_bit) ||
		    (zdm_kpageflags_u64(a, r->head, a->mapping_off) & MAPPING_ANON))
			return 1ull << ZDM_KPF_THP;
		return r->head_pfn == a->huge_zero_pfn ?
		       1ull << ZDM_KPF_ZERO_PAGE | 1ull << ZDM_KPF_THP : 0;
	}
	if (r->compound && !of_page && a->flags_1_off != ZDM_KPAGEFLAGS_NONE &&
	    bit(zdm_kpageflags_u64(a, r->head, a->flags_1_off), a->rmappable_bit))
		return 1ull << ZDM_KPF_THP;
	if (!of_page && r->head_pfn == a->huge_zero_pfn)
		return 1ull << ZDM_KPF_ZERO_PAGE | 1ull << ZDM_KPF_THP;
	return zero_of == a->zero_pfn ? 1ull << ZDM_KPF_ZERO_PAGE : 0;
}

static uint64_t type_bits(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	const uint8_t *typed = a->rules == ZDM_KPAGEFLAGS_OF_SNAPSHOT ? r->head : r->page;
	uint64_t bits = 0;

	if (zdm_kpageflags_is_type(a, r->page, a->type_buddy) ||
	    (r->free_block && !zdm_kpageflags_u32(a, r->head, a->refcount_off)))
		bits |= 1ull << ZDM_KPF_BUDDY;
	if (zdm_kpageflags_is_type(a, typed, a->type_offline))
		bits |= 1ull << ZDM_KPF_OFFLINE;
	if (zdm_kpageflags_is_type(a, typed, a->type_table))
		bits |= 1ull << ZDM_KPF_PGTABLE;
	if (is_slab(a, r))
		bits |= 1ull << ZDM_KPF_SLAB;
	return bits;
}

uint64_t zdm_kpageflags_bits(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	uint64_t page_flags = zdm_kpageflags_u64(a, r->page, a->flags_off);
	uint64_t head_flags = zdm_kpageflags_u64(a, r->head, a->flags_off);
	uint64_t k = a->rules == ZDM_KPAGEFLAGS_OF_PAGE ? page_flags : head_flags, u = 0;
	unsigned int i;

	for (i = 0; i < ZDM_NR_KPF; i++)
		u |= (uint64_t)bit(k, a->bit[i]) << i;
	if (is_mapped(a, r) && !(a->rules == ZDM_KPAGEFLAGS_OF_PAGE && is_slab(a, r)))
		u |= 1ull << ZDM_KPF_MMAP;
	u |= anon_bits(a, r);
	if (r->pfn != r->head_pfn)
		u |= 1ull << ZDM_KPF_COMPOUND_TAIL;
	else if (bit(head_flags, a->head_bit))
		u |= 1ull << ZDM_KPF_COMPOUND_HEAD;
	u |= size_bits(a, r) | type_bits(a, r);
	if (bit(head_flags, a->idle_bit))
		u |= 1ull << ZDM_KPF_IDLE;
	if (bit(head_flags, a->swapbacked_bit) && bit(head_flags, a->swapcache_bit))
		u |= 1ull << ZDM_KPF_SWAPCACHE;
	/* of a large folio each page has its own, of a hugetlb page the head */
	if (bit(a->rules != ZDM_KPAGEFLAGS_OF_PAGE &&
		(u >> ZDM_KPF_HUGE & 1) ? head_flags : page_flags,
		a->hwpoison_bit))
		u |= 1ull << ZDM_KPF_HWPOISON;
	return u;
}

/* page_mapcount() of 5.10 and 6.1; later kernels count alike, but for the first two lines. */
static int64_t count_of_page(const struct zdm_kpageflags_abi *a, const struct zdm_kpageflags_raw *r)
{
	int64_t n = (int32_t)zdm_kpageflags_u32(a, r->page, a->mapcount_off) + 1;
	bool anon = zdm_kpageflags_u64(a, r->head, a->mapping_off) & MAPPING_ANON;

	if (is_slab(a, r) || has_type(a, r->page))
		return 0;
	if (!r->compound || (a->file_thp_in_mapcount && !anon && !zdm_kpageflags_is_hugetlb(a, r)))
		return n;
	n += entire_mapcount(a, r);
	if (bit(zdm_kpageflags_u64(a, r->head, a->page_bytes + a->flags_off), a->double_map_bit))
		n--;
	return n;
}

uint64_t zdm_kpageflags_count(const struct zdm_kpageflags_abi *a,
			      const struct zdm_kpageflags_raw *r)
{
	int64_t n;

	if (a->rules == ZDM_KPAGEFLAGS_OF_PAGE)
		return (uint64_t)count_of_page(a, r);
	n = has_type(a, r->page) ? 0 : (int32_t)zdm_kpageflags_u32(a, r->page, a->mapcount_off) + 1;
	if (r->compound)
		n += entire_mapcount(a, r);
	return (uint64_t)n;
}

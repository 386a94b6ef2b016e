/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kpageflags: how a kernel turns a struct page into the bits of /proc/kpageflags. */
#ifndef ZDM_LIB_KPAGEFLAGS_H
#define ZDM_LIB_KPAGEFLAGS_H

#include <zdm/kpageflags.h>

#include "kernel/session.h"

/*
 * The rules of stable_page_flags() in fs/proc/page.c; each looks at other
 * struct pages for the same bit.
 */
enum zdm_kpageflags_rules {
	ZDM_KPAGEFLAGS_OF_PAGE,		/* to 6.9: the page's own flags (read in 5.10.223, 6.1.192) */
	ZDM_KPAGEFLAGS_OF_FOLIO,	/* 6.10: those of the head (read in 6.12.107) */
	ZDM_KPAGEFLAGS_OF_SNAPSHOT,	/* 6.17: a copy of the folio (read in 7.3.4) */
};

/* How page_type says what a page is used for; include/linux/page-flags.h. */
enum zdm_kpageflags_types {
	ZDM_KPAGEFLAGS_CLEARED_BITS,	/* 4.18 to 6.9: 0xf0000000 set and the bit clear */
	ZDM_KPAGEFLAGS_TOP_BYTE,	/* 6.12: the value in the top byte */
};

#define ZDM_KPAGEFLAGS_NONE UINT64_MAX	/* an offset, a bit, a PFN that there is not */

/* All that must be known of a kernel; offsets in bytes from the head's struct page. */
struct zdm_kpageflags_abi {
	enum zdm_kpageflags_rules rules;
	enum zdm_kpageflags_types types;
	uint64_t page_bytes;
	uint64_t bit[ZDM_NR_KPF];	/* PG_* bit that is copied to this KPF_* bit */
	uint64_t head_bit, slab_bit, swapbacked_bit, swapcache_bit, hwpoison_bit, idle_bit, lru_bit;
	uint64_t flags_off, mapping_off, private_off, mapcount_off, refcount_off;
	uint64_t word1_off;
	/* in the second struct page of a compound page */
	uint64_t entire_mapcount_off, large_mapcount_off, dtor_off, order_off, flags_1_off;
	uint64_t hugetlb_dtor, hugetlb_flag_bit, rmappable_bit, double_map_bit;
	uint64_t type_buddy, type_offline, type_table, type_hugetlb, type_slab;
	uint64_t zero_pfn, huge_zero_pfn;
	bool has_thp;
	bool file_thp_in_mapcount;	/* to 6.1: of file pages _mapcount counts all */
};

/* What the pure functions look at; borrowed bytes. */
struct zdm_kpageflags_raw {
	uint64_t pfn, head_pfn;		/* equal unless the page is a tail */
	const uint8_t *page;		/* its struct page */
	const uint8_t *head;		/* the head's, and one more if compound */
	bool compound;
	bool free_block;		/* part of a free block of the buddy allocator */
	bool part_mapped;		/* compound: some page of it is mapped by itself */
};

/* The bits, and the value of kpagecount. */
uint64_t zdm_kpageflags_bits(const struct zdm_kpageflags_abi *a,
			     const struct zdm_kpageflags_raw *r);
uint64_t zdm_kpageflags_count(const struct zdm_kpageflags_abi *a,
			      const struct zdm_kpageflags_raw *r);
bool zdm_kpageflags_is_hugetlb(const struct zdm_kpageflags_abi *a,
			       const struct zdm_kpageflags_raw *r);

uint64_t zdm_kpageflags_u64(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t off);
uint32_t zdm_kpageflags_u32(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t off);
/* Is the page of this type; ZDM_KPAGEFLAGS_NONE never is. */
bool zdm_kpageflags_is_type(const struct zdm_kpageflags_abi *a, const uint8_t *page, uint64_t type);

/* Fill in what a session knows. */
enum zdm_status zdm_kpageflags_abi_init(const struct zdm_session *s, struct zdm_kpageflags_abi *ret,
					char *err, size_t err_len);

/* Memory cgroups: from the word in struct page to the inode of the cgroup. */
struct zdm_memcg {
	const struct zdm_session *s;
	bool of_head;			/* the head's word is asked, not the page's own */
	bool all_objcg;			/* every pointer is to an obj_cgroup (7.x) */
	uint64_t word_off;		/* in struct page; ZDM_KPAGEFLAGS_NONE: no memory cgroups */
	bool by_counter;		/* to 5.10: the parent is found through the counter */
	struct zdm_memcg_known {
		uint64_t word, ino;
		enum zdm_status status;
	} *known;			/* words seen so far */
	size_t nr, room;
};

void zdm_memcg_init(const struct zdm_session *s, enum zdm_kpageflags_rules rules,
		    struct zdm_memcg *ret);
void zdm_memcg_deinit(struct zdm_memcg *g);
enum zdm_status zdm_memcg_ino(struct zdm_memcg *g, uint64_t word, uint64_t *ino);

struct zdm_kpageflags;
/* PFN after the last of the last online section: where the kernel's files end, but for holes. */
uint64_t zdm_kpageflags_end_pfn(const struct zdm_kpageflags *v);
const struct zdm_model *zdm_kpageflags_model(const struct zdm_kpageflags *v);

#endif

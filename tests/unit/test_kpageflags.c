// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From the bytes of a struct page to the bits of /proc/kpageflags. Bit numbers
 * of page->flags are those of Debian's kernels 6.1, 6.12 and 7.3, the expected
 * values what fs/proc/page.c of the same kernel gives when read by a person.
 */
#include "test_util.h"

#include <stdio.h>
#include <unistd.h>

#include "page/kpageflags/kpageflags.h"

#define PAGE 64u
#define KPF(name) (1ull << ZDM_KPF_##name)

/* The first bits of enum pageflags are alike since 6.7; the older order is in abi_61(). */
enum { LOCKED = 0, LRU = 4, HEAD = 6, SWAPBACKED = 17, SWAPCACHE = 10, RESERVED = 13,
	HWPOISON = 21, SLAB_61 = 9, REFERENCED = 2, RMAPPABLE = 8, DOUBLE_MAP = 7 };

static struct zdm_kpageflags_abi abi_common(void)
{
	struct zdm_kpageflags_abi a;
	size_t i;

	memset(&a, 0, sizeof(a));
	a.page_bytes = PAGE;
	for (i = 0; i < ZDM_NR_KPF; i++)
		a.bit[i] = ZDM_KPAGEFLAGS_NONE;
	a.bit[ZDM_KPF_LOCKED] = LOCKED;
	a.bit[ZDM_KPF_REFERENCED] = REFERENCED;
	a.bit[ZDM_KPF_LRU] = LRU;
	a.bit[ZDM_KPF_RESERVED] = RESERVED;
	a.bit[ZDM_KPF_SWAPBACKED] = SWAPBACKED;
	a.head_bit = HEAD;
	a.swapbacked_bit = SWAPBACKED;
	a.swapcache_bit = SWAPCACHE;
	a.hwpoison_bit = HWPOISON;
	a.lru_bit = LRU;
	a.idle_bit = a.slab_bit = a.hugetlb_flag_bit = a.rmappable_bit = a.double_map_bit =
		ZDM_KPAGEFLAGS_NONE;
	a.flags_off = 0;
	a.word1_off = 8;
	a.mapping_off = 24;
	a.private_off = 40;
	a.mapcount_off = 48;
	a.refcount_off = 52;
	a.entire_mapcount_off = a.large_mapcount_off = a.dtor_off = a.order_off = a.flags_1_off =
		ZDM_KPAGEFLAGS_NONE;
	a.hugetlb_dtor = a.type_hugetlb = a.type_slab = ZDM_KPAGEFLAGS_NONE;
	a.zero_pfn = 0x2c0d;
	a.huge_zero_pfn = 0x4000;
	a.has_thp = true;
	return a;
}

static struct zdm_kpageflags_abi abi_61(void)
{
	struct zdm_kpageflags_abi a = abi_common();

	a.rules = ZDM_KPAGEFLAGS_OF_PAGE;
	a.types = ZDM_KPAGEFLAGS_CLEARED_BITS;
	a.slab_bit = SLAB_61;
	a.double_map_bit = DOUBLE_MAP;
	a.type_buddy = 0x80;
	a.type_offline = 0x100;
	a.type_table = 0x200;
	a.dtor_off = PAGE + 16;
	a.order_off = PAGE + 17;
	a.entire_mapcount_off = PAGE + 20;
	a.hugetlb_dtor = 2;
	a.file_thp_in_mapcount = true;
	return a;
}

static struct zdm_kpageflags_abi abi_new(enum zdm_kpageflags_rules rules)
{
	struct zdm_kpageflags_abi a = abi_common();

	a.rules = rules;
	a.types = ZDM_KPAGEFLAGS_TOP_BYTE;
	a.type_buddy = 0xf0;
	a.type_offline = 0xf1;
	a.type_table = 0xf2;
	a.type_hugetlb = 0xf4;
	a.type_slab = 0xf5;
	a.flags_1_off = PAGE;
	a.rmappable_bit = RMAPPABLE;
	a.large_mapcount_off = PAGE + 16;
	a.entire_mapcount_off = PAGE + 20;
	return a;
}

/* Two struct pages: that of a head and of its first tail; or one and nothing. */
struct pages {
	uint8_t head[2 * PAGE];
	uint8_t page[PAGE];
};

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
	memcpy(at, &value, bytes);
}

static void init_pages(struct pages *p, uint64_t flags, int32_t mapcount, int32_t refcount)
{
	memset(p, 0, sizeof(*p));
	put(p->head, flags, 8);
	put(p->head + 48, (uint32_t)mapcount, 4);
	put(p->head + 52, (uint32_t)refcount, 4);
	put(p->head + PAGE + 16, 0xffffffff, 4);	/* large or nothing mapped */
	put(p->head + PAGE + 20, 0xffffffff, 4);	/* entire */
	put(p->page + 8, 0xffffea0000000001, 8);
	put(p->page + 48, 0xffffffff, 4);
}

static struct zdm_kpageflags_raw single(const struct pages *p, uint64_t pfn)
{
	return (struct zdm_kpageflags_raw){ .pfn = pfn, .head_pfn = pfn, .page = p->head,
				       .head = p->head };
}

static struct zdm_kpageflags_raw tail(const struct pages *p, uint64_t head_pfn, uint64_t pfn)
{
	return (struct zdm_kpageflags_raw){ .pfn = pfn, .head_pfn = head_pfn, .page = p->page,
				       .head = p->head, .compound = true };
}

static void test_plain(void **state)
{
	const struct zdm_kpageflags_abi abis[] = { abi_61(), abi_new(ZDM_KPAGEFLAGS_OF_FOLIO),
						   abi_new(ZDM_KPAGEFLAGS_OF_SNAPSHOT) };
	struct zdm_kpageflags_raw r;
	struct pages p;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		/* a file page, mapped three times */
		init_pages(&p, 1u << REFERENCED | 1u << LRU, 2, 4);
		put(p.head + 24, 0xffff888001234560, 8);
		r = single(&p, 0x1234);
		assert_int_equal(zdm_kpageflags_bits(&abis[i], &r),
				 KPF(REFERENCED) | KPF(LRU) | KPF(MMAP));
		assert_int_equal(zdm_kpageflags_count(&abis[i], &r), 3);

		/* nothing set at all, not mapped */
		init_pages(&p, 0, -1, 1);
		assert_int_equal(zdm_kpageflags_bits(&abis[i], &r), 0);
		assert_int_equal(zdm_kpageflags_count(&abis[i], &r), 0);

		/* the zero page is reserved and its mappings are not counted */
		init_pages(&p, 1u << RESERVED, -1, 1);
		r = single(&p, 0x2c0d);
		assert_int_equal(zdm_kpageflags_bits(&abis[i], &r), KPF(RESERVED) | KPF(ZERO_PAGE));
	}
}

static void test_anonymous(void **state)
{
	struct zdm_kpageflags_abi a = abi_61(), f = abi_new(ZDM_KPAGEFLAGS_OF_FOLIO),
				  s = abi_new(ZDM_KPAGEFLAGS_OF_SNAPSHOT);
	const uint64_t swap = 1u << SWAPBACKED | 1u << SWAPCACHE | 1u << LRU;
	const uint64_t bits = KPF(SWAPBACKED) | KPF(SWAPCACHE) | KPF(LRU) | KPF(MMAP) | KPF(ANON);
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	init_pages(&p, swap, 0, 2);
	put(p.head + 24, 0xffff888001234561, 8);
	r = single(&p, 0x1234);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), bits);
	assert_int_equal(zdm_kpageflags_bits(&s, &r), bits);
	/* 6.10 to 6.16 say KSM of every anonymous page */
	assert_int_equal(zdm_kpageflags_bits(&f, &r), bits | KPF(KSM));
	put(p.head + 24, 0xffff888001234563, 8);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), bits | KPF(KSM));
	assert_int_equal(zdm_kpageflags_bits(&s, &r), bits | KPF(KSM));
	/* swapcache shares its bit with something else unless swapbacked */
	init_pages(&p, 1u << SWAPCACHE, -1, 1);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), 0);
}

static void test_free_pages(void **state)
{
	struct zdm_kpageflags_abi a = abi_61(), s = abi_new(ZDM_KPAGEFLAGS_OF_SNAPSHOT);
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	init_pages(&p, 0, (int32_t)0xffffff7f, 0);	/* ~PG_buddy */
	r = single(&p, 0x1000);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(BUDDY));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 0);
	init_pages(&p, 0, (int32_t)0xf0ffffff, 0);	/* PGTY_buddy */
	assert_int_equal(zdm_kpageflags_bits(&s, &r), KPF(BUDDY));
	assert_int_equal(zdm_kpageflags_count(&s, &r), 0);
	/* behind the first of a free block, by position; not if somebody holds it */
	init_pages(&p, 0, -1, 0);
	r.free_block = true;
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(BUDDY));
	init_pages(&p, 0, -1, 1);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), 0);
}

static void test_types(void **state)
{
	struct zdm_kpageflags_abi a = abi_61(), old = abi_61();
	struct zdm_kpageflags_abi f = abi_new(ZDM_KPAGEFLAGS_OF_FOLIO);
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	init_pages(&p, 0, (int32_t)0xfffffdff, 1);	/* ~0x200 */
	r = single(&p, 0x1000);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(PGTABLE));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 0);
	/* 5.10: 0x200 was memory of a cgroup, page tables 0x400 */
	old.type_table = 0x400;
	assert_int_equal(zdm_kpageflags_bits(&old, &r), 0);
	init_pages(&p, 0, (int32_t)0xfffffeff, 1);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(OFFLINE));
	init_pages(&p, 0, (int32_t)0xf2000000, 1);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), KPF(PGTABLE));
	init_pages(&p, 0, (int32_t)0xf1000000, 1);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), KPF(OFFLINE));
	init_pages(&p, 0, (int32_t)0xf5000000, 1);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), KPF(SLAB));
	assert_int_equal(zdm_kpageflags_count(&f, &r), 0);
	/* an underflow of the mapcount is no type */
	init_pages(&p, 0, (int32_t)0xff000000, 1);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), 0);
}

static void test_slab(void **state)
{
	struct zdm_kpageflags_abi a = abi_61(), f = abi_new(ZDM_KPAGEFLAGS_OF_FOLIO);
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	/* the mapcount of a slab page holds other things */
	init_pages(&p, 1u << SLAB_61 | 1u << HEAD, 7, 1);
	r = (struct zdm_kpageflags_raw){ .pfn = 0x1000, .head_pfn = 0x1000, .page = p.head,
				    .head = p.head, .compound = true };
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(SLAB) | KPF(COMPOUND_HEAD));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 0);
	r = tail(&p, 0x1000, 0x1003);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(SLAB) | KPF(COMPOUND_TAIL));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 0);
	init_pages(&p, 1u << HEAD, (int32_t)0xf5000001, 1);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), KPF(SLAB) | KPF(COMPOUND_TAIL));
}

static void test_huge_of_page(void **state)
{
	struct zdm_kpageflags_abi a = abi_61();
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	/* an anonymous THP mapped as a whole: flags of a tail are its own, and empty */
	init_pages(&p, 1u << HEAD | 1u << LRU | 1u << SWAPBACKED, -1, 512);
	put(p.head + 24, 0xffff888001234561, 8);
	put(p.head + PAGE + 20, 0, 4);
	r = tail(&p, 0x1200, 0x1234);
	assert_int_equal(zdm_kpageflags_bits(&a, &r),
			 KPF(MMAP) | KPF(ANON) | KPF(COMPOUND_TAIL) | KPF(THP));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 1);
	/* also mapped by pages: counted in each, and as a whole once less */
	put(p.head + PAGE, 1u << DOUBLE_MAP, 8);
	put(p.page + 48, 1, 4);
	assert_int_equal(zdm_kpageflags_count(&a, &r), 2);
	/* of a file: _mapcount has all */
	put(p.head + 24, 0xffff888001234560, 8);
	assert_int_equal(zdm_kpageflags_count(&a, &r), 2);
	/* hugetlb: by the destructor */
	init_pages(&p, 1u << HEAD, -1, 1);
	put(p.head + PAGE + 16, 2, 1);
	put(p.head + PAGE + 20, 3, 4);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(MMAP) | KPF(COMPOUND_TAIL) | KPF(HUGE));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 4);
	/* the huge zero page is on no list */
	init_pages(&p, 1u << HEAD, -1, 1);
	r = tail(&p, 0x4000, 0x4001);
	assert_int_equal(zdm_kpageflags_bits(&a, &r),
			 KPF(COMPOUND_TAIL) | KPF(THP) | KPF(ZERO_PAGE));
	/* a compound page of a driver, some page of which is mapped by itself */
	r = tail(&p, 0x5000, 0x5001);
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(COMPOUND_TAIL));
	r.part_mapped = true;
	assert_int_equal(zdm_kpageflags_bits(&a, &r), KPF(COMPOUND_TAIL) | KPF(MMAP));
}

static void test_huge_of_folio(void **state)
{
	const struct zdm_kpageflags_abi abis[] = { abi_new(ZDM_KPAGEFLAGS_OF_FOLIO),
						   abi_new(ZDM_KPAGEFLAGS_OF_SNAPSHOT) };
	struct zdm_kpageflags_raw r;
	struct pages p;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		/* a tail has the flags of its head */
		init_pages(&p, 1u << HEAD | 1u << LRU | 1u << REFERENCED, -1, 512);
		put(p.head + PAGE, 1u << RMAPPABLE, 8);
		put(p.head + PAGE + 16, 4, 4);
		put(p.page + 48, 0, 4);
		r = tail(&p, 0x1200, 0x1234);
		assert_int_equal(zdm_kpageflags_bits(&abis[i], &r), KPF(MMAP) | KPF(COMPOUND_TAIL) |
				 KPF(THP) | KPF(LRU) | KPF(REFERENCED));
		assert_int_equal(zdm_kpageflags_count(&abis[i], &r), 1);
		put(p.head + PAGE + 20, 1, 4);	/* twice as a whole */
		assert_int_equal(zdm_kpageflags_count(&abis[i], &r), 3);
		/* hugetlb: by the type of the head; poison then is the head's */
		init_pages(&p, 1u << HEAD | 1u << HWPOISON, (int32_t)0xf4000000, 1);
		assert_int_equal(zdm_kpageflags_bits(&abis[i], &r),
				 KPF(COMPOUND_TAIL) | KPF(HUGE) | KPF(HWPOISON));
	}
}

static void test_poison(void **state)
{
	struct zdm_kpageflags_abi f = abi_new(ZDM_KPAGEFLAGS_OF_FOLIO);
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	init_pages(&p, 1u << HEAD, -1, 1);
	put(p.page, 1u << HWPOISON, 8);
	r = tail(&p, 0x1200, 0x1201);
	assert_int_equal(zdm_kpageflags_bits(&f, &r), KPF(COMPOUND_TAIL) | KPF(HWPOISON));
}

/* What a kernel lacks gives no bit, and no read outside the two struct pages. */
static void test_lacking(void **state)
{
	struct zdm_kpageflags_abi a = abi_common();
	struct zdm_kpageflags_raw r;
	struct pages p;

	(void)state;
	a.type_buddy = a.type_offline = a.type_table = ZDM_KPAGEFLAGS_NONE;
	a.zero_pfn = a.huge_zero_pfn = ZDM_KPAGEFLAGS_NONE;
	init_pages(&p, UINT64_MAX & ~(1ull << HEAD), -1, 1);
	r = tail(&p, 0x1200, 0x1201);
	assert_int_equal(zdm_kpageflags_bits(&a, &r),
			 KPF(COMPOUND_TAIL) | KPF(THP) | KPF(SWAPCACHE));
	assert_int_equal(zdm_kpageflags_count(&a, &r), 0);
	assert_int_equal(zdm_kpageflags_u64(&a, p.head, UINT64_MAX), 0);
	assert_int_equal(zdm_kpageflags_u64(&a, p.head, 2 * PAGE - 7), 0);
	assert_int_equal(zdm_kpageflags_u32(&a, p.head, 2 * PAGE - 3), 0);
}

static void test_names(void **state)
{
	char letters[ZDM_KPF_LETTERS_LEN], names[ZDM_KPF_NAMES_LEN];

	(void)state;
	zdm_kpf_letters(KPF(REFERENCED) | KPF(UPTODATE) | KPF(LRU) | KPF(MMAP), letters);
	assert_memory_equal(letters, "__RU_l_____M", 12);
	zdm_kpf_names(KPF(REFERENCED) | KPF(UPTODATE) | KPF(LRU) | KPF(MMAP), names);
	assert_string_equal(names, "referenced,uptodate,lru,mmap");
	zdm_kpf_names(0, names);
	assert_string_equal(names, "");
	zdm_kpf_letters(UINT64_MAX, letters);
	assert_null(strchr(letters, '_'));
	zdm_kpf_names(UINT64_MAX, names);
	assert_true(strlen(names) < ZDM_KPF_NAMES_LEN - 1);
}

/* A snapshot is never written over what is there: crash's -O has no -f. */
static void test_save_exists(void **state)
{
	char path[] = "/tmp/zdm-test-XXXXXX", err[256] = "", text[16] = "", dangling[64];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "precious", 8), 8);
	/* nothing of the view is looked at before the name is had */
	assert_int_equal(zdm_kpageflags_save(NULL, path, NULL, NULL, err, sizeof(err)), ZDM_IO);
	assert_non_null(strstr(err, "exists: it is not overwritten"));
	assert_int_equal(pread(fd, text, sizeof(text), 0), 8);
	assert_string_equal(text, "precious");
	close(fd);
	unlink(path);
	/* nor through a link that leads nowhere */
	snprintf(dangling, sizeof(dangling), "%s.nowhere", path);
	assert_int_equal(symlink(dangling, path), 0);
	assert_int_equal(zdm_kpageflags_save(NULL, path, NULL, NULL, err, sizeof(err)), ZDM_IO);
	assert_int_not_equal(access(dangling, F_OK), 0);
	unlink(path);
}

TEST_MAIN(cmocka_unit_test(test_plain),
	  cmocka_unit_test(test_save_exists),
	  cmocka_unit_test(test_anonymous),
	  cmocka_unit_test(test_free_pages),
	  cmocka_unit_test(test_types),
	  cmocka_unit_test(test_slab),
	  cmocka_unit_test(test_huge_of_page),
	  cmocka_unit_test(test_huge_of_folio),
	  cmocka_unit_test(test_poison),
	  cmocka_unit_test(test_lacking),
	  cmocka_unit_test(test_names))

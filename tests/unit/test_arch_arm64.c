// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * arm64: what VMCOREINFO says, as a struct zdm_xlat. Numbers and addresses are those of
 * real kernels (5.10, 6.12 and 7.3 in QEMU, read with a debugger), entries those of the
 * architecture (DDI 0487, D8.3) and of arch/arm64/include/asm/pgtable-hwdef.h.
 */
#include "test_util.h"

#include <stdio.h>

#include "memory/machines.h"

/* NAME=value lines, SYMBOL() and NUMBER() with theirs in C's notation. */
static const char *find(const char *text, const char *key)
{
	static char line[64];
	const char *p;

	for (p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		if (strncmp(p, key, strlen(key)) || p[strlen(key)] != '=')
			continue;
		p += strlen(key) + 1;
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		return line;
	}
	return NULL;
}

static const char *ask_line(void *priv, const char *key)
{
	return find(priv, key);
}

static bool ask_number(void *priv, const char *name, int64_t *ret)
{
	char key[64];
	const char *v;

	snprintf(key, sizeof(key), "NUMBER(%s)", name);
	v = find(priv, key);
	if (v)
		*ret = (int64_t)strtoull(v, NULL, 0);
	return v != NULL;
}

static bool ask_symbol(void *priv, const char *name, uint64_t *ret)
{
	char key[64];
	const char *v;

	snprintf(key, sizeof(key), "SYMBOL(%s)", name);
	v = find(priv, key);
	if (v)
		*ret = strtoull(v, NULL, 16);
	return v != NULL;
}

static enum zdm_status init(const char *text, struct zdm_xlat *x, char *err)
{
	const struct zdm_arch_ask ask = { .priv = (void *)(uintptr_t)text, .symbol = ask_symbol,
					  .number = ask_number, .line = ask_line };

	memset(x, 0, sizeof(*x));
	err[0] = '\0';
	return zdm_arch_arm64.init(&ask, x, err, 200);
}

#define IMAGE "NUMBER(kimage_voffset)=0xffff800040000000\nSYMBOL(_stext)=ffff800080010000\n"

/* Bits of the tables, levels, and where the direct map begins. */
static void test_geometries(void **state)
{
	static const struct {
		const char *text;
		unsigned int page_shift, va_bits, levels;
		uint64_t page_offset;
	} rows[] = {
		/* 6.12 cloud with LPA2, RAM at 1 GiB */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\n"
		  "NUMBER(PHYS_OFFSET)=0x40000000\n" IMAGE, 12, 52, 5, 0xfff0000000000000 - 0x40000000 },
		/* the same kernel on hardware of 48 bits */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		  "NUMBER(PHYS_OFFSET)=0xfff1000000000000\n" IMAGE, 12, 48, 4, 0xffff000000000000 },
		/* … with a random linear map */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		  "NUMBER(PHYS_OFFSET)=0xfff0980fc0000000\n" IMAGE, 12, 48, 4, 0xffff67f040000000 },
		/* 16K: 52 and 47 bits */
		{ "PAGESIZE=16384\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\n"
		  "NUMBER(PHYS_OFFSET)=0x40000000\n" IMAGE, 14, 52, 4, 0xfff0000000000000 - 0x40000000 },
		{ "PAGESIZE=16384\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x11\n"
		  "NUMBER(PHYS_OFFSET)=0xfff0800000000000\n" IMAGE, 14, 47, 3, 0xffff800000000000 },
		/* 64K: the tables are as large as configured, whatever the hardware */
		{ "PAGESIZE=65536\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\n"
		  "NUMBER(PHYS_OFFSET)=0x40000000\n" IMAGE, 16, 52, 3, 0xfff0000000000000 - 0x40000000 },
		{ "PAGESIZE=65536\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		  "NUMBER(PHYS_OFFSET)=0xfff1000000000000\n" IMAGE, 16, 52, 3, 0xffff000000000000 },
		{ "PAGESIZE=65536\nNUMBER(VA_BITS)=42\nNUMBER(PHYS_OFFSET)=0x40000000\n"
		  "NUMBER(kimage_voffset)=0xfffffdffd0000000\nSYMBOL(_stext)=fffffe0010010000\n",
		  16, 42, 2, 0xfffffc0000000000 - 0x40000000 },
		/* small machines: 39 bits, three levels */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=39\nNUMBER(TCR_EL1_T1SZ)=0x19\nNUMBER(PHYS_OFFSET)=0x0\n"
		  "NUMBER(kimage_voffset)=0xffffffbf90000000\nSYMBOL(_stext)=ffffffc010010000\n",
		  12, 39, 3, 0xffffff8000000000 },
		/* 5.10 with KASLR: what is low in the direct map may lie behind its end */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		  "NUMBER(PHYS_OFFSET)=0xffffb35e00000000\nNUMBER(kimage_voffset)=0xffffa85dcfc00000\n"
		  "SYMBOL(_stext)=ffffa85e10010000\n", 12, 48, 4, 0xffff4ca200000000 },
		/* up to 5.3 the image has the lower half, and the direct map the upper one */
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x40000000\n"
		  "NUMBER(kimage_voffset)=0xfffeffffc8000000\nSYMBOL(_stext)=ffff000008081000\n",
		  12, 48, 4, 0xffff800000000000 - 0x40000000 },
	};
	struct zdm_xlat x;
	char err[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ok(init(rows[i].text, &x, err));
		assert_int_equal(x.page_shift, rows[i].page_shift);
		assert_int_equal(x.va_bits, rows[i].va_bits);
		assert_int_equal(x.levels, rows[i].levels);
		assert_true(x.page_offset_kaddr == rows[i].page_offset);
		/* shared with vmalloc: nothing is known to be linear without the tables */
		assert_true(x.image_start_kaddr == x.image_end_kaddr);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *said;
		enum zdm_status st;
	} rows[] = {
		{ "NUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x0\n" IMAGE, "PAGESIZE", ZDM_ABSENT },
		{ "PAGESIZE=8192\nNUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x0\n" IMAGE, "PAGESIZE", ZDM_ABSENT },
		{ "PAGESIZE=4096\nNUMBER(PHYS_OFFSET)=0x0\n" IMAGE, "VA_BITS", ZDM_ABSENT },
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=48\n" IMAGE, "PHYS_OFFSET", ZDM_ABSENT },
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x0\n", "kimage_voffset", ZDM_ABSENT },
		{ "PAGESIZE=4096\nNUMBER(VA_BITS)=64\nNUMBER(PHYS_OFFSET)=0x0\n" IMAGE, "VA_BITS", ZDM_CORRUPT },
	};
	struct zdm_xlat x;
	char err[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(init(rows[i].text, &x, err), rows[i].st);
		assert_non_null(strstr(err, rows[i].said));
	}
}

/* No NUMBER(SECTION_SIZE_BITS): LENGTH is NR_SECTION_ROOTS. */
static void test_sections(void **state)
{
	static const struct {
		const char *text;
		unsigned int section, phys;
	} rows[] = {
		/* 5.10 before the number came: 2^18 sections of 1 GiB */
		{ "PAGESIZE=4096\nLENGTH(mem_section)=1024\nSIZE(mem_section)=16\n", 30, 48 },
		/* 5.12: 2^21 of 128 MiB */
		{ "PAGESIZE=4096\nLENGTH(mem_section)=8192\nSIZE(mem_section)=16\n", 27, 48 },
		/* 64K, 52 bits: 2^22 of 1 GiB, 2^23 of 512 MiB (the second from of3) */
		{ "PAGESIZE=65536\nLENGTH(mem_section)=1024\nSIZE(mem_section)=16\n", 30, 52 },
		{ "PAGESIZE=65536\nLENGTH(mem_section)=4096\nSIZE(mem_section)=32\n", 29, 52 },
		/* nobody's: refused later */
		{ "PAGESIZE=4096\nLENGTH(mem_section)=77\nSIZE(mem_section)=16\n", 0, 48 },
		{ "PAGESIZE=4096\nLENGTH(mem_section)=0\nSIZE(mem_section)=0\n", 0, 48 },
	};
	struct zdm_xlat x;
	char err[200], text[400];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%sNUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x0\n" IMAGE,
			 rows[i].text);
		assert_ok(init(text, &x, err));
		assert_int_equal(x.section_size_bits, rows[i].section);
		assert_int_equal(x.max_physmem_bits, rows[i].phys);
	}
}

static void test_vmemmap(void **state)
{
	struct zdm_xlat x;
	char err[200];

	(void)state;
	/* 6.12: the symbol is that of PFN 0, VMEMMAP_START is not */
	assert_ok(init("PAGESIZE=65536\nNUMBER(VA_BITS)=52\nNUMBER(PHYS_OFFSET)=0x40000000\n"
		       "NUMBER(VMEMMAP_START)=0xfffffc1fc0000000\nSYMBOL(vmemmap)=fffffc1fbff00000\n" IMAGE,
		       &x, err));
	assert_true(x.vmemmap_said && x.vmemmap_kaddr == 0xfffffc1fbff00000);
	/* 6.1 has but the constant: the sections must tell */
	assert_ok(init("PAGESIZE=4096\nNUMBER(VA_BITS)=48\nNUMBER(PHYS_OFFSET)=0x40000000\n"
		       "NUMBER(VMEMMAP_START)=0xfffffc0000000000\n" IMAGE, &x, err));
	assert_true(!x.vmemmap_said && !x.vmemmap_kaddr);
}

struct entry_row {
	unsigned int level;
	uint64_t entry;
	enum zdm_entry kind;
	uint64_t paddr;
};

static void expect_entries(const char *text, const struct entry_row *rows, size_t nr)
{
	struct zdm_xlat x;
	uint64_t paddr;
	char err[200];
	size_t i;

	assert_ok(init(text, &x, err));
	for (i = 0; i < nr; i++) {
		paddr = 0;
		assert_int_equal(zdm_arch_arm64.entry(&x, rows[i].level, rows[i].entry, &paddr),
				 rows[i].kind);
		if (rows[i].kind == ZDM_ENTRY_TABLE || rows[i].kind == ZDM_ENTRY_LEAF)
			assert_true(paddr == rows[i].paddr);
	}
}
#define EXPECT_ENTRIES(text, rows) expect_entries(text, rows, sizeof(rows) / sizeof((rows)[0]))

static void test_entries(void **state)
{
	/* attributes as PAGE_KERNEL has them: PXN, UXN, DBM, nG clear, AF, inner shareable */
	static const struct entry_row plain[] = {
		{ 1, 0x0068000040123703, ZDM_ENTRY_LEAF, 0x40123000 },
		{ 1, 0x0068000040123701, ZDM_ENTRY_CORRUPT, 0 },	/* reserved */
		{ 1, 0x0068000040123702, ZDM_ENTRY_NONE, 0 },
		{ 2, 0x0060000040200701, ZDM_ENTRY_LEAF, 0x40200000 },
		{ 3, 0x0060000080000701, ZDM_ENTRY_LEAF, 0x80000000 },	/* 1 GiB */
		{ 4, 0x0060000000000701, ZDM_ENTRY_CORRUPT, 0 },
		{ 4, 0x1800000040125003, ZDM_ENTRY_TABLE, 0x40125000 },
		{ 2, 0, ZDM_ENTRY_NONE, 0 },
	};
	/* bits 9:8 are address bits 51:50 */
	static const struct entry_row lpa2[] = {
		{ 1, 0x0068000040123503, ZDM_ENTRY_LEAF, 0x4000040123000 },
		{ 1, 0x006b000040123703, ZDM_ENTRY_LEAF, 0xf000040123000 },
		{ 5, 0x1800000040125003, ZDM_ENTRY_TABLE, 0x40125000 },
	};
	static const struct entry_row lpa2_16k[] = {
		{ 1, 0x0068000040124503, ZDM_ENTRY_LEAF, 0x4000040124000 },
		{ 2, 0x0060000042000401, ZDM_ENTRY_LEAF, 0x42000000 },	/* 32 MiB */
		{ 3, 0x0060000040000401, ZDM_ENTRY_CORRUPT, 0 },
	};
	/* bits 15:12 are address bits 51:48 */
	static const struct entry_row big[] = {
		{ 1, 0x0068000040120703, ZDM_ENTRY_LEAF, 0x40120000 },
		{ 1, 0x006800004012f703, ZDM_ENTRY_LEAF, 0xf000040120000 },
		{ 2, 0x0060000060000701, ZDM_ENTRY_LEAF, 0x60000000 },	/* 512 MiB */
		{ 3, 0x1800000040131003, ZDM_ENTRY_TABLE, 0x1000040130000 },
	};

	(void)state;
	EXPECT_ENTRIES("PAGESIZE=4096\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		       "NUMBER(PHYS_OFFSET)=0xfff1000000000000\n" IMAGE, plain);
	EXPECT_ENTRIES("PAGESIZE=4096\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\n"
		       "NUMBER(PHYS_OFFSET)=0x0\n" IMAGE, lpa2);
	EXPECT_ENTRIES("PAGESIZE=16384\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0xc\n"
		       "NUMBER(PHYS_OFFSET)=0x0\n" IMAGE, lpa2_16k);
	EXPECT_ENTRIES("PAGESIZE=65536\nNUMBER(VA_BITS)=52\nNUMBER(TCR_EL1_T1SZ)=0x10\n"
		       "NUMBER(PHYS_OFFSET)=0xfff1000000000000\n" IMAGE, big);
}

/* KASAN and MTE put tags into bits 63:56; bit 55 says whose half it is. */
static void test_tags(void **state)
{
	struct zdm_xlat x = { .page_shift = 12 };

	(void)state;
	assert_true(zdm_arch_arm64.untag(&x, 0xf4ff000012345678) == 0xffff000012345678);
	assert_true(zdm_arch_arm64.untag(&x, 0xffff000012345678) == 0xffff000012345678);
	assert_true(zdm_arch_arm64.untag(&x, 0xb400007f12345678) == 0x0000007f12345678);
}

static void test_regs_of_kernel(void **state)
{
	uint64_t r[34] = { 0 };

	(void)state;
	r[31] = 0xffff80008333bca0;
	r[32] = 0xffff8000804b2518;
	r[33] = 0x60400005;		/* nZCv daif +PAN, EL1h */
	assert_true(zdm_arch_arm64.regs_of_kernel(r));
	r[33] = 0x60000000;		/* EL0t */
	assert_false(zdm_arch_arm64.regs_of_kernel(r));
	r[33] = 0x60000010;		/* a 32-bit program */
	assert_false(zdm_arch_arm64.regs_of_kernel(r));
	r[33] = 0x60400009;		/* EL2h: the kernel under VHE */
	assert_true(zdm_arch_arm64.regs_of_kernel(r));
	r[32] = 0x0000aaaabbbbcccc;
	assert_false(zdm_arch_arm64.regs_of_kernel(r));
}

TEST_MAIN(cmocka_unit_test(test_geometries), cmocka_unit_test(test_refused),
	  cmocka_unit_test(test_sections), cmocka_unit_test(test_vmemmap),
	  cmocka_unit_test(test_entries), cmocka_unit_test(test_tags),
	  cmocka_unit_test(test_regs_of_kernel))

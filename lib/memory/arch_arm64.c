// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * arm64: three sizes of pages, addresses of 39 to 52 bits. Page tables:
 * arch/arm64/include/asm/pgtable-hwdef.h and pgtable.h; the memory map: asm/memory.h; what
 * the kernel says of itself: arch/arm64/kernel/vmcore_info.c (crash_core.c before 6.9).
 * Read in 5.10, 6.1, 6.12 and 7.3.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "memory/machines.h"

#define ENTRY_VALID 0x1u
#define ENTRY_TABLE 0x2u	/* of the last level: a page, and nothing else is allowed there */

/* How an entry holds an address. */
enum {
	FORMAT_48,	/* bits 47 and below; 9:8 say who shares it */
	FORMAT_LPA2,	/* 49 and below, and 51:50 in 9:8: 4K and 16K with 52-bit addresses */
	FORMAT_64K,	/* 47 and below, and 51:48 in 15:12 */
};

/* What the page size decides. */
static const struct granule {
	unsigned int bytes, shift, bits_per_level;
	unsigned int max_leaf_level;	/* pud_sect_supported(): blocks of 1 GiB with 4K alone */
} granules[] = {
	{ 4096, 12, 9, 3 },
	{ 16384, 14, 11, 2 },
	{ 65536, 16, 13, 2 },
};
#define NR_GRANULES (sizeof(granules) / sizeof(granules[0]))

static uint64_t line_u64(const struct zdm_arch_ask *ask, const char *key, int base)
{
	const char *line = ask->line(ask->priv, key);

	return line ? strtoull(line, NULL, base) : 0;
}

static const struct granule *find_granule(const struct zdm_arch_ask *ask)
{
	uint64_t bytes = line_u64(ask, "PAGESIZE", 10);
	size_t i;

	for (i = 0; i < NR_GRANULES; i++) {
		if (granules[i].bytes == bytes)
			return &granules[i];
	}
	return NULL;
}

/* One of the numbers without which nothing can be translated. */
static bool need(const struct zdm_arch_ask *ask, const char *name, uint64_t *ret, char *err,
		 size_t err_len)
{
	int64_t v;

	if (!ask->number(ask->priv, name, &v)) {
		zdm_errf(err, err_len, "NUMBER(%s) is not known: the dump has no VMCOREINFO that "
			 "says it", name);
		return false;
	}
	*ret = (uint64_t)v;
	return true;
}

/*
 * Bits that the tables translate. With 64K pages the top table is as large as configured,
 * and the hardware is pointed into it (cpu_do_switch_mm(), TTBR1's offset); with others the
 * kernel drops a level where the hardware has fewer bits (TCR_EL1.T1SZ, in VMCOREINFO since
 * bbdbc11804ff, 5.9; before, only 64K had a choice).
 */
static unsigned int table_bits(const struct zdm_arch_ask *ask, const struct granule *g,
			       uint64_t va_bits)
{
	int64_t t1sz;

	if (g->shift == 16 || !ask->number(ask->priv, "TCR_EL1_T1SZ", &t1sz) || t1sz < 12 ||
	    t1sz > 48)
		return (unsigned int)va_bits;
	return 64 - (unsigned int)t1sz;
}

/*
 * Sections were of 1 GiB up to 5.11, and are of 128 MiB, or 512 MiB with 64K pages, since
 * f0b13ee23241 ("arm64/sparsemem: reduce SECTION_SIZE_BITS", 5.12). Where no number says it
 * (since 4f5aecdff25f, 5.13, and in stable trees), the length of mem_section does: no two
 * combinations have as many sections.
 */
static void section_bits(const struct zdm_arch_ask *ask, struct zdm_xlat *x)
{
	uint64_t roots = line_u64(ask, "LENGTH(mem_section)", 10);
	uint64_t bytes = line_u64(ask, "SIZE(mem_section)", 10), sections;
	const unsigned int size[] = { x->page_shift == 16 ? 29 : 27, 30 }, phys[] = { 48, 52 };
	size_t i, j;

	if (!bytes || bytes > 256 || !roots || roots > 1u << 28)
		return;
	sections = roots * ((1ull << x->page_shift) / bytes);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 2; j++) {
			if (sections != 1ull << (phys[j] - size[i]))
				continue;
			x->section_size_bits = size[i];
			x->max_physmem_bits = phys[j];
		}
	}
}

/*
 * Where the direct map begins. The image has the other half of the addresses: the upper one
 * since 14c127c957c1 ("arm64: mm: Flip kernel VA space", 5.4), the lower one before.
 */
static uint64_t page_offset(uint64_t va_bits, uint64_t image_kaddr)
{
	bool flipped = image_kaddr >> (va_bits - 1) & 1;

	return flipped ? -(1ull << va_bits) : -(1ull << (va_bits - 1));
}

static enum zdm_status arm64_init(const struct zdm_arch_ask *ask, struct zdm_xlat *x, char *err,
				  size_t err_len)
{
	const struct granule *g = find_granule(ask);
	uint64_t va_bits, phys_offset, image;

	if (!g) {
		zdm_errf(err, err_len, "the size of pages is not known: VMCOREINFO has no PAGESIZE "
			 "of 4096, 16384 or 65536");
		return ZDM_ABSENT;
	}
	if (!need(ask, "VA_BITS", &va_bits, err, err_len) ||
	    !need(ask, "kimage_voffset", &x->image_off, err, err_len) ||
	    !need(ask, "PHYS_OFFSET", &phys_offset, err, err_len))
		return ZDM_ABSENT;
	if (va_bits < 36 || va_bits > 52) {
		zdm_errf(err, err_len, "cannot be true: VA_BITS %llu", (unsigned long long)va_bits);
		return ZDM_CORRUPT;
	}
	x->page_shift = g->shift;
	x->bits_per_level = g->bits_per_level;
	x->va_bits = table_bits(ask, g, va_bits);
	x->levels = (x->va_bits - g->shift + g->bits_per_level - 1) / g->bits_per_level;
	x->entry_format = g->shift == 16 ? FORMAT_64K : x->va_bits > 48 ? FORMAT_LPA2 : FORMAT_48;
	if (!ask->symbol(ask->priv, "_stext", &image))
		image = UINT64_MAX;
	/* memstart_addr: what KASLR moves, and what a 52-bit kernel on 48-bit hardware lowers */
	x->page_offset_kaddr = page_offset(va_bits, image) - phys_offset;
	/* a constant expression, of which VMCOREINFO alone has the value; else the sections tell */
	x->vmemmap_said = ask->symbol(ask->priv, "vmemmap", &x->vmemmap_kaddr);
	x->max_physmem_bits = 48;
	section_bits(ask, x);
	return ZDM_OK;
}

static unsigned int max_leaf_level(const struct zdm_xlat *x)
{
	size_t i;

	for (i = 0; i < NR_GRANULES; i++) {
		if (granules[i].shift == x->page_shift)
			return granules[i].max_leaf_level;
	}
	return 1;
}

static uint64_t entry_paddr(const struct zdm_xlat *x, uint64_t entry)
{
	uint64_t low = ~0ull << x->page_shift;

	switch (x->entry_format) {
	case FORMAT_LPA2:
		return (entry & 0x0003ffffffffffffull & low) | (entry & 0x300) << 42;
	case FORMAT_64K:
		return (entry & 0x0000ffffffffffffull & low) | (entry & 0xf000) << 36;
	default:
		return entry & 0x0000ffffffffffffull & low;
	}
}

static enum zdm_entry arm64_entry(const struct zdm_xlat *x, unsigned int level, uint64_t entry,
				  uint64_t *paddr)
{
	if (!(entry & ENTRY_VALID))
		return ZDM_ENTRY_NONE;
	*paddr = entry_paddr(x, entry);
	if (level == 1)
		return entry & ENTRY_TABLE ? ZDM_ENTRY_LEAF : ZDM_ENTRY_CORRUPT;
	if (entry & ENTRY_TABLE)
		return ZDM_ENTRY_TABLE;
	return level > max_leaf_level(x) ? ZDM_ENTRY_CORRUPT : ZDM_ENTRY_LEAF;
}

/* The top byte is ignored (TBI1), where KASAN or MTE keep tags in it. */
static uint64_t arm64_untag(const struct zdm_xlat *x, uint64_t kaddr)
{
	(void)x;
	return (uint64_t)((int64_t)(kaddr << 8) >> 8);
}

static const char *const arm64_numbers[] = {
	"VA_BITS", "kimage_voffset", "PHYS_OFFSET", "TCR_EL1_T1SZ", NULL,
};

/* As arch/arm64/kernel/process.c, __show_regs(), prints them. */
static const char *const arm64_regs[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
	"x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
	"x27", "x28", "x29", "lr", "sp", "pc", NULL,
};

/* arch/arm64/include/uapi/asm/ptrace.h, struct user_pt_regs, with which pt_regs begins. */
static const char *const arm64_pt_regs[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
	"x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
	"x27", "x28", "x29", "lr", "sp", "pc", "", NULL,
};

/* PSR_MODE_EL1t … EL2h, no 32-bit state (same file); addresses of the kernel's half. */
static bool arm64_regs_of_kernel(const uint64_t *r)
{
	uint64_t mode = r[33] & 0x1f;

	return (mode == 4 || mode == 5 || mode == 8 || mode == 9) && !(r[33] >> 32 & 0xff) &&
	       r[32] >> 55 & 1 && r[31] >> 55 & 1;
}

/* PSR_MODE_EL0t, or 32-bit user mode (same file): the lower four bits are clear. */
static bool arm64_regs_of_user(const uint64_t *r)
{
	return !(r[33] & 0xf);
}

/* arch/arm64/kernel/vmcore_info.c, before v6.9 crash_core.c; kimage_voffset since v4.12 */
static const char *const arm64_marks[] = {
	"NUMBER(kimage_voffset)=", NULL,
};

const struct zdm_arch zdm_arch_arm64 = {
	.machine = "aarch64",
	.elf_machine = EM_AARCH64,
	.numbers = arm64_numbers,
	.init = arm64_init,
	.entry = arm64_entry,
	.untag = arm64_untag,
	.regs = arm64_regs,
	.role = { [ZDM_REG_PC] = "pc", [ZDM_REG_STACK] = "sp" },
	.pt_regs = arm64_pt_regs,
	.regs_of_kernel = arm64_regs_of_kernel,
	.regs_of_user = arm64_regs_of_user,
	.vmcoreinfo_marks = arm64_marks,
};

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * x86_64: arch/x86/include/asm/pgtable_types.h and page_64_types.h; constants
 * of the memory map: Documentation/arch/x86/x86_64/mm.rst; section sizes:
 * arch/x86/include/asm/sparsemem.h (46/52 bits since 4.12, commit 4c7c44837be7
 * "x86/mm: Define virtual memory map for 5-level paging").
 */
#include <elf.h>

#include "memory/machines.h"

#define IMAGE_BASE 0xffffffff80000000ull	/* __START_KERNEL_map: linear from there … */
#define IMAGE_END 0xffffffffc0000000ull		/* … up to MODULES_VADDR */
#define ENTRY_PRESENT 0x1u	/* without it an entry may be PROTNONE, never the kernel's */
#define ENTRY_LEAF 0x80u
#define ENTRY_PADDR 0x000ffffffffff000ull
#define MAX_LEAF_LEVEL 3u	/* 1 GiB */

static int64_t number(const struct zdm_arch_ask *ask, const char *name, int64_t dflt)
{
	int64_t v;

	return ask->number(ask->priv, name, &v) ? v : dflt;
}

/* 4 or 5: VMCOREINFO tells, or a host that has found out. */
static unsigned int find_levels(const struct zdm_arch_ask *ask)
{
	if (number(ask, "pgtable_l5_enabled", 0))
		return 5;
	return number(ask, "zdm_page_table_levels", 4) == 5 ? 5 : 4;
}

static enum zdm_status x86_64_init(const struct zdm_arch_ask *ask, struct zdm_xlat *x, char *err,
				   size_t err_len)
{
	bool l5;

	(void)err;
	(void)err_len;
	x->page_shift = 12;
	x->bits_per_level = 9;
	x->levels = find_levels(ask);
	x->va_bits = 12 + 9 * x->levels;
	l5 = x->levels == 5;
	x->entry_mask = (uint64_t)number(ask, "sme_mask", 0);
	x->image_off = IMAGE_BASE - (uint64_t)number(ask, "phys_base", 0);
	x->image_start_kaddr = IMAGE_BASE;
	x->image_end_kaddr = IMAGE_END;
	/* both move with KASLR, and then a variable says where to (arch/x86/mm/kaslr.c) */
	x->page_offset_kaddr = l5 ? 0xff11000000000000ull : 0xffff888000000000ull;
	x->vmemmap_kaddr = l5 ? 0xffd4000000000000ull : 0xffffea0000000000ull;
	x->section_size_bits = 27;
	x->max_physmem_bits = l5 ? 52 : 46;
	return ZDM_OK;
}

static enum zdm_entry x86_64_entry(const struct zdm_xlat *x, unsigned int level, uint64_t entry,
				   uint64_t *paddr)
{
	if (!(entry & ENTRY_PRESENT))
		return ZDM_ENTRY_NONE;
	*paddr = entry & ENTRY_PADDR & ~x->entry_mask;
	if (level > 1 && !(entry & ENTRY_LEAF))
		return ZDM_ENTRY_TABLE;
	return level > MAX_LEAF_LEVEL ? ZDM_ENTRY_CORRUPT : ZDM_ENTRY_LEAF;
}

static const char *const x86_64_numbers[] = { "phys_base", "pgtable_l5_enabled", "sme_mask", NULL };

/* As arch/x86/kernel/process_64.c, __show_regs(), prints them. */
static const char *const x86_64_regs[] = {
	"RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP", "RIP", "CR2",
	"R08", "R09", "R10", "R11", "R12", "R13", "R14", "R15", NULL,
};

/* arch/x86/include/asm/ptrace.h */
static const char *const x86_64_pt_regs[] = {
	"R15", "R14", "R13", "R12", "RBP", "RBX", "R11", "R10", "R9", "R8", "RAX", "RCX", "RDX",
	"RSI", "RDI", "", "RIP", "", "", "RSP", "", NULL,
};

/* CS and SS of the kernel (arch/x86/include/asm/segment.h), addresses of its half. */
static bool x86_64_regs_of_kernel(const uint64_t *r)
{
	return r[17] == 0x10 && r[20] == 0x18 && r[16] >> 63 && r[19] >> 63;
}

/* The privilege level in CS; a kernel below Xen runs in e030. */
static bool x86_64_regs_of_user(const uint64_t *r)
{
	return (r[17] & 3) == 3 && r[17] < 0xe000;
}

/* arch/x86/kernel/vmcore_info_64.c, before v6.9 machine_kexec_64.c; init_top_pgt since v4.13 */
static const char *const x86_64_marks[] = {
	"NUMBER(pgtable_l5_enabled)=", "SYMBOL(init_top_pgt)=", "SYMBOL(init_level4_pgt)=",
	"NUMBER(phys_base)=", NULL,
};

const struct zdm_arch zdm_arch_x86_64 = {
	.machine = "x86_64",
	.elf_machine = EM_X86_64,
	/* CONFIG_PHYSICAL_START's default behind the image base */
	.stext_link_kaddr = IMAGE_BASE + 0x1000000,
	.numbers = x86_64_numbers,
	.init = x86_64_init,
	.entry = x86_64_entry,
	.regs = x86_64_regs,
	.role = { [ZDM_REG_PC] = "RIP", [ZDM_REG_STACK] = "RSP", [ZDM_REG_FAULT] = "CR2" },
	.pt_regs = x86_64_pt_regs,
	.regs_of_kernel = x86_64_regs_of_kernel,
	.regs_of_user = x86_64_regs_of_user,
	.vmcoreinfo_marks = x86_64_marks,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arch: all that a machine is. No other file of the tree knows one, but for lib/oops, which
 * reads the registers of any machine in a text (tests/run-door.sh).
 *
 * To add a machine:
 *  1. lib/memory/arch_NAME.c: a struct zdm_arch, with the kernel's file beside each fact.
 *     init() turns what a dump says into a struct zdm_xlat; entry() reads one entry of a
 *     page table; the rest is data.
 *  2. Its name in the list of lib/memory/arch.c.
 *  3. tests/mkcore/kernels/NAME.kernel and text vmcores of it; a fixture of a real dump.
 *  4. README's table of machines, and docs/kernel-notes.md.
 * tests/unit/test_machine.c shows a whole one, and what it has to stand.
 *
 * Addresses are computed modulo 2^64: where physical memory begins high, physical 0 of
 * the direct map and the struct page of PFN 0 may wrap around.
 */
#ifndef ZDM_LIB_ARCH_H
#define ZDM_LIB_ARCH_H

#include <zdm/reader.h>

#define ZDM_MAX_LEVELS 5

struct zdm_arch;

/* How one dump's kernel lays out and translates its addresses; filled in by init(). */
struct zdm_xlat {
	const struct zdm_arch *arch;
	unsigned int page_shift;	/* a machine may have kernels of several page sizes */
	/* tables of 1 << bits_per_level entries; the top one translates what va_bits leave */
	unsigned int bits_per_level, va_bits;
	unsigned int levels;		/* 0: not set up */
	uint64_t pgd_paddr;
	/* the kernel image: virtual minus physical address */
	uint64_t image_off;
	/* where that holds for certain, so that it can be read without tables; equal: nowhere */
	uint64_t image_start_kaddr, image_end_kaddr;
	uint64_t page_offset_kaddr;	/* physical 0 in the direct map; 0: not known */
	/* struct page of PFN 0; 0: the sections will tell. said: by the kernel, not by its habit */
	uint64_t vmemmap_kaddr;
	bool vmemmap_said;
	/* where VMCOREINFO says nothing */
	unsigned int section_size_bits, max_physmem_bits;
	/* for entry() and untag() of the machine alone */
	uint64_t entry_mask;		/* x86: the encryption bit */
	unsigned int entry_format;
};

/* What init() may ask; each returns false where nobody knows. */
struct zdm_arch_ask {
	void *priv;
	/* run-time address of a symbol */
	bool (*symbol)(void *priv, const char *name, uint64_t *kaddr);
	/* NUMBER() of VMCOREINFO, or an enumerator */
	bool (*number)(void *priv, const char *name, int64_t *ret);
	/* the text behind "KEY=" of VMCOREINFO (PAGESIZE, KERNELOFFSET, …) */
	const char *(*line)(void *priv, const char *key);
	uint64_t kaslr_offset;
};

enum zdm_entry {
	ZDM_ENTRY_NONE,		/* maps nothing */
	ZDM_ENTRY_TABLE,	/* *paddr: the next table */
	ZDM_ENTRY_LEAF,		/* *paddr: what it maps, low bits as they are */
	ZDM_ENTRY_CORRUPT,	/* cannot be true */
};

struct zdm_arch {
	const char *machine;			/* uname -m */
	uint16_t elf_machine;			/* e_machine */
	uint64_t stext_link_kaddr;		/* _stext as linked, in all kernels; 0: it differs */
	/* what init() asks by number, that a layout file or a host may know; ends with NULL */
	const char *const *numbers;
	/*
	 * Everything of *x but levels that were not found is set. An error comes with one
	 * line in err. The page tables are tried afterwards, with _stext.
	 */
	enum zdm_status (*init)(const struct zdm_arch_ask *ask, struct zdm_xlat *x, char *err,
				size_t err_len);
	/* level: 1 is the last */
	enum zdm_entry (*entry)(const struct zdm_xlat *x, unsigned int level, uint64_t entry,
				uint64_t *paddr);
	/* an address without the tag that hardware ignores; NULL: it ignores none */
	uint64_t (*untag)(const struct zdm_xlat *x, uint64_t kaddr);
	/* registers as an oops prints them; ends with NULL. And those of a meaning, by that name */
	const char *const *regs;
	const char *role[ZDM_NR_REGS];
	/* see zdm_machine_pt_regs(), _regs_of_kernel(), _regs_of_user() */
	const char *const *pt_regs;
	bool (*regs_of_kernel)(const uint64_t *pt_regs);
	bool (*regs_of_user)(const uint64_t *pt_regs);
	/* how a line of VMCOREINFO begins that only this machine's kernel writes; ends with NULL */
	const char *const *vmcoreinfo_marks;
};

/* The machine, or NULL. NULL asks for the one that a host means which names none. */
const struct zdm_arch *zdm_arch_find(const char *machine);

#endif

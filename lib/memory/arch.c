// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/text.h"
#include "memory/arch.h"

/*
 * x86_64: arch/x86/include/asm/pgtable_types.h and page_64_types.h; constants
 * of the memory map: Documentation/arch/x86/x86_64/mm.rst; section sizes:
 * arch/x86/include/asm/sparsemem.h (46/52 bits since 4.12, commit 4c7c44837be7
 * "x86/mm: Define virtual memory map for 5-level paging").
 * An entry without _PAGE_PRESENT may carry PROTNONE, never for kernel memory.
 */
static const struct zdm_arch archs[] = {
	{
		.machine = "x86_64",
		.page_shift = 12,
		.bits_per_level = 9,
		.paddr_mask = 0x000ffffffffff000ull,
		.present_mask = 0x1,
		.leaf_mask = 0x80,
		.max_leaf_level = 3,
		.image_base = 0xffffffff80000000ull,
		.image_end = 0xffffffffc0000000ull,
		.section_size_bits = 27,
		.max_physmem_bits = { 46, 52 },
		.vmemmap_base = { 0xffffea0000000000ull, 0xffd4000000000000ull },
		.page_offset = { 0xffff888000000000ull, 0xff11000000000000ull },
	},
};

const struct zdm_arch *zdm_arch_find(const char *machine)
{
	size_t i;

	if (!machine)
		return &archs[0];
	for (i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		if (!strcmp(archs[i].machine, machine))
			return &archs[i];
	}
	return NULL;
}

enum zdm_status zdm_machine_check(const char *machine, char *err, size_t err_len)
{
	if (zdm_arch_find(machine))
		return ZDM_OK;
	zdm_errf(err, err_len, "machine %s is not supported; x86_64 is", machine);
	return ZDM_UNSUPPORTED;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* machine: x86-64 (Intel's manual, volume 3, chapter 4) and arm64 (DDI 0487, D8.3). */
#include "text.h"
#include "machine.h"

struct machine machine;

void machine_x86_64(unsigned int levels)
{
	machine = (struct machine){
		.page_bytes = 4096, .huge_bytes = 2u << 20, .page_shift = 12, .level_bits = 9,
		.levels = levels, .va_bits = 12 + 9 * levels, .section_bits = 27,
		.link_base = 0xffffffff80000000ull,	/* __START_KERNEL_map */
	};
}

void machine_arm64(uint64_t page_bytes, unsigned int va_bits)
{
	unsigned int shift = page_bytes == 65536 ? 16 : page_bytes == 16384 ? 14 : 12;

	if (page_bytes != 1ull << shift || va_bits <= shift || va_bits > 52)
		die("arm64 has no such pages or addresses");
	machine = (struct machine){
		.arm64 = true, .page_bytes = page_bytes, .page_shift = shift,
		/* a block of 32 or 512 MiB is none that the memmap has */
		.huge_bytes = shift == 12 ? 2u << 20 : page_bytes,
		.level_bits = shift - 3, .va_bits = va_bits,
		.section_bits = shift == 16 ? 29 : 27,
		.link_base = 0xffff800080000000ull,	/* KIMAGE_VADDR of 48 bits and more, 6.6 on */
	};
	while (machine_shift(machine.levels + 1) < va_bits)
		machine.levels++;
}

unsigned int machine_shift(unsigned int level)
{
	return machine.page_shift + (level - 1) * machine.level_bits;
}

uint64_t machine_index(unsigned int level, uint64_t kaddr)
{
	uint64_t end = level == machine.levels ? machine.va_bits : machine_shift(level + 1);

	return (kaddr & ((1ull << end) - 1)) >> machine_shift(level);
}

/* The upper address bits of arm64's 52 lie where lower ones are not needed. */
static uint64_t arm64_address(uint64_t paddr)
{
	if (machine.page_shift == 16)
		return (paddr & 0xffffffff0000ull) | (paddr >> 48 & 0xf) << 12;
	if (machine.va_bits > 48)
		return (paddr & 0x3ffffffffffffull) | (paddr >> 50 & 3) << 8;
	return paddr | 0x300;	/* inner shareable */
}

uint64_t machine_table_entry(uint64_t paddr)
{
	if (machine.arm64)
		return arm64_address(paddr) | 3;	/* in a table entry 9:8 mean nothing else */
	return paddr | 0x63;	/* present, writable, accessed, dirty */
}

uint64_t machine_leaf_entry(unsigned int level, uint64_t paddr)
{
	if (machine.arm64)	/* UXN, PXN, dirty, accessed; a block lacks bit 1 */
		return arm64_address(paddr) | 0x68000000000401ull | (level == 1 ? 2 : 0);
	/* present, writable, accessed, dirty, global, no-execute; PS for a large one */
	return paddr | 0x8000000000000163ull | (level > 1 ? 0x80 : 0);
}

bool machine_table(uint64_t entry, uint64_t *paddr)
{
	if (!(entry & 1))
		return false;
	if (!machine.arm64)
		*paddr = entry & 0x000ffffffffff000ull;
	else if (machine.page_shift == 16)
		*paddr = (entry & 0xffffffff0000ull) | (entry >> 12 & 0xf) << 48;
	else if (machine.va_bits > 48)
		*paddr = (entry & 0x3ffffffffffffull & -PAGE_BYTES) | (entry >> 8 & 3) << 50;
	else
		*paddr = entry & 0xffffffffffffull & -PAGE_BYTES;
	return true;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* Names of machines, for those that zdm judges and those that it has to refuse. */
#include <elf.h>
#include <stdio.h>

#include <zdm/reader.h>

/* Machines that Linux runs or ran on, with 64 bits, as uname -m names them. */
static const struct {
	unsigned int e_machine;
	const char *name;
} machines[] = {
	{ EM_X86_64, "x86_64" },
	{ EM_AARCH64, "aarch64" },
	{ EM_RISCV, "riscv64" },
	{ 258, "loongarch64" },		/* EM_LOONGARCH, younger than some elf.h */
	{ EM_PPC64, "ppc64" },
	{ EM_S390, "s390x" },
	{ EM_386, "i686" },
	{ EM_ARM, "arm" },
	{ EM_PPC, "ppc" },
	{ EM_MIPS, "mips" },
	{ EM_SPARCV9, "sparc64" },
	{ EM_PARISC, "parisc" },
	{ EM_ALPHA, "alpha" },
	{ 0x9026, "alpha" },		/* what Linux writes there */
	{ EM_IA_64, "ia64" },
};

void zdm_elf_machine(unsigned int e_machine, bool little_endian, char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].e_machine != e_machine)
			continue;
		snprintf(buf, len, "%s%s", machines[i].name,
			 e_machine == EM_PPC64 && little_endian ? "le" : "");
		return;
	}
	snprintf(buf, len, "ELF-%u", e_machine);
}

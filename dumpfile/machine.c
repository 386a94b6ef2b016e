// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "dumpfile/machine.h"

/*
 * arch_crash_save_vmcoreinfo() of each machine (arch/.../kernel/vmcore_info.c,
 * before v6.9 crash_core.c or machine_kexec.c).
 */
static const struct {
	const char *line, *machine;
} marks[] = {
	{ "NUMBER(kimage_voffset)=", "aarch64" },
	{ "NUMBER(va_kernel_pa_offset)=", "riscv64" },
	{ "NUMBER(pgtable_l5_enabled)=", "x86_64" },
	{ "SYMBOL(init_top_pgt)=", "x86_64" },		/* since v4.13 */
	{ "SYMBOL(init_level4_pgt)=", "x86_64" },
	{ "NUMBER(phys_base)=", "x86_64" },
};

void machine_clean(char *machine)
{
	for (; *machine; machine++)
		if (!isalnum((unsigned char)*machine) && *machine != '_' && *machine != '-')
			*machine = '?';
}

bool machine_is_known(const char *machine)
{
	return *machine && strcmp(machine, "Unknown") != 0;
}

static bool has_line(const char *text, size_t len, const char *line)
{
	size_t n = strlen(line);
	const char *p = text;

	while ((p = memmem(p, len - (size_t)(p - text), line, n))) {
		if (p == text || p[-1] == '\n')
			return true;
		p++;
	}
	return false;
}

void machine_guess(const char *vmcoreinfo, size_t len, char *buf, size_t buf_len)
{
	size_t i;

	for (i = 0; vmcoreinfo && i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (has_line(vmcoreinfo, len, marks[i].line)) {
			snprintf(buf, buf_len, "%s", marks[i].machine);
			return;
		}
	}
}

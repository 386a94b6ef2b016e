// SPDX-License-Identifier: LGPL-2.1-or-later
/* Machines by name: those that zdm judges, and those that it has to refuse. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "memory/machines.h"

/* The first is what a host means that names none. */
static const struct zdm_arch *const archs[] = {
	&zdm_arch_x86_64,
	&zdm_arch_arm64,
};
#define NR_ARCHS (sizeof(archs) / sizeof(archs[0]))

/* Others that Linux runs or ran on, as uname -m names them. */
static const struct {
	unsigned int e_machine;
	const char *name;
	const char *mark;		/* as vmcoreinfo_marks; NULL: none is known */
} foreign[] = {
	{ EM_AARCH64, "aarch64", NULL },	/* big-endian: no kernel that is judged */
	{ EM_RISCV, "riscv64", "NUMBER(va_kernel_pa_offset)=" },
	{ 258, "loongarch64", NULL },		/* EM_LOONGARCH, younger than some elf.h */
	{ EM_PPC64, "ppc64", NULL },
	{ EM_S390, "s390x", NULL },
	{ EM_386, "i686", NULL },
	{ EM_ARM, "arm", NULL },
	{ EM_PPC, "ppc", NULL },
	{ EM_MIPS, "mips", NULL },
	{ EM_SPARCV9, "sparc64", NULL },
	{ EM_PARISC, "parisc", NULL },
	{ EM_ALPHA, "alpha", NULL },
	{ 0x9026, "alpha", NULL },		/* what Linux writes there */
	{ EM_IA_64, "ia64", NULL },
};

const struct zdm_arch *zdm_arch_find(const char *machine)
{
	size_t i;

	if (!machine)
		return archs[0];
	for (i = 0; i < NR_ARCHS; i++) {
		if (!strcmp(archs[i]->machine, machine))
			return archs[i];
	}
	return NULL;
}

const char *zdm_machine_name(size_t i)
{
	return i < NR_ARCHS ? archs[i]->machine : NULL;
}

uint64_t zdm_machine_stext(const char *machine)
{
	const struct zdm_arch *a = zdm_arch_find(machine);

	return a ? a->stext_link_kaddr : 0;
}

const char *const *zdm_machine_pt_regs(const char *machine)
{
	const struct zdm_arch *a = zdm_arch_find(machine);

	return a ? a->pt_regs : NULL;
}

const char *zdm_machine_register(const char *machine, enum zdm_reg reg)
{
	const struct zdm_arch *a = zdm_arch_find(machine);

	return a && (unsigned int)reg < ZDM_NR_REGS ? a->role[reg] : NULL;
}

bool zdm_machine_regs_of_kernel(const char *machine, const uint64_t *pt_regs)
{
	const struct zdm_arch *a = zdm_arch_find(machine);

	return a && a->regs_of_kernel && a->regs_of_kernel(pt_regs);
}

bool zdm_machine_regs_of_user(const char *machine, const uint64_t *pt_regs)
{
	const struct zdm_arch *a = zdm_arch_find(machine);

	return a && a->regs_of_user && a->regs_of_user(pt_regs);
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

const char *zdm_machine_of_vmcoreinfo(const char *text, size_t len)
{
	const char *const *mark;
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (foreign[i].mark && has_line(text, len, foreign[i].mark))
			return foreign[i].name;
	}
	for (i = 0; i < NR_ARCHS; i++) {
		for (mark = archs[i]->vmcoreinfo_marks; mark && *mark; mark++)
			if (has_line(text, len, *mark))
				return archs[i]->machine;
	}
	return NULL;
}

enum zdm_status zdm_machine_check(const char *machine, char *err, size_t err_len)
{
	struct zdm_text t;
	size_t i;

	if (zdm_arch_find(machine))
		return ZDM_OK;
	if (!err || !err_len)
		return ZDM_UNSUPPORTED;
	zdm_text_init(&t, err, err_len);
	zdm_textf(&t, "machine %s is not supported; ", machine);
	for (i = 0; i < NR_ARCHS; i++)
		zdm_textf(&t, "%s%s", i ? i + 1 < NR_ARCHS ? ", " : " and " : "", archs[i]->machine);
	zdm_textf(&t, NR_ARCHS > 1 ? " are" : " is");
	return ZDM_UNSUPPORTED;
}

void zdm_elf_machine(unsigned int e_machine, bool little_endian, char *buf, size_t len)
{
	size_t i;

	for (i = 0; i < NR_ARCHS; i++) {
		if (archs[i]->elf_machine == e_machine && little_endian) {
			snprintf(buf, len, "%s", archs[i]->machine);
			return;
		}
	}
	for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (foreign[i].e_machine != e_machine)
			continue;
		snprintf(buf, len, "%s%s", foreign[i].name,
			 e_machine == EM_PPC64 && little_endian ? "le" : "");
		return;
	}
	snprintf(buf, len, "ELF-%u", e_machine);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/registers.h"

/*
 * struct elf_prstatus (include/linux/elfcore.h): pr_reg is at 112 on all 64-bit
 * machines. Its order is the machine's struct user_regs_struct.
 */
#define OFF_PR_REG 112

static const char *const x86_64_regs[] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx",
	"rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss", NULL,
};

static const char *const aarch64_regs[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
	"x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
	"x27", "x28", "x29", "x30", "sp", "pc", "pstate", NULL,
};

static const struct {
	const char *machine;
	const char *const *regs;
} machines[] = {
	{ "x86_64", x86_64_regs },
	{ "aarch64", aarch64_regs },
};

void registers_find(struct registers *r, const struct notes *n)
{
	size_t off = 0, room = 0;
	struct note note;

	while (notes_next(n, &off, &note) && r->nr < REGISTERS_MAX_CPUS) {
		if (note.type != NT_PRSTATUS || note.name_len != 4 || memcmp(note.name, "CORE", 4))
			continue;
		if (r->nr == room) {
			size_t *v = realloc(r->off, (room ? 2 * room : 64) * sizeof(*v));

			if (!v)
				return;
			r->off = v;
			room = room ? 2 * room : 64;
		}
		r->off[r->nr++] = (size_t)(note.desc - n->v);
	}
}

void registers_deinit(struct registers *r)
{
	free(r->off);
	memset(r, 0, sizeof(*r));
}

bool registers_get(const struct registers *r, const struct notes *n, const char *machine,
		   size_t cpu, const char *name, uint64_t *ret)
{
	const char *const *regs = NULL;
	size_t i, at;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(machines[i].machine, machine))
			regs = machines[i].regs;
	for (i = 0; regs && regs[i] && strcmp(regs[i], name); i++)
		;
	if (!regs || !regs[i] || cpu >= r->nr)
		return false;
	at = r->off[cpu] + OFF_PR_REG + 8 * i;
	if (at + sizeof(*ret) > n->bytes)
		return false;
	memcpy(ret, n->v + at, sizeof(*ret));
	*ret = le64toh(*ret);
	return true;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/registers.h"

/*
 * struct elf_prstatus (include/linux/elfcore.h): pr_reg is at 112 on all 64-bit
 * machines. What follows is the machine's own, a u64 each.
 */
#define OFF_PR_REG 112

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

bool registers_get(const struct registers *r, const struct notes *n, size_t cpu, uint64_t *words,
		   size_t nr)
{
	size_t i, at;

	if (cpu >= r->nr)
		return false;
	at = r->off[cpu] + OFF_PR_REG;
	if (at > n->bytes || nr > (n->bytes - at) / sizeof(*words))
		return false;
	memcpy(words, n->v + at, nr * sizeof(*words));
	for (i = 0; i < nr; i++)
		words[i] = le64toh(words[i]);
	return true;
}

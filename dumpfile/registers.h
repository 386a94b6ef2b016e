/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registers: of the CPUs, from the NT_PRSTATUS notes. */
#ifndef ZDM_DUMPFILE_REGISTERS_H
#define ZDM_DUMPFILE_REGISTERS_H

#include "dumpfile/notes.h"

/* More than any machine has. */
#define REGISTERS_MAX_CPUS 65536u

struct registers {
	size_t *off;		/* of each CPU's description in the notes */
	size_t nr;
};

/* Find them; as many as memory allows. */
void registers_find(struct registers *r, const struct notes *n);
void registers_deinit(struct registers *r);
/* The first nr words of a CPU's; false: there are not so many. */
bool registers_get(const struct registers *r, const struct notes *n, size_t cpu, uint64_t *words,
		   size_t nr);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specs: page frames as operands, the same for every command; "-" reads them from stdin. */
#ifndef ZDM_SPECS_H
#define ZDM_SPECS_H

#include "open.h"

struct spec_wanted {
	char *text;
	struct zdm_pfn_spec spec;
};

struct speclist {
	const struct zdm_kernel *k;
	uint64_t end_pfn;
	struct spec_wanted *v;
	size_t nr, room;
	uint64_t pages;		/* of all of them, bounded */
};

/*
 * A command of the form VMCORE SPEC…: opens the dump, reads all SPECs before anything is
 * printed, since half an answer is worse than none, and hands them to answer_fn, which
 * prints and returns an exit code. So does this; what is wrong was said.
 */
int specs_run(struct zdm_cli *cli, int nr, char **operand,
	      int (*answer_fn)(struct zdm_cli *cli, struct opened *o, const struct speclist *l));

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* specs: page frames as operands, the same for every command; "-" reads them from stdin. */
#ifndef ZDM_SPECS_H
#define ZDM_SPECS_H

#include "cli.h"

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

void specs_init(struct speclist *l);
/*
 * All of them, before anything is printed: half an answer is worse than none. Returns an
 * exit code, and has said what is wrong; specs_free() is due in any case.
 */
int specs_read(struct speclist *l, const struct zdm_model *m, int nr, char **spec);
void specs_free(struct speclist *l);

#endif

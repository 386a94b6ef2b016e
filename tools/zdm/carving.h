/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* carving: what `zdm carve` and `zdm exec` share, from the dump to the plan. */
#ifndef ZDM_CARVING_H
#define ZDM_CARVING_H

#include <zdm/carve.h>

#include "altmap.h"
#include "cli.h"
#include "open.h"

struct carving_opts {
	const char *path;
	struct zdm_policy policy;
	bool add_altmap;		/* from /dev/mem, or altmap_from */
	const char *altmap_from;	/* FILE@PADDR[,FILE@PADDR…], NULL: /dev/mem */
	bool dry_run;			/* nothing will be written */
	bool elf_only;			/* a view needs a file to be in front of */
};

struct carving {
	struct opened o;		/* dump, session, model */
	struct zdm_keep_range *keep;
	size_t nr_keep;
	struct altmap altmap;
	struct zdm_carve_input *input;
	struct zdm_carve_plan *plan;
	int fd;				/* of the dump, when input is the file itself; else -1 */
};

/*
 * Open the dump, build its model, plan. Returns ZDM_EXIT_DONE or _DAMAGED, or
 * another exit code after it has said why. carving_close() in any case.
 */
int carving_open(struct carving *c, struct zdm_cli *cli, const struct carving_opts *opts);
void carving_close(struct carving *c);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* live: symbols and types of the running kernel. */
#ifndef ZDM_LIVE_H
#define ZDM_LIVE_H

#include "kdef.h"

struct live_symbol {
	char name[64];
	uint64_t kaddr;
	unsigned int seen;	/* times the name stands in the list */
};

struct live {
	struct zdm_source symbols;	/* of /proc/kallsyms */
	struct zdm_source *types;	/* of /sys/kernel/btf/vmlinux */
	struct live_symbol *symbol;
	size_t nr;
	uint64_t kaslr_offset;
	char release[65];
	char build_id[41];
};

/* Returns 0, or -1 with one line in err. */
int live_open(struct live *l, char *err, size_t err_len);
void live_close(struct live *l);

#endif

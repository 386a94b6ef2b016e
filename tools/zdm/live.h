/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* live: symbols and types as a running kernel shows them, or as it was saved. */
#ifndef ZDM_LIVE_H
#define ZDM_LIVE_H

#include <zdm/layout.h>

struct live {
	struct zdm_source *source[2];	/* of the kallsyms file, of the BTF file */
	size_t nr;
	char release[65];
	char build_id[41];
};

/*
 * From copies of /proc/kallsyms and /sys/kernel/btf/vmlinux; NULL for both means
 * this kernel's own, and then release and build-id are known, too. Returns 0, or
 * -1 with one line in err.
 */
int live_open(struct live *l, const char *kallsyms, const char *btf, char *err, size_t err_len);
void live_close(struct live *l);

#endif

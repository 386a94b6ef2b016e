// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The VMCOREINFO note: few symbols and types, but always there, and with the
 * run-time addresses that lead to all the rest.
 */
#include <stdlib.h>

#include "source/pairs.h"

/* The kernel's own buffer is one page (VMCOREINFO_BYTES, include/linux/vmcore_info.h, v6.12). */
#define VMCOREINFO_MAX_BYTES (1u << 20)

enum zdm_status zdm_source_vmcoreinfo_open(const char *text, size_t len, struct zdm_source **ret)
{
	struct zdm_pairs *t;
	enum zdm_status st;

	*ret = NULL;
	if (len > VMCOREINFO_MAX_BYTES)
		return ZDM_CORRUPT;
	t = calloc(1, sizeof(*t));
	if (!t)
		return ZDM_NOMEM;
	st = zdm_pairs_init(t, text, len);
	if (!st) {
		zdm_pairs_index(t);
		st = zdm_pairs_source_create(t, "vmcoreinfo", ret);
	}
	if (st) {
		zdm_pairs_deinit(t);
		free(t);
	}
	return st;
}

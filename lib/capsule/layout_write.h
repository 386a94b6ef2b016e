/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout_write: what was resolved of a kernel, as a layout file that resolves it again. */
#ifndef ZDM_LIB_LAYOUT_WRITE_H
#define ZDM_LIB_LAYOUT_WRITE_H

#include <zdm/report.h>

#include "kernel/kdef.h"

struct zdm_layout_info {
	const char *release;	/* "" if not known */
	const char *build_id;	/* hex, "" if not known */
	const char *banner;	/* linux_banner, NULL if not known */
	uint64_t kaslr_offset;	/* that the symbols of k include */
};

/*
 * Write the rows that are there. Symbols go out as linked. What VMCOREINFO
 * alone told is left out: it may hold for one boot only, and every dump has its
 * own. Returns the number of rows.
 */
size_t zdm_layout_write(const struct zdm_kdef *k, const struct zdm_layout_info *info,
			const struct zdm_sink *out);

#endif

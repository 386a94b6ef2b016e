/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kdump_set: the files that makedumpfile --split made of one dump, or the one
 * file that there usually is. The others are looked for in its directory.
 */
#ifndef ZDM_DUMPFILE_KDUMP_SET_H
#define ZDM_DUMPFILE_KDUMP_SET_H

#include "dumpfile/kdump.h"
#include "dumpfile/limits.h"

struct kdump_set {
	struct kdump *part[DUMPFILE_MAX_PARTS];		/* by start_pfn, apart */
	size_t nr;
};

/* Take the one file, and if it is a part, those beside path that belong to it. */
void kdump_set_open(struct kdump_set *s, struct kdump *one, const char *path);
void kdump_set_close(struct kdump_set *s);

/* The first part; all say the same of the dump as a whole. */
const struct kdump_info *kdump_set_info(const struct kdump_set *s);
/* As kdump_file_read() and kdump_file_present(), for physical addresses. */
enum zdm_status kdump_set_read(struct kdump_set *s, uint64_t paddr, void *buf, size_t len);
enum zdm_status kdump_set_present(struct kdump_set *s, uint64_t paddr, bool *present,
				  uint64_t *end_paddr);

/* The first PFNs, [*start_pfn, *end_pfn), that no file has; false: the set is complete. */
bool kdump_set_missing(const struct kdump_set *s, uint64_t *start_pfn, uint64_t *end_pfn);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * other: formats that are read by libkdumpfile: LKCD and SADUMP. It is loaded
 * when it is needed, and sees no file whose first bytes are not one of these:
 * it trusts what it reads.
 */
#ifndef ZDM_DUMPFILE_OTHER_H
#define ZDM_DUMPFILE_OTHER_H

#include "dumpfile/input.h"

struct other;

bool other_probe(struct input *in);
enum zdm_status other_open(struct input *in, struct other **ret, char *err, size_t err_len);
void other_close(struct other *o);

struct other_info {
	char format[32], machine[32];
	uint64_t page_bytes;
	char *vmcoreinfo;	/* NULL: none */
	size_t vmcoreinfo_len;
};

const struct other_info *other_info(const struct other *o);
/* UNREADABLE; *damaged: it is there, but cannot be read. */
enum zdm_status other_read(struct other *o, uint64_t paddr, void *buf, size_t len, bool *damaged);

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
/* kdump: the same behind the first bytes of a kdump-compressed file. */
#include "target.h"

void target_kdump(const uint8_t *data, size_t len)
{
	size_t all = len < 8 ? 8 : len;
	uint8_t *v = calloc(1, all);

	if (!v)
		die("out of memory");
	memcpy(v, data, len);
	memcpy(v, "KDUMP   ", 8);
	in_file(v, all);
	free(v);
	judge_dump(in_file_path());
}

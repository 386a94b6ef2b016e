// SPDX-License-Identifier: LGPL-2.1-or-later
/* flattened: the same behind the first bytes of a flattened stream. */
#include "target.h"

/* makedumpfile -F: signature, then type and version, big-endian; records from 4096 on */
void target_flattened(const uint8_t *data, size_t len)
{
	static const uint8_t type_version[16] = { [7] = 1, [15] = 1 };
	size_t all = len < 32 ? 32 : len;
	uint8_t *v = calloc(1, all);

	if (!v)
		die("out of memory");
	memcpy(v, data, len);
	memcpy(v, "makedumpfile\0\0\0\0", 16);
	memcpy(v + 16, type_version, 16);
	in_file(v, all);
	free(v);
	judge_dump(in_file_path());
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* file: a whole file on the way of the command line: opened, analysed, reported. */
#include "target.h"

void target_file(const uint8_t *data, size_t len)
{
	in_file(data, len);
	judge_dump(in_file_path());
}

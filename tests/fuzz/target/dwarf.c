// SPDX-License-Identifier: LGPL-2.1-or-later
/* dwarf: a vmlinux: ELF, its symbols, DWARF or .BTF. */
#include "source/source.h"
#include "target.h"

void target_dwarf(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	struct zdm_source *src = NULL;
	char err[400] = "";
	enum zdm_status st;

	in_file(data, len);
	st = zdm_source_vmlinux_open(in_file_path(), &src, err, sizeof(err));
	must_be_line(st, err);
	if (st == ZDM_OK)
		judge_source(src, &b);
	zdm_source_close(src);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* btf: BTF in memory. */
#include "source/source.h"
#include "target.h"

void target_btf(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	struct zdm_source *src = NULL;
	char err[400] = "";
	enum zdm_status st = zdm_source_btf_open_mem(data, len, &src, err, sizeof(err));

	must_be_line(st, err);
	if (st == ZDM_OK)
		judge_source(src, &b);
	zdm_source_close(src);
}

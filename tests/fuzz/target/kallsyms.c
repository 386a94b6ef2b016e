// SPDX-License-Identifier: LGPL-2.1-or-later
/* kallsyms: u16 and text of VMCOREINFO, then the tables where that says. */
#include "memory/reader.h"
#include "source/source.h"
#include "target.h"

#define TABLES_KADDR 0xffffffff82120000ull	/* tests/unit/kallsyms_tables.h */

static enum zdm_status read_tables(void *priv, uint64_t kaddr, void *buf, size_t len)
{
	const struct input_bytes *b = priv;

	if (kaddr < TABLES_KADDR || kaddr - TABLES_KADDR > b->left ||
	    len > b->left - (kaddr - TABLES_KADDR))
		return ZDM_UNREADABLE;
	memcpy(buf, b->v + (kaddr - TABLES_KADDR), len);
	return ZDM_OK;
}

void target_kallsyms(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	size_t info_len = take(&b, 2);
	const char *info = (const char *)take_block(&b, &info_len);
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .read_kaddr_fn = read_tables,
	};
	struct zdm_source *vmcoreinfo = NULL, *src = NULL;
	struct zdm_reader *r = NULL;
	char err[400] = "";
	enum zdm_status st;

	if (zdm_reader_create(&ops, &b, &r) != ZDM_OK ||
	    zdm_source_vmcoreinfo_open(info, info_len, &vmcoreinfo) != ZDM_OK)
		die("out of memory");
	st = zdm_source_kallsyms_open(r, vmcoreinfo, &src, err, sizeof(err));
	if (st != ZDM_ABSENT)
		must_be_line(st, err);
	if (st == ZDM_OK)
		judge_source(src, &b);
	zdm_source_close(src);
	zdm_source_close(vmcoreinfo);
	zdm_reader_destroy(r);
}

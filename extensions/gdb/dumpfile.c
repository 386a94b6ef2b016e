// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libzdm-dumpfile.so: the reader of dump files, dumpfile/, for GDB. Beside
 * libzdm.so, which knows no files.
 */
#include "dumpfile/dumpfile.h"
#include "dumpfile.h"

struct zdm_dump *zdm_dumpfile_open(const char *path, char *err, size_t err_len)
{
	struct zdm_dump_opts opts = { .other_formats = true };
	struct zdm_dump *d;

	return zdm_dump_open(path, &opts, &d, err, err_len) == ZDM_OK ? d : NULL;
}

void zdm_dumpfile_close(struct zdm_dump *d)
{
	zdm_dump_close(d);
}

const struct zdm_reader_ops *zdm_dumpfile_ops(const struct zdm_dump *d)
{
	return zdm_dump_ops(d);
}

struct zdm_source *zdm_dumpfile_layout(struct zdm_dump *d, char *err, size_t err_len)
{
	struct zdm_source *src = NULL;
	const char *text;
	size_t len;

	err[0] = '\0';
	text = zdm_dump_layout(d, &len);
	if (text && zdm_source_layout_open_mem(text, len, "in the capsule", &src, err,
					       err_len) != ZDM_OK)
		return NULL;
	return src;
}

void zdm_dumpfile_layout_close(struct zdm_source *src)
{
	zdm_source_close(src);
}

bool zdm_dumpfile_live(const struct zdm_dump *d)
{
	return zdm_dump_live(d);
}

const char *zdm_dumpfile_damage(struct zdm_dump *d)
{
	return zdm_dump_damage(d);
}

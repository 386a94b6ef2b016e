// SPDX-License-Identifier: LGPL-2.1-or-later
/* view: the blob that zdm exec hands to the preloaded library. */
#include <sys/types.h>

#include "target.h"

#include "tools/preload/view.h"

static ssize_t of_file(int fd, void *buf, size_t len, off_t off)
{
	(void)fd;
	if (off < 0)
		return -1;
	memset(buf, (int)off, len);
	return off % 3 ? (ssize_t)len : (ssize_t)(len / 2);
}

static ssize_t of_extra(const char *path, bool map_only, void *buf, size_t len, off_t off)
{
	size_t n = strlen(path);	/* it must end */

	if (off < 0 || map_only)
		return -1;
	memset(buf, (int)n, len);
	return (ssize_t)len;
}

static void walk(const struct view_head *v)
{
	static const struct view_io io = { .file_fn = of_file, .extra_fn = of_extra };
	uint64_t off = 0;
	unsigned int i;
	char buf[8192];
	ssize_t n;

	for (i = 0; i < 64; i++) {
		struct view_part p = view_at(v, off);

		if (p.kind == VIEW_END)
			break;
		if (!p.bytes)
			target_fail("a part of the view is empty");
		n = view_pread(v, &io, 3, buf, sizeof(buf), off);
		if (n > (ssize_t)sizeof(buf))
			target_fail("more is read than was asked for");
		view_pread(v, &io, 3, buf, sizeof(buf), off + p.bytes - 1);
		off += p.bytes;
	}
	view_at(v, UINT64_MAX);
	view_pread(v, &io, 3, buf, sizeof(buf), v->total_bytes - 1);
}

void target_view(const uint8_t *data, size_t len)
{
	void *blob = malloc(len);	/* aligned, as a mapping is */

	if (!blob && len)
		die("out of memory");
	if (len)
		memcpy(blob, data, len);
	if (!view_check(blob, len))
		walk(blob);
	free(blob);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * view: a dump as its host shall see it. New headers, then the whole original,
 * then memory that the original lacks. Everything starts at a page boundary,
 * so a mapping of the view is made of mappings of the parts.
 *
 * `zdm exec` computes it and hands it over as one blob: this head, the extras,
 * path names, the headers. The preloaded library only looks things up.
 */
#ifndef ZDM_PRELOAD_VIEW_H
#define ZDM_PRELOAD_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VIEW_MAGIC "ZDMVIEW1"
#define VIEW_ENV "ZDM_VIEW_FD"

struct view_head {
	char magic[8];
	uint64_t blob_bytes;
	uint64_t dev, ino;		/* of the original */
	uint64_t header_off;		/* in the blob */
	uint64_t header_bytes;		/* whole pages */
	uint64_t file_bytes;		/* of the original */
	uint64_t total_bytes;		/* of the view */
	uint64_t nr_extras;		/* right after this head, by view_off */
};

struct view_extra {
	uint64_t view_off, bytes;
	uint64_t src_off;		/* in the file of that name */
	uint64_t path_off;		/* in the blob, terminated */
	uint64_t map_only;		/* /dev/mem: read() does not reach beyond RAM */
};

enum view_part_kind { VIEW_END, VIEW_HEADER, VIEW_FILE, VIEW_GAP, VIEW_EXTRA };

/* What lies at an offset of the view, and how far. */
struct view_part {
	enum view_part_kind kind;
	uint64_t bytes;			/* from the offset on */
	uint64_t src_off;		/* in the headers, the original or the extra's file */
	const struct view_extra *extra;
};

/* NULL, or why the blob cannot be a view. */
const char *view_check(const void *blob, size_t bytes);
struct view_part view_at(const struct view_head *v, uint64_t off);
const char *view_extra_path(const struct view_head *v, const struct view_extra *extra);
const unsigned char *view_header(const struct view_head *v);

/* How the parts are read; each as pread(2). */
struct view_io {
	ssize_t (*file_fn)(int fd, void *buf, size_t len, off_t off);
	ssize_t (*extra_fn)(const char *path, bool map_only, void *buf, size_t len, off_t off);
};
/* pread(2) of the view through an open file of the original. */
ssize_t view_pread(const struct view_head *v, const struct view_io *io, int fd, void *buf,
		   size_t len, uint64_t off);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reader_kdumpfile: a dump file, opened with libkdumpfile, as a host of the library. */
#ifndef ZDM_READER_KDUMPFILE_H
#define ZDM_READER_KDUMPFILE_H

#include <zdm/reader.h>

struct _kdump_ctx;
/* Also the running kernel's memory, /proc/kcore. */

struct progress;
struct zdm_dump;

/*
 * Open path. p (may be NULL) shows progress while reading and must outlive the
 * dump. Returns ZDM_OK; or another status with one line in err that does not
 * name the file. zdm_dump_close() takes NULL.
 */
enum zdm_status zdm_dump_open(const char *path, struct progress *p, struct zdm_dump **ret,
			      char *err, size_t err_len);
void zdm_dump_close(struct zdm_dump *d);

/* For zdm_open(), with the dump itself as priv; valid until zdm_dump_close(). */
const struct zdm_reader_ops *zdm_dump_ops(const struct zdm_dump *d);

/* The running kernel: what is read may have changed since. */
bool zdm_dump_live(const struct zdm_dump *d);

/* "elf", "kdump-compressed", "kcore"; flattened files say so. */
const char *zdm_dump_format(const struct zdm_dump *d);

/*
 * The dump is incomplete or damaged: one line, or NULL. Reads may add to it,
 * so ask when the work is done.
 */
const char *zdm_dump_damage(struct zdm_dump *d);

/* The layout that a capsule carries; NULL: no capsule. Borrowed from d. */
const char *zdm_dump_layout(const struct zdm_dump *d, size_t *len);

/* libkdumpfile's own view of it, for attributes. */
struct _kdump_ctx *zdm_dump_ctx(const struct zdm_dump *d);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libzdm-dumpfile.so exports; zdm_gdb/dumpfile.py calls it through ctypes. */
#ifndef ZDM_GDB_DUMPFILE_H
#define ZDM_GDB_DUMPFILE_H

#include <zdm/zdm.h>

struct zdm_dump;

/* NULL with one line in err that does not name the file. */
ZDM_API struct zdm_dump *zdm_dumpfile_open(const char *path, char *err, size_t err_len);
/* After zdm_close() of the session on it. */
ZDM_API void zdm_dumpfile_close(struct zdm_dump *d);
/* For zdm_open() with the dump as priv. */
ZDM_API const struct zdm_reader_ops *zdm_dumpfile_ops(const struct zdm_dump *d);
/*
 * The layout that a capsule carries, for zdm_open(); NULL if it is none, or with
 * one line in err. To be closed after zdm_close().
 */
ZDM_API struct zdm_source *zdm_dumpfile_layout(struct zdm_dump *d, char *err, size_t err_len);
ZDM_API void zdm_dumpfile_layout_close(struct zdm_source *src);
/* The running kernel's memory: what was read may have changed since. */
ZDM_API bool zdm_dumpfile_live(const struct zdm_dump *d);
/* One line if the file is incomplete or damaged, else NULL. */
ZDM_API const char *zdm_dumpfile_damage(struct zdm_dump *d);

#endif

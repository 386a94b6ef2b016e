/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fileio: whole reads and writes, and temporary files. */
#ifndef ZDM_FILEIO_H
#define ZDM_FILEIO_H

#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>

/* As pread(2) and pwrite(2), but all of it: short only at the end of the file. */
ssize_t fileio_pread(int fd, void *buf, size_t len, uint64_t off);
/* 0, or -1 with errno. */
int fileio_pwrite(int fd, const void *buf, size_t len, uint64_t off);

/* An unlinked file in TMPDIR (or /var/tmp, /tmp); -1 with one line in err. */
int fileio_temp(char *err, size_t err_len);

/* Do both names mean one file? */
bool fileio_same(const char *a, const char *b);

#endif

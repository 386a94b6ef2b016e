/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fileio: whole reads. */
#ifndef ZDM_DUMPFILE_FILEIO_H
#define ZDM_DUMPFILE_FILEIO_H

#include <stdint.h>
#include <sys/types.h>

/* As pread(2), but all of it: short only at the end of the file. */
ssize_t fileio_pread(int fd, void *buf, size_t len, uint64_t off);

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libkdumpfile calls pread() and takes what comes: a short read for a page that
 * ends in zeros, EINTR for an unreadable dump (and falls over its own page bitmap
 * if that comes while it opens one; 0.5.1). It finds this pread() before libc's.
 */
#include <sys/types.h>

#include "fileio.h"

_Static_assert(sizeof(off_t) == sizeof(uint64_t), "pread64() is another one");

__attribute__((visibility("default")))
ssize_t pread(int fd, void *buf, size_t len, off_t off);

ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	return fileio_pread(fd, buf, len, (uint64_t)off);
}

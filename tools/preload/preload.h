/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preload: what the interposed functions share. */
#ifndef ZDM_PRELOAD_H
#define ZDM_PRELOAD_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "view.h"

#define EXPORT __attribute__((visibility("default")))

/* The host's own functions, as the next library has them. */
struct real {
	int (*open)(const char *path, int flags, ...);
	int (*openat)(int dir, const char *path, int flags, ...);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*pread)(int fd, void *buf, size_t len, off_t off);
	off_t (*lseek)(int fd, off_t off, int whence);
	void *(*mmap)(void *addr, size_t len, int prot, int flags, int fd, off_t off);
	int (*dup)(int fd);
	int (*dup2)(int fd, int to);
	int (*dup3)(int fd, int to, int flags);
	int (*fcntl)(int fd, int cmd, ...);
	FILE *(*fopen)(const char *path, const char *mode);
	FILE *(*fdopen)(int fd, const char *mode);
	int (*fileno)(FILE *f);
	int (*fclose)(FILE *f);
};

/* Resolved when first asked for; never NULL. */
const struct real *real(void);
/* NULL when there is none: everything then passes through. */
const struct view_head *view(void);

/* Is the open fd one of the dump? */
bool fd_is_view(int fd);
void fd_set_view(int fd, bool yes);
/* Look at what was just opened, and mark it. Passes fd on, -1 too. */
int fd_opened(int fd, int flags);

ssize_t view_read_fd(int fd, void *buf, size_t len);
ssize_t view_pread_fd(int fd, void *buf, size_t len, off_t off);
off_t view_lseek_fd(int fd, off_t off, int whence);
void *view_mmap_fd(void *addr, size_t len, int prot, int flags, int fd, off_t off);

/* 64-bit throughout: the library is built for machines where off_t is. */
_Static_assert(sizeof(off_t) == 8, "build with 64-bit file offsets");

#endif

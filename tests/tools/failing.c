// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * failing.so, to be preloaded: the FAILING_AT-th allocation (FAILING=nomem) or
 * read of a file (eio, short, eintr; end: nothing more is there; truncate: the
 * file FAILING_FILE is cut to half before it) goes wrong; without FAILING_AT the
 * calls are counted, and FAILING_COUNT names the file for the number.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* glibc's own names of its allocator: dlsym() would allocate. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t nr, size_t n);
extern void *__libc_realloc(void *p, size_t n);

static const char *how = "";
static unsigned long at, allocations, reads;
static bool armed;

__attribute__((constructor))
static void begin(void)
{
	const char *text = getenv("FAILING_AT");

	at = text ? strtoul(text, NULL, 10) : 0;
	how = getenv("FAILING") ? getenv("FAILING") : "";
	armed = true;
}

__attribute__((destructor))
static void end(void)
{
	const char *path = getenv("FAILING_COUNT");
	FILE *f;

	armed = false;
	f = path ? fopen(path, "w") : NULL;
	if (f) {
		fprintf(f, "%lu\n", strcmp(how, "nomem") ? reads : allocations);
		fclose(f);
	}
}

static bool no_memory(void)
{
	if (!armed || ++allocations != at || strcmp(how, "nomem"))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return no_memory() ? NULL : __libc_malloc(n);
}

void *calloc(size_t nr, size_t n)
{
	return no_memory() ? NULL : __libc_calloc(nr, n);
}

void *realloc(void *p, size_t n)
{
	return no_memory() ? NULL : __libc_realloc(p, n);
}

static void cut_file(void)
{
	const char *path = getenv("FAILING_FILE");
	struct stat st;

	if (path && !stat(path, &st) && truncate(path, st.st_size / 2))
		abort();
}

/* 1: go on, with as many bytes as *len then says; else what the call returns. */
static ssize_t fate(size_t *len)
{
	if (!armed || ++reads != at || !strcmp(how, "nomem"))
		return 1;
	if (!strcmp(how, "truncate"))
		cut_file();
	if (!strcmp(how, "short"))
		*len = *len > 1 ? *len / 2 : *len;
	if (!strcmp(how, "end"))
		return 0;
	if (strcmp(how, "eio") && strcmp(how, "eintr"))
		return 1;
	errno = strcmp(how, "eio") ? EINTR : EIO;
	return -1;
}

ssize_t pread(int fd, void *buf, size_t len, off_t off)
{
	static ssize_t (*next)(int, void *, size_t, off_t);
	ssize_t rc = fate(&len);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "pread");
	return rc == 1 ? next(fd, buf, len, off) : rc;
}

ssize_t pread64(int fd, void *buf, size_t len, off64_t off)
{
	return pread(fd, buf, len, off);
}

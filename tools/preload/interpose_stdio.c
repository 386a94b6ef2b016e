// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * interpose: streams and file status. libc's streams read through inner
 * functions that cannot be interposed, so a stream on the dump is a cookie
 * stream on a descriptor of it.
 */
/*
 * Fortified headers define open(), read() and others inline, on top of what is
 * defined here; the checked names that they call are answered here, too.
 */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "interpose.h"
#include "preload.h"

/* Streams on the dump, for fileno() and fclose(): few, so a list. */
struct stream {
	struct stream *next;
	FILE *file;
	int fd;
};

static struct stream *streams;
static pthread_mutex_t streams_lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t cookie_read(void *cookie, char *buf, size_t len)
{
	return view_read_fd((int)(intptr_t)cookie, buf, len);
}

static int cookie_seek(void *cookie, off64_t *off, int whence)
{
	off_t pos = view_lseek_fd((int)(intptr_t)cookie, *off, whence);

	if (pos < 0)
		return -1;
	*off = pos;
	return 0;
}

static int cookie_close(void *cookie)
{
	int fd = (int)(intptr_t)cookie;

	fd_set_view(fd, false);
	return real()->close(fd);
}

static FILE *stream_open(int fd)
{
	const cookie_io_functions_t io = {
		.read = cookie_read, .seek = cookie_seek, .close = cookie_close,
	};
	struct stream *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	s->fd = fd;
	s->file = fopencookie((void *)(intptr_t)fd, "r", io);
	if (!s->file) {
		free(s);
		return NULL;
	}
	pthread_mutex_lock(&streams_lock);
	s->next = streams;
	streams = s;
	pthread_mutex_unlock(&streams_lock);
	return s->file;
}

/* Descriptor of a stream on the dump, -1: not one. forget: it is being closed. */
static int stream_fd(FILE *f, bool forget)
{
	struct stream **at, *s;
	int fd = -1;

	if (!view())
		return -1;
	pthread_mutex_lock(&streams_lock);
	for (at = &streams; (s = *at) && s->file != f; at = &s->next)
		;
	if (s) {
		fd = s->fd;
		if (forget) {
			*at = s->next;
			free(s);
		}
	}
	pthread_mutex_unlock(&streams_lock);
	return fd;
}

FILE *my_fopen(const char *path, const char *mode) NAMED("fopen");
FILE *my_fopen(const char *path, const char *mode)
{
	struct stat st;
	FILE *f;
	int fd;

	/* Only what is read, and is the dump. The rest is libc's, whole. */
	if (!view() || mode[0] != 'r' || stat(path, &st) ||
	    (uint64_t)st.st_ino != view()->ino || (uint64_t)st.st_dev != view()->dev)
		return real()->fopen(path, mode);
	fd = fd_opened(real()->open(path, O_RDONLY), O_RDONLY);
	if (fd < 0)
		return NULL;
	f = stream_open(fd);
	if (!f)
		real()->close(fd);
	return f;
}
ALSO(my_fopen, "fopen", fopen64);

FILE *my_fdopen(int fd, const char *mode) NAMED("fdopen");
FILE *my_fdopen(int fd, const char *mode)
{
	return fd_is_view(fd) ? stream_open(fd) : real()->fdopen(fd, mode);
}

int my_fileno(FILE *f) NAMED("fileno");
int my_fileno(FILE *f)
{
	int fd = stream_fd(f, false);

	return fd >= 0 ? fd : real()->fileno(f);
}
ALSO(my_fileno, "fileno", fileno_unlocked);

int my_fclose(FILE *f) NAMED("fclose");
int my_fclose(FILE *f)
{
	(void)stream_fd(f, true);
	return real()->fclose(f);
}

static bool is_dump(uint64_t dev, uint64_t ino)
{
	return view() && view()->dev == dev && view()->ino == ino;
}

/* Call libc's function of this name, then put the size of the view in. */
#define STAT_BODY(name, type, call)						\
	static type fn;								\
	int ret;								\
										\
	if (!fn)								\
		*(void **)&fn = dlsym(RTLD_NEXT, name);				\
	ret = fn call;								\
	if (!ret && is_dump(st->st_dev, st->st_ino))				\
		st->st_size = (off_t)view()->total_bytes;			\
	return ret

typedef int (*stat_fd_fn)(int, struct stat *);
typedef int (*stat_path_fn)(const char *, struct stat *);
typedef int (*stat_at_fn)(int, const char *, struct stat *, int);
typedef int (*xstat_fd_fn)(int, int, struct stat *);
typedef int (*xstat_path_fn)(int, const char *, struct stat *);

int my_fstat(int fd, struct stat *st) NAMED("fstat");
int my_fstat(int fd, struct stat *st)
{
	STAT_BODY("fstat64", stat_fd_fn, (fd, st));
}
ALSO(my_fstat, "fstat", fstat64);

int my_stat(const char *path, struct stat *st) NAMED("stat");
int my_stat(const char *path, struct stat *st)
{
	STAT_BODY("stat64", stat_path_fn, (path, st));
}
ALSO(my_stat, "stat", stat64);

int my_lstat(const char *path, struct stat *st) NAMED("lstat");
int my_lstat(const char *path, struct stat *st)
{
	STAT_BODY("lstat64", stat_path_fn, (path, st));
}
ALSO(my_lstat, "lstat", lstat64);

int my_fstatat(int dir, const char *path, struct stat *st, int flags) NAMED("fstatat");
int my_fstatat(int dir, const char *path, struct stat *st, int flags)
{
	STAT_BODY("fstatat64", stat_at_fn, (dir, path, st, flags));
}
ALSO(my_fstatat, "fstatat", fstatat64);

/* What programs built before glibc 2.33 call. */
int my_fxstat(int ver, int fd, struct stat *st) NAMED("__fxstat");
int my_fxstat(int ver, int fd, struct stat *st)
{
	STAT_BODY("__fxstat64", xstat_fd_fn, (ver, fd, st));
}
ALSO(my_fxstat, "__fxstat", __fxstat64);

int my_xstat(int ver, const char *path, struct stat *st) NAMED("__xstat");
int my_xstat(int ver, const char *path, struct stat *st)
{
	STAT_BODY("__xstat64", xstat_path_fn, (ver, path, st));
}
ALSO(my_xstat, "__xstat", __xstat64);

int my_statx(int dir, const char *path, int flags, unsigned int mask,
	     struct statx *stx) NAMED("statx");
int my_statx(int dir, const char *path, int flags, unsigned int mask, struct statx *stx)
{
	static int (*fn)(int, const char *, int, unsigned int, struct statx *);
	struct stat st;
	int ret;

	if (!fn)
		*(void **)&fn = dlsym(RTLD_NEXT, "statx");
	ret = fn(dir, path, flags, mask | STATX_INO, stx);
	if (!ret && view() && stx->stx_ino == view()->ino &&
	    !fstatat(dir, path, &st, flags & (AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) &&
	    is_dump(st.st_dev, st.st_ino))
		stx->stx_size = view()->total_bytes;
	return ret;
}

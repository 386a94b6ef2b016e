// SPDX-License-Identifier: LGPL-2.1-or-later
/* interpose: the functions by which a host reaches a file, by descriptor. */
/*
 * Fortified headers define open(), read() and others inline, on top of what is
 * defined here; the checked names that they call are answered here, too.
 */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "interpose.h"
#include "preload.h"

/* libc's function of that name, asked for once. */
static void *next(void **cache, const char *name)
{
	void *fn = __atomic_load_n(cache, __ATOMIC_RELAXED);

	if (!fn) {
		fn = dlsym(RTLD_NEXT, name);
		__atomic_store_n(cache, fn, __ATOMIC_RELAXED);
	}
	return fn;
}

static mode_t open_mode(int flags, va_list ap)
{
	if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE)
		return va_arg(ap, mode_t);
	return 0;
}

int my_open(const char *path, int flags, ...) NAMED("open");
int my_open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = open_mode(flags, ap);
	va_end(ap);
	return fd_opened(real()->open(path, flags, mode), flags);
}
ALSO(my_open, "open", open64);

int my_openat(int dir, const char *path, int flags, ...) NAMED("openat");
int my_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = open_mode(flags, ap);
	va_end(ap);
	return fd_opened(real()->openat(dir, path, flags, mode), flags);
}
ALSO(my_openat, "openat", openat64);

int my_open_2(const char *path, int flags) NAMED("__open_2");
int my_open_2(const char *path, int flags)
{
	return fd_opened(real()->open(path, flags), flags);
}
ALSO(my_open_2, "__open_2", __open64_2);

int my_openat_2(int dir, const char *path, int flags) NAMED("__openat_2");
int my_openat_2(int dir, const char *path, int flags)
{
	return fd_opened(real()->openat(dir, path, flags), flags);
}
ALSO(my_openat_2, "__openat_2", __openat64_2);

int my_close(int fd) NAMED("close");
int my_close(int fd)
{
	fd_set_view(fd, false);
	return real()->close(fd);
}

int my_close_range(unsigned int first, unsigned int last, int flags) NAMED("close_range");
int my_close_range(unsigned int first, unsigned int last, int flags)
{
	static void *fn;
	int (*real_fn)(unsigned int, unsigned int, int) = next(&fn, "close_range");
	unsigned int fd;
	int ret;

	if (!real_fn) {
		errno = ENOSYS;
		return -1;
	}
	ret = real_fn(first, last, flags);
	/* Without CLOSE_RANGE_CLOEXEC (4) they are gone; the flags array is bounded. */
	for (fd = first; !ret && !(flags & 4) && fd <= last && fd < 65536; fd++)
		fd_set_view((int)fd, false);
	return ret;
}

int my_dup(int fd) NAMED("dup");
int my_dup(int fd)
{
	int to = real()->dup(fd);

	fd_set_view(to, fd_is_view(fd));
	return to;
}

int my_dup2(int fd, int to) NAMED("dup2");
int my_dup2(int fd, int to)
{
	int ret = real()->dup2(fd, to);

	fd_set_view(ret, fd_is_view(fd));
	return ret;
}

int my_dup3(int fd, int to, int flags) NAMED("dup3");
int my_dup3(int fd, int to, int flags)
{
	int ret = real()->dup3(fd, to, flags);

	fd_set_view(ret, fd_is_view(fd));
	return ret;
}

int my_fcntl(int fd, int cmd, ...) NAMED("fcntl");
int my_fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	ret = real()->fcntl(fd, cmd, arg);
	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
		fd_set_view(ret, fd_is_view(fd));
	return ret;
}
ALSO(my_fcntl, "fcntl", fcntl64);

ssize_t my_read(int fd, void *buf, size_t len) NAMED("read");
ssize_t my_read(int fd, void *buf, size_t len)
{
	return fd_is_view(fd) ? view_read_fd(fd, buf, len) : real()->read(fd, buf, len);
}

ssize_t my_read_chk(int fd, void *buf, size_t len, size_t room) NAMED("__read_chk");
ssize_t my_read_chk(int fd, void *buf, size_t len, size_t room)
{
	if (len > room)
		__builtin_trap();
	return my_read(fd, buf, len);
}

ssize_t my_pread(int fd, void *buf, size_t len, off_t off) NAMED("pread");
ssize_t my_pread(int fd, void *buf, size_t len, off_t off)
{
	return fd_is_view(fd) ? view_pread_fd(fd, buf, len, off) :
		real()->pread(fd, buf, len, off);
}
ALSO(my_pread, "pread", pread64);

ssize_t my_pread_chk(int fd, void *buf, size_t len, off_t off, size_t room) NAMED("__pread_chk");
ssize_t my_pread_chk(int fd, void *buf, size_t len, off_t off, size_t room)
{
	if (len > room)
		__builtin_trap();
	return my_pread(fd, buf, len, off);
}
ALSO(my_pread_chk, "__pread_chk", __pread64_chk);

/* Piece by piece; a short piece ends it, as a short read does. */
static ssize_t view_readv(int fd, const struct iovec *iov, int nr, off_t off)
{
	ssize_t done = 0, n;
	int i;

	for (i = 0; i < nr; i++) {
		n = off < 0 ? view_read_fd(fd, iov[i].iov_base, iov[i].iov_len) :
			view_pread_fd(fd, iov[i].iov_base, iov[i].iov_len, off + done);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n < iov[i].iov_len)
			break;
	}
	return done;
}

ssize_t my_readv(int fd, const struct iovec *iov, int nr) NAMED("readv");
ssize_t my_readv(int fd, const struct iovec *iov, int nr)
{
	static void *fn;
	ssize_t (*real_fn)(int, const struct iovec *, int) = next(&fn, "readv");

	return fd_is_view(fd) ? view_readv(fd, iov, nr, -1) : real_fn(fd, iov, nr);
}

ssize_t my_preadv(int fd, const struct iovec *iov, int nr, off_t off) NAMED("preadv");
ssize_t my_preadv(int fd, const struct iovec *iov, int nr, off_t off)
{
	static void *fn;
	ssize_t (*real_fn)(int, const struct iovec *, int, off_t) = next(&fn, "preadv64");

	if (!fd_is_view(fd))
		return real_fn(fd, iov, nr, off);
	if (off < 0) {
		errno = EINVAL;
		return -1;
	}
	return view_readv(fd, iov, nr, off);
}
ALSO(my_preadv, "preadv", preadv64);

off_t my_lseek(int fd, off_t off, int whence) NAMED("lseek");
off_t my_lseek(int fd, off_t off, int whence)
{
	return fd_is_view(fd) ? view_lseek_fd(fd, off, whence) : real()->lseek(fd, off, whence);
}
ALSO(my_lseek, "lseek", lseek64);

void *my_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off) NAMED("mmap");
void *my_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	if (fd_is_view(fd) && !(flags & MAP_ANONYMOUS))
		return view_mmap_fd(addr, len, prot, flags, fd, off);
	return real()->mmap(addr, len, prot, flags, fd, off);
}
ALSO(my_mmap, "mmap", mmap64);

/*
 * Copies inside the kernel would take the original. Refused with the answer
 * that makes a caller read instead.
 */
ssize_t my_copy_file_range(int in, off_t *in_off, int out, off_t *out_off, size_t len,
			   unsigned int flags) NAMED("copy_file_range");
ssize_t my_copy_file_range(int in, off_t *in_off, int out, off_t *out_off, size_t len,
			   unsigned int flags)
{
	static void *fn;
	ssize_t (*real_fn)(int, off_t *, int, off_t *, size_t, unsigned int) =
		next(&fn, "copy_file_range");

	if (fd_is_view(in)) {
		errno = EXDEV;
		return -1;
	}
	return real_fn(in, in_off, out, out_off, len, flags);
}

ssize_t my_sendfile(int out, int in, off_t *off, size_t len) NAMED("sendfile");
ssize_t my_sendfile(int out, int in, off_t *off, size_t len)
{
	static void *fn;
	ssize_t (*real_fn)(int, int, off_t *, size_t) = next(&fn, "sendfile64");

	if (fd_is_view(in)) {
		errno = EINVAL;
		return -1;
	}
	return real_fn(out, in, off, len);
}
ALSO(my_sendfile, "sendfile", sendfile64);

ssize_t my_splice(int in, off_t *in_off, int out, off_t *out_off, size_t len,
		  unsigned int flags) NAMED("splice");
ssize_t my_splice(int in, off_t *in_off, int out, off_t *out_off, size_t len, unsigned int flags)
{
	static void *fn;
	ssize_t (*real_fn)(int, off_t *, int, off_t *, size_t, unsigned int) =
		next(&fn, "splice");

	if (fd_is_view(in)) {
		errno = EINVAL;
		return -1;
	}
	return real_fn(in, in_off, out, out_off, len, flags);
}

int my_ioctl(int fd, unsigned long request, ...) NAMED("ioctl");
int my_ioctl(int fd, unsigned long request, ...)
{
	static void *fn;
	int (*real_fn)(int, unsigned long, ...) = next(&fn, "ioctl");
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if ((request == FICLONE && fd_is_view((int)(long)arg)) ||
	    (request == FICLONERANGE && arg &&
	     fd_is_view((int)((struct file_clone_range *)arg)->src_fd))) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return real_fn(fd, request, arg);
}

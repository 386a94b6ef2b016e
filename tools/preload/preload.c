// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * preload: the view behind the file descriptors of the host.
 *
 * A descriptor of the dump keeps its offset where every descriptor does, in
 * the kernel, only that it counts in the view. So dup(), fork() and threads
 * share it as they always did, and all that is remembered here is one flag
 * for each descriptor.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "preload.h"

#define MAX_FDS 65536

static struct real real_fns;
static const struct view_head *the_view;
static unsigned char fd_flags[MAX_FDS];

static void *resolve(const char *name)
{
	void *fn = dlsym(RTLD_NEXT, name);

	if (!fn) {
		static const char text[] = "zdm: libc lacks a function that zdm exec needs\n";
		ssize_t n = write(2, text, sizeof(text) - 1);

		(void)n;
		_exit(127);
	}
	return fn;
}

const struct real *real(void)
{
	struct real *r = &real_fns;

	if (__atomic_load_n(&r->fclose, __ATOMIC_ACQUIRE))
		return r;
	*(void **)&r->open = resolve("open64");
	*(void **)&r->openat = resolve("openat64");
	*(void **)&r->close = resolve("close");
	*(void **)&r->read = resolve("read");
	*(void **)&r->pread = resolve("pread64");
	*(void **)&r->lseek = resolve("lseek64");
	*(void **)&r->mmap = resolve("mmap64");
	*(void **)&r->dup = resolve("dup");
	*(void **)&r->dup2 = resolve("dup2");
	*(void **)&r->dup3 = resolve("dup3");
	*(void **)&r->fcntl = resolve("fcntl64");
	*(void **)&r->fopen = resolve("fopen64");
	*(void **)&r->fdopen = resolve("fdopen");
	*(void **)&r->fileno = resolve("fileno");
	__atomic_store_n((void **)&r->fclose, resolve("fclose"), __ATOMIC_RELEASE);
	return r;
}

const struct view_head *view(void)
{
	return the_view;
}

static void give_up(const char *why)
{
	fprintf(stderr, "zdm: no view of the dump (%s): the host reads it as it is\n", why);
}

__attribute__((constructor))
static void start(void)
{
	const char *env = getenv(VIEW_ENV), *why;
	struct stat st;
	void *blob;
	int fd;

	(void)real();
	if (!env)
		return;
	fd = atoi(env);
	if (fd <= 2 || fstat(fd, &st) || st.st_size <= 0) {
		give_up("its descriptor was closed");
		return;
	}
	blob = real()->mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	why = blob == MAP_FAILED ? strerror(errno) : view_check(blob, (size_t)st.st_size);
	if (why)
		give_up(why);
	else
		the_view = blob;
}

bool fd_is_view(int fd)
{
	return the_view && fd >= 0 && fd < MAX_FDS &&
		__atomic_load_n(&fd_flags[fd], __ATOMIC_RELAXED);
}

void fd_set_view(int fd, bool yes)
{
	if (fd >= 0 && fd < MAX_FDS)
		__atomic_store_n(&fd_flags[fd], yes, __ATOMIC_RELAXED);
}

int fd_opened(int fd, int flags)
{
	int saved = errno;
	struct stat st;
	bool yes;

	if (fd < 0 || !the_view)
		return fd;
	yes = !fstat(fd, &st) && st.st_dev == the_view->dev && st.st_ino == the_view->ino;
	errno = saved;
	if (yes && (fd >= MAX_FDS || (flags & O_ACCMODE) != O_RDONLY)) {
		/* A dump is not written to; and half a view would be worse than none. */
		real()->close(fd);
		errno = fd >= MAX_FDS ? EMFILE : EROFS;
		return -1;
	}
	fd_set_view(fd, yes);
	return fd;
}

/* A window of a file that can only be mapped. */
static ssize_t read_mapped(int fd, void *buf, size_t len, off_t off)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (size_t)off % page;
	void *p;

	if (len > (16u << 20))
		len = 16u << 20;
	p = real()->mmap(NULL, skip + len, PROT_READ, MAP_SHARED, fd, off - (off_t)skip);
	if (p == MAP_FAILED)
		return -1;
	memcpy(buf, (char *)p + skip, len);
	munmap(p, skip + len);
	return (ssize_t)len;
}

static ssize_t read_extra(const char *path, bool map_only, void *buf, size_t len, off_t off)
{
	int fd = real()->open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = map_only ? read_mapped(fd, buf, len, off) : real()->pread(fd, buf, len, off);
	real()->close(fd);
	if (!n) {		/* the file ends before its memory does */
		errno = EIO;
		return -1;
	}
	return n;
}

ssize_t view_pread_fd(int fd, void *buf, size_t len, off_t off)
{
	const struct view_io io = { .file_fn = real()->pread, .extra_fn = read_extra };

	if (off < 0) {
		errno = EINVAL;
		return -1;
	}
	return view_pread(the_view, &io, fd, buf, len, (uint64_t)off);
}

ssize_t view_read_fd(int fd, void *buf, size_t len)
{
	off_t pos = real()->lseek(fd, 0, SEEK_CUR);
	ssize_t n;

	if (pos < 0)
		return -1;
	n = view_pread_fd(fd, buf, len, pos);
	if (n > 0 && real()->lseek(fd, pos + n, SEEK_SET) < 0)
		return -1;
	return n;
}

off_t view_lseek_fd(int fd, off_t off, int whence)
{
	off_t total = (off_t)the_view->total_bytes;

	switch (whence) {
	case SEEK_END:
		return real()->lseek(fd, total + off, SEEK_SET);
	case SEEK_DATA:
	case SEEK_HOLE:		/* no hole but the one at the end */
		if (off < 0 || off >= total) {
			errno = ENXIO;
			return -1;
		}
		return real()->lseek(fd, whence == SEEK_DATA ? off : total, SEEK_SET);
	default:
		return real()->lseek(fd, off, whence);
	}
}

/* Put one part of the view over the pages at `to`. */
static bool map_part(unsigned char *to, size_t len, int prot, int flags, int fd,
		     const struct view_part *p)
{
	bool ok;
	int src;

	switch (p->kind) {
	case VIEW_HEADER:
		memcpy(to, view_header(the_view) + p->src_off, len);
		return true;
	case VIEW_FILE:
		return real()->mmap(to, len, prot, flags | MAP_FIXED, fd,
				    (off_t)p->src_off) != MAP_FAILED;
	case VIEW_EXTRA:
		src = real()->open(view_extra_path(the_view, p->extra), O_RDONLY | O_CLOEXEC);
		if (src < 0)
			return false;
		ok = real()->mmap(to, len, PROT_READ, MAP_FIXED | MAP_SHARED, src,
				  (off_t)p->src_off) != MAP_FAILED;
		real()->close(src);
		return ok;
	case VIEW_GAP:
	case VIEW_END:
		break;
	}
	return true;		/* zeros, as the pages are */
}

void *view_mmap_fd(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	int own = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) | MAP_PRIVATE | MAP_ANONYMOUS;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pos, n;
	struct view_part p;
	unsigned char *map;

	if (off < 0 || (size_t)off % page || !len) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	p = view_at(the_view, (uint64_t)off);
	if (p.kind == VIEW_FILE && p.bytes >= len)
		return real()->mmap(addr, len, prot, flags, fd, (off_t)p.src_off);
	map = real()->mmap(addr, len, PROT_READ | PROT_WRITE, own, -1, 0);
	if (map == MAP_FAILED)
		return map;
	for (pos = 0; pos < len; pos += n) {
		p = view_at(the_view, (uint64_t)off + pos);
		n = p.kind == VIEW_END || p.bytes > len - pos ? len - pos : (size_t)p.bytes;
		if (!map_part(map + pos, n, prot, flags, fd, &p)) {
			int saved = errno;

			munmap(map, len);
			errno = saved;
			return MAP_FAILED;
		}
		n = (n + page - 1) & ~(page - 1);
	}
	if (!(prot & PROT_WRITE))
		mprotect(map, len, prot);
	return map;
}

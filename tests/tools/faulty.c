// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * faulty.so, to be preloaded: every FAULTY_EVERY-th call that reads or writes a
 * regular file fails with EINTR (FAULTY=eintr), or moves half of what was asked
 * for (FAULTY=short). A call that the kernel may answer so at any time.
 */
/* fortified headers define inline what is defined here */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static unsigned long calls;

/* What becomes of a call: -1 with errno, or how much to ask for. */
static ssize_t fate(int fd, size_t len)
{
	const char *how = getenv("FAULTY"), *every = getenv("FAULTY_EVERY");
	unsigned long n = every ? strtoul(every, NULL, 10) : 3;
	struct stat st;

	if (!how || !n || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % n)
		return (ssize_t)len;
	if (!strcmp(how, "short"))
		return (ssize_t)(len > 1 ? len / 2 : len);
	errno = EINTR;
	return -1;
}

#define FAULTY(name, len, params, args)						\
	ssize_t name params;							\
	ssize_t name params							\
	{									\
		static ssize_t (*next) params;					\
		ssize_t part = fate(fd, len);					\
										\
		if (!next)							\
			*(void **)&next = dlsym(RTLD_NEXT, #name);		\
		if (part < 0)							\
			return -1;						\
		len = (size_t)part;						\
		return next args;						\
	}

FAULTY(read, len, (int fd, void *buf, size_t len), (fd, buf, len))
FAULTY(write, len, (int fd, const void *buf, size_t len), (fd, buf, len))
FAULTY(pread, len, (int fd, void *buf, size_t len, off_t off), (fd, buf, len, off))
FAULTY(pread64, len, (int fd, void *buf, size_t len, off64_t off), (fd, buf, len, off))
FAULTY(pwrite, len, (int fd, const void *buf, size_t len, off_t off), (fd, buf, len, off))
FAULTY(pwrite64, len, (int fd, const void *buf, size_t len, off64_t off), (fd, buf, len, off))
FAULTY(copy_file_range, len, (int in, off64_t *in_off, int fd, off64_t *out_off, size_t len,
			      unsigned int flags), (in, in_off, fd, out_off, len, flags))

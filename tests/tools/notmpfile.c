// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Preloaded by tests: a file system without O_TMPFILE. NOTMPFILE_SIGNAL=N
 * raises that signal when the file is written and has not got its name, which
 * is at its fsync(). NOTMPFILE_APPEARS=PATH makes a file of that name then.
 */
/* fortified headers define inline what is defined here */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

int my_open(const char *path, int flags, ...) __asm__("open");
int my_open(const char *path, int flags, ...)
{
	int (*real)(const char *path, int flags, ...);
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "open64");
	return real(path, flags, mode);
}
extern __typeof__(my_open) my_open64 __asm__("open64") __attribute__((alias("open")));

int my_fsync(int fd) __asm__("fsync");
int my_fsync(int fd)
{
	const char *sig = getenv("NOTMPFILE_SIGNAL"), *path = getenv("NOTMPFILE_APPEARS");

	(void)fd;
	if (sig)
		raise(atoi(sig));
	if (path)
		close(open(path, O_CREAT | O_WRONLY, 0600));
	return 0;
}

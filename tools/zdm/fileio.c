// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fileio.h"

ssize_t fileio_pread(int fd, void *buf, size_t len, uint64_t off)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n;

		if (off + done > INT64_MAX)
			break;
		/* pread() is our own: wholeread.c */
		n = pread64(fd, (char *)buf + done, len - done, (off64_t)(off + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int fileio_pwrite(int fd, const void *buf, size_t len, uint64_t off)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(fd, (const char *)buf + done, len - done, (off_t)(off + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (!n) {
			errno = ENOSPC;
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

static int temp_in(const char *dir)
{
	char name[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* not every file system has O_TMPFILE */
	if (snprintf(name, sizeof(name), "%s/zdm-XXXXXX", dir) >= (int)sizeof(name))
		return -1;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

int fileio_temp(char *err, size_t err_len)
{
	const char *env = getenv("TMPDIR");
	const char *const dirs[] = { "/var/tmp", "/tmp" };
	size_t i;
	int fd;

	if (env && *env) {
		fd = temp_in(env);
		if (fd < 0)
			snprintf(err, err_len, "cannot make a temporary file in TMPDIR=%s: %s",
				 env, strerror(errno));
		return fd;
	}
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		fd = temp_in(dirs[i]);
		if (fd >= 0)
			return fd;
	}
	snprintf(err, err_len, "cannot make a temporary file in /var/tmp or /tmp: %s; set TMPDIR",
		 strerror(errno));
	return -1;
}

/* The mode a plain open() would give. */
static mode_t plain_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

int outfile_open(struct outfile *o, const char *path, char *err, size_t err_len)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");

	struct stat sb;

	memset(o, 0, sizeof(*o));
	o->fd = -1;
	if (!stat(path, &sb) && !S_ISREG(sb.st_mode)) {
		snprintf(err, err_len, "cannot write %s: not a regular file", path);
		goto fail;
	}
	o->path = strdup(path);
	/* the temporary name begins with a dot and is our own, so no second zdm meets it */
	if (!dir || !o->path || asprintf(&o->temp, "%s/.zdm-%ld-XXXXXX", dir, (long)getpid()) < 0) {
		snprintf(err, err_len, "out of memory");
		o->temp = NULL;
		goto fail;
	}
	o->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, plain_mode());
	if (o->fd < 0) {
		o->fd = mkostemp(o->temp, O_CLOEXEC);
		if (o->fd < 0) {
			snprintf(err, err_len, "cannot write in %s: %s", dir, strerror(errno));
			free(o->temp);
			o->temp = NULL;
			goto fail;
		}
		fchmod(o->fd, plain_mode());
	} else {
		free(o->temp);
		o->temp = NULL;
	}
	free(dir);
	return 0;
fail:
	free(dir);
	free(o->path);
	o->path = NULL;
	return -1;
}

/* Give the unnamed file a name of its own beside the final one. */
static int name_it(struct outfile *o)
{
	char proc[64];

	if (asprintf(&o->temp, "%s.zdm-%ld", o->path, (long)getpid()) < 0) {
		o->temp = NULL;
		errno = ENOMEM;
		return -1;
	}
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
	if (!linkat(AT_FDCWD, proc, AT_FDCWD, o->temp, AT_SYMLINK_FOLLOW))
		return 0;
	free(o->temp);
	o->temp = NULL;
	return -1;
}

int outfile_commit(struct outfile *o, char *err, size_t err_len)
{
	/* a full disk may show as late as here */
	if (fsync(o->fd) || (!o->temp && name_it(o)) || rename(o->temp, o->path)) {
		snprintf(err, err_len, "cannot write %s: %s", o->path, strerror(errno));
		outfile_discard(o);
		return -1;
	}
	free(o->temp);
	o->temp = NULL;
	outfile_discard(o);
	return 0;
}

void outfile_discard(struct outfile *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->temp)
		unlink(o->temp);
	free(o->temp);
	free(o->path);
	memset(o, 0, sizeof(*o));
	o->fd = -1;
}

bool fileio_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fileio.h"

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

bool fileio_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

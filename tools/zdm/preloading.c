// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preloading.h"

#ifndef ZDM_LIBDIR
#define ZDM_LIBDIR "/usr/local/lib"
#endif
/* from the folder of the program to ZDM_LIBDIR, so that a prefix can be moved */
#ifndef ZDM_LIBDIR_FROM_BIN
#define ZDM_LIBDIR_FROM_BIN "../lib"
#endif

#define LIBRARY "zdm-preload.so"
#define FD_PATH "/proc/self/fd/"

/* Above what scripts redirect (shells take 3 to 9, bash itself 10 and 255). */
#define QUIET_FD 700

int preloading_inherit(int fd)
{
	int to = fcntl(fd, F_DUPFD, QUIET_FD);

	if (to < 0)
		to = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	close(fd);
	return to;
}

static bool find_library(char *path, size_t len)
{
	static const char *const places[] = { LIBRARY, ZDM_LIBDIR_FROM_BIN "/zdm/" LIBRARY };
	const char *env = getenv("ZDM_PRELOAD");
	char self[PATH_MAX];
	ssize_t n;
	size_t i;

	if (env && *env)
		return snprintf(path, len, "%s", env) < (int)len && access(path, R_OK) == 0;
	/* from where zdm itself is: built, and installed under any prefix */
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			if (snprintf(path, len, "%s/%s", self, places[i]) < (int)len &&
			    access(path, R_OK) == 0)
				return true;
		}
	}
	snprintf(path, len, "%s/zdm/" LIBRARY, ZDM_LIBDIR);
	return access(path, R_OK) == 0;
}

bool preloading_find(char *name, size_t len, char *err, size_t err_len)
{
	char path[PATH_MAX], full[PATH_MAX];
	int fd;

	if (!find_library(path, sizeof(path))) {
		snprintf(err, err_len, LIBRARY " not found (last looked for %s)", path);
		return false;
	}
	/* the host may change its directory before another program reads the dump */
	if (!realpath(path, full))
		snprintf(full, sizeof(full), "%s", path);
	if (!strpbrk(full, " \t\n:;$"))
		return snprintf(name, len, "%s", full) < (int)len;
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		fd = preloading_inherit(fd);
	if (fd < 0) {
		snprintf(err, err_len, "cannot open %s: %s", full, strerror(errno));
		return false;
	}
	return snprintf(name, len, FD_PATH "%d", fd) < (int)len;
}

void preloading_forget(const char *name)
{
	if (!strncmp(name, FD_PATH, strlen(FD_PATH)))
		close(atoi(name + strlen(FD_PATH)));
}

bool preloading_set(const char *name)
{
	const char *old = getenv("LD_PRELOAD");
	char *all;
	bool ok;

	if (!old || !*old)
		return !setenv("LD_PRELOAD", name, 1);
	if (asprintf(&all, "%s:%s", name, old) < 0)
		return false;
	ok = !setenv("LD_PRELOAD", all, 1);
	free(all);
	return ok;
}

/* What it prints, standard error too, up to len; false: it cannot be run. */
static bool run_linker(const struct host *h, const char *name, char *text, size_t len)
{
	size_t used = 0;
	int ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid) {
		if (!preloading_set(name) || dup2(ends[1], STDOUT_FILENO) < 0 ||
		    dup2(ends[1], STDERR_FILENO) < 0)
			_exit(127);
		execl(h->linker, h->linker, "--list", h->program, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while (pid > 0 && used + 1 < len &&
	       ((n = read(ends[0], text + used, len - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
		used += n > 0 ? (size_t)n : 0;
	text[used] = '\0';
	close(ends[0]);
	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return pid > 0;
}

bool preloading_try(const struct host *h, const char *name, char *err, size_t err_len)
{
	char *text = malloc(65536), *at, *why;
	size_t len = strlen(name);
	bool takes = false;

	if (!text || !run_linker(h, name, text, 65536)) {
		snprintf(err, err_len, "cannot ask %s: %s", h->linker, strerror(errno));
		free(text);
		return false;
	}
	/* a line of its own: blank, path, blank; an error quotes it */
	for (at = text; !takes && (at = strstr(at, name)); at += len)
		takes = at > text && at[-1] == '\t' && (at[len] == ' ' || at[len] == '\n');
	if (!takes) {
		why = strstr(text, "ERROR: ");
		snprintf(err, err_len, "%s does not load %s into it%s%.*s", h->linker, name,
			 why ? ": " : "", why ? (int)strcspn(why, "\n") : 0, why ? why : "");
	}
	free(text);
	return takes;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"

/* What ends a program from outside, if it is not ignored (nohup). */
static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ };
#define NR_ENDING (sizeof(ending) / sizeof(ending[0]))

/* The file that has a name and is not complete, for the handler. */
static char *volatile unfinished;

static void remove_and_end(int sig)
{
	if (unfinished)
		unlink(unfinished);
	/* the handler was for one time: now the signal does what it ever did */
	raise(sig);
}

static void watch(char *temp)
{
	struct sigaction sa = { .sa_handler = remove_and_end, .sa_flags = (int)SA_RESETHAND };
	struct sigaction was;
	size_t i;

	unfinished = temp;
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < NR_ENDING; i++)
		if (!sigaction(ending[i], NULL, &was) && was.sa_handler == SIG_DFL)
			sigaction(ending[i], &sa, NULL);
}

static void block_ending(sigset_t *was)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < NR_ENDING; i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, was);
}

int outfile_check(const char *path, bool force, char *err, size_t err_len)
{
	struct stat sb;

	if (!strcmp(path, "-")) {
		snprintf(err, err_len, "cannot write to standard output: name a file "
			 "(one of that name is ./-)");
		return -1;
	}
	/* a link that leads nowhere is something that exists, too */
	if (lstat(path, &sb))
		return 0;
	if (!stat(path, &sb) && !S_ISREG(sb.st_mode)) {
		snprintf(err, err_len, "cannot write %s: not a regular file", path);
		return -1;
	}
	if (!force) {
		snprintf(err, err_len, "%s exists: it is not overwritten without -f", path);
		return -1;
	}
	return 0;
}

/* The mode a plain open() would give. */
static mode_t plain_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/* A file in dir, without a name where the file system can do that. */
static int open_in(struct outfile *o, const char *dir)
{
	sigset_t was;

	o->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (o->fd >= 0)
		return 0;
	/* begins with a dot and is our own, so no second zdm meets it */
	if (asprintf(&o->temp, "%s/.zdm-%ld-XXXXXX", dir, (long)getpid()) < 0) {
		o->temp = NULL;
		errno = ENOMEM;
		return -1;
	}
	block_ending(&was);
	o->fd = mkostemp(o->temp, O_CLOEXEC);
	if (o->fd >= 0)
		watch(o->temp);
	sigprocmask(SIG_SETMASK, &was, NULL);
	if (o->fd >= 0)
		return 0;
	free(o->temp);
	o->temp = NULL;
	return -1;
}

int outfile_open(struct outfile *o, const char *path, const char *like, bool force, char *err,
		 size_t err_len)
{
	const char *slash = strrchr(path, '/');
	struct stat sb;
	char *dir;

	memset(o, 0, sizeof(*o));
	o->fd = -1;
	o->force = force;
	if (outfile_check(path, force, err, err_len))
		return -1;
	dir = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	o->path = strdup(path);
	if (!dir || !o->path)
		snprintf(err, err_len, "out of memory");
	else if (open_in(o, dir))
		snprintf(err, err_len, "cannot write in %s: %s", dir, strerror(errno));
	free(dir);
	if (o->fd < 0) {
		outfile_discard(o);
		return -1;
	}
	/* as private as what it is made from, or else for nobody else */
	if (like)
		fchmod(o->fd, !stat(like, &sb) ? sb.st_mode & 0666 : 0600);
	else
		fchmod(o->fd, plain_mode());
	return 0;
}

static bool link_unnamed(const struct outfile *o, const char *to)
{
	char proc[64];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", o->fd);
	return !linkat(AT_FDCWD, proc, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}

/* Its temporary name is gone. */
static bool named(struct outfile *o)
{
	unfinished = NULL;
	free(o->temp);
	o->temp = NULL;
	return true;
}

/* What came to stand there meanwhile is not replaced, either. */
static bool name_new(struct outfile *o)
{
	if (!o->temp)
		return link_unnamed(o, o->path);
	if (!renameat2(AT_FDCWD, o->temp, AT_FDCWD, o->path, RENAME_NOREPLACE))
		return named(o);
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	/* a file system that cannot do that: NFS can link, vfat cannot */
	if (!link(o->temp, o->path)) {
		unlink(o->temp);
		return named(o);
	}
	if (errno == EEXIST || !access(o->path, F_OK)) {
		errno = EEXIST;
		return false;
	}
	return !rename(o->temp, o->path) && named(o);
}

static bool name_over(struct outfile *o)
{
	/* no call replaces a file by one without a name */
	if (!o->temp) {
		if (asprintf(&o->temp, "%s.zdm-%ld", o->path, (long)getpid()) < 0) {
			o->temp = NULL;
			errno = ENOMEM;
			return false;
		}
		if (!link_unnamed(o, o->temp)) {
			free(o->temp);
			o->temp = NULL;
			return false;
		}
		watch(o->temp);
	}
	return !rename(o->temp, o->path) && named(o);
}

int outfile_commit(struct outfile *o, char *err, size_t err_len)
{
	sigset_t was;
	/* a full disk may show as late as here */
	bool ok = !fsync(o->fd);

	block_ending(&was);
	ok = ok && (o->force ? name_over(o) : name_new(o));
	if (!ok && errno == EEXIST)
		snprintf(err, err_len, "%s exists now: it is not overwritten without -f", o->path);
	else if (!ok)
		snprintf(err, err_len, "cannot write %s: %s", o->path, strerror(errno));
	outfile_discard(o);
	sigprocmask(SIG_SETMASK, &was, NULL);
	return ok ? 0 : -1;
}

void outfile_discard(struct outfile *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->temp)
		unlink(o->temp);
	unfinished = NULL;
	free(o->temp);
	free(o->path);
	memset(o, 0, sizeof(*o));
	o->fd = -1;
}

static bool emit_stream(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

enum zdm_status outfile_fill(const struct outfile *o, outfile_fn fn, void *priv, char *err,
			     size_t err_len)
{
	int fd = dup(o->fd);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	const struct zdm_sink sink = { .emit_fn = emit_stream, .priv = f };
	enum zdm_status st;
	bool failed;

	err[0] = '\0';
	if (!f) {
		if (fd >= 0)
			close(fd);
		snprintf(err, err_len, "cannot write %s: %s", o->path, strerror(errno));
		return ZDM_IO;
	}
	st = fn(priv, &sink);
	failed = ferror(f);
	failed |= fclose(f) != 0;
	if (!failed)
		return st;
	snprintf(err, err_len, "cannot write %s: the disk may be full", o->path);
	return ZDM_IO;
}

int outfile_write(const char *path, const char *like, bool force, outfile_fn fn, void *priv,
		  char *err, size_t err_len)
{
	struct outfile o;
	enum zdm_status st;

	if (outfile_open(&o, path, like, force, err, err_len))
		return -1;
	st = outfile_fill(&o, fn, priv, err, err_len);
	if (st == ZDM_OK)
		return outfile_commit(&o, err, err_len);
	if (!err[0])
		snprintf(err, err_len, "cannot write %s: %s", path, zdm_status_name(st));
	outfile_discard(&o);
	return -1;
}

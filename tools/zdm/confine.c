// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "confine.h"

/* How long a child that was killed may take to go; one that waits for a dead disk never goes. */
#define REAP_MS 2000
#define REAP_STEP_MS 10

/* What a program's own libraries map, beside what it works with. */
#define LIBRARY_BYTES (256ull << 20)

static void limit(int what, uint64_t bytes)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r))
		return;
	if (r.rlim_max != RLIM_INFINITY && bytes > r.rlim_max)
		bytes = r.rlim_max;
	if (r.rlim_cur == RLIM_INFINITY || bytes < r.rlim_cur)
		r.rlim_cur = bytes;
	setrlimit((__rlimit_resource_t)what, &r);
}

/* If memory runs short, it is this process that goes, not the one that makes the dump. */
static void first_to_go(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		errno = 0;	/* then as it was */
	close(fd);
}

static void run_child(const struct confine *c, bool (*fn)(void *priv), void *priv, int out)
{
	uint64_t mapped = c->memory_bytes + c->mapped_bytes + LIBRARY_BYTES;
	char answer;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_DFL);
	first_to_go();
	limit(RLIMIT_CORE, 0);
	if (c->memory_bytes) {
		limit(RLIMIT_DATA, c->memory_bytes);
		limit(RLIMIT_AS, mapped < c->mapped_bytes ? UINT64_MAX : mapped);
	}
	answer = fn(priv) ? 'y' : 'n';
	fflush(NULL);
	_exit(write(out, &answer, 1) != 1);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* 'y' or 'n', 0: it ended without an answer, -1: it is still at it. */
static int wait_answer(int fd, unsigned int seconds)
{
	int64_t end = now_ms() + (int64_t)seconds * 1000, left;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char answer;
	ssize_t n;
	int ready;

	do {
		left = seconds ? end - now_ms() : -1;
		if (seconds && left < 0)
			return -1;
		ready = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (!ready && seconds)
			return -1;
	} while (ready <= 0);
	do
		n = read(fd, &answer, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? answer : 0;
}

/* False: its status is not to be had, or not yet. */
static bool reap(pid_t pid, int *status)
{
	const struct timespec step = { .tv_nsec = REAP_STEP_MS * 1000000l };
	pid_t got;
	int ms;

	for (ms = 0; ms <= REAP_MS; ms += REAP_STEP_MS) {
		do
			got = waitpid(pid, status, WNOHANG);
		while (got < 0 && errno == EINTR);
		if (got)
			return got == pid;
		nanosleep(&step, NULL);
	}
	return false;
}

enum confine_end confine_run(const struct confine *limits, bool (*fn)(void *priv), void *priv,
			     char *err, size_t err_len)
{
	int ends[2], answer, status = 0;
	bool known;
	pid_t pid;

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC)) {
		snprintf(err, err_len, "the analysis cannot be started: %s", strerror(errno));
		return CONFINE_LOST;
	}
	pid = fork();
	if (!pid) {
		close(ends[0]);
		run_child(limits, fn, priv, ends[1]);
	}
	if (pid < 0)
		snprintf(err, err_len, "the analysis cannot be started: %s", strerror(errno));
	close(ends[1]);
	answer = pid < 0 ? 0 : wait_answer(ends[0], limits->seconds);
	close(ends[0]);
	if (pid < 0)
		return CONFINE_LOST;
	if (answer < 0)
		kill(pid, SIGKILL);
	known = reap(pid, &status);
	if (answer > 0)
		return answer == 'y' ? CONFINE_YES : CONFINE_NO;
	if (answer < 0)
		snprintf(err, err_len, "the analysis took longer than %u s", limits->seconds);
	else if (known && WIFSIGNALED(status))
		snprintf(err, err_len, "the analysis was killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(err, err_len, "the analysis ended without a result");
	return CONFINE_LOST;
}

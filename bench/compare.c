// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Time whole commands in turn, A B C A B C …, so that all see the same machine:
 *   compare RUNS NAME COMMAND… [-- NAME COMMAND…]…
 * Prints the median wall time, the largest peak memory, and the median of each
 * command's ratio to the first, run by run. Output of the commands is dropped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 8
#define MAX_RUNS 101

struct command {
	const char *name;
	char **argv;
	double wall[MAX_RUNS];
	long max_rss_kib;
	int failed;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void child(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static void run(struct command *c, int i)
{
	struct rusage ru;
	double start = now();
	int status;
	pid_t pid = fork();

	if (pid == 0)
		child(c->argv);
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid) {
		perror("compare");
		exit(2);
	}
	c->wall[i] = now() - start;
	if (ru.ru_maxrss > c->max_rss_kib)
		c->max_rss_kib = ru.ru_maxrss;
	c->failed += !WIFEXITED(status) || WEXITSTATUS(status) > 1;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double median(const double *v, int n)
{
	double s[MAX_RUNS];

	memcpy(s, v, (size_t)n * sizeof(*s));
	qsort(s, (size_t)n, sizeof(*s), by_value);
	return n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
}

int main(int argc, char **argv)
{
	static struct command cmds[MAX_COMMANDS];
	double ratio[MAX_RUNS];
	int n = 0, runs = argc > 3 ? atoi(argv[1]) : 0, i, j;

	if (runs < 1 || runs > MAX_RUNS) {
		fprintf(stderr, "usage: compare RUNS NAME COMMAND… [-- NAME COMMAND…]…\n");
		return 2;
	}
	for (i = 2; i + 1 < argc && n < MAX_COMMANDS; i++) {
		cmds[n].name = argv[i];
		cmds[n++].argv = argv + i + 1;
		while (i < argc && strcmp(argv[i], "--"))
			i++;
		if (i < argc)
			argv[i] = NULL;
	}
	for (i = -1; i < runs; i++) {		/* one round to warm up */
		for (j = 0; j < n; j++)
			run(&cmds[j], i < 0 ? 0 : i);
	}
	printf("%-24s %12s %12s %10s\n", "command", "median s", "peak MiB", "ratio");
	for (j = 0; j < n; j++) {
		for (i = 0; i < runs; i++)
			ratio[i] = cmds[j].wall[i] / cmds[0].wall[i];
		printf("%-24s %12.4f %12.1f %10.2f%s\n", cmds[j].name, median(cmds[j].wall, runs),
		       (double)cmds[j].max_rss_kib / 1024, median(ratio, runs),
		       cmds[j].failed ? "  (failed)" : "");
	}
	return 0;
}

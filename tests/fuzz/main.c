// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz [-l LAYOUT] [-s SEED] [-n COUNT] [-t SECONDS] VMCORE: for each seed, do
 * some damage to the vmcore in memory and analyse it. A line for every failure:
 *   not ok NAME: seed N: WHY (DAMAGE)
 * and at the end "ok NAME" if there was none. The same seed does the same
 * damage again: fuzz -s N -n 1 VMCORE. To be built with ASan and UBSan.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_CPU_SECONDS 10	/* for one seed, sanitizers included */
#define MAX_LIVE_BYTES ((size_t)96 << 20)
#define MAX_FAILURES 5		/* then the subject is given up */

/* What the parent must know of a child that fell. */
struct shared {
	uint64_t seed;
	char what[240];
	double slowest;
	uint64_t slowest_seed;
	size_t most_bytes;
	uint64_t runs, models, failures;
};

static struct shared *shared;

/* sanitizer/allocator_interface.h; gcc does not ship that header. */
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
					      void (*free_hook)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *p);

static size_t live_bytes;

static void on_malloc(const volatile void *p, size_t size)
{
	(void)p;
	live_bytes += size;
	if (live_bytes > shared->most_bytes)
		shared->most_bytes = live_bytes;
}

static void on_free(const volatile void *p)
{
	if (p)
		live_bytes -= __sanitizer_get_allocated_size(p);
}

static void on_time(int sig)
{
	static const char text[] = "fuzz: out of time\n";

	(void)sig;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(4);
	abort();	/* the sanitizer shows where */
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void limit_cpu(unsigned int seconds)
{
	struct itimerval t = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_PROF, &t, NULL);
}

static const char *analyse(struct subject *s, const struct damage *d, struct rng *rng)
{
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	struct zdm_session *ses = NULL;
	struct zdm_model *m = NULL;
	char err[400] = "";
	const char *bad = NULL;
	enum zdm_status st = ZDM_OK;

	if (s->layout)
		st = zdm_source_layout_open_mem(s->layout, s->layout_len, "fuzz", &layout, err,
						sizeof(err));
	opts.nr_sources = layout != NULL;
	if (st == ZDM_OK)
		st = zdm_open(&subject_ops, s, &opts, &ses, err, sizeof(err));
	if (st == ZDM_OK)
		st = zdm_model_build(ses, &m, err, sizeof(err));
	if (st != ZDM_OK && (!err[0] || strchr(err, '\n')))
		bad = wrong("refused without one line that says why: %s", zdm_status_name(st));
	else if (st == ZDM_NOMEM)
		bad = "memory is said to be out";
	if (st == ZDM_OK) {
		shared->models++;
		bad = check_model(s, ses, m, d, rng);
		if (!bad)
			bad = check_reports(ses, m, rng);
	}
	zdm_model_free(m);
	zdm_close(ses);
	zdm_source_close(layout);
	return bad;
}

/* The same seed does something else to another vmcore. */
static uint64_t name_hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325ull;	/* FNV-1a */

	while (*name)
		h = (h ^ (uint8_t)*name++) * 0x100000001b3ull;
	return h;
}

static void run_seed(struct subject *s, uint64_t seed)
{
	struct rng rng = { name_hash(s->name) ^ seed << 1 };
	struct damage d;
	double start = cpu_seconds(), took;
	size_t live = live_bytes, most = shared->most_bytes;
	const char *bad;

	shared->most_bytes = live;
	mutate(s, &rng, &d);
	snprintf(shared->what, sizeof(shared->what), "%s", d.what);
	limit_cpu(MAX_CPU_SECONDS);
	bad = analyse(s, &d, &rng);
	limit_cpu(0);
	took = cpu_seconds() - start;
	subject_undo(s);
	if (!bad && shared->most_bytes - live > MAX_LIVE_BYTES)
		bad = wrong("takes %zu bytes of memory", shared->most_bytes - live);
	if (shared->most_bytes < most)
		shared->most_bytes = most;
	if (took > shared->slowest) {
		shared->slowest = took;
		shared->slowest_seed = seed;
	}
	shared->runs++;
	if (bad) {
		shared->failures++;
		printf("not ok fuzz/%s: seed %" PRIu64 ": %s (%s)\n", s->name, seed, bad, d.what);
		fflush(stdout);
	}
}

static void child(struct subject *s, uint64_t first, uint64_t count, time_t until)
{
	signal(SIGPROF, on_time);
	__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	for (shared->seed = first; shared->seed < first + count; shared->seed++) {
		if (shared->failures >= MAX_FAILURES || (until && time(NULL) >= until))
			break;
		run_seed(s, shared->seed);
	}
	subject_free(s);
	exit(0);	/* now leaks show */
}

/* A child that falls is followed by another, which goes on behind that seed. */
static void parent(struct subject *s, uint64_t first, uint64_t count, time_t until)
{
	uint64_t end = first + count;
	int status;
	pid_t pid;

	for (shared->seed = first; first < end && shared->failures < MAX_FAILURES;) {
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			die("cannot fork");
		if (!pid)
			child(s, first, end - first, until);
		if (waitpid(pid, &status, 0) != pid)
			die("cannot wait");
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			break;
		shared->failures++;
		printf("not ok fuzz/%s: seed %" PRIu64 ": ended with %s %d (%s)\n", s->name,
		       shared->seed, WIFSIGNALED(status) ? "signal" : "exit code",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), shared->what);
		first = shared->seed + 1;
	}
}

int main(int argc, char **argv)
{
	const char *layout = NULL;
	uint64_t first = 1, count = 100;
	static struct subject s;
	time_t until = 0;
	int opt;

	while ((opt = getopt(argc, argv, "l:s:n:t:")) != -1) {
		switch (opt) {
		case 'l': layout = optarg; break;
		case 's': first = strtoull(optarg, NULL, 0); break;
		case 'n': count = strtoull(optarg, NULL, 0); break;
		case 't': until = time(NULL) + atoi(optarg); break;
		default: optind = argc;
		}
	}
	if (optind + 1 != argc)
		die("Usage: fuzz [-l LAYOUT] [-s SEED] [-n COUNT] [-t SECONDS] VMCORE");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("no shared memory");
	subject_load(&s, argv[optind], layout);
	parent(&s, first, count, until);
	if (!shared->failures)
		printf("ok fuzz/%s\n", s.name);
	fprintf(stderr, "fuzz/%s: %" PRIu64 " seeds, %" PRIu64 " models, slowest %.3f s (seed %" PRIu64
		"), %zu KiB\n", s.name, shared->runs, shared->models, shared->slowest,
		shared->slowest_seed, shared->most_bytes >> 10);
	subject_free(&s);
	return shared->failures != 0;
}

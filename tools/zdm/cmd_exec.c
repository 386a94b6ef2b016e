// SPDX-License-Identifier: LGPL-2.1-or-later
/* zdm exec: run a program that sees the dump as zdm carve would write it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../preload/view.h"
#include "carving.h"
#include "confine.h"
#include "fileio.h"
#include "host.h"
#include "preloading.h"
#include "viewblob.h"

enum { OPT_VMCORE, OPT_DUMP_LEVEL, OPT_DROP_DEVICE_MEMMAP, OPT_ADD_ALTMAP, OPT_ALTMAP_FROM,
       OPT_MEMORY_LIMIT, OPT_TIME_LIMIT };

/* More than any dump has needed, and less than a machine that hangs or dies of it. */
#define MEMORY_MIB 512
#define SECONDS 60

static const struct zdm_option options[] = {
	[OPT_VMCORE] = { "vmcore", "FILE", "the dump, if not the first one HOST names" },
	[OPT_DUMP_LEVEL] = { "dump-level", "N", "if not the one in makedumpfile's -d" },
	[OPT_DROP_DEVICE_MEMMAP] = { "drop-device-memmap", NULL,
				     "drop struct pages of devices not in the dump" },
	[OPT_ADD_ALTMAP] = { "add-altmap", NULL,
			     "add struct pages kept on devices, from /dev/mem" },
	[OPT_ALTMAP_FROM] = { "altmap-from", "FILE@PADDR",
			      "add them from FILE, which begins at PADDR" },
	[OPT_MEMORY_LIMIT] = { "memory-limit", "MIB", "for the analysis; 512, 0 is none" },
	[OPT_TIME_LIMIT] = { "time-limit", "SECONDS", "for the analysis; 60, 0 is none" },
	{ NULL, NULL, NULL },
};

static void report(const struct zdm_cli *cli, const struct carving *c)
{
	uint64_t pages = c->plan->memmap.pages;
	struct rusage usage;
	int i;

	for (i = 0; i < ZDM_NR_CLASSES; i++)
		pages += c->plan->dropped[i].pages;
	getrusage(RUSAGE_SELF, &usage);
	cli_warn(cli, "%" PRIu64 " pages left out, %" PRIu64 " added, %zu segments from %zu; "
		 "used %ld KiB", pages, c->plan->added.pages, c->plan->nr_segs,
		 c->input->nr_segs, usage.ru_maxrss);
}

/* What a view cannot mend: a host that does not know the kernel drops what it misreads. */
static void warn_of_host(const struct zdm_cli *cli, const char *host, const char *release)
{
	char version[32];

	if (host_kernel_is_newer(host, release, version, sizeof(version)))
		cli_warn(cli, "makedumpfile %s does not know Linux %s and may leave out pages that "
			 "it takes for others; a later one, or -d 0, keeps them", version, release);
}

/* What the analysis works with, and where it leaves its result. */
struct analysis {
	struct zdm_cli *cli;
	const struct carving_opts *opts;
	const struct host *host;
	const char *library;	/* as LD_PRELOAD names it */
	int fd;			/* of the view */
};

static bool analyse(void *priv)
{
	const struct analysis *a = priv;
	char err[ZDM_ERR_LEN] = "";
	struct carving c;
	bool ok = false;

	if (!preloading_try(a->host, a->library, err, sizeof(err))) {
		cli_error("%s", err);
		return false;
	}
	if (carving_open(&c, a->cli, a->opts) <= ZDM_EXIT_DAMAGED) {
		warn_of_host(a->cli, a->host->program, c.o.kernel.release);
		zdm_carve_place_shifted(c.plan);
		ok = viewblob_write(&c, a->fd, err, sizeof(err));
		if (ok)
			report(a->cli, &c);
		else
			cli_error("%s: %s", a->opts->path, err);
	}
	carving_close(&c);
	return ok;
}

/* An empty file that the child writes and the host inherits; -1 with err. */
static int view_file(char *err, size_t err_len)
{
	int fd = memfd_create("zdm-view", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		fd = fileio_temp(err, err_len);
	if (fd < 0)
		return -1;
	fd = preloading_inherit(fd);
	if (fd < 0)
		snprintf(err, err_len, "cannot make the view: %s", strerror(errno));
	return fd;
}

static uint64_t file_bytes(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* Analyse, and set up what the preloaded library needs; false with err. */
static bool prepare_view(struct analysis *a, struct confine *limits, char *err, size_t err_len)
{
	enum confine_end end;
	char number[16];

	limits->mapped_bytes = file_bytes(a->cli->vmlinux) + file_bytes(a->opts->path);
	snprintf(err, err_len, "it cannot be carved");	/* why has been said by then */
	end = confine_run(limits, analyse, a, err, err_len);
	if (end != CONFINE_YES)
		return false;
	snprintf(number, sizeof(number), "%d", a->fd);
	snprintf(err, err_len, "out of memory");
	if (setenv(VIEW_ENV, number, 1) || !preloading_set(a->library))
		return false;
	/* what maps it shall not find it shorter; a temporary file has no seals */
	fcntl(a->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	return true;
}

/* False with err, and nothing left behind: run the host as ever. */
static bool prepare(struct analysis *a, struct confine *limits, char *err, size_t err_len)
{
	char library[4096];
	bool ok;

	if (!preloading_find(library, sizeof(library), err, err_len))
		return false;
	a->library = library;
	a->fd = view_file(err, err_len);
	ok = a->fd >= 0 && prepare_view(a, limits, err, err_len);
	if (!ok) {
		unsetenv(VIEW_ENV);
		preloading_forget(library);
		if (a->fd >= 0)
			close(a->fd);
	}
	return ok;
}

/* A number of at most `max`; false after a usage error. */
static bool parse_limit(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t n;

	if (!text)
		return true;
	if (!cli_parse_u64(text, &n) || n > max)
		return false;
	*ret = n;
	return true;
}

static int parse_limits(struct zdm_cli *cli, struct confine *limits)
{
	uint64_t mib = MEMORY_MIB, seconds = SECONDS;

	if (!parse_limit(cli->opt[OPT_MEMORY_LIMIT], 1 << 24, &mib))
		return cli_value_error("--memory-limit is a number of MiB");
	if (!parse_limit(cli->opt[OPT_TIME_LIMIT], 1 << 24, &seconds))
		return cli_value_error("--time-limit is a number of seconds");
	limits->memory_bytes = mib << 20;
	limits->seconds = (unsigned int)seconds;
	return -1;
}

/* -1: go on, else the exit code. */
static int parse(struct zdm_cli *cli, char **host, struct carving_opts *opts)
{
	uint64_t level;

	opts->elf_only = true;
	opts->path = cli->opt[OPT_VMCORE] ? cli->opt[OPT_VMCORE] : host_find_dump(host);
	opts->policy.dump_level = host_dump_level(host);
	if (cli->opt[OPT_DUMP_LEVEL]) {
		if (!cli_parse_u64(cli->opt[OPT_DUMP_LEVEL], &level) || level > 31)
			return cli_value_error("--dump-level is a number from 0 to 31");
		opts->policy.dump_level = (int)level;
	}
	opts->policy.drop_device_memmap = cli->opt[OPT_DROP_DEVICE_MEMMAP] != NULL;
	opts->altmap_from = cli->opt[OPT_ALTMAP_FROM];
	opts->add_altmap = cli->opt[OPT_ADD_ALTMAP] || opts->altmap_from;
	return -1;
}

static int run(struct zdm_cli *cli, int nr, char **operand)
{
	struct carving_opts opts = { 0 };
	struct confine limits = { 0 };
	char err[ZDM_ERR_LEN] = "";
	struct host host;
	struct analysis a = { .cli = cli, .opts = &opts, .host = &host };
	int ret = parse(cli, operand, &opts);

	(void)nr;
	if (ret < 0)
		ret = parse_limits(cli, &limits);
	if (ret >= 0)
		return ret;
	if (!host_check(operand[0], &host, err, sizeof(err))) {
		cli_error("%s: %s", operand[0], err);
		return ZDM_EXIT_USAGE;
	}
	/* From here on the host runs, come what may: a dump tool must dump. */
	if (!opts.path)
		cli_error("no ELF dump among the arguments of %s (name it with --vmcore); it runs "
			  "without a view", operand[0]);
	else if (!prepare(&a, &limits, err, sizeof(err)))
		cli_error("%s: %s; %s sees it as it is", opts.path, err, operand[0]);
	signal(SIGPIPE, cli->sigpipe);
	execvp(operand[0], operand);
	cli_error("cannot run %s: %s", operand[0], strerror(errno));
	return ZDM_EXIT_OPEN;
}

extern const struct zdm_command cmd_exec;
const struct zdm_command cmd_exec = {
	.name = "exec",
	.operands = "[--] HOST [ARGUMENT]...",
	.min_operands = 1,
	.max_operands = -1,
	.runs_program = true,
	.purpose = "run makedumpfile, crash or another host on the carved view, no copy",
	.opts = options,
	.help = "HOST reads the dump through a small preloaded library, which puts new headers in\n"
		"front of it. If the dump cannot be understood, or the analysis ends in any other\n"
		"way, HOST runs as without zdm. Options behind HOST are HOST's.\n",
	.run = run,
};

// SPDX-License-Identifier: LGPL-2.1-or-later
/* zdm exec: run a program that sees the dump as zdm carve would write it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../preload/view.h"
#include "carving.h"
#include "fileio.h"
#include "host.h"

enum { OPT_VMCORE, OPT_DUMP_LEVEL, OPT_DROP_DEVICE_MEMMAP, OPT_ADD_ALTMAP, OPT_ALTMAP_FROM };

static const struct zdm_option options[] = {
	[OPT_VMCORE] = { "vmcore", "FILE", "the dump, if not the first one HOST names" },
	[OPT_DUMP_LEVEL] = { "dump-level", "N", "if not the one in makedumpfile's -d" },
	[OPT_DROP_DEVICE_MEMMAP] = { "drop-device-memmap", NULL,
				     "drop struct pages of devices not in the dump" },
	[OPT_ADD_ALTMAP] = { "add-altmap", NULL,
			     "add struct pages kept on devices, from /dev/mem" },
	[OPT_ALTMAP_FROM] = { "altmap-from", "FILE@PADDR",
			      "add them from FILE, which begins at PADDR" },
	{ NULL, NULL, NULL },
};

/* Extras of the view: the added segments, with the path each is read from. */
static void fill_extras(const struct carving *c, struct view_head *v, char *paths)
{
	struct view_extra *e = (struct view_extra *)(v + 1);
	const struct zdm_carve_seg *seg;
	const struct altmap_source *src;
	size_t i, len;

	for (i = 0; i < c->plan->nr_segs; i++) {
		seg = &c->plan->segs[i];
		if (seg->from != ZDM_CARVE_ALTMAP)
			continue;
		src = altmap_source(&c->altmap, seg->paddr, seg->file_bytes, &e->src_off);
		len = strlen(src->path) + 1;
		memcpy(paths, src->path, len);
		e->path_off = (uint64_t)(paths - (char *)v);
		e->view_off = seg->dst_off;
		e->bytes = seg->file_bytes;
		e->map_only = src->map_only;
		paths += len;
		e++;
		v->nr_extras++;
	}
}

/* The blob in a memory file that the host inherits; -1 with err. */
static int make_view(const struct carving *c, char *err, size_t err_len)
{
	size_t extras = 0, paths = 0, bytes, i;
	const struct altmap_source *src;
	struct view_head *v;
	struct stat st;
	uint64_t off;
	int fd;

	for (i = 0; i < c->plan->nr_segs; i++) {
		if (c->plan->segs[i].from != ZDM_CARVE_ALTMAP)
			continue;
		src = altmap_source(&c->altmap, c->plan->segs[i].paddr,
				    c->plan->segs[i].file_bytes, &off);
		extras++;
		paths += strlen(src->path) + 1;
	}
	bytes = sizeof(*v) + extras * sizeof(struct view_extra) + paths + 8;
	bytes += c->plan->header_bytes;
	fd = memfd_create("zdm-view", 0);
	if (fd < 0 || ftruncate(fd, (off_t)bytes) || fstat(c->fd, &st)) {
		snprintf(err, err_len, "cannot make the view: %s", strerror(errno));
		return -1;
	}
	v = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (v == MAP_FAILED) {
		snprintf(err, err_len, "cannot make the view: %s", strerror(errno));
		return -1;
	}
	memcpy(v->magic, VIEW_MAGIC, sizeof(v->magic));
	v->blob_bytes = bytes;
	v->dev = st.st_dev;
	v->ino = st.st_ino;
	v->header_off = (bytes - c->plan->header_bytes) & ~(uint64_t)7;
	v->header_bytes = c->plan->header_bytes;
	v->file_bytes = c->input->file_bytes;
	v->total_bytes = c->plan->total_bytes;
	zdm_carve_header(c->plan, (char *)v + v->header_off);
	fill_extras(c, v, (char *)(v + 1) + extras * sizeof(struct view_extra));
	munmap(v, bytes);
	return fd;
}

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

/* Set up what the preloaded library needs; false with err: run the host as ever. */
static bool prepare(struct zdm_cli *cli, const struct carving_opts *opts,
		    const char *library, char *err, size_t err_len)
{
	const char *old = getenv("LD_PRELOAD");
	char number[16], *preload = NULL;
	struct carving c;
	int fd = -1;

	snprintf(err, err_len, "it cannot be carved");	/* why has been said by then */
	if (carving_open(&c, cli, opts) <= ZDM_EXIT_DAMAGED) {
		zdm_carve_place_shifted(c.plan);
		fd = make_view(&c, err, err_len);
		if (fd >= 0)
			report(cli, &c);
	}
	carving_close(&c);
	if (fd < 0)
		return false;
	snprintf(number, sizeof(number), "%d", fd);
	if (asprintf(&preload, "%s%s%s", library, old && *old ? ":" : "", old ? old : "") < 0 ||
	    setenv(VIEW_ENV, number, 1) || setenv("LD_PRELOAD", preload, 1)) {
		snprintf(err, err_len, "out of memory");
		close(fd);
		return false;
	}
	free(preload);
	return true;
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
			return cli_usage_error(cli, "--dump-level is a number from 0 to 31");
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
	char err[ZDM_ERR_LEN] = "", library[4096];
	int ret = parse(cli, operand, &opts);

	(void)nr;
	if (ret >= 0)
		return ret;
	if (!host_check(operand[0], err, sizeof(err))) {
		cli_error("%s: %s", operand[0], err);
		return ZDM_EXIT_USAGE;
	}
	/* From here on the host runs, come what may: a dump tool must dump. */
	if (!opts.path)
		cli_error("no ELF dump among the arguments of %s (name it with --vmcore); it runs "
			  "without a view", operand[0]);
	else if (!host_find_library(library, sizeof(library)))
		cli_error("zdm-preload.so not found; %s sees the dump as it is", operand[0]);
	else if (!prepare(cli, &opts, library, err, sizeof(err)))
		cli_error("%s: %s; %s sees it as it is", opts.path, err, operand[0]);
	execvp(operand[0], operand);
	cli_error("cannot run %s: %s", operand[0], strerror(errno));
	return ZDM_EXIT_OPEN;
}

extern const struct zdm_command cmd_exec;
const struct zdm_command cmd_exec = {
	.name = "exec",
	.operands = "-- HOST [ARGUMENT]...",
	.min_operands = 1,
	.max_operands = -1,
	.purpose = "run makedumpfile, crash or another host on the carved view, no copy",
	.opts = options,
	.help = "HOST reads the dump through a small preloaded library, which puts new headers in\n"
		"front of it. If the dump cannot be understood, HOST runs as without zdm.\n",
	.run = run,
};

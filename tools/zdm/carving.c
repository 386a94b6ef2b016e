// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "carving.h"
#include "dumpnotes.h"
#include "reader_kdumpfile.h"

static int exit_of(enum zdm_status status)
{
	return status == ZDM_ABSENT || status == ZDM_UNREADABLE ? ZDM_EXIT_MISSING :
		ZDM_EXIT_OPEN;
}

static int open_sources(struct carving *c, const struct zdm_cli *cli, char *err, size_t err_len)
{
	enum zdm_status status = ZDM_OK;

	if (cli->layout) {
		status = zdm_source_layout_open(cli->layout, &c->sources[c->nr_sources], err,
						err_len);
		c->nr_sources += status == ZDM_OK;
	}
	if (status == ZDM_OK && cli->vmlinux) {
		status = zdm_source_vmlinux_open(cli->vmlinux, &c->sources[c->nr_sources], err,
						 err_len);
		c->nr_sources += status == ZDM_OK;
	}
	return status == ZDM_OK ? ZDM_EXIT_DONE : ZDM_EXIT_OPEN;
}

static int open_model(struct carving *c, const struct zdm_cli *cli,
		      const struct carving_opts *opts, char *err, size_t err_len)
{
	struct zdm_open_opts open_opts = { .size = sizeof(open_opts), .sources = c->sources };
	enum zdm_status status;
	int ret;

	status = zdm_dump_open(opts->path, &c->progress, &c->dump, err, err_len);
	if (status != ZDM_OK)
		return ZDM_EXIT_OPEN;
	if (zdm_dump_live(c->dump)) {
		snprintf(err, err_len, "the running kernel's memory cannot be carved: it is no dump");
		return ZDM_EXIT_OPEN;
	}
	ret = open_sources(c, cli, err, err_len);
	if (ret)
		return ret;
	open_opts.nr_sources = c->nr_sources;
	status = zdm_open(zdm_dump_ops(c->dump), c->dump, &open_opts, &c->session, err, err_len);
	if (status == ZDM_OK)
		status = zdm_model_build(c->session, &c->model, err, err_len);
	if (status != ZDM_OK)
		return exit_of(status);
	status = zdm_policy_ranges(c->session, c->model, &opts->policy, ZDM_CHUNK_PAGES, &c->keep,
				   &c->nr_keep);
	if (status != ZDM_OK)
		snprintf(err, err_len, "out of memory");
	return status == ZDM_OK ? ZDM_EXIT_DONE : ZDM_EXIT_OPEN;
}

/* The frames of a dump that is no ELF file, up to where the model reaches. */
static enum zdm_status input_pages(struct carving *c, char *err, size_t err_len)
{
	uint64_t end_pfn = c->nr_keep ? c->keep[c->nr_keep - 1].end_pfn : 0;
	enum zdm_status status;
	size_t len = 0;
	void *notes = dumpnotes_collect(c->dump, &len);

	if (!notes)
		cli_error("the dump has no notes that can be taken over");
	status = zdm_carve_input_pages(c->session, zdm_dump_ops(c->dump), c->dump, end_pfn, notes,
				       len, &c->input, err, err_len);
	free(notes);
	return status;
}

static int open_input(struct carving *c, const struct carving_opts *opts, char *err,
		      size_t err_len)
{
	enum zdm_status status;

	c->fd = open(opts->path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0) {
		snprintf(err, err_len, "%s", strerror(errno));
		return ZDM_EXIT_OPEN;
	}
	status = zdm_carve_input_elf(c->fd, &c->input, err, err_len);
	if (status == ZDM_ABSENT && !opts->elf_only) {
		close(c->fd);
		c->fd = -1;
		status = input_pages(c, err, err_len);
	}
	return status == ZDM_OK ? ZDM_EXIT_DONE : ZDM_EXIT_OPEN;
}

int carving_open(struct carving *c, const struct zdm_cli *cli, const struct carving_opts *opts,
		 char *err, size_t err_len)
{
	enum zdm_status status;
	int ret;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	progress_init(&c->progress, cli->quiet);
	progress_begin(&c->progress, "reading the dump", 0);
	ret = open_model(c, cli, opts, err, err_len);
	progress_end(&c->progress);
	if (ret)
		return ret;
	ret = open_input(c, opts, err, err_len);
	if (ret)
		return ret;
	if (opts->add_altmap) {
		if (!altmap_open(&c->altmap, opts->altmap_from, err, err_len))
			cli_warn(cli, "%s; the dump goes without the altmaps", err);
		else
			altmap_find(&c->altmap, cli, c->model, zdm_dump_ops(c->dump), c->dump);
	}
	status = zdm_carve_plan_create(c->input, zdm_model_kernel(c->model), c->keep, c->nr_keep,
				       c->altmap.runs, c->altmap.nr_runs, &c->plan);
	if (status != ZDM_OK) {
		snprintf(err, err_len, "out of memory");
		return ZDM_EXIT_OPEN;
	}
	return zdm_model_damaged(c->model) || c->input->lost_bytes ? ZDM_EXIT_DAMAGED :
		ZDM_EXIT_DONE;
}

void carving_close(struct carving *c)
{
	size_t i;

	zdm_carve_plan_free(c->plan);
	zdm_carve_input_free(c->input);
	altmap_close(&c->altmap);
	free(c->keep);
	zdm_model_free(c->model);
	zdm_close(c->session);
	for (i = 0; i < c->nr_sources; i++)
		zdm_source_close(c->sources[i]);
	zdm_dump_close(c->dump);
	if (c->fd >= 0)
		close(c->fd);
}

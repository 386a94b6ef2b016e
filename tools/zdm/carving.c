// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "carving.h"

/* The frames of a dump that is no ELF file, up to where the model reaches. */
static enum zdm_status input_pages(struct carving *c, char *err, size_t err_len)
{
	uint64_t end_pfn = c->nr_keep ? c->keep[c->nr_keep - 1].end_pfn : 0;
	enum zdm_status status;
	size_t len = 0;
	void *notes = zdm_dump_notes(c->o.dump, &len);

	status = zdm_carve_input_pages(c->o.s, zdm_dump_ops(c->o.dump), c->o.dump, end_pfn, notes,
				       len, &c->input, err, err_len);
	free(notes);
	return status;
}

static int open_input(struct carving *c, const struct carving_opts *opts, char *err,
		      size_t err_len)
{
	enum zdm_status status;

	if (zdm_dump_live(c->o.dump))
		return input_pages(c, err, err_len) == ZDM_OK ? ZDM_EXIT_DONE : ZDM_EXIT_OPEN;
	c->fd = open(c->o.path, O_RDONLY | O_CLOEXEC);
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

static int make_plan(struct carving *c, const struct zdm_cli *cli,
		     const struct carving_opts *opts, char *err, size_t err_len)
{
	enum zdm_status status;
	int code;

	status = zdm_policy_ranges(c->o.s, c->o.m, &opts->policy, ZDM_CHUNK_PAGES, &c->keep,
				   &c->nr_keep);
	if (status == ZDM_OK) {
		code = open_input(c, opts, err, err_len);
		if (code != ZDM_EXIT_DONE)
			return code;
		if (opts->add_altmap) {
			if (!altmap_open(&c->altmap, opts->altmap_from, err, err_len))
				cli_warn(cli, "%s; the dump goes without the altmaps", err);
			else
				altmap_find(&c->altmap, cli, c->o.s, c->o.m,
					    zdm_dump_ops(c->o.dump), c->o.dump);
		}
		status = zdm_carve_plan_create(c->input, zdm_model_kernel(c->o.m), c->keep,
					       c->nr_keep, c->altmap.runs, c->altmap.nr_runs,
					       &c->plan);
	}
	if (status == ZDM_OK)
		return ZDM_EXIT_DONE;
	snprintf(err, err_len, status == ZDM_CORRUPT ?
		 "damaged: its PT_LOADs lie over each other, more than a few times" :
		 "out of memory");
	return ZDM_EXIT_OPEN;
}

int carving_open(struct carving *c, struct zdm_cli *cli, const struct carving_opts *opts)
{
	char err[ZDM_ERR_LEN] = "";
	int code;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	code = open_model(cli, opts->path, &c->o);
	if (code != ZDM_EXIT_DONE)
		return code;
	if (zdm_dump_live(c->o.dump) && !opts->dry_run) {
		cli_error("%s: the running kernel is no dump to be carved; --dry-run tells what "
			  "a dump of it would leave out", opts->path);
		return ZDM_EXIT_OPEN;
	}
	if (zdm_model_contradiction(c->o.m)) {
		cli_error("%s: the model contradicts itself, %s: nothing is left out", opts->path,
			  zdm_model_contradiction(c->o.m));
		c->o.contradiction_said = true;
	}
	code = make_plan(c, cli, opts, err, sizeof(err));
	if (code != ZDM_EXIT_DONE) {
		cli_error("%s: %s", opts->path, err);
		return code;
	}
	return finish_opened(cli, &c->o, false, ZDM_EXIT_DONE);
}

void carving_close(struct carving *c)
{
	zdm_carve_plan_free(c->plan);
	zdm_carve_input_free(c->input);
	altmap_close(&c->altmap);
	free(c->keep);
	close_opened(&c->o);
	if (c->fd >= 0)
		close(c->fd);
}

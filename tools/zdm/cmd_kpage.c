// SPDX-License-Identifier: LGPL-2.1-or-later
/* kpage: /proc/kpageflags, kpagecount and kpagecgroup of a dump. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/kpageflags.h>

#include "open.h"
#include "outfile.h"

enum { OPTION_LIST, OPTION_SAVE };

static enum zdm_status fill(void *view, const struct zdm_sink *sink)
{
	return zdm_kpageflags_write(view, sink, NULL, NULL);
}

static int show(struct zdm_cli *cli, const struct opened *o, const struct zdm_pfn_spec *range)
{
	char err[ZDM_ERR_LEN], hint[HINT_LEN];
	struct zdm_kpageflags *v;
	enum zdm_status st = zdm_kpageflags_open(o->s, o->m, &v, err, sizeof(err));
	int code = ZDM_EXIT_DONE;

	if (st != ZDM_OK) {
		cli_error("%s: %s%s", o->path, err,
			  hint_words(cli, o, st == ZDM_ABSENT ? ZDM_HINT_DEBUG_INFO :
				     ZDM_HINT_NONE, hint, sizeof(hint)));
		return ZDM_EXIT_MISSING;
	}
	if (cli->opt[OPTION_SAVE]) {
		if (outfile_write(cli->opt[OPTION_SAVE], o->path, cli->force, fill, v, err,
				  sizeof(err))) {
			cli_error("%s", err);
			code = ZDM_EXIT_OPEN;
		}
	} else if (zdm_report_kpageflags(v, range->start_pfn, range->end_pfn, cli->opt[OPTION_LIST],
					 &cli->out)) {
		cli_error("out of memory");
		code = ZDM_EXIT_OPEN;
	}
	zdm_kpageflags_close(v);
	return code;
}

static int run_kpage(struct zdm_cli *cli, int nr, char **operand)
{
	struct zdm_pfn_spec range = { .start_pfn = 0, .end_pfn = UINT64_MAX };
	struct zdm_pfn_spec_opts opts = { .size = sizeof(opts) };
	char err[ZDM_ERR_LEN];
	struct opened o;
	int code;

	if (cli->json)
		return cli_usage_error(cli, "kpage has no --json");
	if (cli->opt[OPTION_SAVE] && (nr > 1 || cli->opt[OPTION_LIST]))
		return cli_usage_error(cli, "--save writes all pages: give neither a range nor "
				       "--list");
	if (cli->opt[OPTION_SAVE] &&
	    outfile_check(cli->opt[OPTION_SAVE], cli->force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE && nr > 1) {
		opts.end_pfn = zdm_model_end_pfn(o.m);
		if (zdm_pfn_spec_parse(zdm_model_kernel(o.m), &opts, operand[1], &range, err,
				       sizeof(err)) != ZDM_OK)
			code = cli_value_error("%s", err);
		else if (zdm_pfn_spec_needs_saying(&range)) {
			zdm_pfn_spec_text(&range, err, sizeof(err));
			cli_printf(cli, "%s: %s\n", operand[1], err);
		}
	}
	if (code == ZDM_EXIT_DONE)
		code = show(cli, &o, &range);
	if (code == ZDM_EXIT_DONE)
		code = finish_opened(cli, &o, false, code);
	close_opened(&o);
	return code;
}

static const struct zdm_option options[] = {
	[OPTION_LIST] = { "list", NULL, "list the pages, with mapcount and memory cgroup" },
	[OPTION_SAVE] = { "save", "FILE", "write the flags as page-types -F reads them" },
	{ NULL, NULL, NULL },
};

const struct zdm_command cmd_kpage = {
	.name = "kpage",
	.operands = "VMCORE [RANGE]",
	.min_operands = 1, .max_operands = 2,
	.purpose = "what /proc/kpageflags would say, as page-types prints it",
	.opts = options,
	.listing = true,
	.writes = true,
	.help = "RANGE is PFN-PFN or PFN..PFN (the last not included), PFN+COUNT, or one page as\n"
		"zdm pfn takes it; all pages if it is not given. Pages whose memmap must\n"
		"not be believed are counted, never read.\n",
	.run = run_kpage,
};

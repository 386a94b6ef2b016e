// SPDX-License-Identifier: LGPL-2.1-or-later
/* kpage: /proc/kpageflags, kpagecount and kpagecgroup of a dump. */
#include <stdlib.h>
#include <string.h>

#include <zdm/kpageflags.h>

#include "open.h"

enum { OPTION_LIST, OPTION_SAVE };

/* "PFN", "PFN-PFN" (the end not included), "PFN+COUNT". */
static bool parse_range(char *arg, uint64_t *start, uint64_t *end)
{
	char *sep = strpbrk(arg, "-+"), op;
	uint64_t v = 1;

	op = sep ? *sep : '+';
	if (sep)
		*sep = '\0';
	if (!cli_parse_u64(arg, start) || (sep && !cli_parse_u64(sep + 1, &v)))
		return false;
	*end = op == '+' ? *start + v : v;
	if (sep)
		*sep = op;
	return *end > *start;
}

static int show(struct zdm_cli *cli, const struct opened *o, uint64_t start, uint64_t end)
{
	char err[ZDM_ERR_LEN];
	struct zdm_kpages *v;
	enum zdm_status st = zdm_kpages_open(o->s, o->m, &v, err, sizeof(err));
	int code = ZDM_EXIT_DONE;

	if (st != ZDM_OK) {
		cli_error("%s: %s", o->path, err);
		return ZDM_EXIT_MISSING;
	}
	if (cli->opt[OPTION_SAVE]) {
		if (zdm_kpages_save(v, cli->opt[OPTION_SAVE], NULL, NULL, err, sizeof(err))) {
			cli_error("%s", err);
			code = ZDM_EXIT_OPEN;
		}
	} else if (zdm_report_kpages(v, start, end, cli->opt[OPTION_LIST], &cli->out)) {
		cli_error("out of memory");
		code = ZDM_EXIT_OPEN;
	}
	zdm_kpages_close(v);
	return code;
}

static int run_kpage(struct zdm_cli *cli, int nr, char **operand)
{
	uint64_t start = 0, end = UINT64_MAX;
	struct opened o;
	int code;

	if (cli->json)
		return cli_usage_error(cli, "kpage has no --json");
	if (nr > 1 && !parse_range(operand[1], &start, &end))
		return cli_usage_error(cli, "'%s' is none of PFN, PFN-PFN, PFN+COUNT", operand[1]);
	if (cli->opt[OPTION_SAVE] && (nr > 1 || cli->opt[OPTION_LIST]))
		return cli_usage_error(cli, "--save writes all pages: give neither a range nor "
				       "--list");
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE)
		code = show(cli, &o, start, end);
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
	.help = "RANGE is PFN, PFN-PFN (the last not included) or PFN+COUNT; all pages if it is\n"
		"not given. Pages whose memmap must not be believed are counted, never read.\n",
	.run = run_kpage,
};

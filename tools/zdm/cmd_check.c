// SPDX-License-Identifier: LGPL-2.1-or-later
/* check: the struct pages against the verdicts. */
#include <inttypes.h>

#include "open.h"

struct printer {
	struct zdm_cli *cli;
	uint64_t nr;
};

static void print_contradiction(void *priv, const struct zdm_contradiction *c)
{
	struct printer *p = priv;

	if (p->cli->json) {
		cli_printf(p->cli, "%s{\"start_pfn\":%" PRIu64 ",\"end_pfn\":%" PRIu64
			   ",\"class\":\"%s\",\"found\":\"%s\"}", p->nr ? "," : "",
			   c->start_pfn, c->end_pfn, zdm_class_name(c->cls), c->found);
	} else {
		if (!p->nr)
			cli_printf(p->cli, "%12s %12s %12s %-8s %s\n", "START_PFN", "END_PFN",
				   "PAGES", "CLASS", "BUT THE STRUCT PAGES ARE");
		cli_printf(p->cli, "%#12" PRIx64 " %#12" PRIx64 " %12" PRIu64 " %-8s %s\n",
			   c->start_pfn, c->end_pfn, c->end_pfn - c->start_pfn,
			   zdm_class_name(c->cls), c->found);
	}
	p->nr++;
}

static int print_result(struct zdm_cli *cli, const struct zdm_check_result *r)
{
	if (cli->json)
		cli_printf(cli, "],\"agree\":%" PRIu64 ",\"contradict\":%" PRIu64 ",\"unread\":%"
			   PRIu64 ",\"skipped\":%" PRIu64 "}\n", r->agree, r->contradict,
			   r->unread, r->skipped);
	else
		cli_printf(cli, "agree      %12" PRIu64 "\ncontradict %12" PRIu64
			   "\nunread     %12" PRIu64 "  valid, but not in the dump\nskipped    %12"
			   PRIu64 "  not valid: bytes prove nothing\n", r->agree, r->contradict,
			   r->unread, r->skipped);
	return r->contradict ? ZDM_EXIT_DAMAGED : ZDM_EXIT_DONE;
}

static int run_check(struct zdm_cli *cli, int nr, char **operand)
{
	struct printer p = { .cli = cli };
	struct zdm_check_result result;
	struct opened o;
	enum zdm_status st;
	int code = open_model(cli, operand[0], &o);

	(void)nr;
	if (code != ZDM_EXIT_DONE)
		goto out;
	if (cli->json) {
		cli_json_begin(cli, operand[0]);
		cli_printf(cli, ",\"contradictions\":[");
	}
	progress_begin(&o.progress, "checking", 0);
	st = zdm_check(o.s, o.m, print_contradiction, &p, &result);
	progress_end(&o.progress);
	if (st != ZDM_OK) {
		cli_error("%s: cannot check: %s", operand[0], zdm_status_name(st));
		code = ZDM_EXIT_MISSING;
		goto out;
	}
	code = finish_opened(cli, &o, false, print_result(cli, &result));
out:
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_check = {
	.name = "check",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "read the struct pages and hold them against the verdicts",
	.help = "Bytes can disprove that a struct page is valid, never that it is not. Exit\n"
		"code 1 when a struct page contradicts its verdict.\n",
	.run = run_check,
};

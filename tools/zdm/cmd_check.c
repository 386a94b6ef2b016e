// SPDX-License-Identifier: LGPL-2.1-or-later
/* check: the struct pages against the verdicts. */
#include <inttypes.h>

#include <zdm/check.h>

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

static int print_result(struct zdm_cli *cli, const char *path, const struct zdm_check_result *r)
{
	bool checked = r->agree || r->contradict;

	if (cli->json)
		cli_printf(cli, "],\"agree\":%" PRIu64 ",\"contradict\":%" PRIu64 ",\"unread\":%"
			   PRIu64 ",\"skipped\":%" PRIu64 ",\"unasked\":%" PRIu64
			   ",\"checked\":%s}\n", r->agree, r->contradict, r->unread, r->skipped,
			   r->unasked, checked ? "true" : "false");
	else
		cli_printf(cli, "agree      %12" PRIu64 "\ncontradict %12" PRIu64
			   "\nunread     %12" PRIu64 "  valid, but not in the dump\nskipped    %12"
			   PRIu64 "  not valid: bytes prove nothing\n", r->agree, r->contradict,
			   r->unread, r->skipped);
	if (!cli->json && r->unasked)
		cli_printf(cli, "unasked    %12" PRIu64 "  a sample was taken: --all reads them, too\n",
			   r->unasked);
	if (!checked)
		cli_error("%s: nothing was checked: no struct page that should be valid is in the "
			  "dump", path);
	return r->contradict || !checked ? ZDM_EXIT_DAMAGED : ZDM_EXIT_DONE;
}

enum { CHECK_ALL, CHECK_SAMPLE };

static const struct zdm_option check_opts[] = {
	[CHECK_ALL] = { "all", NULL, "every struct page, not a sample of them" },
	[CHECK_SAMPLE] = { "sample", "N", "about N of them, in place of 4 million" },
	{ NULL, NULL, NULL },
};

/* What will be read, for the line that shows progress. */
static uint64_t bytes_to_read(const struct zdm_model *m, uint64_t most)
{
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;
	uint64_t pages = 0;

	for (i = 0; i < nr; i++)
		if (r[i].valid == ZDM_YES && r[i].in_dump != ZDM_IN_DUMP_NO)
			pages += r[i].end_pfn - r[i].start_pfn;
	return (pages < most ? pages : most) * zdm_model_kernel(m)->page_struct_bytes;
}

static int run_check(struct zdm_cli *cli, int nr, char **operand)
{
	uint64_t most = cli->opt[CHECK_ALL] ? ZDM_CHECK_ALL : ZDM_CHECK_SAMPLE;
	struct printer p = { .cli = cli };
	struct zdm_check_result result;
	struct opened o;
	enum zdm_status st;
	int code;

	(void)nr;
	if (cli->opt[CHECK_SAMPLE] &&
	    (cli->opt[CHECK_ALL] || !cli_parse_u64(cli->opt[CHECK_SAMPLE], &most) || !most))
		return cli_value_error("--sample takes a number of struct pages, and not --all");
	code = open_model(cli, operand[0], &o);
	if (code != ZDM_EXIT_DONE)
		goto out;
	if (cli->json) {
		cli_json_begin(cli, operand[0]);
		cli_printf(cli, ",\"contradictions\":[");
	}
	progress_begin(&o.progress, "checking", bytes_to_read(o.m, most));
	st = zdm_check(o.s, o.m, most, print_contradiction, &p, &result);
	progress_end(&o.progress);
	if (st != ZDM_OK) {
		cli_error("%s: cannot check: %s", operand[0], zdm_status_name(st));
		code = ZDM_EXIT_MISSING;
		goto out;
	}
	code = finish_opened(cli, &o, false, print_result(cli, operand[0], &result));
out:
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_check = {
	.name = "check",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "read the struct pages and hold them against the verdicts",
	.opts = check_opts,
	.help = "Bytes can disprove that a struct page is valid, never that it is not. Exit\n"
		"code 1 when a struct page contradicts its verdict, or when nothing was checked.\n"
		"Without --all at most 4 million struct pages are read, spread over all ranges.\n",
	.run = run_check,
};

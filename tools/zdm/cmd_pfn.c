// SPDX-License-Identifier: LGPL-2.1-or-later
/* pfn: verdict and evidence of single page frames. */
#include <stdlib.h>

#include "open.h"

/* All of them, before anything is printed: half an answer is worse than none. */
static int parse_specs(struct zdm_cli *cli, const struct zdm_kernel *k, int nr, char **spec,
		       uint64_t *pfn)
{
	char err[ZDM_ERR_LEN];
	int i;

	for (i = 0; i < nr; i++)
		if (zdm_spec_parse(k, spec[i], &pfn[i], err, sizeof(err)) != ZDM_OK)
			return cli_usage_error(cli, "%s", err);
	return ZDM_EXIT_DONE;
}

static void print_pfns(struct zdm_cli *cli, struct opened *o, int nr, const uint64_t *pfn)
{
	int i;

	if (cli->json) {
		cli_json_begin(cli, o->path);
		cli_printf(cli, ",\"pfns\":[");
		for (i = 0; i < nr; i++) {
			cli_printf(cli, "%s", i ? "," : "");
			zdm_report_pfn_json(o->s, o->m, pfn[i], &cli->out);
		}
		cli_printf(cli, "]}\n");
		return;
	}
	for (i = 0; i < nr; i++) {
		cli_printf(cli, "%s", i ? "\n" : "");
		zdm_report_pfn(o->s, o->m, pfn[i], &cli->out);
	}
}

static int run_pfn(struct zdm_cli *cli, int nr, char **operand)
{
	uint64_t *pfn = calloc((size_t)nr, sizeof(*pfn));
	struct opened o;
	int code;

	if (!pfn) {
		cli_error("out of memory");
		return ZDM_EXIT_OPEN;
	}
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE)
		code = parse_specs(cli, zdm_model_kernel(o.m), nr - 1, operand + 1, pfn);
	if (code == ZDM_EXIT_DONE) {
		print_pfns(cli, &o, nr - 1, pfn);
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	free(pfn);
	return code;
}

const struct zdm_command cmd_pfn = {
	.name = "pfn",
	.operands = "VMCORE SPEC…",
	.min_operands = 2, .max_operands = -1,
	.purpose = "the verdict on single page frames, with the evidence",
	.help = "SPEC is a page frame number (294912 or 0x48000), or, always hexadecimal,\n"
		"  phys:ADDR  a physical address\n"
		"  page:ADDR  the address of a struct page\n"
		"  virt:ADDR  an address in the kernel's direct map\n"
		"The struct page is decoded only when its memmap is valid.\n",
	.run = run_pfn,
};

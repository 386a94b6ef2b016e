// SPDX-License-Identifier: LGPL-2.1-or-later
/* pfn: verdict and evidence of single page frames. */
#include <stdio.h>

#include "open.h"
#include "specs.h"

static enum zdm_status print_text(struct zdm_cli *cli, struct opened *o, const struct speclist *l)
{
	enum zdm_status st;
	bool first = true;
	char said[128];
	uint64_t pfn;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct zdm_pfn_spec *s = &l->v[i].spec;

		for (pfn = s->start_pfn; pfn < s->end_pfn; pfn++) {
			if (!cli_printf(cli, "%s", first ? "" : "\n"))
				return ZDM_STOPPED;
			first = false;
			zdm_pfn_spec_text(s, said, sizeof(said));
			if (zdm_pfn_spec_needs_saying(s))
				cli_printf(cli, "%s: %s\n", l->v[i].text, said);
			st = zdm_report_pfn(o->s, o->m, pfn, &cli->out);
			if (st != ZDM_OK)
				return st;
		}
	}
	return ZDM_OK;
}

static enum zdm_status print_json(struct zdm_cli *cli, struct opened *o, const struct speclist *l)
{
	enum zdm_status st;
	bool first = true;
	char said[128];
	uint64_t pfn;
	size_t i;

	cli_json_begin(cli, o->path);
	cli_printf(cli, ",\"pfns\":[");
	for (i = 0; i < l->nr; i++) {
		const struct zdm_pfn_spec *s = &l->v[i].spec;

		for (pfn = s->start_pfn; pfn < s->end_pfn; pfn++) {
			if (!cli_printf(cli, "%s", first ? "" : ","))
				return ZDM_STOPPED;
			first = false;
			st = zdm_report_pfn_json(o->s, o->m, pfn, &cli->out);
			if (st != ZDM_OK)
				return st;
		}
	}
	/* a spec has no characters that JSON would need to quote: it was parsed */
	cli_printf(cli, "],\"specs\":[");
	for (i = 0; i < l->nr; i++) {
		zdm_pfn_spec_text(&l->v[i].spec, said, sizeof(said));
		cli_printf(cli, "%s{\"spec\":\"%s\",\"start_pfn\":%llu,\"end_pfn\":%llu,"
			   "\"taken_for\":\"%s\"}", i ? "," : "", l->v[i].text,
			   (unsigned long long)l->v[i].spec.start_pfn,
			   (unsigned long long)l->v[i].spec.end_pfn, said);
	}
	cli_printf(cli, "]}\n");
	return ZDM_OK;
}

static int answer(struct zdm_cli *cli, struct opened *o, const struct speclist *l)
{
	return cli_reported(cli->json ? print_json(cli, o, l) : print_text(cli, o, l));
}

static int run_pfn(struct zdm_cli *cli, int nr, char **operand)
{
	return specs_run(cli, nr, operand, answer);
}

const struct zdm_command cmd_pfn = {
	.name = "pfn",
	.operands = "VMCORE SPEC…",
	.min_operands = 2, .max_operands = -1,
	.listing = true,
	.purpose = "the verdict on single page frames, with the evidence",
	.help = "SPEC is a page frame number (294912, 0t294912 or 0x48000), PFNs from A to\n"
		"before B (A-B or A..B), N of them (A+N), or, always hexadecimal,\n"
		"  phys:ADDR  a physical address\n"
		"  page:ADDR  an address in a struct page\n"
		"  virt:ADDR  an address in the kernel's direct map\n"
		"An address in the memmap or the direct map is recognised without its kind. With -\n"
		"SPECs are read from standard input. The struct page is decoded only when its\n"
		"memmap is valid and its bytes do not speak against it.\n",
	.run = run_pfn,
};

// SPDX-License-Identifier: LGPL-2.1-or-later
/* summary, ranges, sections, pgmaps: the model, printed. */
#include "open.h"

static int run_summary(struct zdm_cli *cli, int nr, char **operand)
{
	size_t against = 0;
	struct opened o;
	int code = open_model(cli, operand[0], &o);

	(void)nr;
	if (code == ZDM_EXIT_DONE) {
		if (!cli->json)
			cli_printf(cli, "DUMP      %s (%s)\n", operand[0], zdm_dump_format(o.dump));
		code = cli_reported(cli->json ?
				    zdm_report_summary_json(o.s, o.m, operand[0], &cli->out, &against) :
				    zdm_report_summary(o.m, &cli->out));
		if (code == ZDM_EXIT_DONE && !cli->json)
			against = zdm_report_sample(o.s, o.m, &cli->out);
		if (code == ZDM_EXIT_DONE && against)
			code = ZDM_EXIT_DAMAGED;
		code = finish_opened(cli, &o, true, code);
	}
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_summary = {
	.name = "summary",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "the kernel, its pgmaps, and how many pages are of which class",
	.help = "One screen. A few struct pages of each range are looked at: one that cannot be\n"
		"what its verdict says is a WARNING, and exit code 1. With --json: the whole\n"
		"model, see output.md.\n",
	.run = run_summary,
};

enum { RANGES_CLASS };

static const struct zdm_option ranges_opts[] = {
	{ "class", "NAME", "only ranges of this class" },
	{ NULL, NULL, NULL },
};

static int run_ranges(struct zdm_cli *cli, int nr, char **operand)
{
	int cls = ZDM_CLASS_ANY, code;
	struct opened o;

	(void)nr;
	if (cli->opt[RANGES_CLASS]) {
		cls = zdm_class_parse(cli->opt[RANGES_CLASS]);
		if (cls == ZDM_CLASS_ANY)
			return cli_usage_error(cli, "'%s' is no class", cli->opt[RANGES_CLASS]);
		if (cli->json)
			return cli_usage_error(cli, "--json gives all ranges: leave out --class");
	}
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ? zdm_report_json(o.m, operand[0], &cli->out) :
				    zdm_report_ranges(o.m, cls, &cli->out));
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_ranges = {
	.name = "ranges",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "every page frame, as ranges of one verdict",
	.opts = ranges_opts,
	.help = "PFNs are hexadecimal, ends exclusive; the ranges are sorted and gap-free from 0\n"
		"to the end of the last section.\n",
	.names_classes = true,
	.run = run_ranges,
};

enum { SECTIONS_NR };

static const struct zdm_option sections_opts[] = {
	{ "section", "NR", "only this section" },
	{ NULL, NULL, NULL },
};

static int run_sections(struct zdm_cli *cli, int nr, char **operand)
{
	uint64_t section = UINT64_MAX;
	struct opened o;
	int code;

	(void)nr;
	if (cli->opt[SECTIONS_NR] && !cli_parse_u64(cli->opt[SECTIONS_NR], &section))
		return cli_usage_error(cli, "'%s' is no section number", cli->opt[SECTIONS_NR]);
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ?
				    zdm_report_sections_json(o.m, section, operand[0], &cli->out) :
				    zdm_report_sections(o.m, section, &cli->out));
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_sections = {
	.name = "sections",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "present sections: flags, sub-sections, memory block",
	.opts = sections_opts,
	.help = "Flags: P present, M has a memmap, O online, E early, D may hold ZONE_DEVICE\n"
		"(SECTION_TAINT_ZONE_DEVICE), PREINIT (SECTION_IS_VMEMMAP_PREINIT).\n"
		"Sub-sections: the bits that are set, as runs; - none, ? not readable, n/a none\n"
		"in this kernel.\n",
	.run = run_sections,
};

static int run_pgmaps(struct zdm_cli *cli, int nr, char **operand)
{
	struct opened o;
	int code = open_model(cli, operand[0], &o);

	(void)nr;
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ? zdm_report_pgmaps_json(o.m, operand[0], &cli->out) :
				    zdm_report_pgmaps(o.m, &cli->out));
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_pgmaps = {
	.name = "pgmaps",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "every dev_pagemap: type, ranges, state, altmap",
	.run = run_pgmaps,
};

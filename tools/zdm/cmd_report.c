// SPDX-License-Identifier: LGPL-2.1-or-later
/* summary, ranges, sections, pgmaps: the model, printed. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "open.h"
#include "screen.h"

#define COLOR_HELP "always, never, or auto: on a terminal, unless NO_COLOR is set"

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

enum { RANGES_CLASS, RANGES_OUTPUT, RANGES_BYTES, RANGES_NOHEADINGS, RANGES_COLOR };

static const struct zdm_option ranges_opts[] = {
	[RANGES_CLASS] = { "class", "CLASS[,CLASS…]", "only ranges of these classes" },
	[RANGES_OUTPUT] = { "output", "COLUMN[,COLUMN…]", "only these columns (-o)" },
	[RANGES_BYTES] = { "bytes", NULL, "SIZE in bytes" },
	[RANGES_NOHEADINGS] = { "noheadings", NULL, "no line of headings" },
	[RANGES_COLOR] = { "color", "WHEN", COLOR_HELP },
	{ NULL, NULL, NULL },
};

/* "hole,stale": a bit each. False, and said: one of them is none. */
static bool parse_classes(const char *list, uint32_t *ret)
{
	const char *names[ZDM_NR_CLASSES + 1] = { NULL };
	char word[32], buf[SUGGESTION_LEN];
	size_t n, i;
	int cls;

	for (i = 0; i < ZDM_NR_CLASSES; i++)
		names[i] = zdm_class_name((enum zdm_class)i);
	for (;; list += n + 1) {
		n = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", (int)(n < 31 ? n : 31), list);
		cls = zdm_class_parse(word);
		if (cls == ZDM_CLASS_ANY) {
			cli_value_error("'%s' is no class%s", word,
					suggestion(suggest(word, names), "", buf));
			return false;
		}
		*ret |= UINT32_C(1) << cls;
		if (!list[n])
			return true;
	}
}

/* Every name of the list is one that column() gives. */
static bool check_columns(const char *list, const char *(*column)(size_t i))
{
	const char *names[64];
	char word[32], buf[SUGGESTION_LEN];
	size_t n, i, nr = 0;

	while (nr < 63 && (names[nr] = column(nr)))
		nr++;
	names[nr] = NULL;
	for (;; list += n + 1) {
		n = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", (int)(n < 31 ? n : 31), list);
		for (i = 0; i < nr && strcasecmp(names[i], word); i++)
			;
		if (i == nr) {
			for (i = 0; word[i]; i++)
				word[i] = (char)toupper((unsigned char)word[i]);
			cli_value_error("'%s' is no column%s", word,
					suggestion(suggest(word, names), "", buf));
			return false;
		}
		if (!list[n])
			return true;
	}
}

static int run_ranges(struct zdm_cli *cli, int nr, char **operand)
{
	struct zdm_table_opts opts = { .size = sizeof(opts), .columns = cli->opt[RANGES_OUTPUT] };
	const struct zdm_sink raw = { .emit_fn = screen_emit_raw };
	struct opened o;
	int code;

	(void)nr;
	if ((cli->opt[RANGES_CLASS] && !parse_classes(cli->opt[RANGES_CLASS], &opts.classes)) ||
	    (opts.columns && !check_columns(opts.columns, zdm_range_column)))
		return ZDM_EXIT_USAGE;
	if (!screen_colour(cli->opt[RANGES_COLOR], &opts.colour))
		return cli_value_error("--color is always, never or auto");
	opts.bytes = cli->opt[RANGES_BYTES] != NULL;
	opts.no_headings = cli->opt[RANGES_NOHEADINGS] != NULL;
	opts.width = screen_width();
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ?
				    zdm_report_ranges_json(o.m, opts.classes, operand[0], &cli->out) :
				    zdm_report_ranges_table(o.m, &opts, opts.colour ? &raw : &cli->out));
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
		"to the end of the last section. A terminal shows the columns that it has room for;\n"
		"MEMMAP_IN_DUMP is whether the dump has the struct pages of the range.\n",
	.listing = true,
	.names_classes = true,
	.run = run_ranges,
};

enum { SECTIONS_NR, SECTIONS_OUTPUT, SECTIONS_NOHEADINGS };

static const struct zdm_option sections_opts[] = {
	[SECTIONS_NR] = { "section", "NR", "only this section" },
	[SECTIONS_OUTPUT] = { "output", "COLUMN[,COLUMN…]", "only these columns (-o)" },
	[SECTIONS_NOHEADINGS] = { "noheadings", NULL, "no line of headings" },
	{ NULL, NULL, NULL },
};

/* A section that is not there is an answer, and not the one that was asked for. */
static int not_present(struct zdm_cli *cli, struct opened *o, uint64_t section)
{
	if (cli->json)
		cli_error("section %llu is not present", (unsigned long long)section);
	else
		zdm_report_sections(o->m, section, &cli->out);
	return ZDM_EXIT_MISSING;
}

static int run_sections(struct zdm_cli *cli, int nr, char **operand)
{
	struct zdm_table_opts opts = { .size = sizeof(opts), .columns = cli->opt[SECTIONS_OUTPUT] };
	uint64_t section = UINT64_MAX;
	struct opened o;
	int code;

	(void)nr;
	if (opts.columns && !check_columns(opts.columns, zdm_section_column))
		return ZDM_EXIT_USAGE;
	opts.no_headings = cli->opt[SECTIONS_NOHEADINGS] != NULL;
	opts.width = screen_width();
	if (cli->opt[SECTIONS_NR] && !cli_parse_u64(cli->opt[SECTIONS_NR], &section))
		return cli_value_error("'%s' is no section number", cli->opt[SECTIONS_NR]);
	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE && section != UINT64_MAX && !zdm_section_find(o.m, section))
		code = not_present(cli, &o, section);
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ?
				    zdm_report_sections_json(o.m, section, operand[0], &cli->out) :
				    zdm_report_sections_table(o.m, section, &opts, &cli->out));
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
	.listing = true,
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
	.listing = true,
	.run = run_pgmaps,
};

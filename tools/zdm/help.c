// SPDX-License-Identifier: LGPL-2.1-or-later
/* help: of zdm, and of each command; every word of it is in the tables. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define OPTION_COLUMN 16	/* as wide as the common ones are */

static const char exit_help[] =
	"Exit codes:\n"
	"  0 done    1 done, but the dump is damaged or check found a contradiction\n"
	"  2 usage   3 cannot open, or not a kernel dump   4 symbol, type or page missing\n";

static int option_width(const struct zdm_option *o)
{
	return (int)strlen(o->name) + (o->arg ? 1 + (int)strlen(o->arg) : 0);
}

static void print_option(FILE *f, const struct zdm_option *o, char letter, int width)
{
	char start[8] = "  ";

	if (letter)
		snprintf(start, sizeof(start), "  -%c, ", letter);
	/* beside common ones, whose letters are in front */
	fprintf(f, "%s--%s%s%s%*s %s\n", start, o->name, o->arg ? " " : "", o->arg ? o->arg : "",
		width - option_width(o), "", o->help);
}

static void print_common(FILE *f, bool writes)
{
	const struct zdm_common_option *c;

	fprintf(f, "Common options:\n");
	for (c = zdm_common_options; c->o.name; c++)
		print_option(f, &c->o, c->letter, c->letter ? OPTION_COLUMN - 4 : OPTION_COLUMN);
	if (writes)
		print_option(f, &zdm_force_option.o, zdm_force_option.letter, OPTION_COLUMN - 4);
}

void help_all(FILE *f)
{
	size_t i;

	fprintf(f, "Usage: zdm COMMAND [options] VMCORE\n"
		"Which struct pages of a kernel crash dump may be believed, and why.\n\n"
		"Commands:\n");
	for (i = 0; zdm_commands[i]; i++)
		fprintf(f, "  %-10s %s\n", zdm_commands[i]->name, zdm_commands[i]->purpose);
	fprintf(f, "\n");
	print_common(f, false);
	fprintf(f, "\n%s", exit_help);
}

static void print_options(const struct zdm_option *opts)
{
	const struct zdm_option *o;
	int width = OPTION_COLUMN;

	for (o = opts; o->name; o++)
		if (option_width(o) > width)
			width = option_width(o);
	printf("Options:\n");
	for (o = opts; o->name; o++)
		print_option(stdout, o, 0, width);
	printf("\n");
}

static void print_classes(void)
{
	int i;

	printf("Classes:\n");
	for (i = 0; i < ZDM_NR_CLASSES; i++)
		printf("  %-9s  %s\n", zdm_class_name((enum zdm_class)i),
		       zdm_class_what((enum zdm_class)i));
	printf("\n");
}

void help_command(const struct zdm_command *cmd)
{
	printf("Usage: zdm %s [options] %s\n%s.\n\n", cmd->name, cmd->operands, cmd->purpose);
	if (cmd->help)
		printf("%s\n", cmd->help);
	if (cmd->opts)
		print_options(cmd->opts);
	if (cmd->names_classes)
		print_classes();
	print_common(stdout, cmd->writes);
	printf("\n%s", exit_help);
}

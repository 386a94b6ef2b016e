// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * options: one command, its operands, and options wherever they stand: before the command,
 * behind it, behind operands. Only where a command runs a program, what follows that
 * program's name is the program's.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

#define MAX_TABLE 160u		/* of all options of all commands */
#define OPT_COMMON 1000		/* getopt's value of a common option: its index from here */
#define OPT_OWN 2000		/* of an option of the command */

struct table {
	struct option opts[MAX_TABLE + 1];
	char letters[24];
	size_t nr;
	int output;	/* what -o stands for, 0: nothing */
};

const struct zdm_command *command_find(const char *name)
{
	size_t i;

	for (i = 0; zdm_commands[i]; i++) {
		if (!strcmp(zdm_commands[i]->name, name))
			return zdm_commands[i];
	}
	return NULL;
}

static void add(struct table *t, const char *name, bool arg, int val)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		if (!strcmp(t->opts[i].name, name))
			return;
	}
	if (t->nr < MAX_TABLE)
		t->opts[t->nr++] = (struct option){
			name, arg ? required_argument : no_argument, NULL, val,
		};
}

static void add_own(struct table *t, const struct zdm_command *cmd)
{
	size_t i;

	for (i = 0; cmd->opts && cmd->opts[i].name && i < ZDM_MAX_OPTS; i++) {
		add(t, cmd->opts[i].name, cmd->opts[i].arg, OPT_OWN + (int)i);
		/* the one letter that commands have beside the common ones: "-o FILE", "-o COLUMNS" */
		if (!strcmp(cmd->opts[i].name, "output"))
			t->output = OPT_OWN + (int)i;
	}
}

/* The options of cmd and the common ones; cmd NULL: of every command. */
static void fill(struct table *t, const struct zdm_command *cmd, bool stop_at_operand)
{
	size_t i, n;

	memset(t, 0, sizeof(*t));
	n = (size_t)snprintf(t->letters, sizeof(t->letters), "%s:", stop_at_operand ? "+" : "");
	for (i = 0; zdm_common_options[i].o.name; i++) {
		const struct zdm_common_option *c = &zdm_common_options[i];

		add(t, c->o.name, c->o.arg, c->letter ? c->letter : OPT_COMMON + (int)i);
		if (c->letter)
			t->letters[n++] = c->letter;
	}
	if (!cmd || cmd->writes) {
		add(t, zdm_force_option.o.name, false, zdm_force_option.letter);
		t->letters[n++] = zdm_force_option.letter;
	}
	t->letters[n] = '\0';
	if (cmd)
		add_own(t, cmd);
	for (i = 0; !cmd && zdm_commands[i]; i++)
		add_own(t, zdm_commands[i]);
	if (t->output)
		strcpy(t->letters + n, "o:");
}

static int unknown_option(struct zdm_cli *cli, const struct table *t, const char *word)
{
	const char *names[MAX_TABLE + 1];
	char buf[SUGGESTION_LEN], typed[64];
	size_t i;

	if (optopt > 0 && optopt < 256 && word[0] == '-' && word[1] != '-')
		return cli_usage_error(cli, "unknown option '-%c'", optopt);
	for (i = 0; i < t->nr; i++)
		names[i] = t->opts[i].name;
	names[i] = NULL;
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word, "="), word);
	return cli_usage_error(cli, "unknown option '%s'%s", typed,
			       suggestion(suggest(typed + 2, names), "--", buf));
}

/* A list goes on where its option is given again. */
static bool join(struct zdm_cli *cli, size_t i, const char *arg)
{
	char *all;

	if (!cli->opt[i] || !option_is_list(&cli->cmd->opts[i])) {
		cli->opt[i] = arg ? arg : "";
		return true;
	}
	if (asprintf(&all, "%s,%s", cli->opt[i], arg) < 0)
		return false;
	free(cli->joined[i]);
	cli->opt[i] = cli->joined[i] = all;
	return true;
}

/* Returns -1 to go on, else the exit code. */
static int take(struct zdm_cli *cli, const struct table *t, int c, const char *word)
{
	const char *name;

	switch (c) {
	case 'q':
		cli->quiet = true;
		return -1;
	case 'f':
		cli->force = true;
		return -1;
	case 'J':
		cli->json = true;
		return -1;
	case 'h':
		cli->help = true;
		return -1;
	case ':':
		return cli_usage_error(cli, "option '%s' needs an argument", word);
	case '?':
		return unknown_option(cli, t, word);
	}
	if (c == 'o')
		c = t->output;
	if (c >= OPT_OWN) {
		if (join(cli, (size_t)(c - OPT_OWN), optarg))
			return -1;
		cli_error("out of memory");
		return ZDM_EXIT_OPEN;
	}
	name = zdm_common_options[c - OPT_COMMON].o.name;
	if (!strcmp(name, "vmlinux"))
		cli->vmlinux = optarg;
	else if (!strcmp(name, "layout"))
		cli->layout = optarg;
	else
		cli->version = true;
	return -1;
}

static int scan(struct zdm_cli *cli, const struct table *t, int argc, char **argv)
{
	int c, code = -1;

	opterr = 0;
	optind = 0;
	while (code < 0 && (c = getopt_long(argc, argv, t->letters, t->opts, NULL)) != -1)
		code = take(cli, t, c, argv[optind - 1]);
	return code;
}

/* Where the command is: behind options of any command, which are taken for nothing yet. */
static int find(struct zdm_cli *cli, int argc, char **argv, int *at)
{
	struct zdm_cli first = { .cmd = NULL };
	struct table t;
	int c, code = -1;

	fill(&t, NULL, true);
	opterr = 0;
	optind = 0;
	while (code < 0 && (c = getopt_long(argc, argv, t.letters, t.opts, NULL)) != -1) {
		if (c < OPT_OWN && c != 'o')
			code = take(&first, &t, c, argv[optind - 1]);
	}
	*at = optind;
	cli->help = first.help;
	cli->version = first.version;
	return code;
}

static int unknown_command(struct zdm_cli *cli, const char *word)
{
	const char *names[64];
	char buf[SUGGESTION_LEN];
	size_t i;

	for (i = 0; zdm_commands[i] && i < 63; i++)
		names[i] = zdm_commands[i]->name;
	names[i] = NULL;
	return cli_usage_error(cli, "unknown command '%s'%s", word,
			       suggestion(suggest(word, names), "", buf));
}

static int say_version(void)
{
	printf("zdm %s\n", zdm_version());
	return ZDM_EXIT_DONE;
}

/* Without a command: help or version, or what is missing. */
static int no_command(const struct zdm_cli *cli, int argc)
{
	if (cli->version)
		return say_version();
	if (!cli->help && argc > 1)
		return cli_usage_error(cli, "COMMAND is missing");
	help_all(cli->help ? stdout : stderr);
	return cli->help ? ZDM_EXIT_DONE : ZDM_EXIT_USAGE;
}

static int check_operands(struct zdm_cli *cli, int nr, char **operand)
{
	const struct zdm_command *cmd = cli->cmd;

	if (nr < cmd->min_operands)
		return cli_usage_error(cli, "%s: %s is missing", cmd->name, cmd->operands);
	if (cmd->max_operands >= 0 && nr > cmd->max_operands)
		return cli_usage_error(cli, "%s: '%s' is one operand too many", cmd->name,
				       operand[cmd->max_operands]);
	return -1;
}

int options_parse(struct zdm_cli *cli, int argc, char **argv, char ***operands, int *nr_operands)
{
	struct table t;
	char *word;
	int at, code = find(cli, argc, argv, &at);

	if (code >= 0)
		return code;
	if (at >= argc)
		return no_command(cli, argc);
	word = argv[at];
	if (!strcmp(word, "help") && !command_find(word)) {
		if (at + 1 >= argc) {
			help_all(stdout);
			return ZDM_EXIT_DONE;
		}
		word = argv[at + 1];
		cli->help = true;
	}
	cli->cmd = command_find(word);
	if (!cli->cmd)
		return unknown_command(cli, word);
	if (cli->help) {
		help_command(cli->cmd);
		return ZDM_EXIT_DONE;
	}
	/* what stood before the command stands behind it now */
	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = word;
	fill(&t, cli->cmd, cli->cmd->runs_program);
	code = scan(cli, &t, argc - 1, argv + 1);
	if (code >= 0)
		return code;
	if (cli->help) {
		help_command(cli->cmd);
		return ZDM_EXIT_DONE;
	}
	if (cli->version)
		return say_version();
	*operands = argv + 1 + optind;
	*nr_operands = argc - 1 - optind;
	return check_operands(cli, *nr_operands, *operands);
}

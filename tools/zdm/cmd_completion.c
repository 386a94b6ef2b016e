// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * completion: what bash, zsh and fish are told, out of the tables that the command line
 * itself is parsed by. The files of tools/completion are its output.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* What an option's argument is called says what it can be. */
enum what { NONE, FILES, CLASSES, RANGE_COLUMNS, SECTION_COLUMNS, WHEN, ANYTHING };

static enum what what_of(const struct zdm_command *cmd, const struct zdm_option *o)
{
	if (!o->arg)
		return NONE;
	if (!strncmp(o->arg, "FILE", 4))
		return FILES;
	if (!strncmp(o->arg, "CLASS", 5))
		return CLASSES;
	if (!strncmp(o->arg, "COLUMN", 6))
		return strcmp(cmd->name, "sections") ? RANGE_COLUMNS : SECTION_COLUMNS;
	return strcmp(o->arg, "WHEN") ? ANYTHING : WHEN;
}

static const char *class_name(size_t i)
{
	return i < ZDM_NR_CLASSES ? zdm_class_name((enum zdm_class)i) : NULL;
}

static const char *when_name(size_t i)
{
	static const char *const names[] = { "always", "never", "auto", NULL };

	return names[i];
}

static const char *(*words_of(enum what what))(size_t i)
{
	switch (what) {
	case CLASSES:
		return class_name;
	case RANGE_COLUMNS:
		return zdm_range_column;
	case SECTION_COLUMNS:
		return zdm_section_column;
	case WHEN:
		return when_name;
	default:
		return NULL;
	}
}

static void put_words(struct zdm_cli *cli, enum what what)
{
	const char *(*word)(size_t i) = words_of(what);
	size_t i;

	for (i = 0; word && word(i); i++)
		cli_printf(cli, "%s%s", i ? " " : "", word(i));
}

typedef void (*option_fn)(struct zdm_cli *cli, const struct zdm_command *cmd,
			  const struct zdm_option *o, char letter);

static void each_own_option(struct zdm_cli *cli, const struct zdm_command *cmd, option_fn fn)
{
	size_t i;

	for (i = 0; cmd->opts && cmd->opts[i].name; i++)
		fn(cli, cmd, &cmd->opts[i], strcmp(cmd->opts[i].name, "output") ? 0 : 'o');
	if (cmd->writes)
		fn(cli, cmd, &zdm_force_option.o, zdm_force_option.letter);
}

/* fn for each option of cmd, the common ones last; cmd NULL: those only. */
static void each_option(struct zdm_cli *cli, const struct zdm_command *cmd, option_fn fn)
{
	size_t i;

	if (cmd)
		each_own_option(cli, cmd, fn);
	for (i = 0; zdm_common_options[i].o.name; i++)
		fn(cli, cmd, &zdm_common_options[i].o, zdm_common_options[i].letter);
}

static void bash_name(struct zdm_cli *cli, const struct zdm_command *cmd, const struct zdm_option *o,
		      char letter)
{
	(void)cmd;
	if (letter)
		cli_printf(cli, " -%c", letter);
	cli_printf(cli, " --%s", o->name);
}

static void bash_argument(struct zdm_cli *cli, const struct zdm_command *cmd,
			  const struct zdm_option *o, char letter)
{
	enum what what = what_of(cmd, o);

	if (what == NONE || what == FILES)
		return;
	cli_printf(cli, "    %s,--%s", cmd ? cmd->name : "*", o->name);
	if (letter)
		cli_printf(cli, "|%s,-%c", cmd ? cmd->name : "*", letter);
	cli_printf(cli, ") _zdm_list \"");
	put_words(cli, what);
	cli_printf(cli, "\"; return ;;\n");
}

static void bash(struct zdm_cli *cli)
{
	size_t i;

	cli_printf(cli, "# bash completion of zdm: made by zdm completion bash\n\n"
		   "# The last of a list \"a,b,c\" is completed from the words of $1.\n"
		   "_zdm_list() {\n"
		   "    local before=''\n"
		   "    [[ $cur == *,* ]] && before=${cur%%,*},\n"
		   "    mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$1\" -- \"${cur##*,}\")\n"
		   "}\n\n"
		   "_zdm() {\n"
		   "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} cmd='' i\n"
		   "    COMPREPLY=()\n"
		   "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
		   "        case ${COMP_WORDS[i]} in\n        ");
	for (i = 0; zdm_commands[i]; i++)
		cli_printf(cli, "%s%s", i ? "|" : "", zdm_commands[i]->name);
	cli_printf(cli, ") cmd=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n"
		   "    case $cmd,$prev in\n");
	for (i = 0; zdm_commands[i]; i++)
		each_option(cli, zdm_commands[i], bash_argument);
	cli_printf(cli, "    esac\n    if [[ $cur == -* ]]; then\n        case $cmd in\n");
	for (i = 0; zdm_commands[i]; i++) {
		cli_printf(cli, "        %s) i=\"", zdm_commands[i]->name);
		each_option(cli, zdm_commands[i], bash_name);
		cli_printf(cli, "\" ;;\n");
	}
	cli_printf(cli, "        *) i=\"");
	each_option(cli, NULL, bash_name);
	cli_printf(cli, "\" ;;\n        esac\n        mapfile -t COMPREPLY < <(compgen -W \"$i\" -- \"$cur\")\n"
		   "    elif [[ -z $cmd && $prev != --vmlinux && $prev != --layout ]]; then\n"
		   "        mapfile -t COMPREPLY < <(compgen -W \"");
	for (i = 0; zdm_commands[i]; i++)
		cli_printf(cli, "%s%s", i ? " " : "", zdm_commands[i]->name);
	cli_printf(cli, "\" -- \"$cur\")\n    elif [[ $cmd == completion ]]; then\n"
		   "        mapfile -t COMPREPLY < <(compgen -W \"bash zsh fish\" -- \"$cur\")\n    else\n"
		   "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n    fi\n}\n"
		   "complete -o filenames -F _zdm zdm\n");
}

/* Text between apostrophes. */
static void put_quoted(struct zdm_cli *cli, const char *text, const char *bad)
{
	for (; *text; text++) {
		if (strchr(bad, *text))
			cli_printf(cli, "%s", *text == '\'' ? "'\\''" : "\\");
		if (*text != '\'')
			cli_printf(cli, "%c", *text);
	}
}

static void zsh_option(struct zdm_cli *cli, const struct zdm_command *cmd, const struct zdm_option *o,
		       char letter)
{
	enum what what = what_of(cmd, o);

	if (letter)
		cli_printf(cli, "      {-%c,--%s}'", letter, o->name);
	else
		cli_printf(cli, "      '%s--%s", option_is_list(o) ? "*" : "", o->name);
	cli_printf(cli, "%s[", what == NONE ? "" : letter ? "" : "=");
	put_quoted(cli, o->help, "'[]:");
	cli_printf(cli, "]");
	if (what == FILES)
		cli_printf(cli, ":file:_files");
	else if (what == ANYTHING)
		cli_printf(cli, ":value:");
	else if (what != NONE) {
		cli_printf(cli, what == WHEN ? ":when:(" : ":list:_values -s , list ");
		put_words(cli, what);
		cli_printf(cli, "%s", what == WHEN ? ")" : "");
	}
	cli_printf(cli, "' \\\n");
}

static void zsh(struct zdm_cli *cli)
{
	size_t i;

	cli_printf(cli, "#compdef zdm\n# zsh completion of zdm: made by zdm completion zsh\n\n"
		   "_zdm() {\n  local cmd=${words[(r)(");
	for (i = 0; zdm_commands[i]; i++)
		cli_printf(cli, "%s%s", i ? "|" : "", zdm_commands[i]->name);
	cli_printf(cli, ")]}\n  if [[ -z $cmd ]]; then\n    local -a commands=(\n");
	for (i = 0; zdm_commands[i]; i++) {
		cli_printf(cli, "      '%s:", zdm_commands[i]->name);
		put_quoted(cli, zdm_commands[i]->purpose, "':");
		cli_printf(cli, "'\n");
	}
	cli_printf(cli, "    )\n    _describe command commands\n    _arguments -S \\\n");
	each_option(cli, NULL, zsh_option);
	cli_printf(cli, "      '*: :'\n    return\n  fi\n  case $cmd in\n");
	for (i = 0; zdm_commands[i]; i++) {
		cli_printf(cli, "  %s)\n    _arguments -S \\\n", zdm_commands[i]->name);
		each_option(cli, zdm_commands[i], zsh_option);
		cli_printf(cli, "      '*:file:_files' ;;\n");
	}
	cli_printf(cli, "  esac\n}\n\n_zdm \"$@\"\n");
}

static void fish_option(struct zdm_cli *cli, const struct zdm_command *cmd,
			const struct zdm_option *o, char letter)
{
	enum what what = what_of(cmd, o);
	const char *(*word)(size_t i) = words_of(what);

	cli_printf(cli, "complete -c zdm");
	if (cmd)
		cli_printf(cli, " -n '__fish_seen_subcommand_from %s'", cmd->name);
	if (letter)
		cli_printf(cli, " -s %c", letter);
	cli_printf(cli, " -l %s%s", o->name, what == NONE ? "" : what == FILES ? " -r -F" : " -x");
	if (word) {
		cli_printf(cli, " -a '%s", option_is_list(o) ? "(__fish_append , " : "");
		put_words(cli, what);
		cli_printf(cli, "%s'", option_is_list(o) ? ")" : "");
	}
	cli_printf(cli, " -d '");
	put_quoted(cli, o->help, "'");
	cli_printf(cli, "'\n");
}

static void fish(struct zdm_cli *cli)
{
	size_t i;

	cli_printf(cli, "# fish completion of zdm: made by zdm completion fish\n\n");
	for (i = 0; zdm_commands[i]; i++) {
		cli_printf(cli, "complete -c zdm -n __fish_use_subcommand -f -a %s -d '",
			   zdm_commands[i]->name);
		put_quoted(cli, zdm_commands[i]->purpose, "'");
		cli_printf(cli, "'\n");
	}
	each_option(cli, NULL, fish_option);
	for (i = 0; zdm_commands[i]; i++)
		each_own_option(cli, zdm_commands[i], fish_option);
}

static int run_completion(struct zdm_cli *cli, int nr, char **operand)
{
	static const struct {
		const char *name;
		void (*print)(struct zdm_cli *cli);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	size_t i;

	(void)nr;
	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!strcmp(operand[0], shells[i].name)) {
			shells[i].print(cli);
			return ZDM_EXIT_DONE;
		}
	}
	return cli_value_error("'%s' is no shell that is known: bash, zsh, fish", operand[0]);
}

const struct zdm_command cmd_completion = {
	.name = "completion",
	.operands = "SHELL",
	.min_operands = 1, .max_operands = 1,
	.purpose = "print the completion of zdm for bash, zsh or fish",
	.help = "For bash: eval \"$(zdm completion bash)\"; packages install it.\n",
	.run = run_completion,
};

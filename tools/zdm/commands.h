/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* commands: the table of commands and options; help, parsing and completion read it. */
#ifndef ZDM_COMMANDS_H
#define ZDM_COMMANDS_H

#include <stddef.h>

#include "cli.h"

/* One row each, in the order of the help. NULL ends it. */
extern const struct zdm_command *const zdm_commands[];
/* The options that every command has; a NULL name ends them. Letters: 0 for none. */
struct zdm_common_option {
	struct zdm_option o;
	char letter;
};
extern const struct zdm_common_option zdm_common_options[];
extern const struct zdm_common_option zdm_force_option;

const struct zdm_command *command_find(const char *name);

/*
 * Find the command and take the options, wherever they stand. Returns -1 with cli filled
 * and *operands, *nr_operands what is left; else an exit code, all said.
 */
int options_parse(struct zdm_cli *cli, int argc, char **argv, char ***operands, int *nr_operands);

/* help.c */
void help_all(FILE *f);
void help_command(const struct zdm_command *cmd);

/*
 * suggest.c: of what was typed and what there is, the nearest, or NULL. names ends with
 * NULL.
 */
const char *suggest(const char *typed, const char *const *names);
/* " (did you mean 'summary'?)", "" for NULL; buf of SUGGESTION_LEN. */
#define SUGGESTION_LEN 64
const char *suggestion(const char *name, const char *prefix, char *buf);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli: what the commands of zdm share. To add a command: write cmd_<name>.c
 * with its struct zdm_command, and add it to the table in main.c.
 */
#ifndef ZDM_CLI_H
#define ZDM_CLI_H

#include <string.h>

#include <zdm/report.h>

/* Exit codes; documented in zdm(1). */
enum zdm_exit {
	ZDM_EXIT_DONE = 0,
	ZDM_EXIT_DAMAGED = 1,	/* done, but the dump is damaged or check contradicted */
	ZDM_EXIT_USAGE = 2,
	ZDM_EXIT_OPEN = 3,	/* cannot open, not a kernel dump, cannot write */
	ZDM_EXIT_MISSING = 4,	/* a symbol, type or page that is needed is missing */
};

#define ZDM_MAX_OPTS 16
#define ZDM_ERR_LEN 512

/* An option of one command, beside the common ones. */
struct zdm_option {
	const char *name;	/* long name, without dashes */
	const char *arg;	/* what its argument is called, NULL: takes none */
	const char *help;	/* one line */
};

/* "CLASS[,CLASS…]": given again, the list goes on. */
static inline bool option_is_list(const struct zdm_option *o)
{
	return o->arg && strchr(o->arg, '[');
}

struct zdm_cli;

struct zdm_command {
	const char *name;
	const char *operands;		/* as the usage line shows them */
	int min_operands, max_operands;	/* max -1: any number */
	bool runs_program;		/* what follows the first operand is the program's */
	const char *purpose;		/* one line */
	const struct zdm_option *opts;	/* ends with a NULL name; NULL: none */
	const char *help;		/* more lines for --help, NULL: none */
	bool names_classes;		/* --help lists the classes, too */
	bool writes;			/* makes a file: has -f, --force */
	bool listing;			/* may be longer than a screen: through the pager */
	/* operand[0..nr): what is left of the command line. Returns an exit code. */
	int (*run)(struct zdm_cli *cli, int nr, char **operand);
};

struct zdm_cli {
	const struct zdm_command *cmd;
	const char *vmlinux, *layout;	/* files of --vmlinux and --layout, NULL: none */
	bool json, quiet;
	bool force;		/* overwrite what exists */
	bool help, version;	/* what was asked for instead of work */
	void (*sigpipe)(int sig);	/* what SIGPIPE did when zdm began */
	/* argument of option i of the command; "" for one without; NULL: not given */
	const char *opt[ZDM_MAX_OPTS];
	char *joined[ZDM_MAX_OPTS];	/* memory of those that were given twice */
	struct zdm_sink out;		/* standard output */
};

/* One line "zdm: …" to stderr; warnings are silent with --quiet. */
__attribute__((format(printf, 1, 2)))
void cli_error(const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void cli_warn(const struct zdm_cli *cli, const char *fmt, ...);
/* The same, then "try 'zdm CMD --help'"; returns ZDM_EXIT_USAGE. */
__attribute__((format(printf, 2, 3)))
int cli_usage_error(const struct zdm_cli *cli, const char *fmt, ...);

/* An argument that is no good: one line, as nothing in the help would mend it; the same code. */
__attribute__((format(printf, 1, 2)))
int cli_value_error(const char *fmt, ...);

/*
 * The exit code of a report that went to standard output. That nobody reads on is no
 * error of ours; a report for which memory ran out is not whole, and says so.
 */
int cli_reported(enum zdm_status st);

/* printf to standard output; false once it cannot be written any more. */
__attribute__((format(printf, 2, 3)))
bool cli_printf(struct zdm_cli *cli, const char *fmt, ...);

/* The begin of a JSON object: schema and vmcore, and no closing brace. */
void cli_json_begin(struct zdm_cli *cli, const char *vmcore);

/* A number as users write it: decimal, or hex with 0x. False: it is none. */
bool cli_parse_u64(const char *text, uint64_t *ret);

#endif

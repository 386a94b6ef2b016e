// SPDX-License-Identifier: LGPL-2.1-or-later
/* zdm COMMAND [options] VMCORE: the table of commands, their options, help. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "cli.h"

/* One row each, in the order of the help. */
#define COMMANDS(row) \
	row(summary) \
	row(ranges) \
	row(map) \
	row(pfn) \
	row(sections) \
	row(pgmaps) \
	row(check) \
	row(oops) \
	row(kpage) \
	row(layout) \
	row(capsule) \
	row(carve) \
	row(exec)

#define DECLARE(name) extern const struct zdm_command cmd_##name;
COMMANDS(DECLARE)
#define ADDRESS(name) &cmd_##name,
static const struct zdm_command *const commands[] = { COMMANDS(ADDRESS) };
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

enum { OPT_VMLINUX = 1000, OPT_LAYOUT, OPT_JSON, OPT_VERSION, OPT_OWN };

static const struct option common_opts[] = {
	{ "vmlinux", required_argument, NULL, OPT_VMLINUX },
	{ "layout", required_argument, NULL, OPT_LAYOUT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
};
#define NR_COMMON (sizeof(common_opts) / sizeof(common_opts[0]))

static const char common_help[] =
	"Common options:\n"
	"  --vmlinux FILE     take symbols and types from this vmlinux, or the one below this directory\n"
	"  --layout FILE      take them from this layout file (see zdm layout)\n"
	"  --json             print one JSON object\n"
	"  -q, --quiet        no warnings, no progress\n"
	"  -h, --help         help, also for each command\n"
	"      --version      version of zdm\n";

static const char force_help[] =
	"  -f, --force        overwrite a file that exists\n";

static const char exit_help[] =
	"Exit codes:\n"
	"  0 done    1 done, but the dump is damaged or check found a contradiction\n"
	"  2 usage   3 cannot open, or not a kernel dump   4 symbol, type or page missing\n";

__attribute__((format(printf, 1, 0)))
static void complain(const char *fmt, va_list ap)
{
	char line[2 * ZDM_ERR_LEN], clean[4 * sizeof(line)];

	vsnprintf(line, sizeof(line), fmt, ap);
	zdm_text_clean(line, strlen(line), ZDM_CLEAN_LINE, clean, sizeof(clean));
	fflush(stdout);
	fprintf(stderr, "zdm: %s\n", clean);
}

void cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
}

void cli_warn(const struct zdm_cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
}

int cli_usage_error(const struct zdm_cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
	if (cli->cmd)
		fprintf(stderr, "Try 'zdm %s --help'.\n", cli->cmd->name);
	else
		fprintf(stderr, "Try 'zdm --help'.\n");
	return ZDM_EXIT_USAGE;
}

/* JSON is clean already, by its own rules. */
static bool emit_stdout(void *priv, const char *text, size_t len)
{
	const struct zdm_cli *cli = priv;
	size_t need = cli->json ? len : zdm_text_clean(text, len, ZDM_CLEAN_LINES, NULL, 0);
	char *clean;
	bool ok;

	if (need == len)
		return fwrite(text, 1, len, stdout) == len;
	clean = malloc(need + 1);
	if (!clean)
		return false;
	zdm_text_clean(text, len, ZDM_CLEAN_LINES, clean, need + 1);
	ok = fwrite(clean, 1, need, stdout) == need;
	free(clean);
	return ok;
}

bool cli_printf(struct zdm_cli *cli, const char *fmt, ...)
{
	char *text;
	va_list ap;
	bool ok;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return false;
	ok = cli->out.emit_fn(cli->out.priv, text, (size_t)n);
	free(text);
	return ok;
}

int cli_reported(enum zdm_status st)
{
	if (st == ZDM_OK || st == ZDM_STOPPED)
		return ZDM_EXIT_DONE;
	cli_error("the report is not whole: %s", zdm_status_name(st));
	return ZDM_EXIT_OPEN;
}

void cli_json_begin(struct zdm_cli *cli, const char *vmcore)
{
	size_t len = strlen(vmcore), need = zdm_text_clean(vmcore, len, ZDM_CLEAN_JSON, NULL, 0);
	char *clean = malloc(need + 1);
	struct json_object *name;

	if (clean)
		zdm_text_clean(vmcore, len, ZDM_CLEAN_JSON, clean, need + 1);
	name = json_object_new_string(clean ? clean : "");
	cli_printf(cli, "{\"schema\":%d,\"vmcore\":%s", ZDM_JSON_SCHEMA,
		   json_object_to_json_string_ext(name, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(name);
	free(clean);
}

bool cli_parse_u64(const char *text, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	if (errno || *end)
		return false;
	*ret = n;
	return true;
}

static void print_usage(FILE *f)
{
	size_t i;

	fprintf(f, "Usage: zdm COMMAND [options] VMCORE\n"
		"Which struct pages of a kernel crash dump may be believed, and why.\n\n"
		"Commands:\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(f, "  %-10s %s\n", commands[i]->name, commands[i]->purpose);
	fprintf(f, "\n%s\n%s", common_help, exit_help);
}

static int option_width(const struct zdm_option *o)
{
	return (int)strlen(o->name) + (o->arg ? 1 + (int)strlen(o->arg) : 0);
}

static void print_options(const struct zdm_option *opts)
{
	const struct zdm_option *o;
	int width = 16;		/* as the common ones */

	for (o = opts; o->name; o++)
		if (option_width(o) > width)
			width = option_width(o);
	printf("Options:\n");
	for (o = opts; o->name; o++)
		printf("  --%s%s%s%*s %s\n", o->name, o->arg ? " " : "", o->arg ? o->arg : "",
		       width - option_width(o), "", o->help);
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

static void print_help(const struct zdm_command *cmd)
{
	printf("Usage: zdm %s [options] %s\n%s.\n\n", cmd->name, cmd->operands, cmd->purpose);
	if (cmd->help)
		printf("%s\n", cmd->help);
	if (cmd->opts)
		print_options(cmd->opts);
	if (cmd->names_classes)
		print_classes();
	printf("%s%s\n%s", common_help, cmd->writes ? force_help : "", exit_help);
}

static const struct zdm_command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* The options of the command and the common ones, as getopt_long() wants them. */
static void build_options(const struct zdm_command *cmd, struct option *ret)
{
	size_t n = NR_COMMON, i;

	memcpy(ret, common_opts, sizeof(common_opts));
	for (i = 0; cmd->opts && cmd->opts[i].name && i < ZDM_MAX_OPTS; i++, n++) {
		ret[n].name = cmd->opts[i].name;
		ret[n].has_arg = cmd->opts[i].arg ? required_argument : no_argument;
		ret[n].flag = NULL;
		ret[n].val = OPT_OWN + (int)i;
	}
	if (cmd->writes)
		ret[n++] = (struct option){ "force", no_argument, NULL, 'f' };
	memset(&ret[n], 0, sizeof(ret[n]));
}

/* Returns -1 to go on, else the exit code. */
static int parse_options(struct zdm_cli *cli, int argc, char **argv)
{
	const char *letters = cli->cmd->runs_program ? "+:qh" : cli->cmd->writes ? ":qhf" : ":qh";
	struct option opts[NR_COMMON + ZDM_MAX_OPTS + 2];
	int c;

	build_options(cli->cmd, opts);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, opts, NULL)) != -1) {
		switch (c) {
		case OPT_VMLINUX:
			cli->vmlinux = optarg;
			break;
		case OPT_LAYOUT:
			cli->layout = optarg;
			break;
		case OPT_JSON:
			cli->json = true;
			break;
		case 'q':
			cli->quiet = true;
			break;
		case 'f':
			cli->force = true;
			break;
		case 'h':
			print_help(cli->cmd);
			return ZDM_EXIT_DONE;
		case OPT_VERSION:
			printf("zdm %s\n", zdm_version());
			return ZDM_EXIT_DONE;
		case ':':
			return cli_usage_error(cli, "option '%s' needs an argument",
					       argv[optind - 1]);
		case '?':
			if (optopt > 0 && optopt < 256)
				return cli_usage_error(cli, "unknown option '-%c'", optopt);
			return cli_usage_error(cli, "unknown option '%s'", argv[optind - 1]);
		default:
			cli->opt[c - OPT_OWN] = optarg ? optarg : "";
		}
	}
	return -1;
}

static int run_command(struct zdm_cli *cli, int argc, char **argv)
{
	const struct zdm_command *cmd = cli->cmd;
	int ret = parse_options(cli, argc, argv);
	int nr = argc - optind;

	if (ret >= 0)
		return ret;
	if (nr < cmd->min_operands)
		return cli_usage_error(cli, "%s: %s is missing", cmd->name, cmd->operands);
	if (cmd->max_operands >= 0 && nr > cmd->max_operands)
		return cli_usage_error(cli, "%s: '%s' is one operand too many", cmd->name,
				       argv[optind + cmd->max_operands]);
	ret = cmd->run(cli, nr, argv + optind);
	/* what was not written was not done */
	if (fflush(stdout) || ferror(stdout)) {
		if (errno != EPIPE)
			cli_error("standard output: %s", strerror(errno));
		return errno == EPIPE ? ret : ZDM_EXIT_OPEN;
	}
	return ret;
}

/*
 * Tables of large machines double as they grow. glibc takes them from the heap once a large
 * block was freed, where the old one stays and the new one is a copy: two thirds of the peak.
 */
static void large_blocks_apart(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 256 << 10);
#endif
}

int main(int argc, char **argv)
{
	struct zdm_cli cli = { .out = { .emit_fn = emit_stdout } };
	const char *name = argc > 1 ? argv[1] : NULL;

	large_blocks_apart();
	cli.out.priv = &cli;
	cli.sigpipe = signal(SIGPIPE, SIG_IGN);
	if (!name) {
		print_usage(stderr);
		return ZDM_EXIT_USAGE;
	}
	if (!strcmp(name, "--version")) {
		printf("zdm %s\n", zdm_version());
		return ZDM_EXIT_DONE;
	}
	if (!strcmp(name, "help") && argc > 2) {
		cli.cmd = find_command(argv[2]);
		if (!cli.cmd)
			return cli_usage_error(&cli, "unknown command '%s'", argv[2]);
		print_help(cli.cmd);
		return ZDM_EXIT_DONE;
	}
	if (!strcmp(name, "-h") || !strcmp(name, "--help") || !strcmp(name, "help")) {
		print_usage(stdout);
		return ZDM_EXIT_DONE;
	}
	if (name[0] == '-')
		return cli_usage_error(&cli, "unknown option '%s'", name);
	cli.cmd = find_command(name);
	if (!cli.cmd)
		return cli_usage_error(&cli, "unknown command '%s'", name);
	return run_command(&cli, argc - 1, argv + 1);
}

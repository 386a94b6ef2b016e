// SPDX-License-Identifier: LGPL-2.1-or-later
/* zdm COMMAND [options] VMCORE: the table of commands and options; how all of them talk. */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "commands.h"
#include "screen.h"

/* One row each, in the order of the help. */
#define COMMANDS(row) \
	row(summary) \
	row(ranges) \
	row(map) \
	row(pfn) \
	row(data) \
	row(sections) \
	row(pgmaps) \
	row(check) \
	row(oops) \
	row(kpage) \
	row(layout) \
	row(capsule) \
	row(carve) \
	row(exec) \
	row(completion)

#define DECLARE(name) extern const struct zdm_command cmd_##name;
COMMANDS(DECLARE)
#define ADDRESS(name) &cmd_##name,
const struct zdm_command *const zdm_commands[] = { COMMANDS(ADDRESS) NULL };

const struct zdm_common_option zdm_common_options[] = {
	{ { "vmlinux", "FILE", "take symbols and types from this vmlinux, or the one below this "
	    "directory" }, 0 },
	{ { "layout", "FILE", "take them from this layout file (see zdm layout)" }, 0 },
	{ { "json", NULL, "print one JSON object" }, 'J' },
	{ { "quiet", NULL, "no warnings, no progress" }, 'q' },
	{ { "help", NULL, "help, also for each command" }, 'h' },
	{ { "version", NULL, "version of zdm" }, 0 },
	{ { NULL, NULL, NULL }, 0 },
};
const struct zdm_common_option zdm_force_option = {
	{ "force", NULL, "overwrite a file that exists" }, 'f',
};

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

int cli_value_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(fmt, ap);
	va_end(ap);
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
	char **operand;
	int nr, ret;
	size_t i;

	large_blocks_apart();
	cli.out.priv = &cli;
	cli.sigpipe = signal(SIGPIPE, SIG_IGN);
	ret = options_parse(&cli, argc, argv, &operand, &nr);
	if (ret < 0) {
		if (cli.cmd->listing && !cli.json)
			screen_begin();
		ret = cli.cmd->run(&cli, nr, operand);
		/* what was not written was not done */
		if (fflush(stdout) || ferror(stdout)) {
			if (errno != EPIPE) {
				cli_error("standard output: %s", strerror(errno));
				ret = ZDM_EXIT_OPEN;
			}
		}
	}
	screen_end();
	for (i = 0; i < ZDM_MAX_OPTS; i++)
		free(cli.joined[i]);
	return ret;
}

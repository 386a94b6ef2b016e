// SPDX-License-Identifier: LGPL-2.1-or-later
/* layout: what zdm needs to know of a kernel, for dumps that do not tell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/layout.h>

#include "fileio.h"
#include "live.h"
#include "open.h"
#include "outfile.h"

enum { LAYOUT_LIVE, LAYOUT_OUTPUT, LAYOUT_KALLSYMS, LAYOUT_BTF, LAYOUT_RELEASE };

static const struct zdm_option layout_opts[] = {
	{ "live", NULL, "of the running kernel: /sys/kernel/btf/vmlinux, /proc/kallsyms" },
	{ "output", "FILE", "write there, complete or not at all; - is stdout" },
	{ "kallsyms", "FILE", "of another machine: its /proc/kallsyms, read as root" },
	{ "btf", "FILE", "and its /sys/kernel/btf/vmlinux" },
	{ "release", "TEXT", "and its uname -r" },
	{ NULL, NULL, NULL },
};

/* A layout as it is made; what is wrong with one is said before a file is touched. */
struct made {
	FILE *mem;
	char *text;
	size_t len;
	struct zdm_sink sink;
	char err[ZDM_ERR_LEN];
};

static bool emit_made(void *priv, const char *text, size_t len)
{
	struct made *m = priv;

	return m->mem && fwrite(text, 1, len, m->mem) == len;
}

static void made_init(struct made *m)
{
	memset(m, 0, sizeof(*m));
	m->mem = open_memstream(&m->text, &m->len);
	m->sink.emit_fn = emit_made;
	m->sink.priv = m;
}

static enum zdm_status fill(void *priv, const struct zdm_sink *sink)
{
	const struct made *m = priv;

	return sink->emit_fn(sink->priv, m->text, m->len) ? ZDM_OK : ZDM_IO;
}

/* st: of making it. hint: what else may help, "" for nothing. */
static int put_layout(struct zdm_cli *cli, const char *what, const char *hint, struct made *m,
		      enum zdm_status st)
{
	const char *path = cli->opt[LAYOUT_OUTPUT];
	int code = ZDM_EXIT_DONE;

	if ((!m->mem || fclose(m->mem)) && st == ZDM_OK)
		st = ZDM_NOMEM;
	if (st == ZDM_ABSENT) {
		cli_error("%s: %s not found there: no layout can be made of it%s", what, m->err,
			  hint);
		code = ZDM_EXIT_MISSING;
	} else if (st != ZDM_OK) {
		cli_error("out of memory");
		code = ZDM_EXIT_OPEN;
	} else if (path && strcmp(path, "-")) {
		if (outfile_write(path, NULL, cli->force, fill, m, m->err, sizeof(m->err))) {
			cli_error("%s", m->err);
			code = ZDM_EXIT_OPEN;
		}
	} else {
		cli->out.emit_fn(cli->out.priv, m->text, m->len);
	}
	free(m->text);
	return code;
}

static int layout_of_dump(struct zdm_cli *cli, const char *path)
{
	struct opened o;
	struct made m;
	int code = open_session(cli, path, &o);

	if (code == ZDM_EXIT_DONE) {
		made_init(&m);
		code = put_layout(cli, path, "; give --vmlinux", &m,
				  zdm_layout_of_session(o.s, &m.sink, m.err, sizeof(m.err)));
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	return code;
}

static int layout_of_sources(struct zdm_cli *cli)
{
	struct opened o = { .nr_sources = 0 };
	struct made m;
	int code = open_sources(cli, &o);

	if (code == ZDM_EXIT_DONE) {
		made_init(&m);
		code = put_layout(cli, cli->vmlinux ? cli->vmlinux : cli->layout, "", &m,
				  zdm_layout_of_sources(o.source, o.nr_sources, NULL, NULL, &m.sink,
							m.err, sizeof(m.err)));
	}
	close_opened(&o);
	return code;
}

/* The running kernel's, or what was saved of another one. */
static int layout_of_live(struct zdm_cli *cli)
{
	const char *kallsyms = cli->opt[LAYOUT_KALLSYMS], *btf = cli->opt[LAYOUT_BTF];
	const char *release = cli->opt[LAYOUT_RELEASE];
	char err[ZDM_ERR_LEN];
	struct live live;
	struct made m;
	int code;

	if (live_open(&live, kallsyms, btf, err, sizeof(err))) {
		cli_error("%s", err);
		return kallsyms ? ZDM_EXIT_OPEN : ZDM_EXIT_MISSING;
	}
	made_init(&m);
	code = put_layout(cli, kallsyms ? kallsyms : "the running kernel",
			  "; without CONFIG_KALLSYMS_ALL it lists no variables: use --vmlinux", &m,
			  zdm_layout_of_sources(live.source, live.nr,
						release ? release : live.release, live.build_id,
						&m.sink, m.err, sizeof(m.err)));
	live_close(&live);
	return code;
}

static int run_layout(struct zdm_cli *cli, int nr, char **operand)
{
	if (cli->json)
		return cli_usage_error(cli, "layout: a layout file is text; leave out --json");
	if (!cli->opt[LAYOUT_KALLSYMS] != !cli->opt[LAYOUT_BTF])
		return cli_usage_error(cli, "layout: --kallsyms and --btf go together");
	if (cli->opt[LAYOUT_LIVE] || cli->opt[LAYOUT_KALLSYMS]) {
		if (nr || cli->vmlinux || cli->layout)
			return cli_usage_error(cli, "layout: --live and --kallsyms take no VMCORE, "
					       "--vmlinux or --layout");
		if (cli->opt[LAYOUT_LIVE] && cli->opt[LAYOUT_KALLSYMS])
			return cli_usage_error(cli, "layout: --live or --kallsyms, not both");
		return layout_of_live(cli);
	}
	if (cli->opt[LAYOUT_RELEASE])
		return cli_usage_error(cli, "layout: --release goes with --kallsyms and --btf");
	if (nr) {
		if (cli->opt[LAYOUT_OUTPUT] && fileio_same(cli->opt[LAYOUT_OUTPUT], operand[0]))
			return cli_usage_error(cli, "layout: the output would overwrite %s",
					       operand[0]);
		return layout_of_dump(cli, operand[0]);
	}
	if (!cli->vmlinux && !cli->layout)
		return cli_usage_error(cli, "layout: give a VMCORE, --vmlinux FILE or --live");
	return layout_of_sources(cli);
}

const struct zdm_command cmd_layout = {
	.name = "layout",
	.operands = "[VMCORE]",
	.min_operands = 0, .max_operands = 1,
	.purpose = "write a layout file, of a vmcore, a vmlinux or the running kernel",
	.opts = layout_opts,
	.writes = true,
	.help = "Kernels before 6.0 do not say in their dumps where their symbols are, and some\n"
		"have no BTF. With a layout file of that kernel zdm reads their dumps too:\n"
		"  zdm layout VMCORE | zdm layout --vmlinux FILE | zdm layout --live\n"
		"  zdm layout --kallsyms FILE --btf FILE [--release TEXT]\n",
	.run = run_layout,
};

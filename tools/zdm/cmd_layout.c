// SPDX-License-Identifier: LGPL-2.1-or-later
/* layout: what zdm needs to know of a kernel, for dumps that do not tell. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fileio.h"
#include "capsule/layout_write.h"
#include "live.h"
#include "open.h"
#include "kernel/same_kernel.h"
#include "kernel/session.h"
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

struct file_sink {
	FILE *f;
	bool failed;
};

static bool emit_file(void *priv, const char *text, size_t len)
{
	struct file_sink *s = priv;

	s->failed |= fwrite(text, 1, len, s->f) != len;
	return !s->failed;
}

static int write_file(const char *path, bool force, const struct zdm_kdef *k,
		      const struct zdm_layout_info *info)
{
	char err[ZDM_ERR_LEN];
	struct file_sink fs = { .failed = false };
	struct zdm_sink sink = { .emit_fn = emit_file, .priv = &fs };
	struct outfile out;

	if (outfile_open(&out, path, NULL, force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	fs.f = fdopen(dup(out.fd), "w");
	if (!fs.f) {
		cli_error("out of memory");
		outfile_discard(&out);
		return ZDM_EXIT_OPEN;
	}
	zdm_layout_write(k, info, &sink);
	if (fclose(fs.f) || fs.failed) {
		cli_error("cannot write %s: the disk may be full", path);
		outfile_discard(&out);
		return ZDM_EXIT_OPEN;
	}
	if (outfile_commit(&out, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	return ZDM_EXIT_DONE;
}

/* A layout without these would not help anybody. */
static int check_useful(const struct zdm_kdef *k, const char *what, const char *hint)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_SYM_MEM_SECTION, ZDM_SIZE_MEM_SECTION, ZDM_MEM_SECTION_MEM_MAP, ZDM_SIZE_PAGE,
	};
	char name[80];
	size_t i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (zdm_kdef_has(k, need[i]))
			continue;
		zdm_kdef_name(need[i], name, sizeof(name));
		cli_error("%s: %s not found there: no layout can be made of it%s", what, name,
			  hint);
		return ZDM_EXIT_MISSING;
	}
	return ZDM_EXIT_DONE;
}

/* hint: what else may help, "" for nothing. */
static int put_layout(struct zdm_cli *cli, const char *what, const char *hint,
		      const struct zdm_kdef *k, const struct zdm_layout_info *info)
{
	int code = check_useful(k, what, hint);

	if (code != ZDM_EXIT_DONE)
		return code;
	if (cli->opt[LAYOUT_OUTPUT] && strcmp(cli->opt[LAYOUT_OUTPUT], "-"))
		return write_file(cli->opt[LAYOUT_OUTPUT], cli->force, k, info);
	zdm_layout_write(k, info, &cli->out);
	return ZDM_EXIT_DONE;
}

static int layout_of_dump(struct zdm_cli *cli, const char *path)
{
	struct zdm_layout_info info = { .release = "", .build_id = "" };
	char banner[ZDM_BANNER_BYTES];
	const char *line;
	struct opened o;
	int code = open_session(cli, path, &o);

	if (code == ZDM_EXIT_DONE) {
		info.release = o.s->release;
		info.kaslr_offset = o.s->kaslr_offset;
		if (o.s->vmcoreinfo && zdm_source_vmcoreinfo_line(o.s->vmcoreinfo, "BUILD-ID",
								  &line) == ZDM_OK)
			info.build_id = line;
		if (zdm_kernel_banner(o.s, banner, sizeof(banner)))
			info.banner = banner;
		code = put_layout(cli, path, "; give --vmlinux", &o.s->k, &info);
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	return code;
}

static int layout_of_sources(struct zdm_cli *cli)
{
	struct zdm_layout_info info = { .release = "", .build_id = "" };
	struct opened o = { .nr_sources = 0 };
	struct zdm_kdef k;
	size_t i;
	int code = open_sources(cli, &o);

	if (code == ZDM_EXIT_DONE) {
		for (i = 0; i < o.nr_sources; i++) {
			if (!info.release[0])
				info.release = o.source[i]->release;
			if (!info.build_id[0])
				info.build_id = o.source[i]->build_id;
			if (!info.banner && o.source[i]->banner[0])
				info.banner = o.source[i]->banner;
		}
		zdm_kdef_resolve(&k, (const struct zdm_source *const *)o.source, o.nr_sources, 0);
		code = put_layout(cli, cli->vmlinux ? cli->vmlinux : cli->layout, "", &k, &info);
	}
	close_opened(&o);
	return code;
}

/* The running kernel's, or what was saved of another one. */
static int layout_of_live(struct zdm_cli *cli)
{
	const char *kallsyms = cli->opt[LAYOUT_KALLSYMS], *btf = cli->opt[LAYOUT_BTF];
	struct zdm_layout_info info = { .release = "", .build_id = "" };
	const struct zdm_source *chain[2];
	char err[ZDM_ERR_LEN];
	struct zdm_kdef k;
	struct live live;
	int code;

	if (live_open(&live, kallsyms, btf, err, sizeof(err))) {
		cli_error("%s", err);
		return kallsyms ? ZDM_EXIT_OPEN : ZDM_EXIT_MISSING;
	}
	info.release = cli->opt[LAYOUT_RELEASE] ? cli->opt[LAYOUT_RELEASE] : live.release;
	info.build_id = live.build_id;
	info.kaslr_offset = live.kaslr_offset;
	chain[0] = &live.symbols;
	chain[1] = live.types;
	zdm_kdef_resolve(&k, chain, 2, 0);
	code = put_layout(cli, kallsyms ? kallsyms : "the running kernel",
			  "; without CONFIG_KALLSYMS_ALL it lists no variables: use --vmlinux",
			  &k, &info);
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

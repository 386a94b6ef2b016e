// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "finddump.h"
#include "open.h"

/* What the status of zdm_open() or zdm_model_build() is to a user. */
static int exit_of(enum zdm_status st)
{
	switch (st) {
	case ZDM_OK:
		return ZDM_EXIT_DONE;
	case ZDM_ABSENT:
	case ZDM_UNREADABLE:
		return ZDM_EXIT_MISSING;
	default:
		return ZDM_EXIT_OPEN;
	}
}

/* What zdm reads it reads here and there: a pipe cannot be. */
static bool is_stdin(const char *path)
{
	if (!path || strcmp(path, "-"))
		return false;
	cli_error("-: standard input cannot be read here and there, as a file can: name a file "
		  "(one of that name is ./-)");
	return true;
}

/* A vmlinux by name, or by the directory that debug files were put into. */
static int open_vmlinux(const struct zdm_cli *cli, struct opened *ret)
{
	char err[ZDM_ERR_LEN], hint[HINT_LEN], found[4096];
	const char *path = cli->vmlinux;
	enum zdm_status status;
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		if (!debug_find_vmlinux(&ret->kernel, path, found, sizeof(found))) {
			cli_error("%s: no vmlinux of this dump's kernel there (release %s, build-id "
				  "%s)", path, ret->kernel.release[0] ? ret->kernel.release : "unknown",
				  ret->kernel.build_id[0] ? ret->kernel.build_id : "unknown");
			return ZDM_EXIT_OPEN;
		}
		path = found;
	}
	status = zdm_source_vmlinux_open(path, &ret->source[ret->nr_sources], err, sizeof(err));
	if (status != ZDM_OK) {
		cli_error("%s%s", err, hint_words(cli, ret, status == ZDM_INVAL ? ZDM_HINT_DEBUG_INFO :
						  ZDM_HINT_NONE, hint, sizeof(hint)));
		return ZDM_EXIT_OPEN;
	}
	ret->nr_sources++;
	return ZDM_EXIT_DONE;
}

/* A dump that does not lead to its symbols, and nothing given: is the vmlinux at hand? */
static bool look_for_vmlinux(const struct zdm_cli *cli, struct opened *o)
{
	char path[4096];

	if (cli->vmlinux || o->nr_sources || zdm_dump_live(o->dump) || o->kernel.has_kallsyms ||
	    !debug_find_vmlinux(&o->kernel, NULL, path, sizeof(path)) ||
	    zdm_source_vmlinux_open(path, &o->source[0], NULL, 0) != ZDM_OK)
		return false;
	o->nr_sources = 1;
	return true;
}

static void read_kernel(struct opened *o)
{
	const char *text;
	size_t len;

	if (zdm_dump_ops(o->dump)->vmcoreinfo_fn(o->dump, &text, &len) == ZDM_OK)
		debug_kernel_parse(text, len, &o->kernel);
}

const char *hint_words(const struct zdm_cli *cli, const struct opened *o, enum zdm_hint hint,
		       char *buf, size_t len)
{
	const char *release = o->kernel.release;
	char package[256];
	int n;

	buf[0] = '\0';
	switch (hint) {
	case ZDM_HINT_NONE:
		break;
	case ZDM_HINT_KERNEL_FILE:
		n = snprintf(buf, len, "; give --vmlinux or --layout%s%s",
			     release[0] ? " of kernel " : "", release);
		if (n > 0 && (size_t)n < len && !cli->vmlinux && !cli->layout &&
		    debug_package(release, package, sizeof(package)))
			snprintf(buf + n, len - (size_t)n, "; a vmlinux is in %s", package);
		break;
	case ZDM_HINT_DEBUG_INFO:
		snprintf(buf, len, "; give the --vmlinux of the kernel's debug package");
		break;
	}
	return buf;
}

int open_sources(struct zdm_cli *cli, struct opened *ret)
{
	char err[ZDM_ERR_LEN];
	enum zdm_status st;

	if (is_stdin(cli->layout) || is_stdin(cli->vmlinux))
		return ZDM_EXIT_OPEN;
	if (cli->layout) {
		st = zdm_source_layout_open(cli->layout, &ret->source[ret->nr_sources], err,
					    sizeof(err));
		if (st != ZDM_OK) {
			cli_error("%s%s", err, st == ZDM_CORRUPT ? "; `zdm layout` writes one" : "");
			return ZDM_EXIT_OPEN;
		}
		ret->nr_sources++;
	}
	return cli->vmlinux ? open_vmlinux(cli, ret) : ZDM_EXIT_DONE;
}

static int open_capsule_layout(struct opened *ret)
{
	char err[ZDM_ERR_LEN];
	const char *text;
	size_t len;

	text = zdm_dump_layout(ret->dump, &len);
	if (!text || !len)
		return ZDM_EXIT_DONE;
	if (zdm_source_layout_open_mem(text, len, "in the capsule",
				       &ret->source[ret->nr_sources], err, sizeof(err)) != ZDM_OK) {
		cli_error("%s: damaged capsule: %s", ret->path, err);
		return ZDM_EXIT_OPEN;
	}
	ret->nr_sources++;
	return ZDM_EXIT_DONE;
}

static bool drop_looked_for(struct opened *o, bool *looked)
{
	zdm_source_close(o->source[0]);
	o->nr_sources = 0;
	*looked = false;
	return true;
}

static void add_progress(void *priv, uint64_t bytes)
{
	progress_add(priv, bytes);
}

int open_session(struct zdm_cli *cli, const char *path, struct opened *ret)
{
	enum zdm_hint would_help = ZDM_HINT_NONE;
	struct zdm_open_opts opts = { .size = sizeof(opts), .hint = &would_help };
	struct zdm_dump_opts dump_opts = {
		.progress_fn = add_progress, .priv = &ret->progress, .other_formats = true,
	};
	char err[ZDM_ERR_LEN], hint[HINT_LEN];
	bool looked;
	enum zdm_status st;
	int code;

	memset(ret, 0, sizeof(*ret));
	ret->path = path;
	progress_init(&ret->progress, cli->quiet);
	if (is_stdin(path))
		return ZDM_EXIT_OPEN;
	if (finddump_is_directory(path)) {
		ret->found = finddump(path, err, sizeof(err));
		if (!ret->found) {
			cli_error("%s: %s", path, err);
			return ZDM_EXIT_OPEN;
		}
		path = ret->path = ret->found;
		cli_warn(cli, "%s: the dump of that directory", path);
	}
	if (zdm_dump_open(path, &dump_opts, &ret->dump, err, sizeof(err)) != ZDM_OK) {
		cli_error("%s: %s", path, err);
		return ZDM_EXIT_OPEN;
	}
	read_kernel(ret);
	code = open_sources(cli, ret);
	if (code == ZDM_EXIT_DONE)
		code = open_capsule_layout(ret);
	if (code != ZDM_EXIT_DONE)
		return code;
	looked = look_for_vmlinux(cli, ret);
	progress_begin(&ret->progress, "reading", 0);
	do {
		opts.sources = ret->source;
		opts.nr_sources = ret->nr_sources;
		st = zdm_open(zdm_dump_ops(ret->dump), ret->dump, &opts, &ret->s, err, sizeof(err));
	/* one that nobody gave and that does not fit is as good as none */
	} while (looked && st == ZDM_INVAL && drop_looked_for(ret, &looked));
	progress_end(&ret->progress);
	if (st != ZDM_OK) {
		cli_error("%s: %s%s", path, err,
			  hint_words(cli, ret, would_help, hint, sizeof(hint)));
		if (zdm_dump_damage(ret->dump))
			cli_warn(cli, "%s: %s", path, zdm_dump_damage(ret->dump));
	}
	return exit_of(st);
}

int open_model(struct zdm_cli *cli, const char *path, struct opened *ret)
{
	char err[ZDM_ERR_LEN];
	enum zdm_status st;
	int code = open_session(cli, path, ret);

	if (code != ZDM_EXIT_DONE)
		return code;
	progress_begin(&ret->progress, "reading", 0);
	st = zdm_model_build(ret->s, &ret->m, err, sizeof(err));
	if (st == ZDM_OK && zdm_dump_live(ret->dump))
		st = settle_model(ret->s, &ret->m, &ret->settled, err, sizeof(err));
	progress_end(&ret->progress);
	if (st == ZDM_OK)
		return ZDM_EXIT_DONE;
	cli_error("%s: %s", path, err);
	/* opened it was: what is missing, or no good, is the section table */
	return st == ZDM_NOMEM || st == ZDM_INVAL ? ZDM_EXIT_OPEN : ZDM_EXIT_MISSING;
}

void close_opened(struct opened *o)
{
	progress_end(&o->progress);
	zdm_model_free(o->m);
	zdm_close(o->s);
	while (o->nr_sources)
		zdm_source_close(o->source[--o->nr_sources]);
	zdm_dump_close(o->dump);
	free(o->found);
}

/* The caller has said it in words of its own. */
static bool is_said(const struct opened *o, const char *line)
{
	return o->contradiction_said && strstr(line, zdm_model_contradiction(o->m));
}

int finish_opened(struct zdm_cli *cli, struct opened *o, bool shown, int code)
{
	const char *damage = zdm_dump_damage(o->dump);
	const char *const *line;
	char hint[HINT_LEN];
	size_t nr = o->m && !shown ? zdm_model_warnings(o->m, &line) : 0, i;

	if (o->settled == SETTLED_LATER)
		cli_warn(cli, "%s: memory was plugged or unplugged while it was read; this is the "
			 "state afterwards", o->path);
	if (o->settled == UNSETTLED)
		cli_warn(cli, "%s: memory is being plugged or unplugged: this may mix two states",
			 o->path);
	for (i = 0; i < nr; i++) {
		if (!is_said(o, line[i]))
			cli_warn(cli, "%s: %s", o->path, line[i]);
	}
	if (o->m && zdm_model_hint(o->m) != ZDM_HINT_NONE)
		cli_warn(cli, "%s: symbols are missing%s", o->path,
			 hint_words(cli, o, zdm_model_hint(o->m), hint, sizeof(hint)));
	if (zdm_dump_lost(o->dump)) {
		cli_error("%s: %s", o->path, damage);
		return ZDM_EXIT_OPEN;
	}
	if (damage)
		cli_warn(cli, "%s: %s", o->path, damage);
	if (code == ZDM_EXIT_DONE && (damage || o->settled == UNSETTLED ||
				      (o->m && zdm_model_damaged(o->m))))
		code = ZDM_EXIT_DAMAGED;
	return code;
}

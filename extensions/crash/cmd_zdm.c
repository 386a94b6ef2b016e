// SPDX-License-Identifier: GPL-2.0-or-later
/* The command `zdm` of crash: options, output, entering and leaving crash. */
#include <defs.h>

#include <ctype.h>
#include <inttypes.h>

#include <zdm/map.h>

#include "built_for.h"
#include "cmd.h"
#include "cmd_oops.h"
#include "guard.h"

#define OPTIONS "rsmMpckolO:"

/* Now and then is enough: asking whether a pager still runs is a system call. */
#define LINES_PER_CHECK 64u

static bool emit(void *priv, const char *text, size_t len)
{
	unsigned int *lines = priv;

	if (guard_interrupted() || ferror(fp))
		return false;
	if (++*lines % LINES_PER_CHECK == 0 && output_closed())
		return false;
	return fwrite(text, 1, len, fp) == len;
}

bool cmd_printf(const struct zdm_sink *out, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0)
		return false;
	return out->emit_fn(out->priv, buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}

char *cmd_capture(void (*fn)(void *arg), void *arg, size_t *len)
{
	FILE *host = fp, *mem;
	char *text = NULL;

	*len = 0;
	mem = open_memstream(&text, len);
	if (!mem)
		return NULL;
	fp = mem;
	guard_call(fn, arg);
	fp = host;
	fclose(mem);
	if (!*len) {
		free(text);
		text = NULL;
	}
	return text;
}

void cmd_reported(struct cmd_call *c, enum zdm_status st)
{
	if (st != ZDM_OK && st != ZDM_STOPPED)
		snprintf(c->err, sizeof(c->err), "the report is not whole: %s",
			 zdm_status_name(st));
}

static void show_summary(struct cmd_call *c)
{
	cmd_reported(c, zdm_report_summary(c->z->m, c->out));
	zdm_report_sample(c->z->s, c->z->m, c->out);
}

static void show_ranges(struct cmd_call *c)
{
	int cls = ZDM_CLASS_ANY;

	if (c->nr > 1) {
		snprintf(c->err, sizeof(c->err), "-r takes one class at most");
		return;
	}
	if (c->nr == 1) {
		cls = zdm_class_parse(c->args[0]);
		if (cls == ZDM_CLASS_ANY) {
			snprintf(c->err, sizeof(c->err), "no class is called \"%s\": see help zdm",
				 c->args[0]);
			return;
		}
	}
	cmd_reported(c, zdm_report_ranges(c->z->m, cls, c->out));
}

static void show_sections(struct cmd_call *c)
{
	uint64_t nr = UINT64_MAX;
	char *end;

	if (c->nr > 1) {
		snprintf(c->err, sizeof(c->err), "-s takes one section number at most");
		return;
	}
	if (c->nr == 1 && strcmp(c->args[0], "-")) {
		errno = 0;
		nr = strtoull(c->args[0], &end, 0);
		if (errno || *end || end == c->args[0] || c->args[0][0] == '-') {
			snprintf(c->err, sizeof(c->err), "\"%s\" is not a section number",
				 c->args[0]);
			return;
		}
		if (!zdm_section_find(c->z->m, nr)) {
			snprintf(c->err, sizeof(c->err), "section %" PRIu64 " is not present", nr);
			return;
		}
	}
	cmd_reported(c, zdm_report_sections(c->z->m, nr, c->out));
}

static void show_pgmaps(struct cmd_call *c)
{
	if (c->nr)
		snprintf(c->err, sizeof(c->err), "-m takes no argument");
	else
		cmd_reported(c, zdm_report_pgmaps(c->z->m, c->out));
}

/* -M, -M NR: a section; -M pN: the sections of pgmap N */
static void show_map(struct cmd_call *c)
{
	struct zdm_map_opts opts = ZDM_MAP_OPTS_INIT;
	const char *arg = c->nr ? c->args[0] : "";
	bool pgmap = *arg == 'p';
	char *end;

	if (c->nr > 1) {
		snprintf(c->err, sizeof(c->err), "-M takes one section number or pgmap at most");
		return;
	}
	if (c->nr) {
		errno = 0;
		*(pgmap ? &opts.pgmap : &opts.section) = strtoull(arg + pgmap, &end, 0);
		if (errno || *end || !isdigit((unsigned char)arg[pgmap])) {
			snprintf(c->err, sizeof(c->err), "\"%s\" is neither a section number nor p and "
				 "the number of a pgmap", arg);
			return;
		}
	}
	if (zdm_map_text(c->z->m, &opts, c->out) == ZDM_INVAL)
		snprintf(c->err, sizeof(c->err), "%s %s is not there", pgmap ? "pgmap" : "section",
			 arg + pgmap);
}

static const struct mode {
	int opt;
	void (*run)(struct cmd_call *c);
	bool page_bytes;	/* works on struct pages: -l and -O mean something */
} modes[] = {
	{ 0, show_summary, false },
	{ 'r', show_ranges, false },
	{ 's', show_sections, false },
	{ 'm', show_pgmaps, false },
	{ 'M', show_map, false },
	{ 'p', cmd_pages, false },
	{ 'c', cmd_check, false },
	{ 'k', cmd_kpage, true },
	{ 'o', cmd_oops, false },
};

static const struct mode *mode_find(int opt)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (modes[i].opt == opt)
			return &modes[i];
	}
	return NULL;
}

/* Returns NULL after a mistake in the command line. */
static const struct mode *parse(struct cmd_call *c)
{
	const struct mode *mode = &modes[0];
	int opt, given = 0;

	while ((opt = getopt(argcnt, args, OPTIONS)) != EOF) {
		if (opt == 'l') {
			c->list = true;
		} else if (opt == 'O') {
			c->file = optarg;
		} else if (mode_find(opt)) {
			mode = mode_find(opt);
			given++;
		} else {
			return NULL;
		}
	}
	c->nr = argcnt - optind;
	c->args = args + optind;
	if (given > 1 || ((c->list || c->file) && !mode->page_bytes) || (!given && c->nr))
		return NULL;
	return mode;
}

/*
 * Between enter and leave nothing jumps. guard_leave() may not come back, so
 * all that is owned here is given back before it.
 */
static void cmd_zdm(void)
{
	static struct cmd_call c;	/* static: a longjmp leaves nothing behind */
	static unsigned int lines;
	static struct zdm_sink out = { .emit_fn = emit, .priv = &lines };
	const struct mode *mode;
	const char *damage;

	memset(&c, 0, sizeof(c));
	lines = 0;
	c.out = &out;
	mode = parse(&c);
	if (!mode)
		cmd_usage(pc->curcmd, SYNOPSIS);	/* does not return */
	if (mode->run == cmd_oops && c.nr == 1 && STREQ(c.args[0], "-"))
		cmd_oops_read_typed();
	guard_enter();
	c.z = session_get(c.err, sizeof(c.err));
	if (c.z)
		mode->run(&c);
	damage = session_damage();
	guard_leave();
	if (damage)
		error(INFO, "warning: %s\n", damage);
	if (c.err[0])
		error(INFO, "%s\n", c.err);
}

static struct command_table_entry command_table[] = {
	{ "zdm", cmd_zdm, help_zdm, 0 },
	{ NULL, NULL, NULL, 0 },
};

__attribute__((constructor))
static void zdm_init(void)
{
	char why[200];

	/* not registered, crash unloads it again */
	if (built_for_this_crash(why, sizeof(why)))
		register_extension(command_table);
	else
		error(INFO, "zdm.so: %s; build it with the defs.h of this crash\n", why);
}

__attribute__((destructor))
static void zdm_fini(void)
{
	session_discard();
}

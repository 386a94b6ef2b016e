// SPDX-License-Identifier: LGPL-2.1-or-later
/* map: the model as a picture, of characters or of boxes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/map.h>

#include "fileio.h"
#include "open.h"
#include "outfile.h"
#include "screen.h"

enum { MAP_SECTION, MAP_PGMAP, MAP_COLOR, MAP_HTML, MAP_SVG };

static const struct zdm_option map_opts[] = {
	{ "section", "NR", "only this section, its sub-sections and pages" },
	{ "pgmap", "N", "only the sections of this pgmap (see zdm pgmaps)" },
	{ "color", "WHEN", "always, never, or auto: on a terminal, unless NO_COLOR is set" },
	{ "html", "FILE", "write one file for a browser; - is standard output" },
	{ "svg", "FILE", "write the grid alone, a picture" },
	{ NULL, NULL, NULL },
};

/* Colours and markup are the library's own, and strangers' names are not in it raw. */
static bool emit_raw(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

typedef enum zdm_status (*map_fn)(const struct zdm_model *m, const struct zdm_map_opts *opts,
				  const struct zdm_sink *out);

struct picture {
	map_fn fn;
	const struct zdm_model *m;
	const struct zdm_map_opts *opts;
};

static enum zdm_status fill(void *priv, const struct zdm_sink *sink)
{
	const struct picture *p = priv;

	return p->fn(p->m, p->opts, sink);
}

static int write_map(struct zdm_cli *cli, const struct zdm_model *m, struct zdm_map_opts *opts)
{
	struct zdm_sink sink = { .emit_fn = emit_raw, .priv = stdout };
	const char *path = cli->opt[MAP_HTML] ? cli->opt[MAP_HTML] : cli->opt[MAP_SVG];
	char err[ZDM_ERR_LEN];
	map_fn fn = cli->opt[MAP_HTML] ? zdm_map_html : cli->opt[MAP_SVG] ? zdm_map_svg : zdm_map_text;
	struct picture p = { fn, m, opts };

	if (!path || !strcmp(path, "-"))
		return cli_reported(fn(m, opts, &sink));
	if (outfile_write(path, opts->name, cli->force, fill, &p, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	return ZDM_EXIT_DONE;
}

static int check_numbers(struct zdm_cli *cli, const struct zdm_model *m,
			 const struct zdm_map_opts *opts)
{
	const struct zdm_kernel *k = zdm_model_kernel(m), *b;
	const struct zdm_pgmap *p;

	if (opts->pgmap != ZDM_MAP_ALL && opts->pgmap >= zdm_model_pgmaps(m, &p))
		return cli_value_error("there is no pgmap %s: see zdm pgmaps",
				       cli->opt[MAP_PGMAP]);
	if (opts->section != ZDM_MAP_ALL &&
	    opts->section > (zdm_model_end_pfn(m) - 1) / k->section_pages)
		return cli_value_error("section %s is beyond the last one",
				       cli->opt[MAP_SECTION]);
	b = opts->before ? zdm_model_kernel(opts->before) : k;
	if (b->page_size != k->page_size || b->section_pages != k->section_pages)
		return cli_value_error("%s has pages or sections of another size: no section "
				       "of it is one of %s", opts->before_name, opts->name);
	return ZDM_EXIT_DONE;
}

static int parse_options(struct zdm_cli *cli, struct zdm_map_opts *opts)
{
	if (cli->json)
		return cli_usage_error(cli, "a map is no JSON: zdm ranges --json has the same");
	if (cli->opt[MAP_HTML] && cli->opt[MAP_SVG])
		return cli_usage_error(cli, "--html or --svg, one of them");
	if (cli->opt[MAP_SECTION] && cli->opt[MAP_PGMAP])
		return cli_usage_error(cli, "--section or --pgmap, one of them");
	if (cli->opt[MAP_SECTION] && !cli_parse_u64(cli->opt[MAP_SECTION], &opts->section))
		return cli_value_error("'%s' is no section number", cli->opt[MAP_SECTION]);
	if (cli->opt[MAP_PGMAP] && !cli_parse_u64(cli->opt[MAP_PGMAP], &opts->pgmap))
		return cli_value_error("'%s' is no number of a pgmap", cli->opt[MAP_PGMAP]);
	if (!screen_colour(cli->opt[MAP_COLOR], &opts->colour))
		return cli_value_error("--color is always, never or auto");
	return ZDM_EXIT_DONE;
}

/* Does what is to be written stand there already? Asked before the dump is read. */
static int check_file(struct zdm_cli *cli)
{
	const char *path = cli->opt[MAP_HTML] ? cli->opt[MAP_HTML] : cli->opt[MAP_SVG];
	char err[ZDM_ERR_LEN];

	if (!path || !strcmp(path, "-") || !outfile_check(path, cli->force, err, sizeof(err)))
		return ZDM_EXIT_DONE;
	cli_error("%s", err);
	return ZDM_EXIT_OPEN;
}

static int run_map(struct zdm_cli *cli, int nr, char **operand)
{
	struct zdm_map_opts opts = ZDM_MAP_OPTS_INIT;
	struct opened o, before;
	int code = parse_options(cli, &opts), damage;

	if (code == ZDM_EXIT_DONE)
		code = check_file(cli);
	if (code != ZDM_EXIT_DONE)
		return code;
	code = nr > 1 ? open_model(cli, operand[0], &before) : ZDM_EXIT_DONE;
	if (code == ZDM_EXIT_DONE) {
		opts.name = operand[nr - 1];
		opts.before_name = nr > 1 ? operand[0] : NULL;
		opts.before = nr > 1 ? before.m : NULL;
		code = open_model(cli, opts.name, &o);
		if (code == ZDM_EXIT_DONE)
			code = check_numbers(cli, o.m, &opts);
		if (code == ZDM_EXIT_DONE) {
			code = write_map(cli, o.m, &opts);
			damage = nr > 1 ? finish_opened(cli, &before, false, ZDM_EXIT_DONE) :
				 ZDM_EXIT_DONE;
			code = finish_opened(cli, &o, false, code);
			code = code == ZDM_EXIT_DONE ? damage : code;
		}
		close_opened(&o);
	}
	if (nr > 1)
		close_opened(&before);
	return code;
}

const struct zdm_command cmd_map = {
	.name = "map",
	.operands = "[BEFORE] VMCORE",
	.min_operands = 1, .max_operands = 2,
	.purpose = "the memory as a map: a character a section, what is mixed opened",
	.opts = map_opts,
	.help = "Rows of 64: sections; below them the sub-sections of one that is mixed (0x.../),\n"
		"and the pages of a mixed sub-section (0x...:). A row with * stands for those after\n"
		"it, too. N is the node, DEV the pgmap. With BEFORE, what differs is underlined.\n",
	.names_classes = true,
	.writes = true,
	.run = run_map,
};

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs.h"

/* More would be no answer that anybody reads; `zdm ranges` has them all. */
#define MAX_PAGES (1u << 20)
#define MAX_WORD 80

static int add(struct speclist *l, const char *text, const char *where)
{
	const struct zdm_pfn_spec_opts opts = {
		.size = sizeof(opts), .end_pfn = l->end_pfn,
	};
	char err[ZDM_ERR_LEN];
	struct zdm_pfn_spec spec;
	struct spec_wanted *p;

	if (zdm_pfn_spec_parse(l->k, &opts, text, &spec, err, sizeof(err)) != ZDM_OK)
		return cli_value_error("%s%s", where, err);
	if (spec.end_pfn - spec.start_pfn > MAX_PAGES - l->pages)
		return cli_value_error("%s%s: more than %u page frames; see zdm ranges",
				       where, text, MAX_PAGES);
	l->pages += spec.end_pfn - spec.start_pfn;
	if (l->nr == l->room) {
		l->room = l->room ? 2 * l->room : 16;
		p = realloc(l->v, l->room * sizeof(*p));
		if (!p)
			goto no_memory;
		l->v = p;
	}
	l->v[l->nr].spec = spec;
	l->v[l->nr].text = strdup(text);
	if (!l->v[l->nr].text)
		goto no_memory;
	l->nr++;
	return ZDM_EXIT_DONE;
no_memory:
	cli_error("out of memory");
	return ZDM_EXIT_OPEN;
}

/* Words between blanks; from # on a line is a comment. */
static int add_stdin(struct speclist *l)
{
	char word[MAX_WORD + 1], where[64];
	unsigned int line = 1;
	int code = ZDM_EXIT_DONE, c;
	size_t len = 0;

	do {
		c = getchar();
		if (c != EOF && !strchr(" \t\r\n#", c ? c : '?')) {
			if (len < MAX_WORD)
				word[len++] = (char)c;
			continue;
		}
		word[len] = '\0';
		if (len) {
			snprintf(where, sizeof(where), "standard input, line %u: ", line);
			code = add(l, word, where);
		}
		len = 0;
		if (c == '#')
			do
				c = getchar();
			while (c != EOF && c != '\n');
		line += c == '\n';
	} while (c != EOF && code == ZDM_EXIT_DONE);
	return code;
}

static void specs_free(struct speclist *l)
{
	while (l->nr)
		free(l->v[--l->nr].text);
	free(l->v);
}

static int specs_read(struct speclist *l, const struct zdm_model *m, int nr, char **spec)
{
	int code = ZDM_EXIT_DONE, i;

	l->k = zdm_model_kernel(m);
	l->end_pfn = zdm_model_end_pfn(m);
	for (i = 0; i < nr && code == ZDM_EXIT_DONE; i++)
		code = strcmp(spec[i], "-") ? add(l, spec[i], "") : add_stdin(l);
	return code;
}

int specs_run(struct zdm_cli *cli, int nr, char **operand,
	      int (*answer_fn)(struct zdm_cli *cli, struct opened *o, const struct speclist *l))
{
	struct speclist l = { .nr = 0 };
	struct opened o;
	int code = open_model(cli, operand[0], &o);

	if (code == ZDM_EXIT_DONE)
		code = specs_read(&l, o.m, nr - 1, operand + 1);
	if (code == ZDM_EXIT_DONE)
		code = finish_opened(cli, &o, false, answer_fn(cli, &o, &l));
	close_opened(&o);
	specs_free(&l);
	return code;
}

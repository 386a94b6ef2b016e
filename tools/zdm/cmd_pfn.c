// SPDX-License-Identifier: LGPL-2.1-or-later
/* pfn: verdict and evidence of single page frames. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "open.h"

/* More would be no answer that anybody reads; `zdm ranges` has them all. */
#define MAX_PAGES (1u << 20)
#define MAX_WORD 80

struct wanted {
	char *text;
	struct zdm_pfn_spec spec;
};

struct list {
	struct zdm_cli *cli;
	const struct zdm_kernel *k;
	struct zdm_pfn_spec_opts opts;
	struct wanted *v;
	size_t nr, room;
	uint64_t pages;
};

static int add(struct list *l, const char *text, const char *where)
{
	char err[ZDM_ERR_LEN];
	struct zdm_pfn_spec spec;
	struct wanted *p;

	if (zdm_pfn_spec_parse(l->k, &l->opts, text, &spec, err, sizeof(err)) != ZDM_OK)
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
static int add_stdin(struct list *l)
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

/* All of them, before anything is printed: half an answer is worse than none. */
static int parse_specs(struct list *l, int nr, char **spec)
{
	int code = ZDM_EXIT_DONE, i;

	for (i = 0; i < nr && code == ZDM_EXIT_DONE; i++)
		code = strcmp(spec[i], "-") ? add(l, spec[i], "") : add_stdin(l);
	return code;
}

static enum zdm_status print_text(struct zdm_cli *cli, struct opened *o, const struct list *l)
{
	enum zdm_status st;
	bool first = true;
	char said[128];
	uint64_t pfn;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct zdm_pfn_spec *s = &l->v[i].spec;

		for (pfn = s->start_pfn; pfn < s->end_pfn; pfn++) {
			if (!cli_printf(cli, "%s", first ? "" : "\n"))
				return ZDM_STOPPED;
			first = false;
			zdm_pfn_spec_text(s, said, sizeof(said));
			if (zdm_pfn_spec_needs_saying(s))
				cli_printf(cli, "%s: %s\n", l->v[i].text, said);
			st = zdm_report_pfn(o->s, o->m, pfn, &cli->out);
			if (st != ZDM_OK)
				return st;
		}
	}
	return ZDM_OK;
}

static enum zdm_status print_json(struct zdm_cli *cli, struct opened *o, const struct list *l)
{
	enum zdm_status st;
	bool first = true;
	char said[128];
	uint64_t pfn;
	size_t i;

	cli_json_begin(cli, o->path);
	cli_printf(cli, ",\"pfns\":[");
	for (i = 0; i < l->nr; i++) {
		const struct zdm_pfn_spec *s = &l->v[i].spec;

		for (pfn = s->start_pfn; pfn < s->end_pfn; pfn++) {
			if (!cli_printf(cli, "%s", first ? "" : ","))
				return ZDM_STOPPED;
			first = false;
			st = zdm_report_pfn_json(o->s, o->m, pfn, &cli->out);
			if (st != ZDM_OK)
				return st;
		}
	}
	/* a spec has no characters that JSON would need to quote: it was parsed */
	cli_printf(cli, "],\"specs\":[");
	for (i = 0; i < l->nr; i++) {
		zdm_pfn_spec_text(&l->v[i].spec, said, sizeof(said));
		cli_printf(cli, "%s{\"spec\":\"%s\",\"start_pfn\":%llu,\"end_pfn\":%llu,"
			   "\"taken_for\":\"%s\"}", i ? "," : "", l->v[i].text,
			   (unsigned long long)l->v[i].spec.start_pfn,
			   (unsigned long long)l->v[i].spec.end_pfn, said);
	}
	cli_printf(cli, "]}\n");
	return ZDM_OK;
}

static int run_pfn(struct zdm_cli *cli, int nr, char **operand)
{
	struct list l = { .cli = cli };
	struct opened o;
	int code;

	code = open_model(cli, operand[0], &o);
	if (code == ZDM_EXIT_DONE) {
		l.k = zdm_model_kernel(o.m);
		l.opts.size = sizeof(l.opts);
		l.opts.end_pfn = zdm_model_end_pfn(o.m);
		code = parse_specs(&l, nr - 1, operand + 1);
	}
	if (code == ZDM_EXIT_DONE) {
		code = cli_reported(cli->json ? print_json(cli, &o, &l) : print_text(cli, &o, &l));
		code = finish_opened(cli, &o, false, code);
	}
	close_opened(&o);
	while (l.nr)
		free(l.v[--l.nr].text);
	free(l.v);
	return code;
}

const struct zdm_command cmd_pfn = {
	.name = "pfn",
	.operands = "VMCORE SPEC…",
	.min_operands = 2, .max_operands = -1,
	.listing = true,
	.purpose = "the verdict on single page frames, with the evidence",
	.help = "SPEC is a page frame number (294912, 0t294912 or 0x48000), PFNs from A to\n"
		"before B (A-B or A..B), N of them (A+N), or, always hexadecimal,\n"
		"  phys:ADDR  a physical address\n"
		"  page:ADDR  an address in a struct page\n"
		"  virt:ADDR  an address in the kernel's direct map\n"
		"An address in the memmap or the direct map is recognised without its kind. With -\n"
		"SPECs are read from standard input. The struct page is decoded only when its\n"
		"memmap is valid and its bytes do not speak against it.\n",
	.run = run_pfn,
};

// SPDX-License-Identifier: LGPL-2.1-or-later
/* data: does the dump hold the contents of page frames, and if not, why? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <zdm/kpageflags.h>

#include "open.h"
#include "specs.h"

/* A run of frames with one answer. */
struct run {
	uint64_t start_pfn, end_pfn;
	enum zdm_class cls;
	enum zdm_tri present;
	const char *why;
};

struct asked {
	struct zdm_cli *cli;
	struct opened *o;
	struct zdm_kpageflags *flags;	/* NULL: flags of pages cannot be told */
	struct run run;
	bool any;			/* run has something in it */
	bool first;			/* nothing printed yet */
};

/* What makedumpfile's -d leaves out, told by the struct page as makedumpfile tells it. */
static const char *why_excluded(struct asked *a, uint64_t pfn)
{
	struct zdm_kpageflags_page p;
	const uint64_t one = 1;

	if (!a->flags)
		return "RAM, not in the dump; why cannot be told";
	zdm_kpageflags_get(a->flags, pfn, &p);
	if (p.status != ZDM_OK)
		return "RAM, not in the dump; its struct page cannot say why";
	if (p.flags & one << ZDM_KPF_HWPOISON)
		return "hardware-poisoned: makedumpfile leaves it out at any level";
	if (p.flags & one << ZDM_KPF_BUDDY)
		return "free, by its struct page: dump level bit 16 leaves it out";
	if (p.flags & one << ZDM_KPF_OFFLINE)
		return "given to a balloon or unplugged, by its struct page: left out with bit 16";
	if (p.flags & one << ZDM_KPF_ANON)
		return "user data, by its struct page: dump level bit 8 leaves it out";
	if (p.flags & one << ZDM_KPF_LRU)
		return p.flags & one << ZDM_KPF_PRIVATE ?
		       "private page cache, by its struct page: dump level bit 4 leaves it out" :
		       "page cache, by its struct page: dump level bit 2 leaves it out";
	return "neither user data, nor cache, nor free: a page of zeros (bit 1), or never in the dump's "
	       "ranges";
}

static const char *why_not(struct asked *a, uint64_t pfn, enum zdm_class cls)
{
	if (cls == ZDM_CLASS_ONLINE)
		return why_excluded(a, pfn);
	return zdm_class_what(cls);
}

static void put_run(struct asked *a)
{
	const struct run *r = &a->run;

	if (!a->any)
		return;
	if (a->cli->json) {
		cli_printf(a->cli, "%s{\"start_pfn\":%" PRIu64 ",\"end_pfn\":%" PRIu64 ",\"class\":\"%s\","
			   "\"in_dump\":\"%s\",\"why\":", a->first ? "" : ",", r->start_pfn,
			   r->end_pfn, zdm_class_name(r->cls), zdm_tri_name(r->present));
		cli_printf(a->cli, r->why ? "\"%s\"}" : "null}", r->why);
	} else {
		cli_printf(a->cli, "0x%-10" PRIx64 " 0x%-10" PRIx64 " %-8s %-7s %s\n", r->start_pfn,
			   r->end_pfn, zdm_class_name(r->cls), zdm_tri_name(r->present),
			   r->why ? r->why : "-");
	}
	a->first = false;
	a->any = false;
}

static void add(struct asked *a, uint64_t pfn, enum zdm_class cls, enum zdm_tri present,
		const char *why)
{
	struct run *r = &a->run;

	if (a->any && r->end_pfn == pfn && r->cls == cls && r->present == present && r->why == why) {
		r->end_pfn++;
		return;
	}
	put_run(a);
	*r = (struct run){ pfn, pfn + 1, cls, present, why };
	a->any = true;
}

static enum zdm_status look(struct asked *a, const struct zdm_pfn_spec *s)
{
	uint64_t size = zdm_model_kernel(a->o->m)->page_size, pfn, end_paddr = 0;
	const struct zdm_reader_ops *ops = zdm_dump_ops(a->o->dump);
	enum zdm_status st = ZDM_OK;
	bool present = false;

	for (pfn = s->start_pfn; pfn < s->end_pfn && st == ZDM_OK; pfn++) {
		const struct zdm_range *r = zdm_range_find(a->o->m, pfn);
		enum zdm_class cls = r ? r->cls : ZDM_CLASS_ABSENT;

		if (pfn * size >= end_paddr)
			st = ops->present_fn(a->o->dump, pfn * size, &present, &end_paddr);
		if (st == ZDM_OK)
			add(a, pfn, cls, present ? ZDM_YES : ZDM_NO,
			    present ? NULL : why_not(a, pfn, cls));
		/* a capsule knows it of few frames */
		if (st == ZDM_UNREADABLE) {
			add(a, pfn, cls, ZDM_UNKNOWN, "the file does not say");
			end_paddr = 0;
			st = ZDM_OK;
		}
	}
	put_run(a);
	return st;
}

static int print(struct asked *a, const struct speclist *l)
{
	enum zdm_status st = ZDM_OK;
	char said[128];
	size_t i;

	if (a->cli->json) {
		cli_json_begin(a->cli, a->o->path);
		cli_printf(a->cli, ",\"data\":[");
	} else {
		cli_printf(a->cli, "%-12s %-12s %-8s %-7s %s\n", "START_PFN", "END_PFN", "CLASS",
			   "IN_DUMP", "WHY_NOT");
	}
	for (i = 0; i < l->nr && st == ZDM_OK; i++) {
		zdm_pfn_spec_text(&l->v[i].spec, said, sizeof(said));
		if (!a->cli->json && zdm_pfn_spec_needs_saying(&l->v[i].spec))
			cli_printf(a->cli, "%s: %s\n", l->v[i].text, said);
		st = look(a, &l->v[i].spec);
	}
	if (a->cli->json)
		cli_printf(a->cli, "]}\n");
	return cli_reported(st);
}

static int answer(struct zdm_cli *cli, struct opened *o, const struct speclist *l)
{
	struct asked a = { .cli = cli, .o = o, .first = true };
	int code;

	/* without it there is less to say of what was left out */
	if (zdm_kpageflags_open(o->s, o->m, &a.flags, NULL, 0) != ZDM_OK)
		a.flags = NULL;
	code = print(&a, l);
	zdm_kpageflags_close(a.flags);
	return code;
}

static int run_data(struct zdm_cli *cli, int nr, char **operand)
{
	return specs_run(cli, nr, operand, answer);
}

const struct zdm_command cmd_data = {
	.name = "data",
	.operands = "VMCORE SPEC…",
	.min_operands = 2, .max_operands = -1,
	.listing = true,
	.purpose = "are the contents of page frames in the dump, and if not, why",
	.help = "SPEC as zdm pfn takes it. This is about the contents of a frame, MEMMAP_IN_DUMP of\n"
		"zdm ranges about its struct page. Of RAM that was left out its struct page tells by\n"
		"which bit of a dump level (makedumpfile -d) that was; a page of zeros cannot be told.\n",
	.run = run_data,
};

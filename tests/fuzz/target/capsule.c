// SPDX-License-Identifier: LGPL-2.1-or-later
/* capsule: written of a kernel's memory (world.c), and read again: the same verdicts. */
#include <zdm/capsule.h>

#include "dumpfile/dumpfile.h"
#include "target.h"

/* The whole of what a reader sees of a verdict. */
static bool same(const struct zdm_range *a, const struct zdm_range *b)
{
	return a->start_pfn == b->start_pfn && a->end_pfn == b->end_pfn && a->cls == b->cls &&
	       a->valid == b->valid && a->reason == b->reason;
}

static void compare(const struct zdm_model *a, const struct zdm_model *b)
{
	const struct zdm_range *x, *y;
	size_t nr = zdm_model_ranges(a, &x), i;

	if (zdm_model_ranges(b, &y) != nr)
		target_fail("%zu ranges, and others in the capsule", nr);
	for (i = 0; i < nr; i++)
		if (!same(&x[i], &y[i]))
			target_fail("range %zu from pfn %#lx is another one in the capsule", i,
				    (long)x[i].start_pfn);
}

static void read_back(const struct sheet *p, const struct zdm_model *m)
{
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	struct zdm_session *ses = NULL;
	struct zdm_model *again = NULL;
	struct zdm_dump *d = NULL;
	char err[400] = "";
	const char *text;
	size_t len;

	in_file(p->text, p->len);
	if (zdm_dump_open(in_file_path(), NULL, &d, err, sizeof(err)) != ZDM_OK)
		target_fail("the capsule cannot be opened: %s", err);
	text = zdm_dump_layout(d, &len);
	if (!text || zdm_source_layout_open_mem(text, len, "capsule", &layout, err, sizeof(err)))
		target_fail("the capsule has no layout: %s", err);
	opts.nr_sources = 1;
	if (zdm_open(zdm_dump_ops(d), d, &opts, &ses, err, sizeof(err)) == ZDM_OK &&
	    zdm_model_build(ses, &again, err, sizeof(err)) == ZDM_OK && m)
		compare(m, again);
	else if (m)
		target_fail("the capsule cannot be analysed: %s", err);
	zdm_model_free(again);
	zdm_close(ses);
	zdm_source_close(layout);
	zdm_dump_close(d);
}

void target_capsule(const uint8_t *data, size_t len)
{
	bool stable = !(len && data[0] & 8);	/* WORLD_GROW: memory changes meanwhile */
	struct input_bytes b = { data, len };
	struct world *w = world_new(&b);
	struct zdm_session *ses = world_open(w);
	struct zdm_model *m = NULL;
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);
	char err[400] = "";
	enum zdm_status st;

	sheet_new(&p);
	if (ses) {
		st = zdm_capsule_write(ses, world_ops(w), w, &out, err, sizeof(err));
		must_be_line(st, err);
		if (stable && st == ZDM_OK)
			zdm_model_build(ses, &m, err, sizeof(err));
		if (st == ZDM_OK)
			read_back(&p, m);
	}
	sheet_free(&p);
	zdm_model_free(m);
	zdm_close(ses);
	world_free(w);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * JSON, as docs/output.md says. json-c makes each element; the elements of the
 * long arrays go out one by one, so memory does not grow with the dump.
 */
#include "base/json.h"
#include "report/report.h"
#include "report/verdict.h"

static struct json_object *kernel_json(struct zdm_out *to, const struct zdm_kernel *k)
{
	struct json_object *o = zdm_json_object(to);

	zdm_json_str(to, o, "release", k->release);
	zdm_json_str(to, o, "machine", k->machine);
	zdm_json_num(to, o, "page_size", k->page_size);
	zdm_json_num(to, o, "section_pages", k->section_pages);
	zdm_json_num(to, o, "subsection_pages", k->subsection_pages);
	return o;
}

static struct json_object *sources_json(struct zdm_out *to, const struct zdm_kernel *k)
{
	struct json_object *o = zdm_json_object(to);

	zdm_json_str(to, o, "symbols", k->symbols);
	zdm_json_str(to, o, "types", k->types);
	return o;
}

static struct json_object *altmap_json(struct zdm_out *to, const struct zdm_altmap *a)
{
	struct json_object *o = zdm_json_object(to);

	zdm_json_num(to, o, "base_pfn", a->base_pfn);
	zdm_json_opt(to, o, "end_pfn", a->end_pfn, (int64_t)a->end_pfn);
	zdm_json_num(to, o, "reserve", a->reserve);
	zdm_json_num(to, o, "free", a->free);
	zdm_json_num(to, o, "align", a->align);
	zdm_json_num(to, o, "alloc", a->alloc);
	return o;
}

static struct json_object *pfn_ranges_json(struct zdm_out *to, const struct zdm_pgmap *p)
{
	struct json_object *a = zdm_json_array(to);
	uint32_t i;

	for (i = 0; i < p->nr_ranges && !to->stopped; i++) {
		struct json_object *r = zdm_json_object(to);

		zdm_json_num(to, r, "start_pfn", p->ranges[i].start_pfn);
		zdm_json_num(to, r, "end_pfn", p->ranges[i].end_pfn);
		zdm_json_append(to, a, r);
	}
	return a;
}

static struct json_object *pgmap_json(struct zdm_out *to, size_t index,
				      const struct zdm_pgmap *p)
{
	struct json_object *o = zdm_json_object(to);

	zdm_json_num(to, o, "index", index);
	zdm_json_hex(to, o, "kaddr", p->kaddr);
	zdm_json_str(to, o, "type", p->type);
	zdm_json_add(to, o, "ranges", pfn_ranges_json(to, p));
	zdm_json_opt(to, o, "nr_range", p->nr_range >= 0, p->nr_range);
	zdm_json_num(to, o, "flags", p->flags);
	zdm_json_num(to, o, "vmemmap_shift", p->vmemmap_shift);
	if (p->dead == ZDM_UNKNOWN)
		zdm_json_null(to, o, "dead");
	else
		zdm_json_bool(to, o, "dead", p->dead == ZDM_YES);
	if (p->altmap_status == ZDM_OK)
		zdm_json_add(to, o, "altmap", altmap_json(to, &p->altmap));
	else
		zdm_json_null(to, o, "altmap");
	/* null alone would say that there is none */
	if (p->status != ZDM_OK)
		zdm_json_str(to, o, "status", zdm_status_name(p->status));
	if (p->altmap_status != ZDM_OK && p->altmap_status != ZDM_ABSENT)
		zdm_json_str(to, o, "altmap_status", zdm_status_name(p->altmap_status));
	return o;
}

static struct json_object *range_json(struct zdm_out *to, const struct zdm_model *m,
				      const struct zdm_range *r)
{
	struct json_object *o = zdm_json_object(to);

	zdm_json_num(to, o, "start_pfn", r->start_pfn);
	zdm_json_num(to, o, "end_pfn", r->end_pfn);
	zdm_json_verdict(to, o, m, r, r->valid);
	return o;
}

static void put_pgmaps(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;

	zdm_json_key(o, "pgmaps", false);
	zdm_outf(o, "[");
	for (i = 0; i < nr && !o->stopped; i++) {
		zdm_outf(o, i ? "," : "");
		zdm_json_put(o, pgmap_json(o, i, &p[i]));
	}
	zdm_outf(o, "]");
}

static void put_ranges(struct zdm_out *o, const struct zdm_model *m, uint32_t classes)
{
	uint64_t total[ZDM_NR_CLASSES] = { 0 };
	struct json_object *totals = zdm_json_object(o);
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;
	bool first = true;

	zdm_json_key(o, "ranges", false);
	zdm_outf(o, "[");
	for (i = 0; i < nr && !o->stopped; i++) {
		total[r[i].cls] += r[i].end_pfn - r[i].start_pfn;
		if (classes && !(classes >> r[i].cls & 1))
			continue;
		zdm_outf(o, first ? "" : ",");
		zdm_json_put(o, range_json(o, m, &r[i]));
		first = false;
	}
	zdm_outf(o, "]");
	for (i = 0; i < ZDM_NR_CLASSES; i++)
		zdm_json_num(o, totals, zdm_class_name((enum zdm_class)i), total[i]);
	zdm_json_key(o, "totals", false);
	zdm_json_put(o, totals);
}

struct lines {
	struct zdm_out *o;
	struct json_object *a;
};

static void add_line(void *priv, const char *line)
{
	struct lines *l = priv;

	zdm_json_append(l->o, l->a, zdm_json_string(l->o, line));
}

/* s: NULL, or look at struct pages, too. Returns how many ranges those speak against. */
static size_t put_warnings(struct zdm_out *o, const struct zdm_session *s,
			   const struct zdm_model *m)
{
	struct lines l = { o, zdm_json_array(o) };
	const char *const *line;
	size_t nr = zdm_model_warnings(m, &line), i, against;

	for (i = 0; i < nr; i++)
		add_line(&l, line[i]);
	against = s ? zdm_sample_lines(s, m, add_line, &l) : 0;
	zdm_json_key(o, "warnings", false);
	zdm_json_put(o, l.a);
	return against;
}

/* s: NULL, or look at struct pages, too; classes: 0, or those of which the ranges are wanted. */
static enum zdm_status report(const struct zdm_session *s, const struct zdm_model *m,
			      uint32_t classes, const char *vmcore, const struct zdm_sink *out,
			      size_t *against)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_out o = { .sink = out };
	size_t nr;

	zdm_json_head(&o, vmcore);
	zdm_json_key(&o, "kernel", false);
	zdm_json_put(&o, kernel_json(&o, k));
	zdm_json_key(&o, "sources", false);
	zdm_json_put(&o, sources_json(&o, k));
	put_pgmaps(&o, m);
	put_ranges(&o, m, classes);
	nr = put_warnings(&o, s, m);
	if (against)
		*against = nr;
	zdm_outf(&o, "}\n");
	return o.status;
}

enum zdm_status zdm_report_summary_json(const struct zdm_session *s, const struct zdm_model *m,
					const char *vmcore, const struct zdm_sink *out,
					size_t *against)
{
	return report(s, m, 0, vmcore, out, against);
}

enum zdm_status zdm_report_ranges_json(const struct zdm_model *m, uint32_t classes,
				       const char *vmcore, const struct zdm_sink *out)
{
	return report(NULL, m, classes, vmcore, out, NULL);
}

enum zdm_status zdm_report_json(const struct zdm_model *m, const char *vmcore,
				const struct zdm_sink *out)
{
	return report(NULL, m, 0, vmcore, out, NULL);
}

enum zdm_status zdm_report_pgmaps_json(const struct zdm_model *m, const char *vmcore,
				       const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };

	zdm_json_head(&o, vmcore);
	put_pgmaps(&o, m);
	zdm_outf(&o, "}\n");
	return o.status;
}

/* Runs of set bits, half-open. */
static struct json_object *subsections_json(struct zdm_out *to, const struct zdm_model *m,
					    const struct zdm_section *sec)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	unsigned int nr = (unsigned int)(k->section_pages / k->subsection_pages), i;
	struct json_object *a = zdm_json_array(to);

	for (i = 0; i < nr && !to->stopped; i++) {
		struct json_object *run;

		if (zdm_section_bit(m, sec, i) != ZDM_YES)
			continue;
		run = zdm_json_array(to);
		zdm_json_append(to, run, zdm_json_number(to, i));
		while (i + 1 < nr && zdm_section_bit(m, sec, i + 1) == ZDM_YES)
			i++;
		zdm_json_append(to, run, zdm_json_number(to, i + 1));
		zdm_json_append(to, a, run);
	}
	return a;
}

static struct json_object *flags_json(struct zdm_out *to, const struct zdm_section *sec)
{
	struct json_object *a = zdm_json_array(to);
	size_t i;

	for (i = 0; i < ZDM_NR_SECTION_FLAGS; i++)
		if (sec->flags & zdm_section_flags[i].flag)
			zdm_json_append(to, a, zdm_json_string(to, zdm_section_flags[i].name));
	return a;
}

static struct json_object *section_json(struct zdm_out *to, const struct zdm_model *m,
					const struct zdm_section *sec)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct json_object *o = zdm_json_object(to);
	const struct zdm_block *block;
	size_t nr_blocks = zdm_model_blocks(m, &block);

	zdm_json_num(to, o, "nr", sec->nr);
	zdm_json_num(to, o, "start_pfn", sec->nr * k->section_pages);
	zdm_json_num(to, o, "end_pfn", (sec->nr + 1) * k->section_pages);
	zdm_json_str(to, o, "status", zdm_status_name(sec->status));
	zdm_json_add(to, o, "flags", flags_json(to, sec));
	zdm_json_hex(to, o, "section_mem_map", sec->raw);
	zdm_json_hex(to, o, "kaddr", sec->kaddr);
	if (sec->usage_kaddr)
		zdm_json_hex(to, o, "usage", sec->usage_kaddr);
	else
		zdm_json_null(to, o, "usage");
	zdm_json_str(to, o, "subsections_status", zdm_status_name(sec->map_status));
	if (sec->map_status == ZDM_OK && k->subsection_pages)
		zdm_json_add(to, o, "subsections", subsections_json(to, m, sec));
	else
		zdm_json_null(to, o, "subsections");
	zdm_json_str(to, o, "block", sec->block >= 0 && (size_t)sec->block < nr_blocks ?
		     zdm_block_state_name(block[sec->block].state) : NULL);
	return o;
}

enum zdm_status zdm_report_sections_json(const struct zdm_model *m, uint64_t nr,
					 const char *vmcore, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_section *sec;
	size_t count = zdm_model_sections(m, &sec), i;
	bool first = true;

	zdm_json_head(&o, vmcore);
	zdm_json_key(&o, "sections", false);
	zdm_outf(&o, "[");
	for (i = 0; i < count && !o.stopped; i++) {
		if (nr != UINT64_MAX && sec[i].nr != nr)
			continue;
		zdm_outf(&o, first ? "" : ",");
		zdm_json_put(&o, section_json(&o, m, &sec[i]));
		first = false;
	}
	zdm_outf(&o, "]}\n");
	return o.status;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * JSON, as docs/output.md says. json-c makes each element; the elements of the
 * long arrays go out one by one, so memory does not grow with the dump.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "report/report.h"

#define SCHEMA 1

static struct json_object *str(const char *s)
{
	return json_object_new_string(s);
}

static struct json_object *num(uint64_t n)
{
	return json_object_new_uint64(n);
}

static struct json_object *hex(uint64_t kaddr)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%016" PRIx64, kaddr);
	return str(buf);
}

static void add(struct json_object *o, const char *key, struct json_object *v)
{
	json_object_object_add(o, key, v);
}

/* Print and release. */
static void put(struct zdm_out *o, struct json_object *v)
{
	size_t len;
	const char *text = json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (text)
		zdm_out_text(o, text, len);
	json_object_put(v);
}

/* `"key":` with the comma that separates it from what stands before. */
static void put_key(struct zdm_out *o, const char *key, bool first)
{
	zdm_outf(o, "%s\"%s\":", first ? "" : ",", key);
}

static void put_head(struct zdm_out *o, const char *vmcore)
{
	zdm_outf(o, "{\"schema\":%d", SCHEMA);
	put_key(o, "vmcore", false);
	put(o, str(vmcore));
}

static struct json_object *kernel_json(const struct zdm_kernel *k)
{
	struct json_object *o = json_object_new_object();

	add(o, "release", str(k->release));
	add(o, "machine", str(k->machine));
	add(o, "page_size", num(k->page_size));
	add(o, "section_pages", num(k->section_pages));
	add(o, "subsection_pages", num(k->subsection_pages));
	return o;
}

static struct json_object *sources_json(const struct zdm_kernel *k)
{
	struct json_object *o = json_object_new_object();

	add(o, "symbols", str(k->symbols));
	add(o, "types", str(k->types));
	return o;
}

static struct json_object *altmap_json(const struct zdm_altmap *a)
{
	struct json_object *o = json_object_new_object();

	add(o, "base_pfn", num(a->base_pfn));
	add(o, "end_pfn", a->end_pfn ? num(a->end_pfn) : NULL);
	add(o, "reserve", num(a->reserve));
	add(o, "free", num(a->free));
	add(o, "align", num(a->align));
	add(o, "alloc", num(a->alloc));
	return o;
}

static struct json_object *pgmap_json(size_t index, const struct zdm_pgmap *p)
{
	struct json_object *o = json_object_new_object(), *ranges = json_object_new_array();
	uint32_t i;

	for (i = 0; i < p->nr_ranges; i++) {
		struct json_object *r = json_object_new_object();

		add(r, "start_pfn", num(p->ranges[i].start_pfn));
		add(r, "end_pfn", num(p->ranges[i].end_pfn));
		json_object_array_add(ranges, r);
	}
	add(o, "index", num(index));
	add(o, "kaddr", hex(p->kaddr));
	add(o, "type", str(p->type));
	add(o, "ranges", ranges);
	add(o, "nr_range", p->nr_range >= 0 ? json_object_new_int64(p->nr_range) : NULL);
	add(o, "flags", num(p->flags));
	add(o, "vmemmap_shift", num(p->vmemmap_shift));
	add(o, "dead", p->dead == ZDM_UNKNOWN ? NULL : json_object_new_boolean(p->dead == ZDM_YES));
	add(o, "altmap", p->altmap_status == ZDM_OK ? altmap_json(&p->altmap) : NULL);
	/* null alone would say that there is none */
	if (p->status != ZDM_OK)
		add(o, "status", str(zdm_status_name(p->status)));
	if (p->altmap_status != ZDM_OK && p->altmap_status != ZDM_ABSENT)
		add(o, "altmap_status", str(zdm_status_name(p->altmap_status)));
	return o;
}

static struct json_object *range_json(const struct zdm_model *m, const struct zdm_range *r)
{
	struct json_object *o = json_object_new_object();
	int nr_case = zdm_class_case(r->cls);
	char *reason = zdm_reason_alloc(m, r);

	add(o, "start_pfn", num(r->start_pfn));
	add(o, "end_pfn", num(r->end_pfn));
	add(o, "class", str(zdm_class_name(r->cls)));
	add(o, "valid", str(zdm_tri_name(r->valid)));
	add(o, "case", nr_case ? json_object_new_int(nr_case) : NULL);
	add(o, "pgmap", r->pgmap >= 0 ? json_object_new_int(r->pgmap) : NULL);
	add(o, "memmap", str(zdm_memmap_name(r->memmap)));
	add(o, "in_dump", str(zdm_in_dump_name(r->in_dump)));
	add(o, "reason", str(reason ? reason : ""));
	free(reason);
	return o;
}

static void put_pgmaps(struct zdm_out *o, const struct zdm_model *m)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;

	put_key(o, "pgmaps", false);
	zdm_outf(o, "[");
	for (i = 0; i < nr && !o->stopped; i++) {
		zdm_outf(o, i ? "," : "");
		put(o, pgmap_json(i, &p[i]));
	}
	zdm_outf(o, "]");
}

static void put_ranges(struct zdm_out *o, const struct zdm_model *m)
{
	uint64_t total[ZDM_NR_CLASSES] = { 0 };
	struct json_object *totals = json_object_new_object();
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;

	put_key(o, "ranges", false);
	zdm_outf(o, "[");
	for (i = 0; i < nr && !o->stopped; i++) {
		zdm_outf(o, i ? "," : "");
		put(o, range_json(m, &r[i]));
		total[r[i].cls] += r[i].end_pfn - r[i].start_pfn;
	}
	zdm_outf(o, "]");
	for (i = 0; i < ZDM_NR_CLASSES; i++)
		add(totals, zdm_class_name((enum zdm_class)i), num(total[i]));
	put_key(o, "totals", false);
	put(o, totals);
}

static void put_warnings(struct zdm_out *o, const struct zdm_model *m)
{
	struct json_object *a = json_object_new_array();
	const char *const *line;
	size_t nr = zdm_model_warnings(m, &line), i;

	for (i = 0; i < nr; i++)
		json_object_array_add(a, str(line[i]));
	put_key(o, "warnings", false);
	put(o, a);
}

enum zdm_status zdm_report_json(const struct zdm_model *m, const char *vmcore,
				const struct zdm_sink *out)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_out o = { .sink = out };

	put_head(&o, vmcore);
	put_key(&o, "kernel", false);
	put(&o, kernel_json(k));
	put_key(&o, "sources", false);
	put(&o, sources_json(k));
	put_pgmaps(&o, m);
	put_ranges(&o, m);
	put_warnings(&o, m);
	zdm_outf(&o, "}\n");
	return ZDM_OK;
}

enum zdm_status zdm_report_pgmaps_json(const struct zdm_model *m, const char *vmcore,
				       const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };

	put_head(&o, vmcore);
	put_pgmaps(&o, m);
	zdm_outf(&o, "}\n");
	return ZDM_OK;
}

static struct json_object *subsections_json(const struct zdm_model *m,
					    const struct zdm_section *sec)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct json_object *a;
	unsigned int i, nr;

	if (sec->map_status != ZDM_OK || !k->subsection_pages)
		return NULL;
	a = json_object_new_array();
	nr = (unsigned int)(k->section_pages / k->subsection_pages);
	for (i = 0; i < nr; i++) {
		struct json_object *run;

		if (zdm_section_bit(m, sec, i) != ZDM_YES)
			continue;
		run = json_object_new_array();
		json_object_array_add(run, num(i));
		while (i + 1 < nr && zdm_section_bit(m, sec, i + 1) == ZDM_YES)
			i++;
		json_object_array_add(run, num(i + 1));
		json_object_array_add(a, run);
	}
	return a;
}

static struct json_object *section_json(const struct zdm_model *m, const struct zdm_section *sec)
{
	struct json_object *o = json_object_new_object(), *flags = json_object_new_array();
	uint64_t pages = zdm_model_kernel(m)->section_pages;
	const struct zdm_block *block;
	size_t nr_blocks = zdm_model_blocks(m, &block), i;

	for (i = 0; i < ZDM_NR_SECTION_FLAGS; i++)
		if (sec->flags & zdm_section_flags[i].flag)
			json_object_array_add(flags, str(zdm_section_flags[i].name));
	add(o, "nr", num(sec->nr));
	add(o, "start_pfn", num(sec->nr * pages));
	add(o, "end_pfn", num((sec->nr + 1) * pages));
	add(o, "status", str(zdm_status_name(sec->status)));
	add(o, "flags", flags);
	add(o, "section_mem_map", hex(sec->raw));
	add(o, "kaddr", hex(sec->kaddr));
	add(o, "usage", sec->usage_kaddr ? hex(sec->usage_kaddr) : NULL);
	add(o, "subsections_status", str(zdm_status_name(sec->map_status)));
	add(o, "subsections", subsections_json(m, sec));
	add(o, "block", sec->block >= 0 && (size_t)sec->block < nr_blocks ?
	    str(zdm_block_state_name(block[sec->block].state)) : NULL);
	return o;
}

enum zdm_status zdm_report_sections_json(const struct zdm_model *m, uint64_t nr,
					 const char *vmcore, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_section *sec;
	size_t count = zdm_model_sections(m, &sec), i;
	bool first = true;

	put_head(&o, vmcore);
	put_key(&o, "sections", false);
	zdm_outf(&o, "[");
	for (i = 0; i < count && !o.stopped; i++) {
		if (nr != UINT64_MAX && sec[i].nr != nr)
			continue;
		zdm_outf(&o, first ? "" : ",");
		put(&o, section_json(m, &sec[i]));
		first = false;
	}
	zdm_outf(&o, "]}\n");
	return ZDM_OK;
}

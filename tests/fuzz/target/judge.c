// SPDX-License-Identifier: LGPL-2.1-or-later
/* judge: all that is asked of a source, a session and a model, and what must hold of it. */
#include <stdio.h>

#include <zdm/check.h>
#include <zdm/page.h>

#include "dumpfile/dumpfile.h"
#include "kernel/kdef.h"
#include "source/source.h"
#include "target.h"

#define MAX_PFNS 6u		/* that are looked at one by one */

static void ask_row(const struct zdm_source *src, const struct zdm_kdef_row *row)
{
	char names[512], *at = names, *name;
	struct zdm_member mem;
	uint64_t v;
	int64_t n;

	snprintf(names, sizeof(names), "%s", row->names ? row->names : row->type);
	while ((name = strsep(&at, "|"))) {
		if (row->kind == ZDM_KDEF_SYMBOL && src->ops->symbol)
			src->ops->symbol(src->self, name, &v);
		else if (row->kind == ZDM_KDEF_SIZE && src->ops->size)
			src->ops->size(src->self, row->type, &v);
		else if (row->kind == ZDM_KDEF_MEMBER && src->ops->member)
			src->ops->member(src->self, row->type, name, &mem);
		else if (row->kind == ZDM_KDEF_NUMBER && src->ops->enumerator)
			src->ops->enumerator(src->self, name, &n);
	}
}

void judge_source(const struct zdm_source *src, struct input_bytes *b)
{
	size_t i, len = 32;
	char name[33] = "";
	struct zdm_member mem;
	uint64_t v;
	int64_t n;

	for (i = 0; i < ZDM_NR_KDEFS; i++)
		ask_row(src, &zdm_kdef_rows[i]);
	if (b->left) {
		const uint8_t *own = take_block(b, &len);

		memcpy(name, own, len);
	}
	if (src->ops->symbol)
		src->ops->symbol(src->self, name, &v);
	if (src->ops->size)
		src->ops->size(src->self, name, &v);
	if (src->ops->member && src->ops->member(src->self, name, name, &mem) == ZDM_OK &&
	    mem.off_bytes + mem.size_bytes < mem.off_bytes)
		target_fail("a member of %s ends before it begins", name);
	if (src->ops->enumerator)
		src->ops->enumerator(src->self, name, &n);
	if (strnlen(src->build_id, sizeof(src->build_id)) == sizeof(src->build_id) ||
	    strnlen(src->release, sizeof(src->release)) == sizeof(src->release))
		target_fail("a name of the source has no end");
}

/*
 * Before 5.3 a device's memmap is written for whole sections, beyond what its pgmap covers: no
 * pgmap has those frames, but one that was read has others of their section.
 */
static bool is_padding(const struct zdm_model *m, const struct zdm_section *sec,
		       const struct zdm_range *r)
{
	uint64_t pages = zdm_model_kernel(m)->section_pages, start = sec->nr * pages;
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(m, &p), i;
	uint32_t k;

	for (i = 0; r->reason == ZDM_REASON_PADDING && sec->map_status == ZDM_ABSENT && i < nr; i++) {
		for (k = 0; p[i].status == ZDM_OK && k < p[i].nr_ranges; k++) {
			if (p[i].ranges[k].start_pfn < start + pages && p[i].ranges[k].end_pfn > start)
				return true;
		}
	}
	return false;
}

/*
 * Valid: then there is a section with a memmap, its sub-section is not known to be empty,
 * and what is a device's belongs to a pgmap that was read.
 */
static void must_have_evidence(const struct zdm_model *m, const struct zdm_range *r, uint64_t pfn)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	const struct zdm_section *sec = zdm_section_find(m, pfn / k->section_pages);
	unsigned int bit = (unsigned int)(pfn % k->section_pages / k->subsection_pages);
	const struct zdm_pgmap *p;

	if (!sec || sec->status != ZDM_OK || !(sec->flags & ZDM_SECTION_PRESENT) ||
	    !(sec->flags & ZDM_SECTION_HAS_MEM_MAP))
		target_fail("pfn %#lx is valid, and its section has no memmap", (long)pfn);
	if (sec->map_status == ZDM_OK && !(sec->flags & ZDM_SECTION_EARLY) &&
	    zdm_section_bit(m, sec, bit) != ZDM_YES)
		target_fail("pfn %#lx is valid, and its sub-section is empty", (long)pfn);
	if (r->cls != ZDM_CLASS_DEVICE || (r->pgmap < 0 && is_padding(m, sec, r)))
		return;
	/* before 5.3 the look-up may end where the device does, and its sections do not */
	if (r->pgmap < 0 && r->reason == ZDM_REASON_PADDING)
		return;
	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(m, &p))
		target_fail("pfn %#lx is a device's, and no pgmap says so", (long)pfn);
	if (p[r->pgmap].status != ZDM_OK)
		target_fail("pfn %#lx is a device's, and its pgmap is %s", (long)pfn,
			    zdm_status_name(p[r->pgmap].status));
}

static void judge_ranges(const struct zdm_model *m)
{
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;

	for (i = 0; i < nr; i++) {
		if (r[i].valid != ZDM_YES)
			continue;
		must_have_evidence(m, &r[i], r[i].start_pfn);
		must_have_evidence(m, &r[i], r[i].start_pfn + (r[i].end_pfn - r[i].start_pfn) / 2);
		must_have_evidence(m, &r[i], r[i].end_pfn - 1);
	}
}

static void judge_page(struct zdm_session *ses, const struct zdm_model *m, uint64_t pfn)
{
	struct zdm_page_judgement j;
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);
	char buf[300];
	uint64_t kaddr, back;

	zdm_page_judge(ses, m, pfn, &j);
	if (j.valid == ZDM_YES && (j.structure != ZDM_YES || j.bytes >= ZDM_BYTES_CONTRADICT))
		target_fail("pfn %#lx is valid against structure or bytes", (long)pfn);
	zdm_judgement_text(&j, buf, sizeof(buf));
	zdm_online_page(m, pfn);
	kaddr = zdm_page_kaddr(zdm_model_kernel(m), pfn);
	if (zdm_page_pfn(zdm_model_kernel(m), kaddr, &back) == ZDM_OK && back != pfn &&
	    pfn < zdm_model_end_pfn(m))
		target_fail("pfn %#lx comes back as %#lx", (long)pfn, (long)back);
	sheet_new(&p);
	if (zdm_report_pfn_json(ses, m, pfn, &out) == ZDM_OK)
		sheet_must_be_json(&p, false);
	sheet_free(&p);
}

static void judge_json(const struct zdm_model *m)
{
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);

	sheet_new(&p);
	if (zdm_report_pgmaps_json(m, "a\x1b\xff", &out) == ZDM_OK)
		sheet_must_be_json(&p, false);
	sheet_new(&p);
	if (zdm_report_sections_json(m, UINT64_MAX, NULL, &out) == ZDM_OK)
		sheet_must_be_json(&p, false);
	sheet_free(&p);
}

static void judge_check(struct zdm_session *ses, const struct zdm_model *m)
{
	struct zdm_check_result c = { 0 };
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);

	sheet_new(&p);
	zdm_report_sample(ses, m, &out);
	zdm_check(ses, m, 4096, NULL, NULL, &c);
	sheet_free(&p);
}

void judge_model(struct zdm_session *ses, const struct zdm_model *m)
{
	static const struct subject nobody;
	struct damage d = { 0 };
	struct rng rng = { 1 };
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;
	const char *bad = check_model(&nobody, ses, m, &d, &rng);

	if (!bad)
		bad = check_reports(ses, m, &rng);
	if (bad)
		target_fail("%s", bad);
	judge_ranges(m);
	judge_json(m);
	judge_check(ses, m);
	for (i = 0; i < nr && i < MAX_PFNS; i++)
		judge_page(ses, m, r[nr - 1 - i].start_pfn);
}

void judge_session(struct zdm_session *ses)
{
	struct zdm_model *m = NULL;
	char err[400] = "";
	enum zdm_status st = zdm_model_build(ses, &m, err, sizeof(err));

	must_be_line(st, err);
	if (st == ZDM_NOMEM)
		target_fail("memory is said to be out");
	if (st == ZDM_OK)
		judge_model(ses, m);
	zdm_model_free(m);
}

/* What is read of a file beside the analysis: its frames, notes and registers. */
static void read_dump(struct zdm_dump *d)
{
	const struct zdm_reader_ops *ops = zdm_dump_ops(d);
	uint64_t paddr = 0, end, words[64];
	unsigned int i;
	char buf[8192];
	bool present;
	size_t len, cpu;

	for (i = 0; i < 64; i++) {
		if (ops->present_fn(d, paddr, &present, &end) != ZDM_OK)
			break;
		if (end <= paddr)
			target_fail("a stretch of frames ends where it begins");
		ops->read_phys_fn(d, paddr, buf, 16);
		ops->read_phys_fn(d, end - 4096, buf, sizeof(buf));
		if (end == UINT64_MAX)
			break;
		paddr = end;
	}
	free(zdm_dump_notes(d, &len));
	for (cpu = 0; cpu <= zdm_dump_nr_cpus(d) && cpu < 8; cpu++)
		for (i = 1; i <= 64; i++)
			if (zdm_dump_cpu_words(d, cpu, words, i) && cpu >= zdm_dump_nr_cpus(d))
				target_fail("registers of a CPU that there is not");
	zdm_dump_parts_missing(d);
	zdm_dump_live(d);
	zdm_dump_format(d);
}

static void analyse_dump(struct zdm_dump *d)
{
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	struct zdm_session *ses = NULL;
	char err[400] = "";
	size_t len;
	const char *text = zdm_dump_layout(d, &len);
	enum zdm_status st = ZDM_OK;

	if (text && len)
		st = zdm_source_layout_open_mem(text, len, "fuzz", &layout, err, sizeof(err));
	opts.nr_sources = layout != NULL;
	if (st == ZDM_OK)
		st = zdm_open(zdm_dump_ops(d), d, &opts, &ses, err, sizeof(err));
	must_be_line(st, err);
	if (st == ZDM_OK)
		judge_session(ses);
	zdm_close(ses);
	zdm_source_close(layout);
}

void judge_dump(const char *path)
{
	struct zdm_dump *d = NULL;
	char err[400] = "";
	const char *damage;
	enum zdm_status st = zdm_dump_open(path, NULL, &d, err, sizeof(err));

	must_be_line(st, err);
	if (st != ZDM_OK)
		return;
	read_dump(d);
	analyse_dump(d);
	damage = zdm_dump_damage(d);
	if (damage && (!*damage || strchr(damage, '\n')))
		target_fail("the damage is not one line: %s", damage);
	zdm_dump_close(d);
}

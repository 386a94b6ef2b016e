// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/same_kernel.h"
#include "model/model.h"

/*
 * That the record of RAM is not to be had matters where a verdict depends on it:
 * classify.c, online(). A kernel or source that does not know of it is no damage.
 */
static void warn_of_resources(struct zdm_model *m)
{
	const struct zdm_resources *r = &m->resources;

	if (zdm_feat_yes(&m->feat, ZDM_FEAT_BOOTHOLE_INIT) || r->status == ZDM_ABSENT ||
	    (r->status == ZDM_OK && !r->lost.nr))
		return;
	zdm_warnf(&m->warnings, true, "iomem_resource is %s at %016" PRIx64 ": a hole inside an "
		  "online section may show as online",
		  r->status == ZDM_OK ? "not whole" : zdm_status_name(r->status), r->bad_kaddr);
}

/* Everything that is read, in the order in which one needs the other. */
static enum zdm_status read_all(const struct zdm_session *opened, struct zdm_model *m, char *err,
				size_t err_len)
{
	struct zdm_session view;
	const struct zdm_session *s = &view;
	enum zdm_status st;
	size_t i;

	st = zdm_sections_read(opened, &m->sections, &m->warnings, err, err_len);
	zdm_session_view(opened, m->sections.vmemmap_kaddr, &view);
	m->feat = view.f;
	m->g = view.g;
	m->kernel = view.known;
	if (st == ZDM_OK)
		st = zdm_pgmaps_read(s, &m->pgmaps, &m->warnings);
	if (st == ZDM_OK)
		st = zdm_blocks_read(s, &m->blocks, &m->warnings);
	if (st == ZDM_OK)
		st = zdm_resources_read(s, &m->resources);
	if (st == ZDM_OK)
		st = zdm_zone_spans_read(s, &m->zones);
	for (i = 0; st == ZDM_OK && i < m->sections.nr; i++)
		m->sections.v[i].block = zdm_blocks_find(&m->blocks, m->sections.v[i].nr);
	if (st == ZDM_OK)
		st = zdm_vmemmap_read(s, &m->sections, &m->pgmaps, &m->blocks, &m->resources,
				      &m->vmemmap, &m->warnings);
	if (st == ZDM_OK)
		st = zdm_probes_read(s, &m->sections, &m->pgmaps, &m->probes);
	if (st == ZDM_OK)
		st = zdm_looks_read(s, &m->sections, &m->pgmaps, &m->looks, &m->warnings);
	if (st == ZDM_OK)
		warn_of_resources(m);
	zdm_warnings_fold(&m->warnings);
	return st;
}

enum zdm_status zdm_model_build(const struct zdm_session *s, struct zdm_model **ret, char *err,
				size_t err_len)
{
	struct zdm_model *m = calloc(1, sizeof(*m));
	enum zdm_status st = m ? ZDM_OK : ZDM_NOMEM;

	*ret = NULL;
	if (err && err_len)
		err[0] = '\0';
	if (st == ZDM_OK) {
		st = read_all(s, m, err, err_len);
		zdm_blame_files(s->told, st, err, err_len);
	}
	if (st == ZDM_OK)
		st = zdm_model_sweep(m);
	if (st == ZDM_OK && zdm_model_find_contradiction(s, m) && s->told) {
		zdm_errf(err, err_len, "the vmlinux or layout given does not fit this dump, it may be "
			 "of another build: %s", m->contradiction);
		st = ZDM_INVAL;
	}
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "out of memory");
	if (st != ZDM_OK) {
		zdm_model_free(m);
		return st;
	}
	*ret = m;
	return ZDM_OK;
}

enum zdm_hint zdm_model_hint(const struct zdm_model *m)
{
	return m->pgmaps.status == ZDM_ABSENT ? ZDM_HINT_KERNEL_FILE : ZDM_HINT_NONE;
}

void zdm_model_free(struct zdm_model *m)
{
	if (!m)
		return;
	zdm_sections_deinit(&m->sections);
	zdm_pgmaps_deinit(&m->pgmaps);
	zdm_blocks_deinit(&m->blocks);
	zdm_resources_deinit(&m->resources);
	zdm_zone_spans_deinit(&m->zones);
	zdm_vmemmap_deinit(&m->vmemmap);
	zdm_probes_deinit(&m->probes);
	zdm_looks_deinit(&m->looks);
	zdm_ranges_deinit(&m->ranges);
	zdm_warnings_deinit(&m->warnings);
	free(m);
}

const struct zdm_kernel *zdm_model_kernel(const struct zdm_model *m)
{
	return &m->kernel;
}

size_t zdm_model_sections(const struct zdm_model *m, const struct zdm_section **ret)
{
	*ret = m->sections.v;
	return m->sections.nr;
}

size_t zdm_model_pgmaps(const struct zdm_model *m, const struct zdm_pgmap **ret)
{
	*ret = m->pgmaps.v;
	return m->pgmaps.nr;
}

enum zdm_status zdm_model_pgmaps_status(const struct zdm_model *m)
{
	return m->pgmaps.status;
}

size_t zdm_model_blocks(const struct zdm_model *m, const struct zdm_block **ret)
{
	*ret = m->blocks.v;
	return m->blocks.nr;
}

size_t zdm_model_ranges(const struct zdm_model *m, const struct zdm_range **ret)
{
	*ret = m->ranges.v;
	return m->ranges.nr;
}

int32_t zdm_model_node(const struct zdm_model *m, uint64_t pfn, uint64_t *until_pfn)
{
	return zdm_zone_spans_node(&m->zones, pfn, until_pfn);
}

uint64_t zdm_model_end_pfn(const struct zdm_model *m)
{
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r);

	return nr ? r[nr - 1].end_pfn : 0;
}

size_t zdm_model_warnings(const struct zdm_model *m, const char *const **ret)
{
	*ret = (const char *const *)m->warnings.line;
	return m->warnings.nr;
}

bool zdm_model_damaged(const struct zdm_model *m)
{
	return m->warnings.damaged;
}

const struct zdm_range *zdm_range_find(const struct zdm_model *m, uint64_t pfn)
{
	size_t i = zdm_ranges_index(&m->ranges, pfn);

	return i < m->ranges.nr ? &m->ranges.v[i] : NULL;
}

const struct zdm_range *zdm_range_seek(const struct zdm_model *m, size_t *cursor, uint64_t pfn)
{
	const struct zdm_range *v = m->ranges.v;
	size_t i = *cursor;

	if (i < m->ranges.nr && pfn >= v[i].start_pfn) {
		if (pfn < v[i].end_pfn)
			return &v[i];
		if (i + 1 < m->ranges.nr && pfn < v[i + 1].end_pfn)
			return &v[*cursor = i + 1];
	}
	i = zdm_ranges_index(&m->ranges, pfn);
	*cursor = i;
	return i < m->ranges.nr ? &v[i] : NULL;
}

enum zdm_tri zdm_section_bit(const struct zdm_model *m, const struct zdm_section *sec,
			     unsigned int i)
{
	return i < m->g.subsections ? zdm_sections_bit(&m->sections, sec, i) : ZDM_NO;
}

const struct zdm_section *zdm_section_find(const struct zdm_model *m, uint64_t nr)
{
	return zdm_sections_find(&m->sections, nr);
}

enum zdm_tri zdm_online_page(const struct zdm_model *m, uint64_t pfn)
{
	struct zdm_facts f;

	zdm_model_facts(m, pfn, &f);
	if (f.gap_status != ZDM_OK || (f.section && f.section->status != ZDM_OK))
		return ZDM_UNKNOWN;
	if (!f.section)
		return ZDM_NO;
	if (!m->sections.online_flag)
		return ZDM_UNKNOWN;
	if (!(f.section->flags & ZDM_SECTION_ONLINE))
		return ZDM_NO;
	if (m->feat.v[ZDM_FEAT_TAINT] != ZDM_YES)
		return m->feat.v[ZDM_FEAT_TAINT] == ZDM_NO ? ZDM_YES : ZDM_UNKNOWN;
	if (f.bit != ZDM_YES || !(f.section->flags & ZDM_SECTION_TAINT_ZONE_DEVICE))
		return f.bit;
	if (m->pgmaps.status != ZDM_OK || (f.has_entry && (!f.pgmap || f.pgmap->dead == ZDM_UNKNOWN)))
		return ZDM_UNKNOWN;
	return f.has_entry && f.pgmap->dead == ZDM_NO ? ZDM_NO : ZDM_YES;
}

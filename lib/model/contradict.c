// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Does the model contradict itself? A kernel that ran has RAM, its own page tables and its
 * section table lie in it, and its sections have a memmap. A layout of another build, or a
 * section table that is no good, makes a model of which the opposite comes out.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/search.h"
#include "model/model.h"

/* Where a frame is that the kernel itself uses, nothing else can be true. */
static bool may_be_ram(const struct zdm_model *m, uint64_t pfn)
{
	const struct zdm_range *r = zdm_range_find(m, pfn);

	return r && (r->cls == ZDM_CLASS_ONLINE || r->cls == ZDM_CLASS_BOOTHOLE ||
		     r->cls == ZDM_CLASS_UNKNOWN);
}

static bool not_ram(struct zdm_model *m, uint64_t pfn, const char *what)
{
	const struct zdm_range *r = zdm_range_find(m, pfn);

	if (may_be_ram(m, pfn))
		return false;
	snprintf(m->contradiction, sizeof(m->contradiction), "pfn 0x%" PRIx64 ", which holds %s, "
		 "comes out as %s", pfn, what, zdm_class_name(r ? r->cls : ZDM_CLASS_ABSENT));
	return true;
}

/*
 * The root array's entries are allocations of the kernel's own, all in RAM. *most: more than
 * half of them come out as something else.
 */
static void table_not_ram(const struct zdm_session *s, struct zdm_model *m, bool *most)
{
	uint64_t page = UINT64_MAX;
	size_t i, nr = 0, bad = 0;
	struct zdm_leaf leaf;

	for (i = 0; i < m->sections.nr; i++) {
		uint64_t kaddr = m->sections.v[i].kaddr;

		if (kaddr >> m->g.page_shift == page)
			continue;
		page = kaddr >> m->g.page_shift;
		if (zdm_walk_kaddr(s->r, kaddr, &leaf) != ZDM_OK || !leaf.mapped)
			continue;
		nr++;
		bad += not_ram(m, (leaf.paddr + (kaddr - leaf.start_kaddr)) >> m->g.page_shift,
			       "a part of the section table");
	}
	*most |= bad * 2 > nr;
}

/* A neighbour took the memmap along: that is why there is none (classify.c, not_mapped()). */
static bool neighbour_took_it(const struct zdm_model *m, uint64_t start_pfn, uint64_t end)
{
	size_t i = zdm_first_beyond(m->ranges.v, m->ranges.nr, end_pfn, start_pfn);

	for (; i < m->ranges.nr && m->ranges.v[i].start_pfn < end; i++) {
		if (m->ranges.v[i].reason == ZDM_REASON_NEIGHBOUR_GONE)
			return true;
	}
	return false;
}

/* Has the section struct pages, by its own word and by the page tables, or is it known why not? */
static bool leads_to_memmap(const struct zdm_model *m, const struct zdm_section *sec)
{
	uint64_t pfn = zdm_section_nr_to_pfn(&m->g, sec->nr);
	size_t i = zdm_first_beyond(m->vmemmap.v, m->vmemmap.nr, end_pfn, pfn);

	/* any part will do: before or behind a device there may be nothing */
	for (; i < m->vmemmap.nr && m->vmemmap.v[i].start_pfn < pfn + m->g.section_pages; i++) {
		if (m->vmemmap.v[i].where != ZDM_MEMMAP_NONE)
			return sec->status == ZDM_OK;
	}
	return sec->status == ZDM_OK && neighbour_took_it(m, pfn, pfn + m->g.section_pages);
}

/*
 * Sections get their flags after their memmap, and lose them first (mm/sparse.c, 4.14 to
 * 7.3): there is none without. *most: more than half of them.
 */
static void sections_lead_nowhere(struct zdm_model *m, bool *most)
{
	size_t i, nr = 0, bad = 0;

	for (i = 0; i < m->sections.nr; i++) {
		if (!(m->sections.v[i].flags & ZDM_SECTION_HAS_MEM_MAP))
			continue;
		nr++;
		bad += !leads_to_memmap(m, &m->sections.v[i]);
	}
	*most |= bad * 2 > nr;
	if (bad)
		snprintf(m->contradiction, sizeof(m->contradiction),
			 "%zu of %zu sections lead to no memmap", bad, nr);
}

/*
 * What the kernel itself calls System RAM has sections, but for the moment in which it is added
 * or goes (mm/memory_hotplug.c, add_memory_resource() and try_remove_memory()). *most: half of
 * it and more has none.
 */
static void ram_without_sections(struct zdm_model *m, bool *most)
{
	const struct zdm_spans *ram = &m->resources.ram;
	uint64_t nr = 0, bad = 0, from, to, first = 0;
	size_t i, j;

	for (i = 0; i < ram->nr; i++) {
		nr += ram->v[i].end_pfn - ram->v[i].start_pfn;
		j = zdm_first_beyond(m->ranges.v, m->ranges.nr, end_pfn, ram->v[i].start_pfn);
		for (; j < m->ranges.nr && m->ranges.v[j].start_pfn < ram->v[i].end_pfn; j++) {
			const struct zdm_range *r = &m->ranges.v[j];

			if (r->cls != ZDM_CLASS_ABSENT)
				continue;
			from = r->start_pfn > ram->v[i].start_pfn ? r->start_pfn : ram->v[i].start_pfn;
			to = r->end_pfn < ram->v[i].end_pfn ? r->end_pfn : ram->v[i].end_pfn;
			first = bad ? first : from;
			bad += to - from;
		}
	}
	*most |= bad && bad * 2 >= nr;
	if (bad && !m->contradiction[0])
		snprintf(m->contradiction, sizeof(m->contradiction), "0x%" PRIx64 " of 0x%" PRIx64
			 " frames of System RAM have no section, the first is pfn 0x%" PRIx64, bad, nr,
			 first);
}

static bool no_ram(struct zdm_model *m)
{
	size_t i;

	for (i = 0; i < m->ranges.nr; i++) {
		if (m->ranges.v[i].cls == ZDM_CLASS_ONLINE || m->ranges.v[i].cls == ZDM_CLASS_UNKNOWN)
			return false;
	}
	snprintf(m->contradiction, sizeof(m->contradiction), "no RAM is found anywhere");
	return true;
}

bool zdm_model_find_contradiction(const struct zdm_session *s, struct zdm_model *m)
{
	uint64_t pgd = zdm_reader_xlat(s->r)->pgd_paddr >> m->g.page_shift;
	bool misfit = false;

	if (no_ram(m) || not_ram(m, pgd, "the kernel's page tables")) {
		misfit = true;
	} else {
		sections_lead_nowhere(m, &misfit);
		ram_without_sections(m, &misfit);
		table_not_ram(s, m, &misfit);
	}
	if (m->contradiction[0])
		zdm_warnf(&m->warnings, true, "the model contradicts itself: %s", m->contradiction);
	return misfit;
}

const char *zdm_model_contradiction(const struct zdm_model *m)
{
	return m->contradiction[0] ? m->contradiction : NULL;
}

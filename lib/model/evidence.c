// SPDX-License-Identifier: LGPL-2.1-or-later
/* Verdicts in words: why, with the values behind it. */
#include <inttypes.h>
#include <stdio.h>

#include "model/model.h"

static const char *const words[ZDM_NR_REASONS] = {
	[ZDM_REASON_NO_SECTION] = "section not present",
	[ZDM_REASON_NO_MEMMAP] = "section has no memmap",
	[ZDM_REASON_SECTION_UNREADABLE] = "section table not in the dump or damaged",
	[ZDM_REASON_SECTION_CORRUPT] = "section_mem_map does not lead to the memmap",
	[ZDM_REASON_USAGE_UNREADABLE] = "sub-section bitmap not in the dump",
	[ZDM_REASON_USAGE_UNKNOWN] = "not known whether this kernel has sub-sections, nor which are populated",
	[ZDM_REASON_SUBSECTION_CLEAR] = "sub-section not populated",
	[ZDM_REASON_ENTRY_NOT_MAPPED] = "pgmap stored, memmap not mapped yet",
	[ZDM_REASON_NR_RANGE] = "memremap_pages() has not finished this range",
	[ZDM_REASON_PAGES_NOT_DONE] = "struct pages do not carry the pgmap yet",
	[ZDM_REASON_PAGES_UNVERIFIED] = "only the struct pages could tell, and they cannot be read",
	[ZDM_REASON_ALTMAP_RESERVE] = "driver reserve of the altmap, never initialised",
	[ZDM_REASON_RESERVE_INIT] = "driver reserve of the altmap; this kernel initialises its struct pages",
	[ZDM_REASON_ALTMAP_BACKING] = "stores the memmap of its device",
	[ZDM_REASON_ALTMAP_EARLY] = "stores the memmap of its device, initialised before the rest of it",
	[ZDM_REASON_DEVICE] = "device memory, memmap initialised",
	[ZDM_REASON_DYING] = "teardown has begun: the pgmap's ref is DEAD",
	[ZDM_REASON_TORN_DOWN] = "torn down: ref DEAD, memmap released",
	[ZDM_REASON_PGMAP_UNREADABLE] = "pgmap not in the dump",
	[ZDM_REASON_PGMAP_CORRUPT] = "pgmap cannot be true",
	[ZDM_REASON_PGMAP_NOT_COVERING] = "the pgmap found here does not cover this PFN",
	[ZDM_REASON_PGMAPS_UNKNOWN] = "pgmap_array not available: may be device memory",
	[ZDM_REASON_ONLINE] = "online",
	[ZDM_REASON_OFFLINE_BLOCK] = "memory block is not online",
	[ZDM_REASON_BLOCK_UNKNOWN] = "neither online, nor of a memory block that says offline, nor a device",
	[ZDM_REASON_BOOTHOLE_INIT] = "no memory at boot; this kernel initialises its struct pages",
	[ZDM_REASON_BOOTHOLE_RAW] = "no memory at boot; this kernel leaves its struct pages alone",
	[ZDM_REASON_BOOTHOLE_UNKNOWN] = "no memory at boot; not known whether its struct pages are initialised",
	[ZDM_REASON_STALE_ZONE] = "struct pages say ZONE_DEVICE, as a device leaves them, and no pgmap claims them",
	[ZDM_REASON_STALE_UNREADABLE] = "boot hole or left over from a device: its struct page could not be looked at",
	[ZDM_REASON_NOT_MAPPED] = "section says populated, page tables say not mapped",
	[ZDM_REASON_DEFERRED] = "deferred initialisation of struct pages had not come here",
	[ZDM_REASON_TAIL_RAW] = "compound page in a boot section: the kernel never initialised this tail",
	[ZDM_REASON_TAIL_UNREAD] = "compound page in a boot section: whether this tail was initialised only its struct page could tell, and it could not be looked at",
	[ZDM_REASON_BOOTHOLE_FILL] = "no memory at boot; its struct page is one byte over and over, never initialised",
	[ZDM_REASON_NEIGHBOUR_GONE] = "its memmap was unmapped together with that of a neighbour, which shared a page of it",
	[ZDM_REASON_NEIGHBOUR_UNREAD] = "shares a page of memmap with a neighbour, and whether it went along with that cannot be read",
	[ZDM_REASON_ORPHAN] = "memmap on a device that nobody owns: no pgmap, no memory block, not online",
	[ZDM_REASON_PADDING] = "padding of a device to whole sections",
	[ZDM_REASON_NOT_RAM] = "in an online section, but no System RAM: perhaps never initialised",
	[ZDM_REASON_OWNERLESS] = "sub-section populated without System RAM in it, and no pgmap claims it",
	[ZDM_REASON_RAM_UNREAD] = "in an online section, but whether it is RAM cannot be read: perhaps a hole, never initialised",
	[ZDM_REASON_NOT_SPANNED] = "in an online section, but in no zone: perhaps never initialised",
	[ZDM_REASON_BUDGET] = "not looked at: what comes before it took all that one analysis may cost",
};

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{ ZDM_SECTION_PRESENT, "PRESENT" },
	{ ZDM_SECTION_HAS_MEM_MAP, "HAS_MEM_MAP" },
	{ ZDM_SECTION_ONLINE, "ONLINE" },
	{ ZDM_SECTION_EARLY, "EARLY" },
	{ ZDM_SECTION_TAINT_ZONE_DEVICE, "TAINT_ZONE_DEVICE" },
	{ ZDM_SECTION_VMEMMAP_PREINIT, "VMEMMAP_PREINIT" },
};

static void put_flags(struct zdm_text *t, uint32_t flags)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (!(flags & flag_names[i].flag))
			continue;
		zdm_textf(t, "%s%s", sep, flag_names[i].name);
		sep = "|";
	}
}

static const char *bit_words(enum zdm_tri bit)
{
	return bit == ZDM_YES ? "set" : bit == ZDM_NO ? "clear" : "not readable";
}

static void put_section(struct zdm_text *t, const struct zdm_model *m, const struct zdm_facts *f,
			uint64_t pfn, const char *sep)
{
	uint64_t nr = zdm_pfn_to_section_nr(&m->g, pfn), per;

	if (!f->section) {
		zdm_textf(t, "section %" PRIu64 " %s", nr,
			  f->gap_status == ZDM_OK ? "not present" : "not known");
		return;
	}
	zdm_textf(t, "section %" PRIu64 " ", nr);
	put_flags(t, f->section->flags);
	if (f->section->map_status == ZDM_ABSENT)
		return;
	per = m->g.section_pages / m->g.subsections;
	zdm_textf(t, "%ssub-section bit %" PRIu64 " %s", sep,
		  (pfn - zdm_section_nr_to_pfn(&m->g, nr)) / per, bit_words(f->bit));
}

static void put_pgmap(struct zdm_text *t, const struct zdm_facts *f, const char *sep)
{
	const struct zdm_pgmap *p = f->pgmap;

	zdm_textf(t, "pgmap %016" PRIx64 " (%s)", p->kaddr, p->type);
	if (f->range >= 0)
		zdm_textf(t, " range %" PRId64, f->range);
	if (p->nr_range >= 0)
		zdm_textf(t, ", nr_range %" PRId64, p->nr_range);
	if (p->dead != ZDM_NO)
		zdm_textf(t, ", ref %s", p->dead == ZDM_YES ? "DEAD" : "not readable");
	if (f->range == 0 && p->altmap_status == ZDM_OK)
		zdm_textf(t, "%saltmap base_pfn %#" PRIx64 " reserve %" PRIu64 " free %" PRIu64, sep,
			  p->altmap.base_pfn, p->altmap.reserve, p->altmap.free);
}

const char *zdm_reason_text(enum zdm_reason reason)
{
	return (unsigned int)reason < ZDM_NR_REASONS && words[reason] ? words[reason] : "";
}

size_t zdm_range_reason(const struct zdm_model *m, const struct zdm_range *r, char *buf, size_t len)
{
	struct zdm_facts f;
	struct zdm_text t;

	zdm_text_init(&t, buf, len);
	zdm_textf(&t, "%s", zdm_reason_text(r->reason));
	if (r->evidence_kaddr)
		zdm_textf(&t, " (at %016" PRIx64 ")", r->evidence_kaddr);
	if (r->reason == ZDM_REASON_NO_SECTION && r->pgmap < 0)
		return t.len;
	zdm_model_facts(m, r->start_pfn, &f);
	zdm_textf(&t, ": ");
	put_section(&t, m, &f, r->start_pfn, ", ");
	if (f.pgmap) {
		zdm_textf(&t, "; ");
		put_pgmap(&t, &f, "; ");
	}
	if (f.block && r->cls == ZDM_CLASS_OFFLINE)
		zdm_textf(&t, "; memory block %s", zdm_block_state_name(f.block->state));
	return t.len;
}

static void put_memmap(struct zdm_text *t, const struct zdm_model *m, const struct zdm_facts *f,
		       uint64_t pfn)
{
	zdm_textf(t, "memmap: struct page %016" PRIx64 ", ", zdm_page_kaddr(&m->kernel, pfn));
	if (f->where == ZDM_MEMMAP_NONE)
		zdm_textf(t, "not mapped\n");
	else if (f->where == ZDM_MEMMAP_UNKNOWN)
		zdm_textf(t, "its page table cannot be read or believed\n");
	else
		zdm_textf(t, "stored %s, in the dump: %s\n",
			  f->where == ZDM_MEMMAP_ALTMAP ? "on the device (altmap)" : "in RAM",
			  zdm_in_dump_name(f->in_dump));
}

static void put_lookup(struct zdm_text *t, const struct zdm_model *m, const struct zdm_facts *f)
{
	if (f->pgmap) {
		put_pgmap(t, f, "\n");
		zdm_textf(t, "\n");
	} else if (f->has_entry) {
		zdm_textf(t, "pgmap: look-up entry is %s at %016" PRIx64 "\n",
			  zdm_status_name(f->entry_status), f->entry_kaddr);
	} else {
		zdm_textf(t, "pgmap: %s\n", m->pgmaps.status == ZDM_OK ? "no look-up entry" :
			  "look-up not available");
	}
}

/* What /proc/iomem had here, from the outside in. */
static void put_resource(struct zdm_text *t, const struct zdm_model *m, uint64_t pfn)
{
	const struct zdm_resources *all = &m->resources;
	const struct zdm_resource *r;

	if (all->status != ZDM_OK) {
		zdm_textf(t, "iomem_resource: %s\n", all->status == ZDM_ABSENT ? "where it lies is not known" :
			  "cannot be read or believed");
		return;
	}
	r = zdm_resources_find(all, pfn << m->g.page_shift);
	if (!r) {
		zdm_textf(t, "iomem_resource: %s\n", zdm_spans_hold(&all->lost, pfn) ?
			  "cannot be read here" : "nothing here");
		return;
	}
	zdm_textf(t, "iomem_resource: %#" PRIx64 "-%#" PRIx64 " %s", r->start_paddr, r->last_paddr,
		  r->name[0] ? r->name : "(name not readable)");
	while (r->parent != ZDM_RESOURCE_NONE) {
		r = &all->v[r->parent];
		zdm_textf(t, ", in %s", r->name[0] ? r->name : "(name not readable)");
	}
	zdm_textf(t, "\n");
}

size_t zdm_pfn_evidence(const struct zdm_model *m, uint64_t pfn, char *buf, size_t len)
{
	struct zdm_facts f;
	struct zdm_text t;

	zdm_text_init(&t, buf, len);
	zdm_model_facts(m, pfn, &f);
	put_section(&t, m, &f, pfn, "\n");
	if (f.section)
		zdm_textf(&t, "\nsection_mem_map: %016" PRIx64, f.section->raw);
	zdm_textf(&t, "\n");
	if (f.block)
		zdm_textf(&t, "memory block of sections %" PRIu64 "-%" PRIu64 ", %s\n",
			  f.block->start_section_nr, f.block->end_section_nr - 1,
			  zdm_block_state_name(f.block->state));
	else if (f.section)
		zdm_textf(&t, "memory block: none\n");
	put_resource(&t, m, pfn);
	put_lookup(&t, m, &f);
	put_memmap(&t, m, &f, pfn);
	return t.len;
}

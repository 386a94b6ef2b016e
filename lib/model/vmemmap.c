// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/grow.h"
#include "base/search.h"
#include "base/seen.h"
#include "model/vmemmap.h"

struct scan {
	const struct zdm_session *s;
	struct zdm_vmemmap *out;
	const struct zdm_sections *sections;
	const struct zdm_pgmaps *pgmaps;
	const struct zdm_blocks *blocks;
	const struct zdm_resources *resources;
	struct zdm_spans backing;
	struct zdm_warnings *w;
	/* the last answers, and for which frames they hold: neighbours ask the same */
	struct zdm_pfn_range kind_for;
	enum zdm_memmap kind;
	uint64_t present_start, present_end;
	bool present;
	uint64_t leaves;	/* how many more are looked at */
	struct zdm_seen tables;	/* by where they lie: what of the memmap each maps */
	uint64_t table_paddr, table_kaddr;	/* the last one, which is all right */
};

static bool collect_backing(struct scan *sc, const struct zdm_pgmaps *pgmaps,
			    const struct zdm_blocks *blocks)
{
	struct zdm_spans *b = &sc->backing;
	uint64_t start;
	size_t i;

	for (i = 0; i < pgmaps->nr; i++) {
		const struct zdm_altmap *a = &pgmaps->v[i].altmap;

		if (pgmaps->v[i].status == ZDM_OK && pgmaps->v[i].altmap_status == ZDM_OK &&
		    !zdm_spans_add(b, zdm_altmap_backing_pfn(a), zdm_altmap_end_pfn(a)))
			return false;
	}
	for (i = 0; i < blocks->nr; i++) {
		const struct zdm_block *blk = &blocks->v[i];

		start = zdm_section_nr_to_pfn(&sc->s->g, blk->start_section_nr);
		if (blk->status == ZDM_OK && !zdm_spans_add(b, start, start + blk->nr_vmemmap_pages))
			return false;
	}
	zdm_spans_join(b);
	return true;
}

/* The frames of a section are in the hands of the page allocator. */
static bool is_online(const struct scan *sc, const struct zdm_section *sec)
{
	int32_t b;

	if (sc->sections->online_flag)
		return sec->flags & ZDM_SECTION_ONLINE;
	/* up to 4.12 the block alone tells */
	b = zdm_blocks_find(sc->blocks, sec->nr);
	return b >= 0 && sc->blocks->v[b].status == ZDM_OK &&
	       (sc->blocks->v[b].state == ZDM_BLOCK_ONLINE ||
		sc->blocks->v[b].state == ZDM_BLOCK_GOING_OFFLINE);
}

/*
 * Memmap of a device is taken from that device, of whose altmap nothing is known: a
 * device may share a section from boot (5.3 on), which the taint flag shows (5.12 on).
 */
static bool may_be_device(const struct scan *sc, const struct zdm_section *sec, bool lost)
{
	const struct zdm_kfeat *f = &sc->s->f;

	if ((sc->pgmaps->status == ZDM_OK && !lost) || f->v[ZDM_FEAT_SUBSECTIONS] == ZDM_NO ||
	    (zdm_feat_yes(f, ZDM_FEAT_SUBSECTIONS) && !(sec->flags & ZDM_SECTION_EARLY)))
		return false;
	return !zdm_feat_yes(f, ZDM_FEAT_TAINT) || (sec->flags & ZDM_SECTION_TAINT_ZONE_DEVICE);
}

/* A block that was added may store its own memmap, if this kernel can do that: 5.13. */
static bool may_be_block(const struct scan *sc, const struct zdm_section *sec)
{
	return sc->blocks->status != ZDM_OK && !(sec->flags & ZDM_SECTION_EARLY) &&
	       sc->s->f.v[ZDM_FEAT_BLOCK_ALTMAP] != ZDM_UNKNOWN;
}

/*
 * The page allocator never had the frames of this section: it is not online, is not from boot, and
 * has no memory block, as RAM that is added has. Memmap that lies there was put there by an altmap,
 * even if that is not known any more: memremap_pages() that fails leaves the sections that it had
 * added, and no pgmap (__add_pages(), mm/memory_hotplug.c, 5.10 to 7.3).
 */
static bool is_device_only(const struct scan *sc, const struct zdm_section *sec)
{
	return sc->sections->online_flag && sc->blocks->status == ZDM_OK && sec->block < 0 &&
	       sec->status == ZDM_OK &&
	       !(sec->flags & (ZDM_SECTION_ONLINE | ZDM_SECTION_EARLY));
}

/* No pgmap and no block speaks for this frame of a section. lost: nor can be asked here. */
static enum zdm_memmap kind_by_ram(const struct scan *sc, const struct zdm_section *sec, bool lost,
				   uint64_t pfn)
{
	const struct zdm_resource *r;

	if (may_be_block(sc, sec))
		return ZDM_MEMMAP_UNKNOWN;
	switch (zdm_resources_ram(sc->resources, pfn)) {
	case ZDM_YES:
		return ZDM_MEMMAP_RAM;
	case ZDM_NO:
		/* a device that is gone, or cannot be read; else nobody could have written there */
		if (is_device_only(sc, sec))
			return ZDM_MEMMAP_ALTMAP;
		r = zdm_resources_find(sc->resources, pfn << sc->s->g.page_shift);
		return r && r->kind != ZDM_RESOURCE_RESERVED && r->kind != ZDM_RESOURCE_ACPI ?
		       ZDM_MEMMAP_ALTMAP : ZDM_MEMMAP_UNKNOWN;
	case ZDM_UNKNOWN:
		break;
	}
	if (is_device_only(sc, sec))
		return ZDM_MEMMAP_ALTMAP;
	return is_online(sc, sec) && !may_be_device(sc, sec, lost) ? ZDM_MEMMAP_RAM :
	       ZDM_MEMMAP_UNKNOWN;
}

/* The answer for pfn holds no further than where one of these begins or ends. */
static void clip(struct zdm_pfn_range *hold, const struct zdm_spans *s)
{
	size_t i = zdm_first_beyond(s->v, s->nr, end_pfn, hold->start_pfn);
	uint64_t border;

	if (i == s->nr)
		return;
	border = s->v[i].start_pfn > hold->start_pfn ? s->v[i].start_pfn : s->v[i].end_pfn;
	if (border < hold->end_pfn)
		hold->end_pfn = border;
}

/*
 * What a frame that a leaf of the memmap points to is. memmap_alloc() takes it
 * from memory that has a section and is online, or from an altmap; anything else is
 * damage, or cannot be told.
 */
static enum zdm_memmap frame_kind(struct scan *sc, uint64_t pfn)
{
	const struct zdm_geometry *g = &sc->s->g;
	const struct zdm_spans *b = &sc->backing;
	uint64_t nr = zdm_pfn_to_section_nr(g, pfn);
	struct zdm_pfn_range *hold = &sc->kind_for;
	const struct zdm_pgmaps *pgmaps = sc->pgmaps;
	const struct zdm_pgmap_entry *entry;
	const struct zdm_section *sec;
	size_t i, e;

	if (pfn >= hold->start_pfn && pfn < hold->end_pfn)
		return sc->kind;
	i = zdm_first_beyond(b->v, b->nr, end_pfn, pfn);
	if (i < b->nr && b->v[i].start_pfn <= pfn) {
		*hold = b->v[i];
		return sc->kind = ZDM_MEMMAP_ALTMAP;
	}
	hold->start_pfn = pfn;
	hold->end_pfn = zdm_section_nr_to_pfn(g, nr + 1);
	if (i < b->nr && b->v[i].start_pfn < hold->end_pfn)
		hold->end_pfn = b->v[i].start_pfn;
	clip(hold, &sc->resources->ram);
	clip(hold, &sc->resources->lost);
	sec = zdm_sections_find(sc->sections, nr);
	e = zdm_first_beyond(pgmaps->entries, pgmaps->nr_entries, end_pfn, pfn);
	entry = e < pgmaps->nr_entries ? &pgmaps->entries[e] : NULL;
	if (entry && entry->start_pfn > pfn) {
		if (entry->start_pfn < hold->end_pfn)
			hold->end_pfn = entry->start_pfn;
		entry = NULL;
	}
	if (entry && entry->end_pfn < hold->end_pfn)
		hold->end_pfn = entry->end_pfn;
	/* a device's, but not of the part of it that stores memmap */
	if (!sec || (entry && entry->pgmap >= 0))
		return sc->kind = ZDM_MEMMAP_UNKNOWN;
	return sc->kind = kind_by_ram(sc, sec, entry != NULL, pfn);
}

static enum zdm_in_dump presence(struct scan *sc, uint64_t paddr, uint64_t len)
{
	uint64_t end = paddr + len;
	bool any = false, all = true;

	while (paddr < end) {
		if (paddr < sc->present_start || paddr >= sc->present_end) {
			sc->present_start = paddr;
			if (zdm_reader_present(sc->s->r, paddr, &sc->present, &sc->present_end)) {
				sc->present_end = 0;
				return ZDM_IN_DUMP_UNKNOWN;
			}
		}
		any |= sc->present;
		all &= sc->present;
		paddr = sc->present_end;
	}
	return all ? ZDM_IN_DUMP_YES : any ? ZDM_IN_DUMP_PARTLY : ZDM_IN_DUMP_NO;
}

static enum zdm_in_dump presence_join(enum zdm_in_dump a, enum zdm_in_dump b)
{
	if (a == b)
		return a;
	if (a == ZDM_IN_DUMP_UNKNOWN || b == ZDM_IN_DUMP_UNKNOWN)
		return ZDM_IN_DUMP_UNKNOWN;
	return ZDM_IN_DUMP_PARTLY;
}

static enum zdm_status push(struct scan *sc, const struct zdm_extent *e, bool fresh)
{
	struct zdm_vmemmap *o = sc->out;
	struct zdm_extent *last = !fresh && o->nr ? &o->v[o->nr - 1] : NULL;

	if (e->start_pfn == e->end_pfn)
		return ZDM_OK;
	if (last && last->end_pfn == e->start_pfn && last->where == e->where) {
		last->end_pfn = e->end_pfn;
		last->in_dump = presence_join(last->in_dump, e->in_dump);
		return ZDM_OK;
	}
	if (o->nr >= ZDM_MAX_EXTENTS)
		return ZDM_UNSUPPORTED;
	last = zdm_grow((void **)&o->v, &o->cap, o->nr, sizeof(*last));
	if (!last)
		return ZDM_NOMEM;
	*last = *e;
	o->nr++;
	return ZDM_OK;
}

/* What one leaf or hole of the tables, [kaddr, end), says; without its PFNs. */
static struct zdm_extent extent_of(struct scan *sc, const struct zdm_leaf *leaf,
				   enum zdm_status st, uint64_t kaddr, uint64_t end)
{
	struct zdm_extent e = { .where = ZDM_MEMMAP_NONE, .in_dump = ZDM_IN_DUMP_NO };
	uint64_t paddr = leaf->paddr + (kaddr - leaf->start_kaddr);

	if (st != ZDM_OK) {
		e.where = ZDM_MEMMAP_UNKNOWN;
		e.in_dump = ZDM_IN_DUMP_UNKNOWN;
		e.bad_kaddr = kaddr;
	} else if (leaf->mapped) {
		e.where = frame_kind(sc, paddr >> sc->s->g.page_shift);
		e.in_dump = presence(sc, paddr, end - kaddr);
		e.bad_kaddr = e.where == ZDM_MEMMAP_UNKNOWN ? kaddr : 0;
	}
	return e;
}

/*
 * A struct page of a size that does not divide the page's (56 and 80 bytes
 * exist, include/linux/mm_types.h) may begin in one leaf and end in the next: it
 * is no better than the worse of the two.
 */
static struct zdm_extent extent_join(const struct zdm_extent *a, const struct zdm_extent *b)
{
	struct zdm_extent e = *a;

	if (b->where == ZDM_MEMMAP_UNKNOWN || b->where == ZDM_MEMMAP_NONE)
		e = *b;
	if (a->where == ZDM_MEMMAP_NONE)
		e = *a;
	if (e.where != ZDM_MEMMAP_NONE)
		e.in_dump = presence_join(a->in_dump, b->in_dump);
	return e;
}

/* The struct pages that end in [.., end): those that begin before kaddr stand astride. */
static enum zdm_status push_leaf(struct scan *sc, const struct zdm_extent *before,
				 struct zdm_extent *e, uint64_t kaddr, uint64_t end, bool fresh)
{
	const struct zdm_geometry *g = &sc->s->g;
	uint64_t off = kaddr - g->vmemmap_kaddr;
	enum zdm_status st = ZDM_OK;

	e->start_pfn = (off + g->page_bytes - 1) / g->page_bytes;
	e->end_pfn = (end - g->vmemmap_kaddr) / g->page_bytes;
	if (!fresh && before->end_pfn < e->start_pfn) {
		struct zdm_extent astride = extent_join(before, e);

		astride.start_pfn = before->end_pfn;
		astride.end_pfn = e->start_pfn;
		st = push(sc, &astride, false);
	}
	return st == ZDM_OK ? push(sc, e, fresh) : st;
}

/*
 * A table that maps two stretches of the memmap would have two struct pages share
 * their bytes: the kernel gives each a table of its own (vmemmap_populate(), 4.14 to 7.3).
 * What is reached a second time is damage, and a few tables cannot pass for terabytes.
 */
static enum zdm_status check_table(struct scan *sc, const struct zdm_leaf *leaf)
{
	uint64_t first;

	if (leaf->is_top || (leaf->table_paddr == sc->table_paddr &&
			     leaf->table_kaddr == sc->table_kaddr))
		return ZDM_OK;
	if (!zdm_seen_put(&sc->tables, leaf->table_paddr, leaf->table_kaddr, ZDM_MAX_TABLES, &first))
		return ZDM_NOMEM;
	if (first != leaf->table_kaddr)
		return ZDM_CORRUPT;
	sc->table_paddr = leaf->table_paddr;
	sc->table_kaddr = leaf->table_kaddr;
	return ZDM_OK;
}

/* The leaf at kaddr, and where it or what must be left open ends. */
static enum zdm_status next_leaf(struct scan *sc, uint64_t kaddr, uint64_t section_end,
				 struct zdm_leaf *leaf, uint64_t *end)
{
	uint64_t span = 1ull << zdm_reader_xlat(sc->s->r)->bits_per_level;
	enum zdm_status st = zdm_walk_kaddr(sc->s->r, kaddr, leaf);

	*end = leaf->start_kaddr + leaf->len_bytes;
	if (st == ZDM_OK && (st = check_table(sc, leaf)) == ZDM_CORRUPT)
		*end = leaf->table_kaddr + leaf->len_bytes * span;	/* nothing in it is true */
	if (*end > section_end || *end <= kaddr)
		*end = section_end;
	return st;
}

/* One section after the other is stored alike: an extent for all of them, if nothing is open. */
static void join_sections(struct zdm_vmemmap *o, size_t before)
{
	struct zdm_extent *a, *b;

	if (!before || o->nr != before + 1)
		return;
	a = &o->v[before - 1];
	b = &o->v[before];
	if (a->end_pfn != b->start_pfn || a->where != b->where || a->in_dump != b->in_dump ||
	    a->bad_kaddr || b->bad_kaddr)
		return;
	a->end_pfn = b->end_pfn;
	o->nr--;
}

static enum zdm_status scan_section(struct scan *sc, uint64_t nr)
{
	const struct zdm_geometry *g = &sc->s->g;
	uint64_t kaddr = zdm_geometry_page_kaddr(g, zdm_section_nr_to_pfn(g, nr));
	uint64_t section_end = kaddr + g->section_pages * g->page_bytes, end;
	enum zdm_status st, pushed = ZDM_OK;
	struct zdm_extent e, before = { 0 };
	struct zdm_leaf leaf = { 0 };
	size_t first = sc->out->nr;
	bool fresh = true;

	if (section_end < kaddr)
		return ZDM_OK;
	while (kaddr < section_end && pushed == ZDM_OK) {
		st = next_leaf(sc, kaddr, section_end, &leaf, &end);
		if (st == ZDM_NOMEM)
			return st;
		if (!sc->leaves--)
			return ZDM_UNSUPPORTED;
		if (st != ZDM_OK)
			zdm_warnf(sc->w, true, "section %" PRIu64 ": page table of its memmap at %016"
				  PRIx64 " is %s", nr, kaddr, zdm_status_name(st));
		e = extent_of(sc, &leaf, st, kaddr, end);
		pushed = push_leaf(sc, &before, &e, kaddr, end, fresh);
		before = e;
		fresh = false;
		kaddr = end;
	}
	if (pushed == ZDM_OK)
		join_sections(sc->out, first);
	return pushed;
}

/* From section nr on there is more than is looked at: where that memmap is is not known. */
static enum zdm_status give_up(struct scan *sc, uint64_t nr)
{
	const struct zdm_geometry *g = &sc->s->g;
	struct zdm_vmemmap *o = sc->out;
	uint64_t pfn = zdm_section_nr_to_pfn(g, nr);
	struct zdm_extent rest = {
		.start_pfn = pfn, .end_pfn = zdm_section_nr_to_pfn(g, sc->sections->end_nr),
		.where = ZDM_MEMMAP_UNKNOWN, .in_dump = ZDM_IN_DUMP_UNKNOWN,
		.bad_kaddr = zdm_geometry_page_kaddr(g, pfn),
	};

	/* what was found of this section is not all of it */
	while (o->nr && o->v[o->nr - 1].start_pfn >= pfn)
		o->nr--;
	zdm_warnf(sc->w, true, "section %" PRIu64 " and those behind it: not looked at, the page "
		  "tables of the memmap are more than one analysis may cost", nr);
	if (o->nr == ZDM_MAX_EXTENTS)
		rest.start_pfn = o->v[--o->nr].start_pfn;
	return push(sc, &rest, true);
}

enum zdm_status zdm_vmemmap_read(const struct zdm_session *s, const struct zdm_sections *sections,
				 const struct zdm_pgmaps *pgmaps, const struct zdm_blocks *blocks,
				 const struct zdm_resources *resources, struct zdm_vmemmap *ret,
				 struct zdm_warnings *w)
{
	struct scan sc = { .s = s, .out = ret, .sections = sections, .pgmaps = pgmaps,
			   .blocks = blocks, .resources = resources, .w = w,
			   .leaves = ZDM_MAX_LEAVES, .table_paddr = UINT64_MAX };
	enum zdm_status st = ZDM_OK;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (!collect_backing(&sc, pgmaps, blocks))
		st = ZDM_NOMEM;
	for (i = 0; i < sections->nr && st == ZDM_OK; i++) {
		if (sections->v[i].status == ZDM_OK &&
		    (sections->v[i].flags & ZDM_SECTION_HAS_MEM_MAP))
			st = scan_section(&sc, sections->v[i].nr);
	}
	if (st == ZDM_UNSUPPORTED)
		st = give_up(&sc, sections->v[i - 1].nr);
	zdm_spans_deinit(&sc.backing);
	zdm_seen_deinit(&sc.tables);
	if (st != ZDM_OK)
		zdm_vmemmap_deinit(ret);
	return st;
}

void zdm_vmemmap_deinit(struct zdm_vmemmap *v)
{
	free(v->v);
	memset(v, 0, sizeof(*v));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device in a section of the boot uses the memmap that is there already
 * (section_activate(), mm/sparse.c 5.10 to 6.18), whatever stands in it. Two kinds of
 * stretch then hold struct pages that differ from one to the next:
 *
 * Compound pages of a live device. Where the kernel takes the tails to be
 * de-duplicated it writes the first two pages' worth of struct pages of each
 * compound page, 128 of 512, and no more (memmap_init_compound(), 6fd3620b3428
 * "mm/page_alloc: reuse tail struct pages for compound devmaps" (in v5.19));
 * until "mm/mm_init: fix uninitialized struct pages for ZONE_DEVICE" (2026, and
 * stable trees) it took them to be in boot sections, too, where they are not. The
 * mend left no symbol: only the tails tell. What else may stand there are the
 * page of a boot hole or, looking perfect, that of an earlier device. A
 * tail is sound if it names the head of this very compound page, and that head the
 * pgmap. Left by an earlier device those are the bytes the kernel would have written.
 *
 * What is left of a device, or was a boot hole all the time: sub-section bit clear.
 *
 * A third kind is in sections that were added later, where a page of memmap serves more than
 * one sub-section (pages of 16 and 64 KiB): when a device goes, such a page goes with it
 * (section_deactivate(), mm/sparse.c; vmemmap_free(), arch/arm64/mm/mmu.c, 6.12 and 7.3), and
 * when it comes again a new one is mapped, of which only its own part is written. A
 * neighbour that was there all the time then has struct pages of whatever that page held.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "kernel/struct_page.h"
#include "model/compound.h"
#include "model/looks.h"
#include "base/search.h"

#define CHUNK_PAGES 64u			/* struct pages read at a time */
#define MAX_PAGE_BYTES 128u		/* sizeof(struct page) is 96 at most */
#define MAX_LOOKED (1u << 24)		/* struct pages: 64 GiB of memory */
#define MAX_RUNS (1u << 17)		/* two for each compound page of 64 GiB */
#define MAX_SHIFT 52u			/* physical addresses have no more bits than that */

struct look {
	const struct zdm_session *s;
	const struct zdm_sections *sections;
	const struct zdm_pgmaps *pgmaps;
	struct zdm_looks *out;
	struct zdm_page_layout page;
	uint64_t left;			/* how many more are looked at */
	bool cut_short;
	size_t entry;			/* the first that ends after what is looked at */
	uint64_t chunk_pfn;		/* the first in buf; UINT64_MAX: none */
	bool chunk_read;
	uint64_t head_kaddr, head_flags;	/* the head looked at last, as head_found says */
	enum zdm_tri head_found;
	uint8_t buf[CHUNK_PAGES * MAX_PAGE_BYTES];
};

static uint64_t page_kaddr(const struct look *l, uint64_t pfn)
{
	return zdm_geometry_page_kaddr(&l->s->g, pfn);
}

/* The struct page of pfn, until the next one is asked for; NULL: the dump lacks it. */
static const uint8_t *page_bytes(struct look *l, uint64_t pfn)
{
	uint64_t bytes = l->s->g.page_bytes, first = pfn / CHUNK_PAGES * CHUNK_PAGES;
	uint8_t *page = l->buf + (pfn - first) * bytes;

	if (bytes > MAX_PAGE_BYTES)
		return NULL;
	if (l->chunk_pfn != first) {
		l->chunk_pfn = first;
		l->chunk_read = zdm_read_kaddr(l->s->r, page_kaddr(l, first), l->buf,
					       CHUNK_PAGES * bytes) == ZDM_OK;
	}
	if (l->chunk_read)
		return page;
	/* what fills no more than a page is there or is not */
	if (CHUNK_PAGES * bytes <= 1ull << l->s->g.page_shift ||
	    zdm_read_kaddr(l->s->r, page_kaddr(l, pfn), page, bytes) != ZDM_OK)
		return NULL;
	return page;
}

static enum zdm_status push(struct look *l, uint64_t start_pfn, uint64_t end_pfn,
			    enum zdm_look_found found)
{
	struct zdm_looks *o = l->out;
	struct zdm_look *last = o->nr ? &o->v[o->nr - 1] : NULL;

	if (found == ZDM_LOOK_NONE || start_pfn >= end_pfn)
		return ZDM_OK;
	if (last && last->end_pfn == start_pfn && last->found == found) {
		last->end_pfn = end_pfn;
		return ZDM_OK;
	}
	last = zdm_grow((void **)&o->v, &o->cap, o->nr, sizeof(*last));
	if (!last)
		return ZDM_NOMEM;
	*last = (struct zdm_look){ start_pfn, end_pfn, found };
	o->nr++;
	return ZDM_OK;
}

/* May nr more be looked at? If not, what is there is not known. */
static bool afford(struct look *l, uint64_t nr)
{
	if (l->left < nr || l->out->nr >= MAX_RUNS) {
		l->cut_short = true;
		return false;
	}
	l->left -= nr;
	return true;
}

static enum zdm_look_found left_over(struct look *l, uint64_t pfn)
{
	const uint8_t *page = page_bytes(l, pfn);
	enum zdm_tri device;

	if (!page)
		return ZDM_LOOK_UNREAD;
	if (!memcmp(page, page + 1, l->s->g.page_bytes - 1))
		return page[0] ? ZDM_LOOK_FILL : ZDM_LOOK_ZERO;
	device = zdm_page_in_zone_device(&l->page, zdm_page_flags(&l->page, page));
	return device == ZDM_UNKNOWN ? ZDM_LOOK_UNREAD :
	       device == ZDM_YES ? ZDM_LOOK_DEVICE : ZDM_LOOK_OTHER;
}

static enum zdm_status look_at_left_over(struct look *l, uint64_t start_pfn, uint64_t end_pfn)
{
	enum zdm_status st = ZDM_OK;
	uint64_t pfn;

	if (!afford(l, end_pfn - start_pfn))
		return push(l, start_pfn, end_pfn, ZDM_LOOK_UNREAD);
	for (pfn = start_pfn; pfn < end_pfn && st == ZDM_OK; pfn++)
		st = push(l, pfn, pfn + 1, left_over(l, pfn));
	return st;
}

/* Of each compound page of this pgmap the kernel may have written only so many; 0: all. */
static uint64_t nr_written(const struct zdm_geometry *g, const struct zdm_pgmap *p)
{
	uint64_t own = 2 * (1ull << g->page_shift) / g->page_bytes;

	if (p->status != ZDM_OK || p->altmap_status != ZDM_ABSENT || p->nr_range < 0 ||
	    !p->vmemmap_shift || (g->page_bytes & (g->page_bytes - 1)))
		return 0;
	return p->vmemmap_shift >= MAX_SHIFT || 1ull << p->vmemmap_shift > own ? own : 0;
}

/* Reads the head at kaddr: does it carry the pgmap? UNKNOWN: not in the dump. */
static enum zdm_tri look_at_head(struct look *l, uint64_t kaddr, uint64_t pgmap_kaddr)
{
	uint64_t word1;

	if (l->head_kaddr == kaddr)
		return l->head_found;
	l->head_kaddr = kaddr;
	l->head_found = ZDM_UNKNOWN;
	if (zdm_read_u64(l->s->r, kaddr + l->page.flags_off, &l->head_flags) == ZDM_OK &&
	    zdm_read_u64(l->s->r, kaddr + l->page.word1_off, &word1) == ZDM_OK)
		l->head_found = word1 == pgmap_kaddr &&
				zdm_page_in_zone_device(&l->page, l->head_flags) != ZDM_NO ?
				ZDM_YES : ZDM_NO;
	return l->head_found;
}

static enum zdm_look_found tail(struct look *l, uint64_t pfn, uint64_t head_pfn,
				uint64_t pgmap_kaddr)
{
	const uint8_t *page = page_bytes(l, pfn);
	uint64_t head = page_kaddr(l, head_pfn), word1;
	enum zdm_tri sound;

	if (!page)
		return ZDM_LOOK_UNREAD;
	word1 = zdm_page_word(&l->page, page, 1);
	if (!(word1 & 1) || zdm_page_head(word1, page_kaddr(l, pfn)) != head)
		return ZDM_LOOK_NO_TAIL;
	sound = look_at_head(l, head, pgmap_kaddr);
	if (sound == ZDM_UNKNOWN)
		return ZDM_LOOK_UNREAD;
	/* zone and node are the topmost bits of both */
	if (sound == ZDM_NO || (l->s->g.zone_shift &&
	    (zdm_page_flags(&l->page, page) ^ l->head_flags) >> l->s->g.zone_shift))
		return ZDM_LOOK_NO_TAIL;
	return ZDM_LOOK_NONE;
}

/* [pfn, end_pfn) has one look-up entry, of pgmap `index`. */
static enum zdm_status look_at_tails(struct look *l, uint32_t index, uint64_t pfn, uint64_t end_pfn)
{
	const struct zdm_pgmap *p = &l->pgmaps->v[index];
	uint64_t own = nr_written(&l->s->g, p), per, at, head;
	enum zdm_status st = ZDM_OK;
	int64_t range;

	if (!own)
		return ZDM_OK;
	if (!afford(l, end_pfn - pfn))
		return push(l, pfn, end_pfn, ZDM_LOOK_UNREAD);
	per = 1ull << (p->vmemmap_shift < MAX_SHIFT ? p->vmemmap_shift : MAX_SHIFT);
	for (; pfn < end_pfn && st == ZDM_OK; pfn++) {
		range = zdm_pgmaps_range(l->pgmaps, index, pfn);
		if (range < 0 || range >= p->nr_range)
			continue;
		/* memmap_init_zone_device() steps from the range's start, wherever that is */
		at = (pfn - p->ranges[range].start_pfn) % per;
		head = pfn - at;
		if (at >= own)
			st = push(l, pfn, pfn + 1, tail(l, pfn, head, p->kaddr));
	}
	return st;
}

static enum zdm_status look_at_device(struct look *l, uint64_t start_pfn, uint64_t end_pfn)
{
	const struct zdm_pgmaps *p = l->pgmaps;
	enum zdm_status st = ZDM_OK;
	size_t i;

	while (l->entry < p->nr_entries && p->entries[l->entry].end_pfn <= start_pfn)
		l->entry++;
	for (i = l->entry; i < p->nr_entries && p->entries[i].start_pfn < end_pfn &&
	     st == ZDM_OK; i++) {
		const struct zdm_pgmap_entry *e = &p->entries[i];
		uint64_t from = e->start_pfn > start_pfn ? e->start_pfn : start_pfn;
		uint64_t to = e->end_pfn < end_pfn ? e->end_pfn : end_pfn;

		if (e->status == ZDM_OK && e->pgmap >= 0)
			st = look_at_tails(l, (uint32_t)e->pgmap, from, to);
	}
	return st;
}

/* A frame that stores memmap: as __init_single_page() leaves it. */
static bool is_backing(const struct look *l, const uint8_t *page, uint64_t pfn)
{
	uint64_t lru = page_kaddr(l, pfn) + l->page.word1_off;

	return zdm_page_word(&l->page, page, 1) == lru && zdm_page_word(&l->page, page, 2) == lru;
}

/* One struct page of a live device against what the kernel wrote there. */
static enum zdm_look_found shared(struct look *l, uint32_t index, uint64_t pfn)
{
	const struct zdm_pgmap *p = &l->pgmaps->v[index];
	int64_t range = zdm_pgmaps_range(l->pgmaps, index, pfn);
	const uint8_t *page;
	uint64_t at;

	/* not written yet, or never: said by structure */
	if (range < 0 || range >= p->nr_range || (range == 0 && p->altmap_status == ZDM_OK &&
	    pfn < zdm_altmap_backing_pfn(&p->altmap)))
		return ZDM_LOOK_NONE;
	page = page_bytes(l, pfn);
	if (!page)
		return ZDM_LOOK_UNREAD;
	if (zdm_page_in_zone_device(&l->page, zdm_page_flags(&l->page, page)) == ZDM_NO)
		return ZDM_LOOK_NOT_ITS;
	if (range == 0 && p->altmap_status == ZDM_OK &&
	    pfn < zdm_altmap_end_pfn(&p->altmap))
		return is_backing(l, page, pfn) ? ZDM_LOOK_NONE : ZDM_LOOK_NOT_ITS;
	at = p->vmemmap_shift && p->vmemmap_shift < MAX_SHIFT ?
	     (pfn - p->ranges[range].start_pfn) & ((1ull << p->vmemmap_shift) - 1) : 0;
	if (at) {
		enum zdm_look_found found = tail(l, pfn, pfn - at, p->kaddr);

		return found == ZDM_LOOK_NO_TAIL ? ZDM_LOOK_NOT_ITS : found;
	}
	return zdm_page_word(&l->page, page, 1) == p->kaddr ? ZDM_LOOK_NONE : ZDM_LOOK_NOT_ITS;
}

/*
 * Does all of [start_pfn, end_pfn) belong to one pgmap, as the look-up has it? A part that is not
 * populated is no evidence that nobody else had the page: who did may be gone by now.
 */
static bool has_one_owner(struct look *l, const struct zdm_section *sec, uint64_t start_pfn,
			  uint64_t end_pfn)
{
	uint64_t per = l->s->g.section_pages / l->s->g.subsections, pfn;
	uint64_t first = zdm_section_nr_to_pfn(&l->s->g, sec->nr);
	const struct zdm_pgmaps *p = l->pgmaps;
	int32_t owner = -1;
	size_t i;

	for (pfn = start_pfn; pfn < end_pfn; pfn += per) {
		if (zdm_sections_bit(l->sections, sec, (unsigned int)((pfn - first) / per)) != ZDM_YES)
			return false;
		i = zdm_pgmaps_entry(p, pfn);
		if (i == p->nr_entries || p->entries[i].start_pfn > pfn ||
		    p->entries[i].end_pfn < pfn + per || p->entries[i].status != ZDM_OK ||
		    (owner >= 0 && owner != p->entries[i].pgmap))
			return false;
		owner = p->entries[i].pgmap;
	}
	return true;
}

static enum zdm_status look_at_shared(struct look *l, uint64_t start_pfn, uint64_t end_pfn)
{
	const struct zdm_pgmaps *p = l->pgmaps;
	size_t i = zdm_pgmaps_entry(p, start_pfn);
	enum zdm_status st = ZDM_OK;
	uint64_t pfn, to;

	for (; i < p->nr_entries && p->entries[i].start_pfn < end_pfn && st == ZDM_OK; i++) {
		const struct zdm_pgmap_entry *e = &p->entries[i];

		if (e->status != ZDM_OK || e->pgmap < 0 || p->v[e->pgmap].status != ZDM_OK)
			continue;
		pfn = e->start_pfn > start_pfn ? e->start_pfn : start_pfn;
		to = e->end_pfn < end_pfn ? e->end_pfn : end_pfn;
		if (!afford(l, to - pfn))
			st = push(l, pfn, to, ZDM_LOOK_UNREAD);
		else
			for (; pfn < to && st == ZDM_OK; pfn++)
				st = push(l, pfn, pfn + 1, shared(l, (uint32_t)e->pgmap, pfn));
	}
	return st;
}

/* Of a section that was added later: pages of memmap that more than one owner has a part in. */
static enum zdm_status look_at_borders(struct look *l, const struct zdm_section *sec)
{
	const struct zdm_geometry *g = &l->s->g;
	uint64_t per = g->section_pages / g->subsections, leaf = (1ull << g->page_shift) / g->page_bytes;
	uint64_t start = zdm_section_nr_to_pfn(g, sec->nr), end = start + g->section_pages, next;
	enum zdm_status st = ZDM_OK;
	size_t i = zdm_pgmaps_entry(l->pgmaps, start);

	if (leaf <= per || leaf & (leaf - 1) || i == l->pgmaps->nr_entries ||
	    l->pgmaps->entries[i].start_pfn >= end)
		return ZDM_OK;
	for (; start < end && st == ZDM_OK; start = next) {
		next = start + leaf < end ? start + leaf : end;
		if (!has_one_owner(l, sec, start, next))
			st = look_at_shared(l, start, next);
	}
	return st;
}

/* Where the taint flag exists (5.12 on), a section without it never had a device. */
static bool may_be_left_over(const struct look *l, const struct zdm_section *sec)
{
	return !zdm_feat_yes(&l->s->f, ZDM_FEAT_TAINT) ||
	       (sec->flags & ZDM_SECTION_TAINT_ZONE_DEVICE);
}

static enum zdm_status look_at_section(struct look *l, const struct zdm_section *sec)
{
	const struct zdm_geometry *g = &l->s->g;
	uint64_t per = g->section_pages / g->subsections;
	uint64_t start = zdm_section_nr_to_pfn(g, sec->nr);
	enum zdm_status st = ZDM_OK;
	enum zdm_tri bit;
	unsigned int i;

	/* as nearly all are: nothing is clear, and there is no device */
	while (l->entry < l->pgmaps->nr_entries && l->pgmaps->entries[l->entry].end_pfn <= start)
		l->entry++;
	if (zdm_sections_uniform(l->sections, sec) &&
	    zdm_sections_bit(l->sections, sec, 0) == ZDM_YES &&
	    (l->entry == l->pgmaps->nr_entries ||
	     l->pgmaps->entries[l->entry].start_pfn >= start + g->section_pages))
		return ZDM_OK;
	for (i = 0; i < g->subsections && st == ZDM_OK; i++, start += per) {
		bit = zdm_sections_bit(l->sections, sec, i);
		if (bit == ZDM_YES)
			st = look_at_device(l, start, start + per);
		else if (bit == ZDM_NO && may_be_left_over(l, sec))
			st = look_at_left_over(l, start, start + per);
	}
	return st;
}

enum zdm_status zdm_looks_read(const struct zdm_session *s, const struct zdm_sections *sections,
			       const struct zdm_pgmaps *pgmaps, struct zdm_looks *ret,
			       struct zdm_warnings *w)
{
	struct look *l = calloc(1, sizeof(*l));
	enum zdm_status st = l ? ZDM_OK : ZDM_NOMEM;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (!l)
		return st;
	*l = (struct look){ .s = s, .sections = sections, .pgmaps = pgmaps, .out = ret,
			    .left = MAX_LOOKED, .chunk_pfn = UINT64_MAX,
			    .head_kaddr = UINT64_MAX };
	zdm_page_layout_init(s, &l->page);
	for (i = 0; i < sections->nr && st == ZDM_OK; i++) {
		const struct zdm_section *sec = &sections->v[i];

		if (sec->status == ZDM_OK && (sec->flags & ZDM_SECTION_HAS_MEM_MAP) &&
		    s->f.v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO)
			st = sec->flags & ZDM_SECTION_EARLY ? look_at_section(l, sec) :
			     look_at_borders(l, sec);
	}
	if (l->cut_short)
		zdm_warnf(w, true, "more struct pages would have to be looked at one by one than %u: what the rest are is not known",
			  MAX_LOOKED);
	free(l);
	return st;
}

void zdm_looks_deinit(struct zdm_looks *l)
{
	free(l->v);
	memset(l, 0, sizeof(*l));
}

enum zdm_look_found zdm_looks_at(const struct zdm_looks *l, uint64_t pfn)
{
	size_t i = zdm_first_beyond(l->v, l->nr, end_pfn, pfn);

	return i < l->nr && l->v[i].start_pfn <= pfn ? l->v[i].found : ZDM_LOOK_NONE;
}

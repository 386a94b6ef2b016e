// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The order of the questions is the order of the evidence: section,
 * sub-section, look-up entry, altmap, ref, nr_range, memory block. Whatever
 * the bytes of a struct page say is asked only where nothing else can tell.
 */
#include "model/classify.h"

static struct zdm_verdict verdict(enum zdm_class cls, enum zdm_tri valid, enum zdm_reason reason)
{
	return (struct zdm_verdict){ cls, valid, reason, -1, 0 };
}

static struct zdm_verdict unknown(enum zdm_reason reason, uint64_t kaddr)
{
	return (struct zdm_verdict){ ZDM_CLASS_UNKNOWN, ZDM_UNKNOWN, reason, -1, kaddr };
}

static struct zdm_verdict of_pgmap(const struct zdm_facts *f, struct zdm_verdict v)
{
	v.pgmap = f->pgmap_index;
	return v;
}

static uint32_t flags(const struct zdm_facts *f)
{
	return f->section ? f->section->flags : 0;
}

/* The kernel has marked sections that a device was in since 5.12; this one has no such mark. */
static bool is_clean(const struct zdm_facts *f)
{
	return zdm_feat_yes(f->feat, ZDM_FEAT_TAINT) && !(flags(f) & ZDM_SECTION_TAINT_ZONE_DEVICE);
}

/* The entry or its pgmap is damaged; *ret says how. */
static bool entry_is_bad(const struct zdm_facts *f, struct zdm_verdict *ret)
{
	enum zdm_status st = f->entry_status;
	uint64_t kaddr = f->entry_kaddr;

	if (st == ZDM_OK) {
		st = f->pgmap->status;
		kaddr = f->pgmap->kaddr;
	}
	if (st == ZDM_OK)
		return false;
	*ret = of_pgmap(f, unknown(st == ZDM_CORRUPT ? ZDM_REASON_PGMAP_CORRUPT :
				   ZDM_REASON_PGMAP_UNREADABLE, kaddr));
	return true;
}

/*
 * No memmap is mapped here. With a look-up entry the device is on its way in
 * (pagemap_range() stores the entry first) or out (memunmap_pages() removes it
 * last); mm/memremap.c, 5.10 to 7.3.
 */
static struct zdm_verdict not_populated(const struct zdm_facts *f, enum zdm_class cls,
					enum zdm_reason reason)
{
	struct zdm_verdict bad;

	if (!f->has_entry)
		return verdict(cls, ZDM_NO, reason);
	if (entry_is_bad(f, &bad))
		return verdict(cls, ZDM_NO, reason);
	if (f->pgmap->dead == ZDM_YES)
		return of_pgmap(f, verdict(cls, ZDM_NO, ZDM_REASON_TORN_DOWN));
	return of_pgmap(f, verdict(ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_ENTRY_NOT_MAPPED));
}

/*
 * A reserve that the kernel does not leave alone is written by a mistake in it, and a tree
 * may have mended that without a witness: what speaks for it is no more than its own bytes.
 */
static struct zdm_verdict reserve_done(const struct zdm_facts *f)
{
	struct zdm_verdict v = verdict(ZDM_CLASS_RESERVED, ZDM_YES, ZDM_REASON_RESERVE_INIT);

	if (f->reserve_done != ZDM_YES || f->in_dump != ZDM_IN_DUMP_YES) {
		v.valid = ZDM_UNKNOWN;
		v.reason = ZDM_REASON_PAGES_UNVERIFIED;
		v.evidence_kaddr = f->page_kaddr;
	}
	return v;
}

/* What a part of a device is when its struct pages are done. */
static struct zdm_verdict device_done(const struct zdm_facts *f)
{
	if (f->part == ZDM_PART_RESERVE)
		return reserve_done(f);
	if (f->part == ZDM_PART_BACKING)
		return verdict(ZDM_CLASS_ALTMAP, ZDM_YES, ZDM_REASON_ALTMAP_BACKING);
	return verdict(ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_DEVICE);
}

/* Has the kernel finished this part of the pgmap's struct pages? */
static struct zdm_verdict device_progress(const struct zdm_facts *f)
{
	struct zdm_verdict done = device_done(f);

	if (f->pgmap->nr_range >= 0) {
		if (f->range < f->pgmap->nr_range && f->look == ZDM_LOOK_NO_TAIL)
			return verdict(ZDM_CLASS_DEVICE, ZDM_NO, ZDM_REASON_TAIL_RAW);
		if (f->range < f->pgmap->nr_range && f->look == ZDM_LOOK_NOT_ITS)
			return verdict(done.cls, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE);
		if (f->range < f->pgmap->nr_range && f->look == ZDM_LOOK_UNREAD)
			return unknown(flags(f) & ZDM_SECTION_EARLY ? ZDM_REASON_TAIL_UNREAD :
				       ZDM_REASON_NEIGHBOUR_UNREAD, f->page_kaddr);
		if (f->range < f->pgmap->nr_range)
			return done;
		if (f->part == ZDM_PART_BACKING && f->backing_done == ZDM_YES)
			return verdict(ZDM_CLASS_ALTMAP, ZDM_YES, ZDM_REASON_ALTMAP_EARLY);
		if (f->part == ZDM_PART_BACKING && f->backing_done == ZDM_UNKNOWN)
			return unknown(ZDM_REASON_PAGES_UNVERIFIED, f->page_kaddr);
		return verdict(ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_NR_RANGE);
	}
	if (f->pages_done == ZDM_YES)
		return done;
	if (f->pages_done == ZDM_NO)
		return verdict(ZDM_CLASS_PENDING, ZDM_NO, ZDM_REASON_PAGES_NOT_DONE);
	return unknown(ZDM_REASON_PAGES_UNVERIFIED, f->page_kaddr);
}

/*
 * Teardown has begun: get_dev_pagemap() says no, but struct pages stay as they
 * are until section_deactivate() unmaps them and clears the bit, which is
 * still set (mm/memremap.c and mm/sparse.c, 5.10 to 7.3). Only a kernel that can
 * poison struct pages may have done so in remove_pfn_range_from_zone().
 */
static struct zdm_verdict dying(const struct zdm_facts *f, struct zdm_verdict v)
{
	if (v.valid != ZDM_YES)
		return v;
	if (f->feat->v[ZDM_FEAT_INIT_POISON] != ZDM_NO)
		return unknown(ZDM_REASON_DYING, f->pgmap->kaddr);
	v.reason = ZDM_REASON_DYING;
	return v;
}

/*
 * Before 5.3 a device's memmap was written for whole sections, also outside its
 * resource: devm_memremap_pages(), align_start and align_size. The look-up
 * covers the padding up to 4.13, when it went by section, and not since.
 */
static bool is_padding(const struct zdm_facts *f)
{
	if (f->feat->v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO || !f->shares_section)
		return false;
	/* what the dump lacks was written together with what is known to be done */
	return f->sampled_device == ZDM_YES ||
	       (f->in_dump == ZDM_IN_DUMP_NO && f->shares_done == ZDM_YES);
}

/* The altmap, too, is padded: the driver's reserve then begins with the section. */
static bool in_padded_reserve(const struct zdm_facts *f)
{
	return f->feat->v[ZDM_FEAT_SUBSECTIONS] == ZDM_NO && f->part == ZDM_PART_RESERVE;
}

/*
 * A reserve that the kernel leaves alone has no struct pages, and the rest need not be
 * looked at. Where it means to and does not, they are written with the others; should
 * a tree have mended that without a witness, their bytes say so.
 */
static bool reserve_is_raw(const struct zdm_facts *f, struct zdm_verdict *ret)
{
	enum zdm_tri raw = f->feat->v[ZDM_FEAT_RESERVE_RAW];

	if (raw == ZDM_NO && f->reserve_done == ZDM_NO && f->pages_done != ZDM_NO)
		raw = ZDM_YES;
	if (f->part != ZDM_PART_RESERVE || raw == ZDM_NO)
		return false;
	*ret = raw == ZDM_YES ?
	       verdict(ZDM_CLASS_RESERVED, ZDM_NO, ZDM_REASON_ALTMAP_RESERVE) :
	       unknown(ZDM_REASON_PAGES_UNVERIFIED, f->page_kaddr);
	return true;
}

static struct zdm_verdict padded_reserve(const struct zdm_facts *f)
{
	struct zdm_verdict v;

	if (reserve_is_raw(f, &v))
		return v;
	if (is_padding(f))
		return reserve_done(f);
	return unknown(ZDM_REASON_PAGES_UNVERIFIED, f->page_kaddr);
}

/* Memmap mapped, look-up entry there. */
static struct zdm_verdict device(const struct zdm_facts *f)
{
	struct zdm_verdict bad, raw;

	if (entry_is_bad(f, &bad))
		return bad;
	if (f->range < 0 && in_padded_reserve(f))
		return of_pgmap(f, padded_reserve(f));
	if (f->range < 0 && f->feat->v[ZDM_FEAT_KEY_IS_PFN] == ZDM_NO && is_padding(f))
		return of_pgmap(f, verdict(ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_PADDING));
	if (f->range < 0)
		return of_pgmap(f, unknown(ZDM_REASON_PGMAP_NOT_COVERING, f->pgmap->kaddr));
	if (f->range == 0 && f->pgmap->altmap_status != ZDM_OK &&
	    f->pgmap->altmap_status != ZDM_ABSENT)
		return of_pgmap(f, unknown(f->pgmap->altmap_status == ZDM_CORRUPT ?
					   ZDM_REASON_PGMAP_CORRUPT : ZDM_REASON_PGMAP_UNREADABLE,
					   f->pgmap->kaddr));
	if (reserve_is_raw(f, &raw))
		return of_pgmap(f, raw);
	if (f->pgmap->dead == ZDM_UNKNOWN)
		return of_pgmap(f, unknown(ZDM_REASON_PGMAP_UNREADABLE, f->pgmap->kaddr));
	return of_pgmap(f, f->pgmap->dead == ZDM_YES ? dying(f, device_progress(f)) :
			device_progress(f));
}

/*
 * The bit says populated, and the page tables have nothing. Where one page of memmap serves
 * more than one sub-section (pages of 16 and 64 KiB), the device next door takes it along
 * when it goes: section_deactivate() hands the memmap of its own sub-sections to
 * vmemmap_free(), which frees whole pages and asks for no neighbour (mm/sparse.c and
 * arch/arm64/mm/mmu.c, 6.12 and 7.3). Whoever reads such a struct page takes a fault.
 */
static bool may_go_with_neighbour(const struct zdm_facts *f)
{
	return f->page_shared && !(flags(f) & ZDM_SECTION_EARLY) && f->has_entry;
}

static struct zdm_verdict not_mapped(const struct zdm_facts *f)
{
	struct zdm_verdict bad;

	if (!may_go_with_neighbour(f))
		return unknown(ZDM_REASON_NOT_MAPPED, f->where_kaddr);
	if (entry_is_bad(f, &bad))
		return bad;
	if (f->range < 0)
		return of_pgmap(f, unknown(ZDM_REASON_PGMAP_NOT_COVERING, f->pgmap->kaddr));
	/* what of it stores memmap is the only copy of that: it stays what it was */
	return of_pgmap(f, verdict(f->part == ZDM_PART_RESERVE ? ZDM_CLASS_RESERVED :
				   f->part == ZDM_PART_BACKING ? ZDM_CLASS_ALTMAP :
				   ZDM_CLASS_DEVICE, ZDM_NO, ZDM_REASON_NEIGHBOUR_GONE));
}

/* Boot memmap, sub-section bit clear, no entry. */
static struct zdm_verdict early_hole(const struct zdm_facts *f)
{
	bool tainted = !is_clean(f);

	if (tainted && f->sampled_device == ZDM_YES)
		return verdict(ZDM_CLASS_STALE, ZDM_NO, ZDM_REASON_STALE_ZONE);
	if (tainted && f->sampled_device == ZDM_UNKNOWN)
		return unknown(ZDM_REASON_STALE_UNREADABLE, f->page_kaddr);
	if (f->look == ZDM_LOOK_FILL ||
	    (f->look == ZDM_LOOK_ZERO && zdm_feat_yes(f->feat, ZDM_FEAT_BOOTHOLE_INIT)))
		return verdict(ZDM_CLASS_BOOTHOLE, ZDM_NO, ZDM_REASON_BOOTHOLE_FILL);
	if (zdm_feat_yes(f->feat, ZDM_FEAT_BOOTHOLE_INIT))
		return verdict(ZDM_CLASS_BOOTHOLE, ZDM_YES, ZDM_REASON_BOOTHOLE_INIT);
	if (f->feat->v[ZDM_FEAT_BOOTHOLE_INIT] == ZDM_NO)
		return verdict(ZDM_CLASS_BOOTHOLE, ZDM_NO, ZDM_REASON_BOOTHOLE_RAW);
	return verdict(ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_BOOTHOLE_UNKNOWN);
}

static struct zdm_verdict bit_clear(const struct zdm_facts *f)
{
	struct zdm_verdict v;

	if (!(flags(f) & ZDM_SECTION_EARLY))
		return not_populated(f, ZDM_CLASS_HOLE, ZDM_REASON_SUBSECTION_CLEAR);
	if (!f->has_entry)
		return f->pgmaps_status == ZDM_OK ? early_hole(f) :
		       unknown(ZDM_REASON_PGMAPS_UNKNOWN, 0);
	if (entry_is_bad(f, &v))
		return v;
	return not_populated(f, ZDM_CLASS_STALE, ZDM_REASON_TORN_DOWN);
}

/*
 * Boot sets the bits of sub-sections that hold RAM (subsection_map_init(), mm/sparse.c),
 * a device those of its own, and no two share one (check_pfn_span(), memremap_pages()).
 * So a bit where there is no RAM at all is a device's, and no look-up entry knows it.
 */
static bool may_be_ownerless(const struct zdm_facts *f)
{
	return f->feat->v[ZDM_FEAT_SUBSECTIONS] == ZDM_YES && (flags(f) & ZDM_SECTION_EARLY) &&
	       !is_clean(f) && f->ram_around == ZDM_NO;
}

/*
 * In a section that is online. Boot gives a memmap to all of a section that has some
 * RAM (sparse_init(), mm/sparse.c), and writes the struct pages of RAM and of what the
 * zones span; the rest is written since 5.6 only, where FEAT_BOOTHOLE_INIT tells. So
 * without it ONLINE is no evidence for a frame of which the kernel itself says that it
 * is no RAM. A section that was added later is all RAM, and written as it goes online.
 */
static struct zdm_verdict online(const struct zdm_facts *f)
{
	bool from_boot = f->feat->v[ZDM_FEAT_SUBSECTIONS] != ZDM_YES ||
			 (flags(f) & ZDM_SECTION_EARLY);

	if (from_boot && !zdm_feat_yes(f->feat, ZDM_FEAT_BOOTHOLE_INIT)) {
		if (f->ram == ZDM_NO)
			return verdict(ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_NOT_RAM);
		if (f->spanned == ZDM_NO)
			return verdict(ZDM_CLASS_BOOTHOLE, ZDM_UNKNOWN, ZDM_REASON_NOT_SPANNED);
		/* the record is there and might have spoken against it */
		if (f->ram_unread)
			return verdict(ZDM_CLASS_ONLINE, ZDM_UNKNOWN, ZDM_REASON_RAM_UNREAD);
	}
	if (may_be_ownerless(f))
		return unknown(ZDM_REASON_OWNERLESS, 0);
	return verdict(ZDM_CLASS_ONLINE, ZDM_YES, ZDM_REASON_ONLINE);
}

/* Not online, no entry: added and not online, or nothing we know of. */
static struct zdm_verdict not_online(const struct zdm_facts *f)
{
	if (f->block && f->block->status == ZDM_OK && f->block->state != ZDM_BLOCK_UNKNOWN) {
		/* up to 4.12 the block is all there is; the flag came with 4.13 */
		if (!f->online_flag && f->block->state == ZDM_BLOCK_ONLINE)
			return online(f);
		if (f->block->state != ZDM_BLOCK_ONLINE)
			return verdict(ZDM_CLASS_OFFLINE, ZDM_NO, ZDM_REASON_OFFLINE_BLOCK);
	}
	if (in_padded_reserve(f))
		return of_pgmap(f, padded_reserve(f));
	if (is_padding(f))
		return verdict(ZDM_CLASS_DEVICE, ZDM_YES, ZDM_REASON_PADDING);
	/* what a failed memremap_pages() leaves; nobody says that it is no device's whose entry is lost */
	if (f->where == ZDM_MEMMAP_ALTMAP && !f->block && f->blocks_status == ZDM_OK &&
	    f->pgmaps_status == ZDM_OK && !(flags(f) & ZDM_SECTION_EARLY))
		return unknown(ZDM_REASON_ORPHAN, 0);
	return unknown(ZDM_REASON_BLOCK_UNKNOWN, f->block ? f->block->kaddr : 0);
}

/* Memmap mapped, no entry found. */
static struct zdm_verdict no_entry(const struct zdm_facts *f)
{
	bool is_online = flags(f) & ZDM_SECTION_ONLINE;
	bool clean = is_clean(f);

	/*
	 * The entry is the last thing to go: a device's struct pages with the bit
	 * still set and no entry contradict each other.
	 */
	if (is_online && !clean && f->sampled_device == ZDM_YES)
		return unknown(ZDM_REASON_STALE_ZONE, 0);
	if (f->pgmaps_status == ZDM_OK)
		return is_online ? online(f) : not_online(f);
	/* The look-up is lost. A clean online section holds no device all the same … */
	if (is_online && clean)
		return online(f);
	/* … and ZONE_DEVICE never makes a memory block of its own. */
	if (!is_online && !(flags(f) & ZDM_SECTION_EARLY) && f->block)
		return not_online(f);
	return unknown(ZDM_REASON_PGMAPS_UNKNOWN, 0);
}

struct zdm_verdict zdm_classify(const struct zdm_facts *f)
{
	if (f->gap_status != ZDM_OK)
		return unknown(ZDM_REASON_SECTION_UNREADABLE, f->gap_kaddr);
	if (!f->section)
		return not_populated(f, ZDM_CLASS_ABSENT, ZDM_REASON_NO_SECTION);
	if (f->section->status != ZDM_OK)
		return unknown(ZDM_REASON_SECTION_CORRUPT, f->section->kaddr);
	if (!(flags(f) & ZDM_SECTION_HAS_MEM_MAP))
		return not_populated(f, ZDM_CLASS_ABSENT, ZDM_REASON_NO_MEMMAP);
	if (f->bit == ZDM_UNKNOWN && f->section->map_status == ZDM_UNSUPPORTED)
		return unknown(ZDM_REASON_USAGE_UNKNOWN, 0);
	if (f->bit == ZDM_UNKNOWN)
		return unknown(ZDM_REASON_USAGE_UNREADABLE, f->section->usage_kaddr);
	if (f->deferred && (flags(f) & ZDM_SECTION_EARLY) && !f->has_entry)
		return unknown(ZDM_REASON_DEFERRED, 0);
	if (f->bit == ZDM_NO)
		return bit_clear(f);
	if (f->where == ZDM_MEMMAP_NONE)
		return not_mapped(f);
	if (f->where == ZDM_MEMMAP_UNKNOWN && may_go_with_neighbour(f))
		return unknown(ZDM_REASON_NEIGHBOUR_UNREAD, f->where_kaddr);
	return f->has_entry ? device(f) : no_entry(f);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/grow.h"
#include "base/search.h"
#include "model/sections.h"
#include "model/section_roots.h"
#include "model/section_settle.h"

#define ROOT_CHUNK 512u		/* root pointers read at a time */
#define MAX_ROOT_BYTES 65536u

struct scan {
	const struct zdm_session *s;
	struct zdm_sections *out;
	struct zdm_warnings *w;
	uint64_t entry_bytes, per_root, nr_roots;
	uint64_t map_off, usage_off;
	uint8_t *root;			/* one root's entries */
};

static uint64_t load_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t decode_flags(const struct zdm_section_bits *b, uint64_t raw)
{
	return (raw & b->present ? ZDM_SECTION_PRESENT : 0) |
	       (raw & b->has_mem_map ? ZDM_SECTION_HAS_MEM_MAP : 0) |
	       (raw & b->online ? ZDM_SECTION_ONLINE : 0) |
	       (raw & b->early ? ZDM_SECTION_EARLY : 0) |
	       (raw & b->taint ? ZDM_SECTION_TAINT_ZONE_DEVICE : 0) |
	       (raw & b->preinit ? ZDM_SECTION_VMEMMAP_PREINIT : 0);
}

/* SECTIONS_PER_ROOT: a page of entries with SPARSEMEM_EXTREME (include/linux/mmzone.h). */
static bool scan_init(struct scan *sc)
{
	const struct zdm_kdef *k = &sc->s->k;

	sc->entry_bytes = zdm_kdef_get(k, ZDM_SIZE_MEM_SECTION);
	sc->map_off = zdm_kdef_get(k, ZDM_MEM_SECTION_MEM_MAP);
	sc->usage_off = zdm_kdef_or(k, ZDM_MEM_SECTION_USAGE, 0);
	if (sc->entry_bytes < 16 || sc->entry_bytes > 256 || sc->map_off + 8 > sc->entry_bytes ||
	    sc->usage_off + 8 > sc->entry_bytes)
		return false;
	sc->per_root = (1ull << sc->s->g.page_shift) / sc->entry_bytes;
	if (sc->per_root * sc->entry_bytes > MAX_ROOT_BYTES)
		return false;
	sc->nr_roots = (sc->s->g.nr_sections_max + sc->per_root - 1) / sc->per_root;
	return true;
}

static uint64_t root_end(const struct scan *sc, uint64_t nr)
{
	uint64_t end = nr + sc->per_root;

	return end > sc->s->g.nr_sections_max ? sc->s->g.nr_sections_max : end;
}

/* The gap that now holds the root's sections, NULL: no memory. */
static struct zdm_section_gap *add_gap_quietly(struct scan *sc, uint64_t nr, enum zdm_status st,
					       uint64_t kaddr)
{
	struct zdm_sections *o = sc->out;
	struct zdm_section_gap *gap = o->nr_gaps ? &o->gaps[o->nr_gaps - 1] : NULL;
	uint64_t end = root_end(sc, nr);

	o->end_nr = end;
	if (gap && gap->end_nr == nr && gap->status == st) {
		gap->end_nr = end;
		return gap;
	}
	gap = zdm_grow((void **)&o->gaps, &o->cap_gaps, o->nr_gaps, sizeof(*gap));
	if (!gap)
		return NULL;
	*gap = (struct zdm_section_gap){ nr, end, st, kaddr };
	o->nr_gaps++;
	return gap;
}

static enum zdm_status add_gap(struct scan *sc, uint64_t nr, enum zdm_status st, uint64_t kaddr)
{
	struct zdm_section_gap *gap = add_gap_quietly(sc, nr, st, kaddr);

	if (!gap)
		return ZDM_NOMEM;
	if (gap->start_nr == nr)
		zdm_warnf(sc->w, true, "sections %" PRIu64 "-%" PRIu64 ": mem_section root at %016"
			  PRIx64 " is %s", nr, gap->end_nr - 1, kaddr, zdm_status_name(st));
	return ZDM_OK;
}

static enum zdm_status add_map(struct scan *sc, struct zdm_section *sec)
{
	struct zdm_sections *o = sc->out;
	size_t words = o->words_per_map;
	uint64_t *map;

	sec->map_status = ZDM_ABSENT;
	if (!(sec->flags & ZDM_SECTION_HAS_MEM_MAP))
		return ZDM_OK;
	/* that nobody knows where to find a bitmap does not mean that there is none */
	if (!words && sc->s->f.v[ZDM_FEAT_SUBSECTIONS] != ZDM_NO)
		sec->map_status = ZDM_UNSUPPORTED;
	if (!words)
		return ZDM_OK;
	map = zdm_grow((void **)&o->maps, &o->cap_maps, o->nr_maps, words * sizeof(*map));
	if (!map)
		return ZDM_NOMEM;
	memset(map, 0, words * sizeof(*map));
	sec->map_index = (uint32_t)o->nr_maps++;
	sec->map_status = ZDM_OK;
	/* no usage: pfn_section_valid() answers no (include/linux/mmzone.h, 6.8) */
	if (!sec->usage_kaddr)
		return ZDM_OK;
	sec->map_status = zdm_read_kaddr(sc->s->r, sec->usage_kaddr +
					 zdm_kdef_get(&sc->s->k, ZDM_MEM_SUBSECTION_MAP), map,
					 words * sizeof(*map));
	if (sec->map_status != ZDM_OK)
		zdm_warnf(sc->w, true, "section %" PRIu64 ": sub-section bitmap at %016" PRIx64
			  " is %s", sec->nr, sec->usage_kaddr, zdm_status_name(sec->map_status));
	return ZDM_OK;
}

static enum zdm_status add_section(struct scan *sc, uint64_t nr, const uint8_t *entry,
				   uint64_t kaddr)
{
	const struct zdm_section_bits *b = &sc->s->g.bits;
	struct zdm_sections *o = sc->out;
	uint64_t raw = load_u64(entry + sc->map_off);
	struct zdm_section *sec;

	if (!(raw & b->present))
		return ZDM_OK;
	sec = zdm_grow((void **)&o->v, &o->cap, o->nr, sizeof(*sec));
	if (!sec)
		return ZDM_NOMEM;
	memset(sec, 0, sizeof(*sec));
	sec->nr = nr;
	sec->raw = raw;
	sec->kaddr = kaddr;
	sec->flags = decode_flags(b, raw);
	sec->block = -1;
	sec->usage_kaddr = sc->usage_off ? load_u64(entry + sc->usage_off) : 0;
	o->online_flag |= !!(sec->flags & ZDM_SECTION_ONLINE);
	o->nr++;
	o->end_nr = nr + 1;
	return add_map(sc, sec);
}

static enum zdm_status scan_root(struct scan *sc, const struct zdm_section_root *root)
{
	size_t bytes = sc->per_root * sc->entry_bytes;
	uint64_t nr = root->nr * sc->per_root, i;
	enum zdm_status st = root->status;

	if (st == ZDM_OK && sc->out->nr > ZDM_MAX_SECTIONS - sc->per_root) {
		zdm_warnf(sc->w, true, "sections from %" PRIu64 " on are not looked at: there are more "
			  "than %u", nr, ZDM_MAX_SECTIONS);
		return add_gap_quietly(sc, nr, ZDM_CORRUPT, root->kaddr) ? ZDM_OK : ZDM_NOMEM;
	}
	if (st == ZDM_OK)
		st = zdm_read_kaddr(sc->s->r, root->kaddr, sc->root, bytes);
	if (st == ZDM_UNREADABLE || st == ZDM_CORRUPT)
		return add_gap(sc, nr, st, root->kaddr);
	for (i = 0; st == ZDM_OK && i < sc->per_root && nr + i < sc->s->g.nr_sections_max; i++)
		st = add_section(sc, nr + i, sc->root + i * sc->entry_bytes,
				 root->kaddr + i * sc->entry_bytes);
	return st;
}

/*
 * Do these words look like roots? Taken for roots, the entries of a root begin
 * with a section_mem_map each, whose flags make it odd.
 */
static bool plausible_roots(const uint64_t *roots, size_t n)
{
	size_t i, used = 0, bad = 0;

	for (i = 0; i < n; i++) {
		used += roots[i] != 0;
		bad += (roots[i] & 7) != 0;
	}
	return bad * 4 < used;
}

/* Has the root at kaddr the entry of a section with a memmap? */
static enum zdm_status plausible_root(struct scan *sc, uint64_t kaddr)
{
	const struct zdm_section_bits *b = &sc->s->g.bits;
	uint64_t want = sc->out->vmemmap_kaddr & b->map_mask, j;
	enum zdm_status st;

	st = zdm_read_kaddr(sc->s->r, kaddr, sc->root, sc->per_root * sc->entry_bytes);
	if (st != ZDM_OK)
		return st;
	for (j = 0; j < sc->per_root; j++) {
		uint64_t raw = load_u64(sc->root + j * sc->entry_bytes + sc->map_off);

		if ((raw & b->present) && (raw & b->has_mem_map) &&
		    (want ? (raw & b->map_mask) == want : raw >> 56 == 0xff))
			return ZDM_OK;
	}
	return ZDM_CORRUPT;
}

/*
 * Is the section table where the array of root pointers at array_kaddr says?
 * UNREADABLE: it may well be, but the dump lacks the array or its roots.
 */
static enum zdm_status plausible_array(struct scan *sc, uint64_t array_kaddr)
{
	uint64_t roots[ROOT_CHUNK], i;
	size_t n = sc->nr_roots < ROOT_CHUNK ? sc->nr_roots : ROOT_CHUNK;
	enum zdm_status ret = ZDM_CORRUPT, st;

	if (!array_kaddr)
		return ZDM_CORRUPT;
	st = zdm_read_kaddr(sc->s->r, array_kaddr, roots, n * 8);
	if (st != ZDM_OK)
		return st;
	if (!plausible_roots(roots, n))
		return ZDM_CORRUPT;
	for (i = 0; i < n; i++) {
		if (!roots[i] || (roots[i] & 7))
			continue;
		st = plausible_root(sc, roots[i]);
		if (st == ZDM_OK)
			return ZDM_OK;
		if (st == ZDM_UNREADABLE)
			ret = ZDM_UNREADABLE;
	}
	return ret;
}

/*
 * VMCOREINFO names the array itself (a0b1280368d1 "kdump: write correct address of
 * mem_section into vmcoreinfo" (4.15)); in the few kernels between that and 83e3c48729d9
 * it named the pointer to it. What is missing from the dump is no sign of those.
 */
static enum zdm_status find_noted_array(struct scan *sc, uint64_t noted, uint64_t *array_kaddr)
{
	enum zdm_status st;
	uint64_t deref;

	*array_kaddr = noted;
	st = plausible_array(sc, noted);
	if (st != ZDM_CORRUPT || zdm_read_u64(sc->s->r, noted, &deref) != ZDM_OK ||
	    plausible_array(sc, deref) != ZDM_OK)
		return st;
	*array_kaddr = deref;
	return ZDM_OK;
}

/*
 * Without VMCOREINFO the symbol is a pointer to the array (SPARSEMEM_EXTREME since 4.15)
 * or the array itself: the one that leads to sections is right. Where the first leads
 * to what the dump lacks, the second must lead to sections of a memmap that is known:
 * other data of the kernel may look like sections of any.
 */
static enum zdm_status find_array_at(struct scan *sc, uint64_t *array_kaddr)
{
	uint64_t sym = zdm_kdef_get(&sc->s->k, ZDM_SYM_MEM_SECTION), deref = 0, noted;
	const struct zdm_source *vmcoreinfo = sc->s->vmcoreinfo;
	enum zdm_status st;

	if (vmcoreinfo &&
	    vmcoreinfo->ops->symbol(vmcoreinfo->self, "mem_section", &noted) == ZDM_OK) {
		st = find_noted_array(sc, noted, array_kaddr);
		if (st != ZDM_CORRUPT || noted == sym)
			return st;
	}
	st = zdm_read_u64(sc->s->r, sym, &deref);
	*array_kaddr = deref;
	if (st == ZDM_OK)
		st = plausible_array(sc, deref);
	if (st == ZDM_OK || (st != ZDM_CORRUPT && !sc->s->g.vmemmap_kaddr))
		return st;
	*array_kaddr = sym;
	if (plausible_array(sc, sym) == ZDM_OK)
		return ZDM_OK;
	/* what the dump lacks may have been right: that is not a wrong pointer */
	return st;
}

/* Where the memmap is said to be may be wrong; the sections, all of one mind, are not. */
static enum zdm_status find_array(struct scan *sc, uint64_t *array_kaddr)
{
	uint64_t said = sc->out->vmemmap_kaddr;
	enum zdm_status st = find_array_at(sc, array_kaddr);

	/* only what was read and is wrong says that; what was not read says nothing */
	if (st != ZDM_CORRUPT || !said)
		return st;
	sc->out->vmemmap_kaddr = 0;
	if (find_array_at(sc, array_kaddr) != ZDM_OK)
		return st;
	if (sc->s->g.vmemmap_said)
		zdm_warnf(sc->w, true, "no section leads to the memmap at %016" PRIx64
			  " that vmemmap_base says", said);
	return ZDM_OK;
}

static enum zdm_status scan_roots(struct scan *sc, uint64_t array_kaddr)
{
	struct zdm_section_roots roots = { .per_root = sc->per_root, .nr_max = sc->nr_roots,
					   .bytes = sc->per_root * sc->entry_bytes };
	enum zdm_status st = zdm_section_roots_find(sc->s, array_kaddr, &roots, sc->w);
	size_t i;

	for (i = 0; i < roots.nr && st == ZDM_OK; i++)
		st = scan_root(sc, &roots.v[i]);
	free(roots.v);
	return st;
}

enum zdm_status zdm_sections_read(const struct zdm_session *s, struct zdm_sections *ret,
				  struct zdm_warnings *w, char *err, size_t err_len)
{
	struct scan sc = { .s = s, .out = ret, .w = w };
	enum zdm_status st = ZDM_CORRUPT;
	uint64_t array_kaddr = 0;

	memset(ret, 0, sizeof(*ret));
	ret->vmemmap_kaddr = s->g.vmemmap_kaddr;
	ret->online_flag = zdm_feat_yes(&s->f, ZDM_FEAT_ONLINE_FLAG);	/* else a section may tell */
	if (zdm_feat_yes(&s->f, ZDM_FEAT_SUBSECTIONS) &&
	    zdm_kdef_has(&s->k, ZDM_MEM_SUBSECTION_MAP))
		ret->words_per_map = (s->g.subsections + 63) / 64;
	if (scan_init(&sc)) {
		sc.root = malloc(MAX_ROOT_BYTES);
		st = sc.root ? find_array(&sc, &array_kaddr) : ZDM_NOMEM;
	}
	if (st == ZDM_OK)
		st = scan_roots(&sc, array_kaddr);
	free(sc.root);
	if (st == ZDM_OK) {
		zdm_section_settle(s, ret, w);
		return ZDM_OK;
	}
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "out of memory");
	else
		zdm_errf(err, err_len, "the section table at mem_section %016" PRIx64 " is %s; no "
			 "verdict is possible", zdm_kdef_get(&s->k, ZDM_SYM_MEM_SECTION),
			 zdm_status_name(st));
	zdm_sections_deinit(ret);
	return st;
}

void zdm_sections_deinit(struct zdm_sections *sec)
{
	free(sec->v);
	free(sec->maps);
	free(sec->gaps);
	memset(sec, 0, sizeof(*sec));
}

const struct zdm_section *zdm_sections_find(const struct zdm_sections *sec, uint64_t nr)
{
	size_t i = sec->nr ? nr - sec->v[0].nr : 0;

	/* mostly there are no gaps */
	if (i >= sec->nr || sec->v[i].nr != nr)
		i = zdm_first_from(sec->v, sec->nr, nr, nr);
	return i < sec->nr && sec->v[i].nr == nr ? &sec->v[i] : NULL;
}

const struct zdm_section_gap *zdm_sections_gap(const struct zdm_sections *sec, uint64_t nr)
{
	size_t i = zdm_first_beyond(sec->gaps, sec->nr_gaps, end_nr, nr);

	return i < sec->nr_gaps && sec->gaps[i].start_nr <= nr ? &sec->gaps[i] : NULL;
}

bool zdm_sections_uniform(const struct zdm_sections *sec, const struct zdm_section *section)
{
	const uint64_t *map;
	unsigned int i;

	if (section->map_status != ZDM_OK)
		return true;
	map = sec->maps + (size_t)section->map_index * sec->words_per_map;
	for (i = 0; i < sec->words_per_map; i++) {
		if (map[i] != map[0])
			return false;
	}
	/* a section of fewer than 64 sub-sections leaves the rest of its word clear */
	return !map[0] || map[0] == UINT64_MAX;
}

enum zdm_tri zdm_sections_bit(const struct zdm_sections *sec, const struct zdm_section *section,
			      unsigned int i)
{
	const uint64_t *map;

	if (section->map_status == ZDM_ABSENT)
		return ZDM_YES;
	if (section->map_status != ZDM_OK)
		return ZDM_UNKNOWN;
	map = sec->maps + (size_t)section->map_index * sec->words_per_map;
	return map[i / 64] >> i % 64 & 1 ? ZDM_YES : ZDM_NO;
}

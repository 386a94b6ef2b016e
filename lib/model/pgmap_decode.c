// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "model/pgmap_decode.h"
#include "base/search.h"

#define PGMAP_MAX_BYTES 1024u
#define PGMAP_ALTMAP_VALID 1u		/* flags bit, include/linux/memremap.h, 5.3 to 7.3 */
#define PERCPU_REF_DEAD 2u		/* __PERCPU_REF_DEAD, include/linux/percpu-refcount.h */

struct raw {
	const struct zdm_session *s;
	uint64_t kaddr;
	size_t bytes;
	uint32_t max_ranges;
	uint8_t buf[PGMAP_MAX_BYTES];
};

/* A member of up to 8 bytes; dflt_bytes where its size is not known. */
static bool member(const struct raw *p, enum zdm_kdef_id id, size_t dflt_bytes, uint64_t *ret)
{
	const struct zdm_kval *v = &p->s->k.v[id];
	size_t n = v->size_bytes && v->size_bytes < 8 ? v->size_bytes : dflt_bytes;

	if (v->status != ZDM_OK || v->value + n > p->bytes)
		return false;
	*ret = 0;
	memcpy(ret, p->buf + v->value, n);
	return true;
}

/* The kernel's own names; values differ between kernels, so only names are carried. */
static const struct {
	enum zdm_kdef_id num;
	const char *name;
} types[] = {
	{ ZDM_NUM_DEVICE_HOST, "host" },
	{ ZDM_NUM_DEVICE_PRIVATE, "private" },
	{ ZDM_NUM_DEVICE_PUBLIC, "public" },
	{ ZDM_NUM_DEVICE_COHERENT, "coherent" },
	{ ZDM_NUM_DEVICE_FS_DAX, "fs_dax" },
	{ ZDM_NUM_DEVICE_GENERIC, "generic" },
	{ ZDM_NUM_DEVICE_DEVDAX, "devdax" },
	{ ZDM_NUM_DEVICE_PCI_P2PDMA, "pci_p2pdma" },
};

#define MAX_TYPES 16u		/* a kernel may have types that came after this list */

/* False when the kernel's enum is known and cannot have such a value. */
static bool decode_type(const struct raw *p, struct zdm_pgmap *ret)
{
	uint64_t type;
	size_t i, known = 0;

	if (!member(p, ZDM_MEM_PGMAP_TYPE, 4, &type)) {
		snprintf(ret->type, sizeof(ret->type), "device");	/* before 4.14: one type */
		return true;
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!zdm_kdef_has(&p->s->k, types[i].num))
			continue;
		known++;
		if (zdm_kdef_get(&p->s->k, types[i].num) == type) {
			snprintf(ret->type, sizeof(ret->type), "%s", types[i].name);
			return true;
		}
	}
	snprintf(ret->type, sizeof(ret->type), "type-%" PRIu64, type & 0xffffffff);
	return !p->s->k.complete_types || !known || type < MAX_TYPES;
}

static bool ranges_overlap(const struct zdm_pfn_range *a, const struct zdm_pfn_range *b)
{
	return a->start_pfn < b->end_pfn && b->start_pfn < a->end_pfn;
}

static bool is_covered(const struct zdm_pfn_range *r, const struct zdm_pfn_range *covered,
		       size_t nr)
{
	size_t i = zdm_first_beyond(covered, nr, end_pfn, r->start_pfn);

	return i < nr && r->start_pfn >= covered[i].start_pfn && r->end_pfn <= covered[i].end_pfn;
}

/* A kernel range of bytes, inclusive at its end, as PFNs. */
static bool to_pfns(const struct raw *p, uint64_t start, uint64_t end, struct zdm_pfn_range *ret)
{
	unsigned int shift = p->s->g.page_shift;

	ret->start_pfn = start >> shift;
	ret->end_pfn = (end >> shift) + 1;
	return end >= start && end >> shift < zdm_section_nr_to_pfn(&p->s->g, p->s->g.nr_sections_max);
}

/*
 * nr_range counts the ranges that are done; while memremap_pages() runs, more
 * stand behind it, how many nobody says. Those beyond nr_range are taken as
 * long as the look-up entries cover them.
 */
static enum zdm_status decode_ranges(struct raw *p, const struct zdm_pfn_range *covered,
				     size_t nr_covered, struct zdm_pgmap *ret)
{
	uint64_t off = zdm_kdef_get(&p->s->k, ZDM_MEM_PGMAP_RANGES), pair[2], i, j;
	struct zdm_pfn_range *v = NULL, *slot, r;
	size_t cap = 0;
	enum zdm_status st = ZDM_OK;

	if (ret->nr_range < 0 || ret->nr_range > (int64_t)p->max_ranges)
		return ZDM_CORRUPT;
	if (!zdm_kdef_has(&p->s->k, ZDM_MEM_PGMAP_RANGES))
		return ZDM_UNSUPPORTED;
	for (i = 0; i < p->max_ranges; i++) {
		bool done = (int64_t)i < ret->nr_range, good;

		st = zdm_read_kaddr(p->s->r, p->kaddr + off + i * sizeof(pair), pair, sizeof(pair));
		if (st != ZDM_OK)
			break;
		good = to_pfns(p, pair[0], pair[1], &r);
		for (j = 0; j < i && good; j++)
			good = !ranges_overlap(&r, &v[j]);
		if (!done && (!good || !is_covered(&r, covered, nr_covered)))
			break;
		if (!good) {
			st = ZDM_CORRUPT;
			break;
		}
		slot = zdm_grow((void **)&v, &cap, i, sizeof(*v));
		if (!slot) {
			st = ZDM_NOMEM;
			break;
		}
		*slot = r;
	}
	/* garbage may follow the last range, so a failed look beyond nr_range is the end */
	if ((int64_t)i >= ret->nr_range && st != ZDM_NOMEM)
		st = ZDM_OK;
	ret->ranges = v;
	ret->nr_ranges = (uint32_t)i;
	return st;
}

/* Before 5.10: one resource; embedded since 4.16, a pointer before. */
static enum zdm_status decode_res(struct raw *p, struct zdm_pgmap *ret)
{
	const struct zdm_kval *res = &p->s->k.v[ZDM_MEM_PGMAP_RES];
	uint64_t at = p->kaddr + res->value, start, end;
	struct zdm_pfn_range *r;
	enum zdm_tri embedded = p->s->f.v[ZDM_FEAT_RES_EMBEDDED];
	enum zdm_status st = ZDM_OK;

	if (res->status != ZDM_OK || embedded == ZDM_UNKNOWN || !p->max_ranges)
		return ZDM_UNSUPPORTED;
	if (embedded == ZDM_NO)
		st = zdm_read_u64(p->s->r, at, &at);
	if (st == ZDM_OK)
		st = zdm_read_u64(p->s->r, at + zdm_kdef_or(&p->s->k, ZDM_MEM_RESOURCE_START, 0),
				  &start);
	if (st == ZDM_OK)
		st = zdm_read_u64(p->s->r, at + zdm_kdef_or(&p->s->k, ZDM_MEM_RESOURCE_END, 8), &end);
	if (st != ZDM_OK)
		return st;
	r = calloc(1, sizeof(*r));
	if (!r)
		return ZDM_NOMEM;
	ret->ranges = r;
	ret->nr_ranges = 1;
	return to_pfns(p, start, end, r) ? ZDM_OK : ZDM_CORRUPT;
}

static enum zdm_status altmap_in_effect(const struct raw *p, const struct zdm_pgmap *pgmap,
					uint64_t *kaddr)
{
	const struct zdm_kdef *k = &p->s->k;
	uint64_t v;

	*kaddr = p->kaddr + zdm_kdef_get(k, ZDM_MEM_PGMAP_ALTMAP);
	if (!zdm_kdef_has(k, ZDM_MEM_PGMAP_ALTMAP) ||
	    p->s->f.v[ZDM_FEAT_ALTMAP_EMBEDDED] == ZDM_UNKNOWN)
		return ZDM_UNSUPPORTED;
	if (zdm_feat_yes(&p->s->f, ZDM_FEAT_ALTMAP_FLAG))
		return pgmap->flags & PGMAP_ALTMAP_VALID ? ZDM_OK : ZDM_ABSENT;
	if (member(p, ZDM_MEM_PGMAP_ALTMAP_VALID, 1, &v))
		return v & 0xff ? ZDM_OK : ZDM_ABSENT;
	if (!member(p, ZDM_MEM_PGMAP_ALTMAP, 8, kaddr))
		return ZDM_CORRUPT;
	return *kaddr ? ZDM_OK : ZDM_ABSENT;
}

static enum zdm_status decode_altmap(const struct raw *p, struct zdm_pgmap *ret)
{
	static const struct {
		enum zdm_kdef_id id;
		size_t field;
		bool decides;	/* a verdict depends on it */
	} fields[] = {
		{ ZDM_MEM_ALTMAP_BASE, offsetof(struct zdm_altmap, base_pfn), true },
		{ ZDM_MEM_ALTMAP_END, offsetof(struct zdm_altmap, end_pfn), false },	/* 5.4 on */
		{ ZDM_MEM_ALTMAP_RESERVE, offsetof(struct zdm_altmap, reserve), true },
		{ ZDM_MEM_ALTMAP_FREE, offsetof(struct zdm_altmap, free), true },
		{ ZDM_MEM_ALTMAP_ALIGN, offsetof(struct zdm_altmap, align), false },
		{ ZDM_MEM_ALTMAP_ALLOC, offsetof(struct zdm_altmap, alloc), false },
	};
	struct zdm_altmap *a = &ret->altmap;
	const struct zdm_pfn_range *r0 = ret->ranges;
	enum zdm_status st;
	uint64_t kaddr, max;
	size_t i;

	st = altmap_in_effect(p, ret, &kaddr);
	if (st != ZDM_OK)
		return st;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)a + fields[i].field);

		if (!zdm_kdef_has(&p->s->k, fields[i].id)) {
			if (!fields[i].decides)
				continue;
			return ZDM_UNSUPPORTED;
		}
		st = zdm_read_u64(p->s->r, kaddr + zdm_kdef_get(&p->s->k, fields[i].id), field);
		if (st != ZDM_OK)
			return st;
	}
	if (zdm_kdef_has(&p->s->k, ZDM_MEM_ALTMAP_END))
		a->end_pfn++;		/* the kernel's is inclusive */
	max = zdm_section_nr_to_pfn(&p->s->g, p->s->g.nr_sections_max);
	if (a->base_pfn > max || a->reserve > max - a->base_pfn ||
	    a->free > max - a->base_pfn - a->reserve)
		return ZDM_CORRUPT;
	if (!r0)
		return ZDM_OK;
	/* __add_pages() wants the altmap to begin where the memory does; padding may precede it */
	if (a->base_pfn > r0->start_pfn || zdm_altmap_end_pfn(a) > r0->end_pfn)
		return ZDM_CORRUPT;
	return ZDM_OK;
}

static enum zdm_tri decode_dead(const struct raw *p, struct zdm_pgmap *ret)
{
	const struct zdm_kdef *k = &p->s->k;
	uint64_t at = p->kaddr + zdm_kdef_get(k, ZDM_MEM_PGMAP_REF), ptr;
	uint64_t dead = zdm_kdef_or(k, ZDM_NUM_REF_DEAD, PERCPU_REF_DEAD);

	if (!zdm_kdef_has(k, ZDM_MEM_PGMAP_REF) || !zdm_kdef_has(k, ZDM_MEM_REF_COUNT_PTR) ||
	    p->s->f.v[ZDM_FEAT_REF_EMBEDDED] == ZDM_UNKNOWN)
		return ZDM_UNKNOWN;
	if (!zdm_feat_yes(&p->s->f, ZDM_FEAT_REF_EMBEDDED)) {
		if (zdm_read_u64(p->s->r, at, &at) != ZDM_OK)
			return ZDM_UNKNOWN;
		if (!at)
			return ZDM_YES;		/* devm_memremap_pages_release() ends with ref = NULL */
	}
	ret->ref_kaddr = at;
	if (zdm_read_u64(p->s->r, at + zdm_kdef_get(k, ZDM_MEM_REF_COUNT_PTR), &ptr) != ZDM_OK)
		return ZDM_UNKNOWN;
	return ptr & dead ? ZDM_YES : ZDM_NO;
}

static enum zdm_status read_raw(struct raw *p)
{
	uint64_t bytes = zdm_kdef_or(&p->s->k, ZDM_SIZE_PGMAP, 0);

	if (!bytes)
		return ZDM_ABSENT;
	/* no pointer of the kernel's looks like this: the entry is damaged */
	if (bytes > PGMAP_MAX_BYTES || (p->kaddr & 7) || p->kaddr >> 56 != 0xff)
		return ZDM_CORRUPT;
	p->bytes = bytes;
	return zdm_read_kaddr(p->s->r, p->kaddr, p->buf, bytes);
}

enum zdm_status zdm_pgmap_decode(const struct zdm_session *s, uint64_t kaddr,
				 const struct zdm_pfn_range *covered, size_t nr_covered,
				 uint32_t max_ranges, struct zdm_pgmap *ret,
				 struct zdm_warnings *w)
{
	struct raw p = { .s = s, .kaddr = kaddr, .max_ranges = max_ranges };
	uint64_t v;

	memset(ret, 0, sizeof(*ret));
	ret->kaddr = kaddr;
	ret->nr_range = -1;
	ret->altmap_status = ZDM_UNREADABLE;
	snprintf(ret->type, sizeof(ret->type), "unknown");
	ret->status = read_raw(&p);
	if (ret->status == ZDM_OK && !decode_type(&p, ret))
		ret->status = ZDM_CORRUPT;
	if (ret->status == ZDM_OK) {
		ret->flags = member(&p, ZDM_MEM_PGMAP_FLAGS, 4, &v) ? v : 0;
		ret->vmemmap_shift = member(&p, ZDM_MEM_PGMAP_SHIFT, 8, &v) ? v : 0;
		if (member(&p, ZDM_MEM_PGMAP_NR_RANGE, 4, &v))
			ret->nr_range = (uint32_t)v;	/* an int, never negative */
		if (ret->vmemmap_shift > 40)
			ret->status = ZDM_CORRUPT;
		else if (zdm_feat_yes(&s->f, ZDM_FEAT_NR_RANGE))
			ret->status = decode_ranges(&p, covered, nr_covered, ret);
		else
			ret->status = decode_res(&p, ret);
	}
	if (ret->status == ZDM_NOMEM)
		return ZDM_NOMEM;
	if (ret->status == ZDM_OK) {
		ret->altmap_status = decode_altmap(&p, ret);
		ret->dead = decode_dead(&p, ret);
	}
	if (ret->status != ZDM_OK)
		zdm_warnf(w, true, "pgmap %016" PRIx64 " is %s", kaddr,
			  zdm_status_name(ret->status));
	else if (ret->altmap_status != ZDM_OK && ret->altmap_status != ZDM_ABSENT)
		zdm_warnf(w, true, "pgmap %016" PRIx64 ": its altmap is %s", kaddr,
			  zdm_status_name(ret->altmap_status));
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * iomem_resource and all below it (kernel/resource.c). The tree is walked without
 * recursion, and held against what the kernel guarantees: siblings ascend and lie
 * apart, a child lies inside its parent and points back to it. So no circle is
 * longer than the tree is deep. What breaks the rules ends its branch, not the walk.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/search.h"
#include "model/resources.h"

#define MAX_DEPTH 32u		/* PCI bridges nest a dozen deep */
#define MAX_RESOURCES (1u << 17)
#define MAX_RESOURCE_BYTES 256u

/* include/linux/ioport.h, 4.6 to 7.3; before, the name alone tells */
#define IORESOURCE_SYSRAM 0x01000000u

/* Children of one parent that are still to be read: the next, and what they lie in. */
struct level {
	uint64_t parent_kaddr, kaddr;
	uint64_t from, last;		/* physical; last inclusive */
	uint32_t parent;
};

struct raw {
	uint64_t start, last, name, flags, parent, sibling, child;
};

struct scan {
	const struct zdm_session *s;
	struct zdm_resources *out;
	struct level level[MAX_DEPTH];
	unsigned int depth;
};

static const struct {
	const char *prefix;
	enum zdm_resource_kind kind;
} kinds[] = {
	{ "System RAM", ZDM_RESOURCE_RAM },	/* "System RAM (kmem)" as well */
	{ "Reserved", ZDM_RESOURCE_RESERVED },
	{ "reserved", ZDM_RESOURCE_RESERVED },
	{ "Soft Reserved", ZDM_RESOURCE_SOFT_RESERVED },
	{ "Persistent Memory", ZDM_RESOURCE_PERSISTENT },
	{ "CXL Window", ZDM_RESOURCE_CXL },
	{ "ACPI ", ZDM_RESOURCE_ACPI },
};

static enum zdm_resource_kind kind_of(const struct zdm_resource *r)
{
	size_t i;

	if (r->flags & IORESOURCE_SYSRAM)
		return ZDM_RESOURCE_RAM;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strncmp(r->name, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].kind;
	}
	return ZDM_RESOURCE_OTHER;
}

/* A name may end shortly before a page that the dump lacks. Whoever prints it is safe. */
static void read_name(const struct zdm_session *s, uint64_t kaddr, char name[ZDM_RESOURCE_NAME])
{
	uint64_t page = 1ull << s->g.page_shift, room = page - (kaddr & (page - 1));
	size_t i;

	memset(name, 0, ZDM_RESOURCE_NAME);
	if (!kaddr || (zdm_read_kaddr(s->r, kaddr, name, ZDM_RESOURCE_NAME - 1) != ZDM_OK &&
		       (room >= ZDM_RESOURCE_NAME - 1 ||
			zdm_read_kaddr(s->r, kaddr, name, room) != ZDM_OK))) {
		name[0] = '\0';
		return;
	}
	for (i = 0; name[i]; i++) {
		if (name[i] < ' ' || name[i] > '~')
			name[i] = '?';
	}
}

static enum zdm_status read_raw(const struct zdm_session *s, uint64_t kaddr, struct raw *ret)
{
	const struct {
		enum zdm_kdef_id id;
		uint64_t *to;
	} members[] = {
		{ ZDM_MEM_RESOURCE_START, &ret->start },
		{ ZDM_MEM_RESOURCE_END, &ret->last },
		{ ZDM_MEM_RESOURCE_NAME, &ret->name },
		{ ZDM_MEM_RESOURCE_FLAGS, &ret->flags },
		{ ZDM_MEM_RESOURCE_PARENT, &ret->parent },
		{ ZDM_MEM_RESOURCE_SIBLING, &ret->sibling },
		{ ZDM_MEM_RESOURCE_CHILD, &ret->child },
	};
	uint8_t bytes[MAX_RESOURCE_BYTES];
	uint64_t len = 0, end;
	enum zdm_status st;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!zdm_kdef_has(&s->k, members[i].id))
			return ZDM_ABSENT;
		end = zdm_kdef_get(&s->k, members[i].id) + 8;
		if (end > sizeof(bytes))
			return ZDM_CORRUPT;
		len = end > len ? end : len;
	}
	st = zdm_read_kaddr(s->r, kaddr, bytes, len);
	for (i = 0; st == ZDM_OK && i < sizeof(members) / sizeof(members[0]); i++)
		memcpy(members[i].to, bytes + zdm_kdef_get(&s->k, members[i].id), 8);
	return st;
}

/* What is known of these frames ends with kaddr. */
static enum zdm_status lose(struct scan *sc, uint64_t kaddr, uint64_t start, uint64_t last)
{
	unsigned int shift = sc->s->g.page_shift;

	if (!sc->out->bad_kaddr)
		sc->out->bad_kaddr = kaddr;
	return zdm_spans_add(&sc->out->lost, start >> shift, (last >> shift) + 1) ? ZDM_OK :
	       ZDM_NOMEM;
}

static enum zdm_status add(struct scan *sc, const struct level *l, const struct raw *raw)
{
	struct zdm_resources *o = sc->out;
	uint64_t page = 1ull << sc->s->g.page_shift, start = raw->start, end = raw->last + 1;
	struct zdm_resource *r = zdm_grow((void **)&o->v, &o->cap, o->nr, sizeof(*r));

	if (!r)
		return ZDM_NOMEM;
	*r = (struct zdm_resource){ .start_paddr = raw->start, .last_paddr = raw->last,
				    .kaddr = l->kaddr, .flags = raw->flags, .parent = l->parent,
				    .depth = sc->depth - 1 };
	read_name(sc->s, raw->name, r->name);
	r->kind = kind_of(r);
	r->in_ram = l->parent != ZDM_RESOURCE_NONE && o->v[l->parent].in_ram;
	o->nr++;
	if (r->in_ram || r->kind != ZDM_RESOURCE_RAM)
		return ZDM_OK;
	r->in_ram = true;
	/* a frame of which a part is something else is no RAM: memblock_trim_memory() */
	start = start > UINT64_MAX - page ? UINT64_MAX : (start + page - 1) / page;
	return zdm_spans_add(&o->ram, start, end / page) ? ZDM_OK : ZDM_NOMEM;
}

/* One resource; its children come next, then its sibling. */
static enum zdm_status step(struct scan *sc)
{
	struct level *l = &sc->level[sc->depth - 1];
	uint64_t kaddr = l->kaddr;
	struct raw raw;
	enum zdm_status st = read_raw(sc->s, kaddr, &raw);

	if (st == ZDM_OK && (raw.parent != l->parent_kaddr || raw.start < l->from ||
			     raw.last < raw.start || raw.last > l->last ||
			     sc->out->nr == MAX_RESOURCES))
		st = ZDM_CORRUPT;
	if (st == ZDM_OK)
		st = add(sc, l, &raw);
	if (st == ZDM_NOMEM)
		return st;
	if (st != ZDM_OK) {
		l->kaddr = 0;
		return lose(sc, kaddr, l->from, l->last);
	}
	/* beyond the end of its parent nothing can be */
	l->kaddr = raw.last < l->last ? raw.sibling : 0;
	l->from = raw.last + 1;
	if (!raw.child)
		return ZDM_OK;
	if (sc->depth == MAX_DEPTH)
		return lose(sc, raw.child, raw.start, raw.last);
	sc->level[sc->depth++] = (struct level){ .parent_kaddr = kaddr, .kaddr = raw.child,
						 .from = raw.start, .last = raw.last,
						 .parent = (uint32_t)(sc->out->nr - 1) };
	return ZDM_OK;
}

static enum zdm_status walk(struct scan *sc, uint64_t root_kaddr)
{
	struct zdm_resources *o = sc->out;
	enum zdm_status st;
	struct raw root;

	st = read_raw(sc->s, root_kaddr, &root);
	if (st == ZDM_OK && (root.start || !root.last || root.parent || !root.child))
		st = ZDM_CORRUPT;
	o->bad_kaddr = st == ZDM_OK ? 0 : root_kaddr;
	if (st != ZDM_OK)
		return st;
	sc->level[0] = (struct level){ .parent_kaddr = root_kaddr, .kaddr = root.child,
				       .last = root.last, .parent = ZDM_RESOURCE_NONE };
	sc->depth = 1;
	while (st == ZDM_OK && sc->depth) {
		if (sc->level[sc->depth - 1].kaddr)
			st = step(sc);
		else
			sc->depth--;
	}
	/* no machine is without RAM: what shows none was not read as it should be */
	if (st == ZDM_OK && !o->ram.nr)
		st = o->lost.nr ? ZDM_UNREADABLE : ZDM_CORRUPT;
	return st;
}

enum zdm_status zdm_resources_read(const struct zdm_session *s, struct zdm_resources *ret)
{
	struct scan sc = { .s = s, .out = ret };
	enum zdm_status st = ZDM_ABSENT;

	memset(ret, 0, sizeof(*ret));
	if (zdm_kdef_has(&s->k, ZDM_SYM_IOMEM_RESOURCE))
		st = walk(&sc, zdm_kdef_get(&s->k, ZDM_SYM_IOMEM_RESOURCE));
	if (st == ZDM_NOMEM) {
		zdm_resources_deinit(ret);
		return st;
	}
	ret->status = st;
	zdm_spans_join(&ret->ram);
	zdm_spans_join(&ret->lost);
	return ZDM_OK;
}

void zdm_resources_deinit(struct zdm_resources *r)
{
	free(r->v);
	zdm_spans_deinit(&r->ram);
	zdm_spans_deinit(&r->lost);
	memset(r, 0, sizeof(*r));
}

enum zdm_tri zdm_resources_any_ram(const struct zdm_resources *r, uint64_t start_pfn,
				   uint64_t end_pfn)
{
	if (r->status != ZDM_OK || !r->ram.nr)
		return ZDM_UNKNOWN;
	if (zdm_spans_meet(&r->ram, start_pfn, end_pfn))
		return ZDM_YES;
	return zdm_spans_meet(&r->lost, start_pfn, end_pfn) ? ZDM_UNKNOWN : ZDM_NO;
}

enum zdm_tri zdm_resources_ram(const struct zdm_resources *r, uint64_t pfn)
{
	return zdm_resources_any_ram(r, pfn, pfn + 1);
}

bool zdm_resources_unread(const struct zdm_resources *r, uint64_t pfn)
{
	if (r->status != ZDM_OK)
		return r->status != ZDM_ABSENT;
	return zdm_spans_hold(&r->lost, pfn);
}

const struct zdm_resource *zdm_resources_find(const struct zdm_resources *r, uint64_t paddr)
{
	size_t i = zdm_first_beyond(r->v, r->nr, start_paddr, paddr);
	uint32_t at = i ? (uint32_t)(i - 1) : ZDM_RESOURCE_NONE;

	/* the last that begins before it, or one around that */
	while (at != ZDM_RESOURCE_NONE && r->v[at].last_paddr < paddr)
		at = r->v[at].parent;
	return at == ZDM_RESOURCE_NONE ? NULL : &r->v[at];
}

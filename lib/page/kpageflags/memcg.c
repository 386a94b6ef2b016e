// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The memory cgroup of a page, as page_cgroup_ino() in mm/memcontrol.c finds
 * it: the nearest one that is online, by the inode of its directory.
 */
#include <stdlib.h>
#include <string.h>

#include "page/kpageflags/kpageflags.h"

#define MAX_DEPTH 256		/* of nested cgroups; a longer chain is a loop */
#define MAX_KNOWN 1024u

/*
 * Low bits of page->memcg_data; include/linux/memcontrol.h. The first says
 * that it points to something of the slab allocator, which belongs to many.
 */
#define DATA_NO_CGROUP 1u
#define DATA_OBJCG 2u
#define DATA_FLAGS 3u

void zdm_memcg_init(const struct zdm_session *s, enum zdm_kpageflags_rules rules,
		    struct zdm_memcg *ret)
{
	static const enum zdm_kdef_id needed[] = {
		ZDM_MEM_MEMCG_CSS, ZDM_MEM_CSS_CGROUP, ZDM_MEM_CSS_FLAGS, ZDM_NUM_CSS_ONLINE,
		ZDM_MEM_CGROUP_KN, ZDM_MEM_KN_ID,
	};
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->s = s;
	ret->of_head = rules != ZDM_KPAGEFLAGS_OF_PAGE;
	ret->all_objcg = zdm_feat_yes(&s->f, ZDM_FEAT_OBJCG_ALWAYS);
	ret->by_counter = s->f.v[ZDM_FEAT_MEMCG_DATA] == ZDM_NO;
	ret->word_off = zdm_kdef_or(&s->k, ZDM_MEM_PAGE_MEMCG_DATA,
				    zdm_kdef_or(&s->k, ZDM_MEM_PAGE_MEM_CGROUP,
						ZDM_KPAGEFLAGS_NONE));
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!zdm_kdef_has(&s->k, needed[i]))
			ret->word_off = ZDM_KPAGEFLAGS_NONE;
	}
}

void zdm_memcg_deinit(struct zdm_memcg *g)
{
	free(g->known);
	g->known = NULL;
	g->nr = g->room = 0;
}

static enum zdm_status read_member(const struct zdm_memcg *g, uint64_t kaddr, enum zdm_kdef_id id,
				   uint64_t *ret)
{
	return zdm_read_u64(g->s->r, kaddr + zdm_kdef_get(&g->s->k, id), ret);
}

/* The struct mem_cgroup of the word in struct page; 0: none. */
static enum zdm_status word_to_memcg(const struct zdm_memcg *g, uint64_t word, uint64_t *memcg)
{
	*memcg = word;
	if (word & DATA_NO_CGROUP) {
		*memcg = 0;
		return ZDM_OK;
	}
	if (!g->all_objcg && !(word & DATA_OBJCG))
		return ZDM_OK;
	word &= ~(uint64_t)DATA_FLAGS;
	*memcg = 0;
	if (!word)
		return ZDM_OK;
	if (!zdm_kdef_has(&g->s->k, ZDM_MEM_OBJCG_MEMCG))
		return ZDM_ABSENT;
	return read_member(g, word, ZDM_MEM_OBJCG_MEMCG, memcg);
}

/* Up to 5.10 a cgroup could be outside the hierarchy: then its counter has no parent. */
static enum zdm_status parent_of(const struct zdm_memcg *g, uint64_t *memcg)
{
	const struct zdm_kdef *k = &g->s->k;
	enum zdm_kdef_id in_memcg = ZDM_MEM_MEMCG_CSS, parent = ZDM_MEM_CSS_PARENT;
	uint64_t up;
	enum zdm_status st;

	if (g->by_counter) {
		in_memcg = ZDM_MEM_MEMCG_MEMORY;
		parent = ZDM_MEM_COUNTER_PARENT;
	}
	if (!zdm_kdef_has(k, in_memcg) || !zdm_kdef_has(k, parent))
		return ZDM_ABSENT;
	st = zdm_read_u64(g->s->r, *memcg + zdm_kdef_get(k, in_memcg) + zdm_kdef_get(k, parent),
			  &up);
	if (st == ZDM_OK)
		*memcg = up ? up - zdm_kdef_get(k, in_memcg) : 0;
	return st;
}

static enum zdm_status memcg_to_ino(const struct zdm_memcg *g, uint64_t memcg, uint64_t *ino)
{
	const struct zdm_kdef *k = &g->s->k;
	uint64_t css, cgroup, kn;
	uint32_t flags;
	enum zdm_status st;
	int depth;

	*ino = 0;
	for (depth = 0; memcg && depth < MAX_DEPTH; depth++) {
		css = memcg + zdm_kdef_get(k, ZDM_MEM_MEMCG_CSS);
		st = zdm_read_u32(g->s->r, css + zdm_kdef_get(k, ZDM_MEM_CSS_FLAGS), &flags);
		if (st != ZDM_OK)
			return st;
		if (flags & zdm_kdef_get(k, ZDM_NUM_CSS_ONLINE)) {
			st = read_member(g, css, ZDM_MEM_CSS_CGROUP, &cgroup);
			if (st == ZDM_OK)
				st = read_member(g, cgroup, ZDM_MEM_CGROUP_KN, &kn);
			return st == ZDM_OK ? read_member(g, kn, ZDM_MEM_KN_ID, ino) : st;
		}
		st = parent_of(g, &memcg);
		if (st != ZDM_OK)
			return st;
	}
	return memcg ? ZDM_CORRUPT : ZDM_OK;
}

static void remember(struct zdm_memcg *g, const struct zdm_memcg_known *known)
{
	if (g->nr == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct zdm_memcg_known *p = NULL;

		if (room <= MAX_KNOWN)
			p = realloc(g->known, room * sizeof(*p));
		if (!p)
			return;		/* it will be looked up again */
		g->known = p;
		g->room = room;
	}
	g->known[g->nr++] = *known;
}

enum zdm_status zdm_memcg_ino(struct zdm_memcg *g, uint64_t word, uint64_t *ino)
{
	struct zdm_memcg_known known = { .word = word };
	uint64_t memcg;
	size_t i;

	*ino = 0;
	if (!word)
		return ZDM_OK;
	for (i = 0; i < g->nr; i++) {
		if (g->known[i].word == word) {
			*ino = g->known[i].ino;
			return g->known[i].status;
		}
	}
	known.status = word_to_memcg(g, word, &memcg);
	if (known.status == ZDM_OK)
		known.status = memcg_to_ino(g, memcg, &known.ino);
	/* slab pages have each a word of their own, and need no memory of it */
	if (!(word & DATA_NO_CGROUP))
		remember(g, &known);
	*ino = known.ino;
	return known.status;
}

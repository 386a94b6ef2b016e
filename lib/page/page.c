// SPDX-License-Identifier: LGPL-2.1-or-later
/* One struct page, decoded. Whether it may be believed is the model's to say. */
#include <string.h>

#include <zdm/page.h>

#include "page/page.h"
#include "base/text.h"

enum zdm_status zdm_page_read(const struct zdm_session *s, const struct zdm_model *m, uint64_t pfn,
			      struct zdm_page *ret)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	struct zdm_page_layout l;
	struct zdm_leaf leaf;
	enum zdm_status st;

	zdm_page_layout_init(s, &l);
	memset(ret, 0, sizeof(*ret));
	ret->pfn = pfn;
	ret->kaddr = zdm_page_kaddr(k, pfn);
	if (!k->vmemmap_kaddr || l.bytes > sizeof(ret->bytes))
		return ZDM_UNSUPPORTED;
	/* a hole in the page tables is another thing than a page the dump lacks */
	if (zdm_reader_xlat(s->r)->levels &&
	    zdm_walk_kaddr(s->r, ret->kaddr, &leaf) == ZDM_OK && !leaf.mapped)
		return ZDM_ABSENT;
	st = zdm_read_kaddr(s->r, ret->kaddr, ret->bytes, l.bytes);
	if (st != ZDM_OK)
		return st;
	ret->nr_bytes = (uint32_t)l.bytes;
	ret->flags = zdm_page_flags(&l, ret->bytes);
	ret->zone = zdm_page_zone(&l, ret->flags);
	ret->node = zdm_page_node(&l, ret->flags);
	ret->refcount = zdm_page_refcount(&l, ret->bytes);
	ret->mapcount = zdm_page_mapcount(&l, ret->bytes);
	ret->word1 = zdm_page_word(&l, ret->bytes, 1);
	ret->word2 = zdm_page_word(&l, ret->bytes, 2);
	ret->is_tail = (ret->word1 & 1) && ret->word1 != UINT64_MAX;
	if (ret->is_tail)
		ret->head_kaddr = zdm_page_head(ret->word1, ret->kaddr);
	return ZDM_OK;
}

/* enum pageflags without its aliases; the value of each is the kernel's own. */
static const struct {
	enum zdm_kdef_id id;
	const char *name;
} flag_names[] = {
	{ ZDM_NUM_PG_LOCKED, "locked" },
	{ ZDM_NUM_PG_WRITEBACK, "writeback" },
	{ ZDM_NUM_PG_REFERENCED, "referenced" },
	{ ZDM_NUM_PG_UPTODATE, "uptodate" },
	{ ZDM_NUM_PG_DIRTY, "dirty" },
	{ ZDM_NUM_PG_LRU, "lru" },
	{ ZDM_NUM_PG_HEAD, "head" },
	{ ZDM_NUM_PG_WAITERS, "waiters" },
	{ ZDM_NUM_PG_ACTIVE, "active" },
	{ ZDM_NUM_PG_WORKINGSET, "workingset" },
	{ ZDM_NUM_PG_ERROR, "error" },
	{ ZDM_NUM_PG_SLAB, "slab" },
	{ ZDM_NUM_PG_OWNER_PRIV_1, "owner_priv_1" },
	{ ZDM_NUM_PG_OWNER_2, "owner_2" },
	{ ZDM_NUM_PG_ARCH_1, "arch_1" },
	{ ZDM_NUM_PG_RESERVED, "reserved" },
	{ ZDM_NUM_PG_PRIVATE, "private" },
	{ ZDM_NUM_PG_PRIVATE_2, "private_2" },
	{ ZDM_NUM_PG_MAPPEDTODISK, "mappedtodisk" },
	{ ZDM_NUM_PG_RECLAIM, "reclaim" },
	{ ZDM_NUM_PG_SWAPBACKED, "swapbacked" },
	{ ZDM_NUM_PG_UNEVICTABLE, "unevictable" },
	{ ZDM_NUM_PG_DROPBEHIND, "dropbehind" },
	{ ZDM_NUM_PG_MLOCKED, "mlocked" },
	{ ZDM_NUM_PG_HWPOISON, "hwpoison" },
	{ ZDM_NUM_PG_YOUNG, "young" },
	{ ZDM_NUM_PG_IDLE, "idle" },
	{ ZDM_NUM_PG_ARCH_2, "arch_2" },
	{ ZDM_NUM_PG_ARCH_3, "arch_3" },
};

void zdm_page_flag_names(const struct zdm_session *s, uint64_t flags, char *buf, size_t len)
{
	/* above the flags lie other fields: last CPU, tags, generation, zone, node */
	uint64_t nr_flags = zdm_kdef_or(&s->k, ZDM_NUM_NR_PAGEFLAGS, 0), bit;
	const char *sep = "";
	struct zdm_text t;
	size_t i;

	zdm_text_init(&t, buf, len);
	for (i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		bit = zdm_kdef_or(&s->k, flag_names[i].id, 64);
		if (bit >= 64 || !(flags >> bit & 1))
			continue;
		zdm_textf(&t, "%s%s", sep, flag_names[i].name);
		sep = "|";
		flags &= ~(1ull << bit);
	}
	for (bit = 0; bit < nr_flags && bit < 64; bit++) {
		if (!(flags >> bit & 1))
			continue;
		zdm_textf(&t, "%sbit%u", sep, (unsigned int)bit);
		sep = "|";
	}
}

const char *zdm_zone_name(const struct zdm_session *s, int zone)
{
	static const struct {
		enum zdm_kdef_id id;
		const char *name;
	} zones[] = {
		{ ZDM_NUM_ZONE_DMA, " DMA" },
		{ ZDM_NUM_ZONE_DMA32, " DMA32" },
		{ ZDM_NUM_ZONE_NORMAL, " Normal" },
		{ ZDM_NUM_ZONE_MOVABLE, " Movable" },
		{ ZDM_NUM_ZONE_DEVICE, " Device" },
	};
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (zone >= 0 && zdm_kdef_or(&s->k, zones[i].id, UINT64_MAX) == (uint64_t)zone)
			return zones[i].name;
	/* a reserved page for which the kernel found none; see veto.c */
	if (zone >= 0 && zdm_kdef_or(&s->k, ZDM_NUM_MAX_NR_ZONES, UINT64_MAX) == (uint64_t)zone)
		return " (none)";
	return "";
}

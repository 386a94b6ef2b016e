// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/nodes.h"
#include "base/text.h"
#include "page/veto.h"

/* Lower than a few references given back too often leave it; fills are far lower. */
#define MIN_REFCOUNT (-1024)
/* No compound page is larger; zdm_page_head() goes by the same. */
#define MAX_COMPOUND_BYTES (16ull << 30)
#define MAX_ZONES 16u		/* four bits at most; see geometry */

static const struct {
	enum zdm_bytes bytes;
	const char *words;
} rows[ZDM_NR_VETOS] = {
	[ZDM_VETO_NONE] = { ZDM_BYTES_FIT, "" },
	[ZDM_VETO_ONES] = { ZDM_BYTES_NEVER, "all ones: poisoned or never initialised" },
	[ZDM_VETO_FILL] = { ZDM_BYTES_NEVER,
			    "one byte over and over: a fill pattern, never initialised" },
	[ZDM_VETO_PATTERN] = { ZDM_BYTES_NEVER,
			       "one word over and over: a fill pattern, never initialised" },
	[ZDM_VETO_ZEROS] = { ZDM_BYTES_NEVER, "all zeros: never initialised" },
	[ZDM_VETO_POISON] = { ZDM_BYTES_NEVER, "of flags all ones: poisoned or never initialised" },
	[ZDM_VETO_ZONE] = { ZDM_BYTES_NEVER, "of a zone that this kernel does not have" },
	[ZDM_VETO_NODE] = { ZDM_BYTES_NEVER, "of a node that this machine does not have" },
	[ZDM_VETO_HEAD] = { ZDM_BYTES_NEVER, "a tail page whose head is no struct page before it" },
	[ZDM_VETO_REFCOUNT] = { ZDM_BYTES_CONTRADICT, "of a reference count that cannot be" },
	[ZDM_VETO_EMPTY_ZONE] = { ZDM_BYTES_CONTRADICT, "of a zone that has no pages" },
	[ZDM_VETO_IS_DEVICE] = { ZDM_BYTES_CONTRADICT, "in ZONE_DEVICE" },
	[ZDM_VETO_NOT_DEVICE] = { ZDM_BYTES_CONTRADICT, "not in ZONE_DEVICE" },
	[ZDM_VETO_TAIL_PGMAP] = { ZDM_BYTES_CONTRADICT,
				  "a tail page whose head does not carry the pgmap" },
	[ZDM_VETO_NO_PGMAP] = { ZDM_BYTES_CONTRADICT, "does not carry the pgmap" },
	[ZDM_VETO_NOT_LINKED] = { ZDM_BYTES_CONTRADICT, "lru is not linked to itself" },
	[ZDM_VETO_ZEROS_OPEN] = { ZDM_BYTES_UNKNOWN, "all zeros: never initialised, or a hole "
				  "whose struct page this kernel zeroed" },
};

enum zdm_bytes zdm_veto_bytes(enum zdm_veto why)
{
	return rows[why].bytes;
}

const char *zdm_veto_words(enum zdm_veto why)
{
	return rows[why].words;
}

const char *zdm_bytes_name(enum zdm_bytes bytes)
{
	switch (bytes) {
	case ZDM_BYTES_FIT:
		return "fit";
	case ZDM_BYTES_CONTRADICT:
		return "contradict";
	case ZDM_BYTES_NEVER:
		return "never";
	case ZDM_BYTES_UNKNOWN:
		break;
	}
	return "unknown";
}

void zdm_vetoes_init(struct zdm_vetoes *v, const struct zdm_session *s, const struct zdm_model *m)
{
	memset(v, 0, sizeof(*v));
	v->s = s;
	v->m = m;
	zdm_page_layout_init(s, &v->l);
	v->nr_zones = zdm_kdef_or(&s->k, ZDM_NUM_MAX_NR_ZONES, 0);
	v->head_kaddr = UINT64_MAX;
}

void zdm_vetoes_deinit(struct zdm_vetoes *v)
{
	free(v->nodes);
	memset(v, 0, sizeof(*v));
}

/* Which zones of a node have pages; false: that cannot be read. */
static bool read_zones(const struct zdm_vetoes *v, uint64_t pgdat, uint16_t *spans)
{
	const struct zdm_kdef *k = &v->s->k;
	uint64_t at, spanned, i;

	*spans = 0;
	if (!zdm_kdef_has(k, ZDM_MEM_NODE_ZONES) || !zdm_kdef_has(k, ZDM_SIZE_ZONE) ||
	    !zdm_kdef_has(k, ZDM_MEM_ZONE_SPANNED))
		return false;
	at = pgdat + zdm_kdef_get(k, ZDM_MEM_NODE_ZONES) + zdm_kdef_get(k, ZDM_MEM_ZONE_SPANNED);
	for (i = 0; i < v->nr_zones && i < MAX_ZONES; i++) {
		if (zdm_read_u64(v->s->r, at + i * zdm_kdef_get(k, ZDM_SIZE_ZONE), &spanned) != ZDM_OK)
			return false;
		if (spanned)
			*spans |= (uint16_t)(1u << i);
	}
	return true;
}

/*
 * Which nodes there are, and which of their zones have pages. Believed only if
 * it is the table of a machine: one without any node, or without a zone that
 * has RAM, is evidence missing.
 */
static void read_nodes(struct zdm_vetoes *v)
{
	uint16_t device = v->l.g.zone_device >= 0 && v->l.g.zone_device < (int)MAX_ZONES ?
			  (uint16_t)(1u << v->l.g.zone_device) : 0, ram = 0;
	enum zdm_status st = ZDM_OK;
	bool any = false, all = true;
	uint64_t pgdat;
	unsigned int i;

	v->nodes_read = true;
	v->nodes = calloc(ZDM_MAX_NODES, sizeof(*v->nodes));
	for (i = 0; v->nodes && i < ZDM_MAX_NODES; i++) {
		st = zdm_node_kaddr(v->s, i, &pgdat);
		if (st != ZDM_OK)
			break;
		if (!pgdat)
			continue;
		v->nodes[i].exists = any = true;
		all = read_zones(v, pgdat, &v->nodes[i].spans) && all;
		ram |= v->nodes[i].spans & (uint16_t)~device;
	}
	if (!any || (st != ZDM_OK && st != ZDM_ABSENT))
		return;
	v->nr_nodes = i;
	v->zones_known = all && ram;
}

/* Does the machine have this node, and does the node have pages in this zone? */
static enum zdm_veto test_node_zone(struct zdm_vetoes *v, int node, int zone)
{
	if (!v->nodes_read)
		read_nodes(v);
	if (!v->nr_nodes)
		return ZDM_VETO_NONE;
	if ((unsigned int)node >= v->nr_nodes || !v->nodes[node].exists)
		return ZDM_VETO_NODE;
	/*
	 * From 5.6 to 5.11 the struct pages of holes are of node 0 and its first
	 * zone, whether or not it has pages (init_unavailable_range()).
	 */
	if (v->zones_known && (node || zone) && !(v->nodes[node].spans >> zone & 1))
		return ZDM_VETO_EMPTY_ZONE;
	return ZDM_VETO_NONE;
}

/* Eight bytes over and over are no struct page: its members differ in kind. */
static enum zdm_veto test_fill(const struct zdm_vetoes *v, const struct zdm_range *r,
			       const uint8_t *bytes)
{
	if (memcmp(bytes, bytes + 8, v->l.bytes - 8))
		return ZDM_VETO_NONE;
	if (memcmp(bytes, bytes + 1, 7))
		return ZDM_VETO_PATTERN;
	if (bytes[0])
		return bytes[0] == 0xff ? ZDM_VETO_ONES : ZDM_VETO_FILL;
	/*
	 * An initialised one has _mapcount -1, and a device's zone is not the
	 * first. Kernels that do not initialise holes zero some of them.
	 */
	if (r && r->valid == ZDM_YES &&
	    (r->cls == ZDM_CLASS_DEVICE || r->cls == ZDM_CLASS_ALTMAP ||
	     zdm_feat_yes(&v->s->f, ZDM_FEAT_BOOTHOLE_INIT)))
		return ZDM_VETO_ZEROS;
	return ZDM_VETO_ZEROS_OPEN;
}

static enum zdm_tri in_zone_device(const struct zdm_vetoes *v, const uint8_t *bytes)
{
	return zdm_page_in_zone_device(&v->l, zdm_page_flags(&v->l, bytes));
}

/* INIT_LIST_HEAD(&page->lru), untouched since. */
static bool is_self_linked(const struct zdm_vetoes *v, uint64_t pfn, const uint8_t *bytes)
{
	uint64_t lru = zdm_page_kaddr(zdm_model_kernel(v->m), pfn) + v->l.word1_off;

	return zdm_page_word(&v->l, bytes, 1) == lru && zdm_page_word(&v->l, bytes, 2) == lru;
}

/*
 * A page of memblock.reserved that no zone spans, as ACPI tables above the end
 * of RAM: init_reserved_page() looks for its zone and ends with MAX_NR_ZONES
 * (mm/page_alloc.c, later mm/mm_init.c, with DEFERRED_STRUCT_PAGE_INIT; met on
 * 4.18 of RHEL 8 and 6.1). All else of it is sound.
 */
static bool is_reserved_without_zone(const struct zdm_vetoes *v, uint64_t pfn, int zone,
				     const uint8_t *bytes)
{
	uint64_t reserved = zdm_kdef_or(&v->s->k, ZDM_NUM_PG_RESERVED, 64);

	return (uint64_t)zone == v->nr_zones && reserved < 64 &&
	       zdm_page_flags(&v->l, bytes) >> reserved & 1 &&
	       zdm_page_refcount(&v->l, bytes) == 1 && is_self_linked(v, pfn, bytes);
}

/*
 * What no initialised struct page can be, of whatever class. Section numbers
 * are not in page->flags: every kernel here has SPARSEMEM_VMEMMAP
 * (include/linux/page-flags-layout.h).
 */
static enum zdm_veto test_any(struct zdm_vetoes *v, uint64_t pfn, const uint8_t *bytes)
{
	uint64_t flags = zdm_page_flags(&v->l, bytes), word1 = zdm_page_word(&v->l, bytes, 1);
	uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(v->m), pfn), head;
	int zone = zdm_page_zone(&v->l, flags), node = zdm_page_node(&v->l, flags);
	enum zdm_veto why;

	/* PagePoisoned(), include/linux/page-flags.h since 4.18 */
	if (flags == UINT64_MAX)
		return ZDM_VETO_POISON;
	if (zone >= 0 && v->nr_zones && (uint64_t)zone >= v->nr_zones)
		return is_reserved_without_zone(v, pfn, zone, bytes) ? ZDM_VETO_NONE :
		       ZDM_VETO_ZONE;
	if (zone >= 0 && node >= 0) {
		why = test_node_zone(v, node, zone);
		if (why != ZDM_VETO_NONE)
			return why;
	}
	/* bit 0 is kept for tails: include/linux/mm_types.h since 4.4 */
	if (word1 & 1) {
		head = zdm_page_head(word1, kaddr);
		if (head >= kaddr ||
		    zdm_page_pfn(zdm_model_kernel(v->m), head, &head) != ZDM_OK ||
		    (pfn - head) > MAX_COMPOUND_BYTES / zdm_model_kernel(v->m)->page_size)
			return ZDM_VETO_HEAD;
	}
	if (zdm_page_refcount(&v->l, bytes) < MIN_REFCOUNT)
		return ZDM_VETO_REFCOUNT;
	return ZDM_VETO_NONE;
}

static enum zdm_veto test_altmap(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn,
				 const uint8_t *bytes)
{
	/* a memory block's own memmap (memmap_on_memory) is of the block's zone */
	if (r->pgmap >= 0 && in_zone_device(v, bytes) == ZDM_NO)
		return ZDM_VETO_NOT_DEVICE;
	return is_self_linked(v, pfn, bytes) ? ZDM_VETO_NONE : ZDM_VETO_NOT_LINKED;
}

/* Word 1 of the head page at kaddr; many tails share one. */
static enum zdm_status head_word1(struct zdm_vetoes *v, uint64_t kaddr, uint64_t *ret)
{
	if (v->head_kaddr != kaddr) {
		v->head_kaddr = kaddr;
		v->head_status = zdm_read_u64(v->s->r, kaddr + v->l.word1_off, &v->head_word1);
	}
	*ret = v->head_word1;
	return v->head_status;
}

static enum zdm_veto test_device(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn,
				 const uint8_t *bytes)
{
	uint64_t word1 = zdm_page_word(&v->l, bytes, 1), head;
	const struct zdm_pgmap *pgmaps;

	if (in_zone_device(v, bytes) == ZDM_NO)
		return ZDM_VETO_NOT_DEVICE;
	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(v->m, &pgmaps))
		return ZDM_VETO_NONE;	/* padding before 5.3: no pgmap is meant to be there */
	if (word1 & 1) {
		head = zdm_page_head(word1, zdm_page_kaddr(zdm_model_kernel(v->m), pfn));
		if (head_word1(v, head, &word1) != ZDM_OK)
			return ZDM_VETO_NONE;	/* its own bytes agree, the head's are not there */
		return word1 == pgmaps[r->pgmap].kaddr ? ZDM_VETO_NONE : ZDM_VETO_TAIL_PGMAP;
	}
	if (word1 == pgmaps[r->pgmap].kaddr)
		return ZDM_VETO_NONE;
	/*
	 * Up to 4.19 the pgmap is filled in by a loop of its own after the
	 * struct page is sound (mm/page_alloc.c and kernel/memremap.c, 4.14).
	 */
	if (!zdm_feat_yes(&v->s->f, ZDM_FEAT_PGMAP_WITH_ZONE) && is_self_linked(v, pfn, bytes))
		return ZDM_VETO_NONE;
	return ZDM_VETO_NO_PGMAP;
}

static enum zdm_veto test_ram(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn,
			      const uint8_t *bytes)
{
	(void)r;
	(void)pfn;
	return in_zone_device(v, bytes) == ZDM_YES ? ZDM_VETO_IS_DEVICE : ZDM_VETO_NONE;
}

/* What the valid struct pages of a class are held against: a column of <zdm/class.def>. */
typedef enum zdm_veto (*class_test_fn)(struct zdm_vetoes *v, const struct zdm_range *r,
				       uint64_t pfn, const uint8_t *bytes);
#define test_NONE NULL
#define test_RAM test_ram
#define test_DEVICE test_device
#define test_ALTMAP test_altmap
static const class_test_fn class_tests[ZDM_NR_CLASSES] = {
#define ZDM_CLASS_ROW(id, name, letter, nr, fate, bytes, interest, what, wrong, guard) \
	[ZDM_CLASS_##id] = test_##bytes,
#include <zdm/class.def>
#undef ZDM_CLASS_ROW
};

enum zdm_veto zdm_veto_page(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn,
			    const uint8_t *bytes)
{
	enum zdm_veto why = test_fill(v, r, bytes);

	if (why == ZDM_VETO_NONE)
		why = test_any(v, pfn, bytes);
	if (why != ZDM_VETO_NONE || !r || r->valid != ZDM_YES)
		return why;
	return class_tests[r->cls] ? class_tests[r->cls](v, r, pfn, bytes) : ZDM_VETO_NONE;
}

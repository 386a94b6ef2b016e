// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "memory/reader.h"

/* Page tables and small kernel objects: read once, kept; 1 MiB in all. */
#define CACHE_LINES 256u
#define CACHE_LINE_BYTES 4096u	/* whatever the kernel's pages are */
#define NO_PAGE UINT64_MAX
#define MAX_LEVELS 8u		/* more than any machine has */

struct cache_slot {
	uint64_t paddr;			/* of the page, NO_PAGE: empty */
	enum zdm_status status;
};

/* The table of a level that the last walk came to, and an address that it maps. */
struct walked {
	uint64_t kaddr, paddr;
	bool known;
};

struct zdm_reader {
	struct zdm_reader_ops ops;
	void *priv;
	struct zdm_xlat xlat;
	zdm_touch_fn touch;
	void *touch_priv;
	struct zdm_leaf last_leaf;	/* of the last translation */
	struct walked walked[MAX_LEVELS];	/* by level */
	struct cache_slot slots[CACHE_LINES];
	uint8_t *pages;			/* CACHE_LINES * CACHE_LINE_BYTES */
};

enum zdm_status zdm_reader_create(const struct zdm_reader_ops *ops, void *priv,
				  struct zdm_reader **ret)
{
	struct zdm_reader *r;
	enum zdm_status st;

	if (!ops || ops->api != ZDM_READER_API)
		return ZDM_INVAL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return ZDM_NOMEM;
	st = ZDM_OPTS_TAKE(&r->ops, struct zdm_reader_ops, present_fn, ops);
	if (st != ZDM_OK) {
		free(r);
		return st;
	}
	r->priv = priv;
	r->pages = malloc((size_t)CACHE_LINES * CACHE_LINE_BYTES);
	if (!r->pages || (!r->ops.read_phys_fn && !r->ops.read_kaddr_fn)) {
		bool nomem = !r->pages;

		zdm_reader_destroy(r);
		return nomem ? ZDM_NOMEM : ZDM_INVAL;
	}
	zdm_reader_forget(r);
	*ret = r;
	return ZDM_OK;
}

void zdm_reader_destroy(struct zdm_reader *r)
{
	if (!r)
		return;
	free(r->pages);
	free(r);
}

void zdm_reader_set_xlat(struct zdm_reader *r, const struct zdm_xlat *xlat)
{
	r->xlat = *xlat;
	r->last_leaf.mapped = false;
	memset(r->walked, 0, sizeof(r->walked));
}

void zdm_reader_forget(struct zdm_reader *r)
{
	size_t i;

	for (i = 0; i < CACHE_LINES; i++)
		r->slots[i].paddr = NO_PAGE;
	r->last_leaf.mapped = false;
	memset(r->walked, 0, sizeof(r->walked));
}

const struct zdm_xlat *zdm_reader_xlat(const struct zdm_reader *r)
{
	return &r->xlat;
}

void zdm_reader_set_touch(struct zdm_reader *r, zdm_touch_fn fn, void *priv)
{
	r->touch = fn;
	r->touch_priv = priv;
}

/* A host that has another word for it still cannot read. */
static enum zdm_status read_status(enum zdm_status st)
{
	return st == ZDM_OK || st == ZDM_CORRUPT || st == ZDM_NOMEM ? st : ZDM_UNREADABLE;
}

/* Ask the host, by physical address or through the direct map. */
static enum zdm_status host_read(struct zdm_reader *r, uint64_t paddr, void *buf, size_t len)
{
	if (r->ops.read_phys_fn)
		return read_status(r->ops.read_phys_fn(r->priv, paddr, buf, len));
	if (!r->xlat.page_offset_kaddr)
		return ZDM_UNREADABLE;
	return read_status(r->ops.read_kaddr_fn(r->priv, r->xlat.page_offset_kaddr + paddr, buf,
						len));
}

/* The cached page at paddr, or NULL with *st set. */
static const uint8_t *cached_page(struct zdm_reader *r, uint64_t paddr, enum zdm_status *st)
{
	uint64_t nr = paddr / CACHE_LINE_BYTES;
	size_t i = (nr ^ nr >> 8) % CACHE_LINES;
	uint8_t *page = r->pages + i * CACHE_LINE_BYTES;

	if (r->slots[i].paddr != paddr) {
		r->slots[i].status = host_read(r, paddr, page, CACHE_LINE_BYTES);
		r->slots[i].paddr = paddr;
	}
	*st = r->slots[i].status;
	return *st == ZDM_OK ? page : NULL;
}

enum zdm_status zdm_read_phys(struct zdm_reader *r, uint64_t paddr, void *buf, size_t len)
{
	uint64_t start_paddr = paddr, whole = len;
	uint8_t *out = buf;
	enum zdm_status st;

	if (paddr + len < paddr)
		return ZDM_CORRUPT;
	while (len) {
		uint64_t in_page = paddr % CACHE_LINE_BYTES;
		size_t n = CACHE_LINE_BYTES - in_page;
		const uint8_t *page;

		if (!in_page && len >= 2 * CACHE_LINE_BYTES) {
			/* a bulk read would only push everything else out of the cache */
			n = len - len % CACHE_LINE_BYTES;
			st = host_read(r, paddr, out, n);
			if (st != ZDM_OK)
				return st;
		} else {
			if (n > len)
				n = len;
			page = cached_page(r, paddr - in_page, &st);
			if (page)
				memcpy(out, page + in_page, n);
			else if (st == ZDM_NOMEM)
				return st;
			else if ((st = host_read(r, paddr, out, n)) != ZDM_OK)
				return st;	/* a dump may hold part of a page */
		}
		out += n;
		paddr += n;
		len -= n;
	}
	if (r->touch)
		r->touch(r->touch_priv, start_paddr, whole);
	return ZDM_OK;
}

/* Entry i of the table at paddr. */
static enum zdm_status table_entry(struct zdm_reader *r, uint64_t paddr, uint64_t i, uint64_t *ret)
{
	const uint8_t *page = NULL;
	enum zdm_status st;

	paddr += i * sizeof(*ret);
	if (paddr % sizeof(*ret) == 0)
		page = cached_page(r, paddr - paddr % CACHE_LINE_BYTES, &st);
	if (!page)
		return zdm_read_phys(r, paddr, ret, sizeof(*ret));
	memcpy(ret, page + paddr % CACHE_LINE_BYTES, sizeof(*ret));
	if (r->touch)
		r->touch(r->touch_priv, paddr, sizeof(*ret));
	return ZDM_OK;
}

/* Without the tag that the hardware ignores, where it does. */
static uint64_t untagged(const struct zdm_reader *r, uint64_t kaddr)
{
	const struct zdm_arch *a = r->xlat.arch;

	return a && a->untag ? a->untag(&r->xlat, kaddr) : kaddr;
}

/* Which entry of a table of that level is kaddr's; the top one may have fewer or more of them. */
static uint64_t entry_index(const struct zdm_xlat *x, unsigned int level, uint64_t kaddr)
{
	unsigned int shift = x->page_shift + (level - 1) * x->bits_per_level;
	unsigned int bits = level == x->levels ? x->va_bits - shift : x->bits_per_level;

	return kaddr >> shift & ((1ull << bits) - 1);
}

/* Neighbours share their tables, and most walks go from neighbour to neighbour: where to begin. */
static unsigned int lowest_known(const struct zdm_reader *r, uint64_t kaddr, uint64_t *table)
{
	const struct zdm_xlat *x = &r->xlat;
	unsigned int level;

	for (level = 1; level < x->levels && level < MAX_LEVELS; level++) {
		const struct walked *w = &r->walked[level];

		if (w->known && (kaddr ^ w->kaddr) >> (x->page_shift + level * x->bits_per_level) == 0) {
			*table = w->paddr;
			return level;
		}
	}
	return x->levels;
}

enum zdm_status zdm_walk_kaddr(struct zdm_reader *r, uint64_t kaddr, struct zdm_leaf *ret)
{
	const struct zdm_xlat *x = &r->xlat;
	uint64_t table = x->pgd_paddr, entry;
	unsigned int level;
	enum zdm_entry kind = ZDM_ENTRY_NONE;
	enum zdm_status st;

	kaddr = untagged(r, kaddr);
	memset(ret, 0, sizeof(*ret));
	ret->start_kaddr = kaddr;
	ret->len_bytes = 1;
	if (!x->levels)
		return ZDM_UNREADABLE;
	level = lowest_known(r, kaddr, &table);
	for (; level; level--) {
		ret->len_bytes = 1ull << (x->page_shift + (level - 1) * x->bits_per_level);
		ret->start_kaddr = kaddr & ~(ret->len_bytes - 1);
		ret->is_top = level == x->levels;
		ret->table_paddr = table;
		ret->table_kaddr = kaddr & ~((ret->len_bytes << x->bits_per_level) - 1);
		st = table_entry(r, table, entry_index(x, level, kaddr), &entry);
		if (st != ZDM_OK)
			return st;
		kind = x->arch->entry(x, level, entry, &table);
		if (kind != ZDM_ENTRY_TABLE)
			break;
		if (level - 1 < MAX_LEVELS)
			r->walked[level - 1] = (struct walked){ kaddr, table, true };
	}
	if (kind == ZDM_ENTRY_NONE)
		return ZDM_OK;
	if (kind != ZDM_ENTRY_LEAF)
		return ZDM_CORRUPT;
	ret->paddr = table & ~(ret->len_bytes - 1);
	ret->mapped = true;
	return ZDM_OK;
}

/* Physical address of kaddr and how many bytes from there on are contiguous. */
static enum zdm_status translate(struct zdm_reader *r, uint64_t kaddr, uint64_t *paddr,
				 uint64_t *len)
{
	const struct zdm_xlat *x = &r->xlat;
	struct zdm_leaf *leaf = &r->last_leaf;
	enum zdm_status st;

	if (kaddr >= x->image_start_kaddr && kaddr < x->image_end_kaddr) {
		/* the image is linear, and readable before the tables are known */
		*paddr = kaddr - x->image_off;
		*len = x->image_end_kaddr - kaddr;
		return ZDM_OK;
	}
	if (!leaf->mapped || kaddr - leaf->start_kaddr >= leaf->len_bytes) {
		st = zdm_walk_kaddr(r, kaddr, leaf);
		if (st != ZDM_OK || !leaf->mapped) {
			leaf->mapped = false;
			return st != ZDM_OK ? st : ZDM_CORRUPT;	/* a pointer to nothing */
		}
	}
	*paddr = leaf->paddr + (kaddr - leaf->start_kaddr);
	*len = leaf->len_bytes - (kaddr - leaf->start_kaddr);
	return ZDM_OK;
}

enum zdm_status zdm_read_kaddr(struct zdm_reader *r, uint64_t kaddr, void *buf, size_t len)
{
	uint8_t *out = buf;
	uint64_t paddr, n;
	enum zdm_status st;

	kaddr = untagged(r, kaddr);
	if (kaddr + len < kaddr)
		return ZDM_CORRUPT;
	if (!r->ops.read_phys_fn)
		return read_status(r->ops.read_kaddr_fn(r->priv, kaddr, buf, len));
	while (len) {
		st = translate(r, kaddr, &paddr, &n);
		if (st != ZDM_OK)
			return st;
		if (n > len)
			n = len;
		st = zdm_read_phys(r, paddr, out, n);
		if (st != ZDM_OK)
			return st;
		out += n;
		kaddr += n;
		len -= n;
	}
	return ZDM_OK;
}

enum zdm_status zdm_read_quietly(struct zdm_reader *r, uint64_t kaddr, void *buf, size_t len)
{
	zdm_touch_fn touch = r->touch;
	enum zdm_status st;

	r->touch = NULL;
	st = zdm_read_kaddr(r, kaddr, buf, len);
	r->touch = touch;
	return st;
}

enum zdm_status zdm_read_u64(struct zdm_reader *r, uint64_t kaddr, uint64_t *ret)
{
	return zdm_read_kaddr(r, kaddr, ret, sizeof(*ret));
}

enum zdm_status zdm_read_u32(struct zdm_reader *r, uint64_t kaddr, uint32_t *ret)
{
	return zdm_read_kaddr(r, kaddr, ret, sizeof(*ret));
}

bool zdm_reader_can_present(const struct zdm_reader *r)
{
	return r->ops.present_fn != NULL;
}

enum zdm_status zdm_reader_present(struct zdm_reader *r, uint64_t paddr, bool *present,
				   uint64_t *end_paddr)
{
	enum zdm_status st;

	if (!r->ops.present_fn)
		return ZDM_UNSUPPORTED;
	st = r->ops.present_fn(r->priv, paddr, present, end_paddr);
	/* a host that does not advance would keep us here for ever */
	return st == ZDM_OK && *end_paddr <= paddr ? ZDM_INVAL : st;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* pages: where struct pages are stored, and what stands in them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define LIST_POISON1 0xdead000000000100ull
#define LIST_POISON2 0xdead000000000122ull

static uint64_t page_kaddr(const struct core *c, uint64_t pfn)
{
	return c->vmemmap + pfn * c->page_bytes;
}

/* Backing frames: from RAM when dev is 0, else the device frames that follow *dev. */
static uint64_t backing(struct core *c, uint64_t *dev_pfn, bool huge, const char *label)
{
	uint64_t nr = huge ? HUGE_BYTES / PAGE_BYTES : 1, paddr;

	if (*dev_pfn) {
		paddr = *dev_pfn * PAGE_BYTES;
		*dev_pfn += nr;
		return paddr;
	}
	if (huge)
		return image_alloc_huge(&c->im);
	return image_alloc(&c->im, PAGE_BYTES, PAGE_BYTES, NULL, xstrdup(label)) -
	       c->im.page_offset;
}

static void map_plain(struct core *c, struct span s, uint64_t dev_pfn, bool small)
{
	uint64_t at = page_kaddr(c, s.start), end = page_kaddr(c, s.end), paddr, len;

	while (at < end) {
		bool huge = !small && at % HUGE_BYTES == 0 && end - at >= HUGE_BYTES;
		char *label = xprintf("memmap:%016" PRIx64, at);

		len = huge ? HUGE_BYTES : PAGE_BYTES;
		paddr = backing(c, &dev_pfn, huge, label);
		image_map(&c->im, at, paddr, len, len);
		image_touch(&c->im, at, len);
		at += len;
		free(huge ? label : NULL);
	}
}

/*
 * Struct pages of compound pages, de-duplicated: of each compound's vmemmap
 * pages the first two are its own, the rest are the second once more
 * (VMEMMAP_RESERVE_NR, kernel 5.17 on).
 */
static void map_dedup(struct core *c, struct span s, unsigned int order)
{
	uint64_t compound = (1ull << order) * c->page_bytes, at, own[2];
	uint64_t end = page_kaddr(c, s.end), i;

	if (compound / PAGE_BYTES <= 2)
		die("order %u leaves nothing to de-duplicate", order);
	for (at = page_kaddr(c, s.start); at < end; at += compound)
		for (i = 0; i < compound / PAGE_BYTES; i++) {
			uint64_t kaddr = at + i * PAGE_BYTES;

			if (i < 2)
				own[i] = image_alloc(&c->im, PAGE_BYTES, PAGE_BYTES, NULL,
						     xprintf("memmap:%016" PRIx64, kaddr)) -
					 c->im.page_offset;
			image_map(&c->im, kaddr, own[i < 2 ? i : 1], PAGE_BYTES, PAGE_BYTES);
		}
}

/* "memmap A..B backing=ram|altmap:PFN [leaf=4K] [dedup=ORDER] [missing]" */
void core_add_memmap(struct core *c, const struct stmt *s)
{
	struct span r = span_of(s, stmt_word(s, 1));
	const char *where = stmt_get(s, "backing"), *leaf = stmt_get(s, "leaf");
	uint64_t dev_pfn = 0, at;

	if (page_kaddr(c, r.start) % PAGE_BYTES || page_kaddr(c, r.end) % PAGE_BYTES)
		die_at(s, "the memmap of this range does not fill whole pages");
	if (where && !strncmp(where, "altmap:", 7))
		dev_pfn = number_of(s, where + 7);
	else if (!where || strcmp(where, "ram"))
		die_at(s, "memmap needs backing=ram or backing=altmap:PFN");
	if (stmt_get(s, "dedup"))
		map_dedup(c, r, stmt_number(s, "dedup", 0));
	else
		map_plain(c, r, dev_pfn, leaf && !strcmp(leaf, "4K"));
	if (stmt_has(s, "missing"))
		for (at = page_kaddr(c, r.start); at < page_kaddr(c, r.end); at += PAGE_BYTES)
			image_frame(&c->im, image_paddr(&c->im, at), true)->missing = true;
}

/* What makes up one struct page. */
struct page_fields {
	uint64_t flags, word1, word2;
	int32_t refcount, mapcount;
};

/* Where the fields of this kernel's struct page are: looked up once, used for all. */
struct page_layout {
	uint64_t flags, lru, refcount, mapcount;
};

static struct page_layout page_layout(const struct core *c)
{
	return (struct page_layout){
		.flags = kern_offset(&c->k, "page", "flags"),
		.lru = kern_offset(&c->k, "page", "lru"),
		.refcount = kern_offset(&c->k, "page", "_refcount"),
		.mapcount = kern_offset(&c->k, "page", "_mapcount"),
	};
}

static void put_page(struct core *c, uint64_t pfn, const struct page_layout *l,
		     const struct page_fields *f)
{
	uint8_t b[256] = { 0 };

	/* x86-64 writes x86-64 */
	memcpy(b + l->flags, &f->flags, 8);
	memcpy(b + l->lru, &f->word1, 8);
	memcpy(b + l->lru + 8, &f->word2, 8);
	memcpy(b + l->refcount, &f->refcount, 4);
	memcpy(b + l->mapcount, &f->mapcount, 4);
	/* A struct page of 64 bytes never lies across two pages. */
	image_write(&c->im, image_paddr(&c->im, page_kaddr(c, pfn)), b, c->page_bytes);
}

static uint64_t zone_bits(const struct core *c, const struct stmt *s, uint64_t dflt_zone)
{
	uint64_t nodes = kern_param_number(&c->k, "nodes_shift");
	uint64_t zones = kern_param_number(&c->k, "zones_shift");

	return stmt_number(s, "node", 0) << (64 - nodes) |
	       stmt_number(s, "zone", dflt_zone) << (64 - nodes - zones);
}

static uint64_t flag(const struct core *c, const char *name)
{
	return 1ull << kern_number(&c->k, name);
}

static void fill_bytes(struct core *c, struct span r, uint64_t seed, bool garbage)
{
	uint64_t at, word = (seed & 0xff) * 0x0101010101010101ull, x = seed | 1;

	for (at = page_kaddr(c, r.start); at < page_kaddr(c, r.end); at += 8) {
		if (garbage) {	/* xorshift64 */
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			word = x;
		}
		image_put(&c->im, at, word, 8);
	}
}

/*
 * Device pages; with order=N compounds of 1 << N of them, the first at A. first=M: of
 * each only the first M are written.
 */
static void fill_device(struct core *c, const struct stmt *s, struct span r, const char *name)
{
	uint64_t order = stmt_number(s, "order", 0), nr = 1ull << order, pfn, head;
	const struct pgmap *p = &c->pgmap[core_pgmap(c, s, name)];
	bool poison = kern_param_is(&c->k, "page_word2", "poison");
	bool mask = kern_param_is(&c->k, "tail", "mask"), dedup = stmt_has(s, "dedup");
	uint64_t unique = 2 * PAGE_BYTES / c->page_bytes, head_flag = flag(c, "PG_head");
	uint64_t flags = zone_bits(c, s, kern_number(&c->k, "ZONE_DEVICE")) |
			 flag(c, "PG_reserved");
	struct page_layout l = page_layout(c);
	uint64_t first = stmt_number(s, "first", nr), at;
	int32_t refcount = stmt_number(s, "refcount", 1);

	for (pfn = r.start; pfn < r.end; pfn++) {
		struct page_fields f = {
			.flags = flags,
			.word1 = p->kaddr, .word2 = poison ? LIST_POISON2 : 0,
			.refcount = refcount, .mapcount = -1,
		};

		at = (pfn - r.start) % nr;
		head = page_kaddr(c, pfn - at);
		if (at >= first)
			continue;
		if (nr > 1 && !at) {
			f.flags |= head_flag;
		} else if (nr > 1) {
			/* De-duplicated tails are the same bytes: write them once. */
			if (dedup && at >= unique)
				continue;
			f.word1 = mask ? ~(nr * c->page_bytes - 1) | 1 : head | 1;
			f.refcount = 0;
		}
		put_page(c, pfn, &l, &f);
	}
}

static void fill_fields(struct core *c, const struct stmt *s, struct span r, const char *kind)
{
	bool device = !strcmp(kind, "selflist"), list = device || !strcmp(kind, "boothole");
	uint64_t flags = zone_bits(c, s, device ? kern_number(&c->k, "ZONE_DEVICE") : 1), pfn;
	struct page_layout l = page_layout(c);

	if (list)
		flags |= flag(c, "PG_reserved");
	for (pfn = r.start; pfn < r.end; pfn++) {
		uint64_t self = page_kaddr(c, pfn) + l.lru;
		struct page_fields f = {
			.flags = flags, .refcount = 1, .mapcount = -1,
			.word1 = list ? self : LIST_POISON1, .word2 = list ? self : LIST_POISON2,
		};

		put_page(c, pfn, &l, &f);
	}
}

/*
 * "pages A..B fill=BYTE | zero | garbage=SEED | online | boothole | selflist |
 *  device=NAME [order=N [dedup] [first=M]] [refcount=N]   [zone=N] [node=N]"
 */
void core_fill_pages(struct core *c, const struct stmt *s)
{
	struct span r = span_of(s, stmt_word(s, 1));
	const char *kind = stmt_word(s, 2);

	if (!strncmp(kind, "fill=", 5))
		fill_bytes(c, r, number_of(s, kind + 5), false);
	else if (!strncmp(kind, "garbage=", 8))
		fill_bytes(c, r, number_of(s, kind + 8), true);
	else if (!strcmp(kind, "zero"))
		fill_bytes(c, r, 0, false);
	else if (!strncmp(kind, "device=", 7))
		fill_device(c, s, r, kind + 7);
	else if (!strcmp(kind, "online") || !strcmp(kind, "boothole") || !strcmp(kind, "selflist"))
		fill_fields(c, s, r, kind);
	else
		die_at(s, "unknown contents of struct pages: %s", kind);
}

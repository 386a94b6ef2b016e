// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * check: the struct pages themselves against the verdicts. Bytes can disprove
 * that a struct page is valid; they cannot disprove that it is not: memory that
 * nobody initialised may hold a perfect struct page of an earlier life. So only
 * verdicts that say "valid" are put to the test.
 */
#include <stdlib.h>
#include <string.h>

#include <zdm/report.h>

#include "page/page.h"

#define CHUNK_PAGES 1024u	/* struct pages read at a time */

struct check {
	struct zdm_session *s;
	const struct zdm_model *m;
	struct zdm_page_layout l;
	zdm_contradiction_fn fn;
	void *priv;
	struct zdm_check_result *result;
	struct zdm_contradiction open;		/* being extended; start == end: none */
	uint64_t head_kaddr, head_word1;	/* the head page looked at last */
	enum zdm_status head_status;
	uint8_t *buf;
};

/* What is wrong with the struct page, in words; NULL: nothing. */
typedef const char *(*page_test_fn)(struct check *c, const struct zdm_range *r, uint64_t kaddr,
				    const uint8_t *bytes);

static const char *test_fill(struct check *c, const uint8_t *bytes)
{
	uint64_t i;

	/* zero is no proof: kernels before 5.12 zero the struct pages of holes, and mean it */
	if (!bytes[0])
		return NULL;
	for (i = 1; i < c->l.bytes; i++)
		if (bytes[i] != bytes[0])
			return NULL;
	return bytes[0] == 0xff ? "all ones: poisoned or never initialised" :
	       "one byte over and over: a fill pattern, never initialised";
}

/* UNKNOWN where this kernel's zone bits are not known. */
static enum zdm_tri in_zone_device(const struct check *c, const uint8_t *bytes)
{
	int zone = zdm_page_zone(&c->l, zdm_page_flags(&c->l, bytes));

	if (zone < 0 || c->l.g.zone_device < 0)
		return ZDM_UNKNOWN;
	return zone == c->l.g.zone_device ? ZDM_YES : ZDM_NO;
}

static const char *test_online(struct check *c, const struct zdm_range *r, uint64_t kaddr,
			       const uint8_t *bytes)
{
	(void)r;
	(void)kaddr;
	if (in_zone_device(c, bytes) == ZDM_YES)
		return "in ZONE_DEVICE";
	return NULL;
}

/* INIT_LIST_HEAD(&page->lru), untouched since. */
static bool is_self_linked(const struct check *c, uint64_t kaddr, const uint8_t *bytes)
{
	return zdm_page_word(&c->l, bytes, 1) == kaddr + c->l.word1_off &&
	       zdm_page_word(&c->l, bytes, 2) == kaddr + c->l.word1_off;
}

static const char *test_altmap(struct check *c, const struct zdm_range *r, uint64_t kaddr,
			       const uint8_t *bytes)
{
	/* a memory block's own memmap (memmap_on_memory) is of the block's zone */
	if (r->pgmap >= 0 && in_zone_device(c, bytes) == ZDM_NO)
		return "not in ZONE_DEVICE";
	if (!is_self_linked(c, kaddr, bytes))
		return "lru is not linked to itself";
	return NULL;
}

/* Word 1 of the head page at kaddr; many tails share one. */
static enum zdm_status head_word1(struct check *c, uint64_t kaddr, uint64_t *ret)
{
	if (c->head_kaddr != kaddr) {
		c->head_kaddr = kaddr;
		c->head_status = zdm_read_u64(c->s->r, kaddr + c->l.word1_off, &c->head_word1);
	}
	*ret = c->head_word1;
	return c->head_status;
}

static const char *test_device(struct check *c, const struct zdm_range *r, uint64_t kaddr,
			       const uint8_t *bytes)
{
	uint64_t word1 = zdm_page_word(&c->l, bytes, 1), head, pfn;
	const struct zdm_pgmap *pgmaps;
	enum zdm_status st;

	if (in_zone_device(c, bytes) == ZDM_NO)
		return "not in ZONE_DEVICE";
	if (r->pgmap < 0 || (size_t)r->pgmap >= zdm_model_pgmaps(c->m, &pgmaps))
		return NULL;	/* padding before 5.3: no pgmap is meant to be there */
	if (word1 & 1) {
		head = zdm_page_head(word1, kaddr);
		if (zdm_page_pfn(&c->s->kernel, head, &pfn) != ZDM_OK || head >= kaddr)
			return "a tail page whose head is no struct page before it";
		st = head_word1(c, head, &word1);
		if (st != ZDM_OK)
			return NULL;	/* its own bytes agree, and the head's are not there */
		return word1 == pgmaps[r->pgmap].kaddr ? NULL :
		       "a tail page whose head does not carry the pgmap";
	}
	if (word1 == pgmaps[r->pgmap].kaddr)
		return NULL;
	/*
	 * Up to 4.19 the pgmap is filled in by a loop of its own after the
	 * struct page is sound (mm/page_alloc.c and kernel/memremap.c, 4.14).
	 */
	if (!zdm_kdef_has(&c->s->k, ZDM_SYM_PGMAP_ARRAY) && is_self_linked(c, kaddr, bytes))
		return NULL;
	return "does not carry the pgmap";
}

/* The test of a class, a column of <zdm/class.def>; NULL: its bytes prove nothing. */
#define test_NONE NULL
#define test_RAM test_online
#define test_DEVICE test_device
#define test_ALTMAP test_altmap
static const page_test_fn tests[ZDM_NR_CLASSES] = {
#define ZDM_CLASS_ROW(id, name, letter, nr, fate, bytes, interest, what, wrong, guard) \
	[ZDM_CLASS_##id] = test_##bytes,
#include <zdm/class.def>
#undef ZDM_CLASS_ROW
};

static void flush(struct check *c)
{
	if (c->open.end_pfn > c->open.start_pfn && c->fn)
		c->fn(c->priv, &c->open);
	c->open.end_pfn = c->open.start_pfn;
}

static void contradict(struct check *c, uint64_t pfn, enum zdm_class cls, const char *found)
{
	struct zdm_contradiction *o = &c->open;

	c->result->contradict++;
	if (o->end_pfn == pfn && o->end_pfn > o->start_pfn && o->cls == cls && o->found == found) {
		o->end_pfn++;
		return;
	}
	flush(c);
	*o = (struct zdm_contradiction){ pfn, pfn + 1, cls, found };
}

/* Struct pages [pfn, pfn + nr) of the range, read into c->buf. */
static void check_pages(struct check *c, const struct zdm_range *r, page_test_fn test,
			uint64_t pfn, uint64_t nr)
{
	uint64_t i;

	for (i = 0; i < nr; i++) {
		const uint8_t *bytes = c->buf + i * c->l.bytes;
		const char *found = test_fill(c, bytes);

		if (!found)
			found = test(c, r, zdm_page_kaddr(&c->s->kernel, pfn + i), bytes);
		if (found)
			contradict(c, pfn + i, r->cls, found);
		else
			c->result->agree++;
	}
}

/* Read nr struct pages; what cannot be read together is tried by halves. */
static void check_chunk(struct check *c, const struct zdm_range *r, page_test_fn test,
			uint64_t pfn, uint64_t nr)
{
	uint64_t kaddr = zdm_page_kaddr(&c->s->kernel, pfn);

	if (zdm_read_kaddr(c->s->r, kaddr, c->buf, nr * c->l.bytes) == ZDM_OK) {
		check_pages(c, r, test, pfn, nr);
	} else if (nr == 1) {
		c->result->unread++;
	} else {
		check_chunk(c, r, test, pfn, nr / 2);
		check_chunk(c, r, test, pfn + nr / 2, nr - nr / 2);
	}
}

static void check_range(struct check *c, const struct zdm_range *r)
{
	page_test_fn test = r->valid == ZDM_YES ? tests[r->cls] : NULL;
	uint64_t pfn, next;

	if (!test) {
		c->result->skipped += r->end_pfn - r->start_pfn;
		return;
	}
	if (r->in_dump == ZDM_IN_DUMP_NO) {
		c->result->unread += r->end_pfn - r->start_pfn;
		return;
	}
	for (pfn = r->start_pfn; pfn < r->end_pfn; pfn = next) {
		/* aligned chunks: struct pages that share a page are read together */
		next = (pfn / CHUNK_PAGES + 1) * CHUNK_PAGES;
		if (next > r->end_pfn)
			next = r->end_pfn;
		check_chunk(c, r, test, pfn, next - pfn);
	}
}

enum zdm_status zdm_check(struct zdm_session *s, const struct zdm_model *m,
			  zdm_contradiction_fn fn, void *priv, struct zdm_check_result *ret)
{
	struct check c = { .s = s, .m = m, .fn = fn, .priv = priv, .result = ret };
	const struct zdm_range *r;
	size_t nr, i;

	memset(ret, 0, sizeof(*ret));
	zdm_page_layout_init(s, &c.l);
	if (!s->g.vmemmap_kaddr)
		return ZDM_UNSUPPORTED;
	c.head_kaddr = UINT64_MAX;
	c.buf = malloc(CHUNK_PAGES * c.l.bytes);
	if (!c.buf)
		return ZDM_NOMEM;
	nr = zdm_model_ranges(m, &r);
	for (i = 0; i < nr; i++)
		check_range(&c, &r[i]);
	flush(&c);
	free(c.buf);
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * check: the struct pages themselves against the verdicts. Bytes can disprove
 * that a struct page is valid; they cannot disprove that it is not: memory that
 * nobody initialised may hold a perfect struct page of an earlier life. So only
 * verdicts that say "valid" are put to the test.
 */
#include <stdlib.h>
#include <string.h>

#include <zdm/check.h>

#include "page/veto.h"

#define CHUNK_PAGES 1024u	/* struct pages read at a time */

struct check {
	const struct zdm_session *s;
	const struct zdm_model *m;
	struct zdm_vetoes v;
	zdm_contradiction_fn fn;
	void *priv;
	struct zdm_check_result *result;
	struct zdm_contradiction open;		/* being extended; start == end: none */
	uint8_t *buf;
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
static void check_pages(struct check *c, const struct zdm_range *r, uint64_t pfn, uint64_t nr)
{
	enum zdm_veto why;
	uint64_t i;

	for (i = 0; i < nr; i++) {
		why = zdm_veto_page(&c->v, r, pfn + i, c->buf + i * c->v.l.bytes);
		if (why == ZDM_VETO_NONE)
			c->result->agree++;
		else if (zdm_veto_bytes(why) == ZDM_BYTES_UNKNOWN)
			c->result->skipped++;
		else
			contradict(c, pfn + i, r->cls, zdm_veto_words(why));
	}
}

/* Read nr struct pages; what cannot be read together is tried by halves. */
static void check_chunk(struct check *c, const struct zdm_range *r, uint64_t pfn, uint64_t nr)
{
	uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(c->m), pfn);

	if (zdm_read_kaddr(c->s->r, kaddr, c->buf, nr * c->v.l.bytes) == ZDM_OK) {
		check_pages(c, r, pfn, nr);
	} else if (nr == 1) {
		c->result->unread++;
	} else {
		check_chunk(c, r, pfn, nr / 2);
		check_chunk(c, r, pfn + nr / 2, nr - nr / 2);
	}
}

/* Is it asked about? Counts those that are not. */
static bool has_pages(struct zdm_check_result *ret, const struct zdm_range *r)
{
	uint64_t pages = r->end_pfn - r->start_pfn;

	if (r->valid != ZDM_YES)
		ret->skipped += pages;
	else if (r->in_dump == ZDM_IN_DUMP_NO)
		ret->unread += pages;
	else
		return true;
	return false;
}

/* Of every `stride` chunks one, and the last. */
static void check_range(struct check *c, const struct zdm_range *r, uint64_t stride)
{
	uint64_t pfn, next, i = 0;

	for (pfn = r->start_pfn; pfn < r->end_pfn; pfn = next, i++) {
		/* aligned chunks: struct pages that share a page are read together */
		next = (pfn / CHUNK_PAGES + 1) * CHUNK_PAGES;
		if (next > r->end_pfn)
			next = r->end_pfn;
		if (i % stride && next < r->end_pfn)
			c->result->unasked += next - pfn;
		else
			check_chunk(c, r, pfn, next - pfn);
	}
}

enum zdm_status zdm_check(const struct zdm_session *s, const struct zdm_model *m, uint64_t most,
			  zdm_contradiction_fn fn, void *priv, struct zdm_check_result *ret)
{
	struct check c = { .s = s, .m = m, .fn = fn, .priv = priv, .result = ret };
	uint64_t pages = 0, stride = 1;
	const struct zdm_range *r;
	size_t nr, i;

	memset(ret, 0, sizeof(*ret));
	if (!zdm_model_kernel(m)->vmemmap_kaddr)
		return ZDM_UNSUPPORTED;
	zdm_vetoes_init(&c.v, s, m);
	c.buf = malloc(CHUNK_PAGES * c.v.l.bytes);
	if (!c.buf)
		return ZDM_NOMEM;
	nr = zdm_model_ranges(m, &r);
	for (i = 0; i < nr; i++)
		if (r[i].valid == ZDM_YES && r[i].in_dump != ZDM_IN_DUMP_NO)
			pages += r[i].end_pfn - r[i].start_pfn;
	if (most && pages > most)	/* odd: no step in time with compound pages */
		stride = (pages / most + 1) | 1;
	for (i = 0; i < nr; i++)
		if (has_pages(ret, &r[i]))
			check_range(&c, &r[i], stride);
	flush(&c);
	zdm_vetoes_deinit(&c.v);
	free(c.buf);
	return ZDM_OK;
}

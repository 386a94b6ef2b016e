// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The view: struct pages in windows of one buddy block, so that most of what a
 * page's bits depend on is at hand. Only struct pages that may be believed are
 * looked at; a head that lies elsewhere is read by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "page/kpageflags/kpageflags.h"
#include "page/page.h"
#include "base/text.h"
#include "page/veto.h"

#define MAX_ORDER 10u			/* of a free block; include/linux/mmzone.h */
#define WINDOW_PAGES (1u << MAX_ORDER)
#define STEP_PAGES 64u			/* read at a time: a frame of the memmap, with 64 bytes each */
#define MAX_COMPOUND_ORDER 18u		/* 1 GiB */

struct zdm_kpageflags {
	const struct zdm_session *s;
	const struct zdm_model *m;
	struct zdm_kpageflags_abi abi;
	struct zdm_memcg memcg;
	struct zdm_vetoes vetoes;
	size_t cursor;			/* of zdm_range_seek() */
	uint64_t last_pfn;
	/* the window */
	uint64_t start_pfn;		/* ZDM_KPAGEFLAGS_NONE: nothing is loaded */
	uint8_t *bytes;			/* WINDOW_PAGES struct pages and one to spare */
	enum zdm_status status[WINDOW_PAGES];
	enum zdm_veto veto[WINDOW_PAGES];	/* why the status is INVAL of a valid page */
	/* the head last looked at */
	uint64_t head_pfn;
	uint8_t *head;			/* its struct page and the next */
	enum zdm_status head_status;
	bool head_part_mapped, head_part_known;
};

enum zdm_status zdm_kpageflags_open(const struct zdm_session *s, const struct zdm_model *m,
				    struct zdm_kpageflags **ret, char *err, size_t err_len)
{
	struct zdm_kpageflags *v = calloc(1, sizeof(*v));
	enum zdm_status st;

	*ret = NULL;
	if (!v) {
		zdm_errf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	v->s = s;
	v->m = m;
	v->start_pfn = v->head_pfn = ZDM_KPAGEFLAGS_NONE;
	st = zdm_kpageflags_abi_init(s, &v->abi, err, err_len);
	if (st == ZDM_OK) {
		zdm_memcg_init(s, v->abi.rules, &v->memcg);
		zdm_vetoes_init(&v->vetoes, s, m);
		v->bytes = malloc((WINDOW_PAGES + 1) * v->abi.page_bytes);
		v->head = malloc(2 * v->abi.page_bytes);
		if (!v->bytes || !v->head) {
			zdm_errf(err, err_len, "out of memory");
			st = ZDM_NOMEM;
		}
	}
	if (st != ZDM_OK) {
		zdm_kpageflags_close(v);
		return st;
	}
	*ret = v;
	return ZDM_OK;
}

void zdm_kpageflags_close(struct zdm_kpageflags *v)
{
	if (!v)
		return;
	zdm_memcg_deinit(&v->memcg);
	zdm_vetoes_deinit(&v->vetoes);
	free(v->bytes);
	free(v->head);
	free(v);
}

const struct zdm_model *zdm_kpageflags_model(const struct zdm_kpageflags *v)
{
	return v->m;
}

/* Does the kernel's pfn_to_online_page() answer for this class? */
static bool online_class(const struct zdm_kpageflags *v, const struct zdm_range *r)
{
	/* as long as it looked at the whole section, boot holes were online */
	return r->cls == ZDM_CLASS_ONLINE ||
	       (r->cls == ZDM_CLASS_BOOTHOLE && r->valid == ZDM_YES &&
		!zdm_feat_yes(&v->s->f, ZDM_FEAT_ONLINE_PAGE_FN));
}

bool zdm_kpageflags_online(const struct zdm_kpageflags *v, uint64_t pfn)
{
	const struct zdm_range *r = zdm_range_find(v->m, pfn);

	return r && online_class(v, r);
}

uint64_t zdm_kpageflags_end_pfn(const struct zdm_kpageflags *v)
{
	const struct zdm_section *sec;
	size_t nr = zdm_model_sections(v->m, &sec);

	while (nr-- > 0) {
		if (sec[nr].flags & ZDM_SECTION_ONLINE)
			return (sec[nr].nr + 1) * zdm_model_kernel(v->m)->section_pages;
	}
	return 0;
}

static const struct zdm_range *range_at(struct zdm_kpageflags *v, uint64_t pfn)
{
	if (pfn < v->last_pfn)
		v->cursor = 0;
	v->last_pfn = pfn;
	return zdm_range_seek(v->m, &v->cursor, pfn);
}

static bool believed(struct zdm_kpageflags *v, uint64_t pfn)
{
	const struct zdm_range *r = zdm_range_find(v->m, pfn);

	return r && r->valid == ZDM_YES;
}

/*
 * [start, start + nr) of the window, all of range r; where the whole cannot be
 * read, page by page. What the bytes speak against is not looked at any more.
 */
static void load_step(struct zdm_kpageflags *v, const struct zdm_range *r, uint64_t start,
		      unsigned int nr)
{
	uint64_t bytes = v->abi.page_bytes;
	unsigned int i, at = (unsigned int)(start - v->start_pfn);
	uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(v->m), start);
	enum zdm_status st = zdm_read_kaddr(v->s->r, kaddr, v->bytes + at * bytes, nr * bytes);

	for (i = 0; i < nr; i++) {
		v->status[at + i] = st;
		if (st != ZDM_OK)
			v->status[at + i] = zdm_read_kaddr(v->s->r, kaddr + i * bytes,
							   v->bytes + (at + i) * bytes, bytes);
		v->veto[at + i] = ZDM_VETO_NONE;
		if (v->status[at + i] == ZDM_OK)
			v->veto[at + i] = zdm_veto_page(&v->vetoes, r, start + i,
							v->bytes + (at + i) * bytes);
		if (v->veto[at + i] != ZDM_VETO_NONE)
			v->status[at + i] = ZDM_INVAL;
	}
}

static void load_window(struct zdm_kpageflags *v, uint64_t pfn)
{
	uint64_t p;

	v->start_pfn = pfn & ~(uint64_t)(WINDOW_PAGES - 1);
	memset(v->bytes, 0, (WINDOW_PAGES + 1) * v->abi.page_bytes);
	for (p = v->start_pfn; p < v->start_pfn + WINDOW_PAGES; ) {
		const struct zdm_range *r = zdm_range_find(v->m, p);
		uint64_t end = p + STEP_PAGES - p % STEP_PAGES, i;

		if (r && r->end_pfn < end)
			end = r->end_pfn;
		if (r && r->valid == ZDM_YES) {
			load_step(v, r, p, (unsigned int)(end - p));
		} else {
			for (i = p; i < end; i++)
				v->status[i - v->start_pfn] = ZDM_INVAL;
		}
		p = end;
	}
}

static const uint8_t *window_page(const struct zdm_kpageflags *v, uint64_t pfn)
{
	return v->bytes + (pfn - v->start_pfn) * v->abi.page_bytes;
}

/* Is the page in a free block that begins earlier in the window? is_free_buddy_page(). */
static bool in_free_block(const struct zdm_kpageflags *v, uint64_t pfn)
{
	unsigned int order;

	for (order = 1; order <= MAX_ORDER; order++) {
		uint64_t first = pfn & ~((1ull << order) - 1);

		if (v->status[first - v->start_pfn] == ZDM_OK &&
		    zdm_kpageflags_is_type(&v->abi, window_page(v, first), v->abi.type_buddy) &&
		    zdm_kpageflags_u64(&v->abi, window_page(v, first), v->abi.private_off) >= order)
			return true;
	}
	return false;
}

/*
 * With shared hugetlb vmemmap the first struct page of a frame may be the
 * head's, seen again: its neighbour then names another head
 * (page_fixed_fake_head() in include/linux/page-flags.h).
 */
static uint64_t head_kaddr(const struct zdm_kpageflags *v, uint64_t pfn, const uint8_t *page)
{
	const struct zdm_kpageflags_abi *a = &v->abi;
	uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(v->m), pfn), next_kaddr = kaddr + a->page_bytes;
	uint64_t word1 = zdm_kpageflags_u64(a, page, a->word1_off), next;

	if (word1 & 1)
		return zdm_page_head(word1, kaddr);
	if (a->head_bit < 64 && zdm_kpageflags_u64(a, page, a->flags_off) >> a->head_bit & 1 &&
	    !(kaddr & (zdm_model_kernel(v->m)->page_size - 1))) {
		next = zdm_kpageflags_u64(a, page + a->page_bytes, a->word1_off);
		if (next & 1)
			return zdm_page_head(next, next_kaddr);
	}
	return kaddr;
}

static enum zdm_status load_head(struct zdm_kpageflags *v, uint64_t pfn)
{
	unsigned int i;

	if (pfn == v->head_pfn)
		return v->head_status;
	v->head_pfn = pfn;
	v->head_part_known = false;
	if (!believed(v, pfn) || !believed(v, pfn + 1))
		v->head_status = ZDM_CORRUPT;
	else
		v->head_status = zdm_read_kaddr(v->s->r, zdm_page_kaddr(zdm_model_kernel(v->m), pfn),
						v->head, 2 * v->abi.page_bytes);
	for (i = 0; i < 2 && v->head_status == ZDM_OK; i++) {
		if (zdm_veto_page(&v->vetoes, zdm_range_find(v->m, pfn + i), pfn + i,
				  v->head + i * v->abi.page_bytes) != ZDM_VETO_NONE)
			v->head_status = ZDM_CORRUPT;
	}
	return v->head_status;
}

static unsigned int compound_order(const struct zdm_kpageflags *v)
{
	const struct zdm_kpageflags_abi *a = &v->abi;
	unsigned int order = 0;

	if (a->order_off != ZDM_KPAGEFLAGS_NONE)
		order = zdm_kpageflags_u32(a, v->head, a->order_off) & 0xff;
	else if (a->flags_1_off != ZDM_KPAGEFLAGS_NONE)	/* low byte; since 6.6 */
		order = zdm_kpageflags_u64(a, v->head, a->flags_1_off) & 0xff;
	return order <= MAX_COMPOUND_ORDER ? order : 0;
}

/* Kernels without a mapcount for the whole look at every page of it. */
static bool part_mapped(struct zdm_kpageflags *v)
{
	uint64_t i, nr = 1ull << compound_order(v);
	uint32_t mapcount;

	if (v->head_part_known)
		return v->head_part_mapped;
	v->head_part_known = true;
	v->head_part_mapped = false;
	for (i = 0; i < nr && !v->head_part_mapped; i++) {
		uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(v->m), v->head_pfn + i);

		if (!believed(v, v->head_pfn + i) ||
		    zdm_read_u32(v->s->r, kaddr + v->abi.mapcount_off, &mapcount) != ZDM_OK)
			break;
		v->head_part_mapped = (int32_t)mapcount >= 0;
	}
	return v->head_part_mapped;
}

static enum zdm_status init_raw(struct zdm_kpageflags *v, uint64_t pfn,
				struct zdm_kpageflags_raw *raw)
{
	const uint8_t *page = window_page(v, pfn);
	uint64_t head_flags;
	enum zdm_status st;

	memset(raw, 0, sizeof(*raw));
	raw->pfn = pfn;
	raw->page = raw->head = page;
	if (zdm_page_pfn(zdm_model_kernel(v->m), head_kaddr(v, pfn, page), &raw->head_pfn) != ZDM_OK)
		return ZDM_CORRUPT;
	head_flags = zdm_kpageflags_u64(&v->abi, page, v->abi.flags_off);
	raw->compound = raw->head_pfn != pfn ||
			(v->abi.head_bit < 64 && head_flags >> v->abi.head_bit & 1);
	if (raw->compound) {
		if (raw->head_pfn > pfn || (pfn - raw->head_pfn) >> MAX_COMPOUND_ORDER)
			return ZDM_CORRUPT;
		st = load_head(v, raw->head_pfn);
		if (st != ZDM_OK)
			return st;
		raw->head = v->head;
		if (v->abi.large_mapcount_off == ZDM_KPAGEFLAGS_NONE &&
		    !zdm_kpageflags_is_hugetlb(&v->abi, raw))
			raw->part_mapped = part_mapped(v);
	}
	raw->free_block = in_free_block(v, pfn);
	return ZDM_OK;
}

static void get_cgroup(struct zdm_kpageflags *v, const struct zdm_kpageflags_raw *raw,
		       struct zdm_kpageflags_page *ret)
{
	const uint8_t *page = v->memcg.of_head ? raw->head : raw->page;

	ret->cgroup_status = ZDM_ABSENT;
	if (v->memcg.word_off != ZDM_KPAGEFLAGS_NONE)
		ret->cgroup_status = zdm_memcg_ino(&v->memcg,
						   zdm_kpageflags_u64(&v->abi, page,
								      v->memcg.word_off),
						   &ret->cgroup);
}

void zdm_kpageflags_get(struct zdm_kpageflags *v, uint64_t pfn, struct zdm_kpageflags_page *ret)
{
	const struct zdm_range *r = range_at(v, pfn);
	struct zdm_kpageflags_raw raw;

	memset(ret, 0, sizeof(*ret));
	ret->cls = r ? r->cls : ZDM_CLASS_ABSENT;
	ret->cgroup_status = ZDM_ABSENT;
	if (ret->cls == ZDM_CLASS_ABSENT) {
		ret->status = ZDM_ABSENT;
		return;
	}
	if (r->valid != ZDM_YES) {
		ret->status = ZDM_INVAL;
		return;
	}
	if (v->start_pfn == ZDM_KPAGEFLAGS_NONE || pfn < v->start_pfn ||
	    pfn - v->start_pfn >= WINDOW_PAGES)
		load_window(v, pfn);
	ret->status = v->status[pfn - v->start_pfn];
	if (ret->status == ZDM_INVAL)
		ret->found = zdm_veto_words(v->veto[pfn - v->start_pfn]);
	if (ret->status == ZDM_OK)
		ret->status = init_raw(v, pfn, &raw);
	if (ret->status != ZDM_OK)
		return;
	ret->flags = zdm_kpageflags_bits(&v->abi, &raw);
	ret->count = zdm_kpageflags_count(&v->abi, &raw);
	get_cgroup(v, &raw, ret);
}

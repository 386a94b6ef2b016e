/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Single struct pages: decoded, and held against the verdict of a model. */
#ifndef ZDM_PAGE_H
#define ZDM_PAGE_H

#include <zdm/zdm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A struct page, decoded. Members that this kernel lacks are zero. */
struct zdm_page {
	uint64_t kaddr, pfn;
	uint64_t flags;			/* raw */
	int zone, node;			/* -1: not known for this kernel */
	int32_t refcount, mapcount;
	uint64_t word1, word2;		/* the union after flags: lru, pgmap, compound head */
	bool is_tail;
	uint64_t head_kaddr;		/* when is_tail */
	uint8_t bytes[256];		/* as read, sizeof(struct page) of them */
	uint32_t nr_bytes;
};

/*
 * Read and decode the struct page of pfn, whether or not it may be believed
 * (ask the model for that). UNREADABLE: not in the dump; ABSENT: not mapped.
 */
ZDM_API enum zdm_status zdm_page_read(const struct zdm_session *s, const struct zdm_model *m,
				      uint64_t pfn, struct zdm_page *ret);

/* What the bytes of a struct page say of a verdict. */
enum zdm_bytes {
	ZDM_BYTES_UNKNOWN = 0,	/* they are not there, or prove nothing */
	ZDM_BYTES_FIT,		/* nothing in them speaks against it; no proof that it is true */
	ZDM_BYTES_CONTRADICT,	/* not what the kernel leaves in a struct page of this class */
	ZDM_BYTES_NEVER,	/* no initialised struct page of this kernel can hold them */
};
ZDM_API const char *zdm_bytes_name(enum zdm_bytes bytes);	/* unknown, fit, … */

/* The answer for one page frame: structure decides, and the bytes have a veto. */
struct zdm_page_judgement {
	const struct zdm_range *range;	/* of the model; NULL: beyond the last, absent */
	enum zdm_tri structure;		/* valid, by the structures alone */
	enum zdm_bytes bytes;
	/*
	 * May this struct page be believed? Never YES against its bytes: NO where
	 * they say NEVER, UNKNOWN where they contradict or stay open.
	 */
	enum zdm_tri valid;
	enum zdm_status status;		/* of reading it, as of zdm_page_read() */
	char found[128];		/* what speaks against it, "" if nothing does */
	struct zdm_page page;		/* decoded if status is OK: data only if valid is YES */
};
/*
 * Hold the struct page of pfn against the verdict of the model. All who show or
 * use a single struct page ask this, not the range alone. Returns ret->status;
 * *ret is filled in whatever it is.
 */
ZDM_API enum zdm_status zdm_page_judge(const struct zdm_session *s, const struct zdm_model *m,
				       uint64_t pfn, struct zdm_page_judgement *ret);
/*
 * "structure says valid, its bytes say never initialised: every byte is 0xff";
 * "" if nothing was found. Length as of zdm_range_reason().
 */
ZDM_API size_t zdm_judgement_text(const struct zdm_page_judgement *j, char *buf, size_t len);

/* Names of the flags that are set, "reserved|head", at most len bytes. */
ZDM_API void zdm_page_flag_names(const struct zdm_session *s, uint64_t flags, char *buf,
				 size_t len);

#ifdef __cplusplus
}
#endif
#endif

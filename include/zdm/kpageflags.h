/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc/kpageflags, kpagecount and kpagecgroup of the dumped kernel would
 * say of its page frames: the walker of the 2019 oops, but one that asks first
 * whether a struct page may be believed.
 */
#ifndef ZDM_KPAGEFLAGS_H
#define ZDM_KPAGEFLAGS_H

#include <zdm/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of /proc/kpageflags: kernel ABI (include/uapi/linux/kernel-page-flags.h). */
enum zdm_kpf {
	ZDM_KPF_LOCKED = 0, ZDM_KPF_ERROR = 1, ZDM_KPF_REFERENCED = 2, ZDM_KPF_UPTODATE = 3,
	ZDM_KPF_DIRTY = 4, ZDM_KPF_LRU = 5, ZDM_KPF_ACTIVE = 6, ZDM_KPF_SLAB = 7,
	ZDM_KPF_WRITEBACK = 8, ZDM_KPF_RECLAIM = 9, ZDM_KPF_BUDDY = 10, ZDM_KPF_MMAP = 11,
	ZDM_KPF_ANON = 12, ZDM_KPF_SWAPCACHE = 13, ZDM_KPF_SWAPBACKED = 14,
	ZDM_KPF_COMPOUND_HEAD = 15, ZDM_KPF_COMPOUND_TAIL = 16, ZDM_KPF_HUGE = 17,
	ZDM_KPF_UNEVICTABLE = 18, ZDM_KPF_HWPOISON = 19, ZDM_KPF_NOPAGE = 20, ZDM_KPF_KSM = 21,
	ZDM_KPF_THP = 22, ZDM_KPF_OFFLINE = 23, ZDM_KPF_ZERO_PAGE = 24, ZDM_KPF_IDLE = 25,
	ZDM_KPF_PGTABLE = 26,
	/* for kernel hackers (include/linux/kernel-page-flags.h) */
	ZDM_KPF_RESERVED = 32, ZDM_KPF_MLOCKED = 33, ZDM_KPF_OWNER_2 = 34, ZDM_KPF_PRIVATE = 35,
	ZDM_KPF_PRIVATE_2 = 36, ZDM_KPF_OWNER_PRIVATE = 37, ZDM_KPF_ARCH = 38,
	ZDM_KPF_UNCACHED = 39, ZDM_KPF_SOFTDIRTY = 40, ZDM_KPF_ARCH_2 = 41, ZDM_KPF_ARCH_3 = 42,
	ZDM_NR_KPF = 43
};

struct zdm_kpageflags_page {
	/*
	 * OK; INVAL: the memmap must not be believed, or it is not known whether
	 * (cls says which, and found what if it is for the bytes alone); ABSENT: no
	 * struct page; UNREADABLE: not in the dump; CORRUPT: a tail page whose head
	 * cannot be. flags and count only if OK.
	 */
	enum zdm_status status;
	enum zdm_class cls;
	const char *found;		/* what speaks against the bytes; static, or NULL */
	uint64_t flags;			/* bits by enum zdm_kpf */
	uint64_t count;			/* as kpagecount: how often it is mapped */
	enum zdm_status cgroup_status;	/* ABSENT: this kernel has no memory cgroups */
	uint64_t cgroup;		/* as kpagecgroup: inode, 0: none */
};

struct zdm_kpageflags;

/*
 * Begin to look at pages; s and m must outlive the view. ABSENT: a constant or
 * member that cannot be done without is not known, err says which, and what would
 * help is ZDM_HINT_DEBUG_INFO; UNSUPPORTED: the kernel marks page types in a way that is not known here.
 */
ZDM_API enum zdm_status zdm_kpageflags_open(const struct zdm_session *s, const struct zdm_model *m,
					    struct zdm_kpageflags **ret, char *err, size_t err_len);
ZDM_API void zdm_kpageflags_close(struct zdm_kpageflags *v);
/* One page frame. Cheap when asked in ascending order. */
ZDM_API void zdm_kpageflags_get(struct zdm_kpageflags *v, uint64_t pfn,
				struct zdm_kpageflags_page *ret);
/* Would the kernel's own pfn_to_online_page() answer, so that /proc shows the page? */
ZDM_API bool zdm_kpageflags_online(const struct zdm_kpageflags *v, uint64_t pfn);

/* As page-types prints it: letters ("__RUDlA___…") and names ("referenced,uptodate"). */
#define ZDM_KPF_LETTERS_LEN 65
#define ZDM_KPF_NAMES_LEN 512
ZDM_API void zdm_kpf_letters(uint64_t flags, char buf[ZDM_KPF_LETTERS_LEN]);
ZDM_API void zdm_kpf_names(uint64_t flags, char buf[ZDM_KPF_NAMES_LEN]);

/*
 * [start_pfn, end_pfn) as a summary by set of flags, or run by run. What must
 * not be believed is counted and named, never read.
 */
ZDM_API enum zdm_status zdm_report_kpageflags(struct zdm_kpageflags *v, uint64_t start_pfn,
					      uint64_t end_pfn, bool list,
					      const struct zdm_sink *out);
/*
 * Write the flags as page-types -F reads them: 64 bits a PFN, up to the end of
 * the last online section. What the kernel does not show is NOPAGE.
 * stop_fn (may be NULL) is asked now and then whether to give up: STOPPED. IO: out would not
 * take more.
 */
ZDM_API enum zdm_status zdm_kpageflags_write(struct zdm_kpageflags *v, const struct zdm_sink *out,
					     bool (*stop_fn)(void *priv), void *priv);
/*
 * The same into a new file; one that is there is not overwritten. Written aside and renamed:
 * on failure there is no such file, and err says why.
 */
ZDM_API enum zdm_status zdm_kpageflags_save(struct zdm_kpageflags *v, const char *path,
					    bool (*stop_fn)(void *priv), void *priv,
					    char *err, size_t err_len);

#ifdef __cplusplus
}
#endif
#endif

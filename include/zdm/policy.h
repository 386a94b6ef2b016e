/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a dump keeps: the one policy of carve, the patch and the extension. */
#ifndef ZDM_POLICY_H
#define ZDM_POLICY_H

#include <zdm/zdm.h>

#ifdef __cplusplus
extern "C" {
#endif

enum zdm_keep {
	ZDM_KEEP = 0,		/* in any case */
	ZDM_KEEP_HOST,		/* as the host's own rules decide */
	ZDM_DROP,
};

/* The bit of makedumpfile's dump level that drops user data. */
#define ZDM_DUMP_LEVEL_USER 8

/* The struct pages that makedumpfile reads at once, in all its versions. */
#define ZDM_CHUNK_PAGES 512

struct zdm_policy {
	int dump_level;			/* makedumpfile -d; only ZDM_DUMP_LEVEL_USER matters */
	/* Also RAM frames that hold struct pages of device frames not kept in the dump. */
	bool drop_device_memmap;
};

/* What becomes of the frames of a class. */
ZDM_API enum zdm_keep zdm_policy_class(const struct zdm_policy *p, enum zdm_class cls);

/* Frames of one fate, by PFN; sorted, gap-free, adjacent ones differ. */
struct zdm_keep_range {
	uint64_t start_pfn, end_pfn;
	enum zdm_keep keep;
	enum zdm_class cls;	/* of the frames; for memmap frames that go, the class they are of */
	bool memmap;		/* dropped because it holds nothing but invalid struct pages */
};

/*
 * The fate of every frame of the model, the RAM frames of the memmap that hold
 * nothing but invalid struct pages included. A memmap frame goes only when all
 * struct pages of every chunk_pages-aligned chunk that touches it are invalid
 * (makedumpfile reads 512 at a time). Caller frees *ret with free().
 */
ZDM_API enum zdm_status zdm_policy_ranges(const struct zdm_session *s, const struct zdm_model *m,
					  const struct zdm_policy *p, uint64_t chunk_pages,
					  struct zdm_keep_range **ret, size_t *nr);

/*
 * True: every section is RAM from boot, online, and never held a device, so that a
 * filter has nothing to drop but frames without a section, at which makedumpfile does
 * not look (absent ones, and pending ones whose sections are still to come).
 * Costs a few reads. False says nothing: build the model.
 */
ZDM_API bool zdm_policy_boot_ram_only(const struct zdm_reader_ops *ops, void *priv);

#ifdef __cplusplus
}
#endif
#endif

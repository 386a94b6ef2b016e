/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest's /proc/kpageflags, kpagecount and kpagecgroup said, kept in the
 * guest's own memory until the dump: written by kpage_snap, found in the dump
 * by tests/tools/cmp_kpage.c. All frames are told by number, so that the dump
 * alone suffices: a header frame, index frames, data frames.
 */
#ifndef KPAGE_SNAP_H
#define KPAGE_SNAP_H

#include <stdint.h>

#define KPAGE_MAGIC "ZDM-KPAGE-SNAP-1"
#define KPAGE_FRAME 4096u
#define KPAGE_FILES 3u		/* kpageflags, kpagecount, kpagecgroup */
#define KPAGE_SLOTS 2u		/* written in turn */
#define KPAGE_PER_INDEX (KPAGE_FRAME / sizeof(uint64_t))
#define KPAGE_MAX_INDEX 448u

/*
 * Data frame n holds values n * 512 to n * 512 + 511 of the array
 * value[slot][file][pfn]; every file is padded to whole frames.
 */
struct kpage_header {
	char magic[16];
	uint64_t nr_pfns;			/* as long as the files are */
	uint64_t file_frames;			/* of one file in one slot */
	uint64_t seq[KPAGE_SLOTS];		/* of the snapshot in it; 0: being written */
	uint64_t reserved[4];
	uint64_t index_pfn[KPAGE_MAX_INDEX];	/* frames with the PFNs of the data frames */
};

#endif

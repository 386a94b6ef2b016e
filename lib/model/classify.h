/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* classify: from facts to a verdict; a pure function, the heart of zdm. */
#ifndef ZDM_LIB_CLASSIFY_H
#define ZDM_LIB_CLASSIFY_H

#include "kernel/kfeat.h"
#include "model/looks.h"

enum zdm_altmap_part { ZDM_PART_NONE = 0, ZDM_PART_RESERVE, ZDM_PART_BACKING };

/* All that is known of a stretch of PFNs on which none of it changes. */
struct zdm_facts {
	const struct zdm_kfeat *feat;
	bool online_flag;		/* the kernel has SECTION_IS_ONLINE */
	/* section */
	const struct zdm_section *section;	/* NULL: not present */
	enum zdm_status gap_status;	/* not OK: the section table is missing here */
	uint64_t gap_kaddr;
	enum zdm_tri bit;		/* sub-section bit */
	enum zdm_tri sampled_device;	/* struct pages say ZONE_DEVICE, where sampled */
	enum zdm_look_found look;	/* this stretch's own, where each was looked at */
	bool page_shared;		/* a sub-section whose memmap is in the same page has a clear bit */
	bool deferred;			/* boot had not initialised the struct pages yet */
	/* memory block */
	enum zdm_status blocks_status;	/* OK: no block means that there is none */
	const struct zdm_block *block;	/* NULL: none known */
	/* the kernel's record of RAM */
	enum zdm_tri ram;		/* System RAM by iomem_resource; UNKNOWN: not readable */
	bool ram_unread;		/* the record exists, and cannot be read here */
	enum zdm_tri ram_around;	/* the same of any frame of its sub-section */
	enum zdm_tri spanned;		/* by a zone of RAM; UNKNOWN: not readable */
	/* look-up */
	enum zdm_status pgmaps_status;	/* OK: no entry means no pgmap */
	bool has_entry;
	enum zdm_status entry_status;
	uint64_t entry_kaddr;		/* what is wrong with it */
	const struct zdm_pgmap *pgmap;	/* of the entry */
	int32_t pgmap_index;
	int64_t range;			/* of pgmap->ranges, -1: none covers it */
	enum zdm_altmap_part part;
	enum zdm_tri pages_done;	/* kernels without nr_range */
	enum zdm_tri reserve_done;	/* of the altmap of which this is the reserve */
	enum zdm_tri backing_done;	/* of an unfinished range: its altmap part */
	bool shares_section;		/* another part of the section has a live entry */
	enum zdm_tri shares_done;	/* and all struct pages of that device are written */
	/* memmap */
	enum zdm_memmap where;
	enum zdm_in_dump in_dump;
	uint64_t where_kaddr;
	uint64_t page_kaddr;		/* the first struct page of the stretch */
};

struct zdm_verdict {
	enum zdm_class cls;
	enum zdm_tri valid;
	enum zdm_reason reason;
	int32_t pgmap;			/* index, -1: none */
	uint64_t evidence_kaddr;
};

struct zdm_verdict zdm_classify(const struct zdm_facts *f);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kdump: one file in the kdump-compressed format, as makedumpfile and QEMU
 * write it: what its headers say, and its pages. Every descriptor is checked
 * against the end of the file before it is believed.
 */
#ifndef ZDM_DUMPFILE_KDUMP_H
#define ZDM_DUMPFILE_KDUMP_H

#include "dumpfile/input.h"
#include "dumpfile/notes.h"

#define KDUMP_HEAD_BYTES 464u

struct kdump;

/* True if the input starts like a kdump-compressed (or diskdump) file. */
bool kdump_file_probe(struct input *in);
/*
 * ZDM_OK, and then the input is the kdump's own; or another status with one
 * line in err. kdump_file_close() takes NULL.
 */
enum zdm_status kdump_file_open(struct input *in, struct kdump **ret, char *err, size_t err_len);
void kdump_file_close(struct kdump *k);

struct kdump_info {
	uint8_t head[KDUMP_HEAD_BYTES];	/* the header as it stands */
	uint64_t page_bytes;		/* the block size, which QEMU sets by its own idea of a page */
	uint64_t max_pfn;		/* of the dump, all parts together */
	bool is_part;			/* makedumpfile --split: of pages [start_pfn, end_pfn) only */
	uint64_t start_pfn, end_pfn;
	char machine[66];		/* as in utsname; QEMU 10 writes "Unknown" */
	bool incomplete;		/* makedumpfile could not write all of it */
	struct notes notes;
	char *vmcoreinfo;		/* NULL: none */
	size_t vmcoreinfo_len;
};

const struct kdump_info *kdump_file_info(const struct kdump *k);
struct input *kdump_file_input(struct kdump *k);

/* len bytes within one page. UNREADABLE: not stored, or damaged; NOMEM. */
enum zdm_status kdump_file_read(struct kdump *k, uint64_t pfn, uint32_t off, void *buf, size_t len);
/* Is the page stored in full, and up to which PFN (exclusive) the same. */
enum zdm_status kdump_file_present(struct kdump *k, uint64_t pfn, bool *present, uint64_t *end_pfn);

/* Did the end of the file prove to be missing? */
bool kdump_file_truncated(const struct kdump *k);
/* Reads that failed though the page is there. */
uint64_t kdump_file_bad_pages(const struct kdump *k);

#endif

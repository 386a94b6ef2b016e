/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elfmap: an ELF vmcore: which physical bytes it stores, and where, and its
 * notes. Where a segment has no bytes in the file there is nothing: neither
 * padding nor what lies behind the end of a truncated file is ever contents.
 */
#ifndef ZDM_DUMPFILE_ELFMAP_H
#define ZDM_DUMPFILE_ELFMAP_H

#include "dumpfile/input.h"
#include "dumpfile/notes.h"

struct elfmap_extent {
	uint64_t start_paddr, end_paddr;
	uint64_t off;			/* in the file; ELFMAP_ZERO_OFF: no bytes, all zero */
};

#define ELFMAP_ZERO_OFF UINT64_MAX	/* capsules only */

enum elfmap_kind { ELFMAP_MISSING, ELFMAP_STORED, ELFMAP_ZERO };

struct elfmap {
	struct elfmap_extent *extent;	/* sorted, not overlapping, as few as can be */
	size_t nr, room;
	struct notes notes;		/* of all PT_NOTE segments, one after another */
	uint16_t machine;		/* e_machine */
	bool is_capsule;
	uint64_t missing_bytes;		/* that headers promise and the file lacks */
	uint64_t bad_segments;		/* left out: their numbers cannot be true */
};

/* True if the input starts like an ELF file. */
bool elfmap_probe(struct input *in);
/* ZDM_OK, or another status with one line in err. elfmap_close() takes NULL. */
enum zdm_status elfmap_open(struct input *in, struct elfmap **ret, char *err, size_t err_len);
void elfmap_close(struct elfmap *m);

/*
 * What is known of this byte, and up to where (exclusive) the answer holds. The
 * part of a segment beyond p_filesz is MISSING: makedumpfile leaves out excluded
 * pages so. Only in a capsule does it mean zeros, as ELF has it.
 */
enum elfmap_kind elfmap_at(const struct elfmap *m, const struct input *in, uint64_t paddr,
			   uint64_t *end_paddr);
/* Is this byte known, and up to where (exclusive) does the answer hold? */
bool elfmap_present(const struct elfmap *m, const struct input *in, uint64_t paddr,
		    uint64_t *end_paddr);
/* All bytes of a stretch; UNREADABLE if one is missing. */
enum zdm_status elfmap_read(const struct elfmap *m, struct input *in, uint64_t paddr, void *buf,
			    size_t len);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elfmap: which physical bytes an ELF vmcore really stores, and its notes.
 *
 * libkdumpfile answers reads by whole pages and pads with zeros what a page
 * has no file bytes for: the tail of a segment, the page just before one, and
 * whatever lies behind the end of a truncated file. zdm must never take such
 * padding for contents, so it keeps its own list of what is there.
 */
#ifndef ZDM_ELFMAP_H
#define ZDM_ELFMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elfmap_extent {
	uint64_t start_paddr, end_paddr;
	bool zero;			/* no bytes in the file: all zero; capsules only */
};

enum elfmap_kind { ELFMAP_MISSING, ELFMAP_STORED, ELFMAP_ZERO };

struct elfmap {
	struct elfmap_extent *extent;	/* sorted, not overlapping, as few as can be */
	size_t nr;
	uint8_t *notes;			/* all PT_NOTE segments, one after another */
	size_t notes_bytes;
	uint16_t machine;		/* e_machine */
	uint64_t missing_bytes;		/* that headers promise and the file lacks */
	uint64_t bad_segments;		/* left out: their numbers cannot be true */
};

/* True if fd starts like an ELF file. */
bool elfmap_probe(int fd);
/*
 * Read the headers; file_bytes UINT64_MAX: not known (a device). Returns 0, or
 * -1 with one line in err. elfmap_close() takes NULL.
 */
int elfmap_open(int fd, uint64_t file_bytes, struct elfmap **ret, char *err, size_t err_len);
void elfmap_close(struct elfmap *m);

/*
 * What is known of this byte, and up to where (exclusive) the answer holds. The
 * part of a segment beyond p_filesz is MISSING: makedumpfile leaves out excluded
 * pages so. Only in a capsule does it mean zeros, as ELF has it.
 */
enum elfmap_kind elfmap_at(const struct elfmap *m, uint64_t paddr, uint64_t *end_paddr);
/* Are all bytes known? */
bool elfmap_covers(const struct elfmap *m, uint64_t paddr, uint64_t len);
/* Is this byte known, and up to where (exclusive) does the answer hold? */
bool elfmap_present(const struct elfmap *m, uint64_t paddr, uint64_t *end_paddr);

/* A note by name and type; its contents borrowed from m, NULL if there is none. */
const uint8_t *elfmap_note(const struct elfmap *m, const char *name, uint32_t type, size_t *len);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* notes: the ELF notes of a dump, from whatever kind of file. */
#ifndef ZDM_DUMPFILE_NOTES_H
#define ZDM_DUMPFILE_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dumpfile/input.h"

struct notes {
	uint8_t *v;
	size_t bytes, room;
};

/* A note as it stands; borrowed from its list. */
struct note {
	const char *name;	/* name_len bytes, the final zero not counted */
	size_t name_len;
	uint32_t type;
	const uint8_t *desc;
	size_t desc_len;
};

/*
 * Append a list that stands in the file. ABSENT: it is not there in full;
 * UNSUPPORTED: more than a dump may have; NOMEM, UNREADABLE.
 */
enum zdm_status notes_add_segment(struct notes *n, struct input *in, uint64_t off, uint64_t bytes);
/* Append one note. */
bool notes_add(struct notes *n, const char *name, uint32_t type, const void *desc, size_t len);
void notes_deinit(struct notes *n);

/* The note at *off, which moves to the next one. False: no more, or damaged from here on. */
bool notes_next(const struct notes *n, size_t *off, struct note *ret);
/* The first one of this name and type; NULL if there is none. */
const uint8_t *notes_find(const struct notes *n, const char *name, uint32_t type, size_t *len);
/* Do the notes tell of a Xen hypervisor? */
bool notes_of_xen(const struct notes *n);

#endif

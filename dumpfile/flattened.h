/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flattened: dumps written as a stream (makedumpfile -F, QEMU's kdump-zlib):
 * records of where each stretch of the real file belongs, in any order; a
 * later record replaces what an earlier one wrote. Nothing is rearranged: an
 * index says where each byte stands.
 */
#ifndef ZDM_DUMPFILE_FLATTENED_H
#define ZDM_DUMPFILE_FLATTENED_H

#include <zdm/reader.h>

struct flattened;

bool flattened_probe(int fd);

/* Read the records' headers. ZDM_OK, or another status with one line in err. */
enum zdm_status flattened_open(int fd, uint64_t file_bytes, struct flattened **ret, char *err,
			       size_t err_len);
void flattened_close(struct flattened *f);

/* Size of the dump itself: the end of what the records cover. */
uint64_t flattened_bytes(const struct flattened *f);
/* The end mark is missing, or a record is cut off. */
bool flattened_cut_off(const struct flattened *f);

struct flattened_part {
	uint64_t at;		/* in the file, if stored */
	uint64_t len;		/* to where the answer holds */
	bool stored;		/* false: no record wrote here */
};

/* Where the byte at off stands. CORRUPT, UNREADABLE: a header is not what it was. */
enum zdm_status flattened_find(struct flattened *f, uint64_t off, struct flattened_part *ret);
/* Did a record write the byte at off, and up to where (exclusive) is that so. */
bool flattened_has(const struct flattened *f, uint64_t off, uint64_t *end_off);

#endif

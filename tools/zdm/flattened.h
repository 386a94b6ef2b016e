/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flattened: dumps written as a stream (makedumpfile -F, QEMU's kdump-zlib):
 * records of where each stretch of the real file belongs, in any order.
 */
#ifndef ZDM_FLATTENED_H
#define ZDM_FLATTENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress;

bool flattened_probe(int fd);

struct flattened_result {
	int fd;			/* an unlinked temporary file: the dump itself */
	bool truncated;		/* the end mark is missing, or a record is cut off */
};

/* Put the stretches where they belong. Returns 0, or -1 with one line in err. */
int flattened_rearrange(int fd, uint64_t file_bytes, struct progress *p,
			struct flattened_result *ret, char *err, size_t err_len);

#endif

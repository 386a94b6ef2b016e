/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flat_file: positioned reads of a dump file, which may be in makedumpfile's
 * flattened form: records (offset, size, bytes) in the order of writing, where
 * a later record replaces what an earlier one wrote.
 */
#ifndef ZDM_CRASH_FLAT_FILE_H
#define ZDM_CRASH_FLAT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flat_record {
	uint64_t off, len;	/* in the file that is meant */
	uint64_t at;		/* where the bytes are in this one */
};

struct flat_file {
	int fd;
	uint64_t size;			/* bytes, of the file that is meant */
	struct flat_record *records;	/* NULL: not flattened */
	size_t nr;
};

bool flat_file_open(struct flat_file *f, const char *path);
void flat_file_close(struct flat_file *f);
/* All of len bytes or false. What no record wrote reads as zero, as in a sparse file. */
bool flat_file_read(const struct flat_file *f, uint64_t off, void *buf, size_t len);

#endif

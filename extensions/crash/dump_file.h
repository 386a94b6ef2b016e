/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump_file: which page frames a dump file holds, from its own headers. crash
 * cannot be asked: it reads past the end of an ELF segment, hands out zeros for
 * the part of a segment that has no bytes in the file, and keeps the bitmaps of
 * compressed dumps to itself.
 */
#ifndef ZDM_CRASH_DUMP_FILE_H
#define ZDM_CRASH_DUMP_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct dump_file;

/*
 * ELF vmcores and kdump-compressed dumps, flattened ones too. NULL: another
 * format, split over files, or damaged; the reader then has to try each page.
 */
struct dump_file *dump_file_open(const char *path);
void dump_file_close(struct dump_file *d);

/*
 * Does the file hold the byte at paddr, and up to where (exclusive) is the
 * answer the same.
 */
bool dump_file_has(const struct dump_file *d, uint64_t paddr, uint64_t *end_paddr);

#endif

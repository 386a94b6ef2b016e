/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kdumphdr: where a kdump-compressed file stores each page. libkdumpfile reads
 * such files; but it takes what lies behind the end of a truncated one for
 * zeros, which for an uncompressed page gives a page of zeros. This is the
 * check before each read.
 */
#ifndef ZDM_KDUMPHDR_H
#define ZDM_KDUMPHDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kdumphdr;

/* True if fd starts like a kdump-compressed (or diskdump) file. */
bool kdumphdr_probe(int fd);
/*
 * Returns 0; or -1 with one line in err. *ret is NULL where the file is of a
 * kind that cannot be checked (32 bit, big endian).
 */
int kdumphdr_open(int fd, uint64_t file_bytes, struct kdumphdr **ret, char *err, size_t err_len);
void kdumphdr_close(struct kdumphdr *h);

/* Is this page (by PFN) stored in full? */
bool kdumphdr_has_page(struct kdumphdr *h, uint64_t pfn);
/* Its machine as uname -m, "" if it does not say. */
void kdumphdr_machine(const struct kdumphdr *h, char *buf, size_t len);
/* Is it one file of a set, as makedumpfile --split writes them? */
bool kdumphdr_is_part(const struct kdumphdr *h);
/* Did a page's data prove to lie behind the end of the file? */
bool kdumphdr_truncated(const struct kdumphdr *h);

#endif

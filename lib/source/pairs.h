/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * KEY=value lines: the text form that VMCOREINFO and layout files share.
 */
#ifndef ZDM_LIB_SOURCE_PAIRS_H
#define ZDM_LIB_SOURCE_PAIRS_H

#include "source/priv.h"

struct zdm_pair {
	const char *key;	/* terminated, like value */
	const char *value;
	uint32_t line_nr;	/* in the text, from 1 */
	bool bad;		/* not KEY=value; key and value are NULL */
	bool conflict;		/* after zdm_pairs_index(): given twice with different values */
};

struct zdm_pairs {
	char *buf;
	struct zdm_pair *lines;
	size_t nr_lines;
	uint64_t kernel_offset;		/* taken off each kernel address */
};

/*
 * Copy and split text. Lines end at '\n' or a NUL byte; empty lines and
 * comments (#) are dropped, all others kept in order, bad ones marked.
 */
enum zdm_status zdm_pairs_init(struct zdm_pairs *t, const char *text, size_t len);
void zdm_pairs_deinit(struct zdm_pairs *t);

/* Drop bad lines, merge duplicates and sort; look-ups work from here on. */
void zdm_pairs_index(struct zdm_pairs *t);

/* ABSENT: no such key; CORRUPT: given twice with different values. */
enum zdm_status zdm_pairs_find(const struct zdm_pairs *t, const char *key, const char **value);

/* The whole string is a number that fits: hex with or without 0x; unsigned; signed. */
bool zdm_pairs_hex(const char *value, uint64_t *ret);
bool zdm_pairs_unsigned(const char *value, uint64_t *ret);
bool zdm_pairs_signed(const char *value, int64_t *ret);

/* Make an indexed text a source; owns t (from malloc) on success only. */
enum zdm_status zdm_pairs_source_create(struct zdm_pairs *t, const char *name,
					struct zdm_source **ret);

#endif

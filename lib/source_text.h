/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * KEY=value lines: the text form that VMCOREINFO and layout files share.
 */
#ifndef ZDM_LIB_SOURCE_TEXT_H
#define ZDM_LIB_SOURCE_TEXT_H

#include "source_priv.h"

struct zdm_text_line {
	const char *key;	/* terminated, like value */
	const char *value;
	uint32_t line_nr;	/* in the text, from 1 */
	bool bad;		/* not KEY=value; key and value are NULL */
	bool conflict;		/* after zdm_text_index(): given twice with different values */
};

struct zdm_text {
	char *buf;
	struct zdm_text_line *lines;
	size_t nr_lines;
	uint64_t kernel_offset;		/* taken off each kernel address */
};

/*
 * Copy and split text. Lines end at '\n' or a NUL byte; empty lines and
 * comments (#) are dropped, all others kept in order, bad ones marked.
 */
enum zdm_status zdm_text_init(struct zdm_text *t, const char *text, size_t len);
void zdm_text_deinit(struct zdm_text *t);

/* Drop bad lines, merge duplicates and sort; look-ups work from here on. */
void zdm_text_index(struct zdm_text *t);

/* ABSENT: no such key; CORRUPT: given twice with different values. */
enum zdm_status zdm_text_find(const struct zdm_text *t, const char *key, const char **value);

/* The whole string is a number that fits: hex with or without 0x; unsigned; signed. */
bool zdm_text_hex(const char *value, uint64_t *ret);
bool zdm_text_unsigned(const char *value, uint64_t *ret);
bool zdm_text_signed(const char *value, int64_t *ret);

/* Make an indexed text a source; owns t (from malloc) on success only. */
enum zdm_status zdm_text_source_create(struct zdm_text *t, const char *name,
				       struct zdm_source **ret);

#endif

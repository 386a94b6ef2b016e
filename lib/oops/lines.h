/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lines: the lines of a cleaned text, without what loggers and mailers put in front. */
#ifndef ZDM_LIB_OOPS_LINES_H
#define ZDM_LIB_OOPS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oops_lines {
	const char *s, *end;
};

struct oops_line {
	const char *s, *end;	/* what the kernel said */
	const char *next;	/* where the next line begins */
	uint64_t caller;	/* printk's caller, as a number of our own; 0: not said */
};

/* The line at `at`; false at the end. */
bool oops_line_at(const struct oops_lines *l, const char *at, struct oops_line *ret);

#endif

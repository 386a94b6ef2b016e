/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * confine: work on hostile data in a child, with limits, so that whatever
 * becomes of it the caller goes on.
 */
#ifndef ZDM_CONFINE_H
#define ZDM_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct confine {
	uint64_t memory_bytes;	/* of its own; 0: no limit */
	uint64_t mapped_bytes;	/* files that it may map beside */
	unsigned int seconds;	/* 0: no limit */
};

enum confine_end {
	CONFINE_YES,		/* fn returned true */
	CONFINE_NO,		/* it returned false, and has said why */
	CONFINE_LOST,		/* it did not come back: err says what became of it */
};

/*
 * fn(priv) in a child. Of what it does only shared memory, files and what it
 * printed is left. Blocks for `seconds` and a little at most.
 */
enum confine_end confine_run(const struct confine *limits, bool (*fn)(void *priv), void *priv,
			     char *err, size_t err_len);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* progress: a line on a terminal for work that takes more than a second. */
#ifndef ZDM_PROGRESS_H
#define ZDM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool enabled;		/* stderr is a terminal, and not --quiet */
	bool shown;		/* a line stands there */
	const char *what;
	uint64_t done, total;	/* bytes; total 0: not known */
	uint64_t unasked;	/* bytes since the clock was last read */
	struct timespec next;	/* when to show the next line */
};

void progress_init(struct progress *p, bool quiet);
/* what: static text. All functions take NULL. */
void progress_begin(struct progress *p, const char *what, uint64_t total_bytes);
void progress_add(struct progress *p, uint64_t bytes);
/* Remove the line. */
void progress_end(struct progress *p);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window: a table of the dump's kernel, or bytes in memory, gone through in large pieces
 * of which one at a time is held.
 */
#ifndef ZDM_LIB_SOURCE_WINDOW_H
#define ZDM_LIB_SOURCE_WINDOW_H

#include <zdm/reader.h>

struct zdm_reader;

/* The most that zdm_window_get() hands out at once. */
#define ZDM_WINDOW_MAX (32u << 10)

struct zdm_window {
	struct zdm_reader *r;		/* NULL: buf is all of it, and borrowed */
	uint64_t kaddr, len;		/* of the table */
	uint8_t *buf;
	uint64_t start, have;		/* what of the table buf holds */
};

/* Of len bytes at kaddr, read when they are wanted. NOMEM. */
enum zdm_status zdm_window_open(struct zdm_window *w, struct zdm_reader *r, uint64_t kaddr,
				uint64_t len);
/* Of bytes that outlive it. */
void zdm_window_open_mem(struct zdm_window *w, const void *bytes, uint64_t len);
void zdm_window_close(struct zdm_window *w);

/* For zdm_window_get() alone. */
const uint8_t *zdm_window_fill(struct zdm_window *w, uint64_t off, uint64_t n, enum zdm_status *st);

/*
 * n bytes at off, until the next call; going backwards costs. NULL: *st is CORRUPT beyond the
 * table's end, or what the reader said.
 */
static inline const uint8_t *zdm_window_get(struct zdm_window *w, uint64_t off, uint64_t n,
					    enum zdm_status *st)
{
	if (off >= w->start && off - w->start <= w->have && n <= w->have - (off - w->start))
		return w->buf + (off - w->start);
	return zdm_window_fill(w, off, n, st);
}

#endif

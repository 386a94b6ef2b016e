// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "memory/reader.h"
#include "source/window.h"

#define PIECE_BYTES (64u << 10)
#define PAGE_BYTES 4096u

enum zdm_status zdm_window_open(struct zdm_window *w, struct zdm_reader *r, uint64_t kaddr,
				uint64_t len)
{
	*w = (struct zdm_window){ .r = r, .kaddr = kaddr, .len = len };
	if (kaddr + len < kaddr)
		w->len = -kaddr;
	w->buf = malloc(ZDM_WINDOW_MAX + PIECE_BYTES);
	return w->buf ? ZDM_OK : ZDM_NOMEM;
}

void zdm_window_open_mem(struct zdm_window *w, const void *bytes, uint64_t len)
{
	*w = (struct zdm_window){ .buf = (uint8_t *)bytes, .len = len, .have = len };
}

void zdm_window_close(struct zdm_window *w)
{
	if (w->r)
		free(w->buf);
	memset(w, 0, sizeof(*w));
}

/* One more piece behind what buf has; a page of it where the table may end before it does. */
static enum zdm_status read_piece(struct zdm_window *w)
{
	uint64_t off = w->start + w->have, kaddr = w->kaddr + off;
	uint64_t piece = PIECE_BYTES - kaddr % PIECE_BYTES, page = PAGE_BYTES - kaddr % PAGE_BYTES;
	enum zdm_status st;

	if (piece > w->len - off)
		piece = w->len - off;
	st = zdm_read_quietly(w->r, kaddr, w->buf + w->have, piece);
	if (st != ZDM_OK && st != ZDM_NOMEM && piece > page) {
		piece = page;
		st = zdm_read_quietly(w->r, kaddr, w->buf + w->have, piece);
	}
	if (st == ZDM_OK)
		w->have += piece;
	return st;
}

const uint8_t *zdm_window_fill(struct zdm_window *w, uint64_t off, uint64_t n, enum zdm_status *st)
{
	*st = ZDM_CORRUPT;
	if (!w->r || n > ZDM_WINDOW_MAX || off > w->len || n > w->len - off)
		return NULL;
	if (off >= w->start && off - w->start <= w->have) {
		w->have -= off - w->start;
		memmove(w->buf, w->buf + (off - w->start), w->have);
	} else {
		w->have = 0;
	}
	w->start = off;
	while (w->have < n) {
		*st = read_piece(w);
		if (*st != ZDM_OK)
			return NULL;
	}
	return w->buf;
}

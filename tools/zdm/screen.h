/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* screen: how wide it is, whether it has colours, and a pager for what is longer. */
#ifndef ZDM_SCREEN_H
#define ZDM_SCREEN_H

#include "cli.h"

/* Characters in a line: COLUMNS, or the terminal's; 0: standard output is no terminal. */
unsigned int screen_width(void);
/* The sink of what has escape sequences in it, and no strange bytes. */
bool screen_emit_raw(void *priv, const char *text, size_t len);
/* when: of --color, NULL for auto. False: it is none of always, never, auto. */
bool screen_colour(const char *when, bool *ret);
/*
 * On a terminal, standard output goes to $PAGER (less) from here on; screen_end() waits
 * for it.
 */
void screen_begin(void);
void screen_end(void);

#endif

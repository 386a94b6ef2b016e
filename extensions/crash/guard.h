/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard: what keeps crash's ways of failing out of the library. crash leaves a
 * command by longjmp (error(FATAL), Ctrl-C, a closed pager), and its dump
 * readers may hand out zeros for pages that the dump lacks. Between
 * guard_enter() and guard_leave() neither happens.
 */
#ifndef ZDM_CRASH_GUARD_H
#define ZDM_CRASH_GUARD_H

#include <stdbool.h>

/* Hold Ctrl-C back, and have excluded pages fail instead of reading as zeros. */
void guard_enter(void);
/*
 * Put things back as they were. A Ctrl-C held back is delivered here, and a
 * jump that guard_call() caught goes on from here: this may not return. The
 * caller holds nothing that would be lost.
 */
void guard_leave(void);

/*
 * Call into crash. False if it tried to leave the command: the jump ends
 * here. Everything of crash's that may jump is called through this.
 */
bool guard_call(void (*fn)(void *arg), void *arg);

/* Does the user want the prompt back, or has crash given up the command? */
bool guard_interrupted(void);

/* Did the user ask crash for zeros in place of missing pages? */
bool guard_zero_fill_wanted(void);

#endif

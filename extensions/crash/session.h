/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session: the one model of the dump that this crash has open, built when
 * first asked for. Never half of one: what a Ctrl-C interrupted is thrown away.
 */
#ifndef ZDM_CRASH_SESSION_H
#define ZDM_CRASH_SESSION_H

#include <zdm/zdm.h>

struct zdm_crash {
	struct zdm_session *s;
	struct zdm_model *m;
};

/*
 * Build it, or take the one that is there. Called between guard_enter() and
 * guard_leave(). NULL: err holds one line; or guard_interrupted() is true.
 */
const struct zdm_crash *session_get(char *err, size_t err_len);
/* What is wrong with the file, once, in a line; NULL: nothing, or it has been said. */
const char *session_damage(void);
void session_discard(void);

#endif

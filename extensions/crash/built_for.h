/* SPDX-License-Identifier: GPL-2.0-or-later */
/* built_for: is this the crash whose header the extension was built with? */
#ifndef ZDM_CRASH_BUILT_FOR_H
#define ZDM_CRASH_BUILT_FOR_H

#include <stdbool.h>
#include <stddef.h>

/* False with one line in why. Uses nothing of crash's but addresses. */
bool built_for_this_crash(char *why, size_t len);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* finddump: the dump in a directory, as kdump tools lay it there. */
#ifndef ZDM_FINDDUMP_H
#define ZDM_FINDDUMP_H

#include <stdbool.h>
#include <stddef.h>

bool finddump_is_directory(const char *path);
/* The one dump in it, or in one of its directories; free() it. NULL: why not, in err. */
char *finddump(const char *dir, char *err, size_t err_len);

#endif

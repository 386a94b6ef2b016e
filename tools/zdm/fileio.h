/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fileio: whole reads, and temporary files. */
#ifndef ZDM_FILEIO_H
#define ZDM_FILEIO_H

#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>

#include "dumpfile/fileio.h"

/* An unlinked file in TMPDIR (or /var/tmp, /tmp); -1 with one line in err. */
int fileio_temp(char *err, size_t err_len);

/* Do both names mean one file? */
bool fileio_same(const char *a, const char *b);

#endif

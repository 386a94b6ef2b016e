/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* formats: files that are no dump, or one that is not read, by their first bytes. */
#ifndef ZDM_DUMPFILE_FORMATS_H
#define ZDM_DUMPFILE_FORMATS_H

#include "dumpfile/input.h"

/* Why it is not read and what to do, as one line; NULL: nothing is known of it. */
const char *formats_refused(struct input *in);

#endif

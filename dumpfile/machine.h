/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine: uname -m of the dumped kernel, where the header does not tell. */
#ifndef ZDM_DUMPFILE_MACHINE_H
#define ZDM_DUMPFILE_MACHINE_H

#include <stdbool.h>

/* It will be shown: no bytes that do not belong in a name. */
void machine_clean(char *machine);
/* Is it a name at all? QEMU 10 writes "Unknown", other writers nothing. */
bool machine_is_known(const char *machine);

#endif

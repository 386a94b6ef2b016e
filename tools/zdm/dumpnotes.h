/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dumpnotes: the ELF notes of a dump that is not an ELF file. */
#ifndef ZDM_DUMPNOTES_H
#define ZDM_DUMPNOTES_H

#include <stddef.h>

struct zdm_dump;

/* PRSTATUS of every CPU, then VMCOREINFO; free() it. NULL: none, or no memory. */
void *dumpnotes_collect(struct zdm_dump *d, size_t *len);

#endif

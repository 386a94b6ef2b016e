/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zdm_testimony.ko offers to zdm_scenario.ko. */
#ifndef ZDM_TESTIMONY_H
#define ZDM_TESTIMONY_H

#ifndef ZDM_IMAGE
#include <linux/types.h>
#endif

/* Room for the text: garbage in struct pages breaks runs up, one line per PFN at worst. */
#define ZDM_TESTIMONY_BYTES (24UL << 20)

/*
 * Writes the testimony into buf. Returns its length, or -ENOSPC. Takes no lock and never sleeps,
 * so that a kprobe handler may call it with the kernel stopped half-way.
 */
long zdm_testimony_write(char *buf, size_t size);

#endif

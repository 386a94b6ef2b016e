/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machines: what arch_*.c define, for the list of arch.c. */
#ifndef ZDM_LIB_MACHINES_H
#define ZDM_LIB_MACHINES_H

#include "memory/arch.h"

extern const struct zdm_arch zdm_arch_x86_64;
extern const struct zdm_arch zdm_arch_arm64;

#endif

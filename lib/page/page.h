/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* page: what page/ knows of struct pages beside where their members lie. */
#ifndef ZDM_LIB_PAGE_H
#define ZDM_LIB_PAGE_H

#include "kernel/struct_page.h"
#include "model/compound.h"

/* As the kernel prints it, after a space (" Normal"); "" if not known. */
const char *zdm_zone_name(const struct zdm_session *s, int zone);

#endif

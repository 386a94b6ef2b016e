/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* geometry: sizes and shifts of one kernel, worked out once from kdef. */
#ifndef ZDM_LIB_GEOMETRY_H
#define ZDM_LIB_GEOMETRY_H

#include "kernel/session.h"

/* Fills s->g. ABSENT with a line in err when a required size is not known. */
enum zdm_status zdm_geometry_init(struct zdm_session *s, char *err, size_t err_len);

#endif

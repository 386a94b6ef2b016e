/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* viewblob: the view that zdm-preload.so reads, written from a plan. */
#ifndef ZDM_VIEWBLOB_H
#define ZDM_VIEWBLOB_H

#include "carving.h"

/* Into the empty file fd. False with err. */
bool viewblob_write(const struct carving *c, int fd, char *err, size_t err_len);

#endif

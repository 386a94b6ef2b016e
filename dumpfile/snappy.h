/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * snappy: unpacking only. The format is a page long, and libsnappy brings the
 * C++ library along: 2 MiB more in a kdump kernel.
 */
#ifndef ZDM_DUMPFILE_SNAPPY_H
#define ZDM_DUMPFILE_SNAPPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if packed[0..len) is a snappy block of out_len bytes, which are then in out. */
bool snappy_unpack(const uint8_t *packed, size_t len, uint8_t *out, size_t out_len);

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/opts.h"

enum zdm_status zdm_opts_take(void *own, size_t own_bytes, size_t least, const void *theirs)
{
	const unsigned char *from = theirs;
	size_t bytes, i;

	memcpy(&bytes, from, sizeof(bytes));
	if (bytes < least)
		return ZDM_INVAL;
	for (i = own_bytes; i < bytes; i++) {
		if (from[i])
			return ZDM_UNSUPPORTED;
	}
	memset(own, 0, own_bytes);
	memcpy(own, from, bytes < own_bytes ? bytes : own_bytes);
	memcpy(own, &own_bytes, sizeof(own_bytes));
	return ZDM_OK;
}

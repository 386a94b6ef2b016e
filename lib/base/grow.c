// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdint.h>
#include <stdlib.h>

#include "base/grow.h"

void *zdm_grow(void **array, size_t *cap, size_t nr, size_t bytes)
{
	if (nr == *cap) {
		size_t more = *cap ? 2 * *cap : 16;
		void *grown = more > SIZE_MAX / bytes ? NULL : realloc(*array, more * bytes);

		if (!grown)
			return NULL;
		*array = grown;
		*cap = more;
	}
	return (char *)*array + nr * bytes;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* search: places in sorted arrays. */
#ifndef ZDM_LIB_SEARCH_H
#define ZDM_LIB_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* Of nr elements of `bytes` each, the first whose uint64_t at `offset` is more than key; nr: none. */
static inline size_t zdm_search(const void *v, size_t nr, size_t bytes, size_t offset, uint64_t key)
{
	size_t lo = 0, hi = nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (*(const uint64_t *)((const char *)v + mid * bytes + offset) <= key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * Index of the first element of v, sorted by `member`, where that is more than key;
 * nr: none. With an exclusive end as the member: the first that ends beyond key.
 */
#define zdm_first_beyond(v, nr, member, key) \
	zdm_search((v), (nr), sizeof(*(v)), \
		   _Generic((v)->member, uint64_t: offsetof(__typeof__(*(v)), member)), (key))

/* The first where it is key or more. */
#define zdm_first_from(v, nr, member, key) \
	((key) ? zdm_first_beyond(v, nr, member, (key) - 1) : 0)

#endif

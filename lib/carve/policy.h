/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy: the fate of every frame, computed from a finished model. */
#ifndef ZDM_LIB_POLICY_H
#define ZDM_LIB_POLICY_H

#include <zdm/policy.h>
#include "memory/reader.h"

/* What the computation asks of the dump; any function may be NULL. */
struct zdm_policy_env {
	/* As zdm_walk_kaddr(). NULL: no memmap frame is dropped. */
	enum zdm_status (*walk_fn)(void *priv, uint64_t kaddr, struct zdm_leaf *ret);
	/* As present_fn of the door. NULL: every frame may be in the dump. */
	enum zdm_status (*present_fn)(void *priv, uint64_t paddr, bool *present,
				      uint64_t *end_paddr);
	void *priv;
};

/*
 * zdm_policy_ranges() without a session: ranges are those of a model, sorted
 * and gap-free. NOMEM, or INVAL when chunk_pages or the kernel's page sizes
 * are zero.
 */
enum zdm_status zdm_policy_compute(const struct zdm_kernel *k, const struct zdm_range *ranges,
				   size_t nr_ranges, const struct zdm_policy *p,
				   uint64_t chunk_pages, const struct zdm_policy_env *env,
				   struct zdm_keep_range **ret, size_t *nr);

#endif

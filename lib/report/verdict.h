/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verdict: the keys that say a verdict, wherever one stands in JSON. */
#ifndef ZDM_LIB_REPORT_VERDICT_H
#define ZDM_LIB_REPORT_VERDICT_H

#include "base/json.h"

/*
 * r NULL: a PFN beyond the last section and the last pgmap. valid: what is said at last,
 * where bytes were asked, too.
 */
void zdm_json_verdict(struct zdm_out *o, struct json_object *to, const struct zdm_model *m,
		      const struct zdm_range *r, enum zdm_tri valid);

#endif

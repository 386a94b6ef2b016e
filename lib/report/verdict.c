// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>

#include "report/report.h"
#include "report/verdict.h"

static void add_reason(struct zdm_out *o, struct json_object *to, const struct zdm_model *m,
		       const struct zdm_range *r)
{
	char *reason = zdm_reason_alloc(m, r);

	if (!reason)
		zdm_out_fail(o, ZDM_NOMEM);
	else
		zdm_json_str(o, to, "reason", reason);
	free(reason);
}

void zdm_json_verdict(struct zdm_out *o, struct json_object *to, const struct zdm_model *m,
		      const struct zdm_range *r, enum zdm_tri valid)
{
	enum zdm_class cls = r ? r->cls : ZDM_CLASS_ABSENT;
	int nr_case = zdm_verdict_case(cls, valid);

	zdm_json_str(o, to, "class", zdm_class_name(cls));
	zdm_json_str(o, to, "valid", zdm_tri_name(valid));
	zdm_json_opt(o, to, "case", nr_case, nr_case);
	zdm_json_opt(o, to, "pgmap", r && r->pgmap >= 0, r ? r->pgmap : -1);
	zdm_json_str(o, to, "memmap", zdm_memmap_name(r ? r->memmap : ZDM_MEMMAP_NONE));
	zdm_json_str(o, to, "in_dump", zdm_in_dump_name(r ? r->in_dump : ZDM_IN_DUMP_NO));
	if (r)
		add_reason(o, to, m, r);
	else
		zdm_json_str(o, to, "reason", "beyond the last section and the last pgmap");
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* oops: the postmortem of a text, without a dump. */
#include <zdm/oops.h>

#include "target.h"

void target_oops(const uint8_t *data, size_t len)
{
	struct zdm_oops_result res = { 0 };
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);
	struct zdm_oops *o = NULL;

	if (zdm_oops_new(&o) != ZDM_OK)
		die("out of memory");
	zdm_oops_add_text(o, "text", (const char *)data, len);
	zdm_oops_foreign(o, NULL);
	sheet_new(&p);
	if (zdm_oops_report(NULL, NULL, o, &out, &res) != ZDM_OK || memchr(p.text, 0, p.len))
		target_fail("the report is no text");
	if (res.of_degree[ZDM_OOPS_PROVEN])
		target_fail("proven by a dump that there is not");
	sheet_new(&p);
	if (zdm_oops_report_json(NULL, NULL, o, &out, NULL) != ZDM_OK)
		target_fail("there is no JSON");
	sheet_must_be_json(&p, true);
	sheet_free(&p);
	zdm_oops_free(o);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* look: one struct page in the dump: structure gives the verdict, its bytes have a veto. */
#include <string.h>

#include <zdm/page.h>

#include "oops/judge.h"

void oops_look(const struct oops_case *c, uint64_t pfn, struct oops_look *ret)
{
	struct zdm_page_judgement j;

	memset(ret, 0, sizeof(*ret));
	ret->r = oops_range(c, pfn);
	ret->read = zdm_page_judge(c->s, c->m, pfn, &j) == ZDM_OK;
	ret->valid = j.valid;
	ret->vetoed = j.valid == ZDM_NO && j.structure != ZDM_NO;
	zdm_judgement_text(&j, ret->found, sizeof(ret->found));
	if (ret->read)
		memcpy(ret->word, j.page.bytes, sizeof(ret->word));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* One page frame: what the structures say, and what its bytes say of that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "page/veto.h"

/* The values behind the words, where there are some to show. */
static void found_text(struct zdm_page_judgement *j, enum zdm_veto why)
{
	const struct zdm_page *p = &j->page;
	struct zdm_text t;

	zdm_text_init(&t, j->found, sizeof(j->found));
	switch (why) {
	case ZDM_VETO_ONES:
	case ZDM_VETO_FILL:
		zdm_textf(&t, "every byte is 0x%02x", p->bytes[0]);
		break;
	case ZDM_VETO_ZEROS:
		zdm_textf(&t, "every byte is zero");
		break;
	case ZDM_VETO_PATTERN:
		zdm_textf(&t, "every word is %016" PRIx64, p->flags);
		break;
	case ZDM_VETO_POISON:
		zdm_textf(&t, "its flags are all ones");
		break;
	case ZDM_VETO_ZONE:
		zdm_textf(&t, "its zone would be %d, and this kernel has none of that number",
			  p->zone);
		break;
	case ZDM_VETO_NODE:
		zdm_textf(&t, "its node would be %d, and this machine has none of that number",
			  p->node);
		break;
	case ZDM_VETO_HEAD:
		zdm_textf(&t, "it would be a tail of %016" PRIx64 ", no struct page before it",
			  p->head_kaddr);
		break;
	case ZDM_VETO_REFCOUNT:
		zdm_textf(&t, "its reference count would be %d", p->refcount);
		break;
	case ZDM_VETO_EMPTY_ZONE:
		zdm_textf(&t, "zone %d of node %d, which has no pages", p->zone, p->node);
		break;
	default:
		zdm_textf(&t, "%s", zdm_veto_words(why));
		break;
	}
}

/* Structure and bytes together: bytes take away, they never give. */
static enum zdm_tri together(const struct zdm_page_judgement *j)
{
	if (j->structure == ZDM_NO || j->bytes == ZDM_BYTES_NEVER)
		return ZDM_NO;
	return j->found[0] ? ZDM_UNKNOWN : j->structure;
}

enum zdm_status zdm_page_judge(const struct zdm_session *s, const struct zdm_model *m, uint64_t pfn,
			       struct zdm_page_judgement *ret)
{
	struct zdm_vetoes v;
	enum zdm_veto why;

	memset(ret, 0, sizeof(*ret));
	ret->range = zdm_range_find(m, pfn);
	ret->structure = ret->range ? ret->range->valid : ZDM_NO;
	ret->status = zdm_page_read(s, m, pfn, &ret->page);
	if (ret->status == ZDM_OK) {
		zdm_vetoes_init(&v, s, m);
		why = zdm_veto_page(&v, ret->range, pfn, ret->page.bytes);
		zdm_vetoes_deinit(&v);
		ret->bytes = zdm_veto_bytes(why);
		if (why != ZDM_VETO_NONE)
			found_text(ret, why);
	}
	ret->valid = together(ret);
	return ret->status;
}

size_t zdm_judgement_text(const struct zdm_page_judgement *j, char *buf, size_t len)
{
	static const char *const says[] = {
		[ZDM_UNKNOWN] = "the structures leave it open", [ZDM_NO] = "structure says invalid",
		[ZDM_YES] = "structure says valid",
	};
	struct zdm_text t;

	zdm_text_init(&t, buf, len);
	if (j->found[0])
		zdm_textf(&t, "%s, its bytes %s: %s", says[j->structure],
			  j->bytes == ZDM_BYTES_NEVER ? "say never initialised" :
			  j->bytes == ZDM_BYTES_CONTRADICT ? "speak against it" :
			  "leave it open", j->found);
	return t.len;
}

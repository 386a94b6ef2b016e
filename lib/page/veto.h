/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * veto: can these bytes be an initialised struct page? Structure gives the
 * verdict; bytes cannot make a struct page valid, but they can show that it is
 * not. One room for all that look: single pages, check, the sample, kpage.
 */
#ifndef ZDM_LIB_VETO_H
#define ZDM_LIB_VETO_H

#include <zdm/page.h>

#include "page/page.h"

/* What was found; zdm_veto_words() has the words. */
enum zdm_veto {
	ZDM_VETO_NONE = 0,	/* nothing speaks against the verdict */
	ZDM_VETO_ONES,		/* never initialised: */
	ZDM_VETO_FILL,
	ZDM_VETO_PATTERN,
	ZDM_VETO_ZEROS,
	ZDM_VETO_POISON,
	ZDM_VETO_ZONE,
	ZDM_VETO_NODE,
	ZDM_VETO_HEAD,
	ZDM_VETO_REFCOUNT,	/* initialised perhaps, but not as the verdict has it: */
	ZDM_VETO_EMPTY_ZONE,
	ZDM_VETO_IS_DEVICE,
	ZDM_VETO_NOT_DEVICE,
	ZDM_VETO_TAIL_PGMAP,
	ZDM_VETO_NO_PGMAP,
	ZDM_VETO_NOT_LINKED,
	ZDM_VETO_ZEROS_OPEN,	/* proves nothing */
	ZDM_NR_VETOS
};

/* What is needed of a kernel, worked out once; many pages are asked about. */
struct zdm_vetoes {
	const struct zdm_session *s;
	const struct zdm_model *m;
	struct zdm_page_layout l;
	uint64_t nr_zones;			/* 0: not known */
	bool nodes_read;			/* the next three are filled in */
	struct zdm_node_zones {
		bool exists;
		uint16_t spans;			/* a bit for each zone that has pages */
	} *nodes;
	unsigned int nr_nodes;			/* 0: not known which there are */
	bool zones_known;			/* and which of their zones have pages */
	uint64_t head_kaddr, head_word1;	/* the head page looked at last */
	enum zdm_status head_status;
};

void zdm_vetoes_init(struct zdm_vetoes *v, const struct zdm_session *s, const struct zdm_model *m);
void zdm_vetoes_deinit(struct zdm_vetoes *v);

/*
 * The struct page of pfn against the verdict r (NULL, or one that does not say
 * valid: only what no struct page can be is looked for). bytes are
 * sizeof(struct page) of them.
 */
enum zdm_veto zdm_veto_page(struct zdm_vetoes *v, const struct zdm_range *r, uint64_t pfn,
			    const uint8_t *bytes);

/* How much weight it has. */
enum zdm_bytes zdm_veto_bytes(enum zdm_veto why);
/* What the bytes are, in words; static. */
const char *zdm_veto_words(enum zdm_veto why);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nodes: what the kernel's nodes and zones say of a stretch of PFNs. */
#ifndef ZDM_LIB_NODES_H
#define ZDM_LIB_NODES_H

#include "base/spans.h"
#include "kernel/session.h"

#define ZDM_MAX_NODES 1024u		/* NODES_SHIFT is 10 at most */

/*
 * Address of the pglist_data of node i, 0 where there is none. ABSENT beyond
 * the last node or without the symbol.
 */
enum zdm_status zdm_node_kaddr(const struct zdm_session *s, unsigned int i, uint64_t *kaddr);

/*
 * Does a ZONE_DEVICE span [start_pfn, end_pfn)? A zone grows before its struct
 * pages are written and never shrinks: NO is proof that they are not.
 */
enum zdm_tri zdm_zone_device_spans(const struct zdm_session *s, uint64_t start_pfn,
				   uint64_t end_pfn);

/* From the first to the last page frame of a node's zones, RAM and device apart. */
struct zdm_node_span {
	uint64_t start_pfn, end_pfn;
	int32_t node;
	bool device;
};

/* What the zones of RAM span, of all nodes. */
struct zdm_zone_spans {
	struct zdm_spans spans;
	struct zdm_node_span *node;	/* two for each node at most */
	size_t nr_node, cap_node;
	enum zdm_status status;		/* OK: no zone of RAM spans anything else */
};

/* NOMEM, or OK with everything else in ret->status. */
enum zdm_status zdm_zone_spans_read(const struct zdm_session *s, struct zdm_zone_spans *ret);
void zdm_zone_spans_deinit(struct zdm_zone_spans *z);
/*
 * The node of a frame as its zones have it, those of RAM first; -1: none, several, or not
 * known. The answer holds up to *until_pfn.
 */
int32_t zdm_zone_spans_node(const struct zdm_zone_spans *z, uint64_t pfn, uint64_t *until_pfn);
/* UNKNOWN: the zones cannot be read. */
enum zdm_tri zdm_zone_spans_hold(const struct zdm_zone_spans *z, uint64_t pfn);

#endif

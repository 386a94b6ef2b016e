/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resources: what the kernel itself wrote down of physical addresses, the tree of
 * /proc/iomem: which are RAM, which are reserved, which belong to a device, and
 * by what name.
 */
#ifndef ZDM_LIB_RESOURCES_H
#define ZDM_LIB_RESOURCES_H

#include "base/spans.h"
#include "kernel/session.h"

enum zdm_resource_kind {
	ZDM_RESOURCE_OTHER = 0,		/* a device's, a bus's, the firmware's: see its name */
	ZDM_RESOURCE_RAM,		/* System RAM, that of a driver (kmem, virtio_mem), too */
	ZDM_RESOURCE_RESERVED,		/* by the firmware or the command line */
	ZDM_RESOURCE_SOFT_RESERVED,	/* RAM that is left to a driver */
	ZDM_RESOURCE_PERSISTENT,	/* Persistent Memory */
	ZDM_RESOURCE_CXL,		/* a CXL window */
	ZDM_RESOURCE_ACPI,		/* tables and storage of the firmware */
};

#define ZDM_RESOURCE_NAME 48		/* bytes of a name that are kept */
#define ZDM_RESOURCE_NONE UINT32_MAX

/* A struct resource. The list is in the order of the tree: a parent, then its children. */
struct zdm_resource {
	uint64_t start_paddr, last_paddr;	/* last: inclusive, as the kernel has it */
	uint64_t kaddr, flags;
	uint32_t parent;			/* index; ZDM_RESOURCE_NONE: on top */
	uint32_t depth;				/* 0: on top */
	enum zdm_resource_kind kind;
	bool in_ram;				/* it, or what it lies in, is System RAM */
	char name[ZDM_RESOURCE_NAME];		/* printable; "": not readable */
};

struct zdm_resources {
	struct zdm_resource *v;
	size_t nr, cap;
	struct zdm_spans ram;		/* whole frames of System RAM */
	struct zdm_spans lost;		/* where a part of the tree could not be read */
	enum zdm_status status;		/* OK: outside of `lost` this is all there is */
	uint64_t bad_kaddr;		/* the first struct resource that is missing or wrong */
};

/* NOMEM, or OK with everything else in ret->status. Says nothing in warnings: see model. */
enum zdm_status zdm_resources_read(const struct zdm_session *s, struct zdm_resources *ret);
void zdm_resources_deinit(struct zdm_resources *r);

/* Does the kernel's record say that this frame is System RAM? UNKNOWN: it cannot be read. */
enum zdm_tri zdm_resources_ram(const struct zdm_resources *r, uint64_t pfn);
/* Or any frame of [start_pfn, end_pfn)? */
enum zdm_tri zdm_resources_any_ram(const struct zdm_resources *r, uint64_t start_pfn,
				   uint64_t end_pfn);
/* Is there a record that should say so, and cannot be read or believed at this frame? */
bool zdm_resources_unread(const struct zdm_resources *r, uint64_t pfn);
/* The innermost resource that holds paddr, or NULL. Its parents lead outwards. */
const struct zdm_resource *zdm_resources_find(const struct zdm_resources *r, uint64_t paddr);

#endif

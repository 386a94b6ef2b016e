// SPDX-License-Identifier: LGPL-2.1-or-later
/* nodes: pglist_data with its zones, and the per-CPU area with the references. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* A per-CPU pointer is an offset: this is where ours begin. */
#define PERCPU_START 0x3f000u

/* Node 0 and the memory it spans: RAM from 0 on. */
static uint64_t pgdat_of(struct core *c, uint64_t node)
{
	char *label = xprintf("pgdat:%" PRIu64, node);
	const struct object *o = image_object(&c->im, label);
	uint64_t at;

	if (o) {
		free(label);
		return o->kaddr;
	}
	at = image_alloc(&c->im, kern_size(&c->k, "pglist_data"), 64, "pglist_data", label);
	image_put(&c->im, kern_symbol(&c->k, "node_data") + node * 8, at, 8);
	if (kern_has(&c->k, "pglist_data", "first_deferred_pfn"))
		image_put(&c->im, at + kern_offset(&c->k, "pglist_data", "first_deferred_pfn"),
			  UINT64_MAX, 8);
	return at;
}

/* "node N span=A..B" */
void core_add_node(struct core *c, const struct stmt *s)
{
	struct span r = span_of(s, stmt_get(s, "span") ? stmt_get(s, "span") : "");
	uint64_t at = pgdat_of(c, number_of(s, stmt_word(s, 1)));

	image_put(&c->im, at + kern_offset(&c->k, "pglist_data", "node_start_pfn"), r.start, 8);
	image_put(&c->im, at + kern_offset(&c->k, "pglist_data", "node_spanned_pages"),
		  r.end - r.start, 8);
}

/* "zone N span=A..B [node=N]"; N a number, or "device" */
void core_add_zone(struct core *c, const struct stmt *s)
{
	struct span r = span_of(s, stmt_get(s, "span") ? stmt_get(s, "span") : "");
	const char *name = stmt_word(s, 1);
	uint64_t zone = !strcmp(name, "device") ? kern_number(&c->k, "ZONE_DEVICE") :
			number_of(s, name);
	uint64_t at = pgdat_of(c, stmt_number(s, "node", 0)) +
		      kern_offset(&c->k, "pglist_data", "node_zones") +
		      zone * kern_size(&c->k, "zone");

	image_put(&c->im, at + kern_offset(&c->k, "zone", "zone_start_pfn"), r.start, 8);
	image_put(&c->im, at + kern_offset(&c->k, "zone", "spanned_pages"), r.end - r.start, 8);
}

/* A counter of the next pgmap; what percpu_count_ptr holds for it. One CPU. */
uint64_t core_add_counter(struct core *c, const char *name, uint64_t count)
{
	const struct object *area = image_object(&c->im, "percpu");
	uint64_t at = area ? area->kaddr :
		      image_alloc(&c->im, PAGE_BYTES, PAGE_BYTES, NULL, xstrdup("percpu"));
	uint64_t off = 8 * (c->nr_pgmaps + 1);

	if (off >= PAGE_BYTES)
		die("too many pgmaps");
	image_put(&c->im, kern_symbol(&c->k, "__per_cpu_offset"), at - PERCPU_START, 8);
	image_label(&c->im, at + off, 8, NULL, xprintf("count:%s", name));
	image_put(&c->im, at + off, count, 8);
	return PERCPU_START + off;
}

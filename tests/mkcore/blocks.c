// SPDX-License-Identifier: LGPL-2.1-or-later
/* blocks: struct memory_block, in an XArray (5.8 on) or on the list of their bus (before). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/*
 * Bits while memory_block.state is an unsigned long, an enumeration in the
 * same order since 6.19.
 */
static uint64_t state_of(const struct core *c, const struct stmt *s)
{
	static const char *const name[] = { "ONLINE", "GOING_OFFLINE", "OFFLINE", "GOING_ONLINE" };
	const char *state = stmt_get(s, "state");
	size_t i;

	if (!state)
		die_at(s, "block needs state=");
	for (i = 0; i < sizeof(name) / sizeof(*name); i++)
		if (!strcmp(state, name[i]))
			return kern_param_is(&c->k, "block_state", "enum") ? i : 1ull << i;
	return number_of(s, state);
}

static void put(struct core *c, uint64_t kaddr, const char *member, uint64_t value,
		unsigned int bytes)
{
	if (kern_has(&c->k, "memory_block", member))
		image_put(&c->im, kaddr + kern_offset(&c->k, "memory_block", member), value, bytes);
}

/* memmap_on_memory: a count (5.13 to 6.5), an altmap of its own since 6.6 */
static void put_vmemmap_pages(struct core *c, uint64_t kaddr, struct span sections, uint64_t pages)
{
	uint64_t at;

	if (!pages)
		return;
	if (kern_has(&c->k, "memory_block", "nr_vmemmap_pages")) {
		put(c, kaddr, "nr_vmemmap_pages", pages, 8);
		return;
	}
	at = image_alloc(&c->im, kern_size(&c->k, "vmem_altmap"), 8, "vmem_altmap",
			 xprintf("block_altmap:%" PRIu64, sections.start));
	put(c, kaddr, "altmap", at, 8);
	image_put(&c->im, at + kern_offset(&c->k, "vmem_altmap", "base_pfn"),
		  sections.start * PAGES_PER_SECTION, 8);
	image_put(&c->im, at + kern_offset(&c->k, "vmem_altmap", "free"), pages, 8);
	image_put(&c->im, at + kern_offset(&c->k, "vmem_altmap", "alloc"), pages, 8);
}

/* "block A..B state=ONLINE|OFFLINE|… [vmemmap_pages=N]": section numbers */
void core_add_block(struct core *c, const struct stmt *s)
{
	struct block b = { .sections = span_of(s, stmt_word(s, 1)) };

	b.kaddr = image_alloc(&c->im, kern_size(&c->k, "memory_block"), 64, "memory_block",
			      xprintf("block:%" PRIu64, b.sections.start));
	put(c, b.kaddr, "start_section_nr", b.sections.start, 8);
	put(c, b.kaddr, "end_section_nr", b.sections.end - 1, 8);
	put(c, b.kaddr, "state", state_of(c, s), kern_size(&c->k, "memory_block.state"));
	put_vmemmap_pages(c, b.kaddr, b.sections, stmt_number(s, "vmemmap_pages", 0));
	c->block = xrealloc(c->block, (c->nr_blocks + 1) * sizeof(b));
	c->block[c->nr_blocks++] = b;
}

static int by_start(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

static void encode_xarray(struct core *c)
{
	struct entry *list = xcalloc(c->nr_blocks, sizeof(*list));
	uint64_t per_block = image_get(&c->im, kern_symbol(&c->k, "sections_per_block"), 4), id;
	size_t i;

	for (i = 0; i < c->nr_blocks; i++) {
		struct span sections = c->block[i].sections;

		id = sections.start / per_block;
		if (sections.end - sections.start != per_block || sections.start % per_block)
			die("block %" PRIu64 "..%" PRIu64 " is not one of %" PRIu64 " sections",
			    sections.start, sections.end, per_block);
		list[i] = (struct entry){ { id, id + 1 }, 0, c->block[i].kaddr };
	}
	qsort(list, c->nr_blocks, sizeof(*list), by_start);
	tree_build_xarray(c, "memory_blocks", kern_symbol(&c->k, "memory_blocks"), list,
			  c->nr_blocks);
	free(list);
}

/* bus_type.p -> subsys_private.klist_devices <-> device_private.knode_bus, and back */
static void encode_klist(struct core *c)
{
	struct image *im = &c->im;
	struct kern *k = &c->k;
	uint64_t priv = image_alloc(im, kern_size(k, "subsys_private"), 64, "subsys_private",
				    xstrdup("memory_subsys.p"));
	uint64_t klist = priv + kern_offset(k, "subsys_private", "klist_devices");
	uint64_t head = klist + kern_offset(k, "klist", "k_list"), last = head;
	size_t i;

	image_put(im, kern_symbol(k, "memory_subsys") + kern_offset(k, "bus_type", "p"), priv, 8);
	image_put(im, head, head, 8);
	image_put(im, head + 8, head, 8);
	for (i = 0; i < c->nr_blocks; i++) {
		uint64_t dp = image_alloc(im, kern_size(k, "device_private"), 64,
					  "device_private", xprintf("device_private:%" PRIu64,
					  c->block[i].sections.start));
		uint64_t knode = dp + kern_offset(k, "device_private", "knode_bus");
		uint64_t node = knode + kern_offset(k, "klist_node", "n_node");

		image_put(im, dp + kern_offset(k, "device_private", "device"),
			  c->block[i].kaddr + kern_offset(k, "memory_block", "dev"), 8);
		image_put(im, knode + kern_offset(k, "klist_node", "n_klist"), klist, 8);
		image_put(im, last, node, 8);
		image_put(im, node + 8, last, 8);
		image_put(im, node, head, 8);
		image_put(im, head + 8, node, 8);
		last = node;
	}
}

void core_encode_blocks(struct core *c)
{
	if (kern_param_is(&c->k, "blocks", "xarray"))
		encode_xarray(c);
	else
		encode_klist(c);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * resources: u8 flags and the memory that holds the tree of /proc/iomem, its root first.
 * With ALIAS it repeats without end.
 */
#include "model/resources.h"
#include "target.h"

#define BASE 0xffff888000000000ull
#define ALIAS 1u

static bool all_over;

static enum zdm_status read_tree(void *priv, uint64_t kaddr, void *buf, size_t len)
{
	const struct input_bytes *b = priv;
	uint64_t off = kaddr - BASE;
	size_t i;

	if (!b->left || (!all_over && (off > b->left || len > b->left - off)))
		return ZDM_UNREADABLE;
	for (i = 0; i < len; i++)
		((uint8_t *)buf)[i] = b->v[(off + i) % b->left];
	return ZDM_OK;
}

static void know(struct zdm_session *s, enum zdm_kdef_id id, uint64_t value)
{
	s->k.v[id] = (struct zdm_kval){ .status = ZDM_OK, .value = value, .size_bytes = 8 };
}

static void must_be_a_tree(const struct zdm_resources *r)
{
	size_t i;

	for (i = 0; i < r->nr; i++) {
		const struct zdm_resource *p = &r->v[i];

		if (p->parent != ZDM_RESOURCE_NONE ? p->parent >= i : p->depth)
			target_fail("resource %zu comes before its parent", i);
		if (!memchr(p->name, 0, sizeof(p->name)))
			target_fail("the name of resource %zu has no end", i);
		zdm_resources_find(r, p->start_paddr);
		zdm_resources_ram(r, p->last_paddr >> 12);
	}
	for (i = 1; i < r->ram.nr; i++)
		if (r->ram.v[i].start_pfn <= r->ram.v[i - 1].end_pfn)
			target_fail("System RAM is not in order");
	for (i = 0; i < r->ram.nr && r->status == ZDM_OK && !r->lost.nr; i++)
		if (zdm_resources_ram(r, r->ram.v[i].start_pfn) != ZDM_YES)
			target_fail("System RAM is not found");
}

void target_resources(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	unsigned int flags = take(&b, 1);
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .read_kaddr_fn = read_tree,
	};
	struct zdm_session *s = calloc(1, sizeof(*s));
	struct zdm_resources r = { 0 };

	all_over = flags & ALIAS;
	if (!s || zdm_reader_create(&ops, &b, &s->r) != ZDM_OK)
		die("out of memory");
	s->g.page_shift = 12;
	know(s, ZDM_SYM_IOMEM_RESOURCE, BASE);
	know(s, ZDM_MEM_RESOURCE_START, 0);
	know(s, ZDM_MEM_RESOURCE_END, 8);
	know(s, ZDM_MEM_RESOURCE_NAME, 16);
	know(s, ZDM_MEM_RESOURCE_FLAGS, 24);
	know(s, ZDM_MEM_RESOURCE_PARENT, 40);
	know(s, ZDM_MEM_RESOURCE_SIBLING, 48);
	know(s, ZDM_MEM_RESOURCE_CHILD, 56);
	if (zdm_resources_read(s, &r) == ZDM_OK)
		must_be_a_tree(&r);
	zdm_resources_deinit(&r);
	zdm_reader_destroy(s->r);
	free(s);
}

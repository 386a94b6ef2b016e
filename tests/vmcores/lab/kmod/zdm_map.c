// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a ZONE_DEVICE by hand: memremap_pages() as the parameters say, for what no driver in a
 * small guest would do. Says in the log, as facts for state.txt, what it asked for (in PFNs):
 *   zdm_map: fact altmap BASE RESERVE_END ALTMAP_END
 *   zdm_map: fact range START END
 *   zdm_map: fact compound START END ORDER
 * Unloading undoes it.
 */
#ifdef ZDM_IMAGE
#include "zdm_image.h"
#else
#include <linux/init.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#endif

#define MAX_RANGES 2

static char *type = "generic";
module_param(type, charp, 0);
MODULE_PARM_DESC(type, "generic, fs_dax, p2pdma, coherent or private");
static unsigned long start[MAX_RANGES], size[MAX_RANGES];
static int nr_start, nr_size;
module_param_array(start, ulong, &nr_start, 0);
module_param_array(size, ulong, &nr_size, 0);
MODULE_PARM_DESC(start, "physical addresses; none: a free range, for private memory");
static bool altmap;
static unsigned long reserve, free_pages_nr, shift;
module_param(altmap, bool, 0);
module_param(reserve, ulong, 0);
module_param_named(free, free_pages_nr, ulong, 0);
module_param(shift, ulong, 0);
static int nid;
module_param(nid, int, 0);

static struct dev_pagemap *pgmap;

static vm_fault_t no_migration(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

#ifdef ZDM_HAS_folio_free
static void nothing_to_free(struct folio *folio)
{
}
#else
static void nothing_to_free(struct page *page)
{
}
#endif

static const struct dev_pagemap_ops ops = {
#ifdef ZDM_HAS_folio_free
	.folio_free = nothing_to_free,
#else
	.page_free = nothing_to_free,
#endif
	.migrate_to_ram = no_migration,
};

static const struct {
	const char *name;
	enum memory_type type;
	bool ops;	/* the kernel insists on callbacks */
} types[] = {
	{ "generic", MEMORY_DEVICE_GENERIC, false },
	{ "fs_dax", MEMORY_DEVICE_FS_DAX, false },
	{ "p2pdma", MEMORY_DEVICE_PCI_P2PDMA, false },
	{ "private", MEMORY_DEVICE_PRIVATE, true },
#ifdef ZDM_HAS_MEMORY_DEVICE_COHERENT
	{ "coherent", MEMORY_DEVICE_COHERENT, true },
#endif
};

static int set_type(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].name, type))
			continue;
		pgmap->type = types[i].type;
		if (types[i].ops) {
			pgmap->ops = &ops;
			pgmap->owner = &pgmap;
		}
		return 0;
	}
	pr_err("zdm_map: this kernel has no type '%s'\n", type);
	return -EINVAL;
}

static int set_ranges(void)
{
	int i;

#ifdef CONFIG_DEVICE_PRIVATE
	if (!nr_start && nr_size == 1) {
		struct resource *res = request_free_mem_region(&iomem_resource, size[0], "zdm_map");

		if (IS_ERR(res))
			return PTR_ERR(res);
		start[0] = res->start;
		nr_start = 1;
	}
#endif
	if (!nr_start || nr_start != nr_size)
		return -EINVAL;
	for (i = 0; i < nr_start; i++) {
		pgmap->ranges[i].start = start[i];
		pgmap->ranges[i].end = start[i] + size[i] - 1;
		pr_info("zdm_map: fact range %lu %lu\n", PHYS_PFN(start[i]),
			PHYS_PFN(start[i] + size[i]));
	}
	pgmap->nr_range = nr_start;
	return 0;
}

static void set_altmap(void)
{
	unsigned long base = PHYS_PFN(start[0]);
	/* members are const: fill one in and copy it */
	struct vmem_altmap a = {
		.base_pfn = base,
		.end_pfn = PHYS_PFN(start[0] + size[0] - 1),
		.reserve = reserve,
		.free = free_pages_nr,
	};

	memcpy(&pgmap->altmap, &a, sizeof(a));
	pgmap->flags |= PGMAP_ALTMAP_VALID;
	pr_info("zdm_map: fact altmap %lu %lu %lu\n", base, base + reserve,
		base + reserve + free_pages_nr);
}

static void set_shift(void)
{
#ifdef ZDM_HAS_vmemmap_shift
	unsigned long first = PHYS_PFN(start[0]) + (altmap ? reserve + free_pages_nr : 0);

	pgmap->vmemmap_shift = shift;
	if (shift)
		pr_info("zdm_map: fact compound %lu %lu %lu\n", first,
			PHYS_PFN(start[0] + size[0]), shift);
#endif
}

static int __init map_init(void)
{
	void *addr;
	int rc;

	pgmap = kzalloc(sizeof(*pgmap) + MAX_RANGES * sizeof(pgmap->ranges[0]), GFP_KERNEL);
	if (!pgmap)
		return -ENOMEM;
	rc = set_type();
	if (!rc)
		rc = set_ranges();
	if (rc)
		goto fail;
	if (altmap)
		set_altmap();
	set_shift();
	addr = memremap_pages(pgmap, nid);
	if (IS_ERR(addr)) {
		rc = PTR_ERR(addr);
		pr_err("zdm_map: memremap_pages: %d\n", rc);
		goto fail;
	}
	return 0;
fail:
	kfree(pgmap);
	return rc;
}

static void __exit map_exit(void)
{
	memunmap_pages(pgmap);
	kfree(pgmap);
}

module_init(map_init);
module_exit(map_exit);
MODULE_DESCRIPTION("memremap_pages() by hand");
MODULE_LICENSE("GPL");

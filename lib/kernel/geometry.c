// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "kernel/session.h"
#include "base/text.h"

/*
 * Flags of section_mem_map, lowest bit first. The places have never changed;
 * newer kernels added to them. From v6.0 on the enum says which exist:
 * Linux kernel commit ed7802dd48f7 ("mm: memory_hotplug: enumerate all
 * supported section flags"). Before, a kernel without a flag never sets it.
 */
static const struct {
	enum zdm_kdef_id bit;
	size_t field;
	unsigned int place;	/* when there is no enum */
	bool placed;		/* existed before the enum did */
} flag_rows[] = {
	{ ZDM_NUM_SECTION_PRESENT_BIT, offsetof(struct zdm_section_bits, present), 0, true },
	{ ZDM_NUM_SECTION_HAS_MEM_MAP_BIT, offsetof(struct zdm_section_bits, has_mem_map), 1, true },
	/* commit 2d070eab2e82 ("mm: consider zone which is not fully populated to have holes"), v4.13 */
	{ ZDM_NUM_SECTION_ONLINE_BIT, offsetof(struct zdm_section_bits, online), 2, true },
	/* commit 326e1b8f83a4 ("mm/sparsemem: introduce a SECTION_IS_EARLY flag"), v5.3 */
	{ ZDM_NUM_SECTION_EARLY_BIT, offsetof(struct zdm_section_bits, early), 3, true },
	/* commit 1f90a3477df3 ("mm: teach pfn_to_online_page() …"), v5.12 */
	{ ZDM_NUM_SECTION_TAINT_BIT, offsetof(struct zdm_section_bits, taint), 4, true },
	/* commit d65917c42373 ("mm/sparse: allow for alternate vmemmap section init at boot"), v6.15 */
	{ ZDM_NUM_SECTION_PREINIT_BIT, offsetof(struct zdm_section_bits, preinit), 5, false },
};

/* At least six low bits are flags or nothing: the memmap is aligned far higher. */
#define MIN_FLAG_BITS 6u
#define MAX_FLAG_BITS 12u

/*
 * Sections of 1 GiB were arm64's up to 5.11; 2^27 sections are ppc64's, with 51
 * bits and 16 MiB (arch/powerpc/include/asm/sparsemem.h). What follows is sized
 * by these.
 */
#define MAX_SECTION_BITS 30u
#define MAX_PHYSMEM_BITS 52u
#define MAX_SECTIONS_SHIFT 27u

static void init_section_bits(struct zdm_session *s)
{
	bool has_enum = zdm_feat_yes(&s->f, ZDM_FEAT_SECTION_ENUM);
	uint64_t last = zdm_kdef_or(&s->k, ZDM_NUM_SECTION_LAST_BIT, MIN_FLAG_BITS);
	size_t i;

	for (i = 0; i < sizeof(flag_rows) / sizeof(flag_rows[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)&s->g.bits + flag_rows[i].field);
		uint64_t bit = zdm_kdef_or(&s->k, flag_rows[i].bit, flag_rows[i].place);

		if (bit >= MAX_FLAG_BITS)
			continue;
		if (has_enum ? zdm_kdef_has(&s->k, flag_rows[i].bit) : flag_rows[i].placed)
			*field = 1ull << bit;
	}
	if (last < MIN_FLAG_BITS || last > MAX_FLAG_BITS)
		last = MIN_FLAG_BITS;
	s->g.bits.map_mask = ~((1ull << last) - 1);
}

static unsigned int log2_ceil(uint64_t n)
{
	unsigned int bits = 0;

	while (bits < 63 && 1ull << bits < n)
		bits++;
	return bits;
}

/*
 * A zonelist has a zoneref for each zone of each node, and one that ends it
 * (MAX_ZONES_PER_ZONELIST, include/linux/mmzone.h, 4.14 to 7.3). 0: not known.
 */
static uint64_t nodes_of_zonelist(const struct zdm_kdef *k)
{
	uint64_t list = zdm_kdef_or(k, ZDM_SIZE_ZONELIST, 0), ref = zdm_kdef_or(k, ZDM_SIZE_ZONEREF, 0);
	uint64_t zones = zdm_kdef_or(k, ZDM_NUM_MAX_NR_ZONES, 0), n;

	if (!ref || !zones || zones > 16 || list % ref || list <= ref)
		return 0;
	n = list / ref - 1;
	return n % zones ? 0 : n / zones;
}

/*
 * LENGTH(node_data) is MAX_NUMNODES; nodemask_t has a bit for each, in whole words. Not all
 * architectures say the first, and of up to 64 nodes the second tells nothing.
 */
static int nodes_shift(const struct zdm_session *s)
{
	const char *line;
	uint64_t n = 0;

	if (s->vmcoreinfo &&
	    zdm_source_vmcoreinfo_line(s->vmcoreinfo, "LENGTH(node_data)", &line) == ZDM_OK)
		n = strtoull(line, NULL, 10);
	if (!n && zdm_kdef_or(&s->k, ZDM_SIZE_NODEMASK, 0) > 8)
		n = zdm_kdef_get(&s->k, ZDM_SIZE_NODEMASK) * 8;
	if (!n)
		n = nodes_of_zonelist(&s->k);
	if (n && n <= 1u << 16)
		return (int)log2_ceil(n);
	/* without the array there is one node, and no bits for it */
	return s->f.v[ZDM_FEAT_NODE_ARRAY] == ZDM_NO ? 0 : -1;
}

/*
 * Node on top, zone below it: include/linux/page-flags-layout.h. With
 * SPARSEMEM_VMEMMAP the section number is not in page->flags.
 */
static void init_page_bits(struct zdm_session *s)
{
	/* __MAX_NR_ZONES -> ZONES_SHIFT; include/linux/page-flags-layout.h */
	unsigned int zone_bits = log2_ceil(zdm_kdef_or(&s->k, ZDM_NUM_MAX_NR_ZONES, 0));
	int node_bits = nodes_shift(s);

	s->g.zone_device = (int)(int64_t)zdm_kdef_or(&s->k, ZDM_NUM_ZONE_DEVICE, UINT64_MAX);
	if (!zone_bits || zone_bits > 4 || node_bits < 0 || node_bits > 16)
		return;
	s->g.node_shift = 64 - (unsigned int)node_bits;
	s->g.zone_bits = zone_bits;
	s->g.zone_shift = s->g.node_shift - zone_bits;
}

enum zdm_status zdm_geometry_init(struct zdm_session *s, char *err, size_t err_len)
{
	static const enum zdm_kdef_id required[] = {
		ZDM_SYM_MEM_SECTION, ZDM_SIZE_MEM_SECTION, ZDM_MEM_SECTION_MEM_MAP, ZDM_SIZE_PAGE,
	};
	const struct zdm_xlat *x = zdm_reader_xlat(s->r);
	struct zdm_geometry *g = &s->g;
	uint64_t section_bits, max_bits;
	char name[80];
	size_t i;

	for (i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if (zdm_kdef_has(&s->k, required[i]))
			continue;
		zdm_kdef_name(required[i], name, sizeof(name));
		zdm_errf(err, err_len, "%s not found in the dump", name);
		return ZDM_ABSENT;
	}
	g->page_shift = x->page_shift;
	section_bits = zdm_kdef_or(&s->k, ZDM_NUM_SECTION_SIZE_BITS, x->section_size_bits);
	max_bits = zdm_kdef_or(&s->k, ZDM_NUM_MAX_PHYSMEM_BITS, x->max_physmem_bits);
	g->page_bytes = zdm_kdef_get(&s->k, ZDM_SIZE_PAGE);
	if (section_bits < ZDM_SUBSECTION_SHIFT || section_bits < g->page_shift || section_bits > MAX_SECTION_BITS ||
	    max_bits <= section_bits || max_bits > MAX_PHYSMEM_BITS ||
	    max_bits - section_bits > MAX_SECTIONS_SHIFT || g->page_bytes < 32 ||
	    g->page_bytes > 256 || g->page_bytes % 8) {
		zdm_errf(err, err_len, "cannot be true: SECTION_SIZE_BITS %lld, MAX_PHYSMEM_BITS "
			 "%lld, sizeof(struct page) %llu", (long long)section_bits,
			 (long long)max_bits, (unsigned long long)g->page_bytes);
		return ZDM_CORRUPT;
	}
	g->section_shift = (unsigned int)section_bits;
	g->section_pages = 1ull << (g->section_shift - g->page_shift);
	g->subsections = 1u << (g->section_shift - ZDM_SUBSECTION_SHIFT);
	g->nr_sections_max = 1ull << (max_bits - g->section_shift);
	init_section_bits(s);
	init_page_bits(s);

	g->vmemmap_kaddr = x->vmemmap_kaddr;
	g->vmemmap_said = x->vmemmap_said || zdm_kdef_has(&s->k, ZDM_SYM_VMEMMAP_BASE);
	if (zdm_kdef_has(&s->k, ZDM_SYM_VMEMMAP_BASE) &&
	    zdm_read_u64(s->r, zdm_kdef_get(&s->k, ZDM_SYM_VMEMMAP_BASE), &g->vmemmap_kaddr) != ZDM_OK)
		g->vmemmap_kaddr = 0;	/* the sections will tell */
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* resources: the tree of /proc/iomem, as the kernel makes it and as nobody would. */
#include "test_util.h"

#include "model/resources.h"

#define DIRECT 0xffff888000000000ull	/* entry 273 of the top table */
#define ROOT 0x10000ull			/* struct resource, physical */
#define NODES 0x11000ull
#define NAMES 0x20000ull
#define OFF_NAME 16
#define OFF_FLAGS 24
#define OFF_PARENT 40
#define OFF_SIBLING 48
#define OFF_CHILD 56
#define SYSRAM 0x81000200ull		/* include/linux/ioport.h: MEM, SYSRAM, BUSY */

struct world {
	struct mem m;
	struct zdm_session s;
	struct zdm_resources r;
};

static void know(struct world *w, enum zdm_kdef_id id, uint64_t value)
{
	w->s.k.v[id] = (struct zdm_kval){ .status = ZDM_OK, .value = value, .size_bytes = 8 };
}

static uint64_t node(unsigned int i)
{
	return NODES + i * 64;
}

static void link_to(struct world *w, uint64_t from, unsigned int off, uint64_t to)
{
	mem_put(&w->m, from + off, to ? DIRECT + to : 0, 8);
}

static void fill(struct world *w, unsigned int i, uint64_t start, uint64_t end, uint64_t parent,
		 const char *name)
{
	uint64_t at = node(i), text = NAMES + i * 32;

	memcpy(mem_at(&w->m, text, strlen(name) + 1), name, strlen(name) + 1);
	mem_put(&w->m, at, start, 8);
	mem_put(&w->m, at + 8, end - 1, 8);
	link_to(w, at, OFF_NAME, text);
	mem_put(&w->m, at + OFF_FLAGS, strncmp(name, "System RAM", 10) ? 0x200 : SYSRAM, 8);
	link_to(w, at, OFF_PARENT, parent);
}

/*
 * 0x1000-0x9fbff System RAM; 0x100000-0xfffffff System RAM > Kernel code;
 * 0x40000000-0x4fffffff Persistent Memory > namespace0.0 > System RAM (kmem) (0x42000000 on)
 */
static void begin(struct world *w)
{
	struct zdm_xlat x = { .arch = zdm_arch_find(NULL), .page_shift = 12, .bits_per_level = 9,
			      .va_bits = 48, .levels = 4, .pgd_paddr = 0x1000 };

	memset(w, 0, sizeof(*w));
	mem_add(&w->m, 0x1000, 0x2000);
	mem_put(&w->m, 0x1000 + 273 * 8, 0x2003, 8);
	mem_put(&w->m, 0x2000, 0x83, 8);	/* the first GiB */
	mem_add(&w->m, ROOT, 64);
	mem_add(&w->m, NODES, 0x1000);
	mem_add(&w->m, NAMES, 0x1000);
	assert_ok(zdm_reader_create(&mem_ops, &w->m, &w->s.r));
	zdm_reader_set_xlat(w->s.r, &x);
	w->s.g.page_shift = 12;
	know(w, ZDM_SYM_IOMEM_RESOURCE, DIRECT + ROOT);
	know(w, ZDM_MEM_RESOURCE_START, 0);
	know(w, ZDM_MEM_RESOURCE_END, 8);
	know(w, ZDM_MEM_RESOURCE_NAME, OFF_NAME);
	know(w, ZDM_MEM_RESOURCE_FLAGS, OFF_FLAGS);
	know(w, ZDM_MEM_RESOURCE_PARENT, OFF_PARENT);
	know(w, ZDM_MEM_RESOURCE_SIBLING, OFF_SIBLING);
	know(w, ZDM_MEM_RESOURCE_CHILD, OFF_CHILD);

	mem_put(&w->m, ROOT + 8, (1ull << 46) - 1, 8);
	link_to(w, ROOT, OFF_CHILD, node(0));
	fill(w, 0, 0x1000, 0x9fc00, ROOT, "System RAM");
	fill(w, 1, 0x100000, 0x10000000, ROOT, "System RAM");
	fill(w, 2, 0x1000000, 0x1800000, node(1), "Kernel code");
	fill(w, 3, 0x40000000, 0x50000000, ROOT, "Persistent Memory");
	fill(w, 4, 0x40000000, 0x50000000, node(3), "namespace0.0");
	fill(w, 5, 0x42000000, 0x50000000, node(4), "System RAM (kmem)");
	link_to(w, node(0), OFF_SIBLING, node(1));
	link_to(w, node(1), OFF_CHILD, node(2));
	link_to(w, node(1), OFF_SIBLING, node(3));
	link_to(w, node(3), OFF_CHILD, node(4));
	link_to(w, node(4), OFF_CHILD, node(5));
}

static void read_it(struct world *w)
{
	zdm_resources_deinit(&w->r);
	zdm_reader_forget(w->s.r);
	assert_ok(zdm_resources_read(&w->s, &w->r));
}

static void finish(struct world *w)
{
	zdm_resources_deinit(&w->r);
	zdm_reader_destroy(w->s.r);
	mem_deinit(&w->m);
}

static void ram(const struct world *w, uint64_t start, uint64_t end, enum zdm_tri want)
{
	assert_int_equal(zdm_resources_ram(&w->r, start), want);
	assert_int_equal(zdm_resources_ram(&w->r, end - 1), want);
}

static void test_sound(void **state)
{
	const struct zdm_resource *r;
	struct world w;

	(void)state;
	begin(&w);
	read_it(&w);
	assert_int_equal(w.r.status, ZDM_OK);
	assert_int_equal(w.r.nr, 6);
	assert_int_equal(w.r.lost.nr, 0);
	/* whole frames: 0x9f is RAM in part only */
	ram(&w, 0, 1, ZDM_NO);
	ram(&w, 1, 0x9f, ZDM_YES);
	ram(&w, 0x9f, 0x100, ZDM_NO);
	ram(&w, 0x100, 0x10000, ZDM_YES);
	ram(&w, 0x10000, 0x42000, ZDM_NO);
	ram(&w, 0x42000, 0x50000, ZDM_YES);
	r = zdm_resources_find(&w.r, 0x1000000);
	assert_string_equal(r->name, "Kernel code");
	assert_true(r->in_ram);
	assert_int_equal(r->depth, 1);
	assert_string_equal(w.r.v[r->parent].name, "System RAM");
	r = zdm_resources_find(&w.r, 0x1800000);
	assert_int_equal(r->kind, ZDM_RESOURCE_RAM);
	r = zdm_resources_find(&w.r, 0x40000000);
	assert_string_equal(r->name, "namespace0.0");
	assert_int_equal(w.r.v[r->parent].kind, ZDM_RESOURCE_PERSISTENT);
	assert_int_equal(zdm_resources_find(&w.r, 0x42000000)->kind, ZDM_RESOURCE_RAM);
	assert_null(zdm_resources_find(&w.r, 0x20000000));
	assert_null(zdm_resources_find(&w.r, 0));
	finish(&w);
}

/* 4.5 has no flag for it. */
static void test_by_name(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	mem_put(&w.m, node(0) + OFF_FLAGS, 0x80000200, 8);
	read_it(&w);
	ram(&w, 1, 0x9f, ZDM_YES);
	/* and with the flag nobody needs the name; what cannot be printed is not */
	mem_put(&w.m, NAMES + 32, 0x0a1b, 8);
	link_to(&w, node(0), OFF_NAME, 0x3ff00000);
	mem_put(&w.m, node(0) + OFF_FLAGS, SYSRAM, 8);
	read_it(&w);
	ram(&w, 1, 0x9f, ZDM_YES);
	assert_string_equal(w.r.v[0].name, "");
	assert_string_equal(w.r.v[1].name, "??");
	finish(&w);
}

/* A name that ends with the last page of the dump. */
static void test_name_at_end(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	memcpy(mem_at(&w.m, NAMES + 0xffb, 5), "dax0", 5);
	link_to(&w, node(4), OFF_NAME, NAMES + 0xffb);
	read_it(&w);
	assert_string_equal(w.r.v[4].name, "dax0");
	finish(&w);
}

/* Beyond what is missing nothing is known, before it all stays as it was. */
static void cut_at_second(struct world *w)
{
	read_it(w);
	assert_int_equal(w->r.status, ZDM_OK);
	ram(w, 1, 0x9f, ZDM_YES);
	ram(w, 0x100, 0x10000, ZDM_UNKNOWN);
	ram(w, 0x42000, 0x50000, ZDM_UNKNOWN);
	ram(w, 0, 1, ZDM_NO);
	assert_true(w->r.bad_kaddr != 0);
}

static void test_broken(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	link_to(&w, node(0), OFF_SIBLING, 0x3ff00000);	/* not in the dump */
	cut_at_second(&w);
	link_to(&w, node(0), OFF_SIBLING, node(0));	/* a circle of one */
	cut_at_second(&w);
	link_to(&w, node(0), OFF_SIBLING, node(2));	/* another's child */
	cut_at_second(&w);
	link_to(&w, node(0), OFF_SIBLING, node(1));
	mem_put(&w.m, node(1), 0x9f000, 8);		/* overlaps the one before */
	cut_at_second(&w);
	mem_put(&w.m, node(1), 0x10000000, 8);		/* ends before it begins */
	cut_at_second(&w);
	mem_put(&w.m, node(1), 0x100000, 8);
	mem_put(&w.m, node(1) + 8, 1ull << 46, 8);	/* beyond all there is */
	cut_at_second(&w);
	finish(&w);
}

/* Children that cannot be read take nothing from a parent that is RAM. */
static void test_broken_child(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	link_to(&w, node(1), OFF_CHILD, node(1));
	link_to(&w, node(3), OFF_CHILD, 0x3ff00000);
	read_it(&w);
	ram(&w, 0x100, 0x10000, ZDM_YES);
	ram(&w, 0x40000, 0x50000, ZDM_UNKNOWN);
	ram(&w, 0x50000, 0x60000, ZDM_NO);
	finish(&w);
}

/* Each the child of the one before, and as large: deeper than any machine's. */
static void test_deep(void **state)
{
	struct world w;
	unsigned int i;

	(void)state;
	begin(&w);
	for (i = 0; i < 60; i++) {
		fill(&w, i, 0x100000, 0x10000000, i ? node(i - 1) : ROOT, "x");
		link_to(&w, node(i), OFF_CHILD, node((i + 1) % 60));
		link_to(&w, node(i), OFF_SIBLING, 0);
	}
	read_it(&w);
	assert_true(w.r.nr < 60);
	assert_int_equal(w.r.status, ZDM_UNREADABLE);	/* no RAM was found */
	ram(&w, 0x100, 0x10000, ZDM_UNKNOWN);
	finish(&w);
}

static void test_root(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	mem_put(&w.m, ROOT, 0x1000, 8);			/* iomem_resource begins at 0 */
	read_it(&w);
	assert_int_equal(w.r.status, ZDM_CORRUPT);
	mem_put(&w.m, ROOT, 0, 8);
	link_to(&w, ROOT, OFF_CHILD, 0);		/* a page of zeros for a page */
	read_it(&w);
	assert_int_equal(w.r.status, ZDM_CORRUPT);
	mem_remove(&w.m, ROOT);
	read_it(&w);
	assert_int_equal(w.r.status, ZDM_UNREADABLE);
	ram(&w, 1, 0x9f, ZDM_UNKNOWN);
	w.s.k.v[ZDM_MEM_RESOURCE_CHILD].status = ZDM_ABSENT;
	read_it(&w);
	assert_int_equal(w.r.status, ZDM_ABSENT);
	finish(&w);
}

TEST_MAIN(cmocka_unit_test(test_sound), cmocka_unit_test(test_by_name),
	  cmocka_unit_test(test_name_at_end), cmocka_unit_test(test_broken),
	  cmocka_unit_test(test_broken_child), cmocka_unit_test(test_deep),
	  cmocka_unit_test(test_root))

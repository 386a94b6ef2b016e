// SPDX-License-Identifier: LGPL-2.1-or-later
/* policy: the table by class, and which frames of the memmap may go. */
#include "test_util.h"

#include "carve/policy.h"
#include "model/model.h"

#define PAGE 4096u
#define VMEMMAP 0xffffea0000000000u

static const struct zdm_kernel kernel = {
	.page_size = PAGE, .section_pages = 32768, .subsection_pages = 512,
	.page_struct_bytes = 64, .vmemmap_kaddr = VMEMMAP,
};

/* The memmap of a test: where each stretch of struct pages is stored. */
struct stored {
	uint64_t start_pfn, end_pfn;	/* whose struct pages */
	uint64_t frame;			/* first frame that stores them */
	bool broken;			/* its page table cannot be read */
};

struct machine {
	const struct stored *stored;
	size_t nr;
	uint64_t struct_bytes;
	uint64_t absent_pfn;		/* frames from here on are not in the dump */
};

static enum zdm_status walk(void *priv, uint64_t kaddr, struct zdm_leaf *ret)
{
	const struct machine *m = priv;
	uint64_t start, end, next = UINT64_MAX;
	size_t i;

	for (i = 0; i < m->nr; i++) {
		start = VMEMMAP + m->stored[i].start_pfn * m->struct_bytes;
		end = VMEMMAP + m->stored[i].end_pfn * m->struct_bytes;
		if (start <= kaddr && kaddr < end) {
			*ret = (struct zdm_leaf){ .start_kaddr = start, .len_bytes = end - start,
						  .paddr = m->stored[i].frame * PAGE,
						  .mapped = !m->stored[i].broken };
			return m->stored[i].broken ? ZDM_UNREADABLE : ZDM_OK;
		}
		if (start > kaddr && start < next)
			next = start;
	}
	*ret = (struct zdm_leaf){ .start_kaddr = kaddr, .len_bytes = next - kaddr };
	return ZDM_OK;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	const struct machine *m = priv;

	*ret = paddr < m->absent_pfn * PAGE;
	*end_paddr = *ret ? m->absent_pfn * PAGE : UINT64_MAX;
	return ZDM_OK;
}

struct result {
	struct zdm_keep_range *v;
	size_t nr;
};

static struct result compute(const struct zdm_range *ranges, size_t nr, struct machine *m,
			     struct zdm_policy p, uint64_t struct_bytes)
{
	struct zdm_policy_env env = { .walk_fn = walk, .present_fn = present, .priv = m };
	struct zdm_kernel k = kernel;
	struct result r = { NULL, 0 };
	size_t i;

	k.page_struct_bytes = m->struct_bytes = struct_bytes;
	assert_ok(zdm_policy_compute(&k, ranges, nr, &p, 512, &env, &r.v, &r.nr));
	/* sorted, gap-free, neighbours differ */
	for (i = 1; i < r.nr; i++) {
		assert_int_equal(r.v[i].start_pfn, r.v[i - 1].end_pfn);
		assert_true(r.v[i].keep != r.v[i - 1].keep || r.v[i].cls != r.v[i - 1].cls ||
			    r.v[i].memmap != r.v[i - 1].memmap);
	}
	assert_int_equal(r.v[0].start_pfn, ranges[0].start_pfn);
	assert_int_equal(r.v[r.nr - 1].end_pfn, ranges[nr - 1].end_pfn);
	return r;
}

static const struct zdm_keep_range *at(const struct result *r, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < r->nr; i++)
		if (r->v[i].start_pfn <= pfn && pfn < r->v[i].end_pfn)
			return &r->v[i];
	fail_msg("no range of pfn %#llx", (unsigned long long)pfn);
	return NULL;
}

/* Frames [start, end) go as memmap frames, and the one before and after do not. */
static void assert_memmap(const struct result *r, uint64_t start, uint64_t end)
{
	const struct zdm_keep_range *k = at(r, start);

	assert_true(k->memmap);
	assert_int_equal(k->keep, ZDM_DROP);
	assert_int_equal(k->cls, ZDM_CLASS_ONLINE);
	assert_int_equal(k->start_pfn, start);
	assert_int_equal(k->end_pfn, end);
}

static uint64_t count_memmap(const struct result *r)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->nr; i++)
		n += r->v[i].memmap ? r->v[i].end_pfn - r->v[i].start_pfn : 0;
	return n;
}

static struct zdm_range range(uint64_t start, uint64_t end, enum zdm_class cls)
{
	return (struct zdm_range){ .start_pfn = start, .end_pfn = end, .cls = cls, .pgmap = -1 };
}

static void test_classes(void **state)
{
	/* the table of docs/design.md */
	static const struct {
		enum zdm_class cls;
		enum zdm_keep keep, keep_level_8;
	} rows[] = {
		{ ZDM_CLASS_UNKNOWN, ZDM_KEEP, ZDM_KEEP },
		{ ZDM_CLASS_ABSENT, ZDM_DROP, ZDM_DROP },
		{ ZDM_CLASS_ONLINE, ZDM_KEEP_HOST, ZDM_KEEP_HOST },
		{ ZDM_CLASS_OFFLINE, ZDM_DROP, ZDM_DROP },
		{ ZDM_CLASS_DEVICE, ZDM_KEEP, ZDM_DROP },
		{ ZDM_CLASS_HOLE, ZDM_DROP, ZDM_DROP },
		{ ZDM_CLASS_PENDING, ZDM_DROP, ZDM_DROP },
		{ ZDM_CLASS_RESERVED, ZDM_DROP, ZDM_DROP },
		{ ZDM_CLASS_ALTMAP, ZDM_KEEP, ZDM_KEEP },
		{ ZDM_CLASS_BOOTHOLE, ZDM_KEEP_HOST, ZDM_KEEP_HOST },
		{ ZDM_CLASS_STALE, ZDM_DROP, ZDM_DROP },
	};
	struct zdm_policy p = { .dump_level = 0 };
	size_t i;

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), ZDM_NR_CLASSES);
	for (i = 0; i < ZDM_NR_CLASSES; i++) {
		p.dump_level = 31 & ~8;
		assert_int_equal(zdm_policy_class(&p, rows[i].cls), rows[i].keep);
		p.dump_level = 8;
		assert_int_equal(zdm_policy_class(&p, rows[i].cls), rows[i].keep_level_8);
	}
}

/* A section of memory that is not online: its memmap in RAM goes with it. */
static void test_offline_section(void **state)
{
	const struct stored stored[] = { { 0, 32768, 100, false }, { 32768, 65536, 1000, false } };
	const struct zdm_range ranges[] = { range(0, 32768, ZDM_CLASS_ONLINE),
					    range(32768, 65536, ZDM_CLASS_OFFLINE) };
	struct machine m = { .stored = stored, .nr = 2 };
	struct result r = compute(ranges, 2, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	assert_memmap(&r, 1000, 1512);
	assert_int_equal(count_memmap(&r), 512);
	assert_int_equal(at(&r, 100)->keep, ZDM_KEEP_HOST);
	free(r.v);
}

/* A chunk of 512 that holds one believable struct page keeps all its frames. */
static void test_chunk_rule(void **state)
{
	const struct stored stored[] = { { 0, 32768, 100, false } };
	const struct zdm_range ranges[] = {
		range(0, 700, ZDM_CLASS_ONLINE), range(700, 3000, ZDM_CLASS_OFFLINE),
		range(3000, 32768, ZDM_CLASS_ONLINE),
	};
	struct machine m = { .stored = stored, .nr = 1 };
	struct result r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	/* whole chunks: PFN 1024 to 2560, 64 struct pages in a frame */
	assert_memmap(&r, 100 + 1024 / 64, 100 + 2560 / 64);
	assert_int_equal(count_memmap(&r), 24);
	free(r.v);
}

/* struct pages of 56 bytes: a frame can be touched by two chunks. */
static void test_odd_struct_page(void **state)
{
	const struct stored stored[] = { { 0, 32768, 5000, false } };
	const struct zdm_range ranges[] = {
		range(0, 1024, ZDM_CLASS_ONLINE), range(1024, 2048, ZDM_CLASS_OFFLINE),
		range(2048, 32768, ZDM_CLASS_ONLINE),
	};
	struct machine m = { .stored = stored, .nr = 1 };
	struct result r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 56);

	(void)state;
	/* bytes 57344 to 114688 are frames 14 to 28 exactly */
	assert_memmap(&r, 5014, 5028);
	assert_int_equal(count_memmap(&r), 14);
	free(r.v);
	/* 72 bytes: 73728 to 147456 is 18 to 36 */
	r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 72);
	assert_memmap(&r, 5018, 5036);
	free(r.v);
	/* 60 bytes: 61440 to 122880 is 15 to 30 */
	r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 60);
	assert_memmap(&r, 5015, 5030);
	free(r.v);
	/* 40 bytes: 40960 to 81920 is 10 to 20 */
	r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 40);
	assert_memmap(&r, 5010, 5020);
	free(r.v);
	/* 63 bytes: 64512 = 15.75 to 129024 = 31.5: the frames cut at the edges stay */
	r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 63);
	assert_memmap(&r, 5016, 5031);
	free(r.v);
}

/* One frame that also stores struct pages that stay (de-duplicated vmemmap). */
static void test_shared_frame(void **state)
{
	const struct stored stored[] = {
		{ 0, 512, 100, false }, { 512, 576, 200, false }, { 576, 1024, 300, false },
		{ 1024, 1536, 400, false }, { 1536, 1600, 402, false }, { 1600, 2048, 500, false },
	};
	const struct zdm_range ranges[] = {
		range(0, 512, ZDM_CLASS_ONLINE), range(512, 1536, ZDM_CLASS_OFFLINE),
		range(1536, 4096, ZDM_CLASS_ONLINE),
	};
	struct machine m = { .stored = stored, .nr = 6 };
	struct result r = compute(ranges, 3, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	assert_memmap(&r, 200, 201);
	assert_memmap(&r, 300, 307);
	assert_memmap(&r, 400, 402);
	assert_int_equal(at(&r, 402)->keep, ZDM_KEEP_HOST);
	assert_memmap(&r, 403, 408);
	assert_int_equal(count_memmap(&r), 15);
	free(r.v);
}

/* Frames that are no RAM of the host's choice stay, whatever they store. */
static void test_only_ram(void **state)
{
	const struct stored stored[] = { { 32768, 65536, 65536, false },
					 { 0, 512, 66048, false } };
	const struct zdm_range ranges[] = {
		range(0, 512, ZDM_CLASS_OFFLINE), range(512, 32768, ZDM_CLASS_ONLINE),
		range(32768, 65536, ZDM_CLASS_PENDING), range(65536, 66048, ZDM_CLASS_ALTMAP),
		range(66048, 66560, ZDM_CLASS_UNKNOWN),
	};
	struct machine m = { .stored = stored, .nr = 2 };
	struct result r = compute(ranges, 5, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	assert_int_equal(count_memmap(&r), 0);
	assert_int_equal(at(&r, 65536)->keep, ZDM_KEEP);
	assert_int_equal(at(&r, 66048)->keep, ZDM_KEEP);
	free(r.v);
}

static void test_holes_and_broken_tables(void **state)
{
	const struct stored stored[] = { { 0, 512, 100, false }, { 1024, 1536, 300, true },
					 { 1536, 2048, 400, false } };
	const struct zdm_range ranges[] = { range(0, 512, ZDM_CLASS_ONLINE),
					    range(512, 2048, ZDM_CLASS_HOLE) };
	struct machine m = { .stored = stored, .nr = 3 };
	struct result r = compute(ranges, 2, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	/* what the page tables do not show is not dropped */
	assert_int_equal(count_memmap(&r), 8);
	assert_memmap(&r, 400, 408);
	free(r.v);
}

/*
 * A live device whose memmap went with a neighbour's (arm64, mm/sparse.c section_deactivate()): its frames
 * are left out, as a walker of struct pages ends there; tails that nobody wrote can be read, and stay.
 */
static void test_neighbour_gone(void **state)
{
	const struct stored stored[] = { { 0, 512, 100, false }, { 1024, 2048, 300, false } };
	struct zdm_range ranges[] = { range(0, 512, ZDM_CLASS_ONLINE),
				      range(512, 1024, ZDM_CLASS_DEVICE),
				      range(1024, 1536, ZDM_CLASS_DEVICE),
				      range(1536, 2048, ZDM_CLASS_ALTMAP) };
	struct machine m = { .stored = stored, .nr = 2 };
	struct result r;

	(void)state;
	ranges[1].valid = ranges[2].valid = ranges[3].valid = ZDM_NO;
	ranges[1].reason = ranges[3].reason = ZDM_REASON_NEIGHBOUR_GONE;
	r = compute(ranges, 4, &m, (struct zdm_policy){ 0 }, 64);
	assert_int_equal(at(&r, 512)->keep, ZDM_DROP);
	assert_int_equal(at(&r, 1023)->keep, ZDM_DROP);
	assert_int_equal(at(&r, 1024)->keep, ZDM_KEEP);
	/* it may hold struct pages of others */
	assert_int_equal(at(&r, 1536)->keep, ZDM_KEEP);
	assert_int_equal(count_memmap(&r), 0);
	free(r.v);
}

/* A table that cannot be read, of struct pages that stay: any frame may be one of its. */
static void test_blind(void **state)
{
	struct stored stored[] = { { 0, 512, 100, true }, { 512, 1024, 200, false },
				   { 1024, 1536, 300, false } };
	const struct zdm_range ranges[] = { range(0, 512, ZDM_CLASS_ONLINE),
					    range(512, 1536, ZDM_CLASS_HOLE) };
	const struct zdm_range lost[] = { range(0, 512, ZDM_CLASS_UNKNOWN),
					  range(512, 1536, ZDM_CLASS_HOLE) };
	struct machine m = { .stored = stored, .nr = 3 };
	struct result r = compute(ranges, 2, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	assert_int_equal(count_memmap(&r), 0);
	free(r.v);
	r = compute(lost, 2, &m, (struct zdm_policy){ 0 }, 64);
	assert_int_equal(at(&r, 0)->keep, ZDM_KEEP);
	assert_int_equal(count_memmap(&r), 0);
	free(r.v);
}

static void test_device_memmap(void **state)
{
	const struct stored stored[] = { { 0, 32768, 100, false }, { 32768, 65536, 1000, false } };
	const struct zdm_range ranges[] = { range(0, 32768, ZDM_CLASS_ONLINE),
					    range(32768, 65536, ZDM_CLASS_DEVICE) };
	struct machine m = { .stored = stored, .nr = 2, .absent_pfn = UINT64_MAX / PAGE };
	struct result r;

	(void)state;
	/* not asked for */
	r = compute(ranges, 2, &m, (struct zdm_policy){ .dump_level = 31 }, 64);
	assert_int_equal(count_memmap(&r), 0);
	free(r.v);
	/* asked for, and the device's data goes */
	r = compute(ranges, 2, &m, (struct zdm_policy){ 31, true }, 64);
	assert_memmap(&r, 1000, 1512);
	free(r.v);
	/* asked for, but the data stays in the dump: a host would read the struct pages */
	r = compute(ranges, 2, &m, (struct zdm_policy){ 0, true }, 64);
	assert_int_equal(count_memmap(&r), 0);
	free(r.v);
	/* the dump never had the second half of it */
	m.absent_pfn = 49152;
	r = compute(ranges, 2, &m, (struct zdm_policy){ 0, true }, 64);
	assert_memmap(&r, 1256, 1512);
	free(r.v);
}

/* The last section ends in the middle of a chunk: beyond it is nothing. */
static void test_end(void **state)
{
	const struct stored stored[] = { { 0, 1024, 100, false } };
	const struct zdm_range ranges[] = { range(0, 512, ZDM_CLASS_ONLINE),
					    range(512, 900, ZDM_CLASS_OFFLINE) };
	struct machine m = { .stored = stored, .nr = 1 };
	struct result r = compute(ranges, 2, &m, (struct zdm_policy){ 0 }, 64);

	(void)state;
	assert_memmap(&r, 108, 116);
	free(r.v);
}

static void test_bad_arguments(void **state)
{
	const struct zdm_range ranges[] = { range(0, 512, ZDM_CLASS_ONLINE) };
	struct zdm_policy p = { 0 };
	struct zdm_kernel none = { 0 };
	struct zdm_keep_range *v = NULL;
	size_t nr = 0;

	(void)state;
	assert_int_equal(zdm_policy_compute(&kernel, ranges, 1, &p, 0, NULL, &v, &nr), ZDM_INVAL);
	assert_int_equal(zdm_policy_compute(&none, ranges, 1, &p, 512, NULL, &v, &nr), ZDM_INVAL);
	/* nobody to ask for the page tables: no memmap frame goes */
	assert_ok(zdm_policy_compute(&kernel, ranges, 1, &p, 512, NULL, &v, &nr));
	assert_int_equal(nr, 1);
	free(v);
}

/* What a host asks: on a model that contradicts itself nothing is dropped, whatever it says. */
static void test_contradiction(void **state)
{
	static struct zdm_range ranges[] = {
		{ .start_pfn = 0, .end_pfn = 32768, .cls = ZDM_CLASS_ONLINE, .valid = ZDM_YES },
		{ .start_pfn = 32768, .end_pfn = 65536, .cls = ZDM_CLASS_ABSENT, .valid = ZDM_NO },
	};
	struct zdm_session s = { .g = { .section_pages = 32768, .section_shift = 27, .page_shift = 12,
					.nr_sections_max = 4 } };
	struct zdm_policy p = { .dump_level = 31 };
	struct zdm_keep_range *keep;
	struct mem none = { .nr = 0 };
	struct zdm_model *m = calloc(1, sizeof(*m));
	size_t nr, i;
	int told;

	(void)state;
	assert_non_null(m);
	m->kernel = kernel;
	m->ranges.v = ranges;
	m->ranges.nr = 2;
	assert_ok(zdm_reader_create(&mem_ops, &none, &s.r));
	for (told = 0; told < 2; told++) {
		strcpy(m->contradiction, told ? "no RAM is found anywhere" : "");
		assert_ok(zdm_policy_ranges(&s, m, &p, 512, &keep, &nr));
		for (i = 0; i < nr && keep[i].keep != ZDM_DROP; i++)
			;
		/* the check itself can fail: without the contradiction the absent are dropped */
		assert_int_equal(i < nr, !told);
		if (told)
			assert_int_equal(keep[nr - 1].end_pfn, 4 * 32768);
		free(keep);
	}
	zdm_reader_destroy(s.r);
	free(m);
}

TEST_MAIN(cmocka_unit_test(test_contradiction),
	cmocka_unit_test(test_classes),
	cmocka_unit_test(test_offline_section),
	cmocka_unit_test(test_chunk_rule),
	cmocka_unit_test(test_odd_struct_page),
	cmocka_unit_test(test_shared_frame),
	cmocka_unit_test(test_only_ram),
	cmocka_unit_test(test_holes_and_broken_tables),
	cmocka_unit_test(test_neighbour_gone),
	cmocka_unit_test(test_blind), cmocka_unit_test(test_device_memmap),
	cmocka_unit_test(test_end),
	cmocka_unit_test(test_bad_arguments))

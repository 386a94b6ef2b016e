// SPDX-License-Identifier: LGPL-2.1-or-later
/* The kernel log of a dump: both kinds, and neither reads where it is not. */
#include "test_util.h"

#include <stdio.h>

#include <zdm/oops.h>

#include "kernel/session.h"
#include "source_memory.h"

#define BASE 0xffffffff82000000u
#define DESCS (BASE + 0x1000)
#define INFOS (BASE + 0x2000)
#define DATA (BASE + 0x4000)
#define BITS 3u		/* eight descriptors */
#define SIZE_BITS 10u

struct scene {
	struct zdm_session s;
	struct memory m;
	uint8_t bytes[0x8000];
};

static void put(struct scene *c, uint64_t kaddr, uint64_t v, size_t len)
{
	memcpy(c->bytes + (kaddr - BASE), &v, len);
}

static void know(struct scene *c, enum zdm_kdef_id id, uint64_t v)
{
	c->s.k.v[id].status = ZDM_OK;
	c->s.k.v[id].value = v;
}

static void scene_init(struct scene *c)
{
	size_t i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < ZDM_NR_KDEFS; i++)
		c->s.k.v[i].status = ZDM_ABSENT;
	c->m.stretch[0] = (struct stretch){ BASE, c->bytes, sizeof(c->bytes) };
	c->m.nr = 1;
	c->s.r = memory_reader(&c->m);
	assert_non_null(c->s.r);
}

/* A ring as 5.10 has it; the offsets are of no kernel. */
static void ring_init(struct scene *c)
{
	scene_init(c);
	know(c, ZDM_SYM_PRB, BASE);
	put(c, BASE, BASE + 0x100, 8);
	know(c, ZDM_MEM_PRB_DESC_RING, 0);
	know(c, ZDM_MEM_PRB_TEXT_RING, 0x40);
	know(c, ZDM_MEM_DESC_RING_COUNT_BITS, 0);
	know(c, ZDM_MEM_DESC_RING_DESCS, 8);
	know(c, ZDM_MEM_DESC_RING_INFOS, 16);
	know(c, ZDM_MEM_DESC_RING_HEAD, 24);
	know(c, ZDM_MEM_DESC_RING_TAIL, 32);
	know(c, ZDM_SIZE_PRB_DESC, 24);
	know(c, ZDM_MEM_PRB_DESC_STATE, 0);
	know(c, ZDM_MEM_PRB_DESC_TEXT_LPOS, 8);
	know(c, ZDM_MEM_LPOS_BEGIN, 0);
	know(c, ZDM_MEM_LPOS_NEXT, 8);
	know(c, ZDM_SIZE_PRINTK_INFO, 88);
	know(c, ZDM_MEM_PRINTK_INFO_TS, 8);
	know(c, ZDM_MEM_PRINTK_INFO_LEN, 16);
	know(c, ZDM_MEM_PRINTK_INFO_CALLER, 20);
	know(c, ZDM_MEM_DATA_RING_SIZE_BITS, 0);
	know(c, ZDM_MEM_DATA_RING_DATA, 8);
	put(c, BASE + 0x100, BITS, 4);
	put(c, BASE + 0x108, DESCS, 8);
	put(c, BASE + 0x110, INFOS, 8);
	put(c, BASE + 0x140, SIZE_BITS, 4);
	put(c, BASE + 0x148, DATA, 8);
	zdm_kfeat_probe(&c->s.f, &c->s.k);
}

static void ring_ids(struct scene *c, uint64_t tail, uint64_t head)
{
	put(c, BASE + 0x118, head, 8);
	put(c, BASE + 0x120, tail, 8);
}

/* state as the kernel's enum desc_state: 1 committed, 2 finalized, 0 and 3 without a record */
static void record(struct scene *c, uint64_t id, unsigned int state, uint64_t begin, uint64_t next,
		   const char *text, uint32_t caller)
{
	uint64_t desc = DESCS + id % (1 << BITS) * 24, info = INFOS + id % (1 << BITS) * 88;
	uint64_t at = begin >> SIZE_BITS == (next - 1) >> SIZE_BITS ? begin % (1 << SIZE_BITS) : 0;

	put(c, desc, id | (uint64_t)state << 62, 8);
	put(c, desc + 8, begin, 8);
	put(c, desc + 16, next, 8);
	put(c, info + 8, 1500000000 + id * 1000, 8);
	put(c, info + 16, strlen(text), 2);
	put(c, info + 20, caller, 4);
	put(c, DATA + at, id, 8);
	memcpy(c->bytes + (DATA - BASE) + at + 8, text, strlen(text));
}

static void assert_log(struct scene *c, const char *want)
{
	char *text;
	size_t len;

	assert_ok(zdm_klog_read(&c->s, &text, &len));
	assert_int_equal(len, strlen(want));
	assert_memory_equal(text, want, len);
	free(text);
}

static void assert_no_log(struct scene *c, enum zdm_status want)
{
	char *text;
	size_t len;

	assert_int_equal(zdm_klog_read(&c->s, &text, &len), want);
	assert_null(text);
	assert_int_equal(len, 0);
}

static void test_ring(void **state)
{
	struct scene c;

	(void)state;
	ring_init(&c);
	ring_ids(&c, 6, 12);
	record(&c, 6, 3, 0, 32, "reused", 1);
	record(&c, 7, 2, 32, 64, "first", 12);
	record(&c, 8, 1, 64, 96, "two\nlines", 0x80000003);
	record(&c, 9, 2, 3, 3, "no data", 1);
	record(&c, 10, 2, 1000, 1056, "astride the end", 0);	/* so it is at the start */
	record(&c, 11, 2, 1984, 2048, "up to the end", 0);
	record(&c, 12, 0, 2144, 2176, "being written", 1);
	assert_log(&c, "[    1.500007][T12] first\n[    1.500008][C3] two\n[    1.500008][C3] lines\n"
		   "[    1.500010] astride the end\n[    1.500011] up to the end\n");
	zdm_reader_destroy(c.s.r);
}

static void test_hostile_ring(void **state)
{
	struct scene c;
	uint64_t random = 1;
	char *text;
	size_t len, i, k;

	(void)state;
	ring_init(&c);
	ring_ids(&c, 0, 1ull << 40);	/* more records than there are places */
	assert_no_log(&c, ZDM_CORRUPT);
	ring_ids(&c, 1, 3);
	record(&c, 1, 2, 0, 1 << 20, "longer than the ring", 1);
	record(&c, 2, 2, 64, 32, "ends before it begins", 1);
	record(&c, 3, 2, 96, 100, "shorter than its head", 1);
	assert_no_log(&c, ZDM_UNREADABLE);
	put(&c, BASE + 0x100, 63, 4);
	assert_no_log(&c, ZDM_CORRUPT);
	put(&c, BASE, 0xdead, 8);
	assert_no_log(&c, ZDM_UNREADABLE);
	c.s.k.v[ZDM_SYM_PRB].status = ZDM_ABSENT;
	assert_no_log(&c, ZDM_ABSENT);
	zdm_reader_destroy(c.s.r);
	/* any bytes at all: it ends, and ASan sees what it touches */
	for (k = 0; k < 200; k++) {
		ring_init(&c);
		for (i = 0; i < sizeof(c.bytes); i += 8)
			put(&c, BASE + i, next_random(&random) & 0xff, 8);
		put(&c, BASE, BASE + 0x100, 8);
		put(&c, BASE + 0x100, BITS, 4);
		put(&c, BASE + 0x140, SIZE_BITS, 4);
		if (zdm_klog_read(&c.s, &text, &len) == ZDM_OK)
			free(text);
		zdm_reader_destroy(c.s.r);
	}
}

static void buffer_record(struct scene *c, uint32_t idx, uint16_t len, const char *text, uint64_t ts)
{
	put(c, DATA + idx, ts, 8);
	put(c, DATA + idx + 8, len, 2);
	put(c, DATA + idx + 10, strlen(text), 2);
	memcpy(c->bytes + (DATA - BASE) + idx + 16, text, strlen(text));
}

/* One buffer, as before 5.10. */
static void test_buffer(void **state)
{
	struct scene c;

	(void)state;
	scene_init(&c);
	know(&c, ZDM_SYM_LOG_BUF, BASE);
	know(&c, ZDM_SYM_LOG_BUF_LEN, BASE + 8);
	know(&c, ZDM_SYM_LOG_FIRST_IDX, BASE + 12);
	know(&c, ZDM_SYM_LOG_NEXT_IDX, BASE + 16);
	know(&c, ZDM_SIZE_PRINTK_LOG, 16);
	know(&c, ZDM_MEM_PRINTK_LOG_TS, 0);
	know(&c, ZDM_MEM_PRINTK_LOG_LEN, 8);
	know(&c, ZDM_MEM_PRINTK_LOG_TEXT_LEN, 10);
	put(&c, BASE, DATA, 8);
	put(&c, BASE + 8, 1024, 4);
	put(&c, BASE + 12, 900, 4);
	put(&c, BASE + 16, 72, 4);
	buffer_record(&c, 900, 40, "oldest", 1000000);
	buffer_record(&c, 940, 0, "", 0);	/* go on at the start */
	buffer_record(&c, 0, 32, "in the", 2000000);
	buffer_record(&c, 32, 40, "newest", 3000000);
	assert_log(&c, "[    0.001000] oldest\n[    0.002000] in the\n[    0.003000] newest\n");
	/* around and around without an end */
	put(&c, BASE + 16, 73, 4);
	buffer_record(&c, 72, 0, "", 0);
	{
		char *text;
		size_t len;

		assert_ok(zdm_klog_read(&c.s, &text, &len));
		assert_true(len < 8u << 20);
		free(text);
	}
	put(&c, BASE + 12, 5000, 4);
	assert_no_log(&c, ZDM_CORRUPT);
	zdm_reader_destroy(c.s.r);
}

TEST_MAIN(cmocka_unit_test(test_ring),
	  cmocka_unit_test(test_hostile_ring),
	  cmocka_unit_test(test_buffer))

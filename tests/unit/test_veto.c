// SPDX-License-Identifier: LGPL-2.1-or-later
/* What no initialised struct page can be; the layout is that of 5.10 on x86-64. */
#include "test_util.h"

#include "model/model.h"
#include "page/veto.h"

#define VMEMMAP 0xffffea0000000000ull
#define PFN 0x12345u

static struct zdm_session session;
static struct zdm_vetoes vetoes;
static const struct zdm_range online = {
	.start_pfn = 0, .end_pfn = 0x100000, .cls = ZDM_CLASS_ONLINE, .valid = ZDM_YES, .pgmap = -1,
};

static struct zdm_model model;

static void known(enum zdm_kdef_id id, uint64_t value)
{
	session.k.v[id].status = ZDM_OK;
	session.k.v[id].value = value;
}

static int setup(void **state)
{
	size_t i;

	(void)state;
	memset(&session, 0, sizeof(session));
	for (i = 0; i < sizeof(session.k.v) / sizeof(session.k.v[0]); i++)
		session.k.v[i].status = ZDM_ABSENT;
	session.g.page_bytes = session.known.page_struct_bytes = 64;
	session.g.vmemmap_kaddr = session.known.vmemmap_kaddr = VMEMMAP;
	session.known.page_size = 4096;
	session.g.node_shift = 54;
	session.g.zone_bits = 3;
	session.g.zone_shift = 51;
	session.g.zone_device = 4;
	known(ZDM_MEM_PAGE_FLAGS, 0);
	known(ZDM_MEM_PAGE_LRU, 8);
	known(ZDM_MEM_PAGE_MAPCOUNT, 48);
	known(ZDM_MEM_PAGE_REFCOUNT, 52);
	known(ZDM_NUM_MAX_NR_ZONES, 5);
	known(ZDM_NUM_PG_RESERVED, 12);
	model.kernel = session.known;
	model.g = session.g;
	zdm_vetoes_init(&vetoes, &session, &model);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	zdm_vetoes_deinit(&vetoes);
	return 0;
}

/* A free page, as __init_single_page() and the allocator leave it: zone 1, node 0. */
static void sound(uint64_t page[8])
{
	uint64_t lru = VMEMMAP + PFN * 64 + 8;

	memset(page, 0, 64);
	page[0] = 1ull << 51;
	page[1] = page[2] = lru;
	page[6] = 0x1ffffffffull;	/* _mapcount -1, _refcount 1 */
}

static enum zdm_veto veto(const uint64_t page[8])
{
	return zdm_veto_page(&vetoes, &online, PFN, (const uint8_t *)page);
}

static void test_sound(void **state)
{
	uint64_t page[8];

	(void)state;
	sound(page);
	assert_int_equal(veto(page), ZDM_VETO_NONE);
	page[6] = 0xffffffffull << 32 | 0xffffffff;	/* one reference given back too often */
	assert_int_equal(veto(page), ZDM_VETO_NONE);
	sound(page);
	page[1] = (VMEMMAP + 0x12340 * 64) | 1;		/* a tail */
	assert_int_equal(veto(page), ZDM_VETO_NONE);
	page[1] = ~(0x200ull * 64 - 1) | 1;		/* the same since 7.1: a mask */
	assert_int_equal(veto(page), ZDM_VETO_NONE);
}

/* Whatever the medium held: all 256 bytes, and no class matters. */
static void test_fill(void **state)
{
	struct zdm_range unknown = online;
	uint64_t page[8];
	unsigned int byte;

	(void)state;
	unknown.valid = ZDM_UNKNOWN;
	for (byte = 1; byte < 256; byte++) {
		memset(page, (int)byte, sizeof(page));
		assert_int_equal(zdm_veto_bytes(veto(page)), ZDM_BYTES_NEVER);
		assert_int_equal(zdm_veto_page(&vetoes, &unknown, PFN, (uint8_t *)page),
				 byte == 0xff ? ZDM_VETO_ONES : ZDM_VETO_FILL);
		assert_int_equal(zdm_veto_page(&vetoes, NULL, PFN, (uint8_t *)page),
				 byte == 0xff ? ZDM_VETO_ONES : ZDM_VETO_FILL);
	}
	memset(page, 0, sizeof(page));
	assert_int_equal(veto(page), ZDM_VETO_ZEROS_OPEN);
	session.f.v[ZDM_FEAT_BOOTHOLE_INIT] = ZDM_YES;
	assert_int_equal(veto(page), ZDM_VETO_ZEROS);
	assert_int_equal(zdm_veto_page(&vetoes, &unknown, PFN, (uint8_t *)page),
			 ZDM_VETO_ZEROS_OPEN);
}

static void test_flags(void **state)
{
	uint64_t page[8], zone;

	(void)state;
	for (zone = 0; zone < 8; zone++) {
		sound(page);
		page[0] = zone << 51;
		assert_int_equal(veto(page), zone == 4 ? ZDM_VETO_IS_DEVICE :
				 zone > 4 ? ZDM_VETO_ZONE : ZDM_VETO_NONE);
	}
	/* init_reserved_page() found no zone; anything less than that is damage */
	sound(page);
	page[0] = 5ull << 51 | 1u << 12;
	assert_int_equal(veto(page), ZDM_VETO_NONE);
	page[2]++;
	assert_int_equal(veto(page), ZDM_VETO_ZONE);
	sound(page);
	page[0] = 6ull << 51 | 1u << 12;
	assert_int_equal(veto(page), ZDM_VETO_ZONE);
	page[0] = UINT64_MAX;
	assert_int_equal(veto(page), ZDM_VETO_POISON);
}

static void test_head(void **state)
{
	static const uint64_t bad[] = {
		1, 0xffff888000001001, VMEMMAP + PFN * 64 + 1, VMEMMAP + (PFN + 8) * 64 + 1,
		VMEMMAP + 0x12340 * 64 + 0x21, 0xdfdfdfdfdfdfdfdf, UINT64_MAX - 2,
	};
	uint64_t page[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sound(page);
		page[1] = bad[i];
		if (veto(page) != ZDM_VETO_HEAD)
			fail_msg("%#llx", (unsigned long long)bad[i]);
	}
}

/* A kernel of which less is known: no test is made that needs it. */
static void test_little_known(void **state)
{
	uint64_t page[8];

	(void)state;
	session.g.zone_shift = 0;
	session.k.v[ZDM_NUM_MAX_NR_ZONES].status = ZDM_ABSENT;
	model.kernel = session.known;
	model.g = session.g;
	zdm_vetoes_init(&vetoes, &session, &model);
	sound(page);
	page[0] = 7ull << 51;
	assert_int_equal(veto(page), ZDM_VETO_NONE);
	memset(page, 0xfd, sizeof(page));
	assert_int_equal(veto(page), ZDM_VETO_FILL);
}

TEST_MAIN(cmocka_unit_test_setup_teardown(test_sound, setup, teardown),
	  cmocka_unit_test_setup_teardown(test_fill, setup, teardown),
	  cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
	  cmocka_unit_test_setup_teardown(test_head, setup, teardown),
	  cmocka_unit_test_setup_teardown(test_little_known, setup, teardown))

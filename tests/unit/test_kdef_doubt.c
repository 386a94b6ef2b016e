// SPDX-License-Identifier: LGPL-2.1-or-later
/* A fact that one source has doubts about must not become "this kernel has no such thing". */
#include "test_util.h"

#include "kfeat.h"

/* Two symbols of that name; two types that disagree; nothing else. */
static enum zdm_status doubt_symbol(void *self, const char *name, uint64_t *kaddr)
{
	(void)self, (void)kaddr;
	return strcmp(name, "page_init_poisoning") ? ZDM_ABSENT : ZDM_UNSUPPORTED;
}

static enum zdm_status doubt_member(void *self, const char *type, const char *member,
				    struct zdm_member *ret)
{
	(void)self, (void)ret;
	return strcmp(type, "mem_section") || strcmp(member, "usage") ? ZDM_ABSENT : ZDM_CORRUPT;
}

static enum zdm_status know_member(void *self, const char *type, const char *member,
				   struct zdm_member *ret)
{
	(void)self;
	*ret = (struct zdm_member){ 8, 8 };
	return strcmp(type, "mem_section") || strcmp(member, "usage") ? ZDM_ABSENT : ZDM_OK;
}

static void test_doubt_stays(void **state)
{
	static const struct zdm_source_ops doubt_ops = { .symbol = doubt_symbol,
							 .member = doubt_member };
	static const struct zdm_source_ops know_ops = { .member = know_member };
	static const struct zdm_source_ops none_ops = { .symbol = NULL };
	const struct zdm_source doubt = { .ops = &doubt_ops, .symbols = "kallsyms",
					  .types = "btf", .complete_types = true };
	const struct zdm_source none = { .ops = &none_ops }, know = { .ops = &know_ops };
	const struct zdm_source *chain[] = { &doubt, &none }, *better[] = { &doubt, &know };
	static struct zdm_kdef k;
	struct zdm_kfeat f;

	(void)state;
	zdm_kdef_resolve(&k, chain, 2, 0);
	zdm_kfeat_probe(&f, &k);
	assert_int_equal(k.v[ZDM_SYM_PAGE_INIT_POISONING].status, ZDM_UNSUPPORTED);
	assert_int_equal(f.v[ZDM_FEAT_INIT_POISON], ZDM_UNKNOWN);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].status, ZDM_CORRUPT);
	assert_int_equal(k.v[ZDM_SYM_PGMAP_ARRAY].status, ZDM_ABSENT);
	/* Known to be absent is still "no". */
	assert_int_equal(f.v[ZDM_FEAT_ZONE_DEVICE], ZDM_NO);

	zdm_kdef_resolve(&k, better, 2, 0);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].status, ZDM_OK);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].value, 8);
}

TEST_MAIN(cmocka_unit_test(test_doubt_stays))

// SPDX-License-Identifier: LGPL-2.1-or-later
/* A fact that one source has doubts about must not become "this kernel has no such thing". */
#include "test_util.h"

#include "kernel/kfeat.h"
#include "capsule/layout_write.h"

/* Two symbols of that name; two types that disagree; nothing else. */
static enum zdm_status doubt_symbol(void *self, const char *name, uint64_t *kaddr)
{
	(void)self, (void)kaddr;
	return strcmp(name, "page_init_poisoning") ? ZDM_ABSENT : ZDM_AMBIGUOUS;
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
	assert_int_equal(k.v[ZDM_SYM_PAGE_INIT_POISONING].status, ZDM_AMBIGUOUS);
	assert_int_equal(f.v[ZDM_FEAT_INIT_POISON], ZDM_UNKNOWN);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].status, ZDM_CORRUPT);
	assert_int_equal(k.v[ZDM_SYM_PGMAP_ARRAY].status, ZDM_ABSENT);
	/* Known to be absent is still "no". */
	assert_int_equal(f.v[ZDM_FEAT_ZONE_DEVICE], ZDM_NO);

	zdm_kdef_resolve(&k, better, 2, 0);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].status, ZDM_OK);
	assert_int_equal(k.v[ZDM_MEM_SECTION_USAGE].value, 8);
}

static bool to_text(void *priv, const char *text, size_t len)
{
	strncat(priv, text, len);
	return true;
}

/*
 * A row in doubt is not written to a layout file; were that file to call itself
 * complete, whoever reads it would take the row for absent.
 */
static void test_doubt_is_not_complete(void **state)
{
	static const struct zdm_source_ops doubt_ops = { .symbol = doubt_symbol,
							 .member = know_member };
	static const struct zdm_source_ops know_ops = { .member = know_member };
	const struct zdm_source doubt = { .ops = &doubt_ops, .symbols = "vmlinux", .types = "dwarf",
					  .complete_types = true };
	const struct zdm_source know = { .ops = &know_ops, .symbols = "vmlinux", .types = "dwarf",
					 .complete_types = true };
	const struct zdm_source *one = &doubt, *other = &know;
	const struct zdm_layout_info info = { .release = "6.1", .build_id = "" };
	char text[2000] = "";
	const struct zdm_sink sink = { .emit_fn = to_text, .priv = text };
	static struct zdm_kdef k;

	(void)state;
	zdm_kdef_resolve(&k, &one, 1, 0);
	assert_int_equal(k.v[ZDM_SYM_PAGE_INIT_POISONING].status, ZDM_AMBIGUOUS);
	zdm_layout_write(&k, &info, &sink);
	assert_null(strstr(text, "zdm_complete"));
	text[0] = '\0';
	zdm_kdef_resolve(&k, &other, 1, 0);
	zdm_layout_write(&k, &info, &sink);
	assert_non_null(strstr(text, "NUMBER(zdm_complete)=1"));
}

static enum zdm_status absurd_size(void *self, const char *type, uint64_t *bytes)
{
	(void)self, (void)type;
	*bytes = UINT64_MAX - 7;
	return ZDM_OK;
}

static enum zdm_status absurd_member(void *self, const char *type, const char *member,
				     struct zdm_member *ret)
{
	(void)self, (void)type, (void)member;
	*ret = (struct zdm_member){ UINT64_MAX - 7, 8 };
	return ZDM_OK;
}

/* An offset that overflows when a size is added would pass every later check. */
static void test_absurd(void **state)
{
	static const struct zdm_source_ops ops = { .size = absurd_size, .member = absurd_member };
	const struct zdm_source host = { .ops = &ops, .types = "host" }, *chain = &host;
	static struct zdm_kdef k;

	(void)state;
	zdm_kdef_resolve(&k, &chain, 1, 0);
	assert_int_equal(k.v[ZDM_MEM_SECTION_MEM_MAP].status, ZDM_CORRUPT);
	assert_int_equal(k.v[ZDM_SIZE_PAGE].status, ZDM_CORRUPT);
}

/* kallsyms without CONFIG_KALLSYMS_ALL: what it does not list may well exist. */
static void test_partial_kallsyms(void **state)
{
	static const struct zdm_source_ops none_ops = { .symbol = NULL };
	struct zdm_source kallsyms = { .ops = &none_ops, .symbols = "kallsyms" };
	const struct zdm_source *chain = &kallsyms;
	static struct zdm_kdef k;
	struct zdm_kfeat f;

	(void)state;
	zdm_kdef_resolve(&k, &chain, 1, 0);
	zdm_kfeat_probe(&f, &k);
	assert_int_equal(f.v[ZDM_FEAT_INIT_POISON], ZDM_UNKNOWN);
	kallsyms.complete_symbols = true;
	zdm_kdef_resolve(&k, &chain, 1, 0);
	zdm_kfeat_probe(&f, &k);
	assert_int_equal(f.v[ZDM_FEAT_INIT_POISON], ZDM_NO);
}

TEST_MAIN(cmocka_unit_test(test_doubt_stays), cmocka_unit_test(test_doubt_is_not_complete),
	  cmocka_unit_test(test_absurd), cmocka_unit_test(test_partial_kallsyms))

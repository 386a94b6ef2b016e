// SPDX-License-Identifier: LGPL-2.1-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kallsyms_tables.h"
#include "source/names.h"

/* In the order of addresses, as the kernel sorts them. */
static const struct sym few[] = {
	{ 0x0, "A__per_cpu_start" },
	{ 0x1fd40, "dcleanup_list" },
	{ 0x2a000, "Athis_cpu_off" },
	{ 0xffffffff81000000, "T_stext" },
	{ 0xffffffff81000000, "T_text" },
	{ 0xffffffff81234560, "tmemory_block_change_state" },
	{ 0xffffffff81300010, "tpgmap_array.llvm.99" },		/* text: the data one wins */
	{ 0xffffffff81300100, "tprobe" },
	{ 0xffffffff82100000, "D__start_rodata" },
	{ 0xffffffff82438070, "R__start_BTF" },
	{ 0xffffffff82a10000, "Dinit_top_pgt" },
	{ 0xffffffff82bf9b60, "Dinit_uts_ns" },
	{ 0xffffffff833b2d60, "bpgmap_array" },
	{ 0xffffffff833b2d70, "bshadowed" },
	{ 0xffffffff833b2d80, "Bshadowed" },
	{ 0xffffffff833b2d90, "btwice" },
	{ 0xffffffff83406430, "bmemory_blocks.llvm.1234567890" },
	{ 0xffffffff83406440, "btwice" },
	{ 0xffffffff83406450, "dlto" },
	{ 0xffffffff83406460, "dlto.llvm.5" },
	{ 0xffffffff83406470, "bdprobe" },
	{ 0xffffffff83406480, "btwo_lto.llvm.1" },
	{ 0xffffffff83406490, "btwo_lto.llvm.2" },
	{ 0xffffffff834064a0, "dcounter.1" },
	{ 0xffffffff83a00000, "B_end" },
};

#define NR_FEW (sizeof(few) / sizeof(few[0]))

struct opened {
	struct tables *t;
	struct memory m;
	struct zdm_reader *r;
	struct zdm_source *vmcoreinfo, *src;
	char err[256];
};

/* The tables, possibly tampered with, behind a reader; then open them. */
static void prepare(struct opened *o, enum age age, const struct sym *syms, uint32_t nr)
{
	memset(o, 0, sizeof(*o));
	o->t = tables_make(age, syms, nr);
	add_line(o->t, "_stext", 0xffffffff81000000);
	add_line(o->t, "init_uts_ns", 0xffffffff82bf9b60);
	/* VMCOREINFO gives the value of this one, not its address. */
	add_line(o->t, "mem_section", 0xffff888000000000);
}

static enum zdm_status try_open(struct opened *o)
{
	o->m.nr = 1;
	o->m.stretch[0] = (struct stretch){ TABLES_KADDR, o->t->bytes, o->t->len };
	o->r = memory_reader(&o->m);
	assert_non_null(o->r);
	assert_int_equal(zdm_source_vmcoreinfo_open(o->t->vmcoreinfo, strlen(o->t->vmcoreinfo),
						    &o->vmcoreinfo), ZDM_OK);
	o->src = (void *)1;
	return zdm_source_kallsyms_open(o->r, o->vmcoreinfo, &o->src, o->err, sizeof(o->err));
}

static void finish(struct opened *o)
{
	zdm_source_close(o->src);
	zdm_source_close(o->vmcoreinfo);
	zdm_reader_destroy(o->r);
	tables_free(o->t);
}

static void expect(const struct opened *o, const char *name, uint64_t addr)
{
	uint64_t kaddr = 0;
	enum zdm_status st = o->src->ops->symbol(o->src->self, name, &kaddr);

	if (st || kaddr != addr)
		fail_msg("%s: status %d, %" PRIx64 ", not %" PRIx64, name, st, kaddr, addr);
}

static void expect_status(const struct opened *o, const char *name, enum zdm_status want)
{
	uint64_t kaddr;
	enum zdm_status st = o->src->ops->symbol(o->src->self, name, &kaddr);

	if (st != want)
		fail_msg("%s: status %d, not %d", name, st, want);
}

/* Every kernel's way of writing the same list. */
static void test_ages(void **state)
{
	enum age age;

	(void)state;
	for (age = 0; age < NR_AGES; age++) {
		struct opened o;

		prepare(&o, age, few, NR_FEW);
		if (try_open(&o))
			fail_msg("age %d: %s", age, o.err);
		assert_string_equal(o.err, "");
		assert_string_equal(o.src->symbols, "kallsyms");
		assert_null(o.src->types);
		assert_false(o.src->link_addresses);
		expect(&o, "_stext", 0xffffffff81000000);
		expect(&o, "_text", 0xffffffff81000000);
		expect(&o, "init_top_pgt", 0xffffffff82a10000);
		expect(&o, "__start_BTF", 0xffffffff82438070);
		expect(&o, "memory_block_change_state", 0xffffffff81234560);
		expect(&o, "pgmap_array", 0xffffffff833b2d60);
		expect(&o, "_end", 0xffffffff83a00000);
		if (age <= AGE_6_12) {
			expect(&o, "__per_cpu_start", 0);
			expect(&o, "this_cpu_off", 0x2a000);
		}
		expect_status(&o, "pgmap_arra", ZDM_ABSENT);
		expect_status(&o, "pgmap_array_", ZDM_ABSENT);
		expect_status(&o, "", ZDM_ABSENT);
		finish(&o);
	}
}

/*
 * CONFIG_KALLSYMS_ALL=n: functions only. That pgmap_array is not listed then says
 * nothing about the kernel.
 */
static void test_functions_only(void **state)
{
	static const struct sym functions[] = {
		{ 0xffffffff81000000, "T_stext" },
		{ 0xffffffff81234560, "tmemory_block_change_state" },
		{ 0xffffffff82100000, "D__start_rodata" },
	};
	struct opened o;

	(void)state;
	prepare(&o, AGE_6_12, few, NR_FEW);
	assert_int_equal(try_open(&o), ZDM_OK);
	assert_true(o.src->complete_symbols);
	finish(&o);
	prepare(&o, AGE_6_12, functions, 2);
	assert_int_equal(try_open(&o), ZDM_OK);
	assert_false(o.src->complete_symbols);
	finish(&o);
	prepare(&o, AGE_6_12, functions, 3);
	assert_int_equal(try_open(&o), ZDM_OK);
	assert_true(o.src->complete_symbols);
	finish(&o);
}

/* Variables before functions, global ones before local ones, exact names before LTO's. */
static void test_choice(void **state)
{
	struct opened o;

	(void)state;
	prepare(&o, AGE_6_12, few, NR_FEW);
	assert_int_equal(try_open(&o), ZDM_OK);
	expect(&o, "pgmap_array", 0xffffffff833b2d60);
	expect(&o, "pgmap_array.llvm.99", 0xffffffff81300010);
	expect(&o, "shadowed", 0xffffffff833b2d80);
	expect_status(&o, "twice", ZDM_AMBIGUOUS);
	expect(&o, "memory_blocks", 0xffffffff83406430);
	expect(&o, "memory_blocks.llvm.1234567890", 0xffffffff83406430);
	expect_status(&o, "memory_blocks.llvm.7", ZDM_ABSENT);
	expect(&o, "lto", 0xffffffff83406450);
	expect(&o, "lto.llvm.5", 0xffffffff83406460);
	expect(&o, "probe", 0xffffffff81300100);
	expect(&o, "dprobe", 0xffffffff83406470);
	expect_status(&o, "two_lto", ZDM_AMBIGUOUS);
	expect_status(&o, "counter", ZDM_ABSENT);
	expect(&o, "counter.1", 0xffffffff834064a0);
	finish(&o);
}

/* The kernel was moved: what VMCOREINFO says and what the tables say move together. */
static void test_moved(void **state)
{
	const uint64_t by = 0x1c00000;
	struct opened o;

	(void)state;
	prepare(&o, AGE_6_1, few, NR_FEW);
	*(uint64_t *)(o.t->bytes + (o.t->relative_base - TABLES_KADDR)) += by;
	o.t->vmcoreinfo[0] = '\0';
	add_line(o.t, "kallsyms_names", o.t->names);
	add_line(o.t, "kallsyms_num_syms", o.t->num_syms);
	add_line(o.t, "kallsyms_token_table", o.t->token_table);
	add_line(o.t, "kallsyms_token_index", o.t->token_index);
	add_line(o.t, "kallsyms_offsets", o.t->offsets);
	add_line(o.t, "kallsyms_relative_base", o.t->relative_base);
	add_line(o.t, "init_uts_ns", 0xffffffff82bf9b60 + by);
	assert_int_equal(try_open(&o), ZDM_OK);
	expect(&o, "pgmap_array", 0xffffffff833b2d60 + by);
	expect(&o, "this_cpu_off", 0x2a000);
	finish(&o);
}

/* 20 000 symbols, some with names that need two bytes of length: several chunks. */
static void test_many(void **state)
{
	enum { NR = 20000 };
	struct sym *syms = calloc(NR, sizeof(*syms));
	struct opened o;
	uint32_t i;
	enum age age;

	(void)state;
	for (i = 0; i < NR; i++) {
		char *name = malloc(512);
		size_t len = sprintf(name, "%csymbol_number_%u", i & 1 ? 'd' : 'T', i);

		if (i % 1000 == 7) {
			memset(name + len, 'Z', 400);
			name[len + 400] = '\0';
		}
		syms[i].name = name;
		syms[i].addr = 0xffffffff81000000 + i * 64;
	}
	free((char *)syms[0].name);
	syms[0].name = strdup("T_stext");
	for (age = AGE_6_1; age < NR_AGES; age++) {
		prepare(&o, age, syms, NR);
		if (try_open(&o))
			fail_msg("age %d: %s", age, o.err);
		/* In pieces of 64 KiB, not byte by byte. */
		assert_in_range(o.m.reads, 10, o.t->len / 65536 + 60);
		for (i = 1; i < NR; i += 997)
			expect(&o, syms[i].name + 1, syms[i].addr);
		expect(&o, syms[7].name + 1, syms[7].addr);
		expect(&o, syms[NR - 1].name + 1, syms[NR - 1].addr);
		finish(&o);
	}
	for (i = 0; i < NR; i++)
		free((char *)syms[i].name);
	free(syms);
}

static void test_absent(void **state)
{
	struct opened o;

	(void)state;
	prepare(&o, AGE_6_1, few, NR_FEW);
	strcpy(o.t->vmcoreinfo, "OSRELEASE=5.10\nSYMBOL(_stext)=ffffffff81000000\n");
	assert_int_equal(try_open(&o), ZDM_ABSENT);
	assert_null(o.src);
	assert_non_null(strstr(o.err, "VMCOREINFO does not say where kallsyms_num_syms is"));
	finish(&o);

	prepare(&o, AGE_6_1, few, NR_FEW);
	memcpy(strstr(o.t->vmcoreinfo, "SYMBOL(kallsyms_names)=f"), "SYMBOL(kallsyms_names)=x", 24);
	assert_int_equal(try_open(&o), ZDM_CORRUPT);
	assert_non_null(strstr(o.err, "no believable address of kallsyms_names"));
	finish(&o);
}

/* The dump lacks one table, or the second half of the names. */
static void test_unreadable(void **state)
{
	static const struct {
		size_t field;
		const char *says;
	} rows[] = {
		{ offsetof(struct tables, num_syms), "kallsyms_num_syms at " },
		{ offsetof(struct tables, names), "kallsyms_names at " },
		/* names and markers are read as one */
		{ offsetof(struct tables, markers), "kallsyms_names at " },
		{ offsetof(struct tables, token_table), "kallsyms_token_table at " },
		{ offsetof(struct tables, token_index), "kallsyms_token_index at " },
		{ offsetof(struct tables, offsets), "kallsyms_offsets at " },
		{ offsetof(struct tables, relative_base), "kallsyms_relative_base at " },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct opened o;
		uint64_t gap;
		enum zdm_status st;

		prepare(&o, AGE_6_12, few, NR_FEW);
		gap = *(uint64_t *)((char *)o.t + rows[i].field) - TABLES_KADDR;
		/* Two stretches with a byte missing between them. */
		o.m.nr = 2;
		o.m.stretch[0] = (struct stretch){ TABLES_KADDR, o.t->bytes, gap };
		o.m.stretch[1] = (struct stretch){ TABLES_KADDR + gap + 1, o.t->bytes + gap + 1,
						   o.t->len - gap - 1 };
		o.r = memory_reader(&o.m);
		zdm_source_vmcoreinfo_open(o.t->vmcoreinfo, strlen(o.t->vmcoreinfo),
					   &o.vmcoreinfo);
		st = zdm_source_kallsyms_open(o.r, o.vmcoreinfo, &o.src, o.err, sizeof(o.err));
		if (st != ZDM_UNREADABLE || o.src || !strstr(o.err, rows[i].says) ||
		    !strstr(o.err, "not in the dump"))
			fail_msg("row %zu: status %d: %s", i, st, o.err);
		finish(&o);
	}
}

/* Names that are expected cost one pass over the names, and nothing when they are asked for. */
static void test_expected(void **state)
{
	static const char *const names[] = { "pgmap_array", "memory_blocks", "lto", "nothing" };
	struct zdm_names expected = { 0 };
	struct opened o;
	unsigned int reads;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(zdm_names_add(&expected, names[i], strlen(names[i])), ZDM_OK);
	prepare(&o, AGE_6_12, few, NR_FEW);
	assert_int_equal(try_open(&o), ZDM_OK);
	reads = o.m.reads;
	zdm_source_close(o.src);
	assert_int_equal(zdm_source_kallsyms_open_for(o.r, o.vmcoreinfo, &expected, &o.src, o.err,
						      sizeof(o.err)), ZDM_OK);
	/* three symbols, pgmap_array.llvm.99 and lto.llvm.5: an address of each */
	assert_int_equal(o.m.reads, 2 * reads + 5);
	reads = o.m.reads;
	expect(&o, "pgmap_array", 0xffffffff833b2d60);
	expect(&o, "memory_blocks", 0xffffffff83406430);
	expect(&o, "lto", 0xffffffff83406450);
	expect_status(&o, "nothing", ZDM_ABSENT);
	assert_int_equal(o.m.reads, reads);
	/* one that nobody expected costs a pass, once */
	expect(&o, "shadowed", 0xffffffff833b2d80);
	assert_true(o.m.reads > reads);
	reads = o.m.reads;
	expect(&o, "shadowed", 0xffffffff833b2d80);
	expect_status(&o, "nothing", ZDM_ABSENT);
	assert_int_equal(o.m.reads, reads);
	finish(&o);
	zdm_names_deinit(&expected);
}

/* The dump lacks the address of one symbol: that one is not known, nor is it absent. */
static void test_one_address(void **state)
{
	const size_t lost = 12;		/* pgmap_array */
	struct opened o;
	uint64_t gap;

	(void)state;
	prepare(&o, AGE_6_12, few, NR_FEW);
	gap = o.t->offsets + 4 * lost - TABLES_KADDR;
	o.m.nr = 2;
	o.m.stretch[0] = (struct stretch){ TABLES_KADDR, o.t->bytes, gap };
	o.m.stretch[1] = (struct stretch){ TABLES_KADDR + gap + 4, o.t->bytes + gap + 4,
					   o.t->len - gap - 4 };
	o.r = memory_reader(&o.m);
	zdm_source_vmcoreinfo_open(o.t->vmcoreinfo, strlen(o.t->vmcoreinfo), &o.vmcoreinfo);
	assert_int_equal(zdm_source_kallsyms_open(o.r, o.vmcoreinfo, &o.src, o.err, sizeof(o.err)),
			 ZDM_OK);
	expect_status(&o, "pgmap_array", ZDM_UNREADABLE);
	expect(&o, "init_top_pgt", 0xffffffff82a10000);
	expect_status(&o, "nothing", ZDM_ABSENT);
	/* names that cannot be read any more are not absent either */
	o.m.nr = 0;
	expect_status(&o, "memory_blocks", ZDM_UNREADABLE);
	expect(&o, "init_top_pgt", 0xffffffff82a10000);
	finish(&o);
}

static void damage(struct opened *o, uint64_t kaddr, const void *bytes, size_t len)
{
	memcpy(o->t->bytes + (kaddr - TABLES_KADDR), bytes, len);
}

static void expect_corrupt(struct opened *o, const char *says)
{
	enum zdm_status st = try_open(o);

	if (st != ZDM_CORRUPT || o->src || !strstr(o->err, says) || strchr(o->err, '\n'))
		fail_msg("status %d: \"%s\" lacks \"%s\"", st, o->err, says);
	finish(o);
}

static void test_corrupt(void **state)
{
	const uint32_t none = 0, too_many = 4194305, one_more = NR_FEW + 1, one_less = NR_FEW - 1;
	const uint64_t moved = RELATIVE_BASE + 0x1000;
	const uint16_t wrong_token = 3;
	const int32_t off = -2;
	const uint8_t no_token = 32;
	struct opened o;

	(void)state;
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->num_syms, &none, 4);
	expect_corrupt(&o, "kallsyms_num_syms");
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->num_syms, &too_many, 4);
	expect_corrupt(&o, "kallsyms_num_syms");
	/* Off by one: the names do not end where the markers begin. */
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->num_syms, &one_more, 4);
	expect_corrupt(&o, "kallsyms_names");
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->num_syms, &one_less, 4);
	expect_corrupt(&o, "kallsyms_names");
	/* A length byte. */
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->names, "\377", 1);
	expect_corrupt(&o, "kallsyms_names");
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->names, "", 1);
	expect_corrupt(&o, "kallsyms_names");
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->token_index + 20, &wrong_token, 2);
	expect_corrupt(&o, "kallsyms_token_table");
	/* A name that begins with the empty token: it has no type. */
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->names + 1, &no_token, 1);
	expect_corrupt(&o, "symbols are damaged");
	/* Addresses: base moved, one anchor moved. */
	prepare(&o, AGE_6_1, few, NR_FEW);
	damage(&o, o.t->relative_base, &moved, 8);
	expect_corrupt(&o, "disagree with VMCOREINFO");
	prepare(&o, AGE_7_3, few, NR_FEW);
	damage(&o, o.t->offsets + 4 * 11, &off, 4);
	expect_corrupt(&o, "disagree with VMCOREINFO");
	/* No anchor at all: nothing vouches for the addresses. */
	prepare(&o, AGE_7_3, few, NR_FEW);
	o.t->vmcoreinfo[strstr(o.t->vmcoreinfo, "SYMBOL(_stext)") - o.t->vmcoreinfo] = '\0';
	expect_corrupt(&o, "disagree with VMCOREINFO");
}

/*
 * Any bytes of the tables and of their addresses: an error or an answer, never
 * a crash, and an anchor that was found keeps its address.
 */
static void test_fuzz(void **state)
{
	unsigned int run, runs = fuzz_runs(4000), good = 0, corrupt = 0;
	uint64_t seed = 7;

	(void)state;
	for (run = 0; run < runs; run++) {
		struct opened o;
		enum zdm_status st;
		uint64_t kaddr;
		int i, flips = 1 + run % 3;

		prepare(&o, run % NR_AGES, few, NR_FEW);
		for (i = 0; i < flips; i++)
			o.t->bytes[next_random(&seed) % o.t->len] ^= 1 << next_random(&seed) % 8;
		if (run % 16 == 0)
			o.t->vmcoreinfo[next_random(&seed) % strlen(o.t->vmcoreinfo)] = '0';
		st = try_open(&o);
		if (!st) {
			good++;
			o.src->ops->symbol(o.src->self, "pgmap_array", &kaddr);
			if (!o.src->ops->symbol(o.src->self, "init_uts_ns", &kaddr) &&
			    run % 16)
				assert_true(kaddr == 0xffffffff82bf9b60);
		} else {
			corrupt += st == ZDM_CORRUPT;
			assert_null(o.src);
			assert_true(o.err[0]);
		}
		finish(&o);
	}
	/* Both happened: neither is everything refused nor everything taken. */
	assert_true(good > runs / 20);
	assert_true(corrupt > runs / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ages), cmocka_unit_test(test_functions_only),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_expected), cmocka_unit_test(test_one_address),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_corrupt),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

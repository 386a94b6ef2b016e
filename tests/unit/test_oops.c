// SPDX-License-Identifier: LGPL-2.1-or-later
/* Registers from the texts that kernels and crash print. */
#include "test_util.h"

#include <stdio.h>

#include <zdm/page.h>

struct regs {
	struct zdm_oops_word *w;
	size_t nr;
	enum zdm_status status;
};

static struct regs parse_len(const char *text, size_t len)
{
	struct regs r = { NULL, 0, ZDM_OK };
	/* a copy of exactly that size: a byte read beyond it is an error of ASan */
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	r.status = zdm_oops_parse(copy, len, &r.w, &r.nr);
	free(copy);
	return r;
}

static struct regs parse(const char *text)
{
	return parse_len(text, strlen(text));
}

/* The value of the first word of that name; a test fails if there is none. */
static uint64_t reg(const struct regs *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nr; i++) {
		if (!strcmp(r->w[i].name, name))
			return r->w[i].value;
	}
	fail_msg("no %s among %zu words", name, r->nr);
	return 0;
}

static bool has(const struct regs *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->nr; i++) {
		if (!strcmp(r->w[i].name, name))
			return true;
	}
	return false;
}

static void test_kernel_text(void **state)
{
	struct regs r = parse("[  1.0] BUG: unable to handle page fault for address: fffffffffffffffe\n"
			      "[  1.1] RIP: 0010:stable_page_flags+0x27/0x3f0\n"
			      "[  1.2] RSP: 0018:ffffa5e601a0fe60 EFLAGS: 00010202\n"
			      "[  1.3] RAX: fffffffffffffffe RBX: ffffffffffffffff RCX: 0000000000000000\n"
			      "[  1.4] R10: 0000000000000000 R11: 0000000000000001 R12: 0000000000240000\n"
			      "[  1.5] RBP: ffffd07489000000 R08: 0000000000000002 R09: 0000000000000003\n"
			      "[  1.6] CR2: fffffffffffffffe CR3: 000000023a204000 CR4: 00000000000006e0\n");

	(void)state;
	assert_ok(r.status);
	assert_int_equal(reg(&r, "fault address"), 0xfffffffffffffffe);
	assert_int_equal(reg(&r, "RSP"), 0xffffa5e601a0fe60);
	assert_int_equal(reg(&r, "RBX"), 0xffffffffffffffff);
	assert_int_equal(reg(&r, "R12"), 0x240000);
	assert_int_equal(reg(&r, "R08"), 2);
	assert_int_equal(reg(&r, "R09"), 3);
	assert_int_equal(reg(&r, "CR2"), 0xfffffffffffffffe);
	assert_false(has(&r, "CR3"));	/* a physical address by nature */
	assert_false(has(&r, "RIP"));	/* a name is no value */
	assert_int_equal(r.nr, 12);
	free(r.w);
}

static void test_user_mode_does_not_count(void **state)
{
	struct regs r = parse("RIP: 0033:0x438433\n"
			      "RSP: 002b:00007ffc10113a88 EFLAGS: 00000202 ORIG_RAX: 0000000000000011\n"
			      "RAX: ffffffffffffffda RBX: 0000000000100000 RCX: 0000000000438433\n"
			      "CR2: ffffea0004000000\n"
			      "RDX: ffffea0004000000\n");

	(void)state;
	assert_ok(r.status);
	assert_int_equal(r.nr, 1);	/* CR2 is the kernel's, what follows is not */
	assert_int_equal(reg(&r, "CR2"), 0xffffea0004000000);
	free(r.w);

	r = parse("RIP: 0033:0x438433\nRAX: ffffffffffffffda\n");
	assert_int_equal(r.status, ZDM_ABSENT);
	assert_null(r.w);
}

static void test_backtrace_of_crash(void **state)
{
	struct regs r = parse(" #6 [ffffc90000123d60] asm_exc_page_fault at ffffffff81a00b62\n"
			      "    [exception RIP: walker+18]\n"
			      "    RIP: ffffffffa0001012  RSP: ffffc90000123e10  RFLAGS: 00010246\n"
			      "    RAX: 0000000000000000  RBX: ffffea0004000000  RCX: 0000000000000001\n"
			      "    RBP: 0000000000000001   R8: 0000000000000008   R9: 0000000000000009\n"
			      "    ORIG_RAX: ffffffffffffffff  CS: 0010  SS: 0018\n"
			      " #7 [ffffc90000123f50] entry at ffffffff81a0006e\n"
			      "    RIP: 00007f0266ba426b  RSP: 00007ffc10113a88  RFLAGS: 00000202\n"
			      "    RAX: ffffffffffffffda  RBX: 0000000000100000  RCX: ffffffffffffffff\n"
			      "    ORIG_RAX: 0000000000000011  CS: 0033  SS: 002b\n");

	(void)state;
	assert_ok(r.status);
	assert_int_equal(reg(&r, "RIP"), 0xffffffffa0001012);
	assert_int_equal(reg(&r, "RBX"), 0xffffea0004000000);
	assert_int_equal(reg(&r, "R08"), 8);	/* one name for a register, whoever prints it */
	assert_int_equal(reg(&r, "RAX"), 0);	/* not ORIG_RAX */
	assert_int_equal(r.nr, 8);
	free(r.w);
}

static void test_other_wordings(void **state)
{
	static const struct {
		const char *text;
		uint64_t fault;
	} faults[] = {
		{ "BUG: kernel NULL pointer dereference, address: 0000000000000008\n", 8 },
		{ "BUG: unable to handle kernel paging request at ffffea0004000034\n",
		  0xffffea0004000034 },
		{ "BUG: unable to handle kernel NULL pointer dereference at 0000000000000010\n", 16 },
		{ "general protection fault, probably for non-canonical address "
		  "0xdead000000000100: 0000 [#1]\n", 0xdead000000000100 },
	};
	struct regs r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		r = parse(faults[i].text);
		assert_ok(r.status);
		assert_int_equal(reg(&r, "fault address"), faults[i].fault);
		assert_int_equal(r.nr, 1);
		free(r.w);
	}
	/* before 4.11 the address stood in brackets */
	r = parse("RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] f+0x1/0x2\n"
		  "RDI: ffffea0004000000\n");
	assert_ok(r.status);
	assert_int_equal(reg(&r, "RIP"), 0xffffffff81234567);
	assert_int_equal(reg(&r, "RDI"), 0xffffea0004000000);
	free(r.w);
}

static void test_quoted_mail(void **state)
{
	struct regs r = parse(">>>>>> [ 114.502009] RDX: 0000000000000001 RDI: ffffd07489000000\r\n"
			      "> RDI: ffffd07489000000\n");

	(void)state;
	assert_ok(r.status);
	assert_int_equal(reg(&r, "RDI"), 0xffffd07489000000);
	assert_int_equal(r.nr, 2);	/* the same again is not another */
	free(r.w);
}

static void test_nothing_of_the_kind(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "RDI:", "RDI: ", "RDI: zzzz\n", "RDI: 12\n", "XRDI: ffffea0004000000\n",
		"RDI: 0123456789abcdef0\n", "RIP: ", "RIP: 0010:", "RIP: 0010:[<", "page fault for address: ",
		"all RAXes are equal", "MRBX: ffffffffffffffff",
	};
	struct regs r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		r = parse(texts[i]);
		assert_int_equal(r.status, ZDM_ABSENT);
		assert_null(r.w);
		assert_int_equal(r.nr, 0);
	}
}

/* Whatever is cut off or flipped, nothing is read beyond the end. */
static void test_damage(void **state)
{
	static const char text[] = "RIP: 0010:f+0x1/0x2\nRSP: 0018:ffffa5e601a0fe60\n"
		"page fault for address: ffffea0004000000\nRAX: fffffffffffffffe RBX: 0000000000000001";
	char damaged[sizeof(text)];
	struct regs r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++) {
		r = parse_len(text, i);
		free(r.w);
		memcpy(damaged, text, sizeof(text));
		damaged[i] = (char)0xff;
		r = parse_len(damaged, sizeof(text));
		assert_ok(r.status);
		free(r.w);
	}
}

static void test_endless_log(void **state)
{
	enum { LINES = 20000, LINE = 32 };
	char *text = malloc(LINES * LINE);
	struct regs r;
	size_t i, n = 0;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < LINES; i++)
		n += (size_t)snprintf(text + n, LINE, "RAX: %016zx\n", i);
	r = parse_len(text, n);
	assert_ok(r.status);
	assert_true(r.nr >= 1000 && r.nr < LINES);	/* bounded */
	assert_int_equal(r.w[r.nr - 1].value, r.nr - 1);
	free(r.w);
	free(text);
}

TEST_MAIN(cmocka_unit_test(test_kernel_text),
	  cmocka_unit_test(test_user_mode_does_not_count),
	  cmocka_unit_test(test_backtrace_of_crash),
	  cmocka_unit_test(test_other_wordings),
	  cmocka_unit_test(test_quoted_mail),
	  cmocka_unit_test(test_nothing_of_the_kind),
	  cmocka_unit_test(test_damage),
	  cmocka_unit_test(test_endless_log))

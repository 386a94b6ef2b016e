// SPDX-License-Identifier: LGPL-2.1-or-later
/* Registers from the texts that kernels and crash print. */
#include "oops_text.h"

static void test_kernel_text(void **state)
{
	struct zdm_oops *o = oops_of("[  1.0] BUG: unable to handle page fault for address: fffffffffffffffe\n"
				     "[  1.1] RIP: 0010:stable_page_flags+0x27/0x3f0\n"
				     "[  1.2] RSP: 0018:ffffa5e601a0fe60 EFLAGS: 00010202\n"
				     "[  1.3] RAX: fffffffffffffffe RBX: ffffffffffffffff RCX: 0000000000000000\n"
				     "[  1.4] R10: 0000000000000000 R11: 0000000000000001 R12: 0000000000240000\n"
				     "[  1.5] RBP: ffffd07489000000 R08: 0000000000000002 R09: 0000000000000003\n"
				     "[  1.6] CR2: fffffffffffffffe CR3: 000000023a204000 CR4: 00000000000006e0\n");

	(void)state;
	assert_int_equal(value(o, 1, "fault address"), 0xfffffffffffffffe);
	assert_int_equal(value(o, 1, "RSP"), 0xffffa5e601a0fe60);
	assert_int_equal(value(o, 1, "RBX"), 0xffffffffffffffff);
	assert_int_equal(value(o, 1, "R12"), 0x240000);
	assert_int_equal(value(o, 1, "R08"), 2);
	assert_int_equal(value(o, 1, "R09"), 3);
	assert_int_equal(value(o, 1, "CR2"), 0xfffffffffffffffe);
	assert_false(has(o, 1, "CR3"));	/* a physical address by nature */
	assert_false(has(o, 1, "RIP"));	/* a name is no value */
	assert_string_equal(group(o, 1)->function, "stable_page_flags");
	assert_int_equal(zdm_oops_words(o), 12);
	zdm_oops_free(o);
}

static void test_user_mode_does_not_count(void **state)
{
	struct zdm_oops *o = oops_of("RIP: 0033:0x438433\n"
				     "RSP: 002b:00007ffc10113a88 EFLAGS: 00000202 ORIG_RAX: 0000000000000011\n"
				     "RAX: ffffffffffffffda RBX: 0000000000100000 RCX: 0000000000438433\n"
				     "CR2: ffffea0004000000\n"
				     "RDX: ffffea0004000000\n");

	(void)state;
	assert_int_equal(zdm_oops_words(o), 1);	/* CR2 is the kernel's, what follows is not */
	assert_int_equal(value(o, 1, "CR2"), 0xffffea0004000000);
	zdm_oops_free(o);
	assert_nothing("RIP: 0033:0x438433\nRAX: ffffffffffffffda\n");
	/* in these the instruction pointer comes behind what it tells of */
	assert_int_equal(words_of("RAX=0000000000000000 RDI=ffffea0004000000\n"
				  "RIP=0000000000438433 RFL=00000246 [---Z-P-] CPL=3\n"), 0);
	assert_int_equal(words_of("rdi            0xffffea0004000000  -24189188702208\n"
				  "rip            0x438433            0x438433\n"), 0);
	/* under Xen a kernel runs in ring 3 */
	o = oops_of("RIP: e030:f+0x1/0x2\nRSP: e02b:ffffc90000123e10\nRDI: ffffea0004000000\n");
	assert_int_equal(value(o, 1, "RDI"), 0xffffea0004000000);
	zdm_oops_free(o);
}

static void test_backtrace_of_crash(void **state)
{
	struct zdm_oops *o = oops_of("PID: 384      TASK: ffff888004d28000  CPU: 1    COMMAND: \"insmod\"\n"
				     " #6 [ffffc90000123d60] asm_exc_page_fault at ffffffff81a00b62\n"
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
	assert_int_equal(value(o, 1, "RIP"), 0xffffffffa0001012);
	assert_int_equal(value(o, 1, "RBX"), 0xffffea0004000000);
	assert_int_equal(value(o, 1, "R08"), 8);	/* one name for a register, whoever prints it */
	assert_int_equal(value(o, 1, "RAX"), 0);	/* not ORIG_RAX */
	assert_string_equal(group(o, 1)->function, "walker");
	assert_string_equal(group(o, 1)->comm, "insmod");
	assert_int_equal(group(o, 1)->cpu, 1);
	assert_int_equal(group(o, 1)->pid, 384);
	assert_int_equal(zdm_oops_words(o), 8);
	zdm_oops_free(o);
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
		{ "Unable to handle kernel paging request at virtual address ffff800023f8f670\n",
		  0xffff800023f8f670 },
		{ "BUG: Unable to handle kernel data access on read at 0xc00c000000900000\n",
		  0xc00c000000900000 },
	};
	struct zdm_oops *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		o = oops_of(faults[i].text);
		assert_int_equal(value(o, 1, "fault address"), faults[i].fault);
		assert_int_equal(zdm_oops_words(o), 1);
		zdm_oops_free(o);
	}
	/* before 4.11 the address stood in brackets */
	o = oops_of("RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] f+0x1/0x2\n"
		    "RDI: ffffea0004000000\n");
	assert_int_equal(value(o, 1, "RIP"), 0xffffffff81234567);
	assert_int_equal(value(o, 1, "RDI"), 0xffffea0004000000);
	assert_string_equal(group(o, 1)->function, "f");
	zdm_oops_free(o);
}

static void test_nothing_of_the_kind(void **state)
{
	static const char *const texts[] = {
		"", "\n\n", "RDI:", "RDI: ", "RDI: zzzz\n", "RDI: 12\n", "XRDI: ffffea0004000000\n",
		"RDI: 0123456789abcdef0\n", "RIP: ", "RIP: 0010:", "RIP: 0010:[<", "page fault for address: ",
		"all RAXes are equal", "MRBX: ffffffffffffffff", "CPU#", "CPU", "raw: ", "GPR", "GPR04:",
		"Krnl GPRS:", "=", "=\n", "=\r\n", "&", "&#", "\\", "\\u", "<", "</", "\x1b", "\x1b[",
		"\x1b]", "[", "[ T", "6,1,2,", "memmap=", "memmap=4G!", "pfn:", "page:", "Kernel Offset: 0x",
		/* what people write about */
		"zdm pfn vmcore page:ffffea0004000000\n", "see homepage:ffffea0004000000\n",
		"the tracepoint prints pfn:0x100000\n",
		/* %p prints a hash: no address */
		"page:00000000a1b2c3d4 refcount:1 mapcount:0\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_nothing(texts[i]);
}

/* Whatever is cut off or flipped, nothing is read beyond the end. */
static void test_damage(void **state)
{
	static const char text[] = "RIP: 0010:f+0x1/0x2\nRSP: 0018:ffffa5e601a0fe60\n"
		"page fault for address: ffffea0004000000\nRAX: fffffffffffffffe RBX: 0000000000000001";
	char damaged[sizeof(text)];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++) {
		words_of_len(text, i);
		memcpy(damaged, text, sizeof(text));
		damaged[i] = (char)0xff;
		assert_true(words_of_len(damaged, sizeof(text)) > 0);
	}
}

static void test_endless_log(void **state)
{
	enum { LINES = 20000, LINE = 32 };
	char *text = malloc(LINES * LINE);
	struct zdm_oops *o;
	size_t i, n = 0;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < LINES; i++)
		n += (size_t)snprintf(text + n, LINE, "RAX: %016zx\n", i);
	o = oops_of_len(text, n);
	assert_true(zdm_oops_words(o) >= 1000 && zdm_oops_words(o) < LINES);	/* bounded */
	assert_int_equal(value(o, 7, "RAX"), 6);
	zdm_oops_free(o);
	free(text);
}

TEST_MAIN(cmocka_unit_test(test_kernel_text),
	  cmocka_unit_test(test_user_mode_does_not_count),
	  cmocka_unit_test(test_backtrace_of_crash),
	  cmocka_unit_test(test_other_wordings),
	  cmocka_unit_test(test_nothing_of_the_kind),
	  cmocka_unit_test(test_damage),
	  cmocka_unit_test(test_endless_log))

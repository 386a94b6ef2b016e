// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which oops, which CPU, which kernel, which machine a value is of. */
#include "oops_text.h"

static void test_callers(void **state)
{
	struct zdm_oops *o = oops_of("[  1.0][ T1202] RIP: 0010:walker+0x12/0x40\n"
				     "[  1.1][ T1300] RIP: 0033:0x7f1122334455\n"
				     "[  1.1][ T1300] RSP: 002b:00007ffc10113a88 EFLAGS: 00000202\n"
				     "[  1.1][ T1202] RDI: ffffea0004000000\n"
				     "[  1.2][    C3] RIP: 0010:other+0x12/0x40\n"
				     "[  1.2][ T1202] RSI: 0000000000000001\n"
				     "[  1.2][    C3] RDI: ffffea0005000000\n"
				     "[  1.2][ T1300] RAX: ffffffffffffffda\n");

	(void)state;
	assert_int_equal(groups(o), 2);
	assert_int_equal(value(o, 1, "RDI"), 0xffffea0004000000);
	assert_int_equal(value(o, 1, "RSI"), 1);
	assert_false(has(o, 1, "RAX"));
	assert_string_equal(group(o, 1)->function, "walker");
	assert_int_equal(value(o, 2, "RDI"), 0xffffea0005000000);
	assert_false(has(o, 2, "RSI"));
	zdm_oops_free(o);
}

/* The same where callers are not printed: what the kernel's set lacks is not the user's. */
static void test_interrupted(void **state)
{
	struct zdm_oops *o = oops_of("RIP: 0010:walker+0x12/0x40\nRIP: 0033:0x7f1122334455\n"
				     "RDI: ffffea0004000000\nRSI: 0000000000100000\n");

	(void)state;
	assert_int_equal(value(o, 1, "RDI"), 0xffffea0004000000);
	assert_true(oops_word_find(group(o, 1), "RDI")->doubtful);
	assert_false(has(o, 1, "RSI"));
	zdm_oops_free(o);
	/* a whole user set, its stack pointer first */
	o = oops_of("RIP: 0010:walker+0x12/0x40\nRAX: 0000000000000001\nRIP: 0033:0x7f1122334455\n"
		    "RSP: 002b:00007ffc10113a88\nRDI: ffffea0004000000\n");
	assert_false(has(o, 1, "RDI"));
	zdm_oops_free(o);
}

static const char first[] =
	"BUG: unable to handle page fault for address: fffffffffffffffe\n"
	"Oops: 0000 [#1] SMP\nCPU: 9 PID: 1202 Comm: page-types Not tainted 5.3.0-rc1 #1\n"
	"RIP: 0010:stable_page_flags+0x27/0x3f0\nRAX: fffffffffffffffe RBX: ffffffffffffffff\n"
	"RDX: 0000000000000001 RDI: ffffd07489000000\n---[ end trace 5d35c0423514ac3d ]---\n";
/* what the kernel prints again when it panics */
static const char again[] =
	"RIP: 0010:stable_page_flags+0x27/0x3f0\nRAX: fffffffffffffffe RBX: ffffffffffffffff\n"
	"RDX: 0000000000000001 RDI: ffffd07489000000\n";
static const char second[] =
	"BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
	"CPU: 2 UID: 0 PID: 7 Comm: kworker/2:1 Tainted: G      D W          6.12.1-arch #1\n"
	"RIP: 0010:other+0x27/0x3f0\nRDI: 0000000000240000\n";

static void test_one_after_another(void **state)
{
	char text[2048];
	struct zdm_oops *o;

	(void)state;
	snprintf(text, sizeof(text), "%s%s%s", first, again, second);
	o = oops_of(text);
	assert_int_equal(groups(o), 2);
	assert_int_equal(group(o, 1)->cpu, 9);
	assert_int_equal(group(o, 1)->pid, 1202);
	assert_string_equal(group(o, 1)->comm, "page-types");
	assert_int_equal(group(o, 2)->cpu, 2);
	assert_string_equal(group(o, 2)->comm, "kworker/2:1");
	assert_string_equal(group(o, 2)->function, "other");
	/* the number of the second is none of the first's */
	assert_int_equal(value(o, 2, "RDI"), 0x240000);
	assert_int_equal(value(o, 1, "RDI"), 0xffffd07489000000);
	zdm_oops_free(o);
}

static void test_cpus_of_a_hypervisor(void **state)
{
	struct zdm_oops *o = oops_of("CPU#0\nRAX=0000000000000001 RDI=0000000000100000\n"
				     "RIP=ffffffff8133a1b7 RFL=00000246 [---Z-P-] CPL=0\n"
				     "CPU#1\nRAX=0000000000000002 RDI=ffffea0004000000\n"
				     "RIP=00007f1122334455 RFL=00000246 [---Z-P-] CPL=3\n"
				     "CPU#2\nRAX=0000000000000003 RDI=ffffea0004000000\n"
				     "RIP=ffffffff8133a1b7 RFL=00000246 [---Z-P-] CPL=0\n");

	(void)state;
	assert_int_equal(groups(o), 2);
	assert_int_equal(group(o, 1)->cpu, 0);
	assert_int_equal(value(o, 1, "RDI"), 0x100000);
	assert_int_equal(group(o, 2)->cpu, 2);
	zdm_oops_free(o);
}

static void test_kernels(void **state)
{
	struct zdm_oops *o = oops_of("Linux version 6.1.0-1 (a@b) (gcc 12)\n"
				     "BUG: Bad page state in process a  pfn:100000\n"
				     "Kernel Offset: 0x2c00000 from 0xffffffff81000000 (relocation)\n"
				     "Linux version 6.1.0-2-amd64 (a@b)\nKernel Offset: disabled\n"
				     "BUG: Bad page state in process a  pfn:100000\n"
				     "    vmemmap : 0xffffea0000000000 - 0xffffea0001000000   (  16 MB)\n");

	(void)state;
	assert_int_equal(o->nr_boots, 2);
	assert_string_equal(o->boot[0].release, "6.1.0-1");
	assert_true(o->boot[0].has_offset);
	assert_int_equal(o->boot[0].offset, 0x2c00000);
	assert_false(o->boot[0].has_base);
	assert_string_equal(o->boot[1].release, "6.1.0-2-amd64");
	assert_true(o->boot[1].has_offset);
	assert_int_equal(o->boot[1].offset, 0);
	assert_true(o->boot[1].has_base);
	/* the same page of two boots is two */
	assert_int_equal(groups(o), 2);
	assert_int_equal(group(o, 2)->boot, 1);
	zdm_oops_free(o);

	o = oops_of(first);
	assert_string_equal(o->boot[0].release, "5.3.0-rc1");
	zdm_oops_free(o);
	o = oops_of(second);
	assert_string_equal(o->boot[0].release, "6.12.1-arch");
	zdm_oops_free(o);
	o = oops_of("REGS: c000003fdce376f0 TRAP: 0300   Not tainted  (4.15.0-33-generic)\nCTR: c00000000032d280\n");
	assert_string_equal(o->boot[0].release, "4.15.0-33-generic");
	zdm_oops_free(o);
}

static void test_machines(void **state)
{
	static const struct {
		const char *text, *name, *reg, *function;
		enum oops_machine machine;
		uint64_t value;
	} rows[] = {
		{ "pc : walker+0x23c/0x300\nlr : caller+0x1/0x2\nsp : ffff800023f8f670\n"
		  "x29: ffff800023f8f670 x28: 000000000000a000 x9 : 0000000000000001\n",
		  "arm64", "x9", "walker", OOPS_ARM64, 1 },
		{ "NIP:  c000000000353484 LR: c00000000033720c CTR: c00000000032d280\n"
		  "GPR00: c00000000033720c c000003fdce37970 c0000000016eb000 c00c000000900000\n"
		  "GPR04: 0000000000000004 0000000000000005 0000000000000006 0000000000000007\n"
		  "NIP [c000000000353484] walker+0x34/0x100\n",
		  "ppc64", "GPR05", "walker", OOPS_PPC64, 5 },
		{ "Krnl PSW : 0404c00180000000 000000000038596c (walker+0xb4/0x190)\n"
		  "Krnl GPRS: 0000000000000000 000003d083000000 0000000000000034 000003d08300c000\n"
		  "           0000000000000004 0000000000000005 0000000000000006 0000000000000007\n"
		  "           0000000000000008 0000000000000009 000000000000000a 000000000000000b\n"
		  "           000000000000000c 000000000000000d 000000000000000e 000000000000000f\n"
		  "           1111111111111111 1111111111111111 1111111111111111 1111111111111111\n",
		  "s390", "R14", "walker", OOPS_S390, 0xe },
		{ "epc : walker+0x12/0x40\n ra : caller+0x1/0x2\n"
		  "epc : ffffffff80012345 ra : ffffffff80012346 sp : ff20000010aa3d50\n"
		  " gp : ffffffff81234560 tp : ff60000001234560 t0 : 0000000000000005\n"
		  " s0 : ff20000010aa3d80 a0 : ff1c000004000000 s11: 000000000000000b\n",
		  "riscv", "s11", "walker", OOPS_RISCV, 0xb },
	};
	struct zdm_oops *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = oops_of(rows[i].text);
		assert_int_equal(group(o, 1)->machine, rows[i].machine);
		assert_int_equal(value(o, 1, rows[i].reg), rows[i].value);
		assert_string_equal(group(o, 1)->function, rows[i].function);
		assert_int_equal(groups(o), 1);
		assert_false(has(o, 1, "R16"));
		assert_string_equal(zdm_oops_foreign(o, NULL), rows[i].name);
		zdm_oops_free(o);
	}
	o = oops_of("RDI: ffffea0004000000\n");
	assert_null(zdm_oops_foreign(o, NULL));
	zdm_oops_free(o);
}

static void test_named_pages(void **state)
{
	static const struct {
		const char *text;
		bool is_pfn;
		uint64_t value;
	} rows[] = {
		{ "page:ffffea0004000000 is uninitialized and poisoned\n", false, 0xffffea0004000000 },
		{ "head:ffffea0004000000 order:9 compound_mapcount:0\n", false, 0xffffea0004000000 },
		{ "page: refcount:-1 mapcount:-1 mapping:0000000000000000 index:0x1 pfn:0x100000\n", true,
		  0x100000 },
		{ "page:00000000a1b2c3d4 refcount:1 mapcount:0 mapping:0000000000000000 pfn:0x100000\n", true,
		  0x100000 },
		{ "BUG: Bad page state in process kswapd0  pfn:100000\n", true, 0x100000 },
		{ "BUG: Bad page cache in process a  pfn:1a2b3\n", true, 0x1a2b3 },
		{ "Memory failure: 0x100000: recovery action for reserved kernel page: Failed\n", true,
		  0x100000 },
		{ "soft offline: 0x100000: page migration failed\n", true, 0x100000 },
		{ "Soft offlining pfn 0x100000 at process virtual address 0x7f00\n", true, 0x100000 },
		{ "Injecting memory failure for pfn 0x100000 at process virtual address\n", true, 0x100000 },
		{ "migrating pfn 100000 failed ret:1\n", true, 0x100000 },
	};
	struct zdm_oops *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = oops_of(rows[i].text);
		assert_int_equal(group(o, 1)->nr_named, 1);
		assert_int_equal(group(o, 1)->named[0].is_pfn, rows[i].is_pfn);
		assert_int_equal(group(o, 1)->named[0].value, rows[i].value);
		zdm_oops_free(o);
	}
	o = oops_of("list_add corruption. next->prev should be prev (ffff888012345678), but was "
		    "ffffffffffffffff. (next=ffffea0004000008).\n");
	assert_int_equal(value(o, 1, "list next"), 0xffffea0004000008);
	assert_int_equal(oops_word_find(group(o, 1), "list next")->role, OOPS_ACCESSED);
	assert_int_equal(value(o, 1, "list was"), UINT64_MAX);
	assert_int_equal(value(o, 1, "list prev"), 0xffff888012345678);
	zdm_oops_free(o);
	o = oops_of("BUG: KASAN: wild-memory-access in walker+0x2a/0x320\n"
		    "Read of size 8 at addr ffffea0004000008 by task page-types/588\n");
	assert_int_equal(value(o, 1, "access address"), 0xffffea0004000008);
	assert_string_equal(group(o, 1)->comm, "page-types");
	assert_int_equal(group(o, 1)->pid, 588);
	assert_string_equal(group(o, 1)->function, "walker");
	zdm_oops_free(o);
}

static void test_memory_map(void **state)
{
	struct zdm_oops *o = oops_of("Command line: a memmap=4G!9G,1M$16M b memmap=0x1000@0x2000\n"
				     "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n"
				     "user: [mem 0x0000000100000000-0x000000013fffffff] persistent (type 12)\n"
				     "RDI: 0000000000000001\n");

	(void)state;
	assert_int_equal(o->nr_spans, 5);
	assert_int_equal(o->span[0].start_paddr, 9ull << 30);
	assert_int_equal(o->span[0].end_paddr, 13ull << 30);
	assert_true(o->span[0].persistent);
	assert_int_equal(o->span[1].start_paddr, 16 << 20);
	assert_false(o->span[1].persistent);
	assert_int_equal(o->span[2].start_paddr, 0x2000);
	assert_int_equal(o->span[3].end_paddr, 0x40000000);
	assert_string_equal(o->span[3].what, "usable");
	assert_true(o->span[4].persistent);
	zdm_oops_free(o);
}

/* Half as many digits: a kernel of 32 bits, from which nothing is computed. */
static void test_narrow(void **state)
{
	static const struct {
		const char *text, *machine;
	} rows[] = {
		{ "BUG: unable to handle kernel NULL pointer dereference at 00000004\n"
		  "EIP: 0060:[<c0123456>] EFLAGS: 00010246 CPU: 0\nEIP is at walker+0x12/0x40\n"
		  "EAX: 00000000 EBX: c1d00000 ECX: 00000001 EDX: 00000002\n", "i386" },
		{ "eax            0x0      0\nedi            0xc1d00000       -1043333120\n", "i386" },
		{ "EAX=00000000 EBX=c1d00000 ECX=00000001 EDX=00000663\n", "i386" },
		{ "Internal error: Oops: 5 [#1] SMP ARM\nPC is at walker+0x10/0x50\n"
		  "pc : [<c0123456>]    lr : [<c0123400>]    psr: 60000013\n"
		  "r3 : 00000000  r2 : c1d00000  r1 : 00000001  r0 : ffffffff\n", "arm" },
		{ "NIP: c0123456 LR: c0123400 CTR: 00000001\nGPR00: 00000001 c1d00000\n", "ppc" },
		{ "epc : c0123456 ra : c0123400 sp : c1d00000\n", "riscv" },
	};
	struct zdm_oops *o;
	char want[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ok(zdm_oops_new(&o));
		if (zdm_oops_add_text(o, "text", rows[i].text, strlen(rows[i].text)) !=
		    ZDM_UNSUPPORTED)
			fail_msg("row %zu: not refused", i);
		snprintf(want, sizeof(want), "a 32-bit kernel (%s)", rows[i].machine);
		assert_string_equal(zdm_oops_foreign(o, NULL), want);
		assert_int_equal(zdm_oops_words(o), 0);
		zdm_oops_free(o);
	}
	/* a value that was cut is of no machine, a processor that waits in real mode not the kernel */
	assert_nothing("NIP: c0123456\n");
	assert_nothing("EAX: 0\n");
	assert_nothing("EAX: 0123456789\n");
	o = oops_of("CPU#0\nRAX=0000000000000001 RDI=ffffea0004000000\nRIP=ffffffff8133a1b7 CPL=0\n"
		    "CPU#1\nEAX=00000000 EBX=00000000 ECX=00000000 EDX=00000663\nEIP=0000fff0\n");
	assert_int_equal(groups(o), 1);
	assert_null(zdm_oops_foreign(o, NULL));
	zdm_oops_free(o);
}

/* CR2 comes last in its set and may have changed since; of a BUG() it says nothing. */
static void test_fault_register(void **state)
{
	struct zdm_oops *o = oops_of("BUG: unable to handle page fault for address: fffffffffffffffe\n"
				     "Oops: 0000 [#1] SMP\nRIP: 0010:walker+0x12/0x40\n"
				     "RAX: fffffffffffffffe RDI: ffffea0004000000\n"
				     "CR2: 00007f1122334455 CR3: 000000023a204000\n"
				     "RIP: 0033:0x7f0266ba426b\nCR2: fffffffffffffffe\n"
				     "---[ end trace 0000000000000000 ]---\n");

	(void)state;
	assert_int_equal(groups(o), 1);
	assert_int_equal(value(o, 1, "CR2"), 0x7f1122334455);
	assert_int_equal(oops_word_find(group(o, 1), "CR2")->role, OOPS_LEFT_OVER);
	assert_int_equal(oops_word_find(group(o, 1), "fault address")->role, OOPS_ACCESSED);
	zdm_oops_free(o);
	o = oops_of("kernel BUG at mm/page_alloc.c:100!\ninvalid opcode: 0000 [#1] SMP\n"
		    "RIP: 0010:walker+0x12/0x40\nCR2: ffffea0004000008 CR3: 000000023a204000\n");
	assert_int_equal(oops_word_find(group(o, 1), "CR2")->role, OOPS_LEFT_OVER);
	zdm_oops_free(o);
	/* two faults of which no registers were kept */
	o = oops_of("BUG: unable to handle page fault for address: ffffea0004000008\n"
		    "CR2: ffffea0004000008\n"
		    "BUG: unable to handle page fault for address: ffffea0004000048\n"
		    "CR2: ffffea0004000048\n");
	assert_int_equal(groups(o), 2);
	assert_int_equal(value(o, 2, "fault address"), 0xffffea0004000048);
	zdm_oops_free(o);
}

/* Read, written or run, by the words or the code of every machine; else it is not known. */
static void test_access(void **state)
{
	static const struct {
		const char *text;
		enum oops_access access;
	} rows[] = {
		{ "#PF: supervisor read access in kernel mode\n", OOPS_ACCESS_READ },
		{ "#PF: supervisor write access in kernel mode\n", OOPS_ACCESS_WRITE },
		{ "#PF: supervisor instruction fetch in kernel mode\n", OOPS_ACCESS_EXEC },
		{ "#PF: error_code(0x0002) - not-present page\n", OOPS_ACCESS_WRITE },
		{ "#PF: error_code(0x0010) - not-present page\n", OOPS_ACCESS_EXEC },
		{ "#PF error: [PROT] [WRITE]\n", OOPS_ACCESS_WRITE },
		{ "#PF error: [normal kernel read fault]\n", OOPS_ACCESS_READ },
		{ "Oops: 0000 [#1] PREEMPT SMP NOPTI\n", OOPS_ACCESS_READ },
		{ "Oops: Oops: 0002 [#1] SMP NOPTI\n", OOPS_ACCESS_WRITE },
		{ "Oops: 0010 [#1] SMP\n", OOPS_ACCESS_EXEC },
		{ "general protection fault: 0000 [#1] SMP\n", OOPS_ACCESS_UNKNOWN },
		{ "Oops: general protection fault, probably for non-canonical address "
		  "0xdead000000000100: 0000 [#1] SMP\n", OOPS_ACCESS_UNKNOWN },
		{ "Internal error: Oops: 96000045 [#1] SMP\n", OOPS_ACCESS_WRITE },
		{ "Internal error: Oops: 0000000096000005 [#1] SMP\n", OOPS_ACCESS_READ },
		{ "  CM = 0, WnR = 1, TnD = 0, TagAccess = 0\n", OOPS_ACCESS_WRITE },
		{ "BUG: Unable to handle kernel data access on write at 0xc00c000000900000\n",
		  OOPS_ACCESS_WRITE },
		{ "BUG: Kernel NULL pointer dereference on read at 0x00000008\n", OOPS_ACCESS_READ },
		{ "CFAR: c000000000337208 DAR: c00c000000900000 DSISR: 42000000 IRQMASK: 0\n",
		  OOPS_ACCESS_WRITE },
		{ "CFAR: c000000000337208 DAR: c00c000000900000 DSISR: 40000000 SOFTE: 1\n",
		  OOPS_ACCESS_READ },
		{ "Failing address: 000003d08300c000 TEID: 000003d08300c803\n", OOPS_ACCESS_READ },
		{ "Failing address: 000003d08300c000 TEID: 000003d08300c403\n", OOPS_ACCESS_WRITE },
		{ "Failing address: 000003d08300c000 TEID: 000003d08300c003\n", OOPS_ACCESS_UNKNOWN },
		{ "status: 0000000200000120 badaddr: ff1c000004000008 cause: 000000000000000d\n",
		  OOPS_ACCESS_READ },
		{ "status: 0000000200000120 badaddr: ff1c000004000008 cause: 000000000000000f\n",
		  OOPS_ACCESS_WRITE },
		{ "status: 0000000200000120 badaddr: ff1c000004000008 cause: 0000000000000003\n",
		  OOPS_ACCESS_UNKNOWN },
		{ "Write of size 8 at addr ffffea0004000008 by task walker/588\n", OOPS_ACCESS_WRITE },
		{ "Out-of-bounds read at 0xffffea0004000008 (16B left of kfence-#17):\n",
		  OOPS_ACCESS_READ },
	};
	char text[256];
	struct zdm_oops *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "BUG: x\n%sRDI: ffffea0004000000\n", rows[i].text);
		o = oops_of(text);
		if (group(o, 1)->access != rows[i].access)
			fail_msg("%s is %d", rows[i].text, group(o, 1)->access);
		zdm_oops_free(o);
	}
}

TEST_MAIN(cmocka_unit_test(test_callers),
	  cmocka_unit_test(test_interrupted),
	  cmocka_unit_test(test_one_after_another),
	  cmocka_unit_test(test_cpus_of_a_hypervisor),
	  cmocka_unit_test(test_kernels),
	  cmocka_unit_test(test_machines),
	  cmocka_unit_test(test_named_pages),
	  cmocka_unit_test(test_memory_map),
	  cmocka_unit_test(test_narrow),
	  cmocka_unit_test(test_fault_register),
	  cmocka_unit_test(test_access))

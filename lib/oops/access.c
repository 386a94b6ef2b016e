// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * access: was it read, written or run? Kernels say so in words, or in the bits of an
 * error code. Where they do neither, it stays unknown: "a walker read it" is a claim.
 */
#include <string.h>

#include "oops/read.h"

static const struct {
	const char *phrase;
	enum oops_access access;
} words[] = {
	/* arch/x86/mm/fault.c, show_fault_oops(); the brackets are 4.20's to 5.0's */
	{ "read access in ", OOPS_ACCESS_READ },
	{ "write access in ", OOPS_ACCESS_WRITE },
	{ "instruction fetch in ", OOPS_ACCESS_EXEC },
	{ "tried to execute NX-protected page", OOPS_ACCESS_EXEC },
	{ "#PF error: [normal kernel read", OOPS_ACCESS_READ },
	{ "[WRITE]", OOPS_ACCESS_WRITE },
	{ "[INSTR]", OOPS_ACCESS_EXEC },
	/* arch/arm64/mm/fault.c: data_abort_decode(), __do_kernel_fault() */
	{ "WnR = 0", OOPS_ACCESS_READ },
	{ "WnR = 1", OOPS_ACCESS_WRITE },
	{ "kernel write to read-only memory", OOPS_ACCESS_WRITE },
	{ "kernel read from unreadable memory", OOPS_ACCESS_READ },
	{ "kernel execute from non-executable memory", OOPS_ACCESS_EXEC },
	/* arch/powerpc/mm/fault.c, bad_page_fault() */
	{ "data access on read at ", OOPS_ACCESS_READ },
	{ "data access on write at ", OOPS_ACCESS_WRITE },
	{ "dereference on read at ", OOPS_ACCESS_READ },
	{ "dereference on write at ", OOPS_ACCESS_WRITE },
	/* mm/kasan/report.c, mm/kfence/report.c, kernel/kcsan/report.c */
	{ "Read of size ", OOPS_ACCESS_READ },
	{ "Write of size ", OOPS_ACCESS_WRITE },
	{ " read at 0x", OOPS_ACCESS_READ },
	{ " write at 0x", OOPS_ACCESS_WRITE },
	{ "read to 0x", OOPS_ACCESS_READ },
	{ "write to 0x", OOPS_ACCESS_WRITE },
};
#define NR_WORDS (sizeof(words) / sizeof(words[0]))

/* Codes in hexadecimal behind a phrase: which bits say what. */
static const struct code {
	const char *phrase;
	uint64_t needs;		/* none of these bits: it says nothing of an access */
	uint64_t write_mask, write;	/* these bits are so: it was a write */
	uint64_t exec_mask, exec;
} codes[] = {
	/* arch/x86/include/asm/trap_pf.h: X86_PF_WRITE, X86_PF_INSTR */
	{ "#PF: error_code(0x", UINT64_MAX, 2, 2, 0x10, 0x10 },
	/* arch/powerpc/include/asm/reg.h: DSISR_NOHPTE, DSISR_PROTFAULT, DSISR_ISSTORE */
	{ "DSISR: ", 0x48000000, 0x02000000, 0x02000000, 0, 1 },
	/* arch/s390/mm/fault.c: 1 is a store, 2 a fetch, 0 is not known */
	{ "TEID: ", 0xc00, 0xc00, 0x400, 0, 1 },
	/* arch/riscv/include/asm/csr.h: EXC_STORE_PAGE_FAULT, EXC_INST_PAGE_FAULT */
	{ "cause: ", UINT64_MAX, 0xff, 15, 0xff, 12 },
};
#define NR_CODES (sizeof(codes) / sizeof(codes[0]))

#define RISCV_LOAD_FAULT 13u
#define ESR_EC_SHIFT 26		/* arch/arm64/include/asm/esr.h */
#define ESR_EC_DATA_ABORT 0x25u	/* of the kernel's own */
#define ESR_EC_INSTRUCTION_ABORT 0x21u
#define ESR_WRITE (UINT64_C(1) << 6)

static enum oops_access of_code(const struct code *c, uint64_t v)
{
	if (!(v & c->needs) && c->needs != UINT64_MAX)
		return OOPS_ACCESS_UNKNOWN;
	if ((v & c->write_mask) == c->write)
		return OOPS_ACCESS_WRITE;
	if ((v & c->exec_mask) == c->exec)
		return OOPS_ACCESS_EXEC;
	/* other causes of RISC-V are no page faults */
	if (!strcmp(c->phrase, "cause: ") && v != RISCV_LOAD_FAULT)
		return OOPS_ACCESS_UNKNOWN;
	return OOPS_ACCESS_READ;
}

/*
 * "Oops: 0002 [#1]" of x86 has the error code of a page fault, "Oops: 96000045 [#1]" and
 * "Oops: 0000000096000045 [#1]" of arm64 the syndrome. A #GP says "0000", too, but not so.
 */
static enum oops_access of_oops(const struct oops_line *line)
{
	const char *s = oops_after(line, "Oops: ");
	uint64_t v;
	size_t n;

	/* 6.10 and later say it twice */
	if (s && line->end - s > 6 && !memcmp(s, "Oops: ", 6))
		s += 6;
	n = s ? oops_hex(s, line->end, &v) : 0;
	if (!n || line->end - (s + n) < 3 || memcmp(s + n, " [#", 3))
		return OOPS_ACCESS_UNKNOWN;
	if (n == 4)
		return of_code(&codes[0], v);
	if (v >> ESR_EC_SHIFT == ESR_EC_INSTRUCTION_ABORT)
		return OOPS_ACCESS_EXEC;
	if (v >> ESR_EC_SHIFT != ESR_EC_DATA_ABORT)
		return OOPS_ACCESS_UNKNOWN;
	return v & ESR_WRITE ? OOPS_ACCESS_WRITE : OOPS_ACCESS_READ;
}

static enum oops_access of_line(const struct oops_line *line)
{
	enum oops_access a = of_oops(line);
	const char *s;
	uint64_t v;
	size_t i;

	for (i = 0; i < NR_WORDS && a == OOPS_ACCESS_UNKNOWN; i++) {
		if (oops_after(line, words[i].phrase))
			a = words[i].access;
	}
	for (i = 0; i < NR_CODES && a == OOPS_ACCESS_UNKNOWN; i++) {
		s = oops_after(line, codes[i].phrase);
		/* a code that was cut is none */
		if (s && oops_hex(s, line->end, &v) >= 4)
			a = of_code(&codes[i], v);
	}
	return a;
}

/* Traps that are no page faults: what CR2 holds then is left over from an earlier one. */
static bool is_other_trap(const struct oops_line *line)
{
	static const char *const traps[] = {
		"kernel BUG at ", "general protection fault", "invalid opcode: ", "divide error: ",
		"stack segment: ", "WARNING: ", "INFO: task ", "double fault: ",
	};
	size_t i;

	for (i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		if (oops_after(line, traps[i]))
			return true;
	}
	return false;
}

void oops_read_access(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	enum oops_access a = of_line(line);
	bool other = is_other_trap(line);
	struct oops_group *g;
	size_t i;

	if (a == OOPS_ACCESS_UNKNOWN && !other)
		return;
	i = oops_reader_group(r, st);
	if (i == OOPS_NO_GROUP)
		return;
	g = &r->o->group[i];
	g->no_page_fault |= other;
	/* what is said first is of this access; what follows may be of the stack's others */
	if (g->access == OOPS_ACCESS_UNKNOWN)
		g->access = a;
}

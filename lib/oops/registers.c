// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * registers: a name, a mark, a value. A value that is shorter than the register is
 * never believed: mailers and terminals cut and wrap. It must come whole, or say
 * itself that it does (GDB prints it twice).
 *
 * To add a machine: an enumerator with its names in facts.c, its registers in the
 * table, and, if it prints rows of unnamed values, a row in rows.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oops/registers.h"

#define DIGITS 16u	/* of a 64-bit register */
#define NARROW_DIGITS 8u	/* of a 32-bit one */
#define USER_BIT 63	/* clear in every user address, set in the kernel's */

enum flags { PC = 1, SP = 2, FAULT = 4 };

static const struct name {
	const char *name;
	enum oops_machine machine;
	unsigned int flags;
} names[] = {
	{ "RAX", OOPS_X86_64, 0 }, { "RBX", OOPS_X86_64, 0 }, { "RCX", OOPS_X86_64, 0 },
	{ "RDX", OOPS_X86_64, 0 }, { "RSI", OOPS_X86_64, 0 }, { "RDI", OOPS_X86_64, 0 },
	{ "RBP", OOPS_X86_64, 0 }, { "RSP", OOPS_X86_64, SP }, { "RIP", OOPS_X86_64, PC },
	{ "CR2", OOPS_X86_64, FAULT },
	{ "R08", OOPS_X86_64, 0 }, { "R09", OOPS_X86_64, 0 }, { "R10", OOPS_X86_64, 0 },
	{ "R11", OOPS_X86_64, 0 }, { "R12", OOPS_X86_64, 0 }, { "R13", OOPS_X86_64, 0 },
	{ "R14", OOPS_X86_64, 0 }, { "R15", OOPS_X86_64, 0 },
	/* of a 32-bit kernel, arch/x86/kernel/process_32.c: eight digits */
	{ "EAX", OOPS_X86_32, 0 }, { "EBX", OOPS_X86_32, 0 }, { "ECX", OOPS_X86_32, 0 },
	{ "EDX", OOPS_X86_32, 0 }, { "ESI", OOPS_X86_32, 0 }, { "EDI", OOPS_X86_32, 0 },
	{ "EBP", OOPS_X86_32, 0 }, { "ESP", OOPS_X86_32, 0 },
	/* arch/arm64/kernel/process.c, __show_regs(); x0 to x29 are below */
	{ "pc", OOPS_ARM64, PC }, { "lr", OOPS_ARM64, 0 }, { "pstate", OOPS_ARM64, 0 },
	{ "FAR", OOPS_ARM64, FAULT },
	/* arch/powerpc/kernel/process.c, __show_regs() */
	{ "NIP", OOPS_PPC64, PC }, { "LR", OOPS_PPC64, 0 }, { "CTR", OOPS_PPC64, 0 },
	{ "CFAR", OOPS_PPC64, 0 }, { "DAR", OOPS_PPC64, FAULT }, { "MSR", OOPS_PPC64, 0 },
	/* arch/riscv/kernel/process.c, __show_regs() */
	{ "epc", OOPS_RISCV, PC }, { "ra", OOPS_RISCV, 0 }, { "gp", OOPS_RISCV, 0 },
	{ "tp", OOPS_RISCV, 0 }, { "badaddr", OOPS_RISCV, FAULT },
	/* both */
	{ "sp", OOPS_NO_MACHINE, SP },
};
#define NR_NAMES (sizeof(names) / sizeof(names[0]))

/* kdb's "rd", by arch/x86/kernel/kgdb.c: short names, the RIP anywhere; "sp" is below */
static const struct {
	const char *kdb, *name;
} short_names[] = {
	{ "ax", "RAX" }, { "bx", "RBX" }, { "cx", "RCX" }, { "dx", "RDX" }, { "si", "RSI" },
	{ "di", "RDI" }, { "bp", "RBP" }, { "ip", "RIP" },
};
#define NR_SHORT_NAMES (sizeof(short_names) / sizeof(short_names[0]))

/* "x12", "a0": a letter and a number below nr. */
static const struct {
	char letter;
	unsigned int nr;
	enum oops_machine machine;
} numbered[] = {
	{ 'x', 31, OOPS_ARM64 },
	{ 'a', 8, OOPS_RISCV }, { 's', 12, OOPS_RISCV }, { 't', 7, OOPS_RISCV },
};
#define NR_NUMBERED (sizeof(numbered) / sizeof(numbered[0]))

size_t oops_hex(const char *s, const char *end, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	while (s + n < end && n <= DIGITS && isxdigit((unsigned char)s[n])) {
		int c = tolower((unsigned char)s[n++]);

		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return n;
}

const char *oops_skip_blanks(const char *s, const char *end)
{
	while (s < end && *s == ' ')
		s++;
	return s;
}

size_t oops_symbol_at(const char *s, const char *end)
{
	size_t n = 0, max = (size_t)(end - s);

	while (n < max && n < 256 && (isalnum((unsigned char)s[n]) || strchr("_.$", s[n])))
		n++;
	return n && n < max && s[n] == '+' && !isdigit((unsigned char)s[0]) ? n : 0;
}

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const struct name *find_name(const char *s, size_t n, bool *numbers, size_t *k)
{
	char name[8];
	unsigned int nr;
	size_t i;

	*numbers = false;
	if (n < 2 || n >= sizeof(name))
		return NULL;
	memcpy(name, s, n);
	name[n] = '\0';
	for (i = 0; i < NR_NAMES; i++) {
		/* machines differ in case (LR, lr); x86's are printed in both */
		if (!strcmp(names[i].name, name) || ((names[i].machine == OOPS_X86_64 ||
		     names[i].machine == OOPS_X86_32) && !strcasecmp(names[i].name, name)))
			return &names[i];
	}
	for (i = 0; i < NR_SHORT_NAMES; i++) {
		if (!strcmp(short_names[i].kdb, name))
			return find_name(short_names[i].name, 3, numbers, k);
	}
	/* crash, QEMU and GDB say R8 where the kernel says R08 */
	if (n == 2 && tolower((unsigned char)s[0]) == 'r' && (s[1] == '8' || s[1] == '9'))
		return &names[s[1] == '8' ? 10 : 11];
	for (i = 0; i < NR_NUMBERED; i++) {
		if (s[0] != numbered[i].letter || !isdigit((unsigned char)s[1]) ||
		    (n == 3 && !isdigit((unsigned char)s[2])) || n > 3)
			continue;
		nr = (unsigned int)atoi(name + 1);
		if (nr >= numbered[i].nr || (n == 3 && s[1] == '0'))
			continue;
		*numbers = true;
		*k = i;
		return NULL;
	}
	return NULL;
}

bool oops_is_fault_register(const char *name)
{
	size_t i;

	for (i = 0; i < NR_NAMES; i++) {
		if (!strcmp(names[i].name, name))
			return names[i].flags & FAULT;
	}
	return false;
}

const char *oops_register_name(const char *name)
{
	bool numbers;
	size_t k;
	const struct name *x = find_name(name, strlen(name), &numbers, &k);

	return x ? x->name : name;
}

enum oops_machine oops_register_machine(const char *name)
{
	bool numbers;
	size_t k;
	const struct name *x = find_name(name, strlen(name), &numbers, &k);

	return x ? x->machine : numbers ? numbered[k].machine : OOPS_NO_MACHINE;
}

bool oops_whole_value(const struct oops_lines *l, const struct oops_line *line, const char *s,
		      uint64_t *ret, const char **next)
{
	char joined[DIGITS + 1];
	struct oops_line more;
	size_t n = oops_hex(s, line->end, ret), m;
	uint64_t v;

	*next = s + n;
	if (n == DIGITS)
		return true;
	/* cut in the middle, or wrapped behind the name? */
	if (n > DIGITS || oops_skip_blanks(s + n, line->end) != line->end ||
	    (n && s + n != line->end) || !oops_line_at(l, line->next, &more) ||
	    (more.caller && more.caller != line->caller))
		return false;
	m = oops_hex(more.s, more.end, &v);
	if (n + m != DIGITS || (more.s + m < more.end && more.s[m] != ' '))
		return false;
	memcpy(joined, s, n);
	memcpy(joined + n, more.s, m);
	return oops_hex(joined, joined + DIGITS, ret) == DIGITS;
}

/* In user mode the low bits of the segment are set; not so in a kernel under Xen (e030, e02b). */
static bool is_user_segment(uint64_t segment)
{
	return (segment & 3) == 3 && segment < 0xe000;
}

static void take_symbol(struct oops_register *r, const char *s, const char *end)
{
	while (s < end && strchr(" [<>]()", *s))
		s++;
	if (end - s > 2 && s[0] == '0' && s[1] == 'x')
		return;
	r->symbol_len = oops_symbol_at(s, end);
	r->symbol = s;
}

static enum oops_machine narrow_of(enum oops_machine machine)
{
	return machine == OOPS_ARM64 ? OOPS_ARM32 : machine == OOPS_PPC64 ? OOPS_PPC32 :
	       machine == OOPS_RISCV ? OOPS_RISCV32 : machine;
}

/*
 * "0010:name+0x2a/0x320", "0010:[<ffffffff81…>] name+…", "0033:0x438433", "ffffffff81…":
 * the segment, or else the address, tells kernel from user mode.
 */
static const char *take_pc(const struct oops_lines *l, const struct oops_line *line, const char *s,
			   struct oops_register *r)
{
	const char *end = line->end, *next;
	bool segment = false;
	uint64_t v;
	size_t n = oops_hex(s, end, &v);

	if (n && n <= 4 && s + n < end && s[n] == ':') {
		segment = true;
		r->user_pc = is_user_segment(v);
		s = oops_skip_blanks(s + n + 1, end);
	}
	while (s < end && (*s == '[' || *s == '<'))
		s++;
	if (end - s > 2 && s[0] == '0' && s[1] == 'x')
		s += 2;
	n = oops_hex(s, end, &r->value);
	r->has_value = oops_whole_value(l, line, s, &r->value, &next);
	if (r->has_value) {
		if (!segment || v >= 0xe000)
			r->user_pc = !(r->value >> USER_BIT) && r->machine == OOPS_X86_64;
		s = next;
		/* printed twice before 4.11: "[<…>]  [<…>] name" */
		while (s < end && strchr(" []<>", *s))
			s++;
		if (oops_hex(s, end, &v) == DIGITS)
			s += DIGITS;
	}
	/* half as many digits, with an end: the same register of the machine's older half */
	if (!r->has_value && n == NARROW_DIGITS && s + n < end)
		r->machine = narrow_of(r->machine);
	take_symbol(r, s, end);
	return s;
}

/* GDB: "rdi  0xffffea0004000000  -24189188407296": the second column is the same again. */
static const char *take_twice(const struct oops_line *line, const char *s, struct oops_register *r)
{
	const char *end = line->end, *second;
	char number[24];
	uint64_t v;
	size_t n;

	n = oops_hex(s + 2, end, &r->value);
	r->has_value = n == DIGITS;
	second = oops_skip_blanks(s + 2 + n, end);
	if (!n || n > DIGITS || second == s + 2 + n)
		goto out;
	snprintf(number, sizeof(number), "%.*s", (int)(end - second < 23 ? end - second : 23),
		 second);
	v = number[0] == '-' ? (uint64_t)strtoll(number, NULL, 10) : strtoull(number, NULL, 0);
	/* fewer digits may be a rest; the second column says that they are all */
	r->has_value |= v == r->value && isdigit((unsigned char)number[number[0] == '-']);
	second = memchr(second, '<', (size_t)(end - second));
	if (r->is_pc && second)
		take_symbol(r, second, end);
out:
	r->user_pc = r->is_pc && !(r->value >> USER_BIT);
	return end;
}

/* drgn: "'rdi': 18446719884521144320," or "0x…,": the comma or brace says that it is whole. */
static const char *take_closed(const struct oops_line *line, const char *s, struct oops_register *r)
{
	char number[24];
	size_t n = 0;

	while (s + n < line->end && n < sizeof(number) - 1 && isalnum((unsigned char)s[n])) {
		number[n] = s[n];
		n++;
	}
	number[n] = '\0';
	if (n && s + n < line->end && (s[n] == ',' || s[n] == '}')) {
		r->value = strtoull(number, NULL, 0);
		r->has_value = isdigit((unsigned char)number[0]);
	}
	return s + n;
}

/* "RSP: 0018:ffffc90000…": the value follows the segment. */
static const char *take_value(const struct oops_lines *l, const struct oops_line *line,
			      const char *s, struct oops_register *r)
{
	const char *next = s;
	uint64_t v;
	size_t n = oops_hex(s, line->end, &v);

	if (n && n <= 4 && s + n < line->end && s[n] == ':') {
		r->user_pc = is_user_segment(v);
		s += n + 1;
	}
	if (line->end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	r->has_value = oops_whole_value(l, line, s, &r->value, &next);
	return next;
}

/* The mark behind a name decides on the style. Returns where the value is, NULL: no register. */
static const char *skip_mark(const char *s, const char *end, const char *start, char *mark)
{
	const char *at = oops_skip_blanks(s, end);

	if (at < end && (*at == ':' || *at == '=')) {
		*mark = *at;
		return oops_skip_blanks(at + 1, end);
	}
	if (end - s > 1 && (*s == '\'' || *s == '"') && s[1] == ':') {
		*mark = '\'';
		return oops_skip_blanks(s + 2, end);
	}
	if (at > s && end - at > 2 && at[0] == '0' && at[1] == 'x' && islower((unsigned char)*start)) {
		*mark = ' ';
		return at;
	}
	/* ppc64: "NIP [c000…] name+0x1/0x2" */
	if (at > s && at < end && *at == '[' && !strncmp(start, "NIP", 3)) {
		*mark = ':';
		return at + 1;
	}
	return NULL;
}

/* "c0123456", "0xc0123456": eight digits, not more. */
static bool is_narrow_value(const char *s, const char *end)
{
	uint64_t v;

	if (end - s > 2 && s[0] == '0' && s[1] == 'x')
		return oops_hex(s + 2, end, &v) <= NARROW_DIGITS;
	return oops_hex(s, end, &v) == NARROW_DIGITS;
}

bool oops_register_at(const struct oops_lines *l, const struct oops_line *line, const char *at,
		      struct oops_register *r, const char **next)
{
	const char *end = line->end, *s = at;
	const struct name *x;
	bool numbers;
	char mark = 0;
	size_t k = 0;

	while (s < end && s - at < 8 && is_name_byte(*s))
		s++;
	x = find_name(at, (size_t)(s - at), &numbers, &k);
	if (!x && !numbers)
		return false;
	memset(r, 0, sizeof(*r));
	if (x)
		snprintf(r->full, sizeof(r->full), "%s", x->name);
	else
		snprintf(r->full, sizeof(r->full), "%.*s", (int)(s - at), at);
	r->name = r->full;
	r->machine = x ? x->machine : numbered[k].machine;
	r->is_pc = x && (x->flags & PC);
	r->is_stack = x && (x->flags & SP);
	s = skip_mark(s, end, at, &mark);
	if (!s || (oops_machine_is_narrow(r->machine) && !is_narrow_value(s, end)))
		return false;
	/* kdb's "ip:" may come anywhere, as that of debuggers may */
	r->style = mark == ':' && memcmp(at, "ip", 2) ? OOPS_STYLE_KERNEL : OOPS_STYLE_DEBUGGER;
	if (mark == ' ')
		*next = take_twice(line, s, r);
	else if (mark == '\'')
		*next = take_closed(line, s, r);
	else if (r->is_pc)
		*next = take_pc(l, line, s, r);
	else
		*next = take_value(l, line, s, r);
	r->has_value &= !oops_machine_is_narrow(r->machine);
	return true;
}

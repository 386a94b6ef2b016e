/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* registers: how kernels, debuggers and hypervisors name and print them. */
#ifndef ZDM_LIB_OOPS_REGISTERS_H
#define ZDM_LIB_OOPS_REGISTERS_H

#include "oops/facts.h"
#include "oops/lines.h"

enum oops_style {
	OOPS_STYLE_KERNEL,	/* "RDI: ffffea…": RIP comes first */
	OOPS_STYLE_DEBUGGER,	/* "RDI=…", "rdi  0x…", "'rdi': …": RIP comes anywhere */
};

struct oops_register {
	const char *name;	/* the one name of it in reports */
	enum oops_machine machine;	/* NO_MACHINE: several machines have one of that name */
	enum oops_style style;
	bool is_pc;
	bool user_pc;		/* is_pc: and it is one of user mode */
	bool is_stack;		/* the stack pointer, with a segment of user mode: user_pc */
	bool has_value;		/* false: named, but nothing that could be believed follows */
	uint64_t value;
	const char *symbol;	/* is_pc: name of the function, not terminated */
	size_t symbol_len;
	char full[16];
};

/*
 * A register at c (the first byte of a word): true, *ret filled, and *next behind it.
 * A value that goes on in the next line is taken from there.
 */
bool oops_register_at(const struct oops_lines *l, const struct oops_line *line, const char *at,
		      struct oops_register *ret, const char **next);

/* The one name of a register in reports ("R8" is R08); of another word, itself. */
const char *oops_register_name(const char *name);
/* Does this register hold the address of a failed access? */
bool oops_is_fault_register(const char *name);
/* NO_MACHINE: no register, or one that several machines have. */
enum oops_machine oops_register_machine(const char *name);

/* Hexadecimal digits at s. Returns how many (at most 17 are looked at), *ret the value of 16. */
size_t oops_hex(const char *s, const char *end, uint64_t *ret);
/*
 * Sixteen digits, whole: at s, or the rest of them in the next line. Nothing shorter is
 * a value. *next: behind what is in this line.
 */
bool oops_whole_value(const struct oops_lines *l, const struct oops_line *line, const char *s,
		      uint64_t *ret, const char **next);
const char *oops_skip_blanks(const char *s, const char *end);
/* "name+0x12/0x40" at s: length of the name, 0: none there. */
size_t oops_symbol_at(const char *s, const char *end);

#endif

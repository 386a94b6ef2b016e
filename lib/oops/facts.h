/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * facts: what is known of oopses, before anything is concluded from it. One
 * group holds what belongs to one oops (or one CPU of the notes, one task);
 * values of different groups never support each other.
 */
#ifndef ZDM_LIB_OOPS_FACTS_H
#define ZDM_LIB_OOPS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <zdm/oops.h>

#define OOPS_MAX_WORDS 4096u	/* of all groups: a log may hold many oopses */
#define OOPS_MAX_GROUPS 1024u
#define OOPS_MAX_BOOTS 64u
#define OOPS_MAX_SPANS 256u
#define OOPS_MAX_NAMED 16u	/* of one group */
#define OOPS_PAGE_WORDS 8u	/* "raw:" shows eight words at most */

enum oops_machine {
	OOPS_NO_MACHINE = 0,
	OOPS_X86_64,
	OOPS_ARM64,
	OOPS_PPC64,
	OOPS_S390,
	OOPS_RISCV,
	/* of 32 bits: named, and nothing is computed from what they print */
	OOPS_X86_32,
	OOPS_ARM32,
	OOPS_PPC32,
	OOPS_RISCV32,
	OOPS_NR_MACHINES,
};

static inline bool oops_machine_is_narrow(enum oops_machine machine)
{
	return machine >= OOPS_X86_32;
}

/* How a value came to be known; what it can prove follows from it. */
enum oops_role {
	OOPS_HELD,		/* in a register or on a stack */
	OOPS_ACCESSED,		/* the address of the access that failed, or was caught */
	OOPS_LEFT_OVER,		/* in a fault register, of an earlier fault: it says nothing of this */
};

/* What the access that failed was, as far as the text says. */
enum oops_access {
	OOPS_ACCESS_UNKNOWN = 0,
	OOPS_ACCESS_READ,
	OOPS_ACCESS_WRITE,
	OOPS_ACCESS_EXEC,
};

struct oops_word {
	char name[16];
	uint64_t value;
	enum oops_role role;
	bool doubtful;		/* behind a user-mode RIP that may be another task's */
};

/* A page that the kernel names itself, in words. */
struct oops_named {
	const char *by;		/* "page:", "Memory failure:": static */
	uint64_t value;		/* address of a struct page, or a PFN */
	bool is_pfn;
	bool poisoned;		/* "is uninitialized and poisoned" */
};

struct oops_group {
	const char *origin;	/* "text", "kernel log", "notes", "task": static */
	unsigned int number;	/* from 1, after repeats are gone */
	int64_t cpu, pid;	/* -1: not known */
	char comm[20];
	char function[64];	/* where it happened, "" if not known */
	enum oops_machine machine;
	size_t boot;		/* index of its kernel */
	enum oops_access access;
	bool no_page_fault;	/* a BUG(), a #GP: the fault register is from an earlier one */
	bool mixed;		/* several oopses, line by line, and nothing tells them apart */
	bool user;		/* a whole register set of user mode: counts for nothing */
	bool repeat;		/* the same values as another group */
	struct oops_word *word;
	size_t nr, room;
	struct oops_named named[OOPS_MAX_NAMED];
	size_t nr_named;
	uint64_t raw[OOPS_PAGE_WORDS];	/* what "raw:" shows of the page last named */
	size_t nr_raw;
};

/* What a text says of one run of one kernel; "" and false: nothing. */
struct oops_boot {
	char release[65];
	bool has_offset, has_base;
	uint64_t offset;	/* of KASLR, bytes */
	uint64_t base_kaddr;	/* start of the memmap */
};

/* Physical memory that a text names: the firmware's map, memmap= */
struct oops_span {
	uint64_t start_paddr, end_paddr;
	char what[32];
	bool persistent;
};

struct zdm_oops {
	struct oops_group *group;
	size_t nr, room;
	size_t nr_words;
	struct oops_boot *boot;
	size_t nr_boots;
	struct oops_span *span;
	size_t nr_spans;
	bool full;		/* a bound was met: not all of the text was used */
};

/* Index of a new group of the last boot. */
enum zdm_status oops_group_add(struct zdm_oops *o, const char *origin, size_t *ret);
enum zdm_status oops_word_add(struct zdm_oops *o, size_t group, const char *name, uint64_t value,
			      enum oops_role role, bool doubtful);
/* NULL: the group has no such word. */
const struct oops_word *oops_word_find(const struct oops_group *g, const char *name);
enum zdm_status oops_boot_add(struct zdm_oops *o);
enum zdm_status oops_span_add(struct zdm_oops *o, uint64_t start_paddr, uint64_t end_paddr,
			      const char *what, size_t what_len, bool persistent);

/* Mark repeats, number the rest; to be called when all is added. */
void oops_settle(struct zdm_oops *o);
/* Does the group have anything to say, now that it is settled? */
bool oops_group_counts(const struct oops_group *g);

/* An end of a list that the kernel looked through: it read there, and nothing failed. */
static inline bool oops_is_list_word(const struct oops_word *w)
{
	return !strncmp(w->name, "list ", 5);
}

/* "oops 2 CPU 9", "CPU 3", "task": as each line names it; buf of OOPS_LABEL_LEN. */
#define OOPS_LABEL_LEN 64
const char *oops_label(const struct oops_group *g, char *buf);

/* "arm64", "x86-64"; uname -m of it. */
const char *oops_machine_name(enum oops_machine machine);
const char *oops_machine_uname(enum oops_machine machine);

/* All eight bytes of v the same, and not zero? */
static inline bool oops_is_fill(uint64_t v)
{
	return v && v == (v & 0xff) * UINT64_C(0x0101010101010101);
}

#endif

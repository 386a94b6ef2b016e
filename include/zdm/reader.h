/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The door: how a host (a dump reader, crash, makedumpfile, GDB, a test) lets
 * the library see a kernel's memory.
 */
#ifndef ZDM_READER_H
#define ZDM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ZDM_API
#define ZDM_API __attribute__((visibility("default")))
#endif

/* Raised when a member of struct zdm_reader_ops changes its meaning. */
#define ZDM_READER_API 1

/*
 * The outcome of a look-up or a read. The first four are never merged:
 * ABSENT      this kernel (or this source) has no such thing
 * UNREADABLE  it exists, but the dump does not hold it
 * CORRUPT     it was read, and cannot be true
 */
enum zdm_status {
	ZDM_OK = 0,
	ZDM_ABSENT,
	ZDM_UNREADABLE,
	ZDM_CORRUPT,
	ZDM_NOMEM,
	ZDM_INVAL,
	ZDM_UNSUPPORTED,
	ZDM_IO,			/* the system could not read or write a file */
	ZDM_STOPPED,		/* the user, or the host on his behalf, wanted no more */
	ZDM_AMBIGUOUS,		/* more than one thing answers to the name */
};

/* Where a member lies in its structure, in bytes. A bit field is ABSENT. */
struct zdm_member {
	uint64_t off_bytes;
	uint64_t size_bytes;
};

/*
 * Every function gets the `priv` given to zdm_open(). All but one of the two
 * readers may be NULL: the library then finds the thing itself, in a layout
 * file or inside the dump. A function returns ZDM_OK only with *ret set, and
 * must not jump out of the library (no longjmp).
 */
struct zdm_reader_ops {
	size_t size;		/* sizeof(struct zdm_reader_ops), as the host was compiled */
	unsigned int api;	/* ZDM_READER_API */
	const char *machine;	/* uname -m of the dumped kernel; NULL: x86_64 */

	/* Read len bytes at a physical address: all of them or an error. */
	enum zdm_status (*read_phys_fn)(void *priv, uint64_t paddr, void *buf, size_t len);
	/* The same at a kernel virtual address; used only where read_phys_fn is NULL. */
	enum zdm_status (*read_kaddr_fn)(void *priv, uint64_t kaddr, void *buf, size_t len);
	/*
	 * Does the dump hold the page frame at paddr? *end_paddr: up to where
	 * (exclusive, > paddr) the same answer holds.
	 */
	enum zdm_status (*present_fn)(void *priv, uint64_t paddr, bool *present,
				      uint64_t *end_paddr);

	/* Run-time (relocated) address of a kernel symbol. */
	enum zdm_status (*symbol_fn)(void *priv, const char *name, uint64_t *kaddr);
	/* Size of a struct or union, in bytes. */
	enum zdm_status (*size_fn)(void *priv, const char *type, uint64_t *bytes);
	/* A member, also one inside anonymous structs and unions. */
	enum zdm_status (*member_fn)(void *priv, const char *type, const char *member,
				     struct zdm_member *ret);
	/*
	 * Value of an enumerator, by its own name. Also of a NUMBER() of VMCOREINFO that the
	 * host has found out, and of zdm_page_table_levels.
	 */
	enum zdm_status (*enumerator_fn)(void *priv, const char *name, int64_t *ret);

	/* The text of VMCOREINFO, not terminated; valid until zdm_close(). */
	enum zdm_status (*vmcoreinfo_fn)(void *priv, const char **text, size_t *len);

	/*
	 * The host has a whole symbol table, or whole debug information: what it does
	 * not find, the kernel does not have.
	 */
	bool complete_symbols, complete_types;
};

/*
 * Name of a machine, as uname -m has it, for zdm_reader_ops.machine. e_machine: of an ELF
 * header. A number that is not known becomes "ELF-N": a name of no machine that zdm_open()
 * takes. Never leave a machine out because it is not known: NULL means x86_64.
 */
ZDM_API void zdm_elf_machine(unsigned int e_machine, bool little_endian, char *buf, size_t len);

/*
 * The machine by what only its kernel writes into VMCOREINFO, where a header does not tell;
 * NULL: nothing of the kind is there.
 */
ZDM_API const char *zdm_machine_of_vmcoreinfo(const char *text, size_t len);

/* Can dumps of this machine be judged? UNSUPPORTED, and one line in err that names it. */
ZDM_API enum zdm_status zdm_machine_check(const char *machine, char *err, size_t err_len);

/* Machines whose dumps can be judged, by number from 0; NULL after the last. */
ZDM_API const char *zdm_machine_name(size_t i);

/* Where its kernels have _stext before KASLR moves them; 0: that differs, or no such machine. */
ZDM_API uint64_t zdm_machine_stext(const char *machine);

/* Name of the register that is the program counter, …; NULL: no such machine. */
enum zdm_reg { ZDM_REG_PC, ZDM_REG_STACK, ZDM_REG_FAULT, ZDM_NR_REGS };
ZDM_API const char *zdm_machine_register(const char *machine, enum zdm_reg reg);

/*
 * Names of struct pt_regs from its lowest address, a u64 each, NULL after the last; "": of
 * no interest. NULL: no such machine. The notes of a dump hold the registers of a CPU in this
 * order, too. And: are these words such registers, saved in kernel mode? Were these
 * registers those of user mode?
 */
ZDM_API const char *const *zdm_machine_pt_regs(const char *machine);
ZDM_API bool zdm_machine_regs_of_kernel(const char *machine, const uint64_t *pt_regs);
ZDM_API bool zdm_machine_regs_of_user(const char *machine, const uint64_t *pt_regs);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elfcore: the head of an ELF core file as all that write one have it: the file header, one PT_NOTE,
 * the PT_LOADs, a section header where there are more than fit into e_phnum, and the notes.
 */
#ifndef ZDM_LIB_ELFCORE_H
#define ZDM_LIB_ELFCORE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zdm_elfcore {
	uint16_t machine;
	uint8_t osabi;
	uint32_t flags;			/* e_flags */
	uint64_t nr_loads;
	uint64_t notes_bytes;
	uint32_t notes_align;		/* p_align of the PT_NOTE */
};

/* Where the notes begin: what stands before them has this size. And where they end. */
uint64_t zdm_elfcore_notes_off(const struct zdm_elfcore *c);
uint64_t zdm_elfcore_bytes(const struct zdm_elfcore *c);
/*
 * Write that into buf, of zdm_elfcore_notes_off() bytes. load: nr_loads program headers, all
 * set but for p_type.
 */
void zdm_elfcore_head(const struct zdm_elfcore *c, const Elf64_Phdr *load, void *buf);

/* A note: its size in the file; and written at buf, which has that size. */
size_t zdm_elfcore_note_bytes(const char *name, size_t len);
void zdm_elfcore_note(const char *name, uint32_t type, const void *desc, size_t len, void *buf);

#endif

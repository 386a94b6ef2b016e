/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elf_reader: an ELF vmcore as a zdm reader, in as few lines as it takes. Not
 * the reader of the front ends: a second, independent one.
 */
#ifndef ELF_READER_H
#define ELF_READER_H

#include <zdm/reader.h>

struct elf_reader {
	uint8_t *map;
	size_t len;
	bool borrowed;		/* map is the caller's */
	bool capsule;		/* docs/output.md: what has no bytes is zero */
	const char *vmcoreinfo;
	size_t vmcoreinfo_len;
	uint64_t nr_reads;	/* calls of read_phys_fn */
};

/* ops for any elf_reader; priv is the reader itself. */
extern const struct zdm_reader_ops elf_reader_ops;

/* The same for a machine other than x86_64, by the ELF header. */
struct zdm_reader_ops elf_reader_ops_of(const struct elf_reader *r);

/* 0, or -1 with one line in err. */
int elf_reader_open(struct elf_reader *r, const char *path, char *err, size_t err_len);
/* The same of a file's bytes in memory, which stay the caller's; they may change. */
int elf_reader_open_mem(struct elf_reader *r, uint8_t *data, size_t len, char *err, size_t err_len);
/*
 * Where the bytes of paddr are, NULL if nowhere; *len is cut to how many of the
 * bytes asked for are there in one piece.
 */
uint8_t *elf_reader_at(const struct elf_reader *r, uint64_t paddr, size_t *len);
/* A note by name and type, or NULL. */
const char *elf_reader_note(const struct elf_reader *r, const char *name, uint32_t type,
			    size_t *len);
void elf_reader_close(struct elf_reader *r);

#endif

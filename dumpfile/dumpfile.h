/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dumpfile: a dump in a file, or the running kernel's memory, as a host of the
 * library. One reader for the command line, GDB and crash, so that all of them
 * say the same of one file.
 */
#ifndef ZDM_DUMPFILE_H
#define ZDM_DUMPFILE_H

#include <zdm/reader.h>

struct zdm_dump;

struct zdm_dump_opts {
	/* Hears of the bytes that are read; may be NULL. priv must outlive the dump. */
	void (*progress_fn)(void *priv, uint64_t bytes);
	void *priv;
	/* Also formats that need libkdumpfile, if that is installed. */
	bool other_formats;
};

/*
 * Open path; opts may be NULL. Returns ZDM_OK; or another status with one line
 * in err that does not name the file. zdm_dump_close() takes NULL.
 */
enum zdm_status zdm_dump_open(const char *path, const struct zdm_dump_opts *opts,
			      struct zdm_dump **ret, char *err, size_t err_len);
void zdm_dump_close(struct zdm_dump *d);

/* For zdm_open(), with the dump itself as priv; valid until zdm_dump_close(). */
const struct zdm_reader_ops *zdm_dump_ops(const struct zdm_dump *d);

/* The running kernel: what is read may have changed since. */
bool zdm_dump_live(const struct zdm_dump *d);

/* "elf", "kdump-compressed", "the running kernel"; flattened files say so. */
const char *zdm_dump_format(const struct zdm_dump *d);

/*
 * The dump is incomplete or damaged: one line, or NULL. Reads may add to it,
 * so ask when the work is done.
 */
const char *zdm_dump_damage(struct zdm_dump *d);
/* The file became shorter while it was open: no answer of it is to be relied on. */
bool zdm_dump_lost(struct zdm_dump *d);

/* One file of a split set or more are not beside the one that was opened. */
bool zdm_dump_parts_missing(const struct zdm_dump *d);

/* The layout that a capsule carries; NULL: no capsule. Borrowed from d. */
const char *zdm_dump_layout(const struct zdm_dump *d, size_t *len);

/* All ELF notes, VMCOREINFO among them; free() them. NULL: none, or no memory. */
void *zdm_dump_notes(struct zdm_dump *d, size_t *len);

/*
 * CPUs whose registers the dump has, and the first nr words of one's, in the order of
 * zdm_machine_pt_regs(). False: it has not so many.
 */
size_t zdm_dump_nr_cpus(struct zdm_dump *d);
bool zdm_dump_cpu_words(struct zdm_dump *d, size_t cpu, uint64_t *words, size_t nr);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz: damages a vmcore in memory, one seed at a time, and looks that the
 * library neither falls nor says what cannot be.
 *
 * subject.c  a vmcore in memory, and what its analysis reads
 * mutate.c   the damage a seed does
 * check.c    what must hold of every model; reports.c of every report
 * main.c     seeds, limits, results
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "model/model.h"
#include "kernel/session.h"
#include <zdm/report.h>

#include "elf_reader.h"

/* What the analysis reads, by what it is. A kind is chosen first, then one of it. */
enum target_kind {
	TARGET_ROOT,		/* a root of mem_section, whole */
	TARGET_SECTION,		/* a struct mem_section */
	TARGET_USAGE,		/* a sub-section bitmap */
	TARGET_NODE,		/* slots of an xa_node or radix tree node */
	TARGET_SHIFT,		/* its shift, or another single byte */
	TARGET_PGMAP,		/* a struct dev_pagemap */
	TARGET_RANGE,		/* a struct range, or another pair of words */
	TARGET_BLOCK,		/* a struct memory_block */
	TARGET_TABLE,		/* an entry of a page table, or another single word */
	TARGET_OTHER,
	NR_TARGET_KINDS
};

struct target {
	uint64_t paddr;
	size_t len;
};

struct targets {
	struct target *v;
	size_t nr, cap;
};

#define MAX_DROPS 8

/* A byte of the file that is not what it was. */
struct undo {
	uint8_t *at, old;
};

struct subject {
	const char *name;
	struct elf_reader elf;
	size_t whole_len;		/* elf.len before truncation */
	uint8_t *data;
	char *layout;			/* text, may be mutated; NULL: none */
	size_t layout_len;
	struct targets target[NR_TARGET_KINDS];
	uint64_t *pointer;		/* kernel pointers that occur in what is read */
	size_t nr_pointers, cap_pointers;
	uint64_t drop[MAX_DROPS];	/* pages that the dump now lacks */
	size_t nr_drops;
	struct undo *undo;
	size_t nr_undo, cap_undo;
	struct zdm_range *sound;	/* the ranges before any damage */
	size_t nr_sound;
};

/* All of these end the program when the subject cannot be had. */
void subject_load(struct subject *s, const char *path, const char *layout_path);
void subject_free(struct subject *s);
/* Change the file's bytes, to be undone. False: there are none at paddr. */
bool subject_put(struct subject *s, uint64_t paddr, const void *bytes, size_t len);
void subject_put_at(struct subject *s, uint8_t *at, const void *bytes, size_t len);
void subject_undo(struct subject *s);
extern const struct zdm_reader_ops subject_ops;

struct rng {
	uint64_t state;
};
uint64_t rng_next(struct rng *r);
/* Below n, which is not 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* What a seed did: `lost` when all it did was to take bytes out of the dump. */
struct damage {
	bool lost;
	char what[240];
};
void mutate(struct subject *s, struct rng *rng, struct damage *d);

/* NULL, or what is wrong. */
const char *check_model(const struct subject *s, struct zdm_session *ses,
			const struct zdm_model *m, const struct damage *d, struct rng *rng);
const char *check_reports(struct zdm_session *ses, const struct zdm_model *m, struct rng *rng);
/* A line for the mouth of a check function; static. */
__attribute__((format(printf, 1, 2))) const char *wrong(const char *fmt, ...);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
void *grow(void *array, size_t *cap, size_t nr, size_t bytes);

#endif

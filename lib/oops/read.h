/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* read: what the readers of a text share; see text.c for who asks whom. */
#ifndef ZDM_LIB_OOPS_READ_H
#define ZDM_LIB_OOPS_READ_H

#include "oops/registers.h"

#define OOPS_MAX_STREAMS 64u
#define OOPS_NO_GROUP SIZE_MAX

/* Rows of unnamed values: "GPR04: v v v v", "Krnl GPRS: v v v v" and three lines more. */
enum oops_rows { OOPS_NO_ROWS = 0, OOPS_ROWS_S390, OOPS_ROWS_RAW };

/* The lines of one printk caller: what two CPUs print at a time does not mix. */
struct oops_stream {
	uint64_t caller;
	size_t group;		/* OOPS_NO_GROUP: none begun */
	bool user;		/* the registers that follow are of user mode */
	bool user_stack;	/* and their stack pointer has come, too */
	bool registers;		/* the group has some of the kernel's */
	bool fault;		/* it has the address of a failed access from a register */
	bool body;		/* the group's "CPU: …" line has come: its beginning is over */
	bool ended;
	enum oops_rows rows;
	unsigned int next_row;
};

struct oops_reader {
	struct zdm_oops *o;
	const char *origin;
	struct oops_lines lines;
	struct oops_stream stream[OOPS_MAX_STREAMS];
	size_t nr_streams, oldest;
	enum zdm_status status;
};

/* The group of the stream, begun if need be; OOPS_NO_GROUP: no more can be had. */
size_t oops_reader_group(struct oops_reader *r, struct oops_stream *st);
void oops_reader_word(struct oops_reader *r, struct oops_stream *st, const char *name,
		      uint64_t value, enum oops_role role, bool doubtful);
void oops_reader_named(struct oops_reader *r, struct oops_stream *st, const struct oops_named *n);

/* Read, write or fetch: what a line says of the access that failed. */
void oops_read_access(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line);
/* What a line says beside registers. */
void oops_read_phrases(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line);
/* What a line says of the kernel and the machine: release, KASLR, memmap, memory map. */
void oops_read_kernel(struct oops_reader *r, const struct oops_line *line);
/* Who and where: "CPU: 9 PID: 1202 Comm: …". True if that was such a line. */
bool oops_read_who(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line);
/* Rows of unnamed values. True if the line was one. */
bool oops_read_rows(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line);

/* Where `word` is in the line, behind it; NULL: not there. */
const char *oops_after(const struct oops_line *line, const char *word);
bool oops_begins(const struct oops_line *line, const char *word);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * target: what the libFuzzer targets of this folder share. Each takes any bytes
 * and must neither fall, nor hang, nor leak, nor take much memory, nor let the
 * library say what cannot be. All are linked into one program, and the name it is
 * called by chooses one.
 *
 * common.c  the entry, limits, files in memory, sinks
 * world.c   a kernel's memory made of the input's bytes
 * judge.c   all that is asked of a session and a model, and what must hold of it
 * replay.c  a main() that runs inputs where there is no libFuzzer
 */
#ifndef TARGET_H
#define TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define TARGET(name) void target_##name(const uint8_t *data, size_t len);
#include "targets.def"
#undef TARGET

/* Something must hold and does not: ends the program as a sanitizer does. */
__attribute__((noreturn, format(printf, 1, 2))) void target_fail(const char *fmt, ...);

/* The bytes that are left of an input; what is not there is zero. */
struct input_bytes {
	const uint8_t *v;
	size_t left;
};
uint64_t take(struct input_bytes *b, size_t bytes);
/* At most len bytes, borrowed; *len is set to how many they are. */
const uint8_t *take_block(struct input_bytes *b, size_t *len);

/* A file with these bytes: its descriptor, to be used until the next one; and its name. */
int in_file(const void *data, size_t len);
const char *in_file_path(void);

/* A sink that keeps the text of one report, terminated. */
struct sheet {
	char *text;
	size_t len, cap;
};
void sheet_new(struct sheet *p);
void sheet_free(struct sheet *p);
struct zdm_sink sheet_sink(struct sheet *p);
/* What is on it is JSON; braces: put some around it first. */
void sheet_must_be_json(struct sheet *p, bool braces);
/* An error message is one line. */
void must_be_line(enum zdm_status st, const char *err);

/* A kernel's memory; see world.c for the format. */
struct world;
struct world *world_new(struct input_bytes *b);
void world_free(struct world *w);
const struct zdm_reader_ops *world_ops(const struct world *w);
/* NULL: it cannot be opened. */
struct zdm_session *world_open(struct world *w);

/* Ask a source for all that zdm asks, and for names of the input's own. */
void judge_source(const struct zdm_source *src, struct input_bytes *b);
/* Every answer of a session and its model. */
void judge_session(struct zdm_session *ses);
void judge_model(struct zdm_session *ses, const struct zdm_model *m);
/* The same of a dump in a file, from its first byte on. */
void judge_dump(const char *path);

#endif

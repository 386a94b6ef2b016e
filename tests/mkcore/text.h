/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text: descriptions as statements. A line that begins with a blank continues the one before. */
#ifndef MKCORE_TEXT_H
#define MKCORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stmt {
	const char *file;
	int line;
	char **word;		/* word[0] is the name of the statement */
	size_t nr;
};

struct text {
	struct stmt *stmt;
	size_t nr;
	unsigned int depth;	/* of includes */
};

/* A half-open range of numbers, as written "A..B"; one number stands for one. */
struct span {
	uint64_t start, end;
};

/* All of these end the program with a message when something is wrong. */
void text_load(struct text *t, const char *path);
void text_free(struct text *t);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
__attribute__((noreturn, format(printf, 2, 3))) void die_at(const struct stmt *s,
							    const char *fmt, ...);
void *xcalloc(size_t nr, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
__attribute__((format(printf, 1, 2))) char *xprintf(const char *fmt, ...);

/* Value of "key=…" in the statement, or NULL. */
const char *stmt_get(const struct stmt *s, const char *key);
bool stmt_has(const struct stmt *s, const char *word);
const char *stmt_word(const struct stmt *s, size_t i);

uint64_t number_of(const struct stmt *s, const char *text);
uint64_t stmt_number(const struct stmt *s, const char *key, uint64_t dflt);
struct span span_of(const struct stmt *s, const char *text);
/* Comma-separated spans; returns how many. *ret belongs to the caller. */
size_t spans_of(const struct stmt *s, const char *text, struct span **ret);

#endif

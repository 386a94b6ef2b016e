// SPDX-License-Identifier: LGPL-2.1-or-later
/* text: reading descriptions; and the small helpers that end the program. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("mkcore: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void die_at(const struct stmt *s, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "mkcore: %s:%d: ", s->file, s->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *xcalloc(size_t nr, size_t size)
{
	void *p = calloc(nr ? nr : 1, size ? size : 1);

	if (!p)
		die("out of memory");
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		die("out of memory");
	return p;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		die("out of memory");
	return p;
}

char *xprintf(const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("out of memory");
	return p;
}

static void stmt_add_words(struct stmt *s, char *line)
{
	char *save = NULL, *w;

	for (w = strtok_r(line, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
		if (*w == '#')
			break;
		s->word = xrealloc(s->word, (s->nr + 1) * sizeof(*s->word));
		s->word[s->nr++] = xstrdup(w);
	}
}

/* "include FILE", beside the file that says so */
static void include(struct text *t)
{
	struct stmt s = t->stmt[--t->nr];
	const char *slash = strrchr(s.file, '/');
	char *path = xprintf("%.*s%s", slash ? (int)(slash + 1 - s.file) : 0, s.file,
			     stmt_word(&s, 1));

	if (t->depth > 3)
		die_at(&s, "includes itself");
	t->depth++;
	text_load(t, path);
	t->depth--;
	free(path);
}

void text_load(struct text *t, const char *path)
{
	char *line = NULL, *file = xstrdup(path);
	struct stmt *s;
	size_t cap = 0;
	FILE *f = fopen(path, "r");
	int nr = 0;

	if (!f)
		die("cannot open %s", path);
	while (getline(&line, &cap, f) >= 0) {
		bool more = line[0] == ' ' || line[0] == '\t';

		nr++;
		if (line[strspn(line, " \t\r\n")] == '\0' || line[strspn(line, " \t")] == '#')
			continue;
		if (more && !t->nr)
			die("%s:%d: nothing to continue", path, nr);
		if (!more) {
			t->stmt = xrealloc(t->stmt, (t->nr + 1) * sizeof(*t->stmt));
			t->stmt[t->nr++] = (struct stmt){ .file = file, .line = nr };
		}
		s = &t->stmt[t->nr - 1];
		stmt_add_words(s, line);
		if (!strcmp(s->word[0], "include") && s->nr == 2)
			include(t);
	}
	free(line);
	fclose(f);
}

void text_free(struct text *t)
{
	/* Words and file names are referred to until the end of the program. */
	free(t->stmt);
	*t = (struct text){ 0 };
}

const char *stmt_get(const struct stmt *s, const char *key)
{
	size_t len = strlen(key), i;

	for (i = 1; i < s->nr; i++)
		if (!strncmp(s->word[i], key, len) && s->word[i][len] == '=')
			return s->word[i] + len + 1;
	return NULL;
}

bool stmt_has(const struct stmt *s, const char *word)
{
	size_t i;

	for (i = 1; i < s->nr; i++)
		if (!strcmp(s->word[i], word))
			return true;
	return false;
}

const char *stmt_word(const struct stmt *s, size_t i)
{
	if (i >= s->nr)
		die_at(s, "%s: word %zu is missing", s->word[0], i);
	return s->word[i];
}

uint64_t number_of(const struct stmt *s, const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 0);

	if (end == text || *end)
		die_at(s, "not a number: %s", text);
	return v;
}

uint64_t stmt_number(const struct stmt *s, const char *key, uint64_t dflt)
{
	const char *v = stmt_get(s, key);

	return v ? number_of(s, v) : dflt;
}

struct span span_of(const struct stmt *s, const char *text)
{
	char *copy = xstrdup(text), *dots = strstr(copy, "..");
	struct span r;

	if (dots)
		*dots = '\0';
	r.start = number_of(s, copy);
	r.end = dots ? number_of(s, dots + 2) : r.start + 1;
	if (r.end <= r.start)
		die_at(s, "empty range: %s", text);
	free(copy);
	return r;
}

size_t spans_of(const struct stmt *s, const char *text, struct span **ret)
{
	char *copy = xstrdup(text), *save = NULL, *w;
	struct span *v = NULL;
	size_t nr = 0;

	for (w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		v = xrealloc(v, (nr + 1) * sizeof(*v));
		v[nr++] = span_of(s, w);
	}
	free(copy);
	*ret = v;
	return nr;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* rows: machines that print registers without a name each, and "raw:" of dump_page(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oops/read.h"

#define ROW 4u		/* values in a row */

/* Up to four whole values; returns how many. */
static unsigned int take_row(const struct oops_line *line, const char *s, uint64_t *v)
{
	unsigned int n = 0;

	while (n < ROW) {
		s = oops_skip_blanks(s, line->end);
		if (oops_hex(s, line->end, &v[n]) != 16)
			break;
		s += 16;
		n++;
	}
	return n;
}

static void add_row(struct oops_reader *r, struct oops_stream *st, enum oops_machine machine,
		    const char *prefix, unsigned int first, const uint64_t *v, unsigned int n)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%02u", prefix, (first + i) % 100);
		oops_reader_word(r, st, name, v[i], OOPS_HELD, false);
	}
	if (n && st->group != OOPS_NO_GROUP)
		r->o->group[st->group].machine = machine;
	st->registers |= n > 0;
}

/* arch/powerpc/kernel/process.c: "GPR04: v v v v" */
static bool read_ppc(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	uint64_t v[ROW];
	unsigned int n;

	if (!oops_begins(line, "GPR") || line->end - line->s < 7 || line->s[5] != ':')
		return false;
	n = take_row(line, line->s + 6, v);
	add_row(r, st, OOPS_PPC64, "GPR", (unsigned int)atoi(line->s + 3), v, n);
	return true;
}

/* arch/s390/kernel/dumpstack.c: "Krnl GPRS: v v v v", and three rows that begin with blanks */
static bool read_s390(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	const char *at = oops_begins(line, "Krnl GPRS:") ? line->s + 10 : NULL;
	uint64_t v[ROW];
	unsigned int n;

	if (at)
		st->next_row = 0;
	else if (st->rows == OOPS_ROWS_S390)
		at = line->s;
	else
		return false;
	n = take_row(line, at, v);
	add_row(r, st, OOPS_S390, "R", st->next_row, v, n);
	st->next_row += ROW;
	st->rows = n == ROW && st->next_row < 4 * ROW ? OOPS_ROWS_S390 : OOPS_NO_ROWS;
	return n != 0;
}

/* "Krnl PSW : MASK ADDRESS (name+0xb4/0x190)" */
static bool read_psw(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	const char *at = oops_after(line, "Krnl PSW : ");
	size_t g, n;

	if (!at)
		return false;
	g = oops_reader_group(r, st);
	at = memchr(at, '(', (size_t)(line->end - at));
	if (g != OOPS_NO_GROUP) {
		r->o->group[g].machine = OOPS_S390;
		n = at ? oops_symbol_at(at + 1, line->end) : 0;
		if (n && n < sizeof(r->o->group[g].function) && !r->o->group[g].function[0])
			memcpy(r->o->group[g].function, at + 1, n);
	}
	return true;
}

/* mm/debug.c: the struct page itself, as words, in two lines */
static bool read_raw(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	struct oops_group *g;
	uint64_t v[ROW];
	unsigned int i, n;

	if (!oops_begins(line, "raw: "))
		return false;
	n = take_row(line, line->s + 5, v);
	if (!n || oops_reader_group(r, st) == OOPS_NO_GROUP)
		return true;
	g = &r->o->group[st->group];
	for (i = 0; i < n && g->nr_raw < OOPS_PAGE_WORDS; i++)
		g->raw[g->nr_raw++] = v[i];
	return true;
}

bool oops_read_rows(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	return read_raw(r, st, line) || read_ppc(r, st, line) || read_psw(r, st, line) ||
	       read_s390(r, st, line);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * text: from the lines of a log to groups, one an oops. Which lines belong together
 * follows from printk's caller where it is printed, and from what begins and ends an
 * oops; which registers are the kernel's, from the RIP before them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "oops/clean.h"
#include "oops/read.h"

/* With any of these an oops begins; several come together. */
static const char *const beginnings[] = {
	"BUG: ", "kernel BUG at ", "Oops: ", "general protection fault", "cut here ]",
	"Unable to handle kernel", "unable to handle kernel", "WARNING: CPU: ", "Internal error: ",
	"Memory failure: ", "_add corruption", "_del corruption", "stack segment: ",
	"INFO: task ", "Kernel access of bad area", "double fault: ", "Fatal trap",
};
#define NR_BEGINNINGS (sizeof(beginnings) / sizeof(beginnings[0]))

const char *oops_after(const struct oops_line *line, const char *word)
{
	size_t n = strlen(word);
	const char *at = memmem(line->s, (size_t)(line->end - line->s), word, n);

	return at ? at + n : NULL;
}

bool oops_begins(const struct oops_line *line, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(line->end - line->s) >= n && !memcmp(line->s, word, n);
}

size_t oops_reader_group(struct oops_reader *r, struct oops_stream *st)
{
	enum zdm_status status;

	if (st->group != OOPS_NO_GROUP)
		return st->group;
	status = oops_group_add(r->o, r->origin, &st->group);
	if (status != ZDM_OK)
		st->group = OOPS_NO_GROUP;
	if (status == ZDM_NOMEM)
		r->status = ZDM_NOMEM;
	return st->group;
}

void oops_reader_word(struct oops_reader *r, struct oops_stream *st, const char *name,
		      uint64_t value, enum oops_role role, bool doubtful)
{
	size_t g = oops_reader_group(r, st);

	if (g != OOPS_NO_GROUP && oops_word_add(r->o, g, name, value, role, doubtful) == ZDM_NOMEM)
		r->status = ZDM_NOMEM;
}

void oops_reader_named(struct oops_reader *r, struct oops_stream *st, const struct oops_named *n)
{
	size_t g = oops_reader_group(r, st), i;
	struct oops_group *group;

	if (g == OOPS_NO_GROUP)
		return;
	group = &r->o->group[g];
	for (i = 0; i < group->nr_named; i++) {
		struct oops_named *x = &group->named[i];

		if (x->value == n->value && x->is_pfn == n->is_pfn) {
			x->poisoned |= n->poisoned;
			return;
		}
	}
	if (group->nr_named == OOPS_MAX_NAMED)
		r->o->full = true;
	else
		group->named[group->nr_named++] = *n;
}

static void stream_reset(struct oops_stream *st)
{
	uint64_t caller = st->caller;

	memset(st, 0, sizeof(*st));
	st->caller = caller;
	st->group = OOPS_NO_GROUP;
}

static struct oops_stream *stream_of(struct oops_reader *r, uint64_t caller)
{
	struct oops_stream *st;
	size_t i;

	for (i = 0; i < r->nr_streams; i++) {
		if (r->stream[i].caller == caller)
			return &r->stream[i];
	}
	/* so many at a time do not oops: the oldest is through */
	st = &r->stream[r->nr_streams < OOPS_MAX_STREAMS ? r->nr_streams++ :
			r->oldest++ % OOPS_MAX_STREAMS];
	st->caller = caller;
	stream_reset(st);
	return st;
}

static bool is_beginning(const struct oops_line *line)
{
	size_t i;

	for (i = 0; i < NR_BEGINNINGS; i++) {
		if (oops_after(line, beginnings[i]))
			return true;
	}
	return false;
}

/* A page that the kernel complains of again and again: each complaint is one. */
static bool is_other_page(const struct oops_reader *r, const struct oops_stream *st,
			  const struct oops_line *line)
{
	return st->group != OOPS_NO_GROUP && r->o->group[st->group].nr_named &&
	       (oops_after(line, "BUG: Bad page") || oops_after(line, "Memory failure: "));
}

static void note_borders(struct oops_reader *r, struct oops_stream *st,
			 const struct oops_line *line)
{
	size_t g;

	if (is_beginning(line)) {
		if (st->registers || st->fault || st->body || st->ended ||
		    is_other_page(r, st, line))
			stream_reset(st);
		st->user = false;
	}
	if (oops_after(line, "---[ end ") || oops_begins(line, "#endoops"))
		st->ended = true;
	/* QEMU: "CPU#1"; its registers follow */
	if (oops_begins(line, "CPU#") && line->end - line->s > 4 &&
	    isdigit((unsigned char)line->s[4])) {
		stream_reset(st);
		g = oops_reader_group(r, st);
		if (g != OOPS_NO_GROUP)
			r->o->group[g].cpu = atoi(line->s + 4);
	}
}

/*
 * Behind a user-mode RIP without the stack pointer that is due, a kernel address for
 * a register that the kernel's set still lacks: then that RIP was another task's.
 */
static bool is_interrupted(const struct oops_reader *r, const struct oops_stream *st,
			   const struct oops_register *x)
{
	return st->registers && !st->user_stack && st->group != OOPS_NO_GROUP &&
	       x->value >> 63 && x->value < UINT64_C(0xfffffffffffff000) &&
	       !oops_word_find(&r->o->group[st->group], x->name);
}

static void take_function(struct oops_reader *r, struct oops_stream *st,
			  const struct oops_register *x)
{
	size_t g = x->symbol_len ? oops_reader_group(r, st) : OOPS_NO_GROUP;
	struct oops_group *group;

	if (g == OOPS_NO_GROUP)
		return;
	group = &r->o->group[g];
	if (!group->function[0] && x->symbol_len < sizeof(group->function))
		memcpy(group->function, x->symbol, x->symbol_len);
}

static bool is_other_function(const struct oops_reader *r, const struct oops_stream *st,
			      const struct oops_register *x)
{
	const char *old;

	if (st->group == OOPS_NO_GROUP || !st->registers || !x->symbol_len)
		return false;
	old = r->o->group[st->group].function;
	return old[0] && (strlen(old) != x->symbol_len || memcmp(old, x->symbol, x->symbol_len));
}

static bool has_registers(const struct oops_group *g)
{
	size_t i;

	for (i = 0; i < g->nr; i++) {
		if (g->word[i].role == OOPS_HELD)
			return true;
	}
	return false;
}

static void take_kernel_pc(struct oops_reader *r, struct oops_stream *st,
			   const struct oops_register *x)
{
	const struct oops_word *old;

	st->user = false;
	st->user_stack = false;
	if (st->group != OOPS_NO_GROUP && x->has_value) {
		old = oops_word_find(&r->o->group[st->group], x->name);
		if (old && old->value != x->value)
			stream_reset(st);
	}
	if (is_other_function(r, st, x)) {
		/* nothing but the place yet: another CPU's comes between; else the set is another */
		if (has_registers(&r->o->group[st->group]))
			stream_reset(st);
		else
			r->o->group[st->group].mixed = true;
	}
	st->registers = true;
	take_function(r, st, x);
	if (x->has_value)
		oops_reader_word(r, st, x->name, x->value, OOPS_HELD, false);
}

/* The same register with another value: another CPU, another oops. */
static bool is_other_set(const struct oops_reader *r, const struct oops_stream *st,
			 const struct oops_register *x)
{
	const struct oops_word *old;

	if (st->group == OOPS_NO_GROUP || x->user_pc || r->o->group[st->group].mixed)
		return false;
	old = oops_word_find(&r->o->group[st->group], x->name);
	return old && old->value != x->value;
}

static void take_machine(struct oops_reader *r, struct oops_stream *st,
			 const struct oops_register *x)
{
	/* with narrow values there is a machine to name, and nothing else */
	if (oops_machine_is_narrow(x->machine))
		oops_reader_group(r, st);
	if (st->group != OOPS_NO_GROUP && x->machine && !r->o->group[st->group].machine)
		r->o->group[st->group].machine = x->machine;
}

static void take_register(struct oops_reader *r, struct oops_stream *st,
			  const struct oops_register *x)
{
	bool fault = oops_is_fault_register(x->name), doubtful = false;

	if (x->is_stack && x->user_pc)
		st->user_stack = true;
	if (!x->has_value) {
		if (oops_machine_is_narrow(x->machine))
			take_machine(r, st, x);
		return;
	}
	/* a control register is the kernel's */
	if (st->user && !fault) {
		doubtful = is_interrupted(r, st, x);
		if (!doubtful)
			return;
	} else if (is_other_set(r, st, x) && !(fault && st->registers)) {
		/* a fault register comes last in its set: by itself it begins no other */
		stream_reset(st);
	}
	st->registers |= !fault;
	st->fault |= fault;
	oops_reader_word(r, st, x->name, x->value, fault ? OOPS_ACCESSED : OOPS_HELD, doubtful);
	take_machine(r, st, x);
	/* in these styles the whole set is told by its RIP, wherever that comes */
	if (x->is_pc && st->group != OOPS_NO_GROUP) {
		take_function(r, st, x);
		r->o->group[st->group].user |= x->style == OOPS_STYLE_DEBUGGER && x->user_pc;
	}
}

static void read_register(struct oops_reader *r, struct oops_stream *st,
			  const struct oops_register *x)
{
	if (!x->is_pc || x->style == OOPS_STYLE_DEBUGGER) {
		take_register(r, st, x);
	} else if (x->user_pc) {
		st->user = true;
		st->user_stack = false;
	} else {
		take_kernel_pc(r, st, x);
		take_machine(r, st, x);
	}
}

static void read_registers(struct oops_reader *r, struct oops_stream *st,
			   const struct oops_line *line)
{
	struct oops_register x;
	bool word_start = true;
	const char *s, *next;

	for (s = line->s; s < line->end && r->status == ZDM_OK; s++) {
		if (word_start && isalpha((unsigned char)*s) &&
		    oops_register_at(&r->lines, line, s, &x, &next)) {
			read_register(r, st, &x);
			s = next > s ? next - 1 : s;
			word_start = true;
			continue;
		}
		word_start = !isalnum((unsigned char)*s) && *s != '_';
	}
}

static void read_line(struct oops_reader *r, const struct oops_line *line)
{
	struct oops_stream *st = stream_of(r, line->caller);

	note_borders(r, st, line);
	oops_read_kernel(r, line);
	oops_read_phrases(r, st, line);
	if (oops_read_rows(r, st, line))
		return;
	if (oops_read_who(r, st, line))
		st->body = true;
	read_registers(r, st, line);
}

static bool has_narrow(const struct zdm_oops *o)
{
	size_t i;

	for (i = 0; i < o->nr; i++) {
		if (oops_machine_is_narrow(o->group[i].machine))
			return true;
	}
	return false;
}

enum zdm_status zdm_oops_add_text(struct zdm_oops *o, const char *origin, const char *text,
				  size_t len)
{
	struct oops_reader *r = calloc(1, sizeof(*r));
	char *copy = malloc(len + 1);
	size_t before = zdm_oops_words(o);
	struct oops_line line;
	enum zdm_status st = ZDM_NOMEM;
	const char *at;

	if (r && copy) {
		memcpy(copy, text, len);
		len = oops_clean(copy, len);
		copy[len] = '\0';	/* numbers are parsed by libc, too */
		r->o = o;
		r->origin = origin;
		r->lines = (struct oops_lines){ copy, copy + len };
		for (at = copy; r->status == ZDM_OK && oops_line_at(&r->lines, at, &line);
		     at = line.next)
			read_line(r, &line);
		st = r->status;
		if (st == ZDM_OK && zdm_oops_words(o) == before)
			st = has_narrow(o) ? ZDM_UNSUPPORTED : ZDM_ABSENT;
	}
	free(copy);
	free(r);
	return st;
}

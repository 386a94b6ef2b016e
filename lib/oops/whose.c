// SPDX-License-Identifier: LGPL-2.1-or-later
/* whose: which kernel, which boot, which CPU, which task a text is of. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oops/read.h"

static struct oops_boot *boot(struct oops_reader *r)
{
	return &r->o->boot[r->o->nr_boots - 1];
}

/* "6.1.0-56-cloud-amd64" at s. */
static size_t release_at(const char *s, const char *end)
{
	size_t n = 0, max = (size_t)(end - s);

	while (n < max && n < 64 && (isalnum((unsigned char)s[n]) || strchr("._-+~", s[n])))
		n++;
	return n > 2 && isdigit((unsigned char)s[0]) && memchr(s, '.', n) ? n : 0;
}

static void set_release(struct oops_reader *r, const char *s, size_t n)
{
	struct oops_boot *b = boot(r);

	if (b->release[0])
		return;
	memcpy(b->release, s, n);
	b->release[n] = '\0';
}

/* The release comes behind the taint, "Not tainted 5.3.0-rc1", "Tainted: G W 6.1.0", "(4.15.0)". */
static void read_release(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = oops_after(line, "ainted");
	size_t n;

	while (s && s < line->end) {
		s = oops_skip_blanks(s, line->end);
		if (s < line->end && *s == '(')
			s++;
		n = release_at(s, line->end);
		if (n) {
			set_release(r, s, n);
			return;
		}
		while (s < line->end && *s != ' ')
			s++;
	}
}

/* With its banner a kernel begins: what was said before is of another. */
static void read_banner(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = oops_after(line, "Linux version ");
	size_t n = s ? release_at(s, line->end) : 0, i;

	if (!n)
		return;
	if (boot(r)->release[0] || r->o->nr) {
		if (oops_boot_add(r->o) == ZDM_NOMEM) {
			r->status = ZDM_NOMEM;
			return;
		}
		for (i = 0; i < r->nr_streams; i++)
			r->stream[i].group = OOPS_NO_GROUP;
		memset(r->stream, 0, sizeof(r->stream));
		r->nr_streams = 0;
	}
	set_release(r, s, n);
}

static void read_offset(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = oops_after(line, "Kernel Offset: ");
	uint64_t v = 0;
	size_t n;

	if (!s)
		return;
	if (line->end - s > 2 && s[0] == '0' && s[1] == 'x') {
		s += 2;
		n = oops_hex(s, line->end, &v);
		/* a cut value has no "from" behind it */
		if (!n || n > 16 || s + n == line->end)
			return;
	} else if (line->end - s < 8 || memcmp(s, "disabled", 8)) {
		return;
	}
	boot(r)->has_offset = true;
	boot(r)->offset = v;
}

/* "    vmemmap : 0xffffea0000000000 - 0xffffea0001000000   (  16 MB actual)" */
static void read_layout(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = oops_begins(line, "vmemmap") ? line->s + 7 : oops_after(line, "vmemmap_base");
	uint64_t v;

	if (!s)
		return;
	while (s < line->end && strchr(" :=", *s))
		s++;
	if (line->end - s > 2 && s[0] == '0' && s[1] == 'x')
		s += 2;
	if (oops_hex(s, line->end, &v) == 16 && !boot(r)->has_base) {
		boot(r)->has_base = true;
		boot(r)->base_kaddr = v;
	}
}

/* "4G": a number as the kernel's memparse() reads it. Returns what is behind it. */
static const char *parse_size(const char *s, const char *end, uint64_t *ret)
{
	static const char units[] = "KMGTPE";
	char number[24];
	char *stop;
	const char *unit;

	snprintf(number, sizeof(number), "%.*s", (int)(end - s < 23 ? end - s : 23), s);
	*ret = isdigit((unsigned char)number[0]) ? strtoull(number, &stop, 0) : 0;
	if (!isdigit((unsigned char)number[0]))
		return s;
	unit = *stop ? strchr(units, toupper((unsigned char)*stop)) : NULL;
	s += stop - number;
	if (unit) {
		*ret <<= 10 * (unit - units + 1);
		s++;
	}
	return s;
}

/* memmap=SIZE!START persistent, $ reserved, # ACPI, @ usable, % of any type; comma-separated. */
static void read_memmap(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = line->s, *at, *end = line->end;
	uint64_t size, start;
	char kind;

	while ((at = memmem(s, (size_t)(end - s), "memmap=", 7))) {
		s = at + 7;
		do {
			at = parse_size(s, end, &size);
			if (at == s || at == end || !strchr("!$#@%", *at))
				break;
			kind = *at;
			s = parse_size(at + 1, end, &start);
			if (s > at + 1 && start + size > start &&
			    oops_span_add(r->o, start, start + size, "memmap= of the command line", 27,
					  kind == '!') == ZDM_NOMEM)
				r->status = ZDM_NOMEM;
			/* "%1088M-1+4026531839": of which type to which */
			while (s < end && strchr("-+0123456789", *s))
				s++;
		} while (s < end && *s == ',' && s++);
	}
}

/* "BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] persistent (type 7)" */
static void read_firmware(struct oops_reader *r, const struct oops_line *line)
{
	const char *s = oops_after(line, ": [mem 0x"), *end = line->end;
	uint64_t start, last;
	size_t n;

	if (!s || (!oops_after(line, "e820") && !oops_begins(line, "user: ")))
		return;
	n = oops_hex(s, end, &start);
	s += n;
	if (n != 16 || end - s < 3 || memcmp(s, "-0x", 3) || oops_hex(s + 3, end, &last) != 16)
		return;
	s = oops_skip_blanks(s + 19, end);
	if (s < end && *s == ']')
		s = oops_skip_blanks(s + 1, end);
	if (last + 1 && oops_span_add(r->o, start, last + 1, s, (size_t)(end - s),
				      end - s >= 10 && !memcmp(s, "persistent", 10)) == ZDM_NOMEM)
		r->status = ZDM_NOMEM;
}

void oops_read_kernel(struct oops_reader *r, const struct oops_line *line)
{
	read_banner(r, line);
	read_release(r, line);
	read_offset(r, line);
	read_layout(r, line);
	read_memmap(r, line);
	read_firmware(r, line);
}

static bool take_number(const struct oops_line *line, const char *word, int64_t *ret)
{
	const char *s = oops_after(line, word);
	int64_t v = 0;

	s = s ? oops_skip_blanks(s, line->end) : NULL;
	if (!s || s == line->end || !isdigit((unsigned char)*s))
		return false;
	while (s < line->end && isdigit((unsigned char)*s) && v < INT32_MAX)
		v = 10 * v + (*s++ - '0');
	if (*ret < 0)
		*ret = v;
	return true;
}

static void take_comm(struct oops_group *g, const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && n < sizeof(g->comm) - 1 && s[n] > ' ' && s[n] < 0x7f &&
	       s[n] != '"')
		n++;
	if (!g->comm[0])
		memcpy(g->comm, s, n);
}

/* "by task page-types/588": a sanitizer's line */
static void read_by_task(struct oops_group *g, const struct oops_line *line)
{
	const char *s = oops_after(line, "by task "), *slash;

	slash = s ? memchr(s, '/', (size_t)(line->end - s)) : NULL;
	if (!slash)
		return;
	take_comm(g, s, slash);
	take_number(line, "/", &g->pid);
}

/* "BUG: KASAN: wild-memory-access in some_walker+0x2a/0x320", "[exception RIP: walker+18]" */
static void read_function(struct oops_group *g, const struct oops_line *line)
{
	const char *s = oops_after(line, "[exception RIP: ");
	size_t n;

	if (!s && oops_begins(line, "BUG: "))
		s = oops_after(line, " in ");
	n = s ? oops_symbol_at(s, line->end) : 0;
	if (n && n < sizeof(g->function) && !g->function[0])
		memcpy(g->function, s, n);
}

/* "CPU: 1 PID: 589" where the group has another already. */
static bool is_other_cpu(const struct oops_reader *r, const struct oops_stream *st,
			 const struct oops_line *line)
{
	int64_t cpu = -1;

	return st->group != OOPS_NO_GROUP && st->body && take_number(line, "CPU: ", &cpu) &&
	       r->o->group[st->group].cpu >= 0 && r->o->group[st->group].cpu != cpu;
}

bool oops_read_who(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	bool head = oops_after(line, "CPU: ") && oops_after(line, "PID: ");
	const char *comm;
	struct oops_group *g;
	bool other;

	if (!head && !oops_after(line, "by task ") && !oops_after(line, "[exception RIP: ") &&
	    !(oops_begins(line, "BUG: ") && oops_after(line, " in ")))
		return false;
	/* crash's backtraces: each task's begins so; and backtraces of several CPUs */
	other = head && is_other_cpu(r, st, line);
	if ((oops_begins(line, "PID: ") || other) && st->registers) {
		st->group = OOPS_NO_GROUP;
		st->registers = false;
		st->fault = false;
		st->user = false;
		other = false;
	}
	if (oops_reader_group(r, st) == OOPS_NO_GROUP)
		return head;
	g = &r->o->group[st->group];
	g->mixed |= other;
	read_by_task(g, line);
	read_function(g, line);
	if (!head)
		return false;
	take_number(line, "CPU: ", &g->cpu);
	take_number(line, " PID: ", &g->pid);
	if (oops_begins(line, "PID: "))
		take_number(line, "PID: ", &g->pid);
	comm = oops_after(line, "Comm: ");
	if (!comm)
		comm = oops_after(line, "COMMAND: \"");
	if (comm)
		take_comm(g, comm, line->end);
	return true;
}

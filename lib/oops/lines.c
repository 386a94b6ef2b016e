// SPDX-License-Identifier: LGPL-2.1-or-later
/* lines: timestamps, callers, priorities, host names and quotation marks go. */
#include <ctype.h>
#include <string.h>

#include "oops/lines.h"

#define MAX_BRACKET 48u		/* a timestamp or a caller is not longer */
#define MAX_HEADER 200u		/* nor what syslog puts in front */
#define CPU_CALLER (UINT64_C(1) << 32)

static void skip_blanks(struct oops_line *l)
{
	while (l->s < l->end && (*l->s == ' ' || *l->s == '\t'))
		l->s++;
}

static bool strip_quote(struct oops_line *l)
{
	if (l->s == l->end || (*l->s != '>' && *l->s != '|'))
		return false;
	l->s++;
	return true;
}

static const char *skip_digits(const char *s, const char *end)
{
	while (s < end && isdigit((unsigned char)*s))
		s++;
	return s;
}

/* "<4>" */
static bool strip_priority(struct oops_line *l)
{
	const char *s;

	if (l->s == l->end || *l->s != '<')
		return false;
	s = skip_digits(l->s + 1, l->end);
	if (s == l->s + 1 || s - l->s > 4 || s == l->end || *s != '>')
		return false;
	l->s = s + 1;
	return true;
}

/* "T1202", "C3": a task or a CPU. Whatever stands behind (a name, a second one) is not needed. */
static uint64_t caller_of(const char *s, const char *end)
{
	uint64_t v = 0, cpu;

	while (s < end && *s == ' ')
		s++;
	if (end - s < 2 || (*s != 'T' && *s != 'C') || !isdigit((unsigned char)s[1]))
		return 0;
	cpu = *s++ == 'C' ? CPU_CALLER : 0;
	while (s < end && isdigit((unsigned char)*s) && v < CPU_CALLER / 16)
		v = 10 * v + (uint64_t)(*s++ - '0');
	return (cpu | v) + 1;
}

/* "  114.498706", "Mon Sep  9 08:46:11 2019", "2019-09-09T08:46:11" */
static bool is_time(const char *s, const char *end)
{
	size_t digits = 0, points = 0, colons = 0, letters = 0;

	for (; s < end; s++) {
		digits += isdigit((unsigned char)*s) != 0;
		letters += isalpha((unsigned char)*s) != 0;
		points += *s == '.';
		colons += *s == ':' && isdigit((unsigned char)s[-1]);
		if (!isalnum((unsigned char)*s) && !strchr(" .:,+-", *s))
			return false;
	}
	return digits >= 2 && (letters ? colons >= 2 : points + colons > 0);
}

/* "[  114.498706]", "[ T1202]" */
static bool strip_bracket(struct oops_line *l)
{
	size_t max = (size_t)(l->end - l->s);
	const char *close;
	uint64_t caller;

	if (l->s == l->end || *l->s != '[')
		return false;
	close = memchr(l->s, ']', max < MAX_BRACKET ? max : MAX_BRACKET);
	if (!close)
		return false;
	caller = caller_of(l->s + 1, close);
	if (!caller && !is_time(l->s + 1, close))
		return false;
	if (caller)
		l->caller = caller;
	l->s = close + 1;
	return true;
}

/* "Sep  9 08:46:11 host kernel: ", "2019-09-09T08:46:11+02:00 host kernel: " */
static bool strip_syslog(struct oops_line *l)
{
	static const char mark[] = " kernel: ";
	size_t max = (size_t)(l->end - l->s);
	const char *at;

	if (l->s == l->end || !isalnum((unsigned char)*l->s))
		return false;
	at = memmem(l->s, max < MAX_HEADER ? max : MAX_HEADER, mark, sizeof(mark) - 1);
	if (!at || !memchr(l->s, ':', (size_t)(at - l->s)))
		return false;
	l->s = at + sizeof(mark) - 1;
	return true;
}

/* "6,1234,114498706,-,caller=T1202;": /dev/kmsg, netconsole */
static bool strip_kmsg(struct oops_line *l)
{
	size_t max = (size_t)(l->end - l->s);
	const char *end, *s, *caller;
	int i;

	if (l->s == l->end || !isdigit((unsigned char)*l->s))
		return false;
	end = memchr(l->s, ';', max < MAX_HEADER ? max : MAX_HEADER);
	if (!end)
		return false;
	for (s = l->s, i = 0; i < 3; i++, s++) {
		const char *digits = skip_digits(s, end);

		if (digits == s || digits == end || *digits != ',')
			return false;
		s = digits;
	}
	caller = memmem(s, (size_t)(end - s), "caller=", 7);
	if (caller)
		l->caller = caller_of(caller + 7, end);
	l->s = end + 1;
	return true;
}

bool oops_line_at(const struct oops_lines *l, const char *at, struct oops_line *ret)
{
	const char *nl;

	if (at >= l->end)
		return false;
	nl = memchr(at, '\n', (size_t)(l->end - at));
	ret->s = at;
	ret->end = nl ? nl : l->end;
	ret->next = nl ? nl + 1 : l->end;
	ret->caller = 0;
	do {
		skip_blanks(ret);
	} while (strip_quote(ret) || strip_priority(ret) || strip_bracket(ret) ||
		 strip_syslog(ret) || strip_kmsg(ret));
	return true;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * clean: undo what mailers, browsers, shells and terminals do to a log. Each step
 * walks the text once, writes behind where it reads, and knows nothing of the others.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oops/clean.h"

#define ESC 0x1b
#define REGISTER_DIGITS 16u
#define HOLE_BYTES 4u	/* so many zeros are a hole in a file, not UTF-16 or UTF-32 */

struct step {
	const unsigned char *s, *end;
	unsigned char *to;
};

static size_t left(const struct step *c)
{
	return (size_t)(c->end - c->s);
}

static bool starts(const struct step *c, const char *word)
{
	size_t n = strlen(word);

	return left(c) >= n && !memcmp(c->s, word, n);
}

static int hex_digit(unsigned char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t hex_run(const unsigned char *s, const unsigned char *end)
{
	size_t n = 0;

	while (s + n < end && n <= REGISTER_DIGITS && hex_digit(s[n]) >= 0)
		n++;
	return n;
}

/* "=" at the end of a line: only a soft break of quoted-printable puts it there. */
static size_t soft_break(const unsigned char *s, const unsigned char *end)
{
	if (s + 1 < end && s[0] == '=' && s[1] == '\n')
		return 2;
	if (s + 2 < end && s[0] == '=' && s[1] == '\r' && s[2] == '\n')
		return 3;
	return 0;
}

static bool is_quoted_printable(const char *text, size_t len)
{
	const char *s = text, *end = text + len;

	if (memmem(text, len, "quoted-printable", 16))
		return true;
	while ((s = memchr(s, '=', (size_t)(end - s)))) {
		/* not a line of "====" */
		if (s > text && isgraph((unsigned char)s[-1]) && s[-1] != '=' &&
		    soft_break((const unsigned char *)s, (const unsigned char *)end))
			return true;
		s++;
	}
	return false;
}

/*
 * "=3D" is a byte, but QEMU's "R10=2000000000000000" is a register: there, exactly
 * sixteen digits follow, while the encoding makes "R10=3D" and sixteen.
 */
static int quoted_byte(const struct step *c)
{
	int hi, lo;

	if (left(c) < 3 || c->s[0] != '=' || hex_run(c->s + 1, c->end) == REGISTER_DIGITS)
		return -1;
	hi = hex_digit(c->s[1]);
	lo = hex_digit(c->s[2]);
	return hi < 0 || lo < 0 || islower(c->s[1]) || islower(c->s[2]) ? -1 : hi << 4 | lo;
}

/* A quoted quotation repeats the marks in front of the rest of the line. */
static void skip_quote(struct step *c)
{
	while (c->s < c->end && (*c->s == '>' || *c->s == ' '))
		c->s++;
}

static size_t undo_quoted_printable(char *text, size_t len)
{
	struct step c = { (unsigned char *)text, (unsigned char *)text + len,
			  (unsigned char *)text };

	if (!is_quoted_printable(text, len))
		return len;
	while (c.s < c.end) {
		size_t n = soft_break(c.s, c.end);
		int byte = n ? -1 : quoted_byte(&c);

		if (n) {
			c.s += n;
			if (c.s < c.end && *c.s == '>')
				skip_quote(&c);
		} else if (byte >= 0) {
			*c.to++ = (unsigned char)byte;
			c.s += 3;
		} else {
			*c.to++ = *c.s++;
		}
	}
	return (size_t)(c.to - (unsigned char *)text);
}

/*
 * Logs are ASCII. In UTF-16 and UTF-32 that is ASCII with zeros between, so without
 * them any of the four is right, also where one file has it in parts only.
 */
static size_t undo_zeros(char *text, size_t len)
{
	size_t i = 0, n = 0, run;

	while (i < len) {
		if (text[i]) {
			text[n++] = text[i++];
			continue;
		}
		for (run = 0; i + run < len && !text[i + run]; run++)
			;
		if (run >= HOLE_BYTES)
			text[n++] = '\n';
		i += run;
	}
	return n;
}

static const struct {
	const char *word;
	char c;		/* 0: nothing is left of it */
} replacements[] = {
	/* blanks of Unicode */
	{ "\xc2\xa0", ' ' }, { "\xe2\x80\xaf", ' ' }, { "\xe2\x80\x87", ' ' },
	{ "\xe2\x80\x82", ' ' }, { "\xe2\x80\x83", ' ' }, { "\xe2\x80\x89", ' ' },
	{ "\xe3\x80\x80", ' ' }, { "\xe2\x80\xa8", '\n' }, { "\xe2\x80\xa9", '\n' },
	{ "\xc2\x85", '\n' },
	{ "\xe2\x80\x8b", 0 }, { "\xe2\x80\x8c", 0 }, { "\xe2\x80\x8d", 0 },
	{ "\xe2\x81\xa0", 0 }, { "\xef\xbb\xbf", 0 }, { "\xc2\xad", 0 },
	{ "\xff\xfe", 0 }, { "\xfe\xff", 0 },	/* marks of UTF-16 */
	/* HTML */
	{ "&gt;", '>' }, { "&lt;", '<' }, { "&amp;", '&' }, { "&nbsp;", ' ' }, { "&quot;", '"' },
	{ "&#160;", ' ' }, { "&#xa0;", ' ' }, { "&#xA0;", ' ' }, { "&#39;", '\'' },
	{ "&#34;", '"' }, { "&#62;", '>' }, { "&#60;", '<' }, { "&#10;", '\n' }, { "&#13;", '\n' },
	/* JSON and C strings */
	{ "\\u00a0", ' ' }, { "\\u00A0", ' ' }, { "\\u001b", ESC }, { "\\u001B", ESC },
	{ "\\u003e", '>' }, { "\\u003c", '<' }, { "\\u003E", '>' }, { "\\u003C", '<' },
	{ "\\u000a", '\n' }, { "\\u000A", '\n' }, { "\\u0026", '&' }, { "\\u0009", ' ' },
	{ "\\r", '\n' }, { "\\n", '\n' }, { "\\t", ' ' }, { "\\\"", '"' },
	/* the escape character of terminals as loggers and pagers spell it */
	{ "#033", ESC }, { "\\x1b", ESC }, { "\\x1B", ESC }, { "\\033", ESC }, { "\\e[", ESC },
	{ "^[[", ESC }, { "\xe2\x90\x9b", ESC },
};
#define NR_REPLACEMENTS (sizeof(replacements) / sizeof(replacements[0]))

/* Tags that can stand in a log that a browser showed; "[<ffffffff81…>]" is none of them. */
static const char *const tags[] = {
	"br", "p", "pre", "div", "span", "b", "i", "a", "font", "code", "tr", "td", "tt", "u",
	"blockquote", "li", "strong", "em",
};
#define NR_TAGS (sizeof(tags) / sizeof(tags[0]))
#define MAX_TAG_BYTES 512u

/* Length of a tag at c, 0: none. *breaks: does the browser begin a new line there? */
static size_t tag_at(const struct step *c, bool *breaks)
{
	size_t n = 1, name, i, max = left(c) < MAX_TAG_BYTES ? left(c) : MAX_TAG_BYTES;
	const unsigned char *end;

	if (max < 3 || c->s[0] != '<')
		return 0;
	n += c->s[1] == '/';
	for (name = n; n < max && isalpha(c->s[n]); n++)
		;
	if (n >= max || (c->s[n] != '>' && c->s[n] != ' ' && c->s[n] != '/'))
		return 0;
	for (i = 0; i < NR_TAGS; i++) {
		if (strlen(tags[i]) == n - name && !strncasecmp(tags[i], (char *)c->s + name, n - name))
			break;
	}
	end = memchr(c->s + n, '>', max - n);
	if (i == NR_TAGS || !end)
		return 0;
	*breaks = i < 4 || !strcmp(tags[i], "tr") || !strcmp(tags[i], "li");
	return (size_t)(end + 1 - c->s);
}

/* JSON within JSON doubles the backslashes. */
static void skip_doubled(struct step *c)
{
	while (left(c) > 2 && c->s[0] == '\\' && c->s[1] == '\\')
		c->s++;
}

static bool replace(struct step *c)
{
	size_t i;

	for (i = 0; i < NR_REPLACEMENTS; i++) {
		if (c->s[0] != (unsigned char)replacements[i].word[0] ||
		    !starts(c, replacements[i].word))
			continue;
		c->s += strlen(replacements[i].word);
		if (replacements[i].c)
			*c->to++ = (unsigned char)replacements[i].c;
		/* what was an escape character and its bracket */
		if (replacements[i].c == ESC && c->s[-1] == '[')
			c->s--;
		return true;
	}
	return false;
}

static size_t undo_escapes(char *text, size_t len)
{
	struct step c = { (unsigned char *)text, (unsigned char *)text + len,
			  (unsigned char *)text };
	bool breaks = false;
	size_t n;

	while (c.s < c.end) {
		skip_doubled(&c);
		n = *c.s == '<' ? tag_at(&c, &breaks) : 0;
		if (n) {
			c.s += n;
			if (breaks)
				*c.to++ = '\n';
		} else if (!replace(&c)) {
			*c.to++ = *c.s++;
		}
	}
	return (size_t)(c.to - (unsigned char *)text);
}

/* "[32m" where the escape character was lost on the way. */
static size_t colour_at(const struct step *c)
{
	size_t n = 1;

	if (left(c) < 2 || c->s[0] != '[')
		return 0;
	while (n < left(c) && n < 24 && (isdigit(c->s[n]) || c->s[n] == ';' || c->s[n] == ':'))
		n++;
	/* "[m" alone begins "[mem 0x…]" */
	return n > 1 && n < left(c) && c->s[n] == 'm' ? n + 1 : 0;
}

/* An escape sequence: of colour, of movement (which ends a line), a title. */
static void skip_sequence(struct step *c)
{
	c->s++;
	if (c->s == c->end)
		return;
	if (*c->s == ']') {
		while (c->s < c->end && *c->s != 7 && *c->s != '\n' && *c->s != ESC)
			c->s++;
		if (c->s < c->end && *c->s == 7)
			c->s++;
	} else if (*c->s == '[') {
		c->s++;
		while (c->s < c->end && *c->s >= 0x20 && *c->s < 0x40)
			c->s++;
		if (c->s < c->end && *c->s >= 0x40 && *c->s < 0x7f && *c->s++ != 'm')
			*c->to++ = ' ';
	} else if (*c->s >= 0x20 && *c->s < 0x7f) {
		c->s++;
	}
}

static size_t undo_terminal(char *text, size_t len)
{
	struct step c = { (unsigned char *)text, (unsigned char *)text + len,
			  (unsigned char *)text };
	size_t n;

	while (c.s < c.end) {
		n = colour_at(&c);
		if (n) {
			c.s += n;
		} else if (*c.s == ESC || *c.s == 0x9b) {
			skip_sequence(&c);
		} else {
			/* lone blanks of Latin-1, tabs; lines end as on any system */
			*c.to++ = *c.s == '\r' ? '\n' : *c.s == '\t' || *c.s == 0xa0 ? ' ' : *c.s;
			c.s++;
		}
	}
	return (size_t)(c.to - (unsigned char *)text);
}

size_t oops_clean(char *text, size_t len)
{
	len = oops_undo_base64(text, len);
	len = undo_zeros(text, len);
	len = undo_quoted_printable(text, len);
	len = undo_escapes(text, len);
	return undo_terminal(text, len);
}

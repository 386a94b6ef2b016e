// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * base64: mails, and parts of mails, whose header says that they are encoded so
 * (RFC 2045); and a body that was pasted without its header. Each line is looked at
 * once, and what it decodes to is shorter, so it is written where it was read.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "oops/clean.h"

#define MIN_BARE_BYTES 64u	/* less, and any word could be taken for a body */

struct decoder {
	char *to;
	uint32_t bits;
	unsigned int nr_bits;
};

static int value_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Nothing but digits of base64, "=" at the end, blanks around? An empty line is not. */
static bool is_encoded(const char *s, const char *end)
{
	size_t digits = 0;

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	for (; s < end && value_of(*s) >= 0; s++)
		digits++;
	while (s < end && (*s == '=' || isspace((unsigned char)*s)))
		s++;
	return digits && s == end;
}

static bool is_blank(const char *s, const char *end)
{
	while (s < end && isspace((unsigned char)*s))
		s++;
	return s == end;
}

/* "Content-Transfer-Encoding: base64", in any case. */
static bool is_header(const char *s, const char *end)
{
	static const char name[] = "content-transfer-encoding:", value[] = "base64";
	const size_t len = sizeof(name) - 1;

	if ((size_t)(end - s) < len || strncasecmp(s, name, len))
		return false;
	for (s += len; s < end && (*s == ' ' || *s == '\t' || *s == '"'); s++)
		;
	return (size_t)(end - s) >= sizeof(value) - 1 &&
	       !strncasecmp(s, value, sizeof(value) - 1);
}

static void decode(struct decoder *d, const char *s, const char *end)
{
	for (; s < end; s++) {
		int v = value_of(*s);

		if (v < 0)
			continue;
		d->bits = d->bits << 6 | (uint32_t)v;
		d->nr_bits += 6;
		if (d->nr_bits >= 8) {
			d->nr_bits -= 8;
			*d->to++ = (char)(d->bits >> d->nr_bits);
		}
	}
}

static const char *line_end(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));

	return nl ? nl + 1 : end;
}

/* The first `len` bytes decoded as text: no byte that no log has. */
static bool is_log(const char *s, const char *end)
{
	char buf[96];
	struct decoder d = { .to = buf };
	char *at;

	decode(&d, s, end - s > 128 ? s + 128 : end);
	for (at = buf; at < d.to; at++) {
		if ((unsigned char)*at < ' ' && !isspace((unsigned char)*at) && *at != 0x1b)
			return false;
	}
	return true;
}

/* The whole text is digits, and what they stand for is text. */
static bool is_bare(const char *s, const char *end)
{
	const char *start = s, *next;

	if (end - s < (ptrdiff_t)MIN_BARE_BYTES)
		return false;
	for (; s < end; s = next) {
		next = line_end(s, end);
		if (!is_encoded(s, next) && !is_blank(s, next))
			return false;
	}
	return is_log(start, end);
}

size_t oops_undo_base64(char *text, size_t len)
{
	const char *s = text, *end = text + len, *next;
	struct decoder d = { .to = text };
	enum { PLAIN, HEADER, BODY } state = is_bare(s, end) ? BODY : PLAIN;

	for (; s < end; s = next) {
		next = line_end(s, end);
		if (state == BODY && is_encoded(s, next)) {
			decode(&d, s, next);
			continue;
		}
		/* blank lines come before a body and behind it */
		if (state == BODY && !is_blank(s, next)) {
			d.nr_bits = 0;
			state = PLAIN;
		}
		if (is_header(s, next))
			state = HEADER;
		else if (state == HEADER && is_blank(s, next))
			state = BODY;
		memmove(d.to, s, (size_t)(next - s));
		d.to += next - s;
	}
	return (size_t)(d.to - text);
}

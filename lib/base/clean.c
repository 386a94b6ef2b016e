// SPDX-License-Identifier: LGPL-2.1-or-later
/* clean: strings of strangers, made fit to be shown. */
#include <stdbool.h>
#include <stdint.h>

#include <zdm/report.h>

/* Length of the UTF-8 character at p, and its code; 0: these bytes are none. */
static size_t utf8_at(const unsigned char *p, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 && p[0] < 0xf8 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
		p[0] >= 0xc0 && p[0] < 0xe0 ? 2 : 0;
	if (!n || n > len)
		return 0;
	*code = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	/* longer than needed, a surrogate, beyond Unicode */
	if (*code < least[n] || (*code >= 0xd800 && *code < 0xe000) || *code > 0x10ffff)
		return 0;
	return n;
}

/* Characters that a terminal acts on, or that turn the direction of what follows. */
static bool harmless(uint32_t code, enum zdm_clean how)
{
	if (code < ' ')
		return how == ZDM_CLEAN_JSON ||
			(how == ZDM_CLEAN_LINES && (code == '\n' || code == '\t'));
	return code < 0x7f || (code >= 0xa0 && code != 0x200e && code != 0x200f &&
			       (code < 0x2028 || code > 0x202e) &&
			       (code < 0x2066 || code > 0x2069));
}

size_t zdm_text_clean(const char *text, size_t len, enum zdm_clean how, char *buf, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *p = (const unsigned char *)text;
	size_t used = 0, i, n, end = 0;
	uint32_t code;
	bool as_is;

	while (len) {
		n = utf8_at(p, len, &code);
		as_is = n && harmless(code, how);
		for (i = 0; i < (as_is || n ? n : 1); i++, p++, len--) {
			const char byte[4] = { '\\', 'x', hex[*p >> 4], hex[*p & 15] };
			size_t width = as_is ? 1 : sizeof(byte), j;

			for (j = 0; j < width; j++, used++)
				if (used + 1 < size)
					buf[used] = as_is ? (char)*p : byte[j];
		}
		/* cut between characters */
		if (used < size)
			end = used;
	}
	if (size)
		buf[end] = '\0';
	return used;
}

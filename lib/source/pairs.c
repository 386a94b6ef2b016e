// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * KEY=value lines, from a dump's VMCOREINFO or from a layout file. Nothing is
 * assumed of the bytes: a line that cannot be true is marked, never repaired.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/pairs.h"

#define LINE_MAX_BYTES 4096
#define KEY_MAX_BYTES (ZDM_NAME_MAX + 16)

/* No structure of any kernel is larger, and no member lies further in. */
#define TYPE_MAX_BYTES (UINT64_C(1) << 28)

static bool is_printable(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((s[i] < ' ' && s[i] != '\t') || s[i] >= 0x7f)
			return false;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cut the line of len bytes at s into key and value, in place. */
static void line_parse(struct zdm_pair *line, char *s, size_t len)
{
	char *eq = memchr(s, '=', len);
	size_t key_len = eq ? (size_t)(eq - s) : 0;
	size_t i;

	line->bad = true;
	if (!key_len || key_len > KEY_MAX_BYTES || len > LINE_MAX_BYTES || !is_printable(s, len))
		return;
	for (i = 0; i < key_len; i++)
		if (is_blank(s[i]))
			return;
	s[key_len] = '\0';
	s[len] = '\0';
	line->key = s;
	line->value = s + key_len + 1;
	line->bad = false;
}

static size_t count_lines(const char *s, size_t len)
{
	size_t i, nr = 1;

	for (i = 0; i < len; i++)
		if (s[i] == '\n' || s[i] == '\0')
			nr++;
	return nr;
}

enum zdm_status zdm_pairs_init(struct zdm_pairs *t, const char *text, size_t len)
{
	size_t pos = 0, end, nr;
	uint32_t line_nr = 0;

	memset(t, 0, sizeof(*t));
	t->buf = malloc(len + 1);
	nr = count_lines(text, len);
	t->lines = calloc(nr, sizeof(*t->lines));
	if (!t->buf || !t->lines) {
		zdm_pairs_deinit(t);
		return ZDM_NOMEM;
	}
	if (len)
		memcpy(t->buf, text, len);
	t->buf[len] = '\0';

	for (; pos < len; pos = end + 1) {
		size_t start = pos, stop;

		for (end = pos; end < len && t->buf[end] != '\n' && t->buf[end] != '\0';)
			end++;
		line_nr++;
		stop = end;
		while (start < stop && is_blank(t->buf[start]))
			start++;
		while (stop > start && is_blank(t->buf[stop - 1]))
			stop--;
		if (start == stop || t->buf[start] == '#')
			continue;
		t->lines[t->nr_lines].line_nr = line_nr;
		line_parse(&t->lines[t->nr_lines++], t->buf + start, stop - start);
	}
	return ZDM_OK;
}

void zdm_pairs_deinit(struct zdm_pairs *t)
{
	if (!t)
		return;
	free(t->buf);
	free(t->lines);
	t->buf = NULL;
	t->lines = NULL;
	t->nr_lines = 0;
}

/* By key, then in the order of the text. */
static int line_compare(const void *a, const void *b)
{
	const struct zdm_pair *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->line_nr > y->line_nr) - (x->line_nr < y->line_nr);
}

void zdm_pairs_index(struct zdm_pairs *t)
{
	size_t i, nr = 0;

	for (i = 0; i < t->nr_lines; i++)
		if (!t->lines[i].bad)
			t->lines[nr++] = t->lines[i];
	if (nr)
		qsort(t->lines, nr, sizeof(*t->lines), line_compare);
	t->nr_lines = 0;
	for (i = 0; i < nr; i++) {
		struct zdm_pair *last = t->nr_lines ? &t->lines[t->nr_lines - 1] : NULL;

		if (!last || strcmp(last->key, t->lines[i].key))
			t->lines[t->nr_lines++] = t->lines[i];
		else if (strcmp(last->value, t->lines[i].value))
			last->conflict = true;
	}
}

static int key_compare(const void *key, const void *line)
{
	return strcmp(key, ((const struct zdm_pair *)line)->key);
}

enum zdm_status zdm_pairs_find(const struct zdm_pairs *t, const char *key, const char **value)
{
	const struct zdm_pair *line = NULL;

	if (t->nr_lines)
		line = bsearch(key, t->lines, t->nr_lines, sizeof(*t->lines), key_compare);
	if (!line)
		return ZDM_ABSENT;
	if (line->conflict)
		return ZDM_CORRUPT;
	*value = line->value;
	return ZDM_OK;
}

/* strtoull() would take blanks, signs and prefixes, too. */
static bool parse_digits(const char *s, unsigned int base, uint64_t *ret)
{
	uint64_t u = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned int digit;

		if (*s >= '0' && *s <= '9')
			digit = *s - '0';
		else if (base == 16 && *s >= 'a' && *s <= 'f')
			digit = *s - 'a' + 10;
		else if (base == 16 && *s >= 'A' && *s <= 'F')
			digit = *s - 'A' + 10;
		else
			return false;
		if (u > (UINT64_MAX - digit) / base)
			return false;
		u = u * base + digit;
	}
	*ret = u;
	return true;
}

static bool has_hex_prefix(const char *value)
{
	return value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
}

bool zdm_pairs_hex(const char *value, uint64_t *ret)
{
	return parse_digits(has_hex_prefix(value) ? value + 2 : value, 16, ret);
}

bool zdm_pairs_unsigned(const char *value, uint64_t *ret)
{
	return has_hex_prefix(value) ? zdm_pairs_hex(value, ret) : parse_digits(value, 10, ret);
}

bool zdm_pairs_signed(const char *value, int64_t *ret)
{
	uint64_t u;

	if (*value == '-') {
		if (!parse_digits(value + 1, 10, &u) || u > (uint64_t)INT64_MAX + 1)
			return false;
		*ret = (int64_t)(0 - u);
		return true;
	}
	/* Kernels print some constants as unsigned or hex words: same 64 bits. */
	if (!zdm_pairs_unsigned(value, &u))
		return false;
	*ret = (int64_t)u;
	return true;
}

/* The value of KIND(name) or KIND(name.member). */
static enum zdm_status lookup(const struct zdm_pairs *t, const char *kind, const char *name,
			      const char *member, const char **value)
{
	char key[KEY_MAX_BYTES + 1];
	int len;

	if (member)
		len = snprintf(key, sizeof(key), "%s(%s.%s)", kind, name, member);
	else
		len = snprintf(key, sizeof(key), "%s(%s)", kind, name);
	if (len < 0 || (size_t)len >= sizeof(key))
		return ZDM_ABSENT;
	return zdm_pairs_find(t, key, value);
}

static enum zdm_status pairs_symbol(void *self, const char *name, uint64_t *kaddr)
{
	const struct zdm_pairs *t = self;
	const char *value;
	uint64_t addr;
	enum zdm_status st = lookup(t, "SYMBOL", name, NULL, &value);

	if (st)
		return st;
	if (!zdm_pairs_hex(value, &addr))
		return ZDM_CORRUPT;
	/* Small ones are offsets into per-CPU areas: KASLR does not move them. */
	if (addr >> 63)
		addr -= t->kernel_offset;
	*kaddr = addr;
	return ZDM_OK;
}

static enum zdm_status lookup_bytes(const struct zdm_pairs *t, const char *kind, const char *type,
				    const char *member, uint64_t *ret)
{
	const char *value;
	uint64_t bytes;
	enum zdm_status st = lookup(t, kind, type, member, &value);

	if (st)
		return st;
	if (!zdm_pairs_unsigned(value, &bytes) || bytes > TYPE_MAX_BYTES)
		return ZDM_CORRUPT;
	*ret = bytes;
	return ZDM_OK;
}

static enum zdm_status pairs_size(void *self, const char *type, uint64_t *bytes)
{
	return lookup_bytes(self, "SIZE", type, NULL, bytes);
}

static enum zdm_status pairs_member(void *self, const char *type, const char *member,
				   struct zdm_member *ret)
{
	struct zdm_member m = { 0 };
	enum zdm_status st = lookup_bytes(self, "OFFSET", type, member, &m.off_bytes);

	if (st)
		return st;
	st = lookup_bytes(self, "SIZE", type, member, &m.size_bytes);
	if (st && st != ZDM_ABSENT)
		return st;
	*ret = m;
	return ZDM_OK;
}

static enum zdm_status pairs_enumerator(void *self, const char *name, int64_t *ret)
{
	const char *value;
	enum zdm_status st = lookup(self, "NUMBER", name, NULL, &value);

	if (st)
		return st;
	return zdm_pairs_signed(value, ret) ? ZDM_OK : ZDM_CORRUPT;
}

static void pairs_destroy(void *self)
{
	zdm_pairs_deinit(self);
	free(self);
}

static const struct zdm_source_ops pairs_source_ops = {
	.symbol = pairs_symbol,
	.size = pairs_size,
	.member = pairs_member,
	.enumerator = pairs_enumerator,
	.destroy = pairs_destroy,
};

enum zdm_status zdm_pairs_source_create(struct zdm_pairs *t, const char *name,
				       struct zdm_source **ret)
{
	enum zdm_status st = zdm_source_create(&pairs_source_ops, t, ret);
	const char *value;

	if (st)
		return st;
	(*ret)->symbols = name;
	(*ret)->types = name;
	if (!zdm_pairs_find(t, "BUILD-ID", &value))
		zdm_source_set_build_id(*ret, value, strlen(value));
	if (!zdm_pairs_find(t, "OSRELEASE", &value))
		zdm_source_set_release(*ret, value, strlen(value));
	if (!zdm_pairs_find(t, "LINUX_BANNER", &value))
		snprintf((*ret)->banner, sizeof((*ret)->banner), "%s", value);
	return ZDM_OK;
}

enum zdm_status zdm_source_vmcoreinfo_line(const struct zdm_source *src, const char *key,
					   const char **value)
{
	if (src->ops != &pairs_source_ops)
		return ZDM_ABSENT;
	return zdm_pairs_find(src->self, key, value);
}

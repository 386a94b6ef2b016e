// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static struct json_object *made(struct zdm_out *o, struct json_object *v)
{
	if (!v)
		zdm_out_fail(o, ZDM_NOMEM);
	return v;
}

struct json_object *zdm_json_object(struct zdm_out *o)
{
	return made(o, json_object_new_object());
}

struct json_object *zdm_json_array(struct zdm_out *o)
{
	return made(o, json_object_new_array());
}

void zdm_json_add(struct zdm_out *o, struct json_object *to, const char *key,
		  struct json_object *v)
{
	if (to && v && json_object_object_add(to, key, v) == 0)
		return;
	zdm_out_fail(o, ZDM_NOMEM);
	json_object_put(v);
}

void zdm_json_append(struct zdm_out *o, struct json_object *to, struct json_object *v)
{
	if (to && v && json_object_array_add(to, v) == 0)
		return;
	zdm_out_fail(o, ZDM_NOMEM);
	json_object_put(v);
}

void zdm_json_null(struct zdm_out *o, struct json_object *to, const char *key)
{
	if (!to || json_object_object_add(to, key, NULL) != 0)
		zdm_out_fail(o, ZDM_NOMEM);
}

/* Length of the UTF-8 character at s (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 :
		   s[0] >> 3 == 30 ? 4 : 0, i;
	uint32_t c;

	if (n <= 1)
		return n;
	c = s[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

struct json_object *zdm_json_string(struct zdm_out *o, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	struct json_object *v;
	size_t len = 0, bad = 0, n;
	char *copy;

	for (; p[len]; len += n ? n : 1) {
		n = utf8_length(p + len);
		bad += !n;
	}
	if (!bad)
		return made(o, json_object_new_string(s));
	copy = malloc(len + 2 * bad + 1);
	if (!copy)
		return made(o, NULL);
	for (len = 0; *p; p += n ? n : 1) {
		n = utf8_length(p);
		memcpy(copy + len, n ? (const char *)p : "\xef\xbf\xbd", n ? n : 3);
		len += n ? n : 3;
	}
	v = json_object_new_string_len(copy, (int)len);
	free(copy);
	return made(o, v);
}

void zdm_json_str(struct zdm_out *o, struct json_object *to, const char *key, const char *s)
{
	if (s)
		zdm_json_add(o, to, key, zdm_json_string(o, s));
	else
		zdm_json_null(o, to, key);
}

struct json_object *zdm_json_number(struct zdm_out *o, uint64_t n)
{
	return made(o, json_object_new_uint64(n));
}

void zdm_json_num(struct zdm_out *o, struct json_object *to, const char *key, uint64_t n)
{
	zdm_json_add(o, to, key, zdm_json_number(o, n));
}

void zdm_json_int(struct zdm_out *o, struct json_object *to, const char *key, int64_t n)
{
	zdm_json_add(o, to, key, made(o, json_object_new_int64(n)));
}

void zdm_json_opt(struct zdm_out *o, struct json_object *to, const char *key, bool there,
		  int64_t n)
{
	if (there)
		zdm_json_int(o, to, key, n);
	else
		zdm_json_null(o, to, key);
}

void zdm_json_bool(struct zdm_out *o, struct json_object *to, const char *key, bool b)
{
	zdm_json_add(o, to, key, made(o, json_object_new_boolean(b)));
}

void zdm_json_hex(struct zdm_out *o, struct json_object *to, const char *key, uint64_t n)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%016" PRIx64, n);
	zdm_json_str(o, to, key, buf);
}

void zdm_json_put(struct zdm_out *o, struct json_object *v)
{
	const char *text = NULL;
	size_t len = 0;

	if (v && !o->stopped)
		text = json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN |
							 JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	if (text)
		zdm_out_text(o, text, len);
	else
		zdm_out_fail(o, ZDM_NOMEM);
	json_object_put(v);
}

void zdm_json_key(struct zdm_out *o, const char *key, bool first)
{
	zdm_outf(o, "%s\"%s\":", first ? "" : ",", key);
}

void zdm_json_head(struct zdm_out *o, const char *vmcore)
{
	zdm_outf(o, "{\"schema\":%d", ZDM_JSON_SCHEMA);
	if (!vmcore)
		return;
	zdm_json_key(o, "vmcore", false);
	zdm_json_put(o, zdm_json_string(o, vmcore));
}

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

struct json_object *zdm_json_string(struct zdm_out *o, const char *s)
{
	size_t len = strlen(s), need = zdm_text_clean(s, len, ZDM_CLEAN_JSON, NULL, 0) + 1;
	struct json_object *v;
	char *clean;

	if (need == len + 1)	/* nothing to do, as nearly always */
		return made(o, json_object_new_string(s));
	clean = malloc(need);
	if (!clean)
		return made(o, NULL);
	zdm_text_clean(s, len, ZDM_CLEAN_JSON, clean, need);
	v = json_object_new_string(clean);
	free(clean);
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

/*
 * The text is written here: json-c's own goes on without a word when its buffer cannot grow,
 * and then lacks a key or a bracket.
 */
static void put_string(struct zdm_out *o, const char *s, size_t len)
{
	static const char letters[] = "btn_fr";	/* of 8 to 13; 11 has none */
	size_t start = 0, i;
	char esc[8];

	zdm_out_text(o, "\"", 1);
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		zdm_out_text(o, s + start, i - start);
		if (c >= 0x20 || (c >= 8 && c <= 13 && c != 11))
			snprintf(esc, sizeof(esc), "\\%c", c >= 0x20 ? c : letters[c - 8]);
		else
			snprintf(esc, sizeof(esc), "\\u%04x", c);
		zdm_out_text(o, esc, strlen(esc));
		start = i + 1;
	}
	zdm_out_text(o, s + start, len - start);
	zdm_out_text(o, "\"", 1);
}

static void put_value(struct zdm_out *o, struct json_object *v);

static void put_object(struct zdm_out *o, struct json_object *v)
{
	const char *sep = "{";

	json_object_object_foreach(v, key, member) {
		zdm_out_text(o, sep, 1);
		put_string(o, key, strlen(key));
		zdm_out_text(o, ":", 1);
		put_value(o, member);
		sep = ",";
	}
	zdm_out_text(o, *sep == '{' ? "{}" : "}", *sep == '{' ? 2 : 1);
}

static void put_array(struct zdm_out *o, struct json_object *v)
{
	size_t i, nr = json_object_array_length(v);

	zdm_out_text(o, "[", 1);
	for (i = 0; i < nr; i++) {
		if (i)
			zdm_out_text(o, ",", 1);
		put_value(o, json_object_array_get_idx(v, i));
	}
	zdm_out_text(o, "]", 1);
}

static void put_number(struct zdm_out *o, struct json_object *v)
{
	int64_t n = json_object_get_int64(v);

	/* one beyond INT64_MAX is told as that */
	if (n < 0)
		zdm_outf(o, "%" PRId64, n);
	else
		zdm_outf(o, "%" PRIu64, json_object_get_uint64(v));
}

static void put_value(struct zdm_out *o, struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_object:
		put_object(o, v);
		break;
	case json_type_array:
		put_array(o, v);
		break;
	case json_type_string:
		put_string(o, json_object_get_string(v), (size_t)json_object_get_string_len(v));
		break;
	case json_type_int:
		put_number(o, v);
		break;
	case json_type_boolean:
		zdm_outf(o, "%s", json_object_get_boolean(v) ? "true" : "false");
		break;
	default:
		zdm_outf(o, "null");
	}
}

void zdm_json_put(struct zdm_out *o, struct json_object *v)
{
	if (!v)
		zdm_out_fail(o, ZDM_NOMEM);
	else if (!o->stopped)
		put_value(o, v);
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

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

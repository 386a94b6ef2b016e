/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json: objects of json-c that go out one by one. Whatever cannot be made for want of
 * memory fails the output, so that no object lacks a key without a word.
 */
#ifndef ZDM_LIB_JSON_H
#define ZDM_LIB_JSON_H

#include <json-c/json.h>

#include "base/out.h"

/*
 * Each returns what json-c made, or NULL and o has failed. What is added to an object or
 * an array belongs to it; NULL stands for null only through zdm_json_null().
 */
struct json_object *zdm_json_object(struct zdm_out *o);
struct json_object *zdm_json_array(struct zdm_out *o);
void zdm_json_add(struct zdm_out *o, struct json_object *to, const char *key,
		  struct json_object *v);
void zdm_json_append(struct zdm_out *o, struct json_object *to, struct json_object *v);

void zdm_json_null(struct zdm_out *o, struct json_object *to, const char *key);
/*
 * Bytes of a dump need not be UTF-8, which JSON must be: they go through
 * zdm_text_clean(). s may be NULL: null.
 */
void zdm_json_str(struct zdm_out *o, struct json_object *to, const char *key, const char *s);
void zdm_json_num(struct zdm_out *o, struct json_object *to, const char *key, uint64_t n);
void zdm_json_int(struct zdm_out *o, struct json_object *to, const char *key, int64_t n);
/* A number, or null where there is none. */
void zdm_json_opt(struct zdm_out *o, struct json_object *to, const char *key, bool there,
		  int64_t n);
void zdm_json_bool(struct zdm_out *o, struct json_object *to, const char *key, bool b);
/* "0x" and 16 digits: a kernel address, or a word of memory. */
void zdm_json_hex(struct zdm_out *o, struct json_object *to, const char *key, uint64_t n);
struct json_object *zdm_json_string(struct zdm_out *o, const char *s);
struct json_object *zdm_json_number(struct zdm_out *o, uint64_t n);

/* Print v and release it; NULL prints nothing. */
void zdm_json_put(struct zdm_out *o, struct json_object *v);
/* `"key":`, after a comma unless it comes first. */
void zdm_json_key(struct zdm_out *o, const char *key, bool first);
/* The begin of an object: schema, and vmcore where it is not NULL. */
void zdm_json_head(struct zdm_out *o, const char *vmcore);

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "base/grow.h"
#include "source/btf_find.h"
#include "source/priv.h"

#define FILTER_BITS 65536u
/* Read at a time; a string that is longer is nobody's name. */
#define STRING_BYTES (2u * ZDM_NAME_MAX)

_Static_assert(STRING_BYTES <= ZDM_WINDOW_MAX, "a string in a window");

static void bit_set(uint8_t *bits, uint32_t i)
{
	i %= FILTER_BITS;
	bits[i / 8] |= 1u << i % 8;
}

static bool bit_get(const uint8_t *bits, uint32_t i)
{
	i %= FILTER_BITS;
	return bits[i / 8] >> i % 8 & 1;
}

/* Two characters and the length tell nearly all strings apart from a few hundred names. */
static uint32_t quick(const uint8_t *text, size_t len)
{
	return (text[0] | (uint32_t)text[1] << 8) ^ (uint32_t)len * 0x9e5u;
}

static int by_off(const void *a, const void *b)
{
	const struct zdm_btf_string *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static enum zdm_status add_string(struct zdm_btf_finds *f, uint64_t off, const uint8_t *text,
				  size_t len)
{
	uint32_t name = zdm_names_find(&f->names, (const char *)text, len);
	struct zdm_btf_string *s;

	if (name == ZDM_NO_NAME || name < f->looked)
		return ZDM_OK;
	if (f->nr_strings == ZDM_BTF_MAX_HITS)
		return ZDM_CORRUPT;
	s = zdm_grow((void **)&f->strings, &f->cap_strings, f->nr_strings, sizeof(*s));
	if (!s)
		return ZDM_NOMEM;
	*s = (struct zdm_btf_string){ (uint32_t)off, name };
	f->nr_strings++;
	return ZDM_OK;
}

/*
 * Where do the strings have the names? As whole strings: what writes a kernel's BTF (pahole, by
 * libbpf's set of strings) has none begin within another.
 */
static enum zdm_status strings_scan(struct zdm_btf_finds *f)
{
	uint64_t off = 0, left;
	struct zdm_window w;
	enum zdm_status st = zdm_btf_strings(f->btf, &w);
	bool within = false;	/* a long one, whose begin is gone */
	size_t i;

	for (i = f->looked; i < f->names.nr; i++)
		bit_set(f->seen, quick((const uint8_t *)f->names.v[i].text, f->names.v[i].len));
	while (st == ZDM_OK && (left = f->btf->strings_len - off)) {
		size_t n = left < STRING_BYTES ? left : STRING_BYTES, len;
		const uint8_t *text = zdm_window_get(&w, off, n, &st), *end;

		if (!text)
			break;
		end = memchr(text, '\0', n);
		len = end ? (size_t)(end - text) : n;
		if (end && len && !within && bit_get(f->seen, quick(text, len)))
			st = add_string(f, off, text, len);
		within = !end;
		off += len + !!end;
	}
	zdm_window_close(&w);
	if (f->nr_strings)
		qsort(f->strings, f->nr_strings, sizeof(*f->strings), by_off);
	return st;
}

uint32_t zdm_btf_name_at(const struct zdm_btf_finds *f, uint32_t string_off)
{
	const struct zdm_btf_string key = { .off = string_off }, *s = NULL;

	if (string_off && f->nr_strings)
		s = bsearch(&key, f->strings, f->nr_strings, sizeof(key), by_off);
	return s ? s->name : ZDM_NO_NAME;
}

static enum zdm_status add_hit(struct zdm_btf_finds *f, uint32_t name_off, uint32_t id,
			       int64_t value)
{
	uint32_t name = bit_get(f->seen, name_off) ? zdm_btf_name_at(f, name_off) : ZDM_NO_NAME;
	struct zdm_btf_hit *hit;

	if (name == ZDM_NO_NAME || name < f->looked)
		return ZDM_OK;
	if (f->nr_hits == ZDM_BTF_MAX_HITS)
		return ZDM_CORRUPT;
	hit = zdm_grow((void **)&f->hits, &f->cap_hits, f->nr_hits, sizeof(*hit));
	if (!hit)
		return ZDM_NOMEM;
	*hit = (struct zdm_btf_hit){ name, id, value };
	f->nr_hits++;
	return ZDM_OK;
}

/* Unsigned ones since kind_flag says so, from v6.0 on. */
static enum zdm_status enumerators(struct zdm_btf_finds *f, const struct zdm_btf_type *t,
				   struct zdm_window *w)
{
	size_t bytes = t->kind == BTF_KIND_ENUM ? sizeof(struct btf_enum) :
		       sizeof(struct btf_enum64);
	enum zdm_status st = ZDM_OK;
	uint32_t i;

	for (i = 0; i < t->vlen && st == ZDM_OK; i++) {
		const uint8_t *p = zdm_window_get(w, t->off + i * (uint64_t)bytes, bytes, &st);
		struct btf_enum64 e = { 0 };
		int64_t value;

		if (!p)
			break;
		memcpy(&e, p, bytes);
		if (t->kind == BTF_KIND_ENUM64)
			value = (int64_t)((uint64_t)e.val_hi32 << 32 | e.val_lo32);
		else
			value = t->kind_flag ? (int32_t)e.val_lo32 : (int64_t)e.val_lo32;
		st = add_hit(f, e.name_off, 0, value);
	}
	return st;
}

static enum zdm_status look_at(void *priv, uint32_t id, const struct zdm_btf_type *t,
			       struct zdm_window *w)
{
	struct zdm_btf_finds *f = priv;
	enum zdm_status st;

	switch (t->kind) {
	case BTF_KIND_STRUCT: case BTF_KIND_UNION: case BTF_KIND_TYPEDEF:
		return add_hit(f, t->name_off, id, 0);
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64:
		st = add_hit(f, t->name_off, id, 0);
		return st == ZDM_OK && f->names.nr > f->looked ? enumerators(f, t, w) : st;
	}
	return ZDM_OK;
}

/* A search that failed leaves nothing: the next one begins anew. */
static void forget(struct zdm_btf_finds *f, size_t had_hits)
{
	size_t i, nr = 0;

	for (i = 0; i < f->nr_strings; i++)
		if (f->strings[i].name < f->looked)
			f->strings[nr++] = f->strings[i];
	f->nr_strings = nr;
	f->nr_hits = had_hits;
}

enum zdm_status zdm_btf_find(struct zdm_btf_finds *f)
{
	size_t had_strings = f->nr_strings, had_hits = f->nr_hits, i;
	enum zdm_status st;

	if (f->failed)
		return f->failed;
	f->seen = calloc(1, FILTER_BITS / 8);
	if (!f->seen)
		return ZDM_NOMEM;
	st = f->looked < f->names.nr ? strings_scan(f) : ZDM_OK;
	memset(f->seen, 0, FILTER_BITS / 8);
	for (i = 0; i < f->nr_strings; i++)
		bit_set(f->seen, f->strings[i].off);
	/* nothing new to be found: but the first time all is looked at */
	if (st == ZDM_OK && (f->nr_strings > had_strings || !f->btf->nr_types))
		st = zdm_btf_scan(f->btf, look_at, f);
	free(f->seen);
	f->seen = NULL;
	if (st == ZDM_OK)
		f->looked = f->names.nr;
	else
		forget(f, had_hits);
	if (st != ZDM_NOMEM)
		f->failed = st;
	return st;
}

void zdm_btf_finds_deinit(struct zdm_btf_finds *f)
{
	zdm_names_deinit(&f->names);
	free(f->strings);
	free(f->hits);
	memset(f, 0, sizeof(*f));
}

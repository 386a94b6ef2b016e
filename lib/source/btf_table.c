// SPDX-License-Identifier: LGPL-2.1-or-later
/* The format is that of Documentation/bpf/btf.rst. */
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "base/grow.h"
#include "memory/reader.h"
#include "source/btf_table.h"

/* Up to 7 bits of kind and 24 of length: older kernels leave the rest of them zero. */
#define INFO_KIND(info) (((info) >> 24) & 0x7f)
#define INFO_VLEN(info) ((info) & 0xffffff)
#define KIND_KNOWN_MAX BTF_KIND_ENUM64
#define TYPES_PER_MARK 16u
#define DEPTH_MAX 32	/* types that lead to a type: no real chain comes near */
#define POINTER_BYTES 8u

static const struct zdm_btf_kind known_kinds[KIND_KNOWN_MAX + 1] = {
	[BTF_KIND_INT] = { 4, 0 },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0 },
	[BTF_KIND_STRUCT] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_UNION] = { 0, sizeof(struct btf_member) },
	[BTF_KIND_ENUM] = { 0, sizeof(struct btf_enum) },
	[BTF_KIND_FUNC_PROTO] = { 0, sizeof(struct btf_param) },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), 0 },
	[BTF_KIND_DATASEC] = { 0, sizeof(struct btf_var_secinfo) },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), 0 },
	[BTF_KIND_ENUM64] = { 0, sizeof(struct btf_enum64) },
};

/*
 * The header as of 2026 has a table of kind sizes behind it, so that unknown
 * kinds can be stepped over: the two words after str_len give its place.
 */
struct header {
	struct btf_header base;
	uint32_t layout_off, layout_len;
};

struct layout_entry {
	struct zdm_btf_kind size;
	uint16_t flags;
};

static enum zdm_status bytes_at(struct zdm_btf *b, uint64_t off, void *buf, size_t len)
{
	if (b->r)
		return zdm_read_quietly(b->r, b->kaddr + off, buf, len);
	memcpy(buf, b->mem + off, len);
	return ZDM_OK;
}

static enum zdm_status header_check(const struct btf_header *h, uint64_t len)
{
	uint64_t left;

	if (h->magic == __builtin_bswap16(BTF_MAGIC))
		return ZDM_UNSUPPORTED;
	if (h->magic != BTF_MAGIC)
		return ZDM_CORRUPT;
	if (h->version != BTF_VERSION)
		return ZDM_UNSUPPORTED;
	if (h->hdr_len < sizeof(*h) || h->hdr_len > len || h->hdr_len % 4)
		return ZDM_CORRUPT;
	left = len - h->hdr_len;
	if (h->type_off % 4 || (uint64_t)h->type_off + h->type_len > left || !h->str_len ||
	    (uint64_t)h->str_off + h->str_len > left ||
	    (uint64_t)h->type_off + h->type_len > h->str_off)
		return ZDM_CORRUPT;
	return ZDM_OK;
}

/* The sizes that the BTF gives of kinds that are newer than this. */
static enum zdm_status kinds_read(struct zdm_btf *b, const struct btf_header *base, uint64_t len)
{
	struct layout_entry entry;
	enum zdm_status st = ZDM_OK;
	struct header h;
	uint32_t nr;

	b->nr_kinds = KIND_KNOWN_MAX + 1;
	memcpy(b->kind, known_kinds, sizeof(known_kinds));
	if (base->hdr_len < sizeof(h))
		return ZDM_OK;
	st = bytes_at(b, 0, &h, sizeof(h));
	if (st != ZDM_OK || (uint64_t)h.layout_off + h.layout_len > len - base->hdr_len)
		return st;
	nr = h.layout_len / sizeof(entry);
	for (; b->nr_kinds < nr && b->nr_kinds < 128 && st == ZDM_OK; b->nr_kinds++) {
		st = bytes_at(b, (uint64_t)base->hdr_len + h.layout_off +
			      b->nr_kinds * sizeof(entry), &entry, sizeof(entry));
		b->kind[b->nr_kinds] = entry.size;
	}
	return st;
}

/* The strings begin with the empty one, and the last of them ends. */
static enum zdm_status strings_check(struct zdm_btf *b)
{
	uint8_t first = 0, last = 0;
	enum zdm_status st = bytes_at(b, b->strings_off, &first, 1);

	if (st == ZDM_OK)
		st = bytes_at(b, (uint64_t)b->strings_off + b->strings_len - 1, &last, 1);
	return st == ZDM_OK && (first || last) ? ZDM_CORRUPT : st;
}

enum zdm_status zdm_btf_open(struct zdm_btf *b, struct zdm_reader *r, uint64_t kaddr,
			     const void *mem, uint64_t len)
{
	struct btf_header h;
	enum zdm_status st;

	memset(b, 0, sizeof(*b));
	b->r = r;
	b->kaddr = kaddr;
	b->mem = mem;
	if (len < sizeof(h) || len > ZDM_BTF_MAX_BYTES)
		return ZDM_CORRUPT;
	st = bytes_at(b, 0, &h, sizeof(h));
	if (st == ZDM_OK)
		st = header_check(&h, len);
	if (st != ZDM_OK)
		return st;
	b->types_off = h.hdr_len + h.type_off;
	b->types_len = h.type_len;
	b->strings_off = h.hdr_len + h.str_off;
	b->strings_len = h.str_len;
	st = kinds_read(b, &h, len);
	return st == ZDM_OK ? strings_check(b) : st;
}

void zdm_btf_close(struct zdm_btf *b)
{
	free(b->mark);
	memset(b, 0, sizeof(*b));
}

static enum zdm_status window_open(struct zdm_btf *b, struct zdm_window *w, uint32_t off,
				   uint32_t len)
{
	if (b->r)
		return zdm_window_open(w, b->r, b->kaddr + off, len);
	zdm_window_open_mem(w, b->mem + off, len);
	return ZDM_OK;
}

enum zdm_status zdm_btf_strings(struct zdm_btf *b, struct zdm_window *w)
{
	return window_open(b, w, b->strings_off, b->strings_len);
}

static void type_decode(const void *bytes, uint64_t off, struct zdm_btf_type *ret)
{
	struct btf_type t;

	memcpy(&t, bytes, sizeof(t));
	ret->name_off = t.name_off;
	ret->kind = INFO_KIND(t.info);
	ret->vlen = INFO_VLEN(t.info);
	ret->kind_flag = t.info >> 31;
	ret->size = t.size;
	ret->off = (uint32_t)(off + sizeof(t));
}

static uint64_t bytes_behind(const struct zdm_btf *b, const struct zdm_btf_type *t)
{
	const struct zdm_btf_kind *k = &b->kind[t->kind];

	return k->info_bytes + (uint64_t)k->elem_bytes * t->vlen;
}

static enum zdm_status mark_type(struct zdm_btf *b, uint32_t id, uint64_t off)
{
	uint32_t *mark;

	if ((id - 1) % TYPES_PER_MARK || (id - 1) / TYPES_PER_MARK < b->nr_marks)
		return ZDM_OK;
	mark = zdm_grow((void **)&b->mark, &b->cap_marks, b->nr_marks, sizeof(*mark));
	if (!mark)
		return ZDM_NOMEM;
	*mark = (uint32_t)off;
	b->nr_marks++;
	return ZDM_OK;
}

enum zdm_status zdm_btf_scan(struct zdm_btf *b, zdm_btf_fn fn, void *priv)
{
	struct zdm_window w;
	enum zdm_status st = window_open(b, &w, b->types_off, b->types_len);
	uint64_t off = 0, bytes;
	struct zdm_btf_type t;
	uint32_t id = 1;

	b->complete = true;
	while (st == ZDM_OK && off < b->types_len) {
		const uint8_t *p = zdm_window_get(&w, off, sizeof(struct btf_type), &st);

		if (!p)
			break;
		type_decode(p, off, &t);
		/* nobody knows how long it is, nor where the next one begins */
		b->complete = t.kind < b->nr_kinds;
		if (!b->complete)
			break;
		bytes = bytes_behind(b, &t);
		st = ZDM_CORRUPT;
		if (!t.kind || bytes > b->types_len - t.off || bytes % 4)
			break;
		st = mark_type(b, id, off);
		if (st == ZDM_OK)
			st = fn(priv, id, &t, &w);
		off = t.off + bytes;
		id++;
	}
	b->nr_types = id;
	zdm_window_close(&w);
	return st;
}

enum zdm_status zdm_btf_bytes(struct zdm_btf *b, uint64_t off, void *buf, size_t len)
{
	uint64_t left = b->types_len - off;
	enum zdm_status st = ZDM_OK;

	if (off > b->types_len || len > left)
		return ZDM_CORRUPT;
	if (!b->r) {
		memcpy(buf, b->mem + b->types_off + off, len);
		return ZDM_OK;
	}
	if (off < b->peek_off || off + len > b->peek_off + b->peek_len) {
		b->peek_off = off;
		b->peek_len = left < sizeof(b->peek) ? (uint32_t)left : sizeof(b->peek);
		st = bytes_at(b, b->types_off + off, b->peek, b->peek_len);
		if (st != ZDM_OK && st != ZDM_NOMEM) {
			b->peek_len = (uint32_t)len;
			st = bytes_at(b, b->types_off + off, b->peek, len);
		}
		if (st != ZDM_OK) {
			b->peek_len = 0;
			return st;
		}
	}
	memcpy(buf, b->peek + (off - b->peek_off), len);
	return ZDM_OK;
}

enum zdm_status zdm_btf_type(struct zdm_btf *b, uint32_t id, struct zdm_btf_type *ret)
{
	uint8_t bytes[sizeof(struct btf_type)];
	enum zdm_status st;
	uint64_t off;
	uint32_t at;

	*ret = (struct zdm_btf_type){ 0 };
	if (!id)
		return ZDM_OK;
	if (id >= b->nr_types)
		return ZDM_CORRUPT;
	at = (id - 1) / TYPES_PER_MARK;
	off = b->mark[at];
	for (at = at * TYPES_PER_MARK + 1;; at++) {
		st = zdm_btf_bytes(b, off, bytes, sizeof(bytes));
		if (st != ZDM_OK)
			return st;
		type_decode(bytes, off, ret);
		/* what changed since it was scanned is nothing to go by */
		if (!ret->kind || ret->kind >= b->nr_kinds)
			return ZDM_CORRUPT;
		if (at == id)
			return ZDM_OK;
		off = ret->off + bytes_behind(b, ret);
	}
}

enum zdm_status zdm_btf_size(struct zdm_btf *b, uint32_t id, uint64_t *bytes)
{
	struct btf_array array;
	struct zdm_btf_type t;
	uint64_t nr = 1;
	unsigned int depth;
	enum zdm_status st;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		st = zdm_btf_type(b, id, &t);
		if (st != ZDM_OK)
			return st == ZDM_CORRUPT ? ZDM_ABSENT : st;
		id = t.size;
		switch (t.kind) {
		case BTF_KIND_INT: case BTF_KIND_STRUCT: case BTF_KIND_UNION: case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64: case BTF_KIND_FLOAT: case BTF_KIND_DATASEC:
			*bytes = nr * t.size;
			return nr * t.size > UINT32_MAX ? ZDM_ABSENT : ZDM_OK;
		case BTF_KIND_PTR:
			*bytes = nr * POINTER_BYTES;
			return nr * POINTER_BYTES > UINT32_MAX ? ZDM_ABSENT : ZDM_OK;
		case BTF_KIND_TYPEDEF: case BTF_KIND_VOLATILE: case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT: case BTF_KIND_VAR: case BTF_KIND_DECL_TAG:
		case BTF_KIND_TYPE_TAG:
			break;
		case BTF_KIND_ARRAY:
			st = zdm_btf_bytes(b, t.off, &array, sizeof(array));
			if (st != ZDM_OK)
				return st;
			nr *= array.nelems;
			if (nr > UINT32_MAX)
				return ZDM_ABSENT;
			id = array.type;
			break;
		default:
			return ZDM_ABSENT;
		}
	}
	return ZDM_ABSENT;
}

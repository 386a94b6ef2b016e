// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include <linux/btf.h>

#include "source/btf_gate.h"

/* Newer kernels than the headers at hand: up to 7 bits of kind and 24 of length. */
#define INFO_KIND(info) (((info) >> 24) & 0x7f)
#define INFO_VLEN(info) ((info) & 0xffffff)
#define KIND_KNOWN_MAX BTF_KIND_ENUM64
#define VLEN_KNOWN_MAX 0xffff

/* Bytes behind a struct btf_type: once, and for each of vlen elements. */
struct kind_size {
	uint8_t info_bytes, elem_bytes;
};

static const struct kind_size known_kinds[KIND_KNOWN_MAX + 1] = {
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
	struct kind_size size;
	uint16_t flags;
};

_Static_assert(sizeof(struct btf_header) == ZDM_BTF_HEADER_BYTES, "BTF header");

enum zdm_status zdm_btf_header_check(const void *header, uint64_t len)
{
	struct btf_header h;
	uint64_t left;

	if (len < sizeof(h))
		return ZDM_CORRUPT;
	memcpy(&h, header, sizeof(h));
	if (h.magic == __builtin_bswap16(BTF_MAGIC))
		return ZDM_UNSUPPORTED;
	if (h.magic != BTF_MAGIC)
		return ZDM_CORRUPT;
	if (h.version != BTF_VERSION)
		return ZDM_UNSUPPORTED;
	if (h.hdr_len < sizeof(h) || h.hdr_len > len || h.hdr_len % 4)
		return ZDM_CORRUPT;
	left = len - h.hdr_len;
	if (h.type_off % 4 || (uint64_t)h.type_off + h.type_len > left ||
	    (uint64_t)h.str_off + h.str_len > left ||
	    (uint64_t)h.type_off + h.type_len > h.str_off)
		return ZDM_CORRUPT;
	return ZDM_OK;
}

/* The two sections of a BTF, and the sizes it gives of its kinds. */
struct sections {
	struct btf_header h;
	const uint8_t *types, *strings;
	const uint8_t *layout;
	uint32_t nr_layout;
};

static void sections_init(struct sections *s, const uint8_t *data, size_t len)
{
	struct header h = { 0 };
	uint64_t left;

	memcpy(&s->h, data, sizeof(s->h));
	s->types = data + s->h.hdr_len + s->h.type_off;
	s->strings = data + s->h.hdr_len + s->h.str_off;
	s->layout = NULL;
	s->nr_layout = 0;
	if (s->h.hdr_len < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	left = len - s->h.hdr_len;
	if ((uint64_t)h.layout_off + h.layout_len > left)
		return;
	s->layout = data + s->h.hdr_len + h.layout_off;
	s->nr_layout = h.layout_len / sizeof(struct layout_entry);
}

/*
 * Bytes of the type at pos, 0 when it is of a kind nobody tells the size of.
 * *plain: libbpf knows it.
 */
static uint64_t type_bytes(const struct sections *s, uint32_t pos, bool *plain)
{
	struct kind_size size;
	struct btf_type t;
	uint32_t kind;

	memcpy(&t, s->types + pos, sizeof(t));
	kind = INFO_KIND(t.info);
	*plain = kind <= KIND_KNOWN_MAX && INFO_VLEN(t.info) <= VLEN_KNOWN_MAX;
	if (kind <= KIND_KNOWN_MAX)
		size = known_kinds[kind];
	else if (kind < s->nr_layout)
		memcpy(&size, s->layout + kind * sizeof(struct layout_entry), sizeof(size));
	else
		return 0;
	return sizeof(t) + size.info_bytes + (uint64_t)size.elem_bytes * INFO_VLEN(t.info);
}

/*
 * Go through the types; with out, copy them. *end: bytes of the section that
 * can be used, *foreign: how many types are not plain.
 */
static enum zdm_status types_walk(const struct sections *s, uint8_t *out, uint32_t *end,
				  uint32_t *out_len, uint32_t *foreign)
{
	static const struct btf_type declaration = { .info = BTF_KIND_FWD << 24 };
	uint32_t pos = 0, len = s->h.type_len, to = 0;

	*foreign = 0;
	while (pos < len) {
		const void *from = s->types + pos;
		uint64_t bytes, out_bytes;
		bool plain;

		if (len - pos < sizeof(struct btf_type))
			return ZDM_CORRUPT;
		bytes = type_bytes(s, pos, &plain);
		if (!bytes)
			break;
		if (bytes > len - pos || bytes % 4)
			return ZDM_CORRUPT;
		if (!plain) {
			from = &declaration;
			(*foreign)++;
		}
		out_bytes = plain ? bytes : sizeof(declaration);
		if (out)
			memcpy(out + to, from, out_bytes);
		to += out_bytes;
		pos += bytes;
	}
	*end = pos;
	*out_len = to;
	return ZDM_OK;
}

enum zdm_status zdm_btf_gate_open(struct zdm_btf_gate *g, const void *data, size_t len)
{
	uint32_t end, types_len, foreign;
	struct sections s;
	struct btf_header h;
	enum zdm_status st;
	uint8_t *out;

	memset(g, 0, sizeof(*g));
	st = zdm_btf_header_check(data, len);
	if (st)
		return st;
	sections_init(&s, data, len);
	st = types_walk(&s, NULL, &end, &types_len, &foreign);
	if (st)
		return st;
	g->complete = end == s.h.type_len;
	g->data = data;
	g->len = len;
	if (g->complete && !foreign)
		return ZDM_OK;

	h = s.h;
	h.hdr_len = sizeof(h);
	h.type_off = 0;
	h.type_len = types_len;
	h.str_off = types_len;
	g->len = sizeof(h) + (size_t)types_len + h.str_len;
	out = malloc(g->len);
	if (!out)
		return ZDM_NOMEM;
	memcpy(out, &h, sizeof(h));
	types_walk(&s, out + sizeof(h), &end, &types_len, &foreign);
	memcpy(out + sizeof(h) + types_len, s.strings, h.str_len);
	g->owned = out;
	g->data = out;
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A block: the length as a little-endian base-128 number, then elements. The
 * two low bits of an element's first byte tell its kind: 0 literal bytes, 1 to 3
 * a copy from 1 to 4 bytes of distance (format_description.txt of snappy 1.1.9).
 */
#include <string.h>

#include "dumpfile/snappy.h"

struct bytes {
	const uint8_t *p, *end;
};

/* n little-endian bytes. */
static bool get(struct bytes *in, unsigned int n, uint32_t *ret)
{
	unsigned int i;

	if ((size_t)(in->end - in->p) < n)
		return false;
	*ret = 0;
	for (i = 0; i < n; i++)
		*ret |= (uint32_t)in->p[i] << 8 * i;
	in->p += n;
	return true;
}

static bool get_length(struct bytes *in, uint64_t *ret)
{
	unsigned int shift;
	uint32_t byte;

	*ret = 0;
	for (shift = 0; shift < 35; shift += 7) {
		if (!get(in, 1, &byte))
			return false;
		*ret |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* How many bytes a copy has, and from how far back. */
static bool get_copy(struct bytes *in, uint32_t tag, uint64_t *len, uint32_t *back)
{
	if ((tag & 3) == 1) {
		*len = 4 + (tag >> 2 & 7);
		if (!get(in, 1, back))
			return false;
		*back |= tag >> 5 << 8;
		return true;
	}
	*len = 1 + (tag >> 2);
	return get(in, (tag & 3) == 2 ? 2 : 4, back);
}

bool snappy_unpack(const uint8_t *packed, size_t len, uint8_t *out, size_t out_len)
{
	struct bytes in = { packed, packed + len };
	uint64_t all, n, done = 0;
	uint32_t tag, value;

	if (!get_length(&in, &all) || all != out_len)
		return false;
	while (in.p < in.end) {
		if (!get(&in, 1, &tag))
			return false;
		if ((tag & 3) == 0) {
			value = tag >> 2;
			if (value >= 60 && !get(&in, value - 59, &value))
				return false;
			n = (uint64_t)value + 1;
			if (n > (size_t)(in.end - in.p) || n > out_len - done)
				return false;
			memcpy(out + done, in.p, n);
			in.p += n;
			done += n;
			continue;
		}
		if (!get_copy(&in, tag, &n, &value) || !value || value > done ||
		    n > out_len - done)
			return false;
		/* byte by byte: a copy may overlap what it makes */
		for (; n; n--, done++)
			out[done] = out[done - value];
	}
	return done == out_len;
}

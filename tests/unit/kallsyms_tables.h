/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A generator of kallsyms tables for tests: from a readable list of symbols
 * to the bytes that a kernel of a given age would hold, and the VMCOREINFO
 * lines that lead to them. Shares no code with the library.
 */
#ifndef KALLSYMS_TABLES_H
#define KALLSYMS_TABLES_H

#include <inttypes.h>
#include <stdio.h>

#include "source_memory.h"

struct sym {
	uint64_t addr;
	const char *name;	/* type character first, as in the tables */
};

/* How kernels lay the tables out and encode addresses. */
enum age {
	AGE_6_0_ABSOLUTE,	/* CONFIG_KALLSYMS_BASE_RELATIVE=n */
	AGE_6_1,		/* addresses first; relative, per-CPU absolute */
	AGE_6_12,		/* addresses last; else as 6.1 */
	AGE_6_18,		/* relative, unsigned */
	AGE_7_3,		/* relative to the place, alignment 4 */
	NR_AGES
};

#define TABLES_KADDR UINT64_C(0xffffffff82120000)
#define RELATIVE_BASE UINT64_C(0xffffffff81000000)

struct tables {
	enum age age;
	uint8_t *bytes;
	size_t len, max;
	uint64_t names, num_syms, markers, token_table, token_index, offsets, relative_base;
	uint64_t addresses, end;
	char vmcoreinfo[4096];
	char tokens[256][16];
};

static inline uint64_t here(const struct tables *t)
{
	return TABLES_KADDR + t->len;
}

static inline void put(struct tables *t, const void *bytes, size_t len)
{
	if (t->len + len > t->max) {
		t->max = (t->len + len) * 2;
		t->bytes = realloc(t->bytes, t->max);
	}
	memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
}

static inline void put_align(struct tables *t)
{
	while (t->len % (t->age == AGE_7_3 ? 4 : 8))
		put(t, "", 1);
}

/* Characters stand for themselves; some other codes are whole syllables; most are unused. */
static inline void make_tokens(struct tables *t)
{
	static const char *const syllables[] = {
		"map", "_a", "array", "kall", "syms_", "mem", "ory", "block", ".llvm.", "T_", "init_",
	};
	unsigned int i;

	for (i = '!'; i < 0x7f; i++)
		t->tokens[i][0] = i;
	for (i = 0; i < sizeof(syllables) / sizeof(syllables[0]); i++)
		strcpy(t->tokens[i < 6 ? i : i + 200], syllables[i]);
}

/* Greedy: the longest token that fits, from the left. */
static inline size_t compress(const struct tables *t, const char *name, uint8_t *out)
{
	size_t nr = 0;

	while (*name) {
		unsigned int i, best = 0, best_len = 0;

		for (i = 0; i < 256; i++) {
			size_t len = strlen(t->tokens[i]);

			if (len > best_len && !strncmp(name, t->tokens[i], len)) {
				best = i;
				best_len = len;
			}
		}
		out[nr++] = best;
		name += best_len;
	}
	return nr;
}

static inline void put_names(struct tables *t, const struct sym *syms, uint32_t nr)
{
	uint32_t *markers = calloc(nr / 256 + 1, sizeof(*markers)), i;
	uint8_t out[2048];

	t->names = here(t);
	for (i = 0; i < nr; i++) {
		size_t len = compress(t, syms[i].name, out);
		uint8_t head[2] = { len, len >> 7 };

		if (i % 256 == 0)
			markers[i / 256] = here(t) - t->names;
		if (len > 0x7f)
			head[0] = (len & 0x7f) | 0x80;
		put(t, head, len > 0x7f ? 2 : 1);
		put(t, out, len);
	}
	put_align(t);
	t->markers = here(t);
	put(t, markers, (nr + 255) / 256 * sizeof(*markers));
	put_align(t);
	free(markers);
}

static inline void put_tokens(struct tables *t)
{
	uint16_t index[256];
	unsigned int i;

	t->token_table = here(t);
	for (i = 0; i < 256; i++) {
		index[i] = here(t) - t->token_table;
		put(t, t->tokens[i], strlen(t->tokens[i]) + 1);
	}
	put_align(t);
	t->token_index = here(t);
	put(t, index, sizeof(index));
	put_align(t);
}

static inline void put_addresses(struct tables *t, const struct sym *syms, uint32_t nr)
{
	uint64_t base = RELATIVE_BASE;
	uint32_t i;

	t->offsets = here(t);
	for (i = 0; i < nr; i++) {
		int64_t rel = syms[i].addr - base;
		int32_t off;

		if (t->age == AGE_6_0_ABSOLUTE) {
			put(t, &syms[i].addr, 8);
			continue;
		}
		if (t->age == AGE_7_3)
			off = syms[i].addr - here(t);
		else if (t->age == AGE_6_18)
			off = rel;
		else
			off = syms[i].addr >> 63 ? -1 - rel : (int64_t)syms[i].addr;
		put(t, &off, 4);
	}
	put_align(t);
	if (t->age == AGE_6_0_ABSOLUTE) {
		t->addresses = t->offsets;
		t->offsets = 0;
	} else if (t->age != AGE_7_3) {
		t->relative_base = here(t);
		put(t, &base, 8);
	}
}

static inline void add_line(struct tables *t, const char *name, uint64_t kaddr)
{
	size_t len = strlen(t->vmcoreinfo);

	if (kaddr)
		snprintf(t->vmcoreinfo + len, sizeof(t->vmcoreinfo) - len,
			 "SYMBOL(%s)=%" PRIx64 "\n", name, kaddr);
}

static inline struct tables *tables_make(enum age age, const struct sym *syms, uint32_t nr)
{
	struct tables *t = calloc(1, sizeof(*t));

	t->age = age;
	make_tokens(t);
	if (age <= AGE_6_1)
		put_addresses(t, syms, nr);
	t->num_syms = here(t);
	put(t, &nr, 4);
	put_align(t);
	put_names(t, syms, nr);
	put_tokens(t);
	if (age > AGE_6_1)
		put_addresses(t, syms, nr);
	t->end = here(t);

	strcpy(t->vmcoreinfo, "OSRELEASE=test\n");
	add_line(t, "kallsyms_names", t->names);
	add_line(t, "kallsyms_num_syms", t->num_syms);
	add_line(t, "kallsyms_token_table", t->token_table);
	add_line(t, "kallsyms_token_index", t->token_index);
	add_line(t, "kallsyms_offsets", t->offsets);
	add_line(t, "kallsyms_relative_base", t->relative_base);
	add_line(t, "kallsyms_addresses", t->addresses);
	return t;
}

static inline void tables_free(struct tables *t)
{
	free(t->bytes);
	free(t);
}

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "source/kallsyms_find.h"
#include "source/symbol_pick.h"

#define NR_PAIRS (256u * 256u)

/* What Clang's LTO puts between the name of a static and a number. */
static const char lto_mark[] = ".llvm.";

/* First two tokens of a symbol; one that has a single token counts as token 0 behind it. */
static uint32_t pair_of(const struct zdm_ksyms *ks, uint32_t i)
{
	const uint8_t *p = ks->names + ks->name_offs[i];
	uint8_t nr = *p++;

	if (nr & 0x80) {
		p++;		/* has 128 or more */
		nr = 2;
	}
	return (uint32_t)p[0] << 8 | (nr > 1 ? p[1] : 0);
}

enum zdm_status zdm_ksyms_index_build(struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks)
{
	uint32_t i, sum = 0;

	ix->start = calloc(NR_PAIRS + 1, sizeof(*ix->start));
	ix->symbols = malloc((size_t)ks->nr * sizeof(*ix->symbols));
	if (!ix->start || !ix->symbols)
		return ZDM_NOMEM;
	for (i = 0; i < ks->nr; i++) {
		uint32_t pair = pair_of(ks, i);

		if (!ks->token[pair >> 8].len)
			return ZDM_CORRUPT;	/* where the type would be */
		ix->start[pair]++;
	}
	for (i = 0; i <= NR_PAIRS; i++) {
		sum += ix->start[i];
		ix->start[i] = sum;	/* where the pair ends */
	}
	/* from the end, so that each pair's are in ascending order and its start is left */
	for (i = ks->nr; i-- > 0;)
		ix->symbols[--ix->start[pair_of(ks, i)]] = i;
	return ZDM_OK;
}

void zdm_ksyms_index_deinit(struct zdm_ksyms_index *ix)
{
	free(ix->start);
	free(ix->symbols);
	memset(ix, 0, sizeof(*ix));
}

bool zdm_ksyms_has_variables(const struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks)
{
	unsigned int t;

	for (t = 0; t < 256; t++)
		if (ix->start[t << 8] != ix->start[(t + 1) << 8] && ks->token[t].len &&
		    zdm_symbol_is_variable(ks->token[t].head[0]))
			return true;
	return false;
}

struct search {
	const struct zdm_ksyms_index *ix;
	const struct zdm_ksyms *ks;
	const char *name;
	size_t len;
	zdm_ksyms_found_fn fn;
	void *priv;
	bool stopped;
};

/* Could text stand at pos of the name, or of the name with an LTO suffix? */
static bool fits(const struct search *s, size_t pos, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++, pos++) {
		if (pos < s->len ? text[i] != s->name[pos] :
		    pos - s->len < sizeof(lto_mark) - 1 && text[i] != lto_mark[pos - s->len])
			return false;
	}
	return true;
}

/* The same of the whole name of symbol i; most differ in the third token already. */
static bool may_be(const struct search *s, uint32_t i)
{
	const uint8_t *p = s->ks->names + s->ks->name_offs[i];
	size_t nr = *p++, pos = 0, skip = 1;

	if (nr & 0x80)
		nr = (nr & 0x7f) | (size_t)*p++ << 7;
	for (; nr; nr--, p++, skip = 0) {
		const struct zdm_ksym_token *token = &s->ks->token[*p];

		if (!fits(s, pos, s->ks->tokens + token->off + skip, token->len - skip))
			return false;
		pos += token->len - skip;
	}
	return pos >= s->len;
}

static void search_pair(struct search *s, uint32_t pair)
{
	char buf[ZDM_KSYM_BUF];
	uint32_t at;

	for (at = s->ix->start[pair]; at < s->ix->start[pair + 1] && !s->stopped; at++) {
		size_t have;
		bool exact;

		if (!may_be(s, s->ix->symbols[at]))
			continue;
		have = zdm_ksyms_name(s->ks, s->ix->symbols[at], buf);
		exact = have == s->len + 1;
		if (have <= s->len || memcmp(buf + 1, s->name, s->len) ||
		    (!exact && zdm_symbol_base_len(buf + 1, have - 1) != s->len))
			continue;
		s->stopped = !s->fn(s->priv, s->ix->symbols[at], buf[0], exact);
	}
}

void zdm_ksyms_find(const struct zdm_ksyms_index *ix, const struct zdm_ksyms *ks,
		    const char *name, zdm_ksyms_found_fn fn, void *priv)
{
	struct search s = {
		.ix = ix, .ks = ks, .name = name, .len = strlen(name), .fn = fn, .priv = priv,
	};
	const char *text;
	unsigned int a, b;

	for (a = 0; a < 256 && !s.stopped; a++) {
		const struct zdm_ksym_token *first = &ks->token[a], *second;

		/* the type character is the first of the first token */
		if (!first->len || ix->start[a << 8] == ix->start[(a + 1) << 8] ||
		    !fits(&s, 0, ks->tokens + first->off + 1, first->len - 1u))
			continue;
		for (b = 0; b < 256 && !s.stopped; b++) {
			second = &ks->token[b];
			text = ks->tokens + second->off;
			if (ix->start[a << 8 | b] != ix->start[(a << 8 | b) + 1] &&
			    (!b || fits(&s, first->len - 1u, text, second->len)))
				search_pair(&s, a << 8 | b);
		}
	}
}

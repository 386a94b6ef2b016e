// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "source/kallsyms_find.h"
#include "source/symbol_pick.h"

#define NR_TOKENS 256u
#define PAIR_BYTES (NR_TOKENS * NR_TOKENS / 8)

/* What Clang's LTO puts between the name of a static and a number. */
static const char lto_mark[] = ".llvm.";

/* The character at pos of the name, or of the name with an LTO suffix; 0: any. */
static char char_at(const struct zdm_name *name, size_t pos)
{
	if (pos < name->len)
		return name->text[pos];
	return pos - name->len < sizeof(lto_mark) - 1 ? lto_mark[pos - name->len] : 0;
}

static bool fits(const struct zdm_name *name, size_t pos, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char want = char_at(name, pos + i);

		if (want && text[i] != want)
			return false;
	}
	return true;
}

/* The tokens by their first character; [0]: the empty ones. */
struct by_char {
	uint8_t token[NR_TOKENS];
	uint16_t start[NR_TOKENS + 1];
};

static void sort_tokens(const struct zdm_ksyms *ks, struct by_char *by)
{
	unsigned int i, c, n = 0;

	for (c = 0; c < NR_TOKENS; c++) {
		by->start[c] = (uint16_t)n;
		for (i = 0; i < NR_TOKENS; i++)
			if ((uint8_t)ks->token[i].head[0] == c)
				by->token[n++] = (uint8_t)i;
	}
	by->start[c] = (uint16_t)n;
}

static void mark(struct zdm_ksym_search *s, unsigned int a, const struct by_char *by,
		 const struct zdm_name *name, size_t pos, uint8_t c)
{
	unsigned int i;

	for (i = by->start[c]; i < by->start[c + 1u]; i++) {
		const struct zdm_ksym_token *token = &s->ks->token[by->token[i]];
		uint32_t pair = a << 8 | by->token[i];

		if (fits(name, pos, s->ks->tokens + token->off, token->len))
			s->pairs[pair / 8] |= 1u << pair % 8;
	}
}

/* Which first and first two tokens can some name begin with? The type stands before it. */
static void filter_make(struct zdm_ksym_search *s)
{
	struct by_char by;
	unsigned int a, c;
	size_t i;

	sort_tokens(s->ks, &by);
	memset(s->pairs, 0, PAIR_BYTES);
	memset(s->firsts, 0, sizeof(s->firsts));
	for (a = 0; a < NR_TOKENS; a++) {
		const struct zdm_ksym_token *token = &s->ks->token[a];

		for (i = s->first_name; token->len && i < s->names->nr; i++) {
			const struct zdm_name *name = &s->names->v[i];
			size_t pos = token->len - 1u;
			char want = char_at(name, pos);

			if (!fits(name, 0, s->ks->tokens + token->off + 1, pos))
				continue;
			s->firsts[a] = true;
			mark(s, a, &by, name, pos, 0);
			if (want)
				mark(s, a, &by, name, pos, (uint8_t)want);
			for (c = 1; !want && c < NR_TOKENS; c++)
				mark(s, a, &by, name, pos, (uint8_t)c);
		}
	}
}

static enum zdm_status add_hit(struct zdm_ksym_search *s, uint32_t name, uint32_t symbol,
			       char type, bool exact)
{
	struct zdm_ksym_hit *hit;

	if (name == ZDM_NO_NAME || name < s->first_name)
		return ZDM_OK;
	if (s->nr_hits == ZDM_KSYM_MAX_HITS)
		return ZDM_CORRUPT;
	hit = zdm_grow((void **)&s->hits, &s->cap_hits, s->nr_hits, sizeof(*hit));
	if (!hit)
		return ZDM_NOMEM;
	*hit = (struct zdm_ksym_hit){ .name = name, .symbol = symbol, .type = type, .exact = exact };
	s->nr_hits++;
	return ZDM_OK;
}

static enum zdm_status look_at(void *priv, uint32_t symbol, const uint8_t *tokens, size_t nr)
{
	struct zdm_ksym_search *s = priv;
	const struct zdm_ksym_token *first = &s->ks->token[tokens[0]];
	uint32_t pair = (uint32_t)tokens[0] << 8 | tokens[nr > 1];
	char buf[ZDM_KSYM_BUF];
	enum zdm_status st;
	size_t len, base;

	/* where the type would be */
	if (!first->len)
		return ZDM_INVAL;
	s->variables |= zdm_symbol_is_variable(first->head[0]);
	if (nr > 1 ? !(s->pairs[pair / 8] >> pair % 8 & 1) : !s->firsts[tokens[0]])
		return ZDM_OK;
	len = zdm_ksyms_name(s->ks, tokens, nr, buf);
	if (len < 2)
		return ZDM_OK;
	len--;
	base = zdm_symbol_base_len(buf + 1, len);
	st = add_hit(s, zdm_names_find(s->names, buf + 1, len), symbol, buf[0], true);
	if (st == ZDM_OK && base != len)
		st = add_hit(s, zdm_names_find(s->names, buf + 1, base), symbol, buf[0], false);
	return st;
}

/* The table of addresses is looked into for what was found alone. */
static enum zdm_status read_raw(struct zdm_ksym_search *s, size_t from)
{
	for (; from < s->nr_hits; from++) {
		struct zdm_ksym_hit *hit = &s->hits[from];

		hit->status = zdm_ksyms_raw(s->ks, hit->symbol, &hit->raw);
		if (hit->status == ZDM_NOMEM)
			return ZDM_NOMEM;
	}
	return ZDM_OK;
}

enum zdm_status zdm_ksym_search(struct zdm_ksym_search *s, bool first, char *err, size_t err_len)
{
	size_t had = s->nr_hits;
	enum zdm_status st;
	uint64_t bytes;

	if (s->failed)
		return s->failed;
	s->pairs = malloc(PAIR_BYTES);
	if (!s->pairs) {
		zdm_errf(err, err_len, "no memory to find kernel symbols");
		return ZDM_NOMEM;
	}
	filter_make(s);
	if (first)
		st = zdm_ksyms_first_scan(s->ks, look_at, s, err, err_len);
	else
		st = zdm_ksyms_scan(s->ks, look_at, s, NULL, &bytes);
	free(s->pairs);
	s->pairs = NULL;
	if (st == ZDM_OK)
		st = read_raw(s, had);
	if (st != ZDM_OK)
		s->nr_hits = had;
	else
		s->first_name = (uint32_t)s->names->nr;
	if (st != ZDM_NOMEM)
		s->failed = st;
	return st;
}

void zdm_ksym_search_deinit(struct zdm_ksym_search *s)
{
	free(s->hits);
	memset(s, 0, sizeof(*s));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading the kallsyms tables. Written by scripts/kallsyms.c of the kernel:
 *
 *   names         for each symbol its length (one byte, or two with the low
 *                 seven bits first when the top bit is set: since commit
 *                 73bbb94466fd ("kallsyms: support "big" kernel symbols"), in
 *                 v6.1) and so many token numbers
 *   markers       the offset in names of every 256th symbol; follows names
 *   token_table   256 strings; token_index: where each begins
 *   offsets       an int a symbol, or addresses: a long a symbol
 *
 * Every table but markers has its address in VMCOREINFO since v6.0.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory/reader.h"
#include "source/kallsyms_tables.h"
#include "source/window.h"

#define NR_TOKENS 256
#define SYMBOLS_PER_MARKER 256

/* No kernel comes near; a damaged count must not take all memory. */
#define SYMS_MAX (4u << 20)
#define NAMES_MAX_BYTES (64u << 20)

#define CHUNK_BYTES (64u << 10)

/* What is being read, for the one line of error. */
struct load {
	struct zdm_reader *r;
	const struct zdm_source *vmcoreinfo;
	char *err;
	size_t err_len;
};

static enum zdm_status fail(const struct load *l, enum zdm_status st, const char *table,
			    uint64_t kaddr)
{
	if (st == ZDM_NOMEM)
		zdm_errf(l->err, l->err_len, "no memory for the kernel's %s", table);
	else
		zdm_errf(l->err, l->err_len, "%s at %016" PRIx64 " %s", table, kaddr,
			 st == ZDM_CORRUPT ? "is damaged" :
			 st == ZDM_UNREADABLE ? "is not in the dump" : "cannot be read");
	return st;
}

/* The address of a table that a kernel may lack. */
static enum zdm_status table_find_optional(const struct load *l, const char *table,
					   uint64_t *kaddr)
{
	enum zdm_status st = ZDM_ABSENT;

	if (l->vmcoreinfo && l->vmcoreinfo->ops->symbol)
		st = l->vmcoreinfo->ops->symbol(l->vmcoreinfo->self, table, kaddr);
	if (st && st != ZDM_ABSENT)
		zdm_errf(l->err, l->err_len, "VMCOREINFO has no believable address of %s",
			 table);
	return st;
}

static enum zdm_status table_find(const struct load *l, const char *table, uint64_t *kaddr)
{
	enum zdm_status st = table_find_optional(l, table, kaddr);

	if (st == ZDM_ABSENT)
		zdm_errf(l->err, l->err_len, "VMCOREINFO does not say where %s is "
			 "(kernel before 6.0?)", table);
	return st;
}

/* A table of known size, in large pieces. */
static enum zdm_status table_read(const struct load *l, const char *table, uint64_t kaddr,
				  void *buf, size_t len)
{
	size_t done = 0;

	if (kaddr + len < kaddr)
		return fail(l, ZDM_CORRUPT, table, kaddr);
	while (done < len) {
		size_t piece = CHUNK_BYTES - (kaddr + done) % CHUNK_BYTES;
		enum zdm_status st;

		if (piece > len - done)
			piece = len - done;
		st = zdm_read_quietly(l->r, kaddr + done, (char *)buf + done, piece);
		if (st)
			return fail(l, st, table, kaddr);
		done += piece;
	}
	return ZDM_OK;
}

/* The strings must lie one behind the other, exactly where the index says. */
static bool tokens_index(struct zdm_ksyms *ks, const uint16_t *index, uint64_t len)
{
	uint64_t pos = 0;
	unsigned int i;

	for (i = 0; i < NR_TOKENS; i++) {
		struct zdm_ksym_token *token = &ks->token[i];
		const char *end = pos < len ? memchr(ks->tokens + pos, '\0', len - pos) : NULL;

		if (index[i] != pos || !end || end - ks->tokens > UINT16_MAX)
			return false;
		token->off = pos;
		token->len = end - ks->tokens - pos;
		memcpy(token->head, ks->tokens + pos,
		       token->len < sizeof(token->head) ? token->len : sizeof(token->head));
		pos += token->len + 1;
	}
	return true;
}

static enum zdm_status tokens_read(struct zdm_ksyms *ks, const struct load *l)
{
	uint64_t table_kaddr, index_kaddr, len;
	uint16_t index[NR_TOKENS];
	enum zdm_status st;

	st = table_find(l, "kallsyms_token_table", &table_kaddr);
	if (!st)
		st = table_find(l, "kallsyms_token_index", &index_kaddr);
	if (!st)
		st = table_read(l, "kallsyms_token_index", index_kaddr, index, sizeof(index));
	if (st)
		return st;

	/* The index follows the table in every kernel so far: do not read beyond. */
	len = index[NR_TOKENS - 1] + UINT64_C(1024);
	if (index_kaddr > table_kaddr && index_kaddr - table_kaddr < len)
		len = index_kaddr - table_kaddr;
	ks->tokens = malloc(len);
	if (!ks->tokens)
		return fail(l, ZDM_NOMEM, "kallsyms_token_table", table_kaddr);
	st = table_read(l, "kallsyms_token_table", table_kaddr, ks->tokens, len);
	if (!st && !tokens_index(ks, index, len))
		st = fail(l, ZDM_CORRUPT, "kallsyms_token_table", table_kaddr);
	return st;
}

/*
 * The markers count the same bytes a second time: a length byte that was
 * damaged shifts all names behind it, and shows here.
 */
static enum zdm_status markers_check(const struct zdm_ksyms *ks, const struct load *l,
				     const uint32_t *want, uint64_t names_bytes)
{
	/* Alignment 8, and 4 from v7.0 on. */
	static const unsigned int aligns[] = { 8, 4 };
	uint32_t nr = (ks->nr + SYMBOLS_PER_MARKER - 1) / SYMBOLS_PER_MARKER, i;
	uint64_t end = ks->names_kaddr + names_bytes, kaddr = 0;
	enum zdm_status st = ZDM_CORRUPT;
	uint32_t *markers;
	unsigned int a;

	markers = malloc(nr * sizeof(*markers));
	if (!markers)
		return fail(l, ZDM_NOMEM, "kallsyms_markers", end);
	for (a = 0; a < 2 && st == ZDM_CORRUPT; a++) {
		kaddr = (end + aligns[a] - 1) & ~(uint64_t)(aligns[a] - 1);
		st = table_read(l, "kallsyms_markers", kaddr, markers, nr * sizeof(*markers));
		for (i = 0; !st && i < nr; i++)
			if (markers[i] != want[i])
				st = ZDM_CORRUPT;
	}
	free(markers);
	if (st == ZDM_CORRUPT)
		fail(l, st, "kallsyms_names", ks->names_kaddr);
	return st;
}

/* Step over name i, which begins at *off: its tokens, and how many; NULL with *st set. */
static const uint8_t *next_name(struct zdm_window *w, uint64_t *off, size_t *nr,
				enum zdm_status *st)
{
	const uint8_t *p = zdm_window_get(w, *off, 1, st);
	size_t head = 1;

	if (!p)
		return NULL;
	*nr = *p;
	if (*p & 0x80) {
		p = zdm_window_get(w, *off, ++head, st);
		if (!p)
			return NULL;
		*nr = (p[0] & 0x7f) | (size_t)p[1] << 7;
	}
	*st = ZDM_CORRUPT;
	if (!*nr || (head > 1 && (p[1] & 0x80)))
		return NULL;
	p = zdm_window_get(w, *off, head + *nr, st);
	*off += head + *nr;
	return p ? p + head : NULL;
}

enum zdm_status zdm_ksyms_scan(const struct zdm_ksyms *ks, zdm_ksym_fn fn, void *priv,
			       uint32_t *markers, uint64_t *names_bytes)
{
	uint64_t off = 0;
	struct zdm_window w;
	enum zdm_status st = zdm_window_open(&w, ks->r, ks->names_kaddr, ks->names_limit);
	uint32_t i;

	for (i = 0; i < ks->nr && st == ZDM_OK; i++) {
		const uint8_t *tokens;
		size_t nr;

		if (markers && i % SYMBOLS_PER_MARKER == 0)
			markers[i / SYMBOLS_PER_MARKER] = (uint32_t)off;
		tokens = next_name(&w, &off, &nr, &st);
		if (tokens)
			st = fn(priv, i, tokens, nr);
	}
	zdm_window_close(&w);
	*names_bytes = off;
	return st;
}

static enum zdm_status names_find(struct zdm_ksyms *ks, const struct load *l)
{
	uint64_t table_kaddr;
	enum zdm_status st;

	st = table_find(l, "kallsyms_names", &ks->names_kaddr);
	if (!st)
		st = table_find(l, "kallsyms_token_table", &table_kaddr);
	/* The token table comes later in every kernel so far: no need to read beyond. */
	ks->names_limit = NAMES_MAX_BYTES;
	if (!st && table_kaddr > ks->names_kaddr && table_kaddr - ks->names_kaddr < ks->names_limit)
		ks->names_limit = table_kaddr - ks->names_kaddr;
	return st;
}

/* An entry of the table of addresses, which lies where the kernel has it. */
enum zdm_status zdm_ksyms_raw(const struct zdm_ksyms *ks, uint32_t i, uint64_t *ret)
{
	int32_t off;
	enum zdm_status st;

	if (ks->addresses_kaddr)
		return zdm_read_quietly(ks->r, ks->addresses_kaddr + 8ull * i, ret, sizeof(*ret));
	st = zdm_read_quietly(ks->r, ks->offsets_kaddr + 4ull * i, &off, sizeof(off));
	*ret = (uint64_t)(int64_t)off;
	return st;
}

static enum zdm_status addresses_find(struct zdm_ksyms *ks, const struct load *l)
{
	const char *table = "kallsyms_offsets";
	uint64_t kaddr, raw;
	enum zdm_status st;

	st = table_find_optional(l, table, &ks->offsets_kaddr);
	if (st == ZDM_ABSENT) {
		/* CONFIG_KALLSYMS_BASE_RELATIVE=n; the option went in v6.15. */
		table = "kallsyms_addresses";
		st = table_find(l, table, &ks->addresses_kaddr);
	}
	if (st)
		return st;
	kaddr = ks->addresses_kaddr ? ks->addresses_kaddr : ks->offsets_kaddr;
	if (kaddr + 8ull * ks->nr < kaddr)
		return fail(l, ZDM_CORRUPT, table, kaddr);
	/* both ends of it, so that a dump without it is known to be one */
	st = zdm_ksyms_raw(ks, 0, &raw);
	if (!st)
		st = zdm_ksyms_raw(ks, ks->nr - 1, &raw);
	if (st)
		return fail(l, st, table, kaddr);
	if (ks->addresses_kaddr)
		return ZDM_OK;
	st = table_find_optional(l, "kallsyms_relative_base", &kaddr);
	if (st)
		return st == ZDM_ABSENT ? ZDM_OK : st;
	ks->has_relative_base = true;
	return table_read(l, "kallsyms_relative_base", kaddr, &ks->relative_base,
			  sizeof(ks->relative_base));
}

enum zdm_status zdm_ksyms_open(struct zdm_ksyms *ks, struct zdm_reader *r,
			       const struct zdm_source *vmcoreinfo, char *err, size_t err_len)
{
	struct load l = { .r = r, .vmcoreinfo = vmcoreinfo, .err = err, .err_len = err_len };
	enum zdm_status st;
	uint64_t kaddr;

	memset(ks, 0, sizeof(*ks));
	ks->r = r;
	st = table_find(&l, "kallsyms_num_syms", &kaddr);
	if (!st)
		st = table_read(&l, "kallsyms_num_syms", kaddr, &ks->nr, sizeof(ks->nr));
	if (!st && (!ks->nr || ks->nr > SYMS_MAX))
		st = fail(&l, ZDM_CORRUPT, "kallsyms_num_syms", kaddr);
	if (!st)
		st = tokens_read(ks, &l);
	if (!st)
		st = addresses_find(ks, &l);
	if (!st)
		st = names_find(ks, &l);
	if (st)
		zdm_ksyms_deinit(ks);
	return st;
}

enum zdm_status zdm_ksyms_first_scan(const struct zdm_ksyms *ks, zdm_ksym_fn fn, void *priv,
				     char *err, size_t err_len)
{
	const struct load l = { .r = ks->r, .err = err, .err_len = err_len };
	uint32_t nr = (ks->nr + SYMBOLS_PER_MARKER - 1) / SYMBOLS_PER_MARKER;
	uint32_t *markers = malloc(nr * sizeof(*markers));
	uint64_t bytes;
	enum zdm_status st;

	if (!markers)
		return fail(&l, ZDM_NOMEM, "kallsyms_names", ks->names_kaddr);
	st = zdm_ksyms_scan(ks, fn, priv, markers, &bytes);
	/* no token has no type: that is said of the symbols, not of the table */
	if (st == ZDM_INVAL)
		zdm_errf(err, err_len, "kallsyms_names: some of %u symbols are damaged", ks->nr);
	else if (st)
		fail(&l, st, "kallsyms_names", ks->names_kaddr);
	else
		st = markers_check(ks, &l, markers, bytes);
	free(markers);
	return st == ZDM_INVAL ? ZDM_CORRUPT : st;
}

void zdm_ksyms_deinit(struct zdm_ksyms *ks)
{
	free(ks->tokens);
	memset(ks, 0, sizeof(*ks));
}

size_t zdm_ksyms_name(const struct zdm_ksyms *ks, const uint8_t *p, size_t nr,
		      char buf[ZDM_KSYM_BUF])
{
	size_t len = 0;

	for (; nr; nr--, p++) {
		const struct zdm_ksym_token *token = &ks->token[*p];

		if (token->len > ZDM_KSYM_MAX - len)
			return 0;
		/* A fixed length is one instruction; nearly all tokens are short. */
		memcpy(buf + len, token->head, sizeof(token->head));
		if (token->len > sizeof(token->head))
			memcpy(buf + len, ks->tokens + token->off, token->len);
		len += token->len;
	}
	return len;
}

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

#define NR_TOKENS 256
#define SYMBOLS_PER_MARKER 256

/* No kernel comes near; a damaged count must not take all memory. */
#define SYMS_MAX (4u << 20)
#define NAMES_MAX_BYTES (64u << 20)

#define CHUNK_BYTES (64u << 10)
#define PAGE_BYTES 4096u

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
		st = zdm_read_kaddr(l->r, kaddr + done, (char *)buf + done, piece);
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

/* The name table while its end is not yet known. */
struct stream {
	const struct load *l;
	uint8_t *buf;
	uint64_t kaddr;
	size_t have, limit;
};

/* Have at least need bytes in buf. */
static enum zdm_status stream_need(struct stream *s, size_t need)
{
	while (s->have < need) {
		uint64_t at = s->kaddr + s->have;
		size_t piece = CHUNK_BYTES - at % CHUNK_BYTES;
		enum zdm_status st;

		if (need > s->limit)
			return ZDM_CORRUPT;
		if (piece > s->limit - s->have)
			piece = s->limit - s->have;
		st = zdm_read_kaddr(s->l->r, at, s->buf + s->have, piece);
		if (st && piece > PAGE_BYTES - at % PAGE_BYTES) {
			/* The table may end before the piece does. */
			piece = PAGE_BYTES - at % PAGE_BYTES;
			st = zdm_read_kaddr(s->l->r, at, s->buf + s->have, piece);
		}
		if (st)
			return st;
		s->have += piece;
	}
	return ZDM_OK;
}

/* Step over one name. */
static enum zdm_status stream_skip_name(struct stream *s, size_t *pos)
{
	enum zdm_status st = stream_need(s, *pos + 1);
	size_t len;

	if (st)
		return st;
	len = s->buf[(*pos)++];
	if (len & 0x80) {
		st = stream_need(s, *pos + 1);
		if (st)
			return st;
		if (s->buf[*pos] & 0x80)
			return ZDM_CORRUPT;
		len = (len & 0x7f) | (size_t)s->buf[(*pos)++] << 7;
	}
	if (!len)
		return ZDM_CORRUPT;
	*pos += len;
	return stream_need(s, *pos);
}

/*
 * The markers count the same bytes a second time: a length byte that was
 * damaged shifts all names behind it, and shows here.
 */
static enum zdm_status markers_check(const struct zdm_ksyms *ks, const struct load *l,
				     uint64_t names_kaddr)
{
	/* Alignment 8, and 4 from v7.0 on. */
	static const unsigned int aligns[] = { 8, 4 };
	uint32_t nr = (ks->nr + SYMBOLS_PER_MARKER - 1) / SYMBOLS_PER_MARKER, i;
	uint64_t end = names_kaddr + ks->names_bytes, kaddr = 0;
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
			if (markers[i] != ks->name_offs[i * SYMBOLS_PER_MARKER])
				st = ZDM_CORRUPT;
	}
	free(markers);
	if (st == ZDM_CORRUPT)
		fail(l, st, "kallsyms_names", names_kaddr);
	return st;
}

static enum zdm_status names_read(struct zdm_ksyms *ks, const struct load *l)
{
	struct stream s = { .l = l, .limit = NAMES_MAX_BYTES };
	uint64_t table_kaddr;
	enum zdm_status st;
	size_t pos = 0;
	uint8_t *fit;
	uint32_t i;

	st = table_find(l, "kallsyms_names", &s.kaddr);
	if (!st)
		st = table_find(l, "kallsyms_token_table", &table_kaddr);
	if (st)
		return st;
	/* The token table comes later in every kernel so far: no need to read beyond. */
	if (table_kaddr > s.kaddr && table_kaddr - s.kaddr < s.limit)
		s.limit = table_kaddr - s.kaddr;

	ks->name_offs = malloc(ks->nr * sizeof(*ks->name_offs));
	/* Only what is read into it takes memory. */
	s.buf = malloc(s.limit);
	ks->names = s.buf;
	if (!ks->name_offs || !s.buf)
		return fail(l, ZDM_NOMEM, "kallsyms_names", s.kaddr);
	for (i = 0; i < ks->nr; i++) {
		ks->name_offs[i] = pos;
		st = stream_skip_name(&s, &pos);
		if (st)
			return fail(l, st, "kallsyms_names", s.kaddr);
	}
	ks->names_bytes = pos;
	fit = realloc(ks->names, pos);
	if (fit)
		ks->names = fit;
	return markers_check(ks, l, s.kaddr);
}

static enum zdm_status addresses_read(struct zdm_ksyms *ks, const struct load *l)
{
	uint64_t kaddr;
	enum zdm_status st;

	st = table_find_optional(l, "kallsyms_offsets", &ks->offsets_kaddr);
	if (st == ZDM_ABSENT) {
		/* CONFIG_KALLSYMS_BASE_RELATIVE=n; the option went in v6.15. */
		st = table_find(l, "kallsyms_addresses", &kaddr);
		if (st)
			return st;
		ks->addresses = malloc(ks->nr * sizeof(*ks->addresses));
		if (!ks->addresses)
			return fail(l, ZDM_NOMEM, "kallsyms_addresses", kaddr);
		return table_read(l, "kallsyms_addresses", kaddr, ks->addresses,
				  ks->nr * sizeof(*ks->addresses));
	}
	if (st)
		return st;
	ks->offsets = malloc(ks->nr * sizeof(*ks->offsets));
	if (!ks->offsets)
		return fail(l, ZDM_NOMEM, "kallsyms_offsets", ks->offsets_kaddr);
	st = table_read(l, "kallsyms_offsets", ks->offsets_kaddr, ks->offsets,
			ks->nr * sizeof(*ks->offsets));
	if (st)
		return st;
	st = table_find_optional(l, "kallsyms_relative_base", &kaddr);
	if (st)
		return st == ZDM_ABSENT ? ZDM_OK : st;
	ks->has_relative_base = true;
	return table_read(l, "kallsyms_relative_base", kaddr, &ks->relative_base,
			  sizeof(ks->relative_base));
}

enum zdm_status zdm_ksyms_read(struct zdm_ksyms *ks, struct zdm_reader *r,
			       const struct zdm_source *vmcoreinfo, char *err, size_t err_len)
{
	struct load l = { .r = r, .vmcoreinfo = vmcoreinfo, .err = err, .err_len = err_len };
	enum zdm_status st;
	uint64_t kaddr;

	memset(ks, 0, sizeof(*ks));
	st = table_find(&l, "kallsyms_num_syms", &kaddr);
	if (!st)
		st = table_read(&l, "kallsyms_num_syms", kaddr, &ks->nr, sizeof(ks->nr));
	if (!st && (!ks->nr || ks->nr > SYMS_MAX))
		st = fail(&l, ZDM_CORRUPT, "kallsyms_num_syms", kaddr);
	if (!st)
		st = tokens_read(ks, &l);
	if (!st)
		st = addresses_read(ks, &l);
	if (!st)
		st = names_read(ks, &l);
	if (st)
		zdm_ksyms_deinit(ks);
	return st;
}

void zdm_ksyms_deinit(struct zdm_ksyms *ks)
{
	free(ks->names);
	free(ks->name_offs);
	free(ks->offsets);
	free(ks->addresses);
	free(ks->tokens);
	memset(ks, 0, sizeof(*ks));
}

size_t zdm_ksyms_name(const struct zdm_ksyms *ks, uint32_t i, char buf[ZDM_KSYM_BUF])
{
	const uint8_t *p = ks->names + ks->name_offs[i];
	size_t nr = *p++, len = 0;

	if (nr & 0x80)
		nr = (nr & 0x7f) | (size_t)*p++ << 7;
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

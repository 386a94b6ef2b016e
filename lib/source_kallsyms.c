// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's own symbol table, from the dump. How its addresses are encoded
 * is nowhere said and has changed three times, so each way is a row, and the
 * one that agrees with VMCOREINFO is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "source_index.h"
#include "source_ksyms.h"
#include "source_symbols.h"

struct kallsyms {
	struct zdm_ksyms tables;
	struct zdm_index index;		/* names without .llvm.NUMBER; entry = symbol */
	const struct encoding *encoding;
	bool data;			/* lists variables: CONFIG_KALLSYMS_ALL */
};

/* CONFIG_KALLSYMS_BASE_RELATIVE=n: addresses as they are. */
static uint64_t address_plain(const struct zdm_ksyms *ks, uint32_t i)
{
	return ks->addresses[i];
}

/*
 * CONFIG_KALLSYMS_ABSOLUTE_PERCPU: x86-64 with SMP, from kernel commit
 * 2213e9a66bb8 ("kallsyms: add support for relative offsets in kallsyms
 * address table") (in v4.6) to v6.14: not negative is a per-CPU offset.
 */
static uint64_t address_percpu(const struct zdm_ksyms *ks, uint32_t i)
{
	int64_t off = ks->offsets[i];

	return off >= 0 ? (uint64_t)off : ks->relative_base - 1 - (uint64_t)off;
}

/* Other architectures, and x86-64 from v6.15 to v6.19. */
static uint64_t address_relative(const struct zdm_ksyms *ks, uint32_t i)
{
	return ks->relative_base + (uint32_t)ks->offsets[i];
}

/* From v7.0 on, 64-bit: relative to the place of the offset itself. */
static uint64_t address_place(const struct zdm_ksyms *ks, uint32_t i)
{
	return ks->offsets_kaddr + 4 * (uint64_t)i + (uint64_t)(int64_t)ks->offsets[i];
}

static const struct encoding {
	uint64_t (*address)(const struct zdm_ksyms *ks, uint32_t i);
	bool needs_addresses, needs_base;	/* tables it goes with, else offsets without base */
} encodings[] = {
	{ .address = address_percpu, .needs_base = true },
	{ .address = address_relative, .needs_base = true },
	{ .address = address_place },
	{ .address = address_plain, .needs_addresses = true },
};

/*
 * Symbols that VMCOREINFO gives the plain address of, and that are far from
 * each other in memory. Not all are in every kernel's kallsyms: its own
 * tables only from v6.4 on.
 */
static const char *const anchors[] = {
	"_stext", "init_uts_ns", "init_top_pgt", "swapper_pg_dir", "contig_page_data",
	"kallsyms_names", "kallsyms_num_syms", "kallsyms_token_table", "kallsyms_token_index",
	"kallsyms_offsets", "kallsyms_addresses",
};

#define NR_OF(a) (sizeof(a) / sizeof((a)[0]))

/* nm's letter: lower case is local; A B C D G R S V are data. */
static enum zdm_symbol_rank rank_of(char type)
{
	bool global = type >= 'A' && type <= 'Z';
	char lower = global ? type + ('a' - 'A') : type;

	if (strchr("abcdgrsv", lower) && lower)
		return global ? ZDM_SYMBOL_GLOBAL_DATA : ZDM_SYMBOL_LOCAL_DATA;
	return global ? ZDM_SYMBOL_GLOBAL_TEXT : ZDM_SYMBOL_LOCAL_TEXT;
}

struct match {
	uint32_t i;
	char type;
	bool exact;
};

/*
 * The next symbol after *m (i = ZDM_INDEX_END: the first) with this name, or
 * with this name and an .llvm.NUMBER behind it.
 */
static bool match_next(const struct kallsyms *k, const char *name, struct match *m)
{
	size_t len = strlen(name), base_len = zdm_symbol_base_len(name, len);
	char buf[ZDM_KSYM_BUF];

	if (m->i == ZDM_INDEX_END)
		m->i = zdm_index_first(&k->index, zdm_index_hash(name, base_len));
	else
		m->i = zdm_index_next(&k->index, m->i);
	for (; m->i != ZDM_INDEX_END; m->i = zdm_index_next(&k->index, m->i)) {
		size_t have = zdm_ksyms_name(&k->tables, m->i, buf);

		if (have <= len || memcmp(buf + 1, name, len))
			continue;
		have--;
		m->exact = have == len;
		if (!m->exact && zdm_symbol_base_len(buf + 1, have) != len)
			continue;
		m->type = buf[0];
		return true;
	}
	return false;
}

static enum zdm_status kallsyms_symbol(void *self, const char *name, uint64_t *kaddr)
{
	const struct kallsyms *k = self;
	struct zdm_symbol_pick pick = { 0 };
	struct match m = { .i = ZDM_INDEX_END };

	while (match_next(k, name, &m))
		zdm_symbol_offer(&pick, rank_of(m.type), m.exact,
				 k->encoding->address(&k->tables, m.i));
	return zdm_symbol_result(&pick, kaddr);
}

static void kallsyms_destroy(void *self)
{
	struct kallsyms *k = self;

	zdm_ksyms_deinit(&k->tables);
	zdm_index_deinit(&k->index);
	free(k);
}

static const struct zdm_source_ops kallsyms_source_ops = {
	.symbol = kallsyms_symbol,
	.destroy = kallsyms_destroy,
};

static enum zdm_status index_names(struct kallsyms *k, char *err, size_t err_len)
{
	char buf[ZDM_KSYM_BUF];
	enum zdm_status st;
	uint32_t i;

	st = zdm_index_reserve(&k->index, k->tables.nr);
	for (i = 0; i < k->tables.nr && !st; i++) {
		size_t len = zdm_ksyms_name(&k->tables, i, buf);

		if (len < 2) {
			zdm_errf(err, err_len, "kallsyms_names: symbol %u of %u is damaged: "
				 "give a vmlinux or a layout file", i, k->tables.nr);
			return ZDM_CORRUPT;
		}
		k->data |= zdm_symbol_is_variable(buf[0]);
		len = zdm_symbol_base_len(buf + 1, len - 1);
		st = zdm_index_add(&k->index, zdm_index_hash(buf + 1, len));
	}
	if (!st)
		st = zdm_index_build(&k->index);
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "no memory to index %u kernel symbols", k->tables.nr);
	return st;
}

/* Does any symbol of this name decode to kaddr? *found: there is one of the name. */
static bool anchor_holds(const struct kallsyms *k, const struct encoding *e, const char *name,
			 uint64_t kaddr, bool *found)
{
	struct match m = { .i = ZDM_INDEX_END };

	*found = false;
	while (match_next(k, name, &m)) {
		*found = true;
		if (e->address(&k->tables, m.i) == kaddr)
			return true;
	}
	return false;
}

/* At least one anchor agrees, and none disagrees. */
static bool encoding_holds(const struct kallsyms *k, const struct encoding *e,
			   const struct zdm_source *vmcoreinfo)
{
	unsigned int i, agree = 0;

	if (e->needs_addresses != !!k->tables.addresses ||
	    e->needs_base != k->tables.has_relative_base)
		return false;
	for (i = 0; i < NR_OF(anchors); i++) {
		uint64_t kaddr;
		bool found;

		if (vmcoreinfo->ops->symbol(vmcoreinfo->self, anchors[i], &kaddr))
			continue;
		if (anchor_holds(k, e, anchors[i], kaddr, &found))
			agree++;
		else if (found)
			return false;
	}
	return agree > 0;
}

static enum zdm_status encoding_find(struct kallsyms *k, const struct zdm_source *vmcoreinfo,
				     char *err, size_t err_len)
{
	unsigned int i;

	for (i = 0; i < NR_OF(encodings); i++) {
		if (!encoding_holds(k, &encodings[i], vmcoreinfo))
			continue;
		k->encoding = &encodings[i];
		return ZDM_OK;
	}
	zdm_errf(err, err_len, "kallsyms: the addresses of its %u symbols disagree with "
		 "VMCOREINFO: give a vmlinux or a layout file", k->tables.nr);
	return ZDM_CORRUPT;
}

enum zdm_status zdm_source_kallsyms_open(struct zdm_reader *r, struct zdm_source *vmcoreinfo,
					 struct zdm_source **ret, char *err, size_t err_len)
{
	struct kallsyms *k;
	enum zdm_status st;

	*ret = NULL;
	k = calloc(1, sizeof(*k));
	if (!k) {
		zdm_errf(err, err_len, "no memory for the kernel's symbols");
		return ZDM_NOMEM;
	}
	st = zdm_ksyms_read(&k->tables, r, vmcoreinfo, err, err_len);
	if (!st)
		st = index_names(k, err, err_len);
	if (!st)
		st = encoding_find(k, vmcoreinfo, err, err_len);
	if (!st) {
		st = zdm_source_create(&kallsyms_source_ops, k, ret);
		if (st)
			zdm_errf(err, err_len, "no memory for the kernel's symbols");
	}
	if (st) {
		kallsyms_destroy(k);
		return st;
	}
	(*ret)->symbols = "kallsyms";
	(*ret)->complete_symbols = k->data;
	return ZDM_OK;
}

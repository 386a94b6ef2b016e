// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's own symbol table, from the dump. How its addresses are encoded
 * is nowhere said and has changed three times, so each way is a row, and the
 * one that agrees with VMCOREINFO is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "source/kallsyms_find.h"
#include "source/symbol_pick.h"

struct kallsyms {
	struct zdm_ksyms tables;
	struct zdm_ksyms_index index;
	const struct encoding *encoding;
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

struct choice {
	const struct kallsyms *k;
	struct zdm_symbol_pick pick;
};

static bool offer(void *priv, uint32_t symbol, char type, bool exact)
{
	struct choice *c = priv;

	zdm_symbol_offer(&c->pick, rank_of(type), exact,
			 c->k->encoding->address(&c->k->tables, symbol));
	return true;
}

static enum zdm_status kallsyms_symbol(void *self, const char *name, uint64_t *kaddr)
{
	const struct kallsyms *k = self;
	struct choice c = { .k = k };

	zdm_ksyms_find(&k->index, &k->tables, name, offer, &c);
	return zdm_symbol_result(&c.pick, kaddr);
}

static void kallsyms_destroy(void *self)
{
	struct kallsyms *k = self;

	zdm_ksyms_deinit(&k->tables);
	zdm_ksyms_index_deinit(&k->index);
	free(k);
}

static const struct zdm_source_ops kallsyms_source_ops = {
	.symbol = kallsyms_symbol,
	.destroy = kallsyms_destroy,
};

struct anchor {
	const struct kallsyms *k;
	const struct encoding *e;
	uint64_t kaddr;
	bool found, agrees;
};

static bool try_anchor(void *priv, uint32_t symbol, char type, bool exact)
{
	struct anchor *a = priv;

	(void)type;
	(void)exact;
	a->found = true;
	a->agrees = a->e->address(&a->k->tables, symbol) == a->kaddr;
	return !a->agrees;
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
		struct anchor a = { .k = k, .e = e };

		if (vmcoreinfo->ops->symbol(vmcoreinfo->self, anchors[i], &a.kaddr))
			continue;
		zdm_ksyms_find(&k->index, &k->tables, anchors[i], try_anchor, &a);
		if (a.agrees)
			agree++;
		else if (a.found)
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
		 "VMCOREINFO", k->tables.nr);
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
	if (!st) {
		st = zdm_ksyms_index_build(&k->index, &k->tables);
		if (st)
			zdm_errf(err, err_len, st == ZDM_NOMEM ?
				 "no memory to index %u kernel symbols" :
				 "kallsyms_names: some of %u symbols are damaged",
				 k->tables.nr);
	}
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
	(*ret)->complete_symbols = zdm_ksyms_has_variables(&k->index, &k->tables);
	return ZDM_OK;
}

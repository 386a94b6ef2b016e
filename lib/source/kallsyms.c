// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's own symbol table, from the dump. How its addresses are encoded
 * is nowhere said and has changed three times, so each way is a row, and the
 * one that agrees with VMCOREINFO is taken.
 */
#include <stdlib.h>
#include <string.h>

#include "source/kallsyms_find.h"
#include "source/names.h"
#include "source/symbol_pick.h"

struct kallsyms {
	struct zdm_ksyms tables;
	struct zdm_names names;
	struct zdm_ksym_search found;
	const struct encoding *encoding;
};

/* CONFIG_KALLSYMS_BASE_RELATIVE=n: addresses as they are. */
static uint64_t address_plain(const struct zdm_ksyms *ks, const struct zdm_ksym_hit *hit)
{
	(void)ks;
	return hit->raw;
}

/*
 * CONFIG_KALLSYMS_ABSOLUTE_PERCPU: x86-64 with SMP, from kernel commit
 * 2213e9a66bb8 ("kallsyms: add support for relative offsets in kallsyms
 * address table") (in v4.6) to v6.14: not negative is a per-CPU offset.
 */
static uint64_t address_percpu(const struct zdm_ksyms *ks, const struct zdm_ksym_hit *hit)
{
	return (int64_t)hit->raw >= 0 ? hit->raw : ks->relative_base - 1 - hit->raw;
}

/* Other architectures, and x86-64 from v6.15 to v6.19. */
static uint64_t address_relative(const struct zdm_ksyms *ks, const struct zdm_ksym_hit *hit)
{
	return ks->relative_base + (uint32_t)hit->raw;
}

/* From v7.0 on, 64-bit: relative to the place of the offset itself. */
static uint64_t address_place(const struct zdm_ksyms *ks, const struct zdm_ksym_hit *hit)
{
	return ks->offsets_kaddr + 4 * (uint64_t)hit->symbol + hit->raw;
}

static const struct encoding {
	uint64_t (*address)(const struct zdm_ksyms *ks, const struct zdm_ksym_hit *hit);
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

/* What was found of a name, after looking for it if nobody has yet. */
static enum zdm_status name_number(struct kallsyms *k, const char *name, uint32_t *ret)
{
	size_t len = strlen(name);
	enum zdm_status st = zdm_names_add(&k->names, name, len);

	*ret = zdm_names_find(&k->names, name, len);
	if (st == ZDM_OK && *ret != ZDM_NO_NAME && *ret >= k->found.first_name)
		st = zdm_ksym_search(&k->found, false, NULL, 0);
	return st;
}

static enum zdm_status kallsyms_symbol(void *self, const char *name, uint64_t *kaddr)
{
	struct kallsyms *k = self;
	struct zdm_symbol_pick pick = { 0 };
	uint32_t number;
	enum zdm_status st = name_number(k, name, &number);
	size_t i;

	for (i = 0; st == ZDM_OK && i < k->found.nr_hits; i++) {
		const struct zdm_ksym_hit *hit = &k->found.hits[i];

		if (hit->name != number)
			continue;
		st = hit->status;
		if (st == ZDM_OK)
			zdm_symbol_offer(&pick, rank_of(hit->type), hit->exact,
					 k->encoding->address(&k->tables, hit));
	}
	return st == ZDM_OK ? zdm_symbol_result(&pick, kaddr) : st;
}

static void kallsyms_destroy(void *self)
{
	struct kallsyms *k = self;

	zdm_ksyms_deinit(&k->tables);
	zdm_ksym_search_deinit(&k->found);
	zdm_names_deinit(&k->names);
	free(k);
}

static const struct zdm_source_ops kallsyms_source_ops = {
	.symbol = kallsyms_symbol,
	.destroy = kallsyms_destroy,
};

/* Has one of the symbols of this name that address? *found: is there one at all. */
static enum zdm_status anchor_agrees(const struct kallsyms *k, const struct encoding *e,
				     const char *name, uint64_t kaddr, bool *found, bool *agrees)
{
	uint32_t number = zdm_names_find(&k->names, name, strlen(name));
	size_t i;

	*found = *agrees = false;
	for (i = 0; i < k->found.nr_hits; i++) {
		const struct zdm_ksym_hit *hit = &k->found.hits[i];

		if (hit->name != number)
			continue;
		if (hit->status != ZDM_OK)
			return hit->status;
		*found = true;
		*agrees |= e->address(&k->tables, hit) == kaddr;
	}
	return ZDM_OK;
}

/* At least one anchor agrees, and none disagrees. */
static enum zdm_status encoding_holds(const struct kallsyms *k, const struct encoding *e,
				      const struct zdm_source *vmcoreinfo, bool *holds)
{
	unsigned int i, agree = 0;
	bool found, agrees;
	uint64_t kaddr;

	*holds = false;
	if (e->needs_addresses != !!k->tables.addresses_kaddr ||
	    e->needs_base != k->tables.has_relative_base)
		return ZDM_OK;
	for (i = 0; i < NR_OF(anchors); i++) {
		enum zdm_status st;

		if (vmcoreinfo->ops->symbol(vmcoreinfo->self, anchors[i], &kaddr))
			continue;
		st = anchor_agrees(k, e, anchors[i], kaddr, &found, &agrees);
		if (st != ZDM_OK)
			return st;
		if (found && !agrees)
			return ZDM_OK;
		agree += agrees;
	}
	*holds = agree > 0;
	return ZDM_OK;
}

static enum zdm_status encoding_find(struct kallsyms *k, const struct zdm_source *vmcoreinfo,
				     char *err, size_t err_len)
{
	unsigned int i;
	bool holds;

	for (i = 0; i < NR_OF(encodings); i++) {
		enum zdm_status st = encoding_holds(k, &encodings[i], vmcoreinfo, &holds);

		if (st != ZDM_OK) {
			zdm_errf(err, err_len, "the addresses of the kernel's symbols cannot be read");
			return st;
		}
		if (!holds)
			continue;
		k->encoding = &encodings[i];
		return ZDM_OK;
	}
	zdm_errf(err, err_len, "kallsyms: the addresses of its %u symbols disagree with "
		 "VMCOREINFO", k->tables.nr);
	return ZDM_CORRUPT;
}

static enum zdm_status load(struct kallsyms *k, struct zdm_reader *r, struct zdm_source *vmcoreinfo,
			    const struct zdm_names *names, char *err, size_t err_len)
{
	enum zdm_status st = zdm_ksyms_open(&k->tables, r, vmcoreinfo, err, err_len);
	size_t i;

	if (st != ZDM_OK)
		return st;
	for (i = 0; i < NR_OF(anchors) && st == ZDM_OK; i++)
		st = zdm_names_add(&k->names, anchors[i], strlen(anchors[i]));
	if (st == ZDM_OK)
		st = zdm_names_add_all(&k->names, names);
	if (st != ZDM_OK) {
		zdm_errf(err, err_len, "no memory for the kernel's symbols");
		return st;
	}
	k->found.ks = &k->tables;
	k->found.names = &k->names;
	st = zdm_ksym_search(&k->found, true, err, err_len);
	return st == ZDM_OK ? encoding_find(k, vmcoreinfo, err, err_len) : st;
}

enum zdm_status zdm_source_kallsyms_open_for(struct zdm_reader *r, struct zdm_source *vmcoreinfo,
					     const struct zdm_names *names,
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
	st = load(k, r, vmcoreinfo, names, err, err_len);
	if (st == ZDM_OK) {
		st = zdm_source_create(&kallsyms_source_ops, k, ret);
		if (st)
			zdm_errf(err, err_len, "no memory for the kernel's symbols");
	}
	if (st != ZDM_OK) {
		kallsyms_destroy(k);
		return st;
	}
	(*ret)->symbols = "kallsyms";
	(*ret)->complete_symbols = k->found.variables;
	return ZDM_OK;
}

enum zdm_status zdm_source_kallsyms_open(struct zdm_reader *r, struct zdm_source *vmcoreinfo,
					 struct zdm_source **ret, char *err, size_t err_len)
{
	return zdm_source_kallsyms_open_for(r, vmcoreinfo, NULL, ret, err, err_len);
}

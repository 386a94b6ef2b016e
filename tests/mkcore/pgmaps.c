// SPDX-License-Identifier: LGPL-2.1-or-later
/* pgmaps: struct dev_pagemap with its altmap and ref, and what finds it by PFN. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* __PERCPU_REF_ATOMIC | __PERCPU_REF_DEAD: what percpu_ref_kill() leaves */
#define REF_KILLED 3

/* altmap=base:N,reserve:N,… is a list of KEY:NUMBER */
static uint64_t altmap_field(const struct stmt *s, const char *text, const char *key, uint64_t dflt)
{
	char *copy = xstrdup(text), *save = NULL, *w;
	size_t len = strlen(key);

	for (w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save))
		if (!strncmp(w, key, len) && w[len] == ':')
			dflt = number_of(s, w + len + 1);
	free(copy);
	return dflt;
}

static void put(struct core *c, uint64_t kaddr, const char *type, const char *member,
		uint64_t value, unsigned int bytes)
{
	image_put(&c->im, kaddr + kern_offset(&c->k, type, member), value, bytes);
}

static void put_altmap(struct core *c, const struct stmt *s, const char *text, uint64_t at,
		       struct pgmap *p)
{
	static const char *const field[] = { "reserve", "free", "align", "alloc" };
	uint64_t v;
	size_t i;

	p->base = altmap_field(s, text, "base", p->range[0].start);
	p->reserve = altmap_field(s, text, "reserve", 0);
	p->free = altmap_field(s, text, "free", 0);
	put(c, at, "vmem_altmap", "base_pfn", p->base, 8);
	for (i = 0; i < sizeof(field) / sizeof(*field); i++) {
		v = altmap_field(s, text, field[i], 0);
		if (!strcmp(field[i], "reserve") && flip_is(c, "reserve", p->name, NULL))
			v += strtoull(c->flip.arg[1], NULL, 0);
		put(c, at, "vmem_altmap", field[i], v, 8);
	}
	/* inclusive in the kernel */
	if (kern_has(&c->k, "vmem_altmap", "end_pfn"))
		put(c, at, "vmem_altmap", "end_pfn",
		    altmap_field(s, text, "end", p->range[0].end) - 1, 8);
}

/* Where the altmap lies: a pointer to one, or inside, with a mark that it counts. */
static void encode_altmap(struct core *c, const struct stmt *s, struct pgmap *p)
{
	const char *text = stmt_get(s, "altmap");
	uint64_t at = p->kaddr + kern_offset(&c->k, "dev_pagemap", "altmap");

	p->altmap = text != NULL;
	if (!text)
		return;
	if (kern_param_is(&c->k, "altmap", "pointer")) {
		/* In the same struct page_map. */
		uint64_t in = p->entry_kaddr + kern_offset(&c->k, "page_map", "altmap");

		image_put(&c->im, at, in, 8);
		put_altmap(c, s, text, in, p);
		return;
	}
	put_altmap(c, s, text, at, p);
	if (stmt_has(s, "altmap_off"))
		p->altmap = false;	/* fields filled in, not in effect */
	else if (kern_param_is(&c->k, "altmap", "bool"))
		put(c, p->kaddr, "dev_pagemap", "altmap_valid", 1, 1);
}

/* struct resource and struct range alike end at their last byte. */
static void put_bounds(struct core *c, uint64_t at, uint64_t end_off, struct span r)
{
	image_put(&c->im, at, r.start * PAGE_BYTES, 8);
	image_put(&c->im, at + end_off, r.end * PAGE_BYTES - 1, 8);
}

static void encode_ranges(struct core *c, const struct stmt *s, struct pgmap *p)
{
	uint64_t res_end, at;
	size_t i;

	if (kern_has(&c->k, "dev_pagemap", "nr_range")) {
		p->nr_range = stmt_number(s, "nr_range", p->nr_ranges);
		if (flip_is(c, "nr_range", p->name, NULL))
			p->nr_range = strtoull(c->flip.arg[1], NULL, 0);
		put(c, p->kaddr, "dev_pagemap", "nr_range", p->nr_range, 4);
		at = p->kaddr + kern_offset(&c->k, "dev_pagemap", "ranges");
		for (i = 0; i < p->nr_ranges; i++)
			put_bounds(c, at + i * 16, 8, p->range[i]);
		return;
	}
	if (p->nr_ranges != 1)
		die_at(s, "this kernel has one resource for each pgmap");
	res_end = kern_offset(&c->k, "resource", "end");
	at = p->kaddr + kern_offset(&c->k, "dev_pagemap", "res");
	if (kern_param_is(&c->k, "res", "pointer")) {
		uint64_t in = p->entry_kaddr + kern_offset(&c->k, "page_map", "res");

		image_put(&c->im, at, in, 8);
		at = in;
	}
	put_bounds(c, at + kern_offset(&c->k, "resource", "start"), res_end, p->range[0]);
}

/*
 * The references that a pgmap holds when all is well: one for each struct page
 * that memmap_init_zone_device() wrote, taken when a range is complete (4.14
 * on); altmap frames have none.
 */
static uint64_t references(const struct core *c, const struct stmt *s, const struct pgmap *p)
{
	uint64_t nr = 0, done = kern_has(&c->k, "dev_pagemap", "nr_range") ? p->nr_range :
				p->nr_ranges, i;

	if (flip_is(c, "unwitnessed", p->name, NULL) || kern_param_is(&c->k, "refs", "none"))
		return 0;
	for (i = 0; i < done && i < p->nr_ranges; i++)
		nr += p->range[i].end - p->range[i].start;
	if (p->altmap && done)
		nr -= p->reserve + p->free;
	return stmt_number(s, "refs", nr >> stmt_number(s, "vmemmap_shift", 0));
}

/*
 * Up to 5.9 a ref also has a count of its own: the initial reference, what was counted in
 * atomic mode, and in per-CPU mode PERCPU_COUNT_BIAS (lib/percpu-refcount.c).
 */
static void encode_count(struct core *c, const struct pgmap *p, uint64_t atomic)
{
	if (kern_has(&c->k, "percpu_ref", "count"))
		put(c, p->ref_kaddr, "percpu_ref", "count",
		    atomic + 1 + (p->dead ? 0 : 1ull << 63), 8);
}

static void encode_ref(struct core *c, const struct stmt *s, struct pgmap *p)
{
	const char *state = stmt_get(s, "ref"), *where = stmt_get(s, "ref_at");
	uint64_t at = p->kaddr + kern_offset(&c->k, "dev_pagemap", "ref"), value;
	uint64_t refs = references(c, s, p);
	bool atomic = stmt_get(s, "counted") && !strcmp(stmt_get(s, "counted"), "atomic");

	value = core_add_counter(c, p->name, atomic ? 0 : refs);

	p->dead = (state && !strcmp(state, "dead")) || flip_is(c, "dead", p->name, NULL);
	if (p->dead)
		value |= REF_KILLED;
	if (kern_param_is(&c->k, "ref", "embedded")) {
		p->ref_kaddr = at;
	} else if (kern_has(&c->k, "dev_pagemap", "internal_ref") &&
		   (!where || strcmp(where, "external"))) {
		p->ref_kaddr = p->kaddr + kern_offset(&c->k, "dev_pagemap", "internal_ref");
		image_put(&c->im, at, p->ref_kaddr, 8);
	} else {
		p->ref_kaddr = image_alloc(&c->im, kern_size(&c->k, "percpu_ref"), 8, "percpu_ref",
					   xprintf("ref:%s", p->name));
		image_put(&c->im, at, p->ref_kaddr, 8);
	}
	put(c, p->ref_kaddr, "percpu_ref", "percpu_count_ptr", value, 8);
	encode_count(c, p, atomic ? refs : 0);
}

static void encode_type(struct core *c, const struct stmt *s, struct pgmap *p)
{
	const char *type = stmt_get(s, "type");
	uint64_t flags = stmt_number(s, "flags", 0);

	if (kern_has(&c->k, "dev_pagemap", "type")) {
		char *name = xprintf("MEMORY_DEVICE_%s", type ? type : "FS_DAX");

		put(c, p->kaddr, "dev_pagemap", "type",
		    type && type[0] >= '0' && type[0] <= '9' ? number_of(s, type) :
		    kern_number(&c->k, name), 4);
		free(name);
	}
	if (kern_has(&c->k, "dev_pagemap", "flags")) {
		if (p->altmap)
			flags |= 1;	/* PGMAP_ALTMAP_VALID */
		put(c, p->kaddr, "dev_pagemap", "flags", flags, 4);
	}
	p->compound = 1ull << stmt_number(s, "vmemmap_shift", 0);
	if (stmt_get(s, "vmemmap_shift"))
		put(c, p->kaddr, "dev_pagemap", "vmemmap_shift",
		    stmt_number(s, "vmemmap_shift", 0), 8);
}

/*
 * "pgmap NAME ranges=A..B[,C..D] [type=FS_DAX] [nr_range=N] [flags=N] [vmemmap_shift=N]
 *  [altmap=base:N,reserve:N,free:N,align:N,alloc:N[,end:N]] [altmap_off]
 *  [ref=live|dead] [ref_at=internal|external]"
 */
void core_add_pgmap(struct core *c, const struct stmt *s)
{
	struct pgmap p = { .name = xstrdup(stmt_word(s, 1)) };
	const char *ranges = stmt_get(s, "ranges");
	char *label = xprintf("pgmap:%s", p.name);
	uint64_t size = kern_size(&c->k, "dev_pagemap");

	if (!ranges)
		die_at(s, "pgmap needs ranges=");
	p.nr_ranges = spans_of(s, ranges, &p.range);
	if (kern_param_is(&c->k, "wrapper", "page_map")) {
		p.entry_kaddr = image_alloc(&c->im, kern_size(&c->k, "page_map"), 64, "page_map",
					    xprintf("page_map:%s", p.name));
		p.kaddr = p.entry_kaddr + kern_offset(&c->k, "page_map", "pgmap");
	} else {
		/* Behind a devres header, as devm_memremap_pages()'s callers have it. */
		p.kaddr = image_alloc(&c->im, size + 0x18 + 16 * p.nr_ranges, 64, NULL,
				      xprintf("devres:%s", p.name)) + 0x18;
		p.entry_kaddr = p.kaddr;
	}
	image_label(&c->im, p.kaddr, size, "dev_pagemap", label);
	encode_altmap(c, s, &p);
	encode_ranges(c, s, &p);
	encode_ref(c, s, &p);
	encode_type(c, s, &p);
	p.no_entry = flip_is(c, "entry", p.name, NULL);
	c->pgmap = xrealloc(c->pgmap, (c->nr_pgmaps + 1) * sizeof(p));
	c->pgmap[c->nr_pgmaps++] = p;
}

size_t core_pgmap(const struct core *c, const struct stmt *s, const char *name)
{
	size_t i;

	for (i = 0; i < c->nr_pgmaps; i++)
		if (!strcmp(c->pgmap[i].name, name))
			return i;
	die_at(s, "no pgmap %s", name);
}

/* "entry A..B pgmap=NAME [value=V]": PFNs, whatever the kernel's key is */
void core_add_entry(struct core *c, const struct stmt *s)
{
	const char *name = stmt_get(s, "pgmap");
	struct entry e = { .span = span_of(s, stmt_word(s, 1)) };

	if (!name)
		die_at(s, "entry needs pgmap=");
	e.pgmap = core_pgmap(c, s, name);
	e.value = stmt_number(s, "value", c->pgmap[e.pgmap].entry_kaddr);
	c->entry = xrealloc(c->entry, (c->nr_entries + 1) * sizeof(e));
	c->entry[c->nr_entries++] = e;
}

static int by_start(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

/* Up to 4.13 the key is the section number, and a section has one entry. */
static struct span key_span(const struct core *c, struct span pfns)
{
	if (!kern_param_is(&c->k, "pgmap_index", "radix-section"))
		return pfns;
	return (struct span){ pfns.start / PAGES_PER_SECTION,
			      (pfns.end + PAGES_PER_SECTION - 1) / PAGES_PER_SECTION };
}

void core_encode_entries(struct core *c)
{
	struct entry *list = xcalloc(c->nr_entries, sizeof(*list));
	size_t i, n = 0;

	for (i = 0; i < c->nr_entries; i++) {
		if (c->pgmap[c->entry[i].pgmap].no_entry)
			continue;
		list[n] = c->entry[i];
		list[n].span = key_span(c, list[n].span);
		n++;
	}
	qsort(list, n, sizeof(*list), by_start);
	for (i = 1; i < n; i++)
		if (list[i].span.start < list[i - 1].span.end)
			die("entries for %#" PRIx64 " overlap", list[i].span.start);
	if (kern_param_is(&c->k, "pgmap_index", "xarray"))
		tree_build_xarray(c, "pgmap_array", kern_symbol(&c->k, "pgmap_array"), list, n);
	else
		tree_build_radix(c, "pgmap_radix", kern_symbol(&c->k, "pgmap_radix"), list, n);
	free(list);
}

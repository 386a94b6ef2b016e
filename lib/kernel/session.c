// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/same_kernel.h"
#include "kernel/session.h"
#include "kernel/xlat.h"
#include "base/opts.h"
#include "base/text.h"

unsigned int zdm_api_number(void)
{
	return ZDM_API_NUMBER;
}

static void chain_add(struct zdm_session *s, struct zdm_source *src, bool own)
{
	if (s->nr_chain < ZDM_MAX_SOURCES)
		s->chain[s->nr_chain++] = src;
	if (own && s->nr_own < ZDM_MAX_SOURCES)
		s->own[s->nr_own++] = src;
}

static enum zdm_status ask(const struct zdm_session *s, enum zdm_kdef_kind kind, const char *type,
			   const char *name, struct zdm_kval *ret)
{
	const struct zdm_chain chain = { s->chain, s->nr_chain, s->kaslr_offset };
	const struct zdm_kdef_row row = { kind, type, name };

	return zdm_chain_ask(&chain, &row, ret);
}

enum zdm_status zdm_session_symbol(const struct zdm_session *s, const char *name, uint64_t *kaddr)
{
	struct zdm_kval v;
	enum zdm_status st = ask(s, ZDM_KDEF_SYMBOL, NULL, name, &v);

	if (st == ZDM_OK)
		*kaddr = v.value;
	return st;
}

enum zdm_status zdm_session_number(const struct zdm_session *s, const char *name, int64_t *ret)
{
	struct zdm_kval v;
	enum zdm_status st = ask(s, ZDM_KDEF_NUMBER, NULL, name, &v);

	if (st == ZDM_OK)
		*ret = (int64_t)v.value;
	return st;
}

enum zdm_status zdm_session_member(const struct zdm_session *s, const char *type,
				   const char *member, struct zdm_member *ret)
{
	struct zdm_kval v;
	enum zdm_status st = ask(s, ZDM_KDEF_MEMBER, type, member, &v);

	if (st == ZDM_OK)
		*ret = (struct zdm_member){ v.value, v.size_bytes };
	return st;
}

static enum zdm_status open_vmcoreinfo(struct zdm_session *s, const struct zdm_reader_ops *ops,
				       void *priv)
{
	const char *text, *line;
	size_t len;
	enum zdm_status st;

	if (ops->size < offsetof(struct zdm_reader_ops, complete_symbols) || !ops->vmcoreinfo_fn)
		return ZDM_OK;
	st = ops->vmcoreinfo_fn(priv, &text, &len);
	if (st != ZDM_OK)
		return ZDM_OK;		/* a dump without the note: others must know */
	st = zdm_source_vmcoreinfo_open(text, len, &s->vmcoreinfo);
	if (st != ZDM_OK)
		return st;
	if (zdm_source_vmcoreinfo_line(s->vmcoreinfo, "OSRELEASE", &line) == ZDM_OK)
		snprintf(s->release, sizeof(s->release), "%s", line);
	if (zdm_source_vmcoreinfo_line(s->vmcoreinfo, "KERNELOFFSET", &line) == ZDM_OK)
		s->kaslr_offset = strtoull(line, NULL, 16);
	return ZDM_OK;
}

/* What the chain so far lacks for a full answer. */
static bool chain_suffices(const struct zdm_session *s)
{
	const struct zdm_kdef *k = &s->k;

	if (k->complete_types && k->complete_symbols)
		return true;	/* what is missing is missing in the kernel */
	/* ZONE_DEVICE stands for all constants: a host may have types without them */
	return (zdm_kdef_has(k, ZDM_SYM_PGMAP_ARRAY) || zdm_kdef_has(k, ZDM_SYM_PGMAP_RADIX)) &&
	       zdm_kdef_has(k, ZDM_SYM_MEM_SECTION) && zdm_kdef_has(k, ZDM_SIZE_PGMAP) &&
	       zdm_kdef_has(k, ZDM_SIZE_MEM_SECTION) && zdm_kdef_has(k, ZDM_SIZE_PAGE) &&
	       zdm_kdef_has(k, ZDM_NUM_ZONE_DEVICE);
}

static void resolve(struct zdm_session *s)
{
	const struct zdm_source *chain[ZDM_MAX_SOURCES];
	size_t n = 0, i;

	/* VMCOREINFO stands last: it lists few things, and others know them better */
	for (i = 0; i < s->nr_chain; i++) {
		if (s->chain[i] != s->vmcoreinfo)
			chain[n++] = s->chain[i];
	}
	if (s->vmcoreinfo)
		chain[n++] = s->vmcoreinfo;
	memcpy(s->chain, chain, n * sizeof(chain[0]));
	s->nr_chain = n;
	zdm_kdef_resolve(&s->k, s->chain, s->nr_chain, s->kaslr_offset);
}

/* Open what the dump itself holds; that it holds none is not an error. */
static void open_in_dump(struct zdm_session *s, char *err, size_t err_len)
{
	static const char start_btf[] = "__start_BTF", stop_btf[] = "__stop_BTF";
	struct zdm_names symbols = { 0 }, types = { 0 };
	struct zdm_source *src;
	uint64_t start, stop;

	zdm_kdef_names(&symbols, true);
	zdm_names_add(&symbols, start_btf, strlen(start_btf));
	zdm_names_add(&symbols, stop_btf, strlen(stop_btf));
	zdm_kdef_names(&types, false);
	if (s->vmcoreinfo &&
	    zdm_source_kallsyms_open_for(s->r, s->vmcoreinfo, &symbols, &src, err,
					 err_len) == ZDM_OK)
		chain_add(s, src, true);
	if (zdm_session_symbol(s, start_btf, &start) == ZDM_OK &&
	    zdm_session_symbol(s, stop_btf, &stop) == ZDM_OK &&
	    zdm_source_btf_open_for(s->r, start, stop, &types, &src, err, err_len) == ZDM_OK)
		chain_add(s, src, true);
	zdm_names_deinit(&symbols);
	zdm_names_deinit(&types);
}

static void fill_kernel(struct zdm_session *s)
{
	const struct zdm_kval *sym = &s->k.v[ZDM_SYM_PGMAP_ARRAY], *type = &s->k.v[ZDM_SIZE_PGMAP];

	if (sym->status != ZDM_OK)
		sym = &s->k.v[ZDM_SYM_PGMAP_RADIX];
	if (sym->status != ZDM_OK)
		sym = &s->k.v[ZDM_SYM_MEM_SECTION];
	if (type->status != ZDM_OK)
		type = &s->k.v[ZDM_SIZE_MEM_SECTION];
	s->known.release = s->release;
	s->known.machine = zdm_reader_xlat(s->r)->arch->machine;
	s->known.symbols = sym->source && sym->source->symbols ? sym->source->symbols : "none";
	s->known.types = type->source && type->source->types ? type->source->types : "none";
	s->known.page_size = 1ull << s->g.page_shift;
	s->known.section_pages = s->g.section_pages;
	s->known.subsection_pages = 1ull << (ZDM_SUBSECTION_SHIFT - s->g.page_shift);
	s->known.page_struct_bytes = s->g.page_bytes;
	s->known.vmemmap_kaddr = s->g.vmemmap_kaddr;
	s->known.page_offset_kaddr = zdm_reader_xlat(s->r)->page_offset_kaddr;
	s->known.kaslr_offset = s->kaslr_offset;
}

static enum zdm_status session_init(struct zdm_session *s, const struct zdm_reader_ops *ops,
				    void *priv, const struct zdm_open_opts *opts, char *err,
				    size_t err_len)
{
	char why[256] = "";
	struct zdm_source *host;
	enum zdm_status st;
	size_t i;

	st = zdm_reader_create(ops, priv, &s->r);
	if (st != ZDM_OK) {
		zdm_errf(err, err_len, st == ZDM_NOMEM ? "out of memory" :
			 "the host's reader table is of another API, or cannot read");
		return st;
	}
	s->told = opts->nr_sources;
	zdm_reader_set_touch(s->r, s->touch, s->touch_priv);
	st = zdm_source_host_open(ops, priv, &host);
	if (st == ZDM_OK)
		chain_add(s, host, true);
	if (st == ZDM_OK || st == ZDM_ABSENT)
		st = open_vmcoreinfo(s, ops, priv);
	for (i = 0; st == ZDM_OK && i < opts->nr_sources && i < ZDM_MAX_SOURCES - 4; i++) {
		st = zdm_same_release(s, opts->sources[i], err, err_len);
		if (st == ZDM_OK && !s->release[0])
			snprintf(s->release, sizeof(s->release), "%s", opts->sources[i]->release);
		chain_add(s, opts->sources[i], false);
	}
	if (s->vmcoreinfo)	/* also when it fails: closing it is ours */
		chain_add(s, s->vmcoreinfo, true);
	if (st == ZDM_OK)
		st = zdm_xlat_init(s, ops->machine, err, err_len);
	zdm_blame_files(s->told, st, err, err_len);
	for (i = 0; st == ZDM_OK && i < opts->nr_sources; i++)
		st = zdm_same_build(s, opts->sources[i], err, err_len);
	if (st != ZDM_OK)
		return st;
	resolve(s);
	if (!s->vmcoreinfo_only && !chain_suffices(s)) {
		open_in_dump(s, why, sizeof(why));
		resolve(s);
	}
	zdm_xlat_direct_map(s);
	zdm_kfeat_probe(&s->f, &s->k);
	st = zdm_geometry_init(s, err, err_len);
	if (st == ZDM_ABSENT && why[0] && err && strlen(err) + strlen(why) + 4 < err_len) {
		strcat(err, " (");
		strcat(err, why);
		strcat(err, ")");
	}
	if (st == ZDM_OK)
		fill_kernel(s);
	return st;
}

static enum zdm_status open_as(const struct zdm_session *made, const struct zdm_reader_ops *ops,
			       void *priv, const struct zdm_open_opts *opts,
			       struct zdm_session **ret, char *err, size_t err_len)
{
	struct zdm_open_opts own = { .size = sizeof(own) };
	enum zdm_status st = opts ? ZDM_OPTS_TAKE(&own, struct zdm_open_opts, nr_sources, opts) :
			     ZDM_OK;
	struct zdm_session *s;

	*ret = NULL;
	if (err && err_len)
		err[0] = '\0';
	if (st != ZDM_OK) {
		zdm_errf(err, err_len, "the host's options are of another API");
		return st;
	}
	s = malloc(sizeof(*s));
	if (!s) {
		zdm_errf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	*s = *made;
	st = session_init(s, ops, priv, &own, err, err_len);
	if (own.hint)
		*own.hint = st == ZDM_ABSENT ? ZDM_HINT_KERNEL_FILE : ZDM_HINT_NONE;
	if (st != ZDM_OK) {
		zdm_close(s);
		return st;
	}
	*ret = s;
	return ZDM_OK;
}

enum zdm_status zdm_open(const struct zdm_reader_ops *ops, void *priv,
			 const struct zdm_open_opts *opts, struct zdm_session **ret, char *err,
			 size_t err_len)
{
	return zdm_open_touched(ops, priv, opts, NULL, NULL, ret, err, err_len);
}

enum zdm_status zdm_open_arch(const struct zdm_reader_ops *ops, void *priv,
			      const struct zdm_open_opts *opts, const struct zdm_arch *arch,
			      struct zdm_session **ret, char *err, size_t err_len)
{
	const struct zdm_session made = { .arch = arch };

	return open_as(&made, ops, priv, opts, ret, err, err_len);
}

enum zdm_status zdm_open_touched(const struct zdm_reader_ops *ops, void *priv,
				 const struct zdm_open_opts *opts, zdm_touch_fn touch,
				 void *touch_priv, struct zdm_session **ret, char *err,
				 size_t err_len)
{
	const struct zdm_session made = { .touch = touch, .touch_priv = touch_priv };

	return open_as(&made, ops, priv, opts, ret, err, err_len);
}

enum zdm_status zdm_open_vmcoreinfo(const struct zdm_reader_ops *ops, void *priv,
				    struct zdm_session **ret)
{
	const struct zdm_session made = { .vmcoreinfo_only = true };

	return open_as(&made, ops, priv, NULL, ret, NULL, 0);
}

void zdm_close(struct zdm_session *s)
{
	if (!s)
		return;
	while (s->nr_own)
		zdm_source_close(s->own[--s->nr_own]);
	zdm_reader_destroy(s->r);
	free(s);
}

const struct zdm_kernel *zdm_session_kernel(const struct zdm_session *s)
{
	return &s->known;
}

void zdm_session_view(const struct zdm_session *s, uint64_t vmemmap_kaddr, struct zdm_session *ret)
{
	*ret = *s;
	ret->g.vmemmap_kaddr = vmemmap_kaddr;
	ret->known.vmemmap_kaddr = vmemmap_kaddr;
}

void zdm_session_forget(struct zdm_session *s)
{
	zdm_reader_forget(s->r);
}

enum zdm_status zdm_session_read(const struct zdm_session *s, uint64_t kaddr, void *buf, size_t len)
{
	return zdm_read_kaddr(s->r, kaddr, buf, len);
}

uint64_t zdm_page_kaddr(const struct zdm_kernel *k, uint64_t pfn)
{
	return k->vmemmap_kaddr + pfn * k->page_struct_bytes;
}

enum zdm_status zdm_page_pfn(const struct zdm_kernel *k, uint64_t kaddr, uint64_t *pfn)
{
	/* no PFN is beyond 52 bits of physical address */
	uint64_t off = kaddr - k->vmemmap_kaddr, max = 1ull << 40;

	if (!k->vmemmap_kaddr || kaddr < k->vmemmap_kaddr || off % k->page_struct_bytes ||
	    off / k->page_struct_bytes >= max)
		return ZDM_INVAL;
	*pfn = off / k->page_struct_bytes;
	return ZDM_OK;
}

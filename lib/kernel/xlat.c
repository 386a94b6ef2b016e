// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/text.h"
#include "kernel/xlat.h"

static bool ask_symbol(void *priv, const char *name, uint64_t *kaddr)
{
	return zdm_session_symbol(priv, name, kaddr) == ZDM_OK;
}

static bool ask_number(void *priv, const char *name, int64_t *ret)
{
	return zdm_session_number(priv, name, ret) == ZDM_OK;
}

static const char *ask_line(void *priv, const char *key)
{
	const struct zdm_session *s = priv;
	const char *line;

	if (!s->vmcoreinfo || zdm_source_vmcoreinfo_line(s->vmcoreinfo, key, &line) != ZDM_OK)
		return NULL;
	return line;
}

/* The walk must find the image where the image is known to be. */
static bool tables_map_image(struct zdm_session *s, const struct zdm_xlat *x)
{
	uint64_t stext = x->arch->stext_link_kaddr ? x->arch->stext_link_kaddr + s->kaslr_offset : 0;
	struct zdm_leaf leaf;

	zdm_session_symbol(s, "_stext", &stext);
	zdm_reader_set_xlat(s->r, x);
	return stext && zdm_walk_kaddr(s->r, stext, &leaf) == ZDM_OK && leaf.mapped &&
	       leaf.paddr + (stext - leaf.start_kaddr) == stext - x->image_off;
}

/* The top table lies in the kernel image. */
static enum zdm_status find_top_table(struct zdm_session *s, struct zdm_xlat *x, char *err,
				      size_t err_len)
{
	static const char *const names[] = { "init_top_pgt", "swapper_pg_dir", "init_level4_pgt" };
	uint64_t kaddr = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (zdm_session_symbol(s, names[i], &kaddr) == ZDM_OK)
			break;
	}
	if (i == sizeof(names) / sizeof(names[0])) {
		zdm_errf(err, err_len, "symbol init_top_pgt not found: the dump has no VMCOREINFO "
			 "that names it");
		return ZDM_ABSENT;
	}
	if (x->image_start_kaddr < x->image_end_kaddr &&
	    (kaddr < x->image_start_kaddr || kaddr >= x->image_end_kaddr)) {
		zdm_errf(err, err_len, "%s %016llx does not lie in the kernel image", names[i],
			 (unsigned long long)kaddr);
		return ZDM_CORRUPT;
	}
	x->pgd_paddr = kaddr - x->image_off;
	if (!tables_map_image(s, x)) {
		zdm_errf(err, err_len, "the kernel's page tables at %s %016llx (physical %llx) cannot "
			 "be read or do not map the kernel", names[i], (unsigned long long)kaddr,
			 (unsigned long long)x->pgd_paddr);
		return ZDM_UNREADABLE;
	}
	return ZDM_OK;
}

/* Is what init() made of the dump a page table at all? All of it was read from the dump. */
static bool is_sane(const struct zdm_xlat *x)
{
	unsigned int low = x->page_shift + (x->levels - 1) * x->bits_per_level;

	return x->levels && x->levels <= ZDM_MAX_LEVELS && x->page_shift >= 12 &&
	       x->page_shift <= 16 && x->bits_per_level && x->bits_per_level <= 13 &&
	       x->va_bits > low && x->va_bits < 64 && x->va_bits - low <= x->bits_per_level;
}

enum zdm_status zdm_xlat_init(struct zdm_session *s, const char *machine, char *err,
			      size_t err_len)
{
	const struct zdm_arch_ask ask = { .priv = s, .symbol = ask_symbol, .number = ask_number,
					  .line = ask_line, .kaslr_offset = s->kaslr_offset };
	struct zdm_xlat x = { .arch = s->arch ? s->arch : zdm_arch_find(machine) };
	uint64_t direct, page_offset;
	enum zdm_status st;

	if (!x.arch)
		return zdm_machine_check(machine, err, err_len);
	st = x.arch->init(&ask, &x, err, err_len);
	if (st != ZDM_OK)
		return st;
	if (!is_sane(&x)) {
		zdm_errf(err, err_len, "cannot be true: %u levels of page tables, pages of %u bits, "
			 "addresses of %u", x.levels, x.page_shift, x.va_bits);
		return ZDM_CORRUPT;
	}
	/* a host without physical reads is asked through the direct map, so that comes first */
	zdm_reader_set_xlat(s->r, &x);
	if (zdm_session_symbol(s, "page_offset_base", &direct) == ZDM_OK &&
	    zdm_read_u64(s->r, direct, &page_offset) == ZDM_OK)
		x.page_offset_kaddr = page_offset;
	return find_top_table(s, &x, err, err_len);
}

void zdm_xlat_direct_map(struct zdm_session *s)
{
	struct zdm_xlat x = *zdm_reader_xlat(s->r);

	if (zdm_kdef_has(&s->k, ZDM_SYM_PAGE_OFFSET_BASE) &&
	    zdm_read_u64(s->r, zdm_kdef_get(&s->k, ZDM_SYM_PAGE_OFFSET_BASE),
			 &x.page_offset_kaddr) == ZDM_OK)
		zdm_reader_set_xlat(s->r, &x);
}

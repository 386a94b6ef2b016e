// SPDX-License-Identifier: LGPL-2.1-or-later
/* A page frame, or a range of them, as users write it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/report.h>

#include "base/opts.h"
#include "base/text.h"

/* No PFN of any machine is beyond 52 bits of physical address. */
#define MAX_PADDR_BITS 52

#define FORMS "none of PFN (decimal, or hex with 0x), phys:ADDR, page:ADDR, virt:ADDR"
#define CRASH_FORMS "neither a hexadecimal address, nor 0xPFN, 0tPFN, phys:ADDR, page:ADDR, virt:ADDR"

struct parse {
	const struct zdm_kernel *k;
	bool hex;		/* bare digits are */
	uint64_t end_pfn;	/* no frame of the model is beyond */
	const char *spec;	/* the whole, for messages */
	const char *shown;	/* of spec, in messages */
	char *err;
	size_t err_len;
};

/* Digits of the base only, no sign, no space; "0x" may stand before hex ones. */
static bool parse_digits(const char *text, size_t len, int base, uint64_t *ret)
{
	char copy[32], *end;

	if (base == 16 && len > 2 && text[0] == '0' && (text[1] | 0x20) == 'x') {
		text += 2;
		len -= 2;
	}
	if (!len || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strspn(copy, "0123456789abcdefABCDEF") != len)
		return false;
	errno = 0;
	*ret = strtoull(copy, &end, base);
	return !errno && !*end;
}

/* Two characters that name the base: 0x, and as debuggers have it 0t or 0d. */
static int base_of_prefix(const char *text, size_t len)
{
	if (len <= 2 || text[0] != '0')
		return 0;
	switch (text[1] | 0x20) {
	case 'x':
		return 16;
	case 't':
	case 'd':
		return 10;
	default:
		return 0;
	}
}

static bool parse_number(const struct parse *p, const char *text, size_t len, uint64_t *ret)
{
	int base = base_of_prefix(text, len);

	if (base)
		return parse_digits(text + 2, len - 2, base, ret);
	return parse_digits(text, len, p->hex ? 16 : 10, ret);
}

static bool in_memmap(const struct parse *p, uint64_t kaddr, struct zdm_pfn_spec *ret)
{
	const struct zdm_kernel *k = p->k;

	if (!k->vmemmap_kaddr || !k->page_struct_bytes || kaddr < k->vmemmap_kaddr)
		return false;
	ret->kind = ZDM_PFN_SPEC_PAGE;
	ret->addr = kaddr;
	ret->off_bytes = (kaddr - k->vmemmap_kaddr) % k->page_struct_bytes;
	return zdm_page_pfn(k, kaddr - ret->off_bytes, &ret->start_pfn) == ZDM_OK;
}

static bool in_direct_map(const struct parse *p, uint64_t kaddr, struct zdm_pfn_spec *ret)
{
	const struct zdm_kernel *k = p->k;
	uint64_t base = k->page_offset_kaddr;

	if (!base || kaddr < base || (kaddr - base) >> MAX_PADDR_BITS ||
	    (k->vmemmap_kaddr > base && kaddr >= k->vmemmap_kaddr))
		return false;
	ret->kind = ZDM_PFN_SPEC_VIRT;
	ret->addr = kaddr;
	ret->start_pfn = (kaddr - base) / k->page_size;
	ret->off_bytes = (kaddr - base) % k->page_size;
	return true;
}

static bool in_memory(const struct parse *p, uint64_t paddr, struct zdm_pfn_spec *ret)
{
	if (paddr >> MAX_PADDR_BITS)
		return false;
	ret->kind = ZDM_PFN_SPEC_PHYS;
	ret->addr = paddr;
	ret->start_pfn = paddr / p->k->page_size;
	ret->off_bytes = paddr % p->k->page_size;
	return true;
}

static bool is_pfn(const struct parse *p, uint64_t n)
{
	return !(n >> MAX_PADDR_BITS) && n <= UINT64_MAX / p->k->page_size &&
	       !(n * p->k->page_size >> MAX_PADDR_BITS);
}

static bool set_pfn(const struct parse *p, uint64_t n, struct zdm_pfn_spec *ret)
{
	ret->kind = ZDM_PFN_SPEC_PFN;
	ret->start_pfn = n;
	ret->addr = ret->off_bytes = 0;
	return is_pfn(p, n);
}

/* An address without its kind: only where a frame of the model is behind it. */
static bool is_address(const struct parse *p, uint64_t v, struct zdm_pfn_spec *ret)
{
	uint64_t end = p->end_pfn ? p->end_pfn : UINT64_MAX;

	return (in_memmap(p, v, ret) && ret->start_pfn < end) ||
	       (in_direct_map(p, v, ret) && ret->start_pfn < end);
}

static bool no_spec(const struct parse *p)
{
	if (p->hex)
		zdm_errf(p->err, p->err_len, "\"%s\" is " CRASH_FORMS, p->shown);
	else
		zdm_errf(p->err, p->err_len, "'%s' is " FORMS, p->shown);
	return false;
}

/*
 * A bare number. On most command lines digits are decimal and a PFN. Where hex
 * is the host's way, digits without 0x are what its columns show: addresses.
 */
static bool parse_bare(const struct parse *p, struct zdm_pfn_spec *ret)
{
	size_t len = strlen(p->spec);
	int prefix = base_of_prefix(p->spec, len);
	uint64_t n;

	/* sixteen digits with a letter among them are an address in any base */
	if (!parse_number(p, p->spec, len, &n) &&
	    (prefix || !parse_digits(p->spec, len, 16, &n) || !(n >> 63)))
		return no_spec(p);
	if (prefix != 10 && is_address(p, n, ret)) {
		ret->guessed = !p->hex;
		return true;
	}
	if (!p->hex && !prefix && strspn(p->spec, "0123456789") != len)
		return no_spec(p);
	if (p->hex && !prefix && in_memory(p, n, ret))
		return true;
	if (p->hex && prefix == 16 && p->end_pfn && n >= p->end_pfn && in_memory(p, n, ret))
		return true;
	if (set_pfn(p, n, ret))
		return true;
	zdm_errf(p->err, p->err_len, "%s is no page frame number: too large", p->shown);
	return false;
}

static bool parse_page(const struct parse *p, uint64_t kaddr, struct zdm_pfn_spec *ret)
{
	if (in_memmap(p, kaddr, ret))
		return true;
	zdm_errf(p->err, p->err_len, "%016" PRIx64 " is no struct page address: the memmap of "
		 "this kernel begins at %016" PRIx64, kaddr, p->k->vmemmap_kaddr);
	return false;
}

static bool parse_virt(const struct parse *p, uint64_t kaddr, struct zdm_pfn_spec *ret)
{
	if (in_direct_map(p, kaddr, ret))
		return true;
	zdm_errf(p->err, p->err_len, "%016" PRIx64 " does not lie in the direct map, which begins "
		 "at %016" PRIx64, kaddr, p->k->page_offset_kaddr);
	return false;
}

static bool parse_phys(const struct parse *p, uint64_t paddr, struct zdm_pfn_spec *ret)
{
	if (in_memory(p, paddr, ret))
		return true;
	zdm_errf(p->err, p->err_len, "%#" PRIx64 " is no physical address: more than %d bits",
		 paddr, MAX_PADDR_BITS);
	return false;
}

/* "A-B", "A..B" (B is not part of it) and "A+COUNT", of PFNs. False: not of that form. */
static bool parse_range(const struct parse *p, struct zdm_pfn_spec *ret)
{
	static const char *const seps[] = { "..", "-", "+" };
	uint64_t a, b;
	size_t i, len;

	for (i = 0; i < sizeof(seps) / sizeof(seps[0]); i++) {
		const char *sep = strstr(p->spec, seps[i]);

		if (!sep || sep == p->spec)
			continue;
		len = strlen(seps[i]);
		if (!parse_number(p, p->spec, (size_t)(sep - p->spec), &a) ||
		    !parse_number(p, sep + len, strlen(sep + len), &b))
			return false;
		*ret = (struct zdm_pfn_spec){ .kind = ZDM_PFN_SPEC_PFN, .start_pfn = a };
		ret->end_pfn = seps[i][0] == '+' && b <= UINT64_MAX - a ? a + b : b;
		return true;
	}
	return false;
}

static bool parse_any(const struct parse *p, struct zdm_pfn_spec *ret)
{
	static const struct {
		const char *prefix;
		bool (*parse)(const struct parse *p, uint64_t addr, struct zdm_pfn_spec *ret);
	} kinds[] = {
		{ "phys:", parse_phys },
		{ "page:", parse_page },
		{ "virt:", parse_virt },
	};
	size_t i, len;
	uint64_t n;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(kinds[i].prefix);
		if (strncmp(p->spec, kinds[i].prefix, len))
			continue;
		if (!parse_digits(p->spec + len, strlen(p->spec + len), 16, &n)) {
			zdm_errf(p->err, p->err_len, "'%s': %s takes a hexadecimal address", p->shown,
				 kinds[i].prefix);
			return false;
		}
		return kinds[i].parse(p, n, ret);
	}
	return parse_bare(p, ret);
}

enum zdm_status zdm_pfn_spec_parse(const struct zdm_kernel *k, const struct zdm_pfn_spec_opts *opts,
				   const char *spec, struct zdm_pfn_spec *ret, char *err,
				   size_t err_len)
{
	char shown[128];	/* no bytes in a message that a terminal would act on */
	struct zdm_pfn_spec_opts own = { .size = sizeof(own) };
	enum zdm_status st = opts ? ZDM_OPTS_TAKE(&own, struct zdm_pfn_spec_opts, end_pfn, opts) :
			     ZDM_OK;
	const struct parse p = {
		.k = k, .spec = spec, .shown = shown, .err = err, .err_len = err_len,
		.hex = own.hex, .end_pfn = own.end_pfn,
	};
	struct zdm_pfn_spec s = { .kind = ZDM_PFN_SPEC_PFN };

	if (st != ZDM_OK) {
		zdm_errf(err, err_len, "the host's options are of another API");
		return st;
	}
	zdm_text_clean(spec, strlen(spec), ZDM_CLEAN_LINE, shown, sizeof(shown));
	if (parse_range(&p, &s)) {
		if (s.end_pfn <= s.start_pfn || !is_pfn(&p, s.end_pfn - 1)) {
			zdm_errf(err, err_len, "'%s' is no range of page frames: its end is %s", shown,
				 s.end_pfn > s.start_pfn ? "too large" : "not behind its start");
			return ZDM_INVAL;
		}
	} else {
		if (!parse_any(&p, &s))
			return ZDM_INVAL;
		s.end_pfn = s.start_pfn + 1;
	}
	*ret = s;
	return ZDM_OK;
}

bool zdm_pfn_spec_needs_saying(const struct zdm_pfn_spec *s)
{
	return s->guessed || (s->kind == ZDM_PFN_SPEC_PAGE && s->off_bytes);
}

size_t zdm_pfn_spec_text(const struct zdm_pfn_spec *s, char *buf, size_t len)
{
	static const char *const in[] = {
		[ZDM_PFN_SPEC_PFN] = "page frame number:",
		[ZDM_PFN_SPEC_PHYS] = "physical address in",
		[ZDM_PFN_SPEC_PAGE] = "struct page of",
		[ZDM_PFN_SPEC_VIRT] = "kernel virtual address in",
	};
	struct zdm_text t;

	zdm_text_init(&t, buf, len);
	if (s->guessed)
		zdm_textf(&t, "taken for %s:%016" PRIx64 ", ",
			  s->kind == ZDM_PFN_SPEC_PAGE ? "page" : "virt", s->addr);
	if (s->end_pfn - s->start_pfn > 1)
		zdm_textf(&t, "page frames 0x%" PRIx64 "-0x%" PRIx64, s->start_pfn, s->end_pfn);
	else if (s->kind == ZDM_PFN_SPEC_PAGE && s->off_bytes)
		zdm_textf(&t, "%" PRIu64 " bytes into the struct page of pfn 0x%" PRIx64
			  ", which begins at %016" PRIx64, s->off_bytes, s->start_pfn,
			  s->addr - s->off_bytes);
	else
		zdm_textf(&t, "%s pfn 0x%" PRIx64, in[s->kind], s->start_pfn);
	return t.len;
}

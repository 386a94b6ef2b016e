// SPDX-License-Identifier: LGPL-2.1-or-later
/* A page frame as users write it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/report.h>

#include "base/text.h"

/* No PFN of any machine is beyond 52 bits of physical address. */
#define MAX_PADDR_BITS 52

/* Digits of the base only, no sign, no space; "0x" may stand before hex ones. */
static bool parse_number(const char *text, int base, uint64_t *ret)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	unsigned long long n;
	char *end;

	if (base == 16 && text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	if (!*text || text[strspn(text, digits)])
		return false;
	errno = 0;
	n = strtoull(text, &end, base);
	if (errno || *end)
		return false;
	*ret = n;
	return true;
}

static enum zdm_status parse_page(const struct zdm_kernel *k, uint64_t kaddr, uint64_t *pfn,
				  char *err, size_t err_len)
{
	uint64_t in_page = k->page_struct_bytes && k->vmemmap_kaddr && kaddr >= k->vmemmap_kaddr ?
			   (kaddr - k->vmemmap_kaddr) % k->page_struct_bytes : 0;
	uint64_t inside;

	if (zdm_page_pfn(k, kaddr, pfn) == ZDM_OK)
		return ZDM_OK;
	if (in_page && zdm_page_pfn(k, kaddr - in_page, &inside) == ZDM_OK)
		zdm_errf(err, err_len, "%016" PRIx64 " lies %" PRIu64 " bytes inside the struct "
			 "page at %016" PRIx64, kaddr, in_page, kaddr - in_page);
	else
		zdm_errf(err, err_len, "%016" PRIx64 " is no struct page address: the memmap of "
			 "this kernel begins at %016" PRIx64, kaddr, k->vmemmap_kaddr);
	return ZDM_INVAL;
}

static enum zdm_status parse_virt(const struct zdm_kernel *k, uint64_t kaddr, uint64_t *pfn,
				  char *err, size_t err_len)
{
	uint64_t base = k->page_offset_kaddr;

	if (!base || kaddr < base || (kaddr - base) >> MAX_PADDR_BITS ||
	    (k->vmemmap_kaddr > base && kaddr >= k->vmemmap_kaddr)) {
		zdm_errf(err, err_len, "%016" PRIx64 " does not lie in the direct map, which begins "
			 "at %016" PRIx64, kaddr, base);
		return ZDM_INVAL;
	}
	*pfn = (kaddr - base) / k->page_size;
	return ZDM_OK;
}

static enum zdm_status parse_phys(const struct zdm_kernel *k, uint64_t paddr, uint64_t *pfn,
				  char *err, size_t err_len)
{
	if (paddr >> MAX_PADDR_BITS) {
		zdm_errf(err, err_len, "%#" PRIx64 " is no physical address: more than %d bits",
			 paddr, MAX_PADDR_BITS);
		return ZDM_INVAL;
	}
	*pfn = paddr / k->page_size;
	return ZDM_OK;
}

enum zdm_status zdm_spec_parse(const struct zdm_kernel *k, const char *spec, uint64_t *pfn,
			       char *err, size_t err_len)
{
	static const struct {
		const char *prefix;
		enum zdm_status (*parse)(const struct zdm_kernel *k, uint64_t addr, uint64_t *pfn,
					 char *err, size_t err_len);
	} kinds[] = {
		{ "phys:", parse_phys },
		{ "page:", parse_page },
		{ "virt:", parse_virt },
	};
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(spec, kinds[i].prefix, len))
			continue;
		if (!parse_number(spec + len, 16, &n)) {
			zdm_errf(err, err_len, "'%s': %s takes a hexadecimal address", spec,
				 kinds[i].prefix);
			return ZDM_INVAL;
		}
		return kinds[i].parse(k, n, pfn, err, err_len);
	}
	if (!parse_number(spec, spec[0] == '0' && (spec[1] | 0x20) == 'x' ? 16 : 10, &n)) {
		zdm_errf(err, err_len, "'%s' is none of PFN (decimal, or hex with 0x), phys:ADDR, "
			 "page:ADDR, virt:ADDR", spec);
		return ZDM_INVAL;
	}
	if (n >> MAX_PADDR_BITS || n > UINT64_MAX / k->page_size ||
	    n * k->page_size >> MAX_PADDR_BITS) {
		zdm_errf(err, err_len, "%s is no page frame number: too large", spec);
		return ZDM_INVAL;
	}
	*pfn = n;
	return ZDM_OK;
}

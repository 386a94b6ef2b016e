// SPDX-License-Identifier: LGPL-2.1-or-later
/* A page frame as users write it. */
#include "test_util.h"

#include <zdm/report.h>

static const struct zdm_kernel kernel = {
	.page_size = 4096, .section_pages = 32768, .subsection_pages = 512,
	.page_struct_bytes = 64, .vmemmap_kaddr = 0xffffea0000000000,
	.page_offset_kaddr = 0xffff888000000000,
};

static void good(const char *spec, uint64_t want)
{
	uint64_t pfn = UINT64_MAX;
	char err[200] = "";

	assert_ok(zdm_spec_parse(&kernel, spec, &pfn, err, sizeof(err)));
	assert_int_equal(pfn, want);
	assert_string_equal(err, "");
}

static void bad(const char *spec, const char *says)
{
	uint64_t pfn = 42;
	char err[200] = "";

	assert_int_equal(zdm_spec_parse(&kernel, spec, &pfn, err, sizeof(err)), ZDM_INVAL);
	assert_int_equal(pfn, 42);
	if (!strstr(err, says))
		fail_msg("'%s': '%s' does not say '%s'", spec, err, says);
	assert_null(strchr(err, '\n'));
}

static void test_pfn(void **state)
{
	(void)state;
	good("0", 0);
	good("294912", 294912);
	good("0x48000", 0x48000);
	good("0X48000", 0x48000);
	good("010", 10);		/* no octal: nobody writes PFNs so */
	good("0xffffffffff", 0xffffffffff);
	bad("0x10000000000", "too large");
	bad("18446744073709551616", "none of PFN");
	bad("", "none of PFN");
	bad("0x", "none of PFN");
	bad("-1", "none of PFN");
	bad(" 1", "none of PFN");
	bad("1 ", "none of PFN");
	bad("48000h", "none of PFN");
	bad("ffffea0000000000", "none of PFN");
	bad("pfn:1", "none of PFN");
}

static void test_phys(void **state)
{
	(void)state;
	good("phys:0", 0);
	good("phys:48000000", 0x48000);
	good("phys:0x48000fff", 0x48000);
	good("phys:fffffffffffff", 0xffffffffff);
	bad("phys:10000000000000", "more than 52 bits");
	bad("phys:", "hexadecimal address");
	bad("phys:0x", "hexadecimal address");
	bad("phys:-1", "hexadecimal address");
	bad("phys:xyz", "hexadecimal address");
}

static void test_page(void **state)
{
	(void)state;
	good("page:ffffea0000000000", 0);
	good("page:0xffffea0001200000", 0x48000);
	bad("page:ffffea0001200008", "8 bytes inside the struct page at ffffea0001200000");
	bad("page:ffffe9ffffffffc0", "no struct page address");
	bad("page:0", "no struct page address");
}

static void test_virt(void **state)
{
	(void)state;
	good("virt:ffff888000000000", 0);
	good("virt:ffff888048000123", 0x48000);
	bad("virt:ffffffff81000000", "direct map");
	bad("virt:ffffea0001200000", "direct map");
	bad("virt:7fff00000000", "direct map");
	bad("virt:0", "direct map");
}

/* A dump that does not tell where things are takes PFNs and nothing else. */
static void test_unknown_kernel(void **state)
{
	struct zdm_kernel k = kernel;
	uint64_t pfn;
	char err[200];

	(void)state;
	k.vmemmap_kaddr = 0;
	k.page_offset_kaddr = 0;
	assert_ok(zdm_spec_parse(&k, "0x10", &pfn, err, sizeof(err)));
	assert_int_equal(zdm_spec_parse(&k, "page:ffffea0001200000", &pfn, err, sizeof(err)),
			 ZDM_INVAL);
	assert_int_equal(zdm_spec_parse(&k, "virt:ffff888048000123", &pfn, err, sizeof(err)),
			 ZDM_INVAL);
	assert_int_equal(zdm_spec_parse(&k, "nonsense", &pfn, NULL, 0), ZDM_INVAL);
}

TEST_MAIN(cmocka_unit_test(test_pfn), cmocka_unit_test(test_phys), cmocka_unit_test(test_page),
	  cmocka_unit_test(test_virt), cmocka_unit_test(test_unknown_kernel))

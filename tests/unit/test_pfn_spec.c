// SPDX-License-Identifier: LGPL-2.1-or-later
/* A page frame as users write it. */
#include "test_util.h"

#include <zdm/report.h>

static const struct zdm_kernel kernel = {
	.page_size = 4096, .section_pages = 32768, .subsection_pages = 512,
	.page_struct_bytes = 64, .vmemmap_kaddr = 0xffffea0000000000,
	.page_offset_kaddr = 0xffff888000000000,
};

static const struct zdm_pfn_spec_opts plain = { .size = sizeof(plain), .end_pfn = 0x100000 };
static const struct zdm_pfn_spec_opts as_crash = { .size = sizeof(as_crash), .hex = true,
						   .end_pfn = 0x100000 };
static const struct zdm_pfn_spec_opts *opts = &plain;

/* That it says, whatever it was asked for. */
static struct zdm_pfn_spec parsed(const char *spec)
{
	struct zdm_pfn_spec s = { 0 };
	char err[200] = "";

	if (zdm_pfn_spec_parse(&kernel, opts, spec, &s, err, sizeof(err)) != ZDM_OK)
		fail_msg("'%s': %s", spec, err);
	assert_string_equal(err, "");
	return s;
}

static void good(const char *spec, uint64_t want)
{
	struct zdm_pfn_spec s = parsed(spec);

	if (s.start_pfn != want)
		fail_msg("'%s' is %#llx", spec, (unsigned long long)s.start_pfn);
	assert_int_equal(s.end_pfn, want + 1);
}

static void range(const char *spec, uint64_t start, uint64_t end)
{
	struct zdm_pfn_spec s = parsed(spec);

	assert_int_equal(s.start_pfn, start);
	assert_int_equal(s.end_pfn, end);
	assert_false(zdm_pfn_spec_needs_saying(&s));
}

/* What a user is told of it, and whether it must be said. */
static void told(const char *spec, bool must, const char *want)
{
	struct zdm_pfn_spec s = parsed(spec);
	char text[200];

	zdm_pfn_spec_text(&s, text, sizeof(text));
	assert_string_equal(text, want);
	assert_int_equal(zdm_pfn_spec_needs_saying(&s), must);
}

static void bad(const char *spec, const char *says)
{
	struct zdm_pfn_spec s = { .start_pfn = 42 };
	char err[200] = "";

	assert_int_equal(zdm_pfn_spec_parse(&kernel, opts, spec, &s, err, sizeof(err)), ZDM_INVAL);
	assert_int_equal(s.start_pfn, 42);
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
	bad("ffffea00000000", "none of PFN");
	bad("ffffffff81000000", "none of PFN");	/* an address, but in neither map */
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
	good("page:ffffea0001200008", 0x48000);
	good("page:ffffea000120003f", 0x48000);
	told("page:ffffea0001200008", true, "8 bytes into the struct page of pfn 0x48000, which "
	     "begins at ffffea0001200000");
	told("page:ffffea0001200000", false, "struct page of pfn 0x48000");
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

/* An address says by itself where it points. */
static void test_bare(void **state)
{
	(void)state;
	good("0xffffea0001200000", 0x48000);
	good("ffffea0001200000", 0x48000);
	told("0xffffea0001200008", true, "taken for page:ffffea0001200008, 8 bytes into the struct "
	     "page of pfn 0x48000, which begins at ffffea0001200000");
	told("ffffea0001200000", true, "taken for page:ffffea0001200000, struct page of pfn 0x48000");
	told("0xffff888048000123", true, "taken for virt:ffff888048000123, kernel virtual address "
	     "in pfn 0x48000");
	/* no frame of the model is there: the vmalloc area, the kernel's text */
	bad("0xffffc90000000000", "too large");
	bad("0xffffffff81000000", "too large");
	bad("0xffffea0004000000", "too large");	/* the struct page of the first frame beyond */
	told("0x48000", false, "page frame number: pfn 0x48000");
}

static void test_decimal_prefix(void **state)
{
	(void)state;
	good("0t294912", 294912);
	good("0d294912", 294912);
	good("0T10", 10);
	bad("0t", "none of PFN");
	bad("0t12a", "none of PFN");
	bad("0d0x1", "none of PFN");
}

static void test_range(void **state)
{
	(void)state;
	range("0x100-0x200", 0x100, 0x200);
	range("256..512", 256, 512);
	range("0x100..512", 0x100, 512);
	range("0x100+16", 0x100, 0x110);
	range("0t16+0x10", 16, 32);
	bad("0x200-0x100", "not behind its start");
	bad("5-5", "not behind its start");
	bad("5+0", "not behind its start");
	bad("1-", "none of PFN");
	bad("-1-2", "none of PFN");
	bad("1-2-3", "none of PFN");
	bad("0x1+0xffffffffffffffff", "no range of page frames");
	bad("0-0x20000000000", "too large");
}

/* Digits are hexadecimal there, and what its columns show are addresses. */
static void test_as_crash(void **state)
{
	(void)state;
	opts = &as_crash;
	good("48600000", 0x48600);		/* PHYSICAL of kmem -p */
	good("1000", 1);
	good("1ffdf000", 0x1ffdf);
	told("48600123", false, "physical address in pfn 0x48600");
	told("ffffea0001200000", false, "struct page of pfn 0x48000");
	told("ffffea0001200008", true, "8 bytes into the struct page of pfn 0x48000, which begins "
	     "at ffffea0001200000");
	told("ffff888048000000", false, "kernel virtual address in pfn 0x48000");
	told("0x48000", false, "page frame number: pfn 0x48000");
	told("0x48000000", false, "physical address in pfn 0x48000");	/* no PFN: too large */
	good("0t1000", 1000);
	range("100-200", 0x100, 0x200);
	range("0t100+0t10", 100, 110);
	good("phys:48600123", 0x48600);
	bad("zzz", "neither a hexadecimal address");
	bad("", "neither a hexadecimal address");
	bad("-1", "neither a hexadecimal address");
	bad("ffffffffffffffff", "too large");
	bad("0xffffffffffffffffff", "neither a hexadecimal address");
	opts = &plain;
}

/* A dump that does not tell where things are takes PFNs and nothing else. */
static void test_unknown_kernel(void **state)
{
	struct zdm_kernel k = kernel;
	struct zdm_pfn_spec pfn;
	char err[200];

	(void)state;
	k.vmemmap_kaddr = 0;
	k.page_offset_kaddr = 0;
	assert_ok(zdm_pfn_spec_parse(&k, NULL, "0x10", &pfn, err, sizeof(err)));
	assert_int_equal(zdm_pfn_spec_parse(&k, NULL, "page:ffffea0001200000", &pfn, err,
					    sizeof(err)),
			 ZDM_INVAL);
	assert_int_equal(zdm_pfn_spec_parse(&k, NULL, "virt:ffff888048000123", &pfn, err,
					    sizeof(err)),
			 ZDM_INVAL);
	assert_int_equal(zdm_pfn_spec_parse(&k, NULL, "nonsense", &pfn, NULL, 0), ZDM_INVAL);
}

TEST_MAIN(cmocka_unit_test(test_pfn), cmocka_unit_test(test_phys), cmocka_unit_test(test_page),
	  cmocka_unit_test(test_virt), cmocka_unit_test(test_bare),
	  cmocka_unit_test(test_decimal_prefix), cmocka_unit_test(test_range),
	  cmocka_unit_test(test_as_crash), cmocka_unit_test(test_unknown_kernel))

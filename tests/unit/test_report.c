// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reports of a model that the test made up: what no vmcore here shows. The
 * accessors of the model are the test's own, the reports the library's.
 */
#include "test_util.h"

#include <stdio.h>

#include <zdm/report.h>

#include "report/report.h"

static const struct zdm_kernel kernel = {
	.release = "7.2.0", .machine = "x86_64", .symbols = "host", .types = "layout",
	.page_size = 4096, .section_pages = 32768, .subsection_pages = 512,
	.page_struct_bytes = 64, .vmemmap_kaddr = 0xffffea0000000000,
	.kaslr_offset = 0x1c000000,
};

static const struct zdm_section sections[] = {
	{ .nr = 0, .kaddr = 0xffff888001000000, .usage_kaddr = 0xffff888001001000,
	  .flags = ZDM_SECTION_PRESENT | ZDM_SECTION_HAS_MEM_MAP | ZDM_SECTION_ONLINE |
		   ZDM_SECTION_EARLY | ZDM_SECTION_TAINT_ZONE_DEVICE |
		   ZDM_SECTION_VMEMMAP_PREINIT, .block = 0 },
	{ .nr = 1, .kaddr = 0xffff888001000010, .status = ZDM_UNREADABLE,
	  .map_status = ZDM_UNREADABLE, .block = -1 },
	{ .nr = 2, .kaddr = 0xffff888001000020, .flags = ZDM_SECTION_PRESENT,
	  .map_status = ZDM_ABSENT, .block = 1 },
};

static const struct zdm_block blocks[] = {
	{ .state = ZDM_BLOCK_GOING_OFFLINE }, { .state = ZDM_BLOCK_UNKNOWN },
};

static const struct zdm_pfn_range two[] = { { 0x10000, 0x18000 }, { 0x20000, 0x20001 } };

static const struct zdm_pgmap pgmaps[] = {
	{ .kaddr = 0xffff888002000000, .status = ZDM_UNREADABLE, .nr_range = -1 },
	{ .kaddr = 0xffff888002000100, .type = "generic", .altmap_status = ZDM_ABSENT,
	  .dead = ZDM_YES, .nr_range = 1, .vmemmap_shift = 9, .ranges = two, .nr_ranges = 2 },
	{ .kaddr = 0xffff888002000200, .type = "coherent", .altmap_status = ZDM_CORRUPT,
	  .nr_range = -1, .ranges = two, .nr_ranges = 1 },
};

static const struct zdm_range ranges[] = {
	{ .start_pfn = 0, .end_pfn = 0x18000, .cls = ZDM_CLASS_DEVICE, .valid = ZDM_YES,
	  .memmap = ZDM_MEMMAP_RAM, .in_dump = ZDM_IN_DUMP_PARTLY, .pgmap = 1 },
	{ .start_pfn = 0x18000, .end_pfn = 0x18001, .cls = ZDM_CLASS_BOOTHOLE, .valid = ZDM_UNKNOWN,
	  .memmap = ZDM_MEMMAP_UNKNOWN, .in_dump = ZDM_IN_DUMP_UNKNOWN, .pgmap = -1 },
	{ .start_pfn = 0x18001, .end_pfn = 1ull << 40, .cls = ZDM_CLASS_BOOTHOLE, .valid = ZDM_YES,
	  .memmap = ZDM_MEMMAP_RAM, .in_dump = ZDM_IN_DUMP_YES, .pgmap = -1 },
};

static const char *const warnings[] = { "one \"quoted\"\twarning \\" };

/* set to 0 to show an empty machine */
static size_t nr_pgmaps = 3;
static enum zdm_status pgmaps_status = ZDM_OK;

const struct zdm_kernel *zdm_model_kernel(const struct zdm_model *m)
{
	(void)m;
	return &kernel;
}

size_t zdm_model_sections(const struct zdm_model *m, const struct zdm_section **ret)
{
	(void)m;
	*ret = sections;
	return 3;
}

size_t zdm_model_pgmaps(const struct zdm_model *m, const struct zdm_pgmap **ret)
{
	(void)m;
	*ret = pgmaps;
	return nr_pgmaps;
}

enum zdm_status zdm_model_pgmaps_status(const struct zdm_model *m)
{
	(void)m;
	return pgmaps_status;
}

size_t zdm_model_blocks(const struct zdm_model *m, const struct zdm_block **ret)
{
	(void)m;
	*ret = blocks;
	return 2;
}

size_t zdm_model_ranges(const struct zdm_model *m, const struct zdm_range **ret)
{
	(void)m;
	*ret = ranges;
	return 3;
}

size_t zdm_model_warnings(const struct zdm_model *m, const char *const **ret)
{
	(void)m;
	*ret = warnings;
	return 1;
}

const struct zdm_section *zdm_section_find(const struct zdm_model *m, uint64_t nr)
{
	(void)m;
	return nr < 3 ? &sections[nr] : NULL;
}

/* bits 0-31, 40 and 63 */
enum zdm_tri zdm_section_bit(const struct zdm_model *m, const struct zdm_section *sec, unsigned int i)
{
	(void)m;
	(void)sec;
	return i < 32 || i == 40 || i == 63 ? ZDM_YES : ZDM_NO;
}

const char *zdm_reason_text(enum zdm_reason reason)
{
	(void)reason;
	return "because";
}

size_t zdm_range_reason(const struct zdm_model *m, const struct zdm_range *r, char *buf, size_t len)
{
	(void)m;
	(void)r;
	return (size_t)snprintf(buf, len, "because");
}

struct text {
	char buf[8192];
	size_t len, calls, stop_after;	/* 0: never */
};

static bool collect(void *priv, const char *text, size_t len)
{
	struct text *t = priv;

	assert_true(t->len + len < sizeof(t->buf));
	memcpy(t->buf + t->len, text, len);
	t->len += len;
	t->buf[t->len] = '\0';
	return !t->stop_after || ++t->calls < t->stop_after;
}

static struct text text;

static const struct zdm_sink *sink(void)
{
	static const struct zdm_sink s = { .emit_fn = collect, .priv = &text };

	memset(&text, 0, sizeof(text));
	return &s;
}

static void test_ranges(void **state)
{
	(void)state;
	zdm_report_ranges(NULL, ZDM_CLASS_ANY, sink());
	assert_string_equal(text.buf,
"   START_PFN      END_PFN        PAGES CLASS    VALID   CASE PGMAP MEMMAP  MEMMAP_IN_DUMP REASON\n"
"         0x0      0x18000        98304 device   yes        2     1 ram     partly         because\n"
"     0x18000      0x18001            1 boothole unknown    -     - unknown unknown        because\n"
"     0x18001 0x10000000000 1099511529471 boothole yes        -     - ram     yes            because\n");
	zdm_report_ranges(NULL, ZDM_CLASS_HOLE, sink());
	assert_string_equal(text.buf,
"   START_PFN      END_PFN        PAGES CLASS    VALID   CASE PGMAP MEMMAP  MEMMAP_IN_DUMP REASON\n");
}

static void test_sections(void **state)
{
	(void)state;
	zdm_report_sections(NULL, UINT64_MAX, sink());
	assert_string_equal(text.buf,
"      NR    START_PFN      END_PFN FLAGS         BLOCK         SECTION          USAGE            SUBSECTIONS\n"
"       0          0x0       0x8000 PMOED+PREINIT going-offline ffff888001000000 ffff888001001000 0-31,40,63\n"
"       1       0x8000      0x10000 unreadable    -             ffff888001000010 -                ?\n"
"       2      0x10000      0x18000 P             unknown       ffff888001000020 -                n/a\n");
}

static void test_pgmaps(void **state)
{
	(void)state;
	zdm_report_pgmaps(NULL, sink());
	assert_string_equal(text.buf,
"pgmap 0   ffff888002000000  unreadable\n"
"pgmap 1   ffff888002000100  type generic  flags 0x0  vmemmap_shift 9  ref dying\n"
"  nr_range  1 of 2\n"
"  range 0   0x10000-0x18000  32768 pages, 128 MiB\n"
"  range 1   0x20000-0x20001  1 pages, 4 KiB, not finished\n"
"  altmap    none: the memmap is in RAM\n"
"pgmap 2   ffff888002000200  type coherent  flags 0x0  vmemmap_shift 0  ref unknown\n"
"  range 0   0x10000-0x18000  32768 pages, 128 MiB\n"
"  altmap    corrupt\n");
	nr_pgmaps = 0;
	zdm_report_pgmaps(NULL, sink());
	assert_string_equal(text.buf, "no pgmap: no ZONE_DEVICE memory is set up\n");
	/* that none was found need not mean that there is none */
	pgmaps_status = ZDM_ABSENT;
	zdm_report_pgmaps(NULL, sink());
	assert_string_equal(text.buf,
			    "pgmaps are not known: pgmap_array was not found or cannot be read\n");
	pgmaps_status = ZDM_OK;
	nr_pgmaps = 3;
}

static void test_summary(void **state)
{
	(void)state;
	zdm_report_summary(NULL, sink());
	assert_string_equal(text.buf,
"KERNEL    7.2.0 x86_64\n"
"SOURCES   symbols: host, types: layout\n"
"UNITS     page 4 KiB, section 128 MiB (0x8000 pages), sub-section 2 MiB (0x200 pages)\n"
"MEMMAP    ffffea0000000000, struct page of 64 bytes, KASLR offset 0x1c000000\n"
"SECTIONS  3: P 2 M 1 O 1 E 1 D 1 PREINIT 1; memory blocks: 2\n"
"\n"
"PGMAP KADDR            TYPE           START_PFN      END_PFN     SIZE  RANGES SHIFT REF     ALTMAP\n"
"    0 ffff888002000000 unreadable\n"
"    1 ffff888002000100 generic          0x10000      0x20001  128 MiB   1/2       9 dying   -\n"
"    2 ffff888002000200 coherent         0x10000      0x18000  128 MiB   -/1       0 unknown corrupt\n"
"\n"
"CLASS     VALID   CASE        PAGES      SIZE  RANGES  VALID_BUT_NOT_IN_DUMP\n"
"device    yes        2        98304   384 MiB       1  98304\n"
"boothole  mixed      - 1099511529472     4 PiB       2  -\n"
"\n"
"WARNING   one \"quoted\"\twarning \\\n");
}

static void test_json(void **state)
{
	(void)state;
	assert_ok(zdm_report_json(NULL, "a/b \"c\"", sink()));
	assert_string_equal(text.buf,
"{\"schema\":1,\"vmcore\":\"a/b \\\"c\\\"\","
"\"kernel\":{\"release\":\"7.2.0\",\"machine\":\"x86_64\",\"page_size\":4096,"
"\"section_pages\":32768,\"subsection_pages\":512},"
"\"sources\":{\"symbols\":\"host\",\"types\":\"layout\"},"
"\"pgmaps\":["
"{\"index\":0,\"kaddr\":\"0xffff888002000000\",\"type\":\"\",\"ranges\":[],\"nr_range\":null,"
"\"flags\":0,\"vmemmap_shift\":0,\"dead\":null,\"altmap\":{\"base_pfn\":0,\"end_pfn\":null,"
"\"reserve\":0,\"free\":0,\"align\":0,\"alloc\":0},\"status\":\"unreadable\"},"
"{\"index\":1,\"kaddr\":\"0xffff888002000100\",\"type\":\"generic\","
"\"ranges\":[{\"start_pfn\":65536,\"end_pfn\":98304},{\"start_pfn\":131072,\"end_pfn\":131073}],"
"\"nr_range\":1,\"flags\":0,\"vmemmap_shift\":9,\"dead\":true,\"altmap\":null},"
"{\"index\":2,\"kaddr\":\"0xffff888002000200\",\"type\":\"coherent\","
"\"ranges\":[{\"start_pfn\":65536,\"end_pfn\":98304}],\"nr_range\":null,\"flags\":0,"
"\"vmemmap_shift\":0,\"dead\":null,\"altmap\":null,\"altmap_status\":\"corrupt\"}],"
"\"ranges\":["
"{\"start_pfn\":0,\"end_pfn\":98304,\"class\":\"device\",\"valid\":\"yes\",\"case\":2,\"pgmap\":1,"
"\"memmap\":\"ram\",\"in_dump\":\"partly\",\"reason\":\"because\"},"
"{\"start_pfn\":98304,\"end_pfn\":98305,\"class\":\"boothole\",\"valid\":\"unknown\",\"case\":null,"
"\"pgmap\":null,\"memmap\":\"unknown\",\"in_dump\":\"unknown\",\"reason\":\"because\"},"
"{\"start_pfn\":98305,\"end_pfn\":1099511627776,\"class\":\"boothole\",\"valid\":\"yes\","
"\"case\":null,\"pgmap\":null,\"memmap\":\"ram\",\"in_dump\":\"yes\",\"reason\":\"because\"}],"
"\"totals\":{\"unknown\":0,\"absent\":0,\"online\":0,\"offline\":0,\"device\":98304,\"hole\":0,"
"\"pending\":0,\"reserved\":0,\"altmap\":0,\"boothole\":1099511529472,\"stale\":0},"
"\"warnings\":[\"one \\\"quoted\\\"\\twarning \\\\\"]}\n");
}

/* A pager that quits is asked for nothing more. */
static void test_stop(void **state)
{
	const struct zdm_sink *s = sink();

	(void)state;
	text.stop_after = 2;
	zdm_report_ranges(NULL, ZDM_CLASS_ANY, s);
	assert_int_equal(text.calls, 2);
	s = sink();
	text.stop_after = 3;
	zdm_report_json(NULL, "x", s);
	assert_int_equal(text.calls, 3);
}

static void test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} rows[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1 KiB" }, { 1536, "1.5 KiB" },
		{ 8192, "8 KiB" }, { 254ull << 20, "254 MiB" }, { 1ull << 30, "1 GiB" },
		{ UINT64_MAX, "16 EiB" },
	};
	char buf[ZDM_SIZE_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(zdm_size_text(rows[i].bytes, buf), rows[i].want);
}

static void test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ZDM_NR_CLASSES; i++)
		assert_int_equal(zdm_class_parse(zdm_class_name((enum zdm_class)i)), i);
	assert_int_equal(zdm_class_parse("?"), ZDM_CLASS_ANY);
	assert_int_equal(zdm_class_parse(""), ZDM_CLASS_ANY);
	assert_string_equal(zdm_class_name((enum zdm_class)99), "?");
	assert_int_equal(zdm_class_case((enum zdm_class)99), 0);
	/* David Hildenbrand's list, LKML, 9 September 2019 */
	assert_int_equal(zdm_class_case(ZDM_CLASS_OFFLINE), 1);
	assert_int_equal(zdm_class_case(ZDM_CLASS_DEVICE), 2);
	assert_int_equal(zdm_class_case(ZDM_CLASS_HOLE), 3);
	assert_int_equal(zdm_class_case(ZDM_CLASS_PENDING), 4);
	assert_int_equal(zdm_class_case(ZDM_CLASS_RESERVED), 5);
}

TEST_MAIN(cmocka_unit_test(test_ranges), cmocka_unit_test(test_sections),
	  cmocka_unit_test(test_pgmaps), cmocka_unit_test(test_summary), cmocka_unit_test(test_json),
	  cmocka_unit_test(test_stop), cmocka_unit_test(test_sizes), cmocka_unit_test(test_names))

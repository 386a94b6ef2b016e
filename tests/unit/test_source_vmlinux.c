// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A small program stands for the kernel: built with debug information, it says
 * itself where the compiler put things; nm says where the linker did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "source/source.h"

static const char first_c[] =
	"#include <stddef.h>\n"
	"#include <stdio.h>\n"
	"struct range { unsigned long start, end; };\n"
	"typedef struct { unsigned long bits[16]; } nodemask_t;\n"
	"struct only_declared;\n"
	"enum memory_type { MEMORY_DEVICE_PRIVATE = 1, MEMORY_DEVICE_FS_DAX = 3 };\n"
	"enum { NEGATIVE = -5, CLASH = 1, BYTE = 200 } small1;\n"
	"enum { WIDE = 0x8000000000000001 } wide1;\n"
	"struct dev_pagemap {\n"
	"	const volatile struct range altmap; enum memory_type type; unsigned int flags;\n"
	"	struct only_declared *ops; int nr_range;\n"
	"	union { struct range range; struct { struct {} empty; struct range ranges[0]; }; };\n"
	"	unsigned char bits0 : 3, bits1 : 5; short pairs[3][2]; nodemask_t mask;\n"
	"	void (*fn)(int); _Bool ok; char tail[];\n"
	"};\n"
	"union either { long a; struct { char pad; int b; }; };\n"
	"struct agreed { int x, y; };\n"
	"struct differs { int x, y, z; };\n"
	"const char linux_banner[] = \"Linux version 9.8.7-test (x@y) (cc) #1 SMP\";\n"
	"struct dev_pagemap *pgmaps; union either *eithers; nodemask_t *masks;\n"
	"struct agreed *agreed1; struct differs *differs1; enum memory_type memory_type1;\n"
	"static int pgmap_array __attribute__((used));\n"
	"static int twice __attribute__((used)); static int shadowed __attribute__((used));\n"
	"int lto asm(\"lto.llvm.123\"); extern int twice2, thing2;\n"
	"int thing(void) { return NEGATIVE + CLASH + BYTE + (WIDE > 0); }\n"
	"#define M(s, m) printf(\"M \" #s \" \" #m \" %zu %zu\\n\", offsetof(s, m), \\\n"
	"		       sizeof(((s *)0)->m))\n"
	"#define S(s) printf(\"S \" #s \" - %zu 0\\n\", sizeof(s))\n"
	"#define N(n) printf(\"N \" #n \" - %ld 0\\n\", (long)n)\n"
	"typedef struct dev_pagemap dev_pagemap; typedef union either either;\n"
	"typedef struct agreed agreed; typedef struct range range;\n"
	"dev_pagemap *t1; either *t2; agreed *t3; range *t4;\n"
	"int main(void)\n{\n"
	"	M(dev_pagemap, altmap); M(dev_pagemap, type); M(dev_pagemap, flags);\n"
	"	M(dev_pagemap, ops); M(dev_pagemap, nr_range); M(dev_pagemap, range);\n"
	"	M(dev_pagemap, ranges); M(dev_pagemap, pairs); M(dev_pagemap, mask);\n"
	"	M(dev_pagemap, fn); M(dev_pagemap, ok); M(either, a); M(either, b);\n"
	"	M(agreed, x); M(agreed, y); M(nodemask_t, bits); M(range, end);\n"
	"	printf(\"M dev_pagemap tail %zu 0\\n\", offsetof(dev_pagemap, tail));\n"
	"	S(dev_pagemap); S(either); S(agreed); S(nodemask_t); S(range);\n"
	"	printf(\"S memory_type - %zu 0\\n\", sizeof(enum memory_type));\n"
	"	N(MEMORY_DEVICE_PRIVATE); N(MEMORY_DEVICE_FS_DAX); N(NEGATIVE); N(BYTE); N(WIDE);\n"
	"	return twice2 + thing2 + thing() == 1;\n"
	"}\n";

static const char second_c[] =
	"struct agreed { int x, y; };\n"
	"struct differs { long x; int y, z; char more; };\n"
	"struct agreed *agreed2; struct differs *differs2;\n"
	"static int twice __attribute__((used)); int shadowed;\n"
	"static int thing __attribute__((used)); int twice2, thing2;\n"
	"enum { CLASH = 2 } clash2; int two(void) { return clash2 == CLASH; }\n";

static char dir[] = "/tmp/vmlinux-XXXXXX";

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *fmt, ...)
{
	char what[512], cmd[768];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(cmd, sizeof(cmd), "cd %s && %s", dir, what);
	if (system(cmd))
		fail_msg("failed: %s", cmd);
}

static const char *in_dir(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const void *bytes, size_t len)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

#define BUILD_ID "0123456789abcdef0123456789abcdef01234567"

/* Without a compiler there is no kernel to ask. */
static void need_tools(void)
{
	if (!system("cc --version >/dev/null 2>&1") && !system("nm --version >/dev/null 2>&1"))
		return;
	print_message("SKIPPED: needs cc and nm\n");
	skip();
}

static void build(const char *compiler, const char *flags)
{
	run("%s -w %s first.c second.c -o prog -Wl,--build-id=0x" BUILD_ID, compiler, flags);
}

static struct zdm_source *open_file(const char *name)
{
	struct zdm_source *src;
	char err[256] = "";

	if (zdm_source_vmlinux_open(in_dir(name), &src, err, sizeof(err)))
		fail_msg("%s", err);
	return src;
}

/* Each line that the program prints is what the source must say. */
static unsigned int compare_types(const struct zdm_source *src)
{
	char kind, type[64], member[64];
	unsigned int compared = 0;
	FILE *f = popen(in_dir("prog"), "r");
	long value, size;

	assert_non_null(f);
	while (fscanf(f, " %c %63s %63s %ld %ld", &kind, type, member, &value, &size) == 5) {
		struct zdm_member m = { 99, 99 };
		enum zdm_status st;
		uint64_t bytes = 99;
		int64_t number = 99;
		bool good;

		if (kind == 'M') {
			st = src->ops->member(src->self, type, member, &m);
			good = m.off_bytes == (uint64_t)value && m.size_bytes == (uint64_t)size;
		} else if (kind == 'S') {
			st = src->ops->size(src->self, type, &bytes);
			good = bytes == (uint64_t)value;
		} else {
			st = src->ops->enumerator(src->self, type, &number);
			good = number == value;
		}
		if (st || !good)
			fail_msg("%c %s %s: status %d, not %ld %ld", kind, type, member, st, value,
				 size);
		compared++;
	}
	pclose(f);
	return compared;
}

static void check_no_types(const struct zdm_source *src)
{
	struct zdm_member m;
	uint64_t bytes;
	int64_t number;

	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "bits0", &m), ZDM_ABSENT);
	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "start", &m), ZDM_ABSENT);
	assert_int_equal(src->ops->member(src->self, "dev_pagemap", "", &m), ZDM_ABSENT);
	assert_int_equal(src->ops->member(src->self, "nothing", "x", &m), ZDM_ABSENT);
	assert_int_equal(src->ops->member(src->self, "differs", "x", &m), ZDM_AMBIGUOUS);
	assert_int_equal(src->ops->size(src->self, "differs", &bytes), ZDM_AMBIGUOUS);
	assert_int_equal(src->ops->size(src->self, "only_declared", &bytes), ZDM_ABSENT);
	assert_int_equal(src->ops->enumerator(src->self, "CLASH", &number), ZDM_AMBIGUOUS);
	assert_int_equal(src->ops->enumerator(src->self, "NOTHING", &number), ZDM_ABSENT);
}

/* Every way of writing DWARF that a kernel may have been built with. */
static void test_dwarf(void **state)
{
	static const char *const ways[][2] = {
		{ "cc", "-g" }, { "cc", "-gdwarf-5 -O2" }, { "cc", "-gdwarf-4 -static" },
		{ "cc", "-gdwarf-2 -gstrict-dwarf" }, { "cc", "-g -gz=zlib" },
		{ "clang", "-g" }, { "clang", "-gdwarf-4" },
	};
	size_t i;

	(void)state;
	need_tools();
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct zdm_source *src;
		char cmd[64];

		snprintf(cmd, sizeof(cmd), "%s --version >/dev/null 2>&1", ways[i][0]);
		if (system(cmd)) {
			print_message("SKIPPED: no %s\n", ways[i][0]);
			continue;
		}
		build(ways[i][0], ways[i][1]);
		src = open_file("prog");
		assert_string_equal(src->types, "dwarf");
		assert_string_equal(src->symbols, "vmlinux");
		assert_true(src->link_addresses);
		assert_true(src->complete_types);
		assert_string_equal(src->build_id, BUILD_ID);
		assert_string_equal(src->release, "9.8.7-test");
		assert_int_equal(compare_types(src), 29);
		check_no_types(src);
		zdm_source_close(src);
	}
}

static uint64_t from_nm(const char *line)
{
	char cmd[256];
	uint64_t addr = 0;
	FILE *f;

	snprintf(cmd, sizeof(cmd), "nm %s/prog | grep '%s'", dir, line);
	f = popen(cmd, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lx", &addr), 1);
	pclose(f);
	return addr;
}

static void expect_symbol(const struct zdm_source *src, const char *name, const char *nm_line)
{
	uint64_t addr = 0;

	assert_int_equal(src->ops->symbol(src->self, name, &addr), ZDM_OK);
	assert_true(addr == from_nm(nm_line));
}

static void test_symbols(void **state)
{
	struct zdm_source *src;
	uint64_t addr;

	(void)state;
	need_tools();
	build("cc", "-g");
	src = open_file("prog");
	expect_symbol(src, "linux_banner", " R linux_banner$");
	expect_symbol(src, "pgmap_array", " b pgmap_array$");
	expect_symbol(src, "main", " T main$");
	/* A variable before a function, a global before a static, no guess between equals. */
	expect_symbol(src, "thing", " b thing$");
	expect_symbol(src, "shadowed", " B shadowed$");
	expect_symbol(src, "lto", " B lto.llvm.123$");
	expect_symbol(src, "lto.llvm.123", " B lto.llvm.123$");
	assert_int_equal(src->ops->symbol(src->self, "twice", &addr), ZDM_AMBIGUOUS);
	assert_int_equal(src->ops->symbol(src->self, "printf", &addr), ZDM_ABSENT);
	assert_int_equal(src->ops->symbol(src->self, "first.c", &addr), ZDM_ABSENT);
	assert_int_equal(src->ops->symbol(src->self, "", &addr), ZDM_ABSENT);
	zdm_source_close(src);
}

/* Symbols only; symbols and BTF; BTF only; nothing. */
static void test_less(void **state)
{
	struct btf *b = btf__new_empty();
	struct zdm_source *src;
	struct zdm_member m;
	const void *raw;
	uint64_t addr;
	uint32_t len;
	char err[256];

	(void)state;
	need_tools();
	btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	btf__add_struct(b, "from_btf", 8);
	btf__add_field(b, "x", 1, 32, 0);
	raw = btf__raw_data(b, &len);
	write_file("btf", raw, len);
	btf__free(b);

	build("cc", "");
	src = open_file("prog");
	assert_null(src->types);
	assert_false(src->complete_types);
	assert_int_equal(src->ops->symbol(src->self, "pgmap_array", &addr), ZDM_OK);
	assert_int_equal(src->ops->size(src->self, "from_btf", &addr), ZDM_ABSENT);
	zdm_source_close(src);

	run("objcopy --add-section .BTF=btf prog with_btf");
	src = open_file("with_btf");
	assert_string_equal(src->types, "btf");
	assert_true(src->complete_types);
	assert_int_equal(src->ops->symbol(src->self, "pgmap_array", &addr), ZDM_OK);
	assert_int_equal(src->ops->member(src->self, "from_btf", "x", &m), ZDM_OK);
	assert_int_equal(m.off_bytes, 4);
	zdm_source_close(src);

	run("strip -s with_btf -o only_btf");
	src = open_file("only_btf");
	assert_null(src->symbols);
	assert_string_equal(src->types, "btf");
	assert_int_equal(src->ops->symbol(src->self, "pgmap_array", &addr), ZDM_ABSENT);
	zdm_source_close(src);

	run("strip -s prog -o nothing");
	assert_int_equal(zdm_source_vmlinux_open(in_dir("nothing"), &src, err, sizeof(err)),
			 ZDM_INVAL);
	assert_null(src);
	assert_non_null(strstr(err, "has neither symbols nor debug information"));
}

static void test_refused(void **state)
{
	static const struct {
		const char *make, *says;
		enum zdm_status st;
	} rows[] = {
		{ "rm -f bad", "bad: No such file", ZDM_ABSENT },
		{ "printf 'hello' >bad", "is no ELF file", ZDM_INVAL },
		{ ": >bad", "is no ELF file", ZDM_INVAL },
		{ "cc -g -c first.c -o bad", "no linked kernel", ZDM_INVAL },
		{ "cc -g -w -c first.c -o x.o && ar rc bad x.o", "is no ELF file", ZDM_INVAL },
		{ "head -c 40 prog >bad", "is no ELF file", ZDM_INVAL },
		{ "cp prog bad && printf '\\001' | dd of=bad bs=1 seek=4 conv=notrunc status=none",
		  "bad ", ZDM_INVAL },
	};
	size_t i;

	(void)state;
	need_tools();
	build("cc", "-g");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct zdm_source *src = (void *)1;
		char err[256] = "";
		enum zdm_status st;

		run("rm -f bad; %s", rows[i].make);
		st = zdm_source_vmlinux_open(in_dir("bad"), &src, err, sizeof(err));
		if (st != rows[i].st || src || !strstr(err, rows[i].says) || strchr(err, '\n'))
			fail_msg("row %zu: status %d: \"%s\" lacks \"%s\"", i, st, err,
				 rows[i].says);
		assert_int_equal(zdm_source_vmlinux_open(in_dir("bad"), &src, NULL, 0), st);
	}
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	write_file("first.c", first_c, sizeof(first_c) - 1);
	write_file("second.c", second_c, sizeof(second_c) - 1);
	return 0;
}

static int teardown(void **state)
{
	char cmd[64];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	return system(cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dwarf),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_less),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

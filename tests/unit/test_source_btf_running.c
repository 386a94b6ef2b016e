// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The BTF of the running kernel: where the compiler places the members when
 * the same types are written as C (by bpftool), there the source must find them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/source.h"

/* Kernels 5.10 and later; types that a configuration may lack are skipped. */
static const char *const facts[][2] = {
	{ "page", "flags" }, { "page", "lru" }, { "page", "_refcount" }, { "page", "_mapcount" },
	{ "page", "mapping" }, { "xarray", "xa_head" }, { "xa_node", "shift" },
	{ "xa_node", "slots" }, { "percpu_ref", "percpu_count_ptr" }, { "zone", "zone_start_pfn" },
	{ "pglist_data", "node_zones" }, { "task_struct", "comm" }, { "task_struct", "thread" },
	{ "mem_section", "section_mem_map" }, { "mem_section", "usage" },
	{ "mem_section_usage", "subsection_map" }, { "dev_pagemap", "altmap" },
	{ "dev_pagemap", "ref" }, { "dev_pagemap", "type" }, { "dev_pagemap", "flags" },
	{ "dev_pagemap", "ops" }, { "dev_pagemap", "nr_range" }, { "dev_pagemap", "range" },
	{ "dev_pagemap", "ranges" }, { "vmem_altmap", "base_pfn" }, { "vmem_altmap", "alloc" },
	{ "memory_block", "start_section_nr" }, { "memory_block", "state" },
	{ "memory_block", "dev" },
};

#define NR_FACTS (sizeof(facts) / sizeof(facts[0]))
#define BTF_FILE "/sys/kernel/btf/vmlinux"

static void run(const char *dir, const char *what)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "cd %s && %s", dir, what);
	if (system(cmd))
		fail_msg("failed: %s", cmd);
}

static int has_type(const char *dir, const char *type)
{
	char cmd[256];

	snprintf(cmd, sizeof(cmd), "grep -q '^struct %s {' %s/vmlinux.h", type, dir);
	return !system(cmd);
}

/* A program that prints number, offset, size of the member and of its struct. */
static FILE *compile(const char *dir)
{
	char path[128];
	size_t i;
	FILE *f;

	run(dir, "bpftool btf dump file " BTF_FILE " format c >vmlinux.h");
	snprintf(path, sizeof(path), "%s/facts.c", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#include \"vmlinux.h\"\nint printf(const char *, ...);\nint main(void)\n{\n");
	for (i = 0; i < NR_FACTS; i++) {
		const char *s = facts[i][0], *m = facts[i][1];

		if (has_type(dir, s))
			fprintf(f, "printf(\"%zu %%ld %%ld %%ld\\n\", "
				"(long)__builtin_offsetof(struct %s, %s), "
				"(long)sizeof(((struct %s *)0)->%s), (long)sizeof(struct %s));\n",
				i, s, m, s, m, s);
	}
	fprintf(f, "return 0;\n}\n");
	fclose(f);
	run(dir, "cc -w -o facts facts.c");
	snprintf(path, sizeof(path), "%s/facts", dir);
	return popen(path, "r");
}

static struct zdm_source *open_running(FILE *f)
{
	uint8_t *raw = malloc(64 << 20);
	struct zdm_source *src;
	size_t len = fread(raw, 1, 64 << 20, f);
	char err[256];

	if (zdm_source_btf_open_mem(raw, len, &src, err, sizeof(err)))
		fail_msg("%s", err);
	free(raw);
	return src;
}

static void test_running_kernel(void **state)
{
	char dir[] = "/tmp/btf-XXXXXX", cmd[64];
	FILE *f = fopen(BTF_FILE, "r"), *out;
	unsigned long i, off, size, total, compared = 0;
	struct zdm_source *src;

	(void)state;
	if (!f || system("bpftool version >/dev/null 2>&1") ||
	    system("cc --version >/dev/null 2>&1")) {
		print_message("SKIPPED: needs " BTF_FILE ", bpftool and cc\n");
		if (f)
			fclose(f);
		skip();
	}
	src = open_running(f);
	fclose(f);
	assert_non_null(mkdtemp(dir));
	out = compile(dir);
	assert_non_null(out);
	while (fscanf(out, "%lu %lu %lu %lu", &i, &off, &size, &total) == 4) {
		struct zdm_member m;
		uint64_t bytes;

		assert_true(i < NR_FACTS);
		print_message("%s.%s at %lu, %lu bytes, of %lu\n", facts[i][0], facts[i][1], off,
			      size, total);
		assert_int_equal(src->ops->member(src->self, facts[i][0], facts[i][1], &m), ZDM_OK);
		assert_int_equal(m.off_bytes, off);
		assert_int_equal(m.size_bytes, size);
		assert_int_equal(src->ops->size(src->self, facts[i][0], &bytes), ZDM_OK);
		assert_int_equal(bytes, total);
		compared++;
	}
	assert_int_equal(pclose(out), 0);
	assert_true(compared >= 13);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
	zdm_source_close(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_running_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

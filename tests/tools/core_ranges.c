// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * core_ranges [-l LAYOUT] VMCORE: the ranges of an ELF vmcore, straight from
 * the library through elf_reader, a line each:
 *   START END CLASS VALID memmap=… in_dump=… case=… pgmap=… why=…
 * With -b only what zdm_policy_boot_ram_only() says: yes, no.
 * The model is built twice: /proc/kcore and GDB do so in one session, and the second
 * one must say the same (exit code 5).
 * Exit codes as build/zdm: 0 done, 1 damaged, 3 cannot open, 4 something is missing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zdm/policy.h>

#include "elf_reader.h"

static void print_ranges(const struct zdm_model *m)
{
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;
	char why[400];

	for (i = 0; i < nr; i++) {
		zdm_range_reason(m, &r[i], why, sizeof(why));
		printf("%#" PRIx64 " %#" PRIx64 " %s %s memmap=%s in_dump=%s case=%d pgmap=%d why=%s\n",
		       r[i].start_pfn, r[i].end_pfn, zdm_class_name(r[i].cls),
		       zdm_tri_name(r[i].valid), zdm_memmap_name(r[i].memmap),
		       zdm_in_dump_name(r[i].in_dump), zdm_verdict_case(r[i].cls, r[i].valid), r[i].pgmap, why);
	}
}

static bool same_warnings(const struct zdm_model *a, const struct zdm_model *b)
{
	const char *const *x, *const *y;
	size_t nr = zdm_model_warnings(a, &x), i;

	if (zdm_model_warnings(b, &y) != nr)
		return false;
	for (i = 0; i < nr; i++)
		if (strcmp(x[i], y[i]))
			return false;
	return true;
}

/* What a model of s says in which m, the first one, does not; NULL: nothing. */
static const char *differs(struct zdm_session *s, const struct zdm_model *m,
			   const struct zdm_kernel *opened)
{
	const struct zdm_range *x, *y;
	const char *what = NULL;
	struct zdm_model *again;
	size_t nr;

	if (memcmp(opened, zdm_session_kernel(s), sizeof(*opened)))
		return "the session's kernel";
	if (zdm_model_build(s, &again, NULL, 0) != ZDM_OK)
		return "whether there is one";
	nr = zdm_model_ranges(m, &x);
	if (zdm_model_ranges(again, &y) != nr || (nr && memcmp(x, y, nr * sizeof(*x))))
		what = "its ranges";
	else if (!same_warnings(m, again))
		what = "its warnings";
	else if (zdm_model_damaged(m) != zdm_model_damaged(again))
		what = "whether there is damage";
	else if (memcmp(zdm_model_kernel(m), zdm_model_kernel(again), sizeof(*opened)))
		what = "the model's kernel";
	zdm_model_free(again);
	return what;
}

static int run(struct elf_reader *e, const struct zdm_open_opts *opts)
{
	const char *const *warning, *what;
	struct zdm_reader_ops ops = elf_reader_ops_of(e);
	struct zdm_kernel opened;
	struct zdm_session *s;
	struct zdm_model *m;
	char err[400] = "";
	size_t i, nr;
	int rc = 4;

	if (zdm_open(&ops, e, opts, &s, err, sizeof(err)) != ZDM_OK) {
		fprintf(stderr, "core_ranges: %s\n", err);
		return 4;
	}
	opened = *zdm_session_kernel(s);
	if (zdm_model_build(s, &m, err, sizeof(err)) != ZDM_OK) {
		fprintf(stderr, "core_ranges: %s\n", err);
	} else {
		print_ranges(m);
		nr = zdm_model_warnings(m, &warning);
		for (i = 0; i < nr; i++)
			fprintf(stderr, "warning: %s\n", warning[i]);
		rc = zdm_model_damaged(m);
		what = differs(s, m, &opened);
		if (what) {
			fprintf(stderr, "core_ranges: a second model differs in %s\n", what);
			rc = 5;
		}
		zdm_model_free(m);
	}
	zdm_close(s);
	return rc;
}

int main(int argc, char **argv)
{
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	struct elf_reader e;
	char err[400] = "";
	bool boot_ram = false;
	int opt, rc;

	while ((opt = getopt(argc, argv, "bl:")) != -1) {
		boot_ram |= opt == 'b';
		if (opt == 'b')
			continue;
		if (opt != 'l')
			return 2;
		if (zdm_source_layout_open(optarg, &layout, err, sizeof(err)) != ZDM_OK) {
			fprintf(stderr, "core_ranges: %s\n", err);
			return 3;
		}
		opts.nr_sources = 1;
	}
	if (optind + 1 != argc) {
		fputs("Usage: core_ranges [-b] [-l LAYOUT] VMCORE\n", stderr);
		return 2;
	}
	if (elf_reader_open(&e, argv[optind], err, sizeof(err))) {
		fprintf(stderr, "core_ranges: %s\n", err);
		rc = 3;
	} else {
		const struct zdm_reader_ops ops = elf_reader_ops_of(&e);

		rc = boot_ram ? 0 : run(&e, &opts);
		if (boot_ram)
			puts(zdm_policy_boot_ram_only(&ops, &e) ? "yes" : "no");
		elf_reader_close(&e);
	}
	if (layout)
		zdm_source_close(layout);
	return rc;
}

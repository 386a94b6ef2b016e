// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * xlat_check VMCORE: reads "KADDR VALUE" lines (mkcore -P) and compares them
 * with what libkdumpfile, which did not write the page tables, reads there.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <libkdumpfile/kdumpfile.h>

static kdump_ctx_t *open_core(const char *path)
{
	kdump_ctx_t *ctx = kdump_new();
	int fd = open(path, O_RDONLY);

	if (!ctx || fd < 0 || kdump_open_fd(ctx, fd) != KDUMP_OK) {
		fprintf(stderr, "xlat_check: cannot open %s: %s\n", path,
			ctx && fd >= 0 ? kdump_get_err(ctx) : "no such file or no memory");
		return NULL;
	}
	if (kdump_set_string_attr(ctx, KDUMP_ATTR_OSTYPE, "linux") != KDUMP_OK) {
		fprintf(stderr, "xlat_check: %s: %s\n", path, kdump_get_err(ctx));
		return NULL;
	}
	return ctx;
}

int main(int argc, char **argv)
{
	uint64_t kaddr, want, got;
	unsigned long nr = 0, bad = 0;
	kdump_ctx_t *ctx;

	if (argc != 2 || !(ctx = open_core(argv[1])))
		return 2;
	while (scanf("%" SCNx64 " %" SCNx64, &kaddr, &want) == 2) {
		size_t len = sizeof(got);

		nr++;
		if (kdump_read(ctx, KDUMP_KVADDR, kaddr, &got, &len) != KDUMP_OK) {
			fprintf(stderr, "%016" PRIx64 ": %s\n", kaddr, kdump_get_err(ctx));
			bad++;
		} else if (got != want) {
			fprintf(stderr, "%016" PRIx64 ": %016" PRIx64 ", not %016" PRIx64 "\n",
				kaddr, got, want);
			bad++;
		}
	}
	kdump_free(ctx);
	if (!nr) {
		fputs("xlat_check: nothing to compare\n", stderr);
		return 2;
	}
	printf("%lu addresses, %lu differ\n", nr, bad);
	return bad != 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dumpmemsave DUMP TESTIMONY MEMSAVE_DIR FIRST_PFN: the struct pages in a dump
 * against those that QEMU saved from outside, for PFNs from FIRST_PFN on. Reads
 * the dump through libkdumpfile alone. Prints counts and what differs; exit
 * code 0: all that was saved is in the dump, and the same.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libkdumpfile/kdumpfile.h>

static uint64_t vmemmap, sizeof_page = 64;
static uint64_t same, differ, missing;

static kdump_ctx_t *open_dump(const char *path)
{
	kdump_ctx_t *ctx = kdump_new();
	int fd = open(path, O_RDONLY);

	if (!ctx || fd < 0 || kdump_open_fd(ctx, fd) != KDUMP_OK ||
	    kdump_set_string_attr(ctx, KDUMP_ATTR_OSTYPE, "linux") != KDUMP_OK) {
		fprintf(stderr, "dumpmemsave: cannot open %s\n", path);
		exit(2);
	}
	return ctx;
}

static void compare(kdump_ctx_t *ctx, const char *dir, uint64_t first, uint64_t nr)
{
	char path[4096];
	unsigned char want[256], got[256];
	uint64_t i;
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "%s/pfn-%" PRIu64 ".bin", dir, first);
	f = fopen(path, "r");
	for (i = 0; f && i < nr && fread(want, sizeof_page, 1, f) == 1; i++) {
		len = sizeof_page;
		if (kdump_read(ctx, KDUMP_KVADDR, vmemmap + (first + i) * sizeof_page, got,
			       &len) != KDUMP_OK || len != sizeof_page) {
			if (missing++ < 3)
				printf("pfn %" PRIu64 ": %s\n", first + i, kdump_get_err(ctx));
		} else if (memcmp(got, want, sizeof_page)) {
			if (differ++ < 10)
				printf("pfn %" PRIu64 ": differs, %016" PRIx64 " %016" PRIx64
				       " saved %016" PRIx64 " %016" PRIx64 "\n", first + i,
				       ((uint64_t *)got)[0], ((uint64_t *)got)[1],
				       ((uint64_t *)want)[0], ((uint64_t *)want)[1]);
		} else {
			same++;
		}
	}
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	uint64_t first, nr, from;
	char line[512], word[16];
	kdump_ctx_t *ctx;
	FILE *f;

	if (argc != 5 || !(f = fopen(argv[2], "r"))) {
		fprintf(stderr, "dumpmemsave DUMP TESTIMONY MEMSAVE_DIR FIRST_PFN\n");
		return 2;
	}
	from = strtoull(argv[4], NULL, 0);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "vmemmap ", 8))
			vmemmap = strtoull(line + 8, NULL, 16);
		else if (!strncmp(line, "sizeof_page ", 12))
			sizeof_page = strtoull(line + 12, NULL, 10);
	}
	fclose(f);
	if (!vmemmap || sizeof_page > 256)
		return 2;
	ctx = open_dump(argv[1]);
	snprintf(line, sizeof(line), "%s/index", argv[3]);
	f = fopen(line, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNu64 " %" SCNu64 " %15s", &first, &nr, word) == 3 &&
		    !strcmp(word, "ok") && first >= from)
			compare(ctx, argv[3], first, nr);
	}
	printf("%" PRIu64 " struct pages the same, %" PRIu64 " differ, %" PRIu64 " missing\n",
	       same, differ, missing);
	kdump_free(ctx);
	return differ || missing || !same;
}

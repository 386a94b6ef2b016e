// SPDX-License-Identifier: LGPL-2.1-or-later
/* replay: TARGET FILE...: runs a target on each input, where there is no libFuzzer. */
#include <stdio.h>

#include "target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int main(int argc, char **argv)
{
	int i;

	LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		uint8_t *data = NULL;
		long len = -1;

		if (f && !fseek(f, 0, SEEK_END))
			len = ftell(f);
		/* to the byte, so that a sanitizer sees who reads beyond */
		data = len < 0 ? NULL : malloc(len);
		if (!data || fseek(f, 0, SEEK_SET) || fread(data, 1, len, f) != (size_t)len)
			die("%s: cannot be read", argv[i]);
		fclose(f);
		fprintf(stderr, "%s\n", argv[i]);	/* the last one is the one that fell */
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}

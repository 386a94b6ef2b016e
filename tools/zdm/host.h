/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host: the program that `zdm exec` runs. */
#ifndef ZDM_HOST_H
#define ZDM_HOST_H

#include <stdbool.h>
#include <stddef.h>

struct host {
	char program[4096];	/* what the kernel runs: a script's interpreter */
	char linker[4096];	/* its dynamic linker */
};

/* Can a library be preloaded into it? False with the reason in err. */
bool host_check(const char *program, struct host *h, char *err, size_t err_len);
/* The first argument that names an ELF core file, NULL: none. */
const char *host_find_dump(char **argv);
/* What -d of makedumpfile drops for certain: of several levels the common bits. */
int host_dump_level(char **argv);

/*
 * Does this host, a makedumpfile, not know kernels of this release? Then it says so itself, goes
 * on, and may leave out what it takes for something else. version: what it calls itself.
 */
bool host_kernel_is_newer(const char *program, const char *release, char *version, size_t len);

#endif

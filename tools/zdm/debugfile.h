/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* debugfile: where the vmlinux of a dumped kernel is, and which package brings it. */
#ifndef ZDM_DEBUGFILE_H
#define ZDM_DEBUGFILE_H

#include <stdbool.h>
#include <stddef.h>

/* What VMCOREINFO says of its kernel, "" where it does not. */
struct debug_kernel {
	char release[65];
	char build_id[41];	/* hex */
	bool has_kallsyms;	/* the dump itself leads to its symbols (6.0 on) */
};

void debug_kernel_parse(const char *vmcoreinfo, size_t len, struct debug_kernel *ret);

/*
 * The vmlinux below a directory (NULL: /usr/lib/debug, and then debuginfod if DEBUGINFOD_URLS
 * is set): by build-id, else by release. False: there is none. That it is the right one is for
 * zdm_open() to see.
 */
bool debug_find_vmlinux(const struct debug_kernel *k, const char *dir, char *path, size_t len);

/*
 * What to install for a release, as "package NAME (of DISTRIBUTION)"; false: nobody knows
 * whose kernel it is.
 */
bool debug_package(const char *release, char *buf, size_t len);

#endif

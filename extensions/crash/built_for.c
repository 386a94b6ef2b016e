// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* dladdr1() */
#endif
#include <defs.h>

#include <dlfcn.h>
#include <link.h>

#include "built_for.h"

/* Of the crash that lies beside the header, if the build could ask it. */
#ifndef CRASH_VERSION
#define CRASH_VERSION ""
#endif

/*
 * What we use of crash's state lies in these structs, and crash exports the
 * objects for its extensions: the dynamic linker knows how large they really are.
 */
static const struct known {
	const char *symbol;
	size_t bytes;
} known[] = {
	{ "program_context", sizeof(struct program_context) },
	{ "kernel_table", sizeof(struct kernel_table) },
	{ "vm_table", sizeof(struct vm_table) },
	{ "task_table", sizeof(struct task_table) },
	{ "machdep_table", sizeof(struct machdep_table) },
	{ "offset_table", sizeof(struct offset_table) },
	{ "size_table", sizeof(struct size_table) },
};

/* 0: it has no such object, or one without a size. */
static size_t size_in_host(const char *symbol)
{
	void *host = dlopen(NULL, RTLD_LAZY), *at = host ? dlsym(host, symbol) : NULL;
	const ElfW(Sym) *sym;
	void *extra = NULL;
	Dl_info info;
	size_t bytes = 0;

	if (at && dladdr1(at, &info, &extra, RTLD_DL_SYMENT) && extra) {
		sym = extra;
		bytes = sym->st_size;
	}
	if (host)
		dlclose(host);
	return bytes;
}

bool built_for_this_crash(char *why, size_t len)
{
	size_t i, bytes;

	if (CRASH_VERSION[0] && build_version && !STREQ(build_version, CRASH_VERSION)) {
		snprintf(why, len, "built for crash %s, this is %s", CRASH_VERSION, build_version);
		return false;
	}
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		bytes = size_in_host(known[i].symbol);
		if (!bytes || bytes == known[i].bytes)
			continue;
		snprintf(why, len, "built for another crash%s%s: its %s has %zu bytes, that of "
			 "this one (%s) %zu", CRASH_VERSION[0] ? ", " : "", CRASH_VERSION,
			 known[i].symbol, known[i].bytes, build_version ? build_version : "?",
			 bytes);
		return false;
	}
	return true;
}

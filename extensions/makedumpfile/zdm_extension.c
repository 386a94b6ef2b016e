// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zdm.so: the memmap filter as an extension of makedumpfile (--extension).
 *
 * makedumpfile reads the struct pages before it asks an extension, so this
 * cannot save a dump whose struct pages are not there; patch 2 can.
 */
#include "zdm_makedumpfile.h"

#include "makedumpfile.h"
#include "extension.h"
#include "print_info.h"

/* What makedumpfile looks up; everything else is hidden. */
#define EXPORT __attribute__((visibility("default")))

/*
 * makedumpfile looks for the tables of symbols and types that an extension asks
 * it for, and skips all extensions if one has none. Ours are empty: libzdm finds
 * what it needs itself.
 */
__asm__(".pushsection .data\n"
	".balign 8\n"
	".globl __start_init_ksyms, __stop_init_ksyms, __start_init_ktypes, __stop_init_ktypes\n"
	"__start_init_ksyms:\n__stop_init_ksyms:\n"
	"__start_init_ktypes:\n__stop_init_ktypes:\n"
	".quad 0\n"
	".popsection");

EXPORT void extension_init(void);
EXPORT int extension_callback(unsigned long pfn, const void *pcache);

void extension_init(void)
{
	zdm_filter_memmap_frames();
	zdm_filter_prepare();
	if (zdm_filter_active())
		MSG("zdm.so: pages with an invalid struct page are dropped. A dump whose struct "
		    "pages cannot be read\nfails all the same: use zdm carve, zdm exec or the "
		    "patched makedumpfile for it.\n");
}

int extension_callback(unsigned long pfn, const void *pcache)
{
	(void)pcache;
	return zdm_filter_kind(pfn) == ZDM_VERDICT_KEEP ? PG_UNDECID : PG_EXCLUDE;
}

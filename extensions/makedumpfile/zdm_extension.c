// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zdm.so: the memmap filter as an extension of makedumpfile (--extension).
 *
 * A makedumpfile that asks before struct pages are read (makedumpfile-patch/next)
 * is kept away from invalid ones, and completes every dump that the built-in
 * filter completes. An older one asks too late for those that cannot be read.
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
EXPORT int extension_callback_before_read(unsigned long pfn, unsigned long *end_pfn);

/* makedumpfile's own: exported by one that asks before it reads; what extensions had excluded. */
extern int run_extension_before_read(unsigned long pfn, unsigned long *end_pfn)
	__attribute__((weak));
extern mdf_pfn_t pfn_extension;

/* The run that was answered last, and pfn_extension then. */
static int last_kind = ZDM_VERDICT_KEEP;
static mdf_pfn_t counted;

/*
 * What was excluded since the last answer is of the run that it was about: only
 * makedumpfile knows which frames of it are in the dump. It counts a second time
 * from zero where it works in cycles.
 */
static void count(int kind)
{
	if (pfn_extension < counted) {
		zdm_filter_reset();
		counted = 0;
	}
	if (last_kind != ZDM_VERDICT_KEEP)
		zdm_filter_count_run(last_kind, pfn_extension - counted);
	counted = pfn_extension;
	last_kind = kind;
}

void extension_init(void)
{
	zdm_filter_memmap_frames();
	zdm_filter_prepare();
	if (zdm_filter_active() && !run_extension_before_read)
		MSG("zdm.so: pages with an invalid struct page are dropped. A dump whose struct "
		    "pages cannot be read\nfails all the same: use zdm carve, zdm exec or a "
		    "makedumpfile that asks before it reads.\n");
}

int extension_callback_before_read(unsigned long pfn, unsigned long *end_pfn)
{
	const int kind = zdm_filter_kind(pfn);
	const uint64_t end = zdm_filter_run_end();

	if (end < *end_pfn)
		*end_pfn = end;
	count(kind);
	return kind == ZDM_VERDICT_KEEP ? PG_UNDECID : PG_EXCLUDE;
}

/* Too late, but better than not at all. */
int extension_callback(unsigned long pfn, const void *pcache)
{
	(void)pcache;
	if (run_extension_before_read || zdm_filter_kind(pfn) == ZDM_VERDICT_KEEP)
		return PG_UNDECID;
	return PG_EXCLUDE;
}

/* makedumpfile closes its extensions after its report. */
__attribute__((destructor)) static void report(void)
{
	count(ZDM_VERDICT_KEEP);
	zdm_filter_report();
}

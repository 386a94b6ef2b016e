// SPDX-License-Identifier: GPL-2.0-or-later
/* The help page in crash's form; crash prints each line with printf, "%s" is its own name. */
#include <stddef.h>

#include "cmd.h"

char *help_zdm[] = {
	"zdm",
	"which struct pages may be believed",
	"[-r [class] | -s [nr] | -m | -p arg ... | -c |\n"
	"      -k [range] [-l] [-O file] | -o [task|log|-|file]]",

	"  This command tells for every page frame of the dump whether its struct",
	"  page may be believed, and why. It knows device memory (ZONE_DEVICE): the",
	"  dev_pagemaps, their altmaps, and the frames whose struct pages were never",
	"  initialised. Without options it shows a summary: the pgmaps, and totals",
	"  per class.",
	"",
	"    -r [class]  the page frames as ranges of one class, or those of a class:",
	"                absent, online, offline, device, hole, pending, reserved,",
	"                altmap, boothole, stale, unknown.",
	"    -s [nr]     the memory sections, or one: flags in the letters of",
	"                \"kmem -n\" (P M O E D), populated sub-sections, block state.",
	"    -m          the pgmaps with their ranges and altmaps.",
	"    -p arg ...  the verdict on single page frames, with the evidence, and the",
	"                struct page where it can be believed. An arg is a page frame",
	"                number, a physical address, the address of a struct page, or",
	"                a kernel virtual address; a number below the end of memory in",
	"                pages is taken as a page frame number. Digits alone are",
	"                decimal. phys:, page: and virt: before a hex address leave",
	"                no choice.",
	"    -c          compare the struct pages themselves with the verdicts.",
	"    -k [range]  what /proc/kpageflags says, as the tool page-types prints it:",
	"                a summary by set of flags. A range is PFN, PFN-PFN (the last",
	"                not included) or PFN+COUNT.",
	"       -l       the pages, run by run, with mapcount and memory cgroup.",
	"       -O file  write the flags as a file that page-types reads with -F.",
	"    -o [arg]    the postmortem: which registers of an oops are struct pages",
	"                that must not be believed. Without arg the registers of the",
	"                panic task and those in the kernel log; else those of a task",
	"                (pid or address), of the log, of a file, or with - of the text",
	"                that is pasted, up to a line of one dot.",
	"",
	"  Pages that the dump lacks are never taken for zeros, whatever the setting",
	"  of zero_excluded.",
	"\nEXAMPLES",
	NULL,
};

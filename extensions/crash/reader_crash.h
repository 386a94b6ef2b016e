/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_crash: crash's dump, symbols and types as a host of the library. */
#ifndef ZDM_CRASH_READER_H
#define ZDM_CRASH_READER_H

#include <zdm/reader.h>

struct zdm_dump;

#define READER_CRASH_MISSING 32
#define READER_CRASH_NAME 48

struct reader_crash {
	struct zdm_dump *file;	/* NULL: crash reads, and only trying tells whether a page is there */
	char *vmcoreinfo;	/* NULL: not looked for yet, or not found */
	size_t vmcoreinfo_len;
	bool vmcoreinfo_tried;
	char machine[16];
	bool has_btf;		/* the library finds constants in the dump itself */
	char missing[READER_CRASH_MISSING][READER_CRASH_NAME];	/* types crash lacks */
	size_t nr_missing;
};

/* Fill in the table; `priv` of every function is the struct reader_crash. */
void zdm_reader_crash_init(struct reader_crash *r, struct zdm_reader_ops *ops);
void zdm_reader_crash_deinit(struct reader_crash *r);

#endif

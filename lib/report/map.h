/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* map: the rows of a map, as the writers of text and of HTML want them. */
#ifndef ZDM_LIB_REPORT_MAP_H
#define ZDM_LIB_REPORT_MAP_H

#include <zdm/map.h>

#include "base/out.h"
#include "base/spans.h"

#define ZDM_MAP_CELLS 64u
/* Letters beside those of class.def. */
#define ZDM_MAP_MIXED '+'	/* opened; '1' to '9': opened where the digit first stands */
#define ZDM_MAP_INVALID 'x'	/* of a class whose struct pages are valid, but not these */

enum zdm_map_lens { ZDM_MAP_SECTION, ZDM_MAP_SUBSECTION, ZDM_MAP_PAGE };

#define ZDM_MAP_NONE (-1)

struct zdm_map_row {
	enum zdm_map_lens lens;
	uint64_t start_pfn, cell_pages;
	unsigned int nr;		/* cells, fewer than 64 at the end of the machine */
	uint64_t repeat;		/* rows that are alike, this one and those after it */
	int32_t node, pgmap;		/* ZDM_MAP_NONE */
	bool several;			/* more pgmaps than that one */
	char cell[ZDM_MAP_CELLS];
	uint64_t changed;		/* bit i: cell i differs from the model before */
};

/* False: no more. */
typedef bool (*zdm_map_row_fn)(void *priv, const struct zdm_map_row *row);

/* What a caller asked for, checked as zdm_map_check() says; all others get it from here. */
enum zdm_status zdm_map_take(const struct zdm_model *m, const struct zdm_map_opts *theirs,
			     struct zdm_map_opts *opts);

/* Row by row, in the order of PFNs, what is opened after the row it stands in. */
enum zdm_status zdm_map_rows(const struct zdm_model *m, const struct zdm_map_opts *opts,
			     zdm_map_row_fn fn, void *priv);

/* The letter of the frames of a range. */
char zdm_map_letter(const struct zdm_range *r);
/* Letter i of all there are, with its meaning; 0 after the last. */
char zdm_map_legend(unsigned int i, const char **name, const char **what);
/* Pages in a sub-section, or in the 64th of a section of a kernel that has none. */
uint64_t zdm_map_sub_pages(const struct zdm_kernel *k);

/* Bytes whose struct pages are valid, invalid, unknown; not counted is what is absent. */
struct zdm_map_totals {
	uint64_t bytes[3];		/* by enum zdm_tri */
	uint64_t all;
};
void zdm_map_total(const struct zdm_model *m, struct zdm_map_totals *ret);
/* Tenths of a per cent, never 0 or 1000 for what is not none or all. */
unsigned int zdm_map_permille(uint64_t part, uint64_t all);

/* Where two models differ in class or validity, joined. False: no memory. */
bool zdm_map_changes(const struct zdm_model *before, const struct zdm_model *m,
		     struct zdm_spans *ret);

#endif

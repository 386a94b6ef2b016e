/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The map of a model: each section a character or a box, what is mixed opened into
 * sub-sections and pages. Cost grows with the ranges of the model, not with its frames.
 */
#ifndef ZDM_MAP_H
#define ZDM_MAP_H

#include <zdm/report.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZDM_MAP_ALL UINT64_MAX

struct zdm_map_opts {
	size_t size;			/* sizeof(struct zdm_map_opts) */
	uint64_t section;		/* only this section, opened; ZDM_MAP_ALL: all */
	uint64_t pgmap;			/* only the sections of this pgmap; ZDM_MAP_ALL: all */
	const struct zdm_model *before;	/* what differs from it is outlined; NULL: nothing */
	bool colour;			/* text: escape sequences of a terminal */
	const char *name, *before_name;	/* of the dumps, for titles; NULL: none */
};
#define ZDM_MAP_OPTS_INIT { .size = sizeof(struct zdm_map_opts), .section = ZDM_MAP_ALL, \
			    .pgmap = ZDM_MAP_ALL }

/*
 * All take NULL for opts: everything. INVAL: no such section or pgmap, `before` has sections
 * or pages of another size, or opts are of another API; else as every report.
 */

/* OK, or INVAL: what the others would say, before anything goes out. */
ZDM_API enum zdm_status zdm_map_check(const struct zdm_model *m, const struct zdm_map_opts *opts);
/* Lines of less than 80 columns (docs/output.md); unknown names of strangers are not in it. */
ZDM_API enum zdm_status zdm_map_text(const struct zdm_model *m, const struct zdm_map_opts *opts,
				     const struct zdm_sink *out);
/* One file that needs no other: inline SVG and CSS, no script. */
ZDM_API enum zdm_status zdm_map_html(const struct zdm_model *m, const struct zdm_map_opts *opts,
				     const struct zdm_sink *out);
/* The grid alone, a picture. */
ZDM_API enum zdm_status zdm_map_svg(const struct zdm_model *m, const struct zdm_map_opts *opts,
				    const struct zdm_sink *out);

#ifdef __cplusplus
}
#endif
#endif

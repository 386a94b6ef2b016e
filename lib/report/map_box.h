/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* map_box: the grid of a map as SVG, for the picture and for the page. */
#ifndef ZDM_LIB_REPORT_MAP_BOX_H
#define ZDM_LIB_REPORT_MAP_BOX_H

#include "report/map.h"

/*
 * An <svg> element with the rows and, below each, a lane that shows where the struct pages
 * are stored. evidence_bytes: so much of the evidence of its ranges goes with it, to be shown
 * at the pointer or the focus; 0: a picture of its own, with its style.
 */
enum zdm_status zdm_map_grid(struct zdm_out *o, const struct zdm_model *m,
			     const struct zdm_map_opts *opts, size_t evidence_bytes);

/* Colours and hatching, for light and dark. */
void zdm_map_style(struct zdm_out *o);
/* Name of the CSS class of a letter: "k" and its number in hex. */
#define zdm_map_css(letter) (unsigned int)(unsigned char)(letter)

/* Text of a stranger: cleaned, and nothing in it is markup. */
void zdm_map_escaped(struct zdm_out *o, const char *text);

#endif

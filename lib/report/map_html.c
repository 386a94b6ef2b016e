// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report/map.h"
enum zdm_status zdm_map_html(const struct zdm_model *m, const struct zdm_map_opts *opts, const struct zdm_sink *out) { (void)m;(void)opts;(void)out; return ZDM_INVAL; }
enum zdm_status zdm_map_svg(const struct zdm_model *m, const struct zdm_map_opts *opts, const struct zdm_sink *out) { (void)m;(void)opts;(void)out; return ZDM_INVAL; }

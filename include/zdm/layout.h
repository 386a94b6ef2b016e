/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout: what zdm needs to know of a kernel, as the text of a layout file (docs/layout.md).
 *
 * Both write all of it or nothing. ABSENT: what no layout can do without is not known, and
 * its name is in err; then nothing was written. IO: the sink wanted no more.
 */
#ifndef ZDM_LAYOUT_H
#define ZDM_LAYOUT_H

#include <zdm/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of a dump's kernel. */
ZDM_API enum zdm_status zdm_layout_of_session(const struct zdm_session *s,
					      const struct zdm_sink *out, char *err,
					      size_t err_len);

/*
 * Of sources, asked in this order. release, build_id: as uname -r and in hex, where the
 * caller knows them; NULL: what the sources say of themselves.
 */
ZDM_API enum zdm_status zdm_layout_of_sources(struct zdm_source *const *sources, size_t nr,
					      const char *release, const char *build_id,
					      const struct zdm_sink *out, char *err,
					      size_t err_len);

/*
 * The text of a /proc/kallsyms as a source, of the symbols that a layout has; copied. machine:
 * whose they are, as uname -m names it; NULL: not known, so the one that zdm takes then. ABSENT: it does
 * not list _stext. UNREADABLE: it shows no addresses, as to a user who may not see them.
 */
ZDM_API enum zdm_status zdm_source_kallsyms_open_mem(const char *text, size_t len,
						     const char *machine, struct zdm_source **ret);

#ifdef __cplusplus
}
#endif
#endif

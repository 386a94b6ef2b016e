/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xlat: where the page tables are, by the machine's rules and what the dump says. */
#ifndef ZDM_LIB_XLAT_H
#define ZDM_LIB_XLAT_H

#include "kernel/session.h"

/* Set the reader up, and prove it with _stext. Needs the chain, not the kdef. */
enum zdm_status zdm_xlat_init(struct zdm_session *s, const char *machine, char *err,
			      size_t err_len);
/* Once more where the direct map is, now that all symbols are known. */
void zdm_xlat_direct_map(struct zdm_session *s);

#endif

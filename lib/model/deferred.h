/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* deferred: boot memory whose struct pages were still to be initialised. */
#ifndef ZDM_LIB_DEFERRED_H
#define ZDM_LIB_DEFERRED_H

#include "model/probe.h"

/* Fills ret->deferred. NOMEM is the only failure. */
enum zdm_status zdm_deferred_read(const struct zdm_session *s, struct zdm_probes *ret);

#endif

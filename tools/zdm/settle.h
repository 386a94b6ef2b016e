/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* settle: a model of a kernel that runs on while it is read. */
#ifndef ZDM_SETTLE_H
#define ZDM_SETTLE_H

#include <zdm/zdm.h>

enum settled {
	SETTLED,	/* a second look showed the same */
	SETTLED_LATER,	/* memory changed while it was read; the model is of afterwards */
	UNSETTLED,	/* it goes on changing: the model may mix two states */
};

/*
 * Look again, once, and once more if that shows something else; *m is the
 * last. Returns ZDM_OK or what building a model failed with.
 */
enum zdm_status settle_model(struct zdm_session *s, struct zdm_model **m, enum settled *ret,
			     char *err, size_t err_len);

#endif

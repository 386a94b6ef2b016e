// SPDX-License-Identifier: LGPL-2.1-or-later
/* model: all that is made of a kernel's memory; see world.c. */
#include "target.h"

void target_model(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	struct world *w = world_new(&b);
	struct zdm_session *ses = world_open(w);

	if (ses)
		judge_session(ses);
	zdm_close(ses);
	world_free(w);
}

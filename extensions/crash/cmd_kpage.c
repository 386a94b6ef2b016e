// SPDX-License-Identifier: GPL-2.0-or-later
/* zdm -k: /proc/kpageflags of the dump. */
#include <defs.h>

#include <zdm/kpageflags.h>

#include "cmd.h"
#include "guard.h"

static bool stop(void *priv)
{
	(void)priv;
	return guard_interrupted();
}

void cmd_kpage(struct cmd_call *c)
{
	struct zdm_pfn_spec range = { .start_pfn = 0, .end_pfn = UINT64_MAX };
	char why[CMD_ERR_LEN];
	struct zdm_kpageflags *v;

	if (c->nr > 1) {
		snprintf(c->err, sizeof(c->err), "-k takes one range: PFN-PFN or PFN+COUNT");
		return;
	}
	if (c->nr == 1 && !cmd_spec(c, c->args[0], &range)) {
		snprintf(why, sizeof(why), "%s", c->err);
		snprintf(c->err, sizeof(c->err), "-k takes one range: %.400s", why);
		return;
	}
	if (c->file && (c->nr || c->list)) {
		snprintf(c->err, sizeof(c->err), "-O writes all pages: give neither a range nor -l");
		return;
	}
	if (zdm_kpageflags_open(c->z->s, c->z->m, &v, c->err, sizeof(c->err)) != ZDM_OK)
		return;
	if (c->file) {
		if (zdm_kpageflags_save(v, c->file, stop, NULL, c->err, sizeof(c->err)) == ZDM_OK)
			cmd_printf(c->out, "%s: written\n", c->file);
	} else {
		cmd_reported(c, zdm_report_kpageflags(v, range.start_pfn, range.end_pfn, c->list,
						      c->out));
	}
	zdm_kpageflags_close(v);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* zdm -k: /proc/kpageflags of the dump. */
#include <defs.h>

#include <zdm/kpageflags.h>

#include "cmd.h"
#include "guard.h"

/* "PFN", "PFN-PFN" (the end not included), "PFN+COUNT", each decimal or hex. */
static bool parse_range(const char *arg, uint64_t *start, uint64_t *end)
{
	char *rest;
	uint64_t v;

	if (*arg < '0' || *arg > '9')
		return false;
	errno = 0;
	*start = strtoull(arg, &rest, 0);
	if (errno)
		return false;
	if (!*rest) {
		*end = *start + 1;
		return *end;
	}
	if ((*rest != '-' && *rest != '+') || rest[1] < '0' || rest[1] > '9')
		return false;
	arg = rest + 1;
	v = strtoull(arg, &rest, 0);
	if (errno || *rest)
		return false;
	*end = arg[-1] == '+' ? *start + v : v;
	return *end > *start;
}

static bool stop(void *priv)
{
	(void)priv;
	return guard_interrupted();
}

void cmd_kpage(struct cmd_call *c)
{
	uint64_t start = 0, end = UINT64_MAX;
	struct zdm_kpages *v;

	if (c->nr > 1 || (c->nr == 1 && !parse_range(c->args[0], &start, &end))) {
		snprintf(c->err, sizeof(c->err), "-k takes one range: PFN, PFN-PFN or PFN+COUNT");
		return;
	}
	if (c->file && (c->nr || c->list)) {
		snprintf(c->err, sizeof(c->err), "-O writes all pages: give neither a range nor -l");
		return;
	}
	if (zdm_kpages_open(c->z->s, c->z->m, &v, c->err, sizeof(c->err)) != ZDM_OK)
		return;
	if (c->file) {
		if (zdm_kpages_save(v, c->file, stop, NULL, c->err, sizeof(c->err)) == ZDM_OK)
			cmd_printf(c->out, "%s: written\n", c->file);
	} else if (zdm_report_kpages(v, start, end, c->list, c->out) != ZDM_OK) {
		snprintf(c->err, sizeof(c->err), "out of memory");
	}
	zdm_kpages_close(v);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/out.h"

#define LINE_BYTES 512

void zdm_out_fail(struct zdm_out *o, enum zdm_status status)
{
	if (o->status == ZDM_OK)
		o->status = status;
	o->stopped = o->status != ZDM_OK;
}

bool zdm_out_text(struct zdm_out *o, const char *text, size_t len)
{
	if (!o->stopped && len && !o->sink->emit_fn(o->sink->priv, text, len))
		zdm_out_fail(o, ZDM_STOPPED);
	return !o->stopped;
}

bool zdm_outf(struct zdm_out *o, const char *fmt, ...)
{
	char line[LINE_BYTES], *text = line;
	va_list ap;
	bool ok;
	int n;

	if (o->stopped)
		return false;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(line)) {
		text = malloc((size_t)n + 1);
		if (!text) {
			zdm_out_fail(o, ZDM_NOMEM);
			return false;
		}
		va_start(ap, fmt);
		vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	ok = zdm_out_text(o, text, n > 0 ? (size_t)n : 0);
	if (text != line)
		free(text);
	return ok;
}

const char *zdm_size_text(uint64_t bytes, char *buf)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t u = 0;
	double n = (double)bytes;

	while (n >= 1024 && u + 1 < sizeof(units) / sizeof(units[0])) {
		n /= 1024;
		u++;
	}
	/* 1.5 GiB, but 254 MiB and 2 GiB; what rounds to a whole is a whole */
	if (n < 9.95 && (uint64_t)(10 * n + 0.5) % 10)
		snprintf(buf, ZDM_SIZE_LEN, "%.1f %s", n, units[u]);
	else
		snprintf(buf, ZDM_SIZE_LEN, "%.0f %s", n, units[u]);
	return buf;
}

const char *zdm_pfn_text(uint64_t pfn, char *buf)
{
	/* not %#x, which leaves zero without its prefix */
	snprintf(buf, ZDM_PFN_LEN, "0x%" PRIx64, pfn);
	return buf;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

/* Reading the clock for each page would cost more than it tells. */
#define CLOCK_EVERY_BYTES (256u << 10)
#define MIB (1024.0 * 1024.0)

void progress_init(struct progress *p, bool quiet)
{
	memset(p, 0, sizeof(*p));
	p->enabled = !quiet && isatty(STDERR_FILENO);
}

void progress_begin(struct progress *p, const char *what, uint64_t total_bytes)
{
	if (!p || !p->enabled)
		return;
	progress_end(p);
	p->what = what;
	p->done = 0;
	p->total = total_bytes == UINT64_MAX ? 0 : total_bytes;
	clock_gettime(CLOCK_MONOTONIC, &p->next);
	p->next.tv_sec++;
}

void progress_add(struct progress *p, uint64_t bytes)
{
	struct timespec now;

	if (!p || !p->enabled || !p->what)
		return;
	p->done += bytes;
	p->unasked += bytes;
	if (p->unasked < CLOCK_EVERY_BYTES)
		return;
	p->unasked = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < p->next.tv_sec ||
	    (now.tv_sec == p->next.tv_sec && now.tv_nsec < p->next.tv_nsec))
		return;
	if (p->total)
		fprintf(stderr, "\rzdm: %s: %3.0f %%\033[K", p->what,
			100.0 * (double)p->done / (double)p->total);
	else
		fprintf(stderr, "\rzdm: %s: %.0f MiB\033[K", p->what, (double)p->done / MIB);
	p->shown = true;
	p->next = now;
	p->next.tv_nsec += 200000000;
	if (p->next.tv_nsec >= 1000000000) {
		p->next.tv_nsec -= 1000000000;
		p->next.tv_sec++;
	}
}

void progress_end(struct progress *p)
{
	if (!p)
		return;
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	p->shown = false;
	p->what = NULL;
}

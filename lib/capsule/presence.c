// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "capsule/presence.h"
#include "base/search.h"

#define LINE_BYTES 48

bool zdm_presence_add(struct zdm_presence *p, uint64_t start_paddr, uint64_t end_paddr,
		      bool present)
{
	struct zdm_presence_run *last = p->nr ? &p->run[p->nr - 1] : NULL;

	if (last && last->end_paddr == start_paddr && last->present == present) {
		last->end_paddr = end_paddr;
		return true;
	}
	last = zdm_grow((void **)&p->run, &p->room, p->nr, sizeof(*last));
	if (!last)
		return false;
	*last = (struct zdm_presence_run){ start_paddr, end_paddr, present };
	p->nr++;
	return true;
}

static int run_cmp(const void *a, const void *b)
{
	const struct zdm_presence_run *x = a, *y = b;

	return x->start_paddr < y->start_paddr ? -1 : x->start_paddr > y->start_paddr;
}

void zdm_presence_sort(struct zdm_presence *p)
{
	size_t i, n = 0;

	if (p->nr)
		qsort(p->run, p->nr, sizeof(*p->run), run_cmp);
	for (i = 0; i < p->nr; i++) {
		struct zdm_presence_run r = p->run[i];
		struct zdm_presence_run *last = n ? &p->run[n - 1] : NULL;

		if (last && r.start_paddr < last->end_paddr)
			r.start_paddr = last->end_paddr;
		if (r.start_paddr >= r.end_paddr)
			continue;
		if (last && last->end_paddr == r.start_paddr && last->present == r.present)
			last->end_paddr = r.end_paddr;
		else
			p->run[n++] = r;
	}
	p->nr = n;
}

const struct zdm_presence_run *zdm_presence_find(const struct zdm_presence *p, uint64_t paddr)
{
	size_t i = zdm_first_beyond(p->run, p->nr, end_paddr, paddr);

	return i < p->nr && p->run[i].start_paddr <= paddr ? &p->run[i] : NULL;
}

char *zdm_presence_write(const struct zdm_presence *p, size_t *len)
{
	char *text = malloc(p->nr * LINE_BYTES + 1);
	size_t i, n = 0;

	if (!text)
		return NULL;
	text[0] = '\0';
	for (i = 0; i < p->nr; i++)
		n += (size_t)snprintf(text + n, LINE_BYTES, "%" PRIx64 " %" PRIx64 " %s\n",
				      p->run[i].start_paddr, p->run[i].end_paddr,
				      p->run[i].present ? "yes" : "no");
	*len = n;
	return text;
}

/* One line of LINE_BYTES at most, terminated. */
static bool parse_line(struct zdm_presence *p, const char *line)
{
	uint64_t start, end;
	char word[8];

	if (sscanf(line, "%" SCNx64 " %" SCNx64 " %7s", &start, &end, word) != 3 || start >= end)
		return false;
	if (strcmp(word, "yes") && strcmp(word, "no"))
		return false;
	return zdm_presence_add(p, start, end, word[0] == 'y');
}

bool zdm_presence_parse(struct zdm_presence *p, const char *text, size_t len)
{
	char line[LINE_BYTES];
	size_t at = 0;

	while (at < len) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t n = nl ? (size_t)(nl - (text + at)) : len - at;

		if (n >= sizeof(line))
			return false;
		memcpy(line, text + at, n);
		line[n] = '\0';
		if (!parse_line(p, line))
			return false;
		at += n + 1;
	}
	zdm_presence_sort(p);
	return true;
}

void zdm_presence_deinit(struct zdm_presence *p)
{
	free(p->run);
	memset(p, 0, sizeof(*p));
}

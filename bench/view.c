// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the view of `zdm exec` costs a host for each page it asks for: where a
 * page lies, with one altmap and with 10,000, in order and at random. Reading
 * the page comes on top of it, and is the same with and without zdm. Fails if
 * one answer takes LIMIT_NS or more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../tools/preload/view.h"

#define PAGE 4096u
#define PAGES_EACH 64u		/* of an altmap */
#define NR_ASKED (1u << 16)
#define ROUNDS 50
#define LIMIT_NS 100

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A page of headers, a page of the dump, then altmaps with a page between them. */
static struct view_head *make(uint64_t nr)
{
	size_t bytes = sizeof(struct view_head) + nr * sizeof(struct view_extra) + 8 + PAGE;
	struct view_head *v = calloc(1, bytes);
	struct view_extra *e;
	uint64_t i, off = 2 * PAGE;
	const char *why;

	if (!v)
		exit(2);
	e = (struct view_extra *)(v + 1);
	memcpy(v->magic, VIEW_MAGIC, sizeof(v->magic));
	v->blob_bytes = bytes;
	v->header_off = bytes - PAGE;
	v->header_bytes = PAGE;
	v->file_bytes = PAGE;
	v->nr_extras = nr;
	for (i = 0; i < nr; i++) {
		off += PAGE;
		e[i].view_off = off;
		e[i].bytes = PAGES_EACH * PAGE;
		e[i].src_off = i << 20;
		e[i].path_off = bytes - PAGE - 8;
		off += e[i].bytes;
	}
	v->total_bytes = off;
	why = view_check(v, bytes);
	if (why) {
		fprintf(stderr, "view: %s\n", why);
		exit(2);
	}
	return v;
}

static double measure(const struct view_head *v, bool at_random, uint64_t *sum)
{
	uint64_t pages = v->total_bytes / PAGE, pfn = 0;
	double start, best = 1e9, took;
	unsigned int i, round;

	for (round = 0; round < ROUNDS; round++) {
		start = now();
		for (i = 0; i < NR_ASKED; i++) {
			/* a full period over 2^k, cut to the pages there are */
			pfn = at_random ? pfn * 2862933555777941757u + 3037000493u : pfn + 1;
			*sum += view_at(v, (at_random ? (pfn >> 20) % pages : pfn % pages) * PAGE)
				.src_off;
		}
		took = (now() - start) / NR_ASKED * 1e9;
		best = took < best ? took : best;
	}
	return best;
}

int main(void)
{
	struct view_head *one = make(1), *many = make(10000);
	double row[2][2];
	uint64_t sum = 0;

	row[0][0] = measure(one, false, &sum);
	row[0][1] = measure(one, true, &sum);
	row[1][0] = measure(many, false, &sum);
	row[1][1] = measure(many, true, &sum);
	printf("where a page of the view lies, ns (best of %d, checksum %" PRIx64 "):\n",
	       ROUNDS, sum);
	printf("%-16s %10s %10s\n", "", "in order", "at random");
	printf("%-16s %10.1f %10.1f\n", "1 altmap", row[0][0], row[0][1]);
	printf("%-16s %10.1f %10.1f\n", "10,000 altmaps", row[1][0], row[1][1]);
	free(one);
	free(many);
	return row[1][0] >= LIMIT_NS || row[1][1] >= LIMIT_NS;
}

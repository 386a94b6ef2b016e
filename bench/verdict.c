// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the makedumpfile filter costs for each page frame: a synthetic 64 TiB
 * machine with 10,000 ranges, every PFN of a sample asked in ascending order,
 * beside a call that answers nothing. Prints both and the difference; fails if
 * that is LIMIT_NS or more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "zdm_verdict.h"

#define TOTAL_PFNS ((uint64_t)64 << (40 - 12))
#define NR_RANGES 10000
#define NR_ASKED ((uint64_t)1 << 30)
#define ROUNDS 5
#define LIMIT_NS 5

static struct zdm_keep_range ranges[NR_RANGES];
static struct zdm_verdict verdict;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* As an extension is called: through a pointer. */
typedef int (*callback_fn)(unsigned long pfn, const void *pcache);

static int empty(unsigned long pfn, const void *pcache)
{
	(void)pfn;
	(void)pcache;
	return ZDM_VERDICT_KEEP;
}

static int ask(unsigned long pfn, const void *pcache)
{
	(void)pcache;
	return zdm_verdict_of(&verdict, pfn);
}

/* All ranges are met: a stretch at the head of each. */
static double measure(callback_fn volatile *fn, uint64_t *kept)
{
	uint64_t each = NR_ASKED / NR_RANGES, pfn, i;
	double start = now();

	for (i = 0; i < NR_RANGES; i++)
		for (pfn = ranges[i].start_pfn; pfn < ranges[i].start_pfn + each; pfn++)
			*kept += (*fn)(pfn, NULL) == ZDM_VERDICT_KEEP;
	return (now() - start) / (double)(each * NR_RANGES) * 1e9;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(void)
{
	double base[ROUNDS], cost[ROUNDS];
	callback_fn volatile fn;
	uint64_t kept = 0, i;
	int round;

	for (i = 0; i < NR_RANGES; i++)
		ranges[i] = (struct zdm_keep_range){
			.start_pfn = TOTAL_PFNS / NR_RANGES * i,
			.end_pfn = TOTAL_PFNS / NR_RANGES * (i + 1),
			.keep = i % 3 ? ZDM_KEEP_HOST : ZDM_DROP,
			.cls = i % 3 ? ZDM_CLASS_ONLINE : ZDM_CLASS_HOLE,
		};
	for (round = 0; round < ROUNDS; round++) {
		fn = empty;
		base[round] = measure(&fn, &kept);
		verdict = (struct zdm_verdict){ .ranges = ranges, .nr = NR_RANGES,
						.memmap_frames = true };
		fn = ask;
		cost[round] = measure(&fn, &kept);
	}
	qsort(base, ROUNDS, sizeof(double), compare);
	qsort(cost, ROUNDS, sizeof(double), compare);
	printf("empty callback  %6.2f ns per PFN\nverdict         %6.2f ns per PFN\n"
	       "difference      %6.2f ns per PFN (medians of %d, %d ranges, %" PRIu64 " PFNs each)\n",
	       base[ROUNDS / 2], cost[ROUNDS / 2], cost[ROUNDS / 2] - base[ROUNDS / 2], ROUNDS,
	       NR_RANGES, NR_ASKED / NR_RANGES * NR_RANGES);
	return kept == 0 || cost[ROUNDS / 2] - base[ROUNDS / 2] >= LIMIT_NS;
}

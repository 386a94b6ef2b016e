// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Runs in a guest: reads the three files over and over into locked memory, until
 * the machine is stopped. Says on standard output in which page frame the
 * header is, once the first two snapshots are there. Linked statically.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kpage_snap.h"

static const char *const files[KPAGE_FILES] = {
	"/proc/kpageflags", "/proc/kpagecount", "/proc/kpagecgroup",
};
static int fd[KPAGE_FILES];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Frames that stay where they are: small pages, locked, written once. */
static void *frames(size_t nr)
{
	void *p = mmap(NULL, nr * KPAGE_FRAME, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || madvise(p, nr * KPAGE_FRAME, MADV_NOHUGEPAGE) ||
	    mlock(p, nr * KPAGE_FRAME))
		die("memory");
	memset(p, 0, nr * KPAGE_FRAME);
	return p;
}

static uint64_t pfn_of(int pagemap, const void *p)
{
	uint64_t entry;

	if (pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)p / KPAGE_FRAME * 8)) != 8 ||
	    !(entry >> 63))
		die("/proc/self/pagemap");
	return entry & ((1ull << 55) - 1);
}

#define MIB (1u << 20)
#define HUGE_PAGE (2u * MIB)

/* Anonymous memory at a 2 MiB boundary; what is around it stays unused. */
static char *aligned(size_t bytes, int advice)
{
	char *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("memory");
	p = (char *)(((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
	madvise(p, bytes, advice);
	return p;
}

static void say(const char *what, int ok)
{
	fprintf(stderr, "%s: %s\n", what, ok ? "yes" : "no");
}

/*
 * Pages of many kinds, so that there is something to compare: huge pages whole
 * and in parts, zero pages, hugetlb pages, shared memory, all of it mapped
 * twice by a child that does nothing.
 */
static void make_variety(void)
{
	volatile char sum = 0;
	size_t i;
	char *p;

	p = aligned(4 * HUGE_PAGE, MADV_HUGEPAGE);
	memset(p, 1, 4 * HUGE_PAGE);
	munmap(p + HUGE_PAGE + 16 * KPAGE_FRAME, 3 * KPAGE_FRAME);
	madvise(p + 2 * HUGE_PAGE, HUGE_PAGE / 2, MADV_DONTNEED);
	p = aligned(HUGE_PAGE, MADV_HUGEPAGE);
	for (i = 0; i < HUGE_PAGE; i += KPAGE_FRAME)
		sum += p[i];			/* only read: the huge zero page */
	p = aligned(MIB, MADV_NOHUGEPAGE);
	for (i = 0; i < MIB; i += KPAGE_FRAME)
		sum += p[i];			/* the zero page */
	p = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	say("hugetlb", p != MAP_FAILED);
	if (p != MAP_FAILED)
		memset(p, 2, 2 * HUGE_PAGE);
	p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED)
		memset(p, 3, MIB);
	/* two pages alike, for ksmd */
	p = aligned(16 * KPAGE_FRAME, MADV_NOHUGEPAGE);
	memset(p, 4, 16 * KPAGE_FRAME);
	say("mergeable", !madvise(p, 16 * KPAGE_FRAME, MADV_MERGEABLE));
	if (!fork()) {
		for (;;)
			pause();
	}
}

/* How long the files are is only seen by reading. */
static uint64_t count_pfns(void)
{
	static uint64_t buf[8192];
	uint64_t nr = 0;
	ssize_t n;

	while ((n = pread(fd[0], buf, sizeof(buf), (off_t)(nr * 8))) > 0)
		nr += (uint64_t)n / 8;
	return nr;
}

static void read_file(int from, uint64_t *to, uint64_t nr)
{
	uint64_t at = 0;

	while (at < nr) {
		ssize_t n = pread(from, to + at, (nr - at) * 8, (off_t)(at * 8));

		if (n <= 0)
			die("short read");
		at += (uint64_t)n / 8;
	}
}

int main(void)
{
	uint64_t nr, file_frames, data_frames, index_frames, i, round, *index, *data;
	struct kpage_header *h = frames(1);
	int pagemap = open("/proc/self/pagemap", O_RDONLY);

	make_variety();
	for (i = 0; i < KPAGE_FILES; i++) {
		fd[i] = open(files[i], O_RDONLY);
		if (fd[i] < 0)
			die(files[i]);
	}
	nr = count_pfns();
	file_frames = (nr * 8 + KPAGE_FRAME - 1) / KPAGE_FRAME;
	data_frames = file_frames * KPAGE_FILES * KPAGE_SLOTS;
	index_frames = (data_frames + KPAGE_PER_INDEX - 1) / KPAGE_PER_INDEX;
	if (!nr || index_frames > KPAGE_MAX_INDEX) {
		fprintf(stderr, "%llu pages are too many or too few\n", (unsigned long long)nr);
		return 1;
	}
	data = frames(data_frames);
	index = frames(index_frames);
	for (i = 0; i < data_frames; i++)
		index[i] = pfn_of(pagemap, data + i * KPAGE_PER_INDEX);
	for (i = 0; i < index_frames; i++)
		h->index_pfn[i] = pfn_of(pagemap, index + i * KPAGE_PER_INDEX);
	h->nr_pfns = nr;
	h->file_frames = file_frames;
	memcpy(h->magic, KPAGE_MAGIC, sizeof(h->magic));
	for (round = 1; ; round++) {
		unsigned int slot = round % KPAGE_SLOTS;
		uint64_t *to = data + slot * KPAGE_FILES * file_frames * KPAGE_PER_INDEX;

		__atomic_store_n(&h->seq[slot], 0, __ATOMIC_SEQ_CST);
		for (i = 0; i < KPAGE_FILES; i++)
			read_file(fd[i], to + i * file_frames * KPAGE_PER_INDEX, nr);
		__atomic_store_n(&h->seq[slot], round, __ATOMIC_SEQ_CST);
		if (round == KPAGE_SLOTS) {
			printf("0x%llx\n", (unsigned long long)pfn_of(pagemap, h));
			fflush(stdout);
			fclose(stdout);
		}
	}
}

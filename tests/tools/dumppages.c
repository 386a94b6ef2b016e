// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dumppages [-dakh] A B TESTIMONY EXPECTED: two dumps of one machine, page by
 * page, by libkdumpfile and nothing of zdm's. B was made from what A was made from, with
 * zdm's help.
 *
 * - a page that both hold is the same, byte for byte;
 * - B holds no page that A lacks (-a: but pages of class altmap), and none of a
 *   class that the policy drops (-k: but absent ones, at which makedumpfile
 *   does not look);
 * - a page that only A holds is of a class that the policy drops, by the
 *   kernel's testimony (-d: device data may go, too), or it stores nothing but
 *   struct pages of such classes, by libkdumpfile's walk of the page tables
 *   (-h: or it is online, and the host's dump level has a say).
 *
 * EXPECTED has "START END CLASS VALID" lines, TESTIMONY the lines "vmemmap",
 * "sizeof_page" and "page_size". Prints what was counted; exit code 0: all so.
 */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libkdumpfile/addrxlat.h>
#include <libkdumpfile/kdumpfile.h>

#define MAX_RANGES 100000
#define CHUNK 512u

static struct range {
	uint64_t start, end;
	char cls[16];
} ranges[MAX_RANGES];
static size_t nr_ranges;
static uint64_t page_size, sizeof_page, vmemmap;
static bool device_goes, altmap_comes, absent_stays, host_excludes;

static struct tally {
	char cls[16];
	uint64_t pages;
} only_a[32], only_b[32], both[32];

static void count(struct tally *t, const char *cls)
{
	while (t->cls[0] && strcmp(t->cls, cls))
		t++;
	snprintf(t->cls, sizeof(t->cls), "%s", cls);
	t->pages++;
}

static void print(const char *what, const struct tally *t)
{
	printf("%s:", what);
	for (; t->cls[0]; t++)
		printf(" %s %" PRIu64, t->cls, t->pages);
	printf("\n");
}

/*
 * libkdumpfile gives a page of zeros for the one before a segment of an ELF
 * file, and is slow in saying that a page is missing; so what an ELF file has is
 * read here, and of a kdump-compressed one the bitmap.
 */
struct dump {
	kdump_ctx_t *ctx;
	int fd;
	Elf64_Phdr *ph;		/* NULL: no ELF file */
	size_t nr_ph;
	unsigned char *bits;	/* NULL: no kdump-compressed file */
	uint64_t nr_bits;
};

static void read_segments(struct dump *d)
{
	Elf64_Ehdr eh;
	size_t bytes;

	if (pread(d->fd, &eh, sizeof(eh), 0) != sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_phnum == PN_XNUM)
		return;
	bytes = eh.e_phnum * sizeof(*d->ph);
	d->ph = malloc(bytes);
	d->nr_ph = eh.e_phnum;
	if (pread(d->fd, d->ph, bytes, (off_t)eh.e_phoff) != (ssize_t)bytes)
		d->nr_ph = 0;
}

/* The second bitmap: after the header's block and those of the sub-header. */
static void read_bitmap(struct dump *d)
{
	struct {
		char signature[8];
		int32_t version;
		char utsname[6 * 65];
		int64_t timestamp[2];
		uint32_t status;
		int32_t block_size, sub_blocks;
		uint32_t bitmap_blocks;
	} h;
	off_t at;

	if (pread(d->fd, &h, sizeof(h), 0) != sizeof(h) ||
	    memcmp(h.signature, "KDUMP   ", sizeof(h.signature)))
		return;
	d->nr_bits = (uint64_t)h.bitmap_blocks * (uint64_t)h.block_size / 2 * 8;
	at = (off_t)(1 + h.sub_blocks) * h.block_size + (off_t)(d->nr_bits / 8);
	d->bits = calloc(1, d->nr_bits / 8 + 1);
	if (pread(d->fd, d->bits, d->nr_bits / 8, at) != (ssize_t)(d->nr_bits / 8))
		d->nr_bits = 0;
}

static bool has(const struct dump *d, uint64_t pfn, void *buf)
{
	uint64_t paddr = pfn * page_size, left;
	size_t len = page_size, i;

	for (i = 0; i < d->nr_ph; i++) {
		const Elf64_Phdr *p = &d->ph[i];

		if (p->p_type != PT_LOAD || paddr < p->p_paddr ||
		    paddr >= p->p_paddr + p->p_filesz)
			continue;
		left = p->p_paddr + p->p_filesz - paddr;
		len = left < page_size ? left : page_size;	/* it may end in this page */
		memset(buf, 0, page_size);
		return pread(d->fd, buf, len, (off_t)(p->p_offset + paddr - p->p_paddr)) ==
			(ssize_t)len;
	}
	if (d->ph || (d->bits && (pfn >= d->nr_bits || !(d->bits[pfn / 8] >> pfn % 8 & 1))))
		return false;
	return kdump_read(d->ctx, KDUMP_MACHPHYSADDR, paddr, buf, &len) == KDUMP_OK &&
		len == page_size;
}

static struct dump open_dump(const char *path)
{
	struct dump d = { .ctx = kdump_new(), .fd = open(path, O_RDONLY) };

	if (!d.ctx || d.fd < 0 || kdump_open_fd(d.ctx, d.fd) != KDUMP_OK ||
	    kdump_set_string_attr(d.ctx, KDUMP_ATTR_OSTYPE, "linux") != KDUMP_OK) {
		fprintf(stderr, "dumppages: %s: %s\n", path,
			d.ctx && d.fd >= 0 ? kdump_get_err(d.ctx) : "cannot open");
		exit(2);
	}
	read_segments(&d);
	read_bitmap(&d);
	return d;
}

static void read_lists(const char *testimony, const char *expected)
{
	FILE *t = fopen(testimony, "r"), *e = fopen(expected, "r");
	char line[512], key[64];
	uint64_t value;

	if (!t || !e) {
		fprintf(stderr, "dumppages: no %s or %s\n", testimony, expected);
		exit(2);
	}
	while (fgets(line, sizeof(line), t)) {
		if (sscanf(line, "%63s %" SCNi64, key, (int64_t *)&value) != 2)
			continue;
		if (!strcmp(key, "vmemmap"))
			vmemmap = strtoull(line + strlen("vmemmap "), NULL, 16);
		else if (!strcmp(key, "sizeof_page"))
			sizeof_page = value;
		else if (!strcmp(key, "page_size"))
			page_size = value;
	}
	while (nr_ranges < MAX_RANGES &&
	       fscanf(e, "%" SCNu64 " %" SCNu64 " %15s %*s\n", &ranges[nr_ranges].start,
		      &ranges[nr_ranges].end, ranges[nr_ranges].cls) == 3)
		nr_ranges++;
	fclose(t);
	fclose(e);
	if (!vmemmap || !sizeof_page || !page_size || !nr_ranges) {
		fprintf(stderr, "dumppages: the lists are not complete\n");
		exit(2);
	}
}

static const char *class_of(uint64_t pfn)
{
	static size_t at;	/* asked in ascending order, mostly */
	size_t i;

	if (ranges[at].start <= pfn && pfn < ranges[at].end)
		return ranges[at].cls;
	for (i = 0; i < nr_ranges; i++) {
		if (ranges[i].start <= pfn && pfn < ranges[i].end) {
			at = i;
			return ranges[i].cls;
		}
	}
	return "absent";
}

static bool goes(const char *cls)
{
	static const char *const gone[] = { "absent", "hole", "offline", "pending", "reserved",
					    "stale" };
	size_t i;

	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (!strcmp(cls, gone[i]))
			return true;
	return device_goes && !strcmp(cls, "device");
}

/* Frames behind struct pages whose whole chunk is of classes that go. */
static uint64_t *memmap_frames(kdump_ctx_t *ctx, size_t *nr)
{
	uint64_t pfn, step = page_size / sizeof_page, i, end = ranges[nr_ranges - 1].end;
	uint64_t *frames = malloc((end / step + 1) * sizeof(*frames));
	addrxlat_ctx_t *xctx;
	addrxlat_sys_t *sys;
	addrxlat_fulladdr_t a;
	bool all, device;

	*nr = 0;
	device = device_goes;
	device_goes = false;	/* struct pages of devices stay */
	if (kdump_get_addrxlat(ctx, &xctx, &sys) != KDUMP_OK) {
		fprintf(stderr, "dumppages: %s\n", kdump_get_err(ctx));
		exit(2);
	}
	for (pfn = 0; pfn < end; pfn += step) {
		if (!goes(class_of(pfn)) || !strcmp(class_of(pfn), "absent"))
			continue;
		all = true;
		for (i = pfn / CHUNK * CHUNK; all && i < pfn / CHUNK * CHUNK + CHUNK; i++)
			all = goes(class_of(i));
		a = (addrxlat_fulladdr_t){ vmemmap + pfn * sizeof_page, ADDRXLAT_KVADDR };
		if (all && addrxlat_fulladdr_conv(&a, ADDRXLAT_MACHPHYSADDR, xctx, sys) ==
		    ADDRXLAT_OK)
			frames[(*nr)++] = a.addr / page_size;
	}
	device_goes = device;
	addrxlat_ctx_decref(xctx);
	addrxlat_sys_decref(sys);
	return frames;
}

int main(int argc, char **argv)
{
	uint64_t pfn, end, *frames, differ = 0, wrong = 0, i;
	unsigned char *x, *y;
	struct dump a, b;
	size_t nr_frames;
	bool in_a, in_b;
	int opt;

	while ((opt = getopt(argc, argv, "dakh")) != -1) {
		device_goes |= opt == 'd';
		altmap_comes |= opt == 'a';
		absent_stays |= opt == 'k';
		host_excludes |= opt == 'h';
	}
	if (argc - optind != 4) {
		fprintf(stderr, "dumppages [-dakh] A B TESTIMONY EXPECTED\n");
		return 2;
	}
	a = open_dump(argv[optind]);
	b = open_dump(argv[optind + 1]);
	read_lists(argv[optind + 2], argv[optind + 3]);
	frames = memmap_frames(a.ctx, &nr_frames);
	x = malloc(page_size);
	y = malloc(page_size);
	end = ranges[nr_ranges - 1].end;
	for (pfn = 0; pfn < (end > 0x100000 ? end : 0x100000); pfn++) {
		const char *cls = class_of(pfn);

		in_a = has(&a, pfn, x);
		in_b = has(&b, pfn, y);
		if (in_a && in_b) {
			count(both, cls);
			differ += memcmp(x, y, page_size) != 0;
			if (goes(cls) && !(absent_stays && !strcmp(cls, "absent"))) {
				if (wrong++ < 20)
					fprintf(stderr, "pfn %#" PRIx64 ": %s, but kept\n", pfn,
						cls);
			}
		} else if (in_a) {
			for (i = 0; !goes(cls) && i < nr_frames; i++)
				if (frames[i] == pfn)
					cls = "memmap";
			count(only_a, cls);
			if (!goes(cls) && strcmp(cls, "memmap") &&
			    !(host_excludes && !strcmp(cls, "online"))) {
				if (wrong++ < 20)
					fprintf(stderr, "pfn %#" PRIx64 ": %s, but not kept\n",
						pfn, cls);
			}
		} else if (in_b) {
			count(only_b, cls);
			if ((!altmap_comes || strcmp(cls, "altmap")) && wrong++ < 20)
				fprintf(stderr, "pfn %#" PRIx64 ": %s, from nowhere\n", pfn, cls);
		}
	}
	print("both", both);
	print("only A", only_a);
	print("only B", only_b);
	printf("%" PRIu64 " pages differ, %" PRIu64 " wrong\n", differ, wrong);
	kdump_free(a.ctx);
	kdump_free(b.ctx);
	free(frames);
	free(x);
	free(y);
	return differ || wrong;
}

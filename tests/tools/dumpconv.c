// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dumpconv: turns an ELF vmcore into the other forms that a dump may have, for
 * tests of their readers. Shares no code with the readers.
 *
 *	dumpconv kdump IN OUT		kdump-compressed, pages with zlib where it helps
 *	dumpconv kdump-raw IN OUT	the same, every page as it is
 *	dumpconv kdump-lzo, kdump-snappy, kdump-zstd IN OUT	with another algorithm
 *	dumpconv kdump-unknown IN OUT	with zlib, and the machine as QEMU 10 calls it
 *	dumpconv kdump-64k-unknown IN OUT	the same in blocks of 64 KiB, as QEMU writes aarch64, whatever its pages
 *	dumpconv kdump-64k IN OUT	pages of 64 KiB, as QEMU writes for arm64, zlib
 *	dumpconv split IN OUT		OUT.1 to OUT.3, as makedumpfile --split has them
 *	dumpconv flat IN OUT		any file as a flattened stream, out of order
 *	dumpconv flat-twice IN OUT	the same; each record comes twice, the first time wrong
 */
#include <elf.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#define PARTS 3u

enum packing { RAW = 0, ZLIB = 1, LZO = 2, SNAPPY = 4, ZSTD = 0x20 };

/* What to make. */
static unsigned int block = 4096;
static enum packing packing = ZLIB;
static const char *machine = "x86_64";
static unsigned int part;		/* of PARTS; 0: all in one file */

static void die(const char *what)
{
	fprintf(stderr, "dumpconv: %s\n", what);
	exit(2);
}

static uint8_t *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;

	if (!f || fseek(f, 0, SEEK_END))
		die(path);
	*len = (size_t)ftell(f);
	rewind(f);
	data = malloc(*len + 1);
	if (!data || fread(data, 1, *len, f) != *len)
		die(path);
	fclose(f);
	return data;
}

static void write_at(FILE *f, uint64_t off, const void *data, size_t len)
{
	if (fseek(f, (long)off, SEEK_SET) || fwrite(data, 1, len, f) != len)
		die("cannot write");
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

struct vmcore {
	uint8_t *data;
	Elf64_Phdr *ph;
	unsigned int nr;
	uint64_t nr_pfns;
	const uint8_t *note, *vmcoreinfo;
	uint64_t note_len, vmcoreinfo_len;
};

static void open_vmcore(struct vmcore *v, const char *path)
{
	size_t len;
	Elf64_Ehdr *e;
	unsigned int i;

	memset(v, 0, sizeof(*v));
	v->data = slurp(path, &len);
	e = (Elf64_Ehdr *)v->data;
	if (e->e_machine == EM_AARCH64 && !strcmp(machine, "x86_64"))
		machine = "aarch64";	/* as makedumpfile copies it from uname */
	v->ph = (Elf64_Phdr *)(v->data + e->e_phoff);
	v->nr = e->e_phnum;
	for (i = 0; i < v->nr; i++) {
		uint64_t end = (v->ph[i].p_paddr + v->ph[i].p_filesz + block - 1) / block;

		if (v->ph[i].p_type == PT_NOTE) {
			v->note = v->data + v->ph[i].p_offset;
			v->note_len = v->ph[i].p_filesz;
		} else if (end > v->nr_pfns) {
			v->nr_pfns = end;
		}
	}
	/* the only note of our vmcores whose text begins so */
	v->vmcoreinfo = v->note ? memmem(v->note, v->note_len, "OSRELEASE=", 10) : NULL;
	if (!v->vmcoreinfo)
		die("no VMCOREINFO");
	v->vmcoreinfo_len = strnlen((const char *)v->vmcoreinfo,
				    (size_t)(v->note + v->note_len - v->vmcoreinfo));
}

/* The page, as far as the vmcore has it; the rest is zeros. NULL: it has nothing of it. */
static const uint8_t *page_of(const struct vmcore *v, uint64_t pfn)
{
	static uint8_t page[1 << 16];
	unsigned int i, found = 0;

	for (i = 0; i < v->nr; i++) {
		const Elf64_Phdr *ph = &v->ph[i];

		uint64_t start = pfn * block, end = start + block;

		if (ph->p_type != PT_LOAD)
			continue;
		if (start < ph->p_paddr)
			start = ph->p_paddr;
		if (end > ph->p_paddr + ph->p_filesz)
			end = ph->p_paddr + ph->p_filesz;
		if (start >= end)
			continue;
		if (!found++)
			memset(page, 0, block);
		memcpy(page + start % block, v->data + ph->p_offset + (start - ph->p_paddr),
		       end - start);
	}
	return found ? page : NULL;
}

static uint64_t start_pfn(const struct vmcore *v)
{
	return part ? v->nr_pfns / PARTS * (part - 1) : 0;
}

static uint64_t end_pfn(const struct vmcore *v)
{
	return part && part < PARTS ? v->nr_pfns / PARTS * part : v->nr_pfns;
}

static void put_headers(FILE *f, const struct vmcore *v, uint64_t bitmap_blocks)
{
	uint64_t note_off = 2 * block;
	uint64_t sub_blocks = 1 + (v->note_len + block - 1) / block;
	static uint8_t head[1 << 16] = "KDUMP   ", sub[1 << 16];

	put32(head + 8, 6);				/* version */
	strcpy((char *)head + 12 + 4 * 65, machine);	/* of uname */
	put32(head + 428, block);
	put32(head + 432, (uint32_t)sub_blocks);
	put32(head + 436, (uint32_t)bitmap_blocks);
	put32(head + 440, (uint32_t)v->nr_pfns);
	put64(sub + 32, note_off + (uint64_t)(v->vmcoreinfo - v->note));
	put64(sub + 40, v->vmcoreinfo_len);
	put64(sub + 48, note_off);
	put64(sub + 56, v->note_len);
	put64(sub + 96, v->nr_pfns);
	if (part) {
		put32(sub + 12, 1);
		put64(sub + 80, start_pfn(v));
		put64(sub + 88, end_pfn(v));
	}
	write_at(f, 0, head, block);
	write_at(f, block, sub, block);
	write_at(f, note_off, v->note, v->note_len);
}

/* How many bytes the page has packed; block or more: no use. */
static size_t pack(const uint8_t *page, uint8_t *packed, size_t room)
{
	static uint8_t lzo_work[LZO1X_1_MEM_COMPRESS];
	uLongf zlib_len = room;
	lzo_uint lzo_len = room;
	size_t snappy_len = room, zstd_len;

	switch (packing) {
	case ZLIB:
		return compress2(packed, &zlib_len, page, block, 1) == Z_OK ? zlib_len : block;
	case LZO:
		return lzo1x_1_compress(page, block, packed, &lzo_len, lzo_work) == LZO_E_OK ?
		       lzo_len : block;
	case SNAPPY:
		return snappy_compress((const char *)page, block, (char *)packed, &snappy_len) ==
		       SNAPPY_OK ? snappy_len : block;
	case ZSTD:
		zstd_len = ZSTD_compress(packed, room, page, block, 1);
		return ZSTD_isError(zstd_len) ? block : zstd_len;
	default:
		return block;
	}
}

static void put_page(FILE *f, uint64_t desc_off, uint64_t *data_off, const uint8_t *page)
{
	static uint8_t packed[2 << 16];
	uint8_t desc[24] = { 0 };
	size_t n = pack(page, packed, sizeof(packed));
	unsigned int flags = packing;

	if (n >= block) {
		memcpy(packed, page, block);
		n = block;
		flags = 0;
	}
	put64(desc, *data_off);
	put32(desc + 8, (uint32_t)n);
	put32(desc + 12, flags);
	write_at(f, desc_off, desc, sizeof(desc));
	write_at(f, *data_off, packed, n);
	*data_off += n;
}

static void convert_kdump(const char *in, FILE *f)
{
	uint64_t half, bitmap_off, desc_off, data_off, pfn, nr = 0, i = 0;
	struct vmcore v;
	uint8_t *bitmap;

	open_vmcore(&v, in);
	/* two bitmaps of whole blocks: what memory there is, and what is stored */
	half = (v.nr_pfns + 8 * block - 1) / (8 * block) * block;
	bitmap = calloc(2, half);
	if (!bitmap)
		die("no memory");
	for (pfn = 0; pfn < v.nr_pfns; pfn++) {
		if (!page_of(&v, pfn))
			continue;
		bitmap[pfn / 8] |= (uint8_t)(1u << pfn % 8);
		bitmap[half + pfn / 8] |= (uint8_t)(1u << pfn % 8);
		nr += pfn >= start_pfn(&v) && pfn < end_pfn(&v);
	}
	put_headers(f, &v, 2 * half / block);
	bitmap_off = block * (2 + (v.note_len + block - 1) / block);
	desc_off = bitmap_off + 2 * half;
	data_off = desc_off + nr * 24;
	write_at(f, bitmap_off, bitmap, 2 * half);
	for (pfn = start_pfn(&v); pfn < end_pfn(&v); pfn++)
		if (page_of(&v, pfn))
			put_page(f, desc_off + i++ * 24, &data_off, page_of(&v, pfn));
	free(bitmap);
	free(v.data);
}

static void put_record(FILE *f, const uint8_t *data, uint64_t off, uint64_t len)
{
	uint64_t head[2] = { htobe64(off), htobe64(len) };

	if (fwrite(head, sizeof(head), 1, f) != 1 || (data && fwrite(data, 1, len, f) != len))
		die("cannot write");
}

/* Records of odd sizes, every second one first, then the rest. */
static void convert_flat(const char *in, FILE *f, bool twice)
{
	const size_t step = 70001;
	uint8_t head[4096] = "makedumpfile";
	uint64_t one = htobe64(1);
	size_t len, off, pass;
	uint8_t *data = slurp(in, &len);

	memcpy(head + 16, &one, sizeof(one));
	memcpy(head + 24, &one, sizeof(one));
	if (fwrite(head, sizeof(head), 1, f) != 1)
		die("cannot write");
	/* what a later record replaces: another length, so that borders differ */
	for (off = 0; twice && off < len; off += 33333) {
		static const uint8_t wrong[33333] = { 1, 2, 3 };

		put_record(f, wrong, off, len - off < sizeof(wrong) ? len - off : sizeof(wrong));
	}
	for (pass = 0; pass < 2; pass++)
		for (off = (1 - pass) * step; off < len; off += 2 * step)
			put_record(f, data + off, off, len - off < step ? len - off : step);
	put_record(f, NULL, UINT64_MAX, UINT64_MAX);
	free(data);
}

static FILE *create(const char *path)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		die(path);
	return f;
}

static void finish(FILE *f)
{
	if (fclose(f))
		die("cannot write");
}

static void convert_split(const char *in, const char *out)
{
	char path[4096];

	for (part = 1; part <= PARTS; part++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s.%u", out, part);
		f = create(path);
		convert_kdump(in, f);
		finish(f);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum packing packing;
		unsigned int block;
		const char *machine;
	} kinds[] = {
		{ "kdump", ZLIB, 4096, "x86_64" }, { "kdump-raw", RAW, 4096, "x86_64" },
		{ "kdump-lzo", LZO, 4096, "x86_64" }, { "kdump-snappy", SNAPPY, 4096, "x86_64" },
		{ "kdump-zstd", ZSTD, 4096, "x86_64" }, { "kdump-unknown", ZLIB, 4096, "Unknown" },
		{ "kdump-64k", ZLIB, 1 << 16, "x86_64" },
		{ "kdump-64k-unknown", ZLIB, 1 << 16, "Unknown" },
	};
	const char *how = argc == 4 ? argv[1] : "";
	size_t i;
	FILE *f;

	if (!strcmp(how, "split")) {
		convert_split(argv[2], argv[3]);
		return 0;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(how, kinds[i].name); i++)
		;
	if (i == sizeof(kinds) / sizeof(kinds[0]) && strncmp(how, "flat", 4))
		die("usage: dumpconv FORM IN OUT");
	f = create(argv[3]);
	if (!strncmp(how, "flat", 4)) {
		convert_flat(argv[2], f, !strcmp(how, "flat-twice"));
	} else {
		packing = kinds[i].packing;
		block = kinds[i].block;
		machine = kinds[i].machine;
		convert_kdump(argv[2], f);
	}
	finish(f);
	return 0;
}

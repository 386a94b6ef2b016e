// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * dumpconv: turns an ELF vmcore into the other forms that a dump may have, for
 * tests of their readers. Shares no code with the readers.
 *
 *	dumpconv kdump IN OUT		kdump-compressed, pages with zlib where it helps
 *	dumpconv kdump-raw IN OUT	the same, every page as it is
 *	dumpconv flat IN OUT		any file as a flattened stream, out of order
 */
#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BLOCK 4096u

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
	v->ph = (Elf64_Phdr *)(v->data + e->e_phoff);
	v->nr = e->e_phnum;
	for (i = 0; i < v->nr; i++) {
		uint64_t end = (v->ph[i].p_paddr + v->ph[i].p_filesz) / BLOCK;

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

static const uint8_t *page_of(const struct vmcore *v, uint64_t pfn)
{
	unsigned int i;

	for (i = 0; i < v->nr; i++) {
		const Elf64_Phdr *ph = &v->ph[i];

		if (ph->p_type == PT_LOAD && pfn * BLOCK >= ph->p_paddr &&
		    (pfn + 1) * BLOCK <= ph->p_paddr + ph->p_filesz)
			return v->data + ph->p_offset + (pfn * BLOCK - ph->p_paddr);
	}
	return NULL;
}

static void put_headers(FILE *f, const struct vmcore *v, uint64_t bitmap_blocks)
{
	uint64_t note_off = 2 * BLOCK;
	uint64_t sub_blocks = 1 + (v->note_len + BLOCK - 1) / BLOCK;
	uint8_t head[BLOCK] = "KDUMP   ", sub[BLOCK] = { 0 };

	put32(head + 8, 6);				/* version */
	memcpy(head + 12 + 4 * 65, "x86_64", 6);	/* uname: machine */
	put32(head + 428, BLOCK);
	put32(head + 432, (uint32_t)sub_blocks);
	put32(head + 436, (uint32_t)bitmap_blocks);
	put32(head + 440, (uint32_t)v->nr_pfns);
	put64(sub + 32, note_off + (uint64_t)(v->vmcoreinfo - v->note));
	put64(sub + 40, v->vmcoreinfo_len);
	put64(sub + 48, note_off);
	put64(sub + 56, v->note_len);
	put64(sub + 96, v->nr_pfns);
	write_at(f, 0, head, sizeof(head));
	write_at(f, BLOCK, sub, sizeof(sub));
	write_at(f, note_off, v->note, v->note_len);
}

static void put_page(FILE *f, uint64_t desc_off, uint64_t *data_off, const uint8_t *page,
		     int compress)
{
	uint8_t packed[2 * BLOCK], desc[24] = { 0 };
	uLongf n = sizeof(packed);
	int flags = 0;

	if (compress && compress2(packed, &n, page, BLOCK, 1) == Z_OK && n < BLOCK) {
		flags = 1;
	} else {
		memcpy(packed, page, BLOCK);
		n = BLOCK;
	}
	put64(desc, *data_off);
	put32(desc + 8, (uint32_t)n);
	put32(desc + 12, (uint32_t)flags);
	write_at(f, desc_off, desc, sizeof(desc));
	write_at(f, *data_off, packed, n);
	*data_off += n;
}

static void convert_kdump(const char *in, FILE *f, int compress)
{
	uint64_t half, bitmap_off, desc_off, data_off, pfn, nr = 0, i = 0;
	struct vmcore v;
	uint8_t *bitmap;

	open_vmcore(&v, in);
	/* two bitmaps of whole blocks: what memory there is, and what is stored */
	half = (v.nr_pfns + 8 * BLOCK - 1) / (8 * BLOCK) * BLOCK;
	bitmap = calloc(2, half);
	if (!bitmap)
		die("no memory");
	for (pfn = 0; pfn < v.nr_pfns; pfn++) {
		if (!page_of(&v, pfn))
			continue;
		bitmap[pfn / 8] |= (uint8_t)(1u << pfn % 8);
		bitmap[half + pfn / 8] |= (uint8_t)(1u << pfn % 8);
		nr++;
	}
	put_headers(f, &v, 2 * half / BLOCK);
	bitmap_off = BLOCK * (2 + (v.note_len + BLOCK - 1) / BLOCK);
	desc_off = bitmap_off + 2 * half;
	data_off = desc_off + nr * 24;
	write_at(f, bitmap_off, bitmap, 2 * half);
	for (pfn = 0; pfn < v.nr_pfns; pfn++)
		if (page_of(&v, pfn))
			put_page(f, desc_off + i++ * 24, &data_off, page_of(&v, pfn), compress);
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
static void convert_flat(const char *in, FILE *f)
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
	for (pass = 0; pass < 2; pass++)
		for (off = (1 - pass) * step; off < len; off += 2 * step)
			put_record(f, data + off, off, len - off < step ? len - off : step);
	put_record(f, NULL, UINT64_MAX, UINT64_MAX);
	free(data);
}

int main(int argc, char **argv)
{
	FILE *f;

	if (argc != 4)
		die("usage: dumpconv kdump|kdump-raw|flat IN OUT");
	f = fopen(argv[3], "wb");
	if (!f)
		die(argv[3]);
	if (!strcmp(argv[1], "flat"))
		convert_flat(argv[2], f);
	else
		convert_kdump(argv[2], f, strcmp(argv[1], "kdump-raw") != 0);
	if (fclose(f))
		die("cannot write");
	return 0;
}

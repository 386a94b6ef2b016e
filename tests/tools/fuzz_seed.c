// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fuzz_seed FLAGS LAYOUT|- VMCORE: an input in the form of tests/fuzz/target/world.c, of a
 * vmcore's first MiB; of a larger one a capsule must be made first.
 */
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zdm/capsule.h>

#include "elf_reader.h"

#define MAX_PIECE 0xf000u
#define MAX_ALL (1u << 20)

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void put(const void *v, size_t len)
{
	if (fwrite(v, 1, len, stdout) != len)
		die("cannot write");
}

static void put_text(const char *text, size_t len)
{
	uint16_t n = len < UINT16_MAX ? (uint16_t)len : UINT16_MAX;

	put(&n, 2);
	if (n)
		put(text, n);
}

static char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *v;

	if (!f || fstat(fileno(f), &st) || !(v = calloc(1, (size_t)st.st_size + 1)) ||
	    fread(v, 1, st.st_size, f) != (size_t)st.st_size)
		die("%s: cannot be read", path);
	fclose(f);
	*len = st.st_size;
	return v;
}

static void put_pieces(const struct elf_reader *elf)
{
	const Elf64_Ehdr *eh = (const void *)elf->map;
	const Elf64_Phdr *ph = (const void *)(elf->map + eh->e_phoff);
	size_t all = 0, i;

	for (i = 0; i < eh->e_phnum; i++) {
		uint64_t off = 0;

		for (; ph[i].p_type == PT_LOAD && off < ph[i].p_filesz && all < MAX_ALL;) {
			uint64_t left = ph[i].p_filesz - off, paddr = ph[i].p_paddr + off;
			uint16_t n = left < MAX_PIECE ? (uint16_t)left : MAX_PIECE;

			put(&paddr, 8);
			put(&n, 2);
			put(elf->map + ph[i].p_offset + off, n);
			off += n;
			all += n;
		}
	}
}

int main(int argc, char **argv)
{
	uint8_t flags = argc > 1 ? (uint8_t)strtoul(argv[1], NULL, 0) : 0;
	size_t layout_len = 0, len;
	const char *layout = NULL;
	char err[400] = "", *text = NULL, *core;
	struct elf_reader elf;

	if (argc != 4)
		die("Usage: fuzz_seed FLAGS LAYOUT|- VMCORE");
	core = read_all(argv[3], &len);
	if (elf_reader_open_mem(&elf, (uint8_t *)core, len, err, sizeof(err)))
		die("%s: %s", argv[3], err);
	if (strcmp(argv[2], "-"))
		layout = text = read_all(argv[2], &layout_len);
	else
		layout = elf_reader_note(&elf, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, &layout_len);
	put(&flags, 1);
	put_text(layout, layout ? layout_len : 0);
	put_text(elf.vmcoreinfo, elf.vmcoreinfo ? elf.vmcoreinfo_len : 0);
	put_pieces(&elf);
	elf_reader_close(&elf);
	free(text);
	free(core);
	return 0;
}

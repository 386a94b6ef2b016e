// SPDX-License-Identifier: LGPL-2.1-or-later
/* elf: the image as an ELF vmcore, PT_LOADs by physical address. */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

#define PRSTATUS_BYTES 392	/* struct elf_prstatus of arm64; of x86-64 it has 336 */

struct run {
	size_t first, nr;	/* into the sorted frames */
};

static int by_pfn(const void *a, const void *b)
{
	const struct frame *x = *(struct frame *const *)a, *y = *(struct frame *const *)b;

	return x->pfn < y->pfn ? -1 : x->pfn > y->pfn;
}

static bool within(const struct span *list, size_t nr, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (pfn >= list[i].start && pfn < list[i].end)
			return true;
	return false;
}

/* The frames that the dump holds: RAM, and device memory that was said to be dumped. */
bool elf_stores(const struct core *c, const struct frame *f)
{
	return !f->missing && (within(c->ram, c->nr_ram, f->pfn) ||
			       within(c->dumped, c->nr_dumped, f->pfn));
}

static size_t stored_frames(const struct core *c, struct frame ***ret)
{
	struct frame **v = xcalloc(c->im.nr_frames, sizeof(*v));
	size_t i, n = 0;

	for (i = 0; i < c->im.nr_slots; i++) {
		struct frame *f = c->im.slot[i];

		if (f && elf_stores(c, f))
			v[n++] = f;
	}
	qsort(v, n, sizeof(*v), by_pfn);
	*ret = v;
	return n;
}

static size_t make_runs(struct frame **v, size_t nr, struct run **ret)
{
	struct run *r = xcalloc(nr, sizeof(*r));
	size_t i, n = 0;

	for (i = 0; i < nr; i++) {
		if (i && v[i]->pfn == v[i - 1]->pfn + 1)
			r[n - 1].nr++;
		else
			r[n++] = (struct run){ i, 1 };
	}
	*ret = r;
	return n;
}

static void put_note(FILE *f, const char *name, uint32_t type, const void *desc, uint32_t len)
{
	static const char pad[4];
	Elf64_Nhdr h = { strlen(name) + 1, len, type };

	fwrite(&h, sizeof(h), 1, f);
	fwrite(name, h.n_namesz, 1, f);
	fwrite(pad, -h.n_namesz & 3, 1, f);
	fwrite(desc, len, 1, f);
	fwrite(pad, -len & 3, 1, f);
}

static char *make_notes(const struct core *c, size_t *len)
{
	char *info = kern_vmcoreinfo_text(&c->k, c->release, c->im.kaslr), *text = NULL;
	static const char zero[PRSTATUS_BYTES];
	FILE *f = open_memstream(&text, len);
	unsigned int i;

	if (!f)
		die("out of memory");
	for (i = 0; i < c->cpus; i++)
		put_note(f, "CORE", NT_PRSTATUS, zero, machine.arm64 ? sizeof(zero) : 336);
	put_note(f, "VMCOREINFO", 0, info, strlen(info));
	if (fclose(f))
		die("out of memory");
	free(info);
	return text;
}

static void put_headers(FILE *f, const struct core *c, struct frame **v, const struct run *r,
			size_t nr_runs, size_t notes_len, uint64_t data_off)
{
	Elf64_Ehdr e = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE, .e_machine = machine.arm64 ? EM_AARCH64 : EM_X86_64, .e_version = EV_CURRENT,
		.e_phoff = sizeof(e), .e_ehsize = sizeof(e), .e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = nr_runs + 1,
	};
	Elf64_Phdr p = {
		.p_type = PT_NOTE, .p_filesz = notes_len, .p_memsz = notes_len,
		.p_offset = sizeof(e) + (nr_runs + 1) * sizeof(p),
	};
	size_t i;

	fwrite(&e, sizeof(e), 1, f);
	fwrite(&p, sizeof(p), 1, f);
	for (i = 0; i < nr_runs; i++) {
		p = (Elf64_Phdr){
			.p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X, .p_offset = data_off,
			.p_paddr = v[r[i].first]->pfn * PAGE_BYTES,
			.p_filesz = r[i].nr * PAGE_BYTES, .p_memsz = r[i].nr * PAGE_BYTES,
		};
		p.p_vaddr = c->im.page_offset + p.p_paddr;
		data_off += p.p_filesz;
		fwrite(&p, sizeof(p), 1, f);
	}
}

void elf_write(struct core *c, const char *path)
{
	char *aside = xprintf("%s.tmp", path), *notes;
	struct frame **v;
	struct run *r;
	size_t nr = stored_frames(c, &v), nr_runs = make_runs(v, nr, &r), notes_len, i;
	uint64_t off;
	FILE *f;

	if (nr_runs + 1 >= PN_XNUM)
		die("too many separate pieces of memory");
	f = fopen(aside, "wb");
	if (!f)
		die("cannot write %s", aside);
	notes = make_notes(c, &notes_len);
	off = sizeof(Elf64_Ehdr) + (nr_runs + 1) * sizeof(Elf64_Phdr) + notes_len;
	off = (off + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	put_headers(f, c, v, r, nr_runs, notes_len, off);
	fwrite(notes, notes_len, 1, f);
	fseek(f, (long)off, SEEK_SET);
	for (i = 0; i < nr; i++)
		fwrite(v[i]->data, PAGE_BYTES, 1, f);
	i = ferror(f);
	if (fclose(f) || i || rename(aside, path)) {
		unlink(aside);
		die("cannot write %s", path);
	}
	free(aside);
	free(notes);
	free(v);
	free(r);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/reader.h>

#include "capsule/capsule.h"
#include "elfmap.h"
#include "fileio.h"

/* Notes are registers and VMCOREINFO: a few KiB a CPU. */
#define MAX_NOTES_BYTES (256u << 20)
/* 4 billion segments would fit the format; a dump of so many is none. */
#define MAX_PHDRS (1u << 24)

struct headers {
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdr;
	uint64_t nr_phdrs;
};

static uint64_t align4(uint64_t n)
{
	return (n + 3) & ~3ull;
}

bool elfmap_probe(int fd)
{
	char magic[SELFMAG];

	return fileio_pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, ELFMAG, SELFMAG);
}

/* Does the table lie within the file? */
static bool in_file(uint64_t off, uint64_t nr, uint64_t size, uint64_t file_bytes)
{
	uint64_t bytes, end;

	return !__builtin_mul_overflow(nr, size, &bytes) &&
	       !__builtin_add_overflow(off, bytes, &end) && end <= file_bytes &&
	       end <= INT64_MAX;
}

/* The machine of a header that is not read any further; e_machine stands at one place in all. */
static const char *foreign_machine(const Elf64_Ehdr *e, char *buf, size_t len)
{
	bool little = e->e_ident[EI_DATA] == ELFDATA2LSB;

	zdm_elf_machine(little ? e->e_machine : __builtin_bswap16(e->e_machine), little, buf, len);
	return buf;
}

static int check_ehdr(const Elf64_Ehdr *e, char *err, size_t err_len)
{
	char machine[16];

	if (e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_ident[EI_DATA] != ELFDATA2LSB)
		snprintf(err, err_len, "only 64-bit little-endian ELF dumps can be read, this is "
			 "one of machine %s", foreign_machine(e, machine, sizeof(machine)));
	else if (e->e_type != ET_CORE)
		snprintf(err, err_len, "an ELF file, but not a core dump (e_type %u)%s",
			 e->e_type, e->e_type == ET_EXEC || e->e_type == ET_DYN ?
			 "; a vmlinux is given with --vmlinux" : "");
	else if (e->e_phentsize != sizeof(Elf64_Phdr))
		snprintf(err, err_len, "damaged ELF header (e_phentsize %u)", e->e_phentsize);
	else
		return 0;
	return -1;
}

/*
 * With 65,535 segments or more the true number stands in the first section
 * header. libkdumpfile reads the section table too and trusts it, so what
 * cannot be true is refused here.
 */
static int check_sections(int fd, uint64_t file_bytes, struct headers *h, char *err,
			  size_t err_len)
{
	const Elf64_Ehdr *e = &h->ehdr;
	uint64_t nr = e->e_shnum;
	Elf64_Shdr first, names;

	h->nr_phdrs = e->e_phnum;
	if (!e->e_shoff && !nr && e->e_phnum != PN_XNUM)
		return 0;
	if (e->e_shentsize != sizeof(first) ||
	    fileio_pread(fd, &first, sizeof(first), e->e_shoff) != sizeof(first))
		goto damaged;
	if (!nr)
		nr = first.sh_size;
	if (e->e_phnum == PN_XNUM)
		h->nr_phdrs = first.sh_info;
	if (!in_file(e->e_shoff, nr, sizeof(first), file_bytes))
		goto damaged;
	if (e->e_shstrndx && e->e_shstrndx < nr) {
		uint64_t off = e->e_shoff + e->e_shstrndx * sizeof(names);

		if (fileio_pread(fd, &names, sizeof(names), off) != sizeof(names) ||
		    !in_file(names.sh_offset, names.sh_size, 1, file_bytes))
			goto damaged;
	}
	return 0;
damaged:
	snprintf(err, err_len, "truncated or damaged: the ELF section headers are not in the file");
	return -1;
}

static int read_headers(int fd, uint64_t file_bytes, struct headers *h, char *err, size_t err_len)
{
	size_t bytes;

	if (fileio_pread(fd, &h->ehdr, sizeof(h->ehdr), 0) != sizeof(h->ehdr)) {
		snprintf(err, err_len, "truncated: the ELF header is incomplete");
		return -1;
	}
	if (check_ehdr(&h->ehdr, err, err_len) || check_sections(fd, file_bytes, h, err, err_len))
		return -1;
	if (h->nr_phdrs > MAX_PHDRS ||
	    !in_file(h->ehdr.e_phoff, h->nr_phdrs, sizeof(*h->phdr), file_bytes)) {
		snprintf(err, err_len, "truncated or damaged: %" PRIu64
			 " ELF program headers are not in the file", h->nr_phdrs);
		return -1;
	}
	bytes = h->nr_phdrs * sizeof(*h->phdr);
	h->phdr = malloc(bytes ? bytes : 1);
	if (!h->phdr) {
		snprintf(err, err_len, "out of memory for %" PRIu64 " program headers",
			 h->nr_phdrs);
		return -1;
	}
	if (fileio_pread(fd, h->phdr, bytes, h->ehdr.e_phoff) != (ssize_t)bytes) {
		snprintf(err, err_len, "cannot read the ELF program headers");
		return -1;
	}
	return 0;
}

static void add_extent(struct elfmap *m, uint64_t start_paddr, uint64_t len, bool zero)
{
	if (len)
		m->extent[m->nr++] = (struct elfmap_extent){ start_paddr, start_paddr + len, zero };
}

/* What the file has of a segment; with zeros, what it says is zero, too. */
static void add_segment(struct elfmap *m, const Elf64_Phdr *ph, uint64_t file_bytes, bool zeros)
{
	uint64_t n = ph->p_filesz, tail = ph->p_memsz > n ? ph->p_memsz - n : 0, end;

	if (ph->p_paddr == UINT64_MAX)
		return;		/* virtual only, as in /proc/kcore */
	if (__builtin_add_overflow(ph->p_offset, n, &end) || end > INT64_MAX ||
	    __builtin_add_overflow(ph->p_paddr, n + tail, &end)) {
		m->bad_segments++;
		return;
	}
	if (zeros)
		add_extent(m, ph->p_paddr + n, tail, true);
	if (ph->p_offset >= file_bytes) {
		m->missing_bytes += n;
		return;
	}
	if (n > file_bytes - ph->p_offset) {
		m->missing_bytes += n - (file_bytes - ph->p_offset);
		n = file_bytes - ph->p_offset;
	}
	add_extent(m, ph->p_paddr, n, false);
}

static int extent_cmp(const void *a, const void *b)
{
	const struct elfmap_extent *x = a, *y = b;

	if (x->start_paddr != y->start_paddr)
		return x->start_paddr < y->start_paddr ? -1 : 1;
	return (int)x->zero - (int)y->zero;	/* bytes before zeros */
}

static void merge_extents(struct elfmap *m)
{
	size_t i, n = 0;

	if (m->nr)
		qsort(m->extent, m->nr, sizeof(*m->extent), extent_cmp);
	for (i = 0; i < m->nr; i++) {
		struct elfmap_extent e = m->extent[i];
		struct elfmap_extent *last = n ? &m->extent[n - 1] : NULL;

		if (last && e.start_paddr <= last->end_paddr && e.zero == last->zero) {
			if (e.end_paddr > last->end_paddr)
				last->end_paddr = e.end_paddr;
			continue;
		}
		if (last && e.start_paddr < last->end_paddr)
			e.start_paddr = last->end_paddr;
		if (e.start_paddr < e.end_paddr)
			m->extent[n++] = e;
	}
	m->nr = n;
}

/* After load_notes(), which tell whether this is a capsule. */
static int load_extents(struct elfmap *m, const struct headers *h, uint64_t file_bytes, char *err,
			size_t err_len)
{
	bool any_paddr = false, capsule;
	uint64_t i, nr_loads = 0;
	size_t len;

	capsule = elfmap_note(m, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, &len) != NULL;
	m->extent = calloc(2 * h->nr_phdrs + 1, sizeof(*m->extent));
	if (!m->extent) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	for (i = 0; i < h->nr_phdrs; i++) {
		if (h->phdr[i].p_type != PT_LOAD || !h->phdr[i].p_memsz)
			continue;
		any_paddr |= h->phdr[i].p_paddr != 0;
		nr_loads++;
		add_segment(m, &h->phdr[i], file_bytes, capsule);
	}
	if (nr_loads > 1 && !any_paddr) {
		snprintf(err, err_len,
			 "not a kernel dump: a core file without physical addresses");
		return -1;
	}
	merge_extents(m);
	return 0;
}

static int load_notes(struct elfmap *m, int fd, const struct headers *h, uint64_t file_bytes,
		      char *err, size_t err_len)
{
	uint64_t i, bytes = 0;
	ssize_t got;

	for (i = 0; i < h->nr_phdrs; i++) {
		const Elf64_Phdr *ph = &h->phdr[i];

		if (ph->p_type != PT_NOTE)
			continue;
		if (!in_file(ph->p_offset, ph->p_filesz, 1, file_bytes) ||
		    (bytes += align4(ph->p_filesz)) > MAX_NOTES_BYTES) {
			snprintf(err, err_len,
				 "truncated or damaged: the ELF notes are not in the file");
			return -1;
		}
	}
	m->notes = calloc(1, bytes ? bytes : 1);
	if (!m->notes) {
		snprintf(err, err_len, "out of memory for %" PRIu64 " bytes of notes", bytes);
		return -1;
	}
	for (i = 0; i < h->nr_phdrs; i++) {
		const Elf64_Phdr *ph = &h->phdr[i];

		if (ph->p_type != PT_NOTE)
			continue;
		got = fileio_pread(fd, m->notes + m->notes_bytes, ph->p_filesz, ph->p_offset);
		if (got != (ssize_t)ph->p_filesz) {
			snprintf(err, err_len, "cannot read the ELF notes");
			return -1;
		}
		/* the lists follow each other, each note where alignment wants it */
		m->notes_bytes += align4(ph->p_filesz);
	}
	return 0;
}

int elfmap_open(int fd, uint64_t file_bytes, struct elfmap **ret, char *err, size_t err_len)
{
	struct elfmap *m = calloc(1, sizeof(*m));
	struct headers h = { .phdr = NULL };
	int rc = -1;

	if (!m) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
	if (!read_headers(fd, file_bytes, &h, err, err_len) &&
	    !load_notes(m, fd, &h, file_bytes, err, err_len) &&
	    !load_extents(m, &h, file_bytes, err, err_len)) {
		m->machine = h.ehdr.e_machine;
		*ret = m;
		m = NULL;
		rc = 0;
	}
	free(h.phdr);
	elfmap_close(m);
	return rc;
}

void elfmap_close(struct elfmap *m)
{
	if (!m)
		return;
	free(m->extent);
	free(m->notes);
	free(m);
}

/* The first extent that ends behind paddr; m->nr if there is none. */
static size_t extent_at(const struct elfmap *m, uint64_t paddr)
{
	size_t lo = 0, hi = m->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->extent[mid].end_paddr > paddr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

enum elfmap_kind elfmap_at(const struct elfmap *m, uint64_t paddr, uint64_t *end_paddr)
{
	size_t i = extent_at(m, paddr);

	if (i < m->nr && m->extent[i].start_paddr <= paddr) {
		*end_paddr = m->extent[i].end_paddr;
		return m->extent[i].zero ? ELFMAP_ZERO : ELFMAP_STORED;
	}
	*end_paddr = i < m->nr ? m->extent[i].start_paddr : UINT64_MAX;
	return ELFMAP_MISSING;
}

bool elfmap_present(const struct elfmap *m, uint64_t paddr, uint64_t *end_paddr)
{
	return elfmap_at(m, paddr, end_paddr) != ELFMAP_MISSING;
}

bool elfmap_covers(const struct elfmap *m, uint64_t paddr, uint64_t len)
{
	uint64_t end;

	while (elfmap_present(m, paddr, &end)) {
		if (len <= end - paddr)
			return true;
		len -= end - paddr;
		paddr = end;
	}
	return false;
}

const uint8_t *elfmap_note(const struct elfmap *m, const char *name, uint32_t type, size_t *len)
{
	uint64_t off = 0, desc_off;
	Elf64_Nhdr n;

	while (m->notes_bytes - off >= sizeof(n)) {
		memcpy(&n, m->notes + off, sizeof(n));
		off += sizeof(n);
		desc_off = off + align4(n.n_namesz);
		if (desc_off > m->notes_bytes || n.n_descsz > m->notes_bytes - desc_off)
			break;
		if (n.n_type == type && n.n_namesz == strlen(name) + 1 &&
		    !memcmp(m->notes + off, name, n.n_namesz)) {
			*len = n.n_descsz;
			return m->notes + desc_off;
		}
		off = desc_off + align4(n.n_descsz);
		if (off > m->notes_bytes)
			break;
	}
	return NULL;
}

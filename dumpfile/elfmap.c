// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/capsule.h>

#include "dumpfile/elfmap.h"
#include "dumpfile/limits.h"

/* Program headers are read so many at a time: a hostile table may be huge. */
#define PHDR_BATCH 1024u
/* So many are looked at for one answer, which may hold further than it says. */
#define MAX_TOUCHING 64u

struct headers {
	Elf64_Ehdr ehdr;
	uint64_t nr_phdrs;
};

/* What is gathered while the program headers are walked. */
struct walk {
	struct elfmap *m;
	struct input *in;
	uint64_t nr_loads;
	bool any_paddr;
	char *err;
	size_t err_len;
};

bool elfmap_probe(struct input *in)
{
	char magic[SELFMAG];

	return input_read(in, magic, sizeof(magic), 0) == ZDM_OK &&
	       !memcmp(magic, ELFMAG, SELFMAG);
}

/* The machine of a header that is not read any further; e_machine stands at one place in all. */
static const char *foreign_machine(const Elf64_Ehdr *e, char *buf, size_t len)
{
	bool little = e->e_ident[EI_DATA] == ELFDATA2LSB;

	zdm_elf_machine(little ? e->e_machine : __builtin_bswap16(e->e_machine), little, buf, len);
	return buf;
}

static enum zdm_status check_ehdr(const Elf64_Ehdr *e, char *err, size_t err_len)
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
		return ZDM_OK;
	return ZDM_CORRUPT;
}

/*
 * With 65,535 segments or more the true number stands in the first section
 * header. A section table that cannot be true tells of a damaged header; but the
 * names of sections may be missing: QEMU writes them last, behind all of memory, and
 * a full disk must not cost the whole dump.
 */
static enum zdm_status check_sections(struct input *in, struct headers *h, char *err,
				      size_t err_len)
{
	const Elf64_Ehdr *e = &h->ehdr;
	uint64_t nr = e->e_shnum;
	Elf64_Shdr first;

	h->nr_phdrs = e->e_phnum;
	if (!e->e_shoff && !nr && e->e_phnum != PN_XNUM)
		return ZDM_OK;
	if (e->e_shentsize != sizeof(first) ||
	    input_read(in, &first, sizeof(first), e->e_shoff) != ZDM_OK)
		goto damaged;
	if (!nr)
		nr = first.sh_size;
	if (e->e_phnum == PN_XNUM)
		h->nr_phdrs = first.sh_info;
	if (!input_holds(in, e->e_shoff, nr, sizeof(first)))
		goto damaged;
	return ZDM_OK;
damaged:
	snprintf(err, err_len, "truncated or damaged: the ELF section headers are not in the file");
	return ZDM_CORRUPT;
}

static enum zdm_status read_headers(struct input *in, struct headers *h, char *err, size_t err_len)
{
	enum zdm_status st;

	if (input_read(in, &h->ehdr, sizeof(h->ehdr), 0) != ZDM_OK) {
		snprintf(err, err_len, "truncated: the ELF header is incomplete");
		return ZDM_CORRUPT;
	}
	st = check_ehdr(&h->ehdr, err, err_len);
	if (st == ZDM_OK)
		st = check_sections(in, h, err, err_len);
	if (st == ZDM_OK && h->nr_phdrs > DUMPFILE_MAX_SEGMENTS) {
		snprintf(err, err_len, "damaged: %" PRIu64 " ELF program headers", h->nr_phdrs);
		st = ZDM_UNSUPPORTED;
	}
	if (st == ZDM_OK && !input_holds(in, h->ehdr.e_phoff, h->nr_phdrs, sizeof(Elf64_Phdr))) {
		snprintf(err, err_len, "truncated or damaged: %" PRIu64
			 " ELF program headers are not in the file", h->nr_phdrs);
		st = ZDM_CORRUPT;
	}
	return st;
}

static enum zdm_status each_phdr(struct walk *w, const struct headers *h,
				 enum zdm_status (*fn)(struct walk *w, const Elf64_Phdr *ph))
{
	Elf64_Phdr *ph = malloc(PHDR_BATCH * sizeof(*ph));
	enum zdm_status st = ZDM_OK;
	uint64_t i, j;

	if (!ph) {
		snprintf(w->err, w->err_len, "out of memory");
		return ZDM_NOMEM;
	}
	for (i = 0; i < h->nr_phdrs && st == ZDM_OK; i += PHDR_BATCH) {
		uint64_t n = h->nr_phdrs - i < PHDR_BATCH ? h->nr_phdrs - i : PHDR_BATCH;

		st = input_read(w->in, ph, n * sizeof(*ph), h->ehdr.e_phoff + i * sizeof(*ph));
		if (st != ZDM_OK)
			snprintf(w->err, w->err_len, "cannot read the ELF program headers");
		for (j = 0; j < n && st == ZDM_OK; j++)
			st = fn(w, &ph[j]);
	}
	free(ph);
	return st;
}

/* ---- notes ---- */

static enum zdm_status add_note(struct walk *w, const Elf64_Phdr *ph)
{
	enum zdm_status st;

	if (ph->p_type != PT_NOTE)
		return ZDM_OK;
	st = notes_add_segment(&w->m->notes, w->in, ph->p_offset, ph->p_filesz);
	if (st == ZDM_NOMEM)
		snprintf(w->err, w->err_len, "out of memory for %" PRIu64 " bytes of notes",
			 ph->p_filesz);
	else if (st == ZDM_UNREADABLE)
		snprintf(w->err, w->err_len, "cannot read the ELF notes");
	else if (st == ZDM_UNSUPPORTED)
		snprintf(w->err, w->err_len, "damaged: more than %u MiB of ELF notes",
			 DUMPFILE_MAX_NOTES_BYTES >> 20);
	else if (st != ZDM_OK)
		snprintf(w->err, w->err_len,
			 "truncated or damaged: the ELF notes are not in the file");
	return st;
}

/* ---- segments ---- */

static bool add_extent(struct elfmap *m, uint64_t start_paddr, uint64_t len, uint64_t off)
{
	struct elfmap_extent *last = m->nr ? &m->extent[m->nr - 1] : NULL;

	if (!len)
		return true;
	/* a segment that goes on where the one before it ends */
	if (last && last->end_paddr == start_paddr && last->off != ELFMAP_ZERO_OFF &&
	    off == last->off + (last->end_paddr - last->start_paddr)) {
		last->end_paddr += len;
		return true;
	}
	if (m->nr == m->room) {
		size_t want = m->room ? 2 * m->room : 64;
		void *p = want <= 2 * DUMPFILE_MAX_SEGMENTS ?
			  realloc(m->extent, want * sizeof(*m->extent)) : NULL;

		if (!p)
			return false;
		m->extent = p;
		m->room = want;
	}
	m->extent[m->nr++] = (struct elfmap_extent){ start_paddr, start_paddr + len, off };
	return true;
}

/* What the file has of a segment; in a capsule, what it says is zero, too. */
static bool add_segment(struct elfmap *m, const struct input *in, const Elf64_Phdr *ph)
{
	uint64_t n = ph->p_filesz, tail = ph->p_memsz > n ? ph->p_memsz - n : 0, end;

	if (ph->p_paddr == UINT64_MAX)
		return true;	/* virtual only, as in /proc/kcore */
	if (__builtin_add_overflow(ph->p_offset, n, &end) || end > INT64_MAX ||
	    __builtin_add_overflow(ph->p_paddr, n + tail, &end)) {
		m->bad_segments++;
		return true;
	}
	if (m->is_capsule && !add_extent(m, ph->p_paddr + n, tail, ELFMAP_ZERO_OFF))
		return false;
	if (ph->p_offset >= in->bytes) {
		m->missing_bytes += n;
		return true;
	}
	if (n > in->bytes - ph->p_offset) {
		m->missing_bytes += n - (in->bytes - ph->p_offset);
		n = in->bytes - ph->p_offset;
	}
	return add_extent(m, ph->p_paddr, n, ph->p_offset);
}

static enum zdm_status add_load(struct walk *w, const Elf64_Phdr *ph)
{
	if (ph->p_type != PT_LOAD || !ph->p_memsz)
		return ZDM_OK;
	w->any_paddr |= ph->p_paddr != 0;
	w->nr_loads++;
	if (add_segment(w->m, w->in, ph))
		return ZDM_OK;
	snprintf(w->err, w->err_len, "out of memory for %" PRIu64 " program headers",
		 w->nr_loads);
	return ZDM_NOMEM;
}

static int extent_cmp(const void *a, const void *b)
{
	const struct elfmap_extent *x = a, *y = b;

	if (x->start_paddr != y->start_paddr)
		return x->start_paddr < y->start_paddr ? -1 : 1;
	/* bytes before zeros, which have the greatest of all offsets */
	return x->off < y->off ? -1 : x->off > y->off;
}

/*
 * Sort, and where two overlap, let the one that begins first have all it claims:
 * what a segment of equal start leaves over goes on behind it.
 */
static void settle_extents(struct elfmap *m)
{
	size_t i, n = 0;

	if (m->nr)
		qsort(m->extent, m->nr, sizeof(*m->extent), extent_cmp);
	for (i = 0; i < m->nr; i++) {
		struct elfmap_extent e = m->extent[i];

		if (n && e.start_paddr < m->extent[n - 1].end_paddr) {
			uint64_t cut = m->extent[n - 1].end_paddr - e.start_paddr;

			if (e.end_paddr <= m->extent[n - 1].end_paddr)
				continue;
			e.start_paddr += cut;
			if (e.off != ELFMAP_ZERO_OFF)
				e.off += cut;
		}
		m->extent[n++] = e;
	}
	m->nr = n;
}

static enum zdm_status load(struct elfmap *m, struct input *in, char *err, size_t err_len)
{
	struct walk w = { .m = m, .in = in, .err = err, .err_len = err_len };
	struct headers h;
	enum zdm_status st = read_headers(in, &h, err, err_len);
	size_t len;

	if (st == ZDM_OK)
		st = each_phdr(&w, &h, add_note);
	if (st != ZDM_OK)
		return st;
	m->machine = h.ehdr.e_machine;
	m->is_capsule = notes_find(&m->notes, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, &len) != NULL;
	st = each_phdr(&w, &h, add_load);
	if (st == ZDM_OK && w.nr_loads > 1 && !w.any_paddr) {
		snprintf(err, err_len, "not a kernel dump: a core file without physical addresses");
		st = ZDM_UNSUPPORTED;
	}
	settle_extents(m);
	return st;
}

enum zdm_status elfmap_open(struct input *in, struct elfmap **ret, char *err, size_t err_len)
{
	struct elfmap *m = calloc(1, sizeof(*m));
	enum zdm_status st;

	if (!m) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	st = load(m, in, err, err_len);
	if (st != ZDM_OK) {
		elfmap_close(m);
		return st;
	}
	*ret = m;
	return ZDM_OK;
}

void elfmap_close(struct elfmap *m)
{
	if (!m)
		return;
	free(m->extent);
	notes_deinit(&m->notes);
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

enum elfmap_kind elfmap_at(const struct elfmap *m, const struct input *in, uint64_t paddr,
			   uint64_t *end_paddr)
{
	size_t i = extent_at(m, paddr);
	const struct elfmap_extent *e = i < m->nr ? &m->extent[i] : NULL;
	uint64_t off, end_off;
	bool stored;

	if (!e || e->start_paddr > paddr) {
		*end_paddr = e ? e->start_paddr : UINT64_MAX;
		return ELFMAP_MISSING;
	}
	*end_paddr = e->end_paddr;
	if (e->off == ELFMAP_ZERO_OFF)
		return ELFMAP_ZERO;
	off = e->off + (paddr - e->start_paddr);
	stored = input_stored(in, off, &end_off);
	if (end_off - off < e->end_paddr - paddr)
		*end_paddr = paddr + (end_off - off);
	return stored ? ELFMAP_STORED : ELFMAP_MISSING;
}

bool elfmap_present(const struct elfmap *m, const struct input *in, uint64_t paddr,
		    uint64_t *end_paddr)
{
	unsigned int i;
	uint64_t end;

	if (elfmap_at(m, in, paddr, end_paddr) == ELFMAP_MISSING)
		return false;
	/* extents that touch without continuing each other in the file; of millions, some */
	for (i = 0; i < MAX_TOUCHING && elfmap_at(m, in, *end_paddr, &end) != ELFMAP_MISSING; i++)
		*end_paddr = end;
	return true;
}

enum zdm_status elfmap_read(const struct elfmap *m, struct input *in, uint64_t paddr, void *buf,
			    size_t len)
{
	uint8_t *out = buf;
	uint64_t end;

	while (len) {
		enum elfmap_kind kind = elfmap_at(m, in, paddr, &end);
		size_t n = end - paddr < len ? (size_t)(end - paddr) : len;
		enum zdm_status st;

		if (kind == ELFMAP_MISSING)
			return ZDM_UNREADABLE;
		if (kind == ELFMAP_ZERO) {
			memset(out, 0, n);
		} else {
			const struct elfmap_extent *e = &m->extent[extent_at(m, paddr)];

			st = input_read(in, out, n, e->off + (paddr - e->start_paddr));
			if (st != ZDM_OK)
				return ZDM_UNREADABLE;
		}
		paddr += n;
		out += n;
		len -= n;
	}
	return ZDM_OK;
}

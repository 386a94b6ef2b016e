// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * flip_fixture NAME VMCORE [LAYOUT]: takes evidence out of a vmcore, a piece at
 * a time, and looks that no verdict is "valid: yes" without it. For fixtures of
 * real dumps, where nobody wrote down what lies where: the places come from the
 * library's own model. What must then hold does not:
 *
 * - PFNs whose sub-section bit, look-up entry, finished range or place behind
 *   the altmap's reserve is gone are not valid;
 * - taking something away makes nothing valid that was not valid before. This
 *   is tried with every single read that the analysis makes, made to fail.
 *
 * Prints a line for each kind of flip, as tests/suite.sh has it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/zdm.h>

#include "elf_reader.h"
#include "kernel/session.h"

#define MAX_READS 20000u

struct piece {
	uint64_t paddr;
	size_t len;
};

/* What is wrong with the dump just now. */
struct overlay {
	struct elf_reader elf;
	struct piece lost;		/* len 0: nothing */
	uint64_t patch_paddr, patch;
	size_t patch_bytes;		/* 0: none */
	uint64_t erased;		/* a word that reads as 0 wherever it stands; 0: none */
	/* every read of the first analysis, once */
	struct piece *read;
	size_t nr_reads;
	bool record;
};

struct fixture {
	const char *name;
	struct overlay o;
	struct zdm_source *layout;
	struct zdm_session *s;		/* of the dump as it is */
	struct zdm_model *m;
	bool only_lost;			/* more may become valid than is lost */
	unsigned long nr, bad;		/* of the kind that is being tried */
	char why[300];
};

static void note_read(struct overlay *o, uint64_t paddr, size_t len)
{
	size_t i;

	for (i = 0; i < o->nr_reads; i++)
		if (o->read[i].paddr == paddr && o->read[i].len == len)
			return;
	if (o->nr_reads == MAX_READS)
		return;
	o->read = realloc(o->read, (o->nr_reads + 1) * sizeof(*o->read));
	if (!o->read)
		abort();
	o->read[o->nr_reads++] = (struct piece){ paddr, len };
}

static bool overlap(uint64_t a, size_t a_len, uint64_t b, size_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct overlay *o = priv;
	uint8_t *b = buf;
	enum zdm_status st;
	uint64_t word;
	size_t i;

	if (o->record)
		note_read(o, paddr, len);
	if (o->lost.len && overlap(paddr, len, o->lost.paddr, o->lost.len))
		return ZDM_UNREADABLE;
	st = elf_reader_ops.read_phys_fn(&o->elf, paddr, buf, len);
	if (st != ZDM_OK)
		return st;
	for (i = 0; i < o->patch_bytes; i++)
		if (o->patch_paddr + i >= paddr && o->patch_paddr + i < paddr + len)
			b[o->patch_paddr + i - paddr] = o->patch >> (8 * i);
	for (i = -paddr & 7; o->erased && i + 8 <= len; i += 8) {
		memcpy(&word, b + i, 8);
		if (word == o->erased)
			memset(b + i, 0, 8);
	}
	return ZDM_OK;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	struct overlay *o = priv;

	return elf_reader_ops.present_fn(&o->elf, paddr, ret, end_paddr);
}

static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	struct overlay *o = priv;

	return elf_reader_ops.vmcoreinfo_fn(&o->elf, text, len);
}

static const struct zdm_reader_ops overlay_ops = {
	.size = sizeof(overlay_ops), .api = ZDM_READER_API, .machine = "x86_64",
	.read_phys_fn = read_phys, .present_fn = present, .vmcoreinfo_fn = vmcoreinfo,
};

static bool analyse(struct fixture *f, struct zdm_session **s, struct zdm_model **m, char *err,
		    size_t err_len)
{
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &f->layout,
				      .nr_sources = f->layout ? 1 : 0 };
	struct zdm_reader_ops ops = overlay_ops;

	*m = NULL;
	ops.machine = elf_reader_ops_of(&f->o.elf).machine;
	if (zdm_open(&ops, &f->o, &opts, s, err, err_len) != ZDM_OK)
		return false;
	return zdm_model_build(*s, m, err, err_len) == ZDM_OK;
}

static enum zdm_tri valid_at(const struct zdm_model *m, uint64_t pfn, uint64_t *end_pfn)
{
	const struct zdm_range *r = zdm_range_find(m, pfn);

	*end_pfn = r ? r->end_pfn : UINT64_MAX;
	return r ? r->valid : ZDM_NO;
}

static void complain(struct fixture *f, const char *what, uint64_t pfn, const struct zdm_model *m)
{
	const struct zdm_range *r = zdm_range_find(m, pfn);

	if (!f->bad++)
		snprintf(f->why, sizeof(f->why), "%s: pfn %#" PRIx64 " is %s, valid", what, pfn,
			 r ? zdm_class_name(r->cls) : "?");
}

/*
 * Analyse the dump as it is now: nothing in [lost.start, lost.end) may be valid,
 * and nothing at all that was not valid before.
 */
static void try_flip(struct fixture *f, const char *what, const struct zdm_pfn_range *lost,
		     size_t nr_lost)
{
	struct zdm_session *s = NULL;
	struct zdm_model *m = NULL;
	uint64_t pfn, end, a, b;
	const struct zdm_range *r;
	char err[200];
	size_t i, nr;

	f->nr++;
	if (analyse(f, &s, &m, err, sizeof(err))) {
		for (i = 0; i < nr_lost; i++)
			for (pfn = lost[i].start_pfn; pfn < lost[i].end_pfn; pfn = end)
				if (valid_at(m, pfn, &end) == ZDM_YES)
					complain(f, what, pfn, m);
		nr = f->only_lost ? 0 : zdm_model_ranges(m, &r);
		for (i = 0; i < nr; i++)
			for (pfn = r[i].start_pfn; pfn < r[i].end_pfn; pfn = end) {
				bool now = valid_at(m, pfn, &a) == ZDM_YES;
				bool then = valid_at(f->m, pfn, &b) == ZDM_YES;

				end = a < b ? a : b;
				if (now && !then)
					complain(f, what, pfn, m);
			}
	}
	zdm_model_free(m);
	if (s)
		zdm_close(s);
}

static void result(struct fixture *f, const char *kind)
{
	if (f->bad)
		printf("not ok fixture/%s/%s: %s (%lu of %lu)\n", f->name, kind, f->why, f->bad,
		       f->nr);
	else if (f->nr)
		printf("ok fixture/%s/%s (%lu)\n", f->name, kind, f->nr);
	f->nr = 0;
	f->bad = 0;
}

/* Patch bytes at a kernel address; false when the dump does not hold them. */
static bool patch(struct fixture *f, uint64_t kaddr, uint64_t value, size_t bytes)
{
	struct zdm_leaf leaf;
	uint64_t now;

	f->o.patch_bytes = 0;
	if (zdm_walk_kaddr(f->s->r, kaddr, &leaf) != ZDM_OK || !leaf.mapped ||
	    zdm_read_kaddr(f->s->r, kaddr, &now, bytes) != ZDM_OK)
		return false;
	f->o.patch_paddr = leaf.paddr + (kaddr - leaf.start_kaddr);
	f->o.patch = value;
	f->o.patch_bytes = bytes;
	return true;
}

static bool read_u64(const struct fixture *f, uint64_t kaddr, uint64_t *v)
{
	return zdm_read_kaddr(f->s->r, kaddr, v, 8) == ZDM_OK;
}

/* Half of the sub-section bits of a section at a time. */
static void flip_bits(struct fixture *f)
{
	const uint64_t half[] = { 0x5555555555555555ull, 0xaaaaaaaaaaaaaaaaull };
	struct zdm_pfn_range lost[64];
	const struct zdm_section *sec;
	size_t nr = zdm_model_sections(f->m, &sec), i, h, n;
	uint64_t map, kaddr, per, bit;

	per = f->s->g.section_pages / f->s->g.subsections;
	for (i = 0; i < nr; i++) {
		kaddr = sec[i].usage_kaddr + zdm_kdef_get(&f->s->k, ZDM_MEM_SUBSECTION_MAP);
		if (sec[i].map_status != ZDM_OK || f->s->g.subsections != 64 ||
		    !read_u64(f, kaddr, &map))
			continue;
		for (h = 0; h < 2; h++) {
			for (bit = 0, n = 0; bit < 64; bit++)
				if ((map & half[h]) >> bit & 1) {
					lost[n].start_pfn = zdm_section_nr_to_pfn(&f->s->g, sec[i].nr) +
							    bit * per;
					lost[n].end_pfn = lost[n].start_pfn + per;
					n++;
				}
			if (!n || !patch(f, kaddr, map & ~half[h], 8))
				continue;
			/* in an early section a clear bit is a boot hole, which may be valid */
			try_flip(f, "bit", lost, sec[i].flags & ZDM_SECTION_EARLY ? 0 : n);
		}
	}
	f->o.patch_bytes = 0;
	result(f, "bits");
}

static bool early_here(const struct fixture *f, uint64_t pfn)
{
	const struct zdm_section *sec =
		zdm_section_find(f->m, zdm_pfn_to_section_nr(&f->s->g, pfn));

	return sec && (sec->flags & ZDM_SECTION_EARLY);
}

/* PFNs of finished ranges from index n on, without the frames that store the memmap. */
static size_t uncounted(const struct zdm_pgmap *p, int64_t n, struct zdm_pfn_range *lost)
{
	size_t nr = 0;

	for (; n < p->nr_ranges && nr + 2 <= 64; n++) {
		lost[nr] = p->ranges[n];
		if (n == 0 && p->altmap_status == ZDM_OK)
			lost[nr].start_pfn = p->altmap.base_pfn + p->altmap.reserve + p->altmap.free;
		nr++;
	}
	return nr;
}

static void flip_counts(struct fixture *f)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(f->m, &p), i, n;
	struct zdm_pfn_range lost[64];
	int64_t count;

	for (i = 0; i < nr; i++)
		for (count = 0; count < p[i].nr_range && count < 8; count++) {
			if (!patch(f, p[i].kaddr + zdm_kdef_get(&f->s->k, ZDM_MEM_PGMAP_NR_RANGE),
				   count, 4))
				continue;
			n = uncounted(&p[i], count, lost);
			try_flip(f, "nr_range", lost, n);
		}
	f->o.patch_bytes = 0;
	result(f, "nr_range");
}

static void flip_reserves(struct fixture *f)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(f->m, &p), i;

	for (i = 0; i < nr; i++) {
		const struct zdm_altmap *a = &p[i].altmap;
		struct zdm_pfn_range lost = { a->base_pfn + a->reserve,
					      a->base_pfn + a->reserve + 16 };
		uint64_t at = p[i].kaddr + zdm_kdef_get(&f->s->k, ZDM_MEM_PGMAP_ALTMAP) +
			      zdm_kdef_get(&f->s->k, ZDM_MEM_ALTMAP_RESERVE);

		/* up to 4.15 the altmap is elsewhere: the text vmcores show that */
		if (p[i].altmap_status == ZDM_OK &&
		    zdm_feat_yes(&f->s->f, ZDM_FEAT_ALTMAP_EMBEDDED) &&
		    patch(f, at, a->reserve + 16, 8))
			try_flip(f, "reserve", &lost, 1);
	}
	f->o.patch_bytes = 0;
	result(f, "reserve");
}

/* The pgmap's address is gone from wherever it stands: look-up and struct pages. */
static void flip_entries(struct fixture *f)
{
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_pgmaps(f->m, &p), i, j, n;
	struct zdm_pfn_range lost[64];

	for (i = 0; i < nr; i++) {
		for (j = 0, n = 0; j < p[i].nr_ranges && n < 64; j++)
			if (!early_here(f, p[i].ranges[j].start_pfn) &&
			    !early_here(f, p[i].ranges[j].end_pfn - 1))
				lost[n++] = p[i].ranges[j];
		/* before 5.12 nothing marks a section shared with a device */
		if (n < p[i].nr_ranges && !zdm_feat_yes(&f->s->f, ZDM_FEAT_TAINT))
			continue;
		/* up to 4.15 the look-up holds the struct page_map around it */
		f->o.erased = p[i].kaddr - (zdm_feat_yes(&f->s->f, ZDM_FEAT_PAGE_MAP) ?
					    zdm_kdef_get(&f->s->k, ZDM_MEM_PAGE_MAP_PGMAP) : 0);
		/* without it, a clear bit in an early section is an honest boot hole */
		f->only_lost = n < p[i].nr_ranges;
		try_flip(f, "entry", lost, n);
	}
	f->only_lost = false;
	f->o.erased = 0;
	result(f, "entry");
}

static void flip_reads(struct fixture *f)
{
	char what[64];
	size_t i;

	for (i = 0; i < f->o.nr_reads; i++) {
		f->o.lost = f->o.read[i];
		snprintf(what, sizeof(what), "unreadable %#" PRIx64 "+%zu", f->o.lost.paddr,
			 f->o.lost.len);
		try_flip(f, what, NULL, 0);
	}
	f->o.lost.len = 0;
	result(f, "unreadable");
}

/* The layout that a capsule carries. */
static bool open_layout(struct fixture *f, const char *path)
{
	char temp[] = "/tmp/flip-layout-XXXXXX", err[300];
	bool good = true;
	const char *text;
	size_t len;
	int fd = -1;

	if (!path && (text = elf_reader_note(&f->o.elf, "ZDM", 1, &len))) {
		fd = mkstemp(temp);
		good = fd >= 0 && write(fd, text, len) == (ssize_t)len;
		path = temp;
	}
	if (path && good && zdm_source_layout_open(path, &f->layout, err, sizeof(err)) != ZDM_OK) {
		fprintf(stderr, "flip_fixture: %s\n", err);
		good = false;
	}
	if (fd >= 0) {
		close(fd);
		unlink(temp);
	}
	return good;
}

int main(int argc, char **argv)
{
	struct fixture f = { 0 };
	char err[300];

	if (argc != 3 && argc != 4) {
		fputs("Usage: flip_fixture NAME VMCORE [LAYOUT]\n", stderr);
		return 2;
	}
	f.name = argv[1];
	if (elf_reader_open(&f.o.elf, argv[2], err, sizeof(err)) ||
	    !open_layout(&f, argc == 4 ? argv[3] : NULL)) {
		fprintf(stderr, "flip_fixture: %s\n", err);
		return 3;
	}
	f.o.record = true;
	if (!analyse(&f, &f.s, &f.m, err, sizeof(err))) {
		fprintf(stderr, "flip_fixture: %s\n", err);
		return 4;
	}
	f.o.record = false;
	flip_bits(&f);
	flip_counts(&f);
	flip_reserves(&f);
	flip_entries(&f);
	flip_reads(&f);
	zdm_model_free(f.m);
	zdm_close(f.s);
	if (f.layout)
		zdm_source_close(f.layout);
	free(f.o.read);
	elf_reader_close(&f.o.elf);
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * cmp_kpage [-l LAYOUT] [-s SAVED] VMCORE HEADER-PFN: what the library makes of struct pages
 * against what the guest's own /proc/kpageflags, kpagecount and kpagecgroup
 * said (tests/vmcores/lab/kpage), page by page. A page that differs between
 * the guest's last two snapshots was in use, and is counted, not compared.
 * SAVED: a file of zdm kpage --save, compared as well. Exit code 1: differences.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/kpageflags.h>

#include "../vmcores/lab/kpage/kpage_snap.h"
#include "elf_reader.h"

#define USAGE "usage: cmp_kpage [-l LAYOUT] [-s SAVED] VMCORE HEADER-PFN"
#define MAX_SHOWN 40u
#define NOPAGE (1ull << ZDM_KPF_NOPAGE)

struct snap {
	struct elf_reader *core;
	struct kpage_header h;
	uint64_t *frame;		/* PFNs of the data frames */
	uint64_t nr_frames;
	uint64_t *value[KPAGE_SLOTS][KPAGE_FILES];
};

static const char *const what[KPAGE_FILES] = { "flags", "count", "cgroup" };

static void die(const char *text)
{
	fprintf(stderr, "cmp_kpage: %s\n", text);
	exit(2);
}

static void read_frame(const struct snap *s, uint64_t pfn, void *to)
{
	if (elf_reader_ops.read_phys_fn(s->core, pfn * KPAGE_FRAME, to, KPAGE_FRAME) != ZDM_OK)
		die("a frame of the snapshots is not in the dump");
}

static void *zalloc(uint64_t nr, size_t size)
{
	void *p = calloc(nr, size);

	if (!p)
		die("out of memory");
	return p;
}

static void load(struct snap *s, uint64_t header_pfn)
{
	uint8_t frame[KPAGE_FRAME];
	uint64_t i, slot, file, index_frames;

	read_frame(s, header_pfn, frame);
	memcpy(&s->h, frame, sizeof(s->h));
	if (memcmp(s->h.magic, KPAGE_MAGIC, sizeof(s->h.magic)) || s->h.file_frames > 1u << 20)
		die("no header there");
	if (!s->h.seq[0] && !s->h.seq[1])
		die("no snapshot is whole");
	s->nr_frames = s->h.file_frames * KPAGE_FILES * KPAGE_SLOTS;
	index_frames = (s->nr_frames + KPAGE_PER_INDEX - 1) / KPAGE_PER_INDEX;
	if (index_frames > KPAGE_MAX_INDEX)
		die("the header is damaged");
	s->frame = zalloc(index_frames * KPAGE_PER_INDEX, sizeof(*s->frame));
	for (i = 0; i < index_frames; i++)
		read_frame(s, s->h.index_pfn[i], s->frame + i * KPAGE_PER_INDEX);
	for (slot = 0; slot < KPAGE_SLOTS; slot++) {
		for (file = 0; file < KPAGE_FILES; file++) {
			uint64_t *v = zalloc(s->h.file_frames, KPAGE_FRAME);

			for (i = 0; i < s->h.file_frames; i++)
				read_frame(s, s->frame[(slot * KPAGE_FILES + file) *
						       s->h.file_frames + i],
					   v + i * KPAGE_PER_INDEX);
			s->value[slot][file] = v;
		}
	}
}

static bool changed(const struct snap *s, uint64_t pfn)
{
	unsigned int file;

	for (file = 0; file < KPAGE_FILES; file++) {
		if (s->value[0][file][pfn] != s->value[1][file][pfn])
			return true;
	}
	return false;
}

#define MAX_CGROUPS 64u

struct counts {
	uint64_t online, changed, compared, differ[KPAGE_FILES], saved, shown;
	/* what there was to compare, as the guest says */
	uint64_t with_flag[64], mapped_often, cgroup[MAX_CGROUPS];
	size_t nr_cgroups;
};

static void note_kind(struct counts *c, uint64_t flags, uint64_t count, uint64_t cgroup)
{
	size_t i;

	for (i = 0; i < 64; i++)
		c->with_flag[i] += flags >> i & 1;
	c->mapped_often += count > 1;
	for (i = 0; i < c->nr_cgroups; i++) {
		if (c->cgroup[i] == cgroup)
			return;
	}
	if (c->nr_cgroups < MAX_CGROUPS)
		c->cgroup[c->nr_cgroups++] = cgroup;
}

static void print_kinds(const struct counts *c)
{
	char name[ZDM_KPF_NAMES_LEN];
	size_t i;

	for (i = 0; i < 64; i++) {
		if (!c->with_flag[i])
			continue;
		zdm_kpf_names(1ull << i, name);
		printf("%s %" PRIu64 ", ", name, c->with_flag[i]);
	}
	printf("mapped more than once %" PRIu64 ", cgroups %zu\n", c->mapped_often, c->nr_cgroups);
}

static void differ(struct counts *c, uint64_t pfn, unsigned int file, uint64_t guest, uint64_t ours)
{
	c->differ[file]++;
	if (c->shown++ < MAX_SHOWN)
		printf("pfn 0x%" PRIx64 " %s: the guest says 0x%" PRIx64 ", zdm 0x%" PRIx64 "\n",
		       pfn, what[file], guest, ours);
}

static void compare_page(const struct snap *s, struct zdm_kpageflags *v, uint64_t pfn, FILE *saved,
			 struct counts *c)
{
	unsigned int file, slot = s->h.seq[1] > s->h.seq[0];
	uint64_t ours[KPAGE_FILES], guest, value;
	struct zdm_kpageflags_page p;

	if (!zdm_kpageflags_online(v, pfn))
		return;
	c->online++;
	if (changed(s, pfn)) {
		c->changed++;
		return;
	}
	zdm_kpageflags_get(v, pfn, &p);
	ours[0] = p.status == ZDM_OK ? p.flags : NOPAGE;
	ours[1] = p.count;
	ours[2] = p.cgroup;
	c->compared++;
	note_kind(c, s->value[slot][0][pfn], s->value[slot][1][pfn], s->value[slot][2][pfn]);
	for (file = 0; file < KPAGE_FILES; file++) {
		guest = s->value[slot][file][pfn];
		if (guest != ours[file])
			differ(c, pfn, file, guest, ours[file]);
	}
	if (saved && (fseek(saved, (long)(pfn * 8), SEEK_SET) ||
		      fread(&value, sizeof(value), 1, saved) != 1 || value != ours[0]))
		c->saved++;
}

static int compare(const struct snap *s, struct zdm_kpageflags *v, FILE *saved)
{
	struct counts c = { 0 };
	uint64_t pfn;

	for (pfn = 0; pfn < s->h.nr_pfns; pfn++)
		compare_page(s, v, pfn, saved, &c);
	printf("%" PRIu64 " pages of RAM, %" PRIu64 " in use, %" PRIu64 " compared; differences: flags %"
	       PRIu64 ", count %" PRIu64 ", cgroup %" PRIu64 ", saved %" PRIu64 "\n", c.online,
	       c.changed, c.compared, c.differ[0], c.differ[1], c.differ[2], c.saved);
	print_kinds(&c);
	return c.differ[0] || c.differ[1] || c.differ[2] || c.saved || !c.compared;
}

int main(int argc, char **argv)
{
	struct elf_reader core;
	struct snap s = { .core = &core };
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	struct zdm_session *session;
	struct zdm_model *m;
	struct zdm_kpageflags *v;
	char err[400] = "";
	FILE *saved = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "l:s:")) != -1) {
		if (opt == 's')
			saved = fopen(optarg, "r");
		else if (opt == 'l' && !zdm_source_layout_open(optarg, &layout, err, sizeof(err)))
			opts.nr_sources = 1;
		if ((opt == 's' && !saved) || (opt == 'l' && !opts.nr_sources) || opt == '?')
			die(err[0] ? err : USAGE);
	}
	if (optind + 2 != argc)
		die(USAGE);
	if (elf_reader_open(&core, argv[optind], err, sizeof(err)))
		die(err);
	load(&s, strtoull(argv[optind + 1], NULL, 0));
	if (zdm_open(&elf_reader_ops, &core, &opts, &session, err, sizeof(err)) ||
	    zdm_model_build(session, &m, err, sizeof(err)) ||
	    zdm_kpageflags_open(session, m, &v, err, sizeof(err)))
		die(err);
	return compare(&s, v, saved);
}

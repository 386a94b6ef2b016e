// SPDX-License-Identifier: LGPL-2.1-or-later
/* The pages of a dump as the kernel's tool page-types shows those of a running one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/kpageflags/kpageflags.h"
#include "report/report.h"
#include "base/search.h"
#include "base/text.h"

#define MAX_SETS 65536u		/* of flags that differ: far more than any kernel has */

/* Letter and name of each bit, as tools/mm/page-types.c of the kernel has them. */
static const struct {
	char letter;
	const char *name;
} names[ZDM_NR_KPF] = {
	[ZDM_KPF_LOCKED] = { 'L', "locked" },
	[ZDM_KPF_ERROR] = { 'E', "error" },
	[ZDM_KPF_REFERENCED] = { 'R', "referenced" },
	[ZDM_KPF_UPTODATE] = { 'U', "uptodate" },
	[ZDM_KPF_DIRTY] = { 'D', "dirty" },
	[ZDM_KPF_LRU] = { 'l', "lru" },
	[ZDM_KPF_ACTIVE] = { 'A', "active" },
	[ZDM_KPF_SLAB] = { 'S', "slab" },
	[ZDM_KPF_WRITEBACK] = { 'W', "writeback" },
	[ZDM_KPF_RECLAIM] = { 'I', "reclaim" },
	[ZDM_KPF_BUDDY] = { 'B', "buddy" },
	[ZDM_KPF_MMAP] = { 'M', "mmap" },
	[ZDM_KPF_ANON] = { 'a', "anonymous" },
	[ZDM_KPF_SWAPCACHE] = { 's', "swapcache" },
	[ZDM_KPF_SWAPBACKED] = { 'b', "swapbacked" },
	[ZDM_KPF_COMPOUND_HEAD] = { 'H', "compound_head" },
	[ZDM_KPF_COMPOUND_TAIL] = { 'T', "compound_tail" },
	[ZDM_KPF_HUGE] = { 'G', "huge" },
	[ZDM_KPF_UNEVICTABLE] = { 'u', "unevictable" },
	[ZDM_KPF_HWPOISON] = { 'X', "hwpoison" },
	[ZDM_KPF_NOPAGE] = { 'n', "nopage" },
	[ZDM_KPF_KSM] = { 'x', "ksm" },
	[ZDM_KPF_THP] = { 't', "thp" },
	[ZDM_KPF_OFFLINE] = { 'o', "offline" },
	[ZDM_KPF_ZERO_PAGE] = { 'z', "zero_page" },
	[ZDM_KPF_IDLE] = { 'i', "idle_page" },
	[ZDM_KPF_PGTABLE] = { 'g', "pgtable" },
	[ZDM_KPF_RESERVED] = { 'r', "reserved" },
	[ZDM_KPF_MLOCKED] = { 'm', "mlocked" },
	[ZDM_KPF_OWNER_2] = { 'd', "owner_2" },
	[ZDM_KPF_PRIVATE] = { 'P', "private" },
	[ZDM_KPF_PRIVATE_2] = { 'p', "private_2" },
	[ZDM_KPF_OWNER_PRIVATE] = { 'O', "owner_private" },
	[ZDM_KPF_ARCH] = { 'h', "arch" },
	[ZDM_KPF_UNCACHED] = { 'c', "uncached" },
	[ZDM_KPF_SOFTDIRTY] = { 'f', "softdirty" },
	[ZDM_KPF_ARCH_2] = { 'H', "arch_2" },
	[ZDM_KPF_ARCH_3] = { 'H', "arch_3" },
};

void zdm_kpf_letters(uint64_t flags, char buf[ZDM_KPF_LETTERS_LEN])
{
	size_t i, n = 0;

	for (i = 0; i < ZDM_NR_KPF; i++) {
		if (names[i].name)
			buf[n++] = flags >> i & 1 ? names[i].letter : '_';
	}
	buf[n] = '\0';
}

void zdm_kpf_names(uint64_t flags, char buf[ZDM_KPF_NAMES_LEN])
{
	struct zdm_text t;
	size_t i;

	zdm_text_init(&t, buf, ZDM_KPF_NAMES_LEN);
	for (i = 0; i < ZDM_NR_KPF; i++) {
		if (names[i].name && flags >> i & 1)
			zdm_textf(&t, "%s%s", t.len ? "," : "", names[i].name);
	}
}

struct set {
	uint64_t flags, pages;
};

struct tally {
	struct set *set;			/* sorted by flags */
	size_t nr, room, last;			/* last: the one found before */
	uint64_t pages;				/* in all sets */
	uint64_t not_believed[ZDM_NR_CLASSES];
	uint64_t vetoed[ZDM_NR_CLASSES];	/* by their bytes alone */
	uint64_t no_page, missing, corrupt, lost;	/* lost: too many sets */
};

/* Index of the first set that is not smaller. */
static size_t lower_bound(const struct tally *t, uint64_t flags)
{
	return zdm_first_from(t->set, t->nr, flags, flags);
}

static bool add_flags(struct tally *t, uint64_t flags)
{
	size_t i = t->last, room;
	struct set *p;

	if (i >= t->nr || t->set[i].flags != flags)
		i = lower_bound(t, flags);
	if (i == t->nr || t->set[i].flags != flags) {
		if (t->nr == t->room) {
			room = t->room ? 2 * t->room : 128;
			if (room > MAX_SETS) {
				t->lost++;
				return true;
			}
			p = realloc(t->set, room * sizeof(*p));
			if (!p)
				return false;
			t->set = p;
			t->room = room;
		}
		memmove(&t->set[i + 1], &t->set[i], (t->nr - i) * sizeof(*t->set));
		t->set[i] = (struct set){ .flags = flags };
		t->nr++;
	}
	t->set[i].pages++;
	t->last = i;
	t->pages++;
	return true;
}

/* nr pages like p; more than one only where nothing is read */
static bool add_pages(struct tally *t, const struct zdm_kpageflags_page *p, uint64_t nr)
{
	switch (p->status) {
	case ZDM_OK:
		return add_flags(t, p->flags);
	case ZDM_ABSENT:
		t->no_page += nr;
		break;
	case ZDM_INVAL:
		if (p->found)
			t->vetoed[p->cls] += nr;
		else
			t->not_believed[p->cls] += nr;
		break;
	case ZDM_CORRUPT:
		t->corrupt++;
		break;
	default:
		t->missing++;
		break;
	}
	return true;
}

/* How many pages from pfn on are like p without a look: a whole range that is not read. */
static uint64_t alike(const struct zdm_kpageflags *v, const struct zdm_kpageflags_page *p,
		      uint64_t pfn, uint64_t end_pfn)
{
	const struct zdm_range *r;

	if ((p->status != ZDM_INVAL && p->status != ZDM_ABSENT) || p->found)
		return 1;
	r = zdm_range_find(zdm_kpageflags_model(v), pfn);
	return (r && r->end_pfn < end_pfn ? r->end_pfn : end_pfn) - pfn;
}

static uint64_t mebibytes(const struct zdm_kpageflags *v, uint64_t pages)
{
	return pages * zdm_model_kernel(zdm_kpageflags_model(v))->page_size >> 20;
}

static void print_not_read(struct zdm_out *o, const struct tally *t)
{
	static const char row[] = "%18s\t%10" PRIu64 "  %s\n";
	int i, n;
	char why[96];

	for (i = 0; i < ZDM_NR_CLASSES; i++) {
		if (!t->not_believed[i])
			continue;
		n = zdm_verdict_case((enum zdm_class)i, ZDM_NO);
		snprintf(why, sizeof(why), "%s memmap, not read: %s%s%c%s",
			 i == ZDM_CLASS_UNKNOWN ? "unknown" : "invalid",
			 zdm_class_name((enum zdm_class)i), n ? " (case " : "", n ? '0' + n : ' ',
			 n ? ")" : "");
		zdm_outf(o, row, "-", t->not_believed[i], why);
	}
	for (i = 0; i < ZDM_NR_CLASSES; i++) {
		if (!t->vetoed[i])
			continue;
		snprintf(why, sizeof(why), "%s by structure, but the bytes speak against it",
			 zdm_class_name((enum zdm_class)i));
		zdm_outf(o, row, "-", t->vetoed[i], why);
	}
	if (t->no_page)
		zdm_outf(o, row, "-", t->no_page, "no struct page: no section");
	if (t->missing)
		zdm_outf(o, row, "-", t->missing, "valid, but not in the dump");
	if (t->corrupt)
		zdm_outf(o, row, "-", t->corrupt, "tails of a compound page whose head cannot be");
	if (t->lost)
		zdm_outf(o, row, "-", t->lost, "flags not counted: too many sets of them");
}

static enum zdm_status summary(struct zdm_kpageflags *v, uint64_t start_pfn, uint64_t end_pfn,
			       struct zdm_out *o)
{
	char letters[ZDM_KPF_LETTERS_LEN], long_names[ZDM_KPF_NAMES_LEN];
	struct tally t;
	struct zdm_kpageflags_page p;
	enum zdm_status st = ZDM_OK;
	uint64_t pfn, nr, asked = 0;
	size_t i;

	memset(&t, 0, sizeof(t));
	for (pfn = start_pfn; pfn < end_pfn && st == ZDM_OK && !o->stopped; pfn += nr) {
		zdm_kpageflags_get(v, pfn, &p);
		nr = alike(v, &p, pfn, end_pfn);
		if (!add_pages(&t, &p, nr))
			st = ZDM_NOMEM;
		/* nothing is printed for long: ask whether to go on */
		if (!(++asked % 65536))
			o->stopped = !o->sink->emit_fn(o->sink->priv, "", 0);
	}
	zdm_outf(o, "             flags\tpage-count       MB  symbolic-flags\t\t\t"
		 "long-symbolic-flags\n");
	for (i = 0; i < t.nr && st == ZDM_OK; i++) {
		zdm_kpf_letters(t.set[i].flags, letters);
		zdm_kpf_names(t.set[i].flags, long_names);
		zdm_outf(o, "0x%016" PRIx64 "\t%10" PRIu64 " %8" PRIu64 "  %s\t%s\n",
			 t.set[i].flags, t.set[i].pages, mebibytes(v, t.set[i].pages), letters,
			 long_names);
	}
	if (st == ZDM_OK) {
		zdm_outf(o, "             total\t%10" PRIu64 " %8" PRIu64 "\n", t.pages,
			 mebibytes(v, t.pages));
		print_not_read(o, &t);
	}
	free(t.set);
	return st;
}

static bool same(const struct zdm_kpageflags_page *a, const struct zdm_kpageflags_page *b)
{
	return a->status == b->status && a->cls == b->cls && a->found == b->found && a->flags == b->flags &&
	       a->count == b->count && a->cgroup_status == b->cgroup_status &&
	       a->cgroup == b->cgroup;
}

static void print_run(struct zdm_out *o, const struct zdm_kpageflags_page *p, uint64_t start,
		      uint64_t nr)
{
	char letters[ZDM_KPF_LETTERS_LEN], cgroup[24] = "-";

	if (p->status == ZDM_OK) {
		zdm_kpf_letters(p->flags, letters);
		if (p->cgroup_status == ZDM_OK)
			snprintf(cgroup, sizeof(cgroup), "@%" PRIu64, p->cgroup);
		else if (p->cgroup_status != ZDM_ABSENT)
			strcpy(cgroup, "?");
		zdm_outf(o, "%s\t%" PRIu64 "\t%" PRIx64 "\t%" PRIx64 "\t%s\n", cgroup, p->count,
			 start, nr, letters);
		return;
	}
	if (p->found) {
		zdm_outf(o, "-\t-\t%" PRIx64 "\t%" PRIx64 "\t%s by structure, but its bytes: %s\n",
			 start, nr, zdm_class_name(p->cls), p->found);
		return;
	}
	zdm_outf(o, "-\t-\t%" PRIx64 "\t%" PRIx64 "\t%s%s\n", start, nr,
		 p->status == ZDM_INVAL ? "invalid memmap: " : "",
		 p->status == ZDM_INVAL ? zdm_class_name(p->cls) :
		 p->status == ZDM_ABSENT ? "no struct page" :
		 p->status == ZDM_CORRUPT ? "corrupt: tail without a head" : "not in the dump");
}

static void list_runs(struct zdm_kpageflags *v, uint64_t start_pfn, uint64_t end_pfn,
		      struct zdm_out *o)
{
	struct zdm_kpageflags_page run, p;
	uint64_t pfn, nr, start = start_pfn;

	memset(&run, 0, sizeof(run));
	zdm_outf(o, "cgroup\tmapcnt\toffset\tlen\tflags\n");
	for (pfn = start_pfn; pfn < end_pfn && !o->stopped; pfn += nr) {
		zdm_kpageflags_get(v, pfn, &p);
		nr = alike(v, &p, pfn, end_pfn);
		if (pfn > start && !same(&run, &p)) {
			print_run(o, &run, start, pfn - start);
			start = pfn;
		}
		run = p;
	}
	if (start < end_pfn && !o->stopped)
		print_run(o, &run, start, end_pfn - start);
}

enum zdm_status zdm_report_kpageflags(struct zdm_kpageflags *v, uint64_t start_pfn,
				      uint64_t end_pfn, bool list, const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	const struct zdm_range *ranges;
	size_t nr = zdm_model_ranges(zdm_kpageflags_model(v), &ranges);

	/* beyond the last section there is nothing, however far a user asks */
	if (nr && end_pfn > ranges[nr - 1].end_pfn)
		end_pfn = ranges[nr - 1].end_pfn;
	if (!list)
		return summary(v, start_pfn, end_pfn, &o);
	list_runs(v, start_pfn, end_pfn, &o);
	return ZDM_OK;
}

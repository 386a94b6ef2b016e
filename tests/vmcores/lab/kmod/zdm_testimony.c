// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this kernel itself says about every page frame, as text in /proc/zdm_testimony.
 *
 * Each field of a run is the kernel's own answer (pfn_valid(), pfn_to_online_page(),
 * get_dev_pagemap(), page_zonenum(), page_to_nid()) or the bytes of the struct page, read so that
 * an unmapped one is an answer and not an oops. Nothing is derived or judged here: that is left to
 * expect.py. The format is described in README.md beside this directory.
 */
#ifdef ZDM_IMAGE
#include "zdm_image.h"
#else
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#endif
#include "zdm_testimony.h"

/* get_dev_pagemap() lost its second argument in 7.x: ask the compiler which one this is. */
typedef struct dev_pagemap *(*get_pgmap_1_fn)(unsigned long);
typedef struct dev_pagemap *(*get_pgmap_2_fn)(unsigned long, struct dev_pagemap *);
#define zdm_get_dev_pagemap(fn, pfn)				\
	_Generic(&get_dev_pagemap,				\
		 get_pgmap_1_fn: ((get_pgmap_1_fn)(fn))(pfn),	\
		 get_pgmap_2_fn: ((get_pgmap_2_fn)(fn))(pfn, NULL))

/* Kernel addresses: all bits above are set. */
#ifdef __aarch64__
#define KADDR_BITS 52
#else
#define KADDR_BITS 47
#endif

enum bytes_kind {
	BYTES_NONE,		/* not looked at */
	BYTES_UNREADABLE,
	BYTES_ZERO,
	BYTES_FILL,
	BYTES_SELFLIST,
	BYTES_PGMAP,
	BYTES_TAIL,
	BYTES_OTHER,
};

/* One answer; PFNs with equal answers make a run. */
struct answer {
	unsigned long pgmap;
	unsigned long word1;	/* 0: not printed */
	int zone, node;		/* -1: not known */
	enum bytes_kind kind;
	unsigned char fill;
	bool present, valid, online;
};

struct out {
	char *buf;
	size_t size, len;
	bool full;
};

static __printf(2, 3) void put(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(o->buf + o->len, o->size - o->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= o->size - o->len)
		o->full = true;
	else
		o->len += n;
}

static bool all_bytes_equal(const struct page *page)
{
	const unsigned char *b = (const unsigned char *)page;

	return !memcmp(b, b + 1, sizeof(*page) - 1);
}

/* Says what lies in the struct page of pfn and takes zone and node from it. */
static void look_at_page(struct answer *a, unsigned long pfn)
{
	const struct page *at = vmemmap + pfn;
	struct page copy;
	const unsigned long *w = (const unsigned long *)&copy;
	/* lru begins at the second word; an initialised page's list points at itself */
	unsigned long self = (unsigned long)at + sizeof(long);

	if (copy_from_kernel_nofault(&copy, at, sizeof(copy))) {
		a->kind = BYTES_UNREADABLE;
		return;
	}
	if (a->valid) {
		a->zone = page_zonenum(&copy);
		a->node = page_to_nid(&copy);
	}
	if (a->online && !a->pgmap)
		return;		/* the buddy allocator's: contents change, and nobody asks */
	if (all_bytes_equal(&copy)) {
		a->fill = *(unsigned char *)&copy;
		a->kind = a->fill ? BYTES_FILL : BYTES_ZERO;
	} else if (w[1] == self && w[2] == self) {
		a->kind = BYTES_SELFLIST;
	} else if (a->pgmap && w[1] == a->pgmap) {
		a->kind = BYTES_PGMAP;
	} else if (w[1] & 1) {
		a->kind = BYTES_TAIL;
	} else {
		a->kind = BYTES_OTHER;
		/* a dying pgmap is no longer looked up, but its pages still name it */
		if (!a->pgmap && (w[1] >> KADDR_BITS) == ~0UL >> KADDR_BITS)
			a->word1 = w[1];
	}
}

static unsigned long pgmap_of(unsigned long pfn)
{
	void *get = get_dev_pagemap;
	struct dev_pagemap *pgmap = zdm_get_dev_pagemap(get, pfn);

	if (pgmap)
		put_dev_pagemap(pgmap);
	return (unsigned long)pgmap;
}

static void ask(struct answer *a, unsigned long pfn, bool present)
{
	memset(a, 0, sizeof(*a));
	a->zone = a->node = -1;
	a->present = present;
	a->pgmap = pgmap_of(pfn);
	if (!present)
		return;
	a->valid = pfn_valid(pfn);
	a->online = pfn_to_online_page(pfn) != NULL;
	look_at_page(a, pfn);
}

static void put_run(struct out *o, unsigned long start, unsigned long end, const struct answer *a)
{
	static const char *const names[] = {
		[BYTES_NONE] = "-", [BYTES_UNREADABLE] = "unreadable", [BYTES_ZERO] = "zero",
		[BYTES_SELFLIST] = "selflist", [BYTES_PGMAP] = "pgmap", [BYTES_TAIL] = "tail",
		[BYTES_OTHER] = "other",
	};

	put(o, "run %lu %lu present=%d pfn_valid=%d online=%d pgmap=", start, end, a->present,
	    a->valid, a->online);
	put(o, a->pgmap ? "0x%016lx" : "0", a->pgmap);
	if (a->zone >= 0)
		put(o, " zone=%d node=%d", a->zone, a->node);
	else
		put(o, " zone=- node=-");
	if (a->kind == BYTES_FILL)
		put(o, " bytes=fill:%02x", a->fill);
	else
		put(o, " bytes=%s", names[a->kind]);
	if (a->word1)
		put(o, " word1=0x%016lx", a->word1);
	put(o, "\n");
}

static void put_section(struct out *o, unsigned long nr, const struct mem_section *ms)
{
	size_t i;

	put(o, "section %lu 0x%016lx", nr, ms->section_mem_map);
	if (!ms->usage) {
		put(o, " -\n");
		return;
	}
	for (i = 0; i < BITS_TO_LONGS(SUBSECTIONS_PER_SECTION); i++)
		put(o, " 0x%016lx", ms->usage->subsection_map[i]);
	put(o, "\n");
}

static void put_head(struct out *o, unsigned long end_pfn)
{
	put(o, "zdm-testimony 1\nrelease %s\npage_size %lu\nsection_pages %lu\nsizeof_page %zu\n",
	    utsname()->release, PAGE_SIZE, PAGES_PER_SECTION, sizeof(struct page));
	put(o, "vmemmap 0x%016lx\nend_pfn %lu\n", (unsigned long)vmemmap, end_pfn);
#ifdef pfn_to_online_page
	put(o, "# online: this kernel's macro, section flag only; it knows nothing of devices\n");
#endif
}

static void put_runs(struct out *o, unsigned long end_pfn)
{
	unsigned long pfn, step, start = 0;
	struct answer run, now;

	for (pfn = 0; pfn < end_pfn && !o->full; pfn += step) {
		bool present = present_section_nr(pfn_to_section_nr(pfn));

		/*
		 * Whether there is a memmap, and whose, is decided per sub-section: where none
		 * is valid, one look does for all of it.
		 */
		step = present && pfn_valid(pfn) ? 1 : PAGES_PER_SUBSECTION;
		ask(&now, pfn, present);
		if (pfn && memcmp(&now, &run, sizeof(now))) {
			put_run(o, start, pfn, &run);
			start = pfn;
		}
		if (start == pfn)
			memcpy(&run, &now, sizeof(run));
	}
	if (end_pfn)
		put_run(o, start, end_pfn, &run);
}

long zdm_testimony_write(char *buf, size_t size)
{
	struct out o = { .buf = buf, .size = size };
	unsigned long nr, end_nr = 0;

	for (nr = 0; nr < NR_MEM_SECTIONS; nr++) {
		/* an absent root spares SECTIONS_PER_ROOT questions */
		if (!__nr_to_section(nr))
			nr |= SECTIONS_PER_ROOT - 1;
		else if (present_section_nr(nr))
			end_nr = nr + 1;
	}
	put_head(&o, end_nr * PAGES_PER_SECTION);
	for (nr = 0; nr < end_nr; nr++)
		if (present_section_nr(nr))
			put_section(&o, nr, __nr_to_section(nr));
	put_runs(&o, end_nr * PAGES_PER_SECTION);
	return o.full ? -ENOSPC : (long)o.len;
}
EXPORT_SYMBOL_GPL(zdm_testimony_write);

struct text {
	size_t len;
	char bytes[];
};

static int testimony_open(struct inode *inode, struct file *file)
{
	struct text *t = vzalloc(sizeof(*t) + ZDM_TESTIMONY_BYTES);
	long len;

	if (!t)
		return -ENOMEM;
	len = zdm_testimony_write(t->bytes, ZDM_TESTIMONY_BYTES);
	if (len < 0) {
		vfree(t);
		return len;
	}
	t->len = len;
	file->private_data = t;
	return 0;
}

static ssize_t testimony_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct text *t = file->private_data;

	return simple_read_from_buffer(to, count, pos, t->bytes, t->len);
}

static int testimony_release(struct inode *inode, struct file *file)
{
	vfree(file->private_data);
	return 0;
}

static const struct proc_ops testimony_ops = {
	.proc_open = testimony_open,
	.proc_read = testimony_read,
	.proc_lseek = default_llseek,
	.proc_release = testimony_release,
};

static int __init testimony_init(void)
{
	return proc_create("zdm_testimony", 0400, NULL, &testimony_ops) ? 0 : -ENOMEM;
}

static void __exit testimony_exit(void)
{
	remove_proc_entry("zdm_testimony", NULL);
}

module_init(testimony_init);
module_exit(testimony_exit);
MODULE_DESCRIPTION("Tells what the kernel says about every page frame");
MODULE_LICENSE("GPL");

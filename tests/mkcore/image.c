// SPDX-License-Identifier: LGPL-2.1-or-later
/* image: frames, objects and mappings. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

static size_t slot_of(const struct image *im, uint64_t pfn)
{
	return (pfn * 0x9e3779b97f4a7c15ull >> 20) & (im->nr_slots - 1);
}

static void insert(struct image *im, struct frame *f)
{
	size_t i = slot_of(im, f->pfn);

	while (im->slot[i])
		i = (i + 1) & (im->nr_slots - 1);
	im->slot[i] = f;
}

static void grow(struct image *im)
{
	struct frame **old = im->slot;
	size_t nr = im->nr_slots, i;

	im->nr_slots = nr ? nr * 2 : 4096;
	im->slot = xcalloc(im->nr_slots, sizeof(*im->slot));
	for (i = 0; i < nr; i++)
		if (old[i])
			insert(im, old[i]);
	free(old);
}

struct frame *image_frame(struct image *im, uint64_t paddr, bool create)
{
	uint64_t pfn = paddr / PAGE_BYTES;
	struct frame *f;
	size_t i;

	if (im->nr_slots)
		for (i = slot_of(im, pfn); im->slot[i]; i = (i + 1) & (im->nr_slots - 1))
			if (im->slot[i]->pfn == pfn)
				return im->slot[i];
	if (!create)
		return NULL;
	if (im->nr_frames * 2 >= im->nr_slots)
		grow(im);
	f = xcalloc(1, sizeof(*f));
	f->pfn = pfn;
	f->data = xcalloc(1, PAGE_BYTES);
	insert(im, f);
	im->nr_frames++;
	return f;
}

static size_t bytes_here(uint64_t paddr, size_t len)
{
	size_t room = PAGE_BYTES - paddr % PAGE_BYTES;

	return len < room ? len : room;
}

void image_write(struct image *im, uint64_t paddr, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len) {
		size_t n = bytes_here(paddr, len);

		memcpy(image_frame(im, paddr, true)->data + paddr % PAGE_BYTES, p, n);
		paddr += n;
		p += n;
		len -= n;
	}
}

void image_read(struct image *im, uint64_t paddr, void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len) {
		size_t n = bytes_here(paddr, len);
		struct frame *f = image_frame(im, paddr, false);

		if (f)
			memcpy(p, f->data + paddr % PAGE_BYTES, n);
		else
			memset(p, 0, n);
		paddr += n;
		p += n;
		len -= n;
	}
}

bool image_find(struct image *im, uint64_t kaddr, uint64_t *paddr)
{
	size_t i, nr;

	/* Neighbours are asked for in turn: begin where the last answer was. */
	for (nr = 0, i = im->last_mapping; nr < im->nr_mappings; nr++, i++) {
		const struct mapping *m = &im->mapping[i % im->nr_mappings];

		if (kaddr >= m->kaddr && kaddr - m->kaddr < m->len) {
			im->last_mapping = i % im->nr_mappings;
			*paddr = m->paddr + (kaddr - m->kaddr);
			return true;
		}
	}
	return false;
}

uint64_t image_paddr(struct image *im, uint64_t kaddr)
{
	uint64_t paddr;

	if (!image_find(im, kaddr, &paddr))
		die("nothing is mapped at %016" PRIx64, kaddr);
	return paddr;
}

void image_put(struct image *im, uint64_t kaddr, uint64_t value, unsigned int bytes)
{
	uint8_t b[8];
	unsigned int i;

	for (i = 0; i < bytes; i++)
		b[i] = value >> (8 * i);
	/* Fields are aligned: none lies across two pages. */
	image_write(im, image_paddr(im, kaddr), b, bytes);
}

uint64_t image_get(struct image *im, uint64_t kaddr, unsigned int bytes)
{
	uint8_t b[8];
	uint64_t v = 0;
	unsigned int i;

	image_read(im, image_paddr(im, kaddr), b, bytes);
	for (i = 0; i < bytes; i++)
		v |= (uint64_t)b[i] << (8 * i);
	return v;
}

void image_touch(struct image *im, uint64_t kaddr, uint64_t len)
{
	uint64_t a;

	for (a = kaddr & ~(uint64_t)(PAGE_BYTES - 1); a < kaddr + len; a += PAGE_BYTES)
		image_frame(im, image_paddr(im, a), true);
}

uint64_t image_label(struct image *im, uint64_t kaddr, uint64_t len, const char *type, char *label)
{
	if (image_object(im, label))
		die("%s is there twice", label);
	im->object = xrealloc(im->object, (im->nr_objects + 1) * sizeof(*im->object));
	im->object[im->nr_objects++] = (struct object){ label, type, kaddr, len };
	image_touch(im, kaddr, len);
	return kaddr;
}

static uint64_t align_up(uint64_t v, uint64_t align)
{
	return (v + align - 1) / align * align;
}


static uint64_t take_pages(struct image *im, uint64_t len, const char *label)
{
	uint64_t at = align_up(im->pool_lo, PAGE_BYTES);

	if (at + len > im->pool_hi)
		die("no RAM left for %s", label);
	im->pool_lo = at + align_up(len, PAGE_BYTES);
	return at;
}

/* The kernel's caches: objects of one kind share pages, those of two never do. */
static struct slab *slab_of(struct image *im, const char *label)
{
	size_t len = strcspn(label, ":"), i;

	for (i = 0; i < im->nr_slabs; i++)
		if (!strncmp(im->slab[i].kind, label, len) && !im->slab[i].kind[len])
			return &im->slab[i];
	im->slab = xrealloc(im->slab, (im->nr_slabs + 1) * sizeof(*im->slab));
	im->slab[im->nr_slabs] = (struct slab){ .kind = xstrdup(label) };
	im->slab[im->nr_slabs].kind[len] = '\0';
	return &im->slab[im->nr_slabs++];
}

uint64_t image_alloc(struct image *im, uint64_t len, uint64_t align, const char *type, char *label)
{
	struct slab *slab = slab_of(im, label);
	uint64_t at = align_up(slab->next, align);

	if (at + len > slab->end || !slab->end) {
		at = take_pages(im, len, label);
		slab->end = align_up(at + len, PAGE_BYTES);
	}
	slab->next = at + len;
	return image_label(im, im->page_offset + at, len, type, label);
}

uint64_t image_static(struct image *im, uint64_t len, uint64_t align, const char *type,
		      char *label)
{
	uint64_t at = align_up(im->image_next, align);

	if (at + len > im->image_end)
		die("the kernel image has no room for %s", label);
	im->image_next = at + len;
	return image_label(im, at, len, type, label);
}

uint64_t image_alloc_huge(struct image *im)
{
	uint64_t at = im->pool_hi & ~(uint64_t)(HUGE_BYTES - 1);

	if (at < im->pool_lo + HUGE_BYTES)
		die("no RAM left for the memmap");
	im->pool_hi = at - HUGE_BYTES;
	return im->pool_hi;
}

const struct object *image_object(const struct image *im, const char *label)
{
	size_t i;

	for (i = 0; i < im->nr_objects; i++)
		if (!strcmp(im->object[i].label, label))
			return &im->object[i];
	return NULL;
}

void image_map(struct image *im, uint64_t kaddr, uint64_t paddr, uint64_t len, uint64_t leaf_bytes)
{
	if ((kaddr | paddr | len) % leaf_bytes)
		die("mapping of %016" PRIx64 " does not fit leaves of %" PRIu64 " bytes", kaddr,
		    leaf_bytes);
	im->mapping = xrealloc(im->mapping, (im->nr_mappings + 1) * sizeof(*im->mapping));
	im->mapping[im->nr_mappings++] = (struct mapping){ kaddr, paddr, len, leaf_bytes };
}

/* One table entry on the way to kaddr; makes the next table when there is none. */
static uint64_t next_table(struct image *im, uint64_t table, uint64_t kaddr, unsigned int level)
{
	uint64_t at = table + 8 * machine_index(level, kaddr), next, paddr;

	if (machine_table(image_get(im, at, 8), &paddr))
		return im->page_offset + paddr;
	next = image_alloc(im, PAGE_BYTES, PAGE_BYTES, NULL,
			   xprintf("pt:%u:%016" PRIx64, level - 1,
				   kaddr >> machine_shift(level) << machine_shift(level)));
	image_put(im, at, machine_table_entry(image_paddr(im, next)), 8);
	return next;
}

static void map_leaf(struct image *im, uint64_t pgd, uint64_t kaddr, uint64_t paddr, bool huge)
{
	unsigned int level, last = huge ? 2 : 1;
	uint64_t table = pgd;

	for (level = machine.levels; level > last; level--)
		table = next_table(im, table, kaddr, level);
	image_put(im, table + 8 * machine_index(last, kaddr), machine_leaf_entry(last, paddr), 8);
}

void image_build_tables(struct image *im, uint64_t pgd_kaddr)
{
	uint64_t off;
	size_t i;

	for (i = 0; i < im->nr_mappings; i++) {
		struct mapping m = im->mapping[i];

		for (off = 0; off < m.len; off += m.leaf_bytes)
			map_leaf(im, pgd_kaddr, m.kaddr + off, m.paddr + off,
				 m.leaf_bytes != PAGE_BYTES);
	}
}

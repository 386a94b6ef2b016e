// SPDX-License-Identifier: LGPL-2.1-or-later
/* resources: iomem_resource and what hangs below it, as /proc/iomem shows it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* include/linux/ioport.h */
#define IORESOURCE_MEM 0x00000200u
#define IORESOURCE_SYSRAM 0x01000000u
#define IORESOURCE_BUSY 0x80000000u

struct resource {
	struct span bytes;
	char *name;
	uint64_t kaddr, last_child;
};

static char *join_words(const struct stmt *s, size_t from)
{
	char *all = xstrdup(""), *more;

	for (; from < s->nr; from++) {
		more = xprintf("%s%s%s", all, *all ? " " : "", s->word[from]);
		free(all);
		all = more;
	}
	return all;
}

static int by_place(const void *a, const void *b)
{
	const struct resource *x = a, *y = b;

	if (x->bytes.start != y->bytes.start)
		return x->bytes.start < y->bytes.start ? -1 : 1;
	return x->bytes.end > y->bytes.end ? -1 : x->bytes.end < y->bytes.end;
}

static void add(struct resource **list, size_t *nr, struct span bytes, char *name)
{
	*list = xrealloc(*list, (*nr + 1) * sizeof(**list));
	(*list)[(*nr)++] = (struct resource){ .bytes = bytes, .name = name };
}

/* RAM is what the description calls so, and whatever is online. */
static bool is_ram(const struct stmt *s)
{
	return !strcmp(s->word[0], "ram") ||
	       (!strcmp(s->word[0], "pages") && stmt_has(s, "online"));
}

/* Nothing said: System RAM, in one piece where it lies in one piece. */
static void ram_alone(const struct text *t, struct resource **list, size_t *nr)
{
	size_t i, n = 0;

	for (i = 0; i < t->nr; i++) {
		struct span pfn;

		if (!is_ram(&t->stmt[i]))
			continue;
		pfn = span_of(&t->stmt[i], stmt_word(&t->stmt[i], 1));
		add(list, nr, (struct span){ pfn.start * PAGE_BYTES, pfn.end * PAGE_BYTES }, NULL);
	}
	qsort(*list, *nr, sizeof(**list), by_place);
	for (i = 1; i < *nr; i++) {
		if ((*list)[i].bytes.start > (*list)[n].bytes.end)
			(*list)[++n] = (*list)[i];
		else if ((*list)[i].bytes.end > (*list)[n].bytes.end)
			(*list)[n].bytes.end = (*list)[i].bytes.end;
	}
	*nr = *nr ? n + 1 : 0;
	for (i = 0; i < *nr; i++)
		(*list)[i].name = xstrdup("System RAM");
}

static void put(struct core *c, uint64_t kaddr, const char *member, uint64_t value)
{
	image_put(&c->im, kaddr + kern_offset(&c->k, "resource", member), value, 8);
}

/* The innermost so far that holds r: the list is in the order of the tree. */
static struct resource *parent_of(struct resource *list, size_t i)
{
	size_t j;

	for (j = i; j-- > 0;)
		if (list[j].bytes.start <= list[i].bytes.start &&
		    list[j].bytes.end >= list[i].bytes.end)
			return &list[j];
	return NULL;
}

static void encode(struct core *c, uint64_t root, uint64_t *last_of_root, struct resource *list,
		   size_t i)
{
	struct resource *r = &list[i], *up = parent_of(list, i);
	uint64_t parent = up ? up->kaddr : root, *last = up ? &up->last_child : last_of_root;
	bool ram = !strncmp(r->name, "System RAM", 10);
	size_t len = strlen(r->name) + 1;
	uint64_t name;

	r->kaddr = image_alloc(&c->im, kern_size(&c->k, "resource"), 64, "resource",
			       xprintf("resource:%zu", i));
	name = image_alloc(&c->im, len, 8, NULL, xprintf("resource_name:%zu", i));
	image_write(&c->im, image_paddr(&c->im, name), r->name, len);
	put(c, r->kaddr, "start", r->bytes.start);
	put(c, r->kaddr, "end", r->bytes.end - 1);
	put(c, r->kaddr, "name", name);
	put(c, r->kaddr, "flags", IORESOURCE_MEM | IORESOURCE_BUSY | (ram ? IORESOURCE_SYSRAM : 0));
	put(c, r->kaddr, "parent", parent);
	put(c, *last ? *last : parent, *last ? "sibling" : "child", r->kaddr);
	*last = r->kaddr;
}

/* "iomem A..B NAME…" (bytes; what lies inside another is its child), or "iomem none" */
void core_encode_resources(struct core *c, const struct text *t)
{
	struct resource *list = NULL;
	uint64_t root, last = 0;
	bool none = false;
	size_t nr = 0, i;

	if (!kern_has_symbol(&c->k, "iomem_resource"))
		return;
	for (i = 0; i < t->nr; i++) {
		const struct stmt *s = &t->stmt[i];

		if (strcmp(s->word[0], "iomem"))
			continue;
		if (!strcmp(stmt_word(s, 1), "none"))
			none = true;
		else
			add(&list, &nr, span_of(s, stmt_word(s, 1)), join_words(s, 2));
	}
	if (!nr && !none)
		ram_alone(t, &list, &nr);
	qsort(list, nr, sizeof(*list), by_place);
	root = kern_symbol(&c->k, "iomem_resource");
	put(c, root, "end", (1ull << kern_number(&c->k, "MAX_PHYSMEM_BITS")) - 1);
	put(c, root, "flags", IORESOURCE_MEM);
	for (i = 0; i < nr; i++)
		encode(c, root, &last, list, i);
	for (i = 0; i < nr; i++)
		free(list[i].name);
	free(list);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An oops on demand: mode "walk" looks at struct pages as kpageflags_read() did
 * before Linux 5.4, with no other question than pfn_valid(), and follows what it
 * finds in them; mode "plain" follows a null pointer and has nothing to do with
 * struct pages, though it holds one.
 */
#ifdef ZDM_IMAGE
#include "zdm_image.h"
#else
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#endif

static ulong first_pfn;
module_param(first_pfn, ulong, 0);
MODULE_PARM_DESC(first_pfn, "where to begin");
static ulong nr = 2;
module_param(nr, ulong, 0);
MODULE_PARM_DESC(nr, "how many page frames to look at");
static char *mode = "walk";
module_param(mode, charp, 0);
MODULE_PARM_DESC(mode, "walk or plain");

/* The words of a struct page: flags, then the union of lru and compound head, then mapping. */
enum { WORD_FLAGS = 0, WORD_HEAD = 1, WORD_MAPPING = 3 };

/* What a walker learns of one page: the flags of its head, and of its mapping the inode. */
static noinline unsigned long look_at(const struct page *page)
{
	const unsigned long *word = (const unsigned long *)page, *head = word;
	unsigned long seen, mapping;

	if (READ_ONCE(word[WORD_HEAD]) & 1)
		head = (const unsigned long *)(word[WORD_HEAD] - 1);
	seen = READ_ONCE(head[WORD_FLAGS]);
	mapping = READ_ONCE(word[WORD_MAPPING]);
	mapping &= ~3UL;	/* the low bits say of what kind it is */
	if (mapping)
		seen ^= (unsigned long)READ_ONCE(((struct address_space *)mapping)->host);
	return seen ^ READ_ONCE(word[WORD_FLAGS]);
}

static noinline unsigned long walk(void)
{
	unsigned long pfn, seen = 0;

	for (pfn = first_pfn; pfn < first_pfn + nr; pfn++) {
		if (pfn_valid(pfn))
			seen ^= look_at(pfn_to_page(pfn));
	}
	return seen;
}

struct thing {
	unsigned long a;
	struct page *page;
	struct thing *next;
};

static noinline unsigned long count_things(const struct thing *t)
{
	unsigned long n = 0;

	do {
		n += page_to_pfn(t->page);
		t = READ_ONCE(t->next);
	} while (READ_ONCE(t->a));
	return n;
}

static int __init oops_init(void)
{
	struct thing one = { .a = first_pfn };
	unsigned long seen;

	one.page = pfn_to_page(0x1000);	/* of RAM, and sound */
	seen = strcmp(mode, "plain") ? walk() : count_things(&one);
	pr_info("zdm_oops: alive after all: %lx\n", seen);
	return 0;
}

module_init(oops_init);
MODULE_DESCRIPTION("Oopses as a walker of struct pages did in 2019");
MODULE_LICENSE("GPL");

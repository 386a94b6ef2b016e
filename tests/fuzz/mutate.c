// SPDX-License-Identifier: LGPL-2.1-or-later
/* mutate: what a seed does to a vmcore. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define PAGE_BYTES 4096u
#define MAX_FILL_BYTES 4096u

/* splitmix64, by Sebastiano Vigna */
uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	return rng_next(r) % n;
}

static const char *const kind_names[NR_TARGET_KINDS] = {
	"root", "section", "usage", "node", "shift", "pgmap", "range", "block", "table", "other",
};

static const struct target *pick_target(const struct subject *s, struct rng *rng,
					const char **name)
{
	unsigned int tries;

	for (tries = 0; tries < 64; tries++) {
		const struct targets *t = &s->target[rng_below(rng, NR_TARGET_KINDS)];

		if (!t->nr)
			continue;
		*name = kind_names[t - s->target];
		return &t->v[rng_below(rng, t->nr)];
	}
	return NULL;
}

/* A value that means something to somebody. */
static uint64_t new_value(const struct subject *s, struct rng *rng, uint64_t old)
{
	uint64_t v;

	switch (rng_below(rng, 10)) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return rng_below(rng, 70);
	case 3:		/* around a power of two */
		return (1ull << rng_below(rng, 64)) + rng_below(rng, 3) - 1;
	case 4:		/* small and negative, as an int or a long */
		v = 0 - 1 - rng_below(rng, 4);
		return rng_below(rng, 2) ? v : v & 0xffffffff;
	case 5:
		return old + (1ull << rng_below(rng, 40));
	case 6:
		return old - (1ull << rng_below(rng, 40));
	case 7:
		return rng_next(rng);
	case 8:		/* a pointer, made an entry of a tree */
		v = s->nr_pointers ? s->pointer[rng_below(rng, s->nr_pointers)] : old;
		return v + rng_below(rng, 4);
	default:
		return s->nr_pointers ? s->pointer[rng_below(rng, s->nr_pointers)] : old;
	}
}

static void note(struct damage *d, const char *text)
{
	size_t n = strlen(d->what);

	snprintf(d->what + n, sizeof(d->what) - n, "%s%s", n ? "; " : "", text);
}

static void flip_bit(struct subject *s, struct rng *rng, const struct target *t, const char *name,
		     struct damage *d)
{
	uint64_t paddr = t->paddr + rng_below(rng, t->len);
	unsigned int bit = (unsigned int)rng_below(rng, 8);
	size_t n = 1;
	const uint8_t *at = elf_reader_at(&s->elf, paddr, &n);
	char text[80];
	uint8_t byte;

	if (!at)
		return;
	byte = *at ^ (uint8_t)(1u << bit);
	subject_put(s, paddr, &byte, 1);
	snprintf(text, sizeof(text), "%s: bit %u at %" PRIx64, name, bit, paddr);
	note(d, text);
}

/* Overwrite a word, or with `fill` all words of the object with one value. */
static void put_words(struct subject *s, struct rng *rng, const struct target *t,
		      const char *name, bool fill, struct damage *d)
{
	size_t width = t->len >= 8 ? 8 : t->len >= 4 ? 4 : t->len, words = t->len / width, i;
	uint64_t off = rng_below(rng, words) * width, old = 0, v;
	size_t n = width;
	const uint8_t *at = elf_reader_at(&s->elf, t->paddr + off, &n);
	char text[80];

	if (at)
		memcpy(&old, at, n);
	v = new_value(s, rng, old);
	for (i = 0; fill && i < words && i * width < MAX_FILL_BYTES; i++)
		subject_put(s, t->paddr + i * width, &v, width);
	if (!fill)
		subject_put(s, t->paddr + off, &v, width);
	snprintf(text, sizeof(text), "%s: %s %" PRIx64 " = %" PRIx64, name, fill ? "all at" : "word",
		 t->paddr + (fill ? 0 : off), v);
	note(d, text);
}

/* One object over another of its kind: a tree node, a root, a page table entry. */
static void copy_over(struct subject *s, struct rng *rng, const struct target *t, const char *name,
		      struct damage *d)
{
	const char *from_name;
	const struct target *from = pick_target(s, rng, &from_name);
	uint8_t bytes[MAX_FILL_BYTES];
	size_t n = t->len < from->len ? t->len : from->len;
	const uint8_t *at;
	char text[80];

	if (n > sizeof(bytes))
		n = sizeof(bytes);
	at = elf_reader_at(&s->elf, from->paddr, &n);
	if (!at)
		return;
	memcpy(bytes, at, n);
	subject_put(s, t->paddr, bytes, n);
	snprintf(text, sizeof(text), "%s %" PRIx64 " over %s %" PRIx64, from_name, from->paddr, name,
		 t->paddr);
	note(d, text);
}

static void drop_page(struct subject *s, const struct target *t, const char *name,
		      struct damage *d)
{
	char text[80];

	if (s->nr_drops == MAX_DROPS)
		return;
	s->drop[s->nr_drops++] = t->paddr & ~(uint64_t)(PAGE_BYTES - 1);
	snprintf(text, sizeof(text), "%s: no page %" PRIx64, name, s->drop[s->nr_drops - 1]);
	note(d, text);
}

/* Another digit for one of a text, so that a number in it lies. */
static void change_digit(struct subject *s, struct rng *rng, char *text, size_t len,
			 const char *name, struct damage *d)
{
	size_t start = rng_below(rng, len), i;
	char was[80], c = "0123456789abcdef-"[rng_below(rng, 17)];

	for (i = 0; i < len; i++) {
		size_t at = (start + i) % len, line = at;

		/* a digit of the value */
		if (text[at] < '0' || text[at] > '9')
			continue;
		while (line && text[line - 1] != '\n')
			line--;
		if (!memchr(text + line, '=', at - line))
			continue;
		snprintf(was, sizeof(was), "%s: %.40s", name, text + line);
		was[strcspn(was, "\n")] = '\0';
		snprintf(was + strlen(was), sizeof(was) - strlen(was), " %zu:%c", at - line, c);
		note(d, was);
		subject_put_at(s, (uint8_t *)text + at, &c, 1);
		return;
	}
}

static void truncate_file(struct subject *s, struct rng *rng, struct damage *d)
{
	uint64_t keep = s->elf.vmcoreinfo ? (uint64_t)((const uint8_t *)s->elf.vmcoreinfo -
				s->elf.map) + s->elf.vmcoreinfo_len : 4096;
	char text[80];

	if (keep >= s->whole_len)
		return;
	s->elf.len = keep + rng_below(rng, s->whole_len - keep);
	snprintf(text, sizeof(text), "truncated to %zu of %zu", s->elf.len, s->whole_len);
	note(d, text);
}

static void mutate_once(struct subject *s, struct rng *rng, struct damage *d)
{
	const char *name;
	const struct target *t = pick_target(s, rng, &name);
	uint64_t what = rng_below(rng, 100);

	if (!t)
		return truncate_file(s, rng, d);
	d->lost &= what >= 76 && what < 92;
	if (what < 20)
		flip_bit(s, rng, t, name, d);
	else if (what < 60)
		put_words(s, rng, t, name, false, d);
	else if (what < 70)
		put_words(s, rng, t, name, true, d);
	else if (what < 76)
		copy_over(s, rng, t, name, d);
	else if (what < 90)
		drop_page(s, t, name, d);
	else if (what < 92)
		truncate_file(s, rng, d);
	else if (what < 97 && s->layout_len)
		change_digit(s, rng, s->layout, s->layout_len, "layout", d);
	else if (s->elf.vmcoreinfo)
		change_digit(s, rng, (char *)(uintptr_t)s->elf.vmcoreinfo, s->elf.vmcoreinfo_len,
			     "vmcoreinfo", d);
}

void mutate(struct subject *s, struct rng *rng, struct damage *d)
{
	uint64_t times = rng_below(rng, 4) ? 1 : 2 + rng_below(rng, 5);

	d->lost = true;
	d->what[0] = '\0';
	while (times--)
		mutate_once(s, rng, d);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* patch: what a description breaks on purpose, after everything was built well. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

/*
 * "LABEL", "LABEL+OFF", "LABEL.member", "page:PFN", or a number. A symbol's
 * label is its name; the others are in docs/testing.md. False: nothing is called
 * so, because a flip took it away.
 */
static bool place_of(const struct core *c, const struct stmt *s, const char *text, uint64_t *ret)
{
	char *label = xstrdup(text), *plus = strchr(label, '+'), *dot = NULL;
	const struct object *o;
	uint64_t off = 0, at;

	if (plus) {
		*plus = '\0';
		off = number_of(s, plus + 1);
	}
	if (!strncmp(label, "page:", 5)) {
		at = c->vmemmap + number_of(s, label + 5) * c->page_bytes;
		free(label);
		*ret = at + off;
		return true;
	}
	o = image_object(&c->im, label);
	if (!o && (dot = strrchr(label, '.'))) {
		*dot = '\0';
		o = image_object(&c->im, label);
		if (o && !o->type)
			die_at(s, "%s has no members", label);
		if (o)
			off += kern_offset(&c->k, o->type, dot + 1);
	}
	if (!o && !c->flip.kind)
		die_at(s, "nothing is called %s", text);
	free(label);
	*ret = o ? o->kaddr + off : 0;
	return o != NULL;
}

/* "poke WHERE VALUE|@WHERE [bytes=N]" */
void core_poke(struct core *c, const struct stmt *s)
{
	uint64_t at, v, bytes = stmt_number(s, "bytes", 8);
	const char *value = stmt_word(s, 2);

	if (!place_of(c, s, stmt_word(s, 1), &at))
		return;
	if (value[0] != '@')
		v = number_of(s, value);
	else if (!place_of(c, s, value + 1, &v))
		return;
	if (!bytes || bytes > 8 || at % bytes)
		die_at(s, "bytes= must be 1, 2, 4 or 8, and fit the address");
	image_put(&c->im, at, v, bytes);
}

static void omit_kaddr(struct core *c, uint64_t kaddr, uint64_t len)
{
	uint64_t at, paddr;

	for (at = kaddr & ~(uint64_t)(PAGE_BYTES - 1); at < kaddr + len; at += PAGE_BYTES)
		if (image_find(&c->im, at, &paddr))
			image_frame(&c->im, paddr, true)->missing = true;
}

void core_omit_pages(struct core *c, struct span pfns)
{
	omit_kaddr(c, c->vmemmap + pfns.start * c->page_bytes,
		   (pfns.end - pfns.start) * c->page_bytes);
}

/* The frames that hold the object (and whatever else lies in them). */
void core_omit_label(struct core *c, const struct stmt *s, const char *label)
{
	const struct object *o = image_object(&c->im, label);

	if (!strncmp(label, "pages:", 6)) {
		core_omit_pages(c, span_of(s, label + 6));
	} else if (o) {
		omit_kaddr(c, o->kaddr, o->len);
	} else if (!c->flip.kind) {
		die_at(s, "nothing is called %s", label);
	}
}

/* "omit LABEL…" or "omit pages:A..B": the dump lacks them */
void core_omit(struct core *c, const struct stmt *s)
{
	size_t i;

	stmt_word(s, 1);
	for (i = 1; i < s->nr; i++)
		core_omit_label(c, s, s->word[i]);
}

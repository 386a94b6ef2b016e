/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of oops texts share: a text in, its groups by number out. */
#ifndef OOPS_TEXT_H
#define OOPS_TEXT_H

#include "test_util.h"

#include <stdio.h>

#include "oops/facts.h"

/* NULL where nothing was in the text. */
static inline struct zdm_oops *oops_try(const char *text, size_t len)
{
	/* a copy of exactly that size: a byte read beyond it is an error of ASan */
	char *copy = malloc(len ? len : 1);
	struct zdm_oops *o;
	enum zdm_status st;

	assert_non_null(copy);
	memcpy(copy, text, len);
	assert_ok(zdm_oops_new(&o));
	st = zdm_oops_add_text(o, "text", copy, len);
	free(copy);
	if (st == ZDM_ABSENT) {
		zdm_oops_free(o);
		return NULL;
	}
	assert_ok(st);
	oops_settle(o);
	return o;
}

static inline struct zdm_oops *oops_of_len(const char *text, size_t len)
{
	struct zdm_oops *o = oops_try(text, len);

	assert_non_null(o);
	return o;
}

static inline struct zdm_oops *oops_of(const char *text)
{
	return oops_of_len(text, strlen(text));
}

static inline void assert_nothing(const char *text)
{
	assert_null(oops_try(text, strlen(text)));
}

/* How many words and names count. */
static inline size_t words_of_len(const char *text, size_t len)
{
	struct zdm_oops *o = oops_try(text, len);
	size_t nr = o ? zdm_oops_words(o) : 0;

	zdm_oops_free(o);
	return nr;
}

static inline size_t words_of(const char *text)
{
	return words_of_len(text, strlen(text));
}

/* The oops of that number; a test fails if there is none. */
static inline const struct oops_group *group(const struct zdm_oops *o, unsigned int number)
{
	size_t i;

	for (i = 0; i < o->nr; i++) {
		if (oops_group_counts(&o->group[i]) && o->group[i].number == number)
			return &o->group[i];
	}
	fail_msg("no oops %u", number);
	return NULL;
}

static inline unsigned int groups(const struct zdm_oops *o)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < o->nr; i++)
		nr += oops_group_counts(&o->group[i]);
	return nr;
}

static inline bool has(const struct zdm_oops *o, unsigned int number, const char *name)
{
	return oops_word_find(group(o, number), name) != NULL;
}

static inline uint64_t value(const struct zdm_oops *o, unsigned int number, const char *name)
{
	const struct oops_word *w = oops_word_find(group(o, number), name);

	if (!w)
		fail_msg("no %s in oops %u", name, number);
	return w ? w->value : 0;
}

#endif

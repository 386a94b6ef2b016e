/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* text: lines put together in a caller's buffer; growing lists of lines. */
#ifndef ZDM_LIB_TEXT_H
#define ZDM_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Always terminated when size > 0; len counts what the whole text would need. */
struct zdm_text {
	char *buf;
	size_t size, len;
};

void zdm_text_init(struct zdm_text *t, char *buf, size_t size);
__attribute__((format(printf, 2, 3)))
void zdm_textf(struct zdm_text *t, const char *fmt, ...);

/* One line into err (which may be NULL). */
__attribute__((format(printf, 3, 4)))
void zdm_errf(char *err, size_t err_len, const char *fmt, ...);

#define ZDM_MAX_WARNINGS 32u	/* there are fewer kinds than that */

/*
 * A line for each kind of warning, with its first example; zdm_warnings_fold() adds how
 * many more there were. A format is a kind, and must be a literal.
 */
struct zdm_warnings {
	char *line[ZDM_MAX_WARNINGS];
	const char *kind[ZDM_MAX_WARNINGS];
	size_t more[ZDM_MAX_WARNINGS];
	size_t nr;
	bool damaged;		/* one of them says that evidence is missing or wrong */
};

__attribute__((format(printf, 3, 4)))
void zdm_warnf(struct zdm_warnings *w, bool damage, const char *fmt, ...);
/* Once, when all is said. */
void zdm_warnings_fold(struct zdm_warnings *w);
void zdm_warnings_deinit(struct zdm_warnings *w);

#endif

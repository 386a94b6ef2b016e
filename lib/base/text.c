// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void zdm_text_init(struct zdm_text *t, char *buf, size_t size)
{
	t->buf = buf;
	t->size = size;
	t->len = 0;
	if (size)
		buf[0] = '\0';
}

void zdm_textf(struct zdm_text *t, const char *fmt, ...)
{
	bool room = t->len < t->size;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room ? t->buf + t->len : NULL, room ? t->size - t->len : 0, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += (size_t)n;
}

void zdm_errf(char *err, size_t err_len, const char *fmt, ...)
{
	va_list ap;

	if (!err || !err_len)
		return;
	va_start(ap, fmt);
	vsnprintf(err, err_len, fmt, ap);
	va_end(ap);
}

void zdm_warnf(struct zdm_warnings *w, bool damage, const char *fmt, ...)
{
	char *line;
	va_list ap;
	size_t i;
	int n;

	w->damaged |= damage;
	for (i = 0; i < w->nr && w->kind[i] != fmt; i++)
		;
	if (i == ZDM_MAX_WARNINGS)
		i--;
	if (i < w->nr) {
		w->more[i]++;
		return;
	}
	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	w->line[w->nr] = line;
	w->kind[w->nr++] = fmt;
}

void zdm_warnings_fold(struct zdm_warnings *w)
{
	char *line;
	size_t i;

	for (i = 0; i < w->nr; i++) {
		if (!w->more[i] ||
		    asprintf(&line, "%s (and %zu more like this)", w->line[i], w->more[i]) < 0)
			continue;
		free(w->line[i]);
		w->line[i] = line;
		w->more[i] = 0;
	}
}

void zdm_warnings_deinit(struct zdm_warnings *w)
{
	size_t i;

	for (i = 0; i < w->nr; i++)
		free(w->line[i]);
	memset(w, 0, sizeof(*w));
}

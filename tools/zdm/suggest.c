// SPDX-License-Identifier: LGPL-2.1-or-later
/* suggest: what somebody may have meant. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

#define MAX_NAME 32u	/* longer words are no slip of a name */

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Letters to add, take away, change or swap with their neighbour. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int d[MAX_NAME + 1][MAX_NAME + 1];
	size_t na = strlen(a), nb = strlen(b), i, k;

	if (na > MAX_NAME || nb > MAX_NAME)
		return MAX_NAME;
	for (i = 0; i <= na; i++)
		d[i][0] = (unsigned int)i;
	for (k = 0; k <= nb; k++)
		d[0][k] = (unsigned int)k;
	for (i = 1; i <= na; i++) {
		for (k = 1; k <= nb; k++) {
			d[i][k] = min3(d[i - 1][k] + 1, d[i][k - 1] + 1,
				       d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    d[i - 2][k - 2] + 1 < d[i][k])
				d[i][k] = d[i - 2][k - 2] + 1;
		}
	}
	return d[na][nb];
}

const char *suggest(const char *typed, const char *const *names)
{
	unsigned int best = MAX_NAME, n;
	const char *name = NULL;

	for (; *names; names++) {
		/* a third of the letters may be wrong; what was begun well may be short */
		n = distance(typed, *names);
		if (n > 1 + strlen(*names) / 3 && !(strlen(typed) > 2 &&
						    !strncmp(typed, *names, strlen(typed))))
			continue;
		if (n < best) {
			best = n;
			name = *names;
		}
	}
	return name;
}

const char *suggestion(const char *name, const char *prefix, char *buf)
{
	buf[0] = '\0';
	if (name)
		snprintf(buf, SUGGESTION_LEN, " (did you mean '%s%s'?)", prefix, name);
	return buf;
}

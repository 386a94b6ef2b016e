/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd: what the parts of the `zdm` command share. */
#ifndef ZDM_CRASH_CMD_H
#define ZDM_CRASH_CMD_H

#include <zdm/report.h>

#include "session.h"

#define CMD_ERR_LEN 512

/*
 * Each runs between guard_enter() and guard_leave(), prints through out, and
 * leaves one line in err (CMD_ERR_LEN) if it could not do its work. args are
 * what follows the options.
 */
struct cmd_call {
	const struct zdm_crash *z;
	const struct zdm_sink *out;
	int nr;
	char **args;
	bool list;		/* -l */
	const char *file;	/* -O FILE, or NULL */
	char err[CMD_ERR_LEN];
};

void cmd_pages(struct cmd_call *c);		/* -p */
void cmd_check(struct cmd_call *c);		/* -c */
void cmd_kpage(struct cmd_call *c);		/* -k */
void cmd_oops(struct cmd_call *c);		/* -o */

/*
 * A page frame or a range of them in crash's manner: digits are hexadecimal.
 * False with the reason in c->err.
 */
bool cmd_spec(struct cmd_call *c, const char *arg, struct zdm_pfn_spec *ret);

/* A report came back with st: one that is not whole is said to be so. */
void cmd_reported(struct cmd_call *c, enum zdm_status st);

/* printf to the sink; false once nothing more is wanted. */
__attribute__((format(printf, 2, 3)))
bool cmd_printf(const struct zdm_sink *out, const char *fmt, ...);

/*
 * What crash prints while fn runs, as text to be freed; NULL if there was
 * none. fn may jump: the text then ends where it did.
 */
char *cmd_capture(void (*fn)(void *arg), void *arg, size_t *len);

extern char *help_zdm[];

#endif

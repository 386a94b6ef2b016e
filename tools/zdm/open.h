/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open: from the command line to a dump, a session and a model. */
#ifndef ZDM_OPEN_H
#define ZDM_OPEN_H

#include "cli.h"
#include "debugfile.h"
#include "progress.h"
#include "dumpfile/dumpfile.h"
#include "settle.h"

struct opened {
	const char *path;
	char *found;			/* memory of path, where a directory was given */
	struct zdm_dump *dump;
	struct zdm_source *source[3];	/* --layout, --vmlinux, a capsule's own layout */
	size_t nr_sources;
	struct debug_kernel kernel;	/* of the dump */
	struct zdm_session *s;
	struct zdm_model *m;		/* NULL after open_session() */
	enum settled settled;		/* of the running kernel */
	struct progress progress;
	bool contradiction_said;	/* the model's, in the caller's own words: not again */
};

/*
 * Each returns ZDM_EXIT_DONE, or another exit code after it has said why;
 * close_opened() is due in any case.
 */
int open_session(struct zdm_cli *cli, const char *path, struct opened *ret);
int open_model(struct zdm_cli *cli, const char *path, struct opened *ret);
/* Only the sources of --layout and --vmlinux. */
int open_sources(struct zdm_cli *cli, struct opened *ret);
void close_opened(struct opened *o);

/*
 * To be called when all is read: prints what there is to warn of (but for the
 * model's own warnings, if `shown` says that the report has them) and gives the
 * exit code, ZDM_EXIT_DAMAGED for a damaged dump, else `code`.
 */
int finish_opened(struct zdm_cli *cli, struct opened *o, bool shown, int code);

/*
 * The library's hint in the words of the command line, "; give --vmlinux or …", to stand
 * behind its message; "" for none. In buf, which is returned.
 */
#define HINT_LEN 512
const char *hint_words(const struct zdm_cli *cli, const struct opened *o, enum zdm_hint hint,
		       char *buf, size_t len);

#endif

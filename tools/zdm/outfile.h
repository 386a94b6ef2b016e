/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * outfile: output files that appear under their name only when they are
 * complete, and never in the place of another unless the user said so.
 */
#ifndef ZDM_OUTFILE_H
#define ZDM_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include <zdm/report.h>

struct outfile {
	int fd;
	char *path;	/* final name */
	char *temp;	/* name until then, NULL: has none yet */
	bool force;
};

/*
 * May path be written? To be asked before long work; outfile_open() asks again.
 * Each returns 0, or -1 with one line in err.
 */
int outfile_check(const char *path, bool force, char *err, size_t err_len);

/*
 * Begin to write path. Nothing stands under that name before outfile_commit();
 * outfile_discard() leaves nothing behind, nor does a signal that ends zdm. One
 * at a time. like: a file whose mode it gets, since what is made of a dump is
 * as secret as the dump; NULL: the mode of any new file.
 */
int outfile_open(struct outfile *o, const char *path, const char *like, bool force, char *err,
		 size_t err_len);
int outfile_commit(struct outfile *o, char *err, size_t err_len);
void outfile_discard(struct outfile *o);

/*
 * fn makes the contents, a text or bytes, and hands them to the sink. Returns its status,
 * or ZDM_IO and a line in err when they could not be written; else err is empty.
 */
typedef enum zdm_status (*outfile_fn)(void *priv, const struct zdm_sink *sink);
enum zdm_status outfile_fill(const struct outfile *o, outfile_fn fn, void *priv, char *err,
			     size_t err_len);
/* All of it: open, fill, commit. Whatever failed, the line is in err. */
int outfile_write(const char *path, const char *like, bool force, outfile_fn fn, void *priv,
		  char *err, size_t err_len);

#endif

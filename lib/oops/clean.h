/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clean: from bytes that people paste to plain ASCII lines. */
#ifndef ZDM_LIB_OOPS_CLEAN_H
#define ZDM_LIB_OOPS_CLEAN_H

#include <stddef.h>

/*
 * In place; returns the new length, never more. Undone are: base64, quoted-printable, UTF-16
 * (with and without its mark), escapes of JSON, HTML and terminals, blanks of any kind, CR LF.
 */
size_t oops_clean(char *text, size_t len);

/* One of its steps: mails and parts of mails in base64. */
size_t oops_undo_base64(char *text, size_t len);

#endif

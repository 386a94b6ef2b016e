/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* preloading: getting zdm-preload.so into the program that `zdm exec` runs. */
#ifndef ZDM_PRELOADING_H
#define ZDM_PRELOADING_H

#include <stdbool.h>
#include <stddef.h>

#include "host.h"

/* A descriptor that HOST inherits, out of the way of those that shells and scripts use. */
int preloading_inherit(int fd);

/*
 * What to put into LD_PRELOAD, which is split at blanks and colons: the path
 * of the library, or that of a descriptor of it which stays open. False with
 * the reason in err.
 */
bool preloading_find(char *name, size_t len, char *err, size_t err_len);

/* Close the descriptor, if it is one: nothing will be preloaded. */
void preloading_forget(const char *name);

/* Add it to the environment, in front of what is preloaded already. */
bool preloading_set(const char *name);

/*
 * Would the host's own dynamic linker load it? The linker is asked to list what
 * it would load; the host is not run. False with what it said in err.
 */
bool preloading_try(const struct host *h, const char *name, char *err, size_t err_len);

#endif

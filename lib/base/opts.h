/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * opts: the one rule for structures that begin with their size (docs/objects.md). Members are
 * only ever added at the end, 0 in them means what was there before. A caller compiled against
 * an older header hands over a shorter one: what it lacks is 0. One compiled against a newer
 * header may leave what we do not know at 0; if it wants it, it is told that we cannot.
 */
#ifndef ZDM_LIB_OPTS_H
#define ZDM_LIB_OPTS_H

#include <stddef.h>

#include <zdm/reader.h>

/*
 * Copies *theirs, which begins with a size_t, into *own of own_bytes. least: what the first
 * header had. INVAL: shorter than that; UNSUPPORTED: it sets what is not known here.
 */
enum zdm_status zdm_opts_take(void *own, size_t own_bytes, size_t least, const void *theirs);

/* For *own of TYPE whose first header ended with member LAST. */
#define ZDM_OPTS_TAKE(own, type, last, theirs) \
	zdm_opts_take((own), sizeof(type), \
		      offsetof(type, last) + sizeof(((type *)NULL)->last), (theirs))

#endif

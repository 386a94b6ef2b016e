/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What those who define a source share (source/, and kernel/kallsyms_text); nobody else includes this.
 */
#ifndef ZDM_LIB_SOURCE_PRIV_H
#define ZDM_LIB_SOURCE_PRIV_H

#include "source/source.h"
#include "base/text.h"

/* Longest name of a symbol, type, member or enumerator that is looked up. */
#define ZDM_NAME_MAX 512

/*
 * Wrap self, which the source owns from here on: zdm_source_close() calls
 * ops->destroy(self). On ZDM_NOMEM self still belongs to the caller.
 */
enum zdm_status zdm_source_create(const struct zdm_source_ops *ops, void *self,
				  struct zdm_source **ret);

/* Keep a build-id (hex) or a release if it looks like one, else leave "". */
void zdm_source_set_build_id(struct zdm_source *src, const char *hex, size_t len);
void zdm_source_set_release(struct zdm_source *src, const char *release, size_t len);

#endif

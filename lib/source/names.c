// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "source/name_index.h"
#include "source/names.h"
#include "source/priv.h"

static uint32_t find(const struct zdm_names *n, const char *text, size_t len, uint32_t hash)
{
	uint32_t at = n->head[hash % ZDM_NAME_HEADS];

	for (; at; at = n->v[at - 1].next) {
		const struct zdm_name *name = &n->v[at - 1];

		if (name->hash == hash && name->len == len && !memcmp(name->text, text, len))
			return at - 1;
	}
	return ZDM_NO_NAME;
}

uint32_t zdm_names_find(const struct zdm_names *n, const char *text, size_t len)
{
	return find(n, text, len, zdm_index_hash(text, len));
}

enum zdm_status zdm_names_add(struct zdm_names *n, const char *text, size_t len)
{
	uint32_t hash = zdm_index_hash(text, len), *head = &n->head[hash % ZDM_NAME_HEADS];
	struct zdm_name *name;
	char *copy;

	if (!len || len > ZDM_NAME_MAX || find(n, text, len, hash) != ZDM_NO_NAME)
		return ZDM_OK;
	name = zdm_grow((void **)&n->v, &n->cap, n->nr, sizeof(*name));
	copy = name ? malloc(len + 1) : NULL;
	if (!copy)
		return ZDM_NOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*name = (struct zdm_name){ copy, (uint32_t)len, hash, *head };
	*head = (uint32_t)++n->nr;
	return ZDM_OK;
}

enum zdm_status zdm_names_add_all(struct zdm_names *n, const struct zdm_names *from)
{
	enum zdm_status st = ZDM_OK;
	size_t i;

	for (i = 0; from && i < from->nr && st == ZDM_OK; i++)
		st = zdm_names_add(n, from->v[i].text, from->v[i].len);
	return st;
}

void zdm_names_deinit(struct zdm_names *n)
{
	while (n->nr)
		free(n->v[--n->nr].text);
	free(n->v);
	memset(n, 0, sizeof(*n));
}

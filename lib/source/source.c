// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What all sources have in common, and the simplest of them: the host.
 */
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "source/priv.h"

enum zdm_status zdm_source_create(const struct zdm_source_ops *ops, void *self,
				  struct zdm_source **ret)
{
	struct zdm_source *src = calloc(1, sizeof(*src));

	if (!src)
		return ZDM_NOMEM;
	src->ops = ops;
	src->self = self;
	*ret = src;
	return ZDM_OK;
}

void zdm_source_close(struct zdm_source *src)
{
	if (!src)
		return;
	if (src->ops->destroy)
		src->ops->destroy(src->self);
	free(src);
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void zdm_source_set_build_id(struct zdm_source *src, const char *hex, size_t len)
{
	size_t i;

	src->build_id[0] = '\0';
	if (!len || len % 2 || len >= sizeof(src->build_id))
		return;
	for (i = 0; i < len; i++)
		if (!is_hex_digit(hex[i]))
			return;
	/* Lower case, so that two of them compare equal. */
	for (i = 0; i < len; i++)
		src->build_id[i] = hex[i] >= 'A' && hex[i] <= 'F' ? hex[i] + ('a' - 'A') : hex[i];
	src->build_id[len] = '\0';
}

void zdm_source_set_release(struct zdm_source *src, const char *release, size_t len)
{
	size_t i;

	src->release[0] = '\0';
	if (!len || len >= sizeof(src->release))
		return;
	for (i = 0; i < len; i++)
		if (release[i] <= ' ' || release[i] >= 0x7f)
			return;
	memcpy(src->release, release, len);
	src->release[len] = '\0';
}

/* What an older host's shorter table lacks is NULL here. */
struct host {
	struct zdm_reader_ops ops;
	void *priv;
};

static enum zdm_status host_symbol(void *self, const char *name, uint64_t *kaddr)
{
	const struct host *h = self;

	return h->ops.symbol_fn ? h->ops.symbol_fn(h->priv, name, kaddr) : ZDM_ABSENT;
}

static enum zdm_status host_size(void *self, const char *type, uint64_t *bytes)
{
	const struct host *h = self;

	return h->ops.size_fn ? h->ops.size_fn(h->priv, type, bytes) : ZDM_ABSENT;
}

static enum zdm_status host_member(void *self, const char *type, const char *member,
				   struct zdm_member *ret)
{
	const struct host *h = self;

	return h->ops.member_fn ? h->ops.member_fn(h->priv, type, member, ret) : ZDM_ABSENT;
}

static enum zdm_status host_enumerator(void *self, const char *name, int64_t *ret)
{
	const struct host *h = self;

	return h->ops.enumerator_fn ? h->ops.enumerator_fn(h->priv, name, ret) : ZDM_ABSENT;
}

static const struct zdm_source_ops host_source_ops = {
	.symbol = host_symbol,
	.size = host_size,
	.member = host_member,
	.enumerator = host_enumerator,
	.destroy = free,
};

enum zdm_status zdm_source_host_open(const struct zdm_reader_ops *ops, void *priv,
				     struct zdm_source **ret)
{
	struct host *h;
	enum zdm_status st;

	*ret = NULL;
	h = calloc(1, sizeof(*h));
	if (!h)
		return ZDM_NOMEM;
	st = ZDM_OPTS_TAKE(&h->ops, struct zdm_reader_ops, present_fn, ops);
	h->priv = priv;
	if (st == ZDM_OK)
		st = zdm_source_create(&host_source_ops, h, ret);
	if (st) {
		free(h);
		return st;
	}
	if (h->ops.symbol_fn)
		(*ret)->symbols = "host";
	if (h->ops.size_fn || h->ops.member_fn || h->ops.enumerator_fn)
		(*ret)->types = "host";
	(*ret)->complete_symbols = (*ret)->symbols && h->ops.complete_symbols;
	(*ret)->complete_types = (*ret)->types && h->ops.complete_types;
	return ZDM_OK;
}

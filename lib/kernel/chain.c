// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "kernel/chain.h"

/* No structure of any kernel is larger; so sums of offsets and sizes cannot overflow. */
#define TYPE_MAX_BYTES (UINT64_C(1) << 28)

const char *zdm_kdef_next_name(const char *names, char *buf)
{
	size_t n = strcspn(names, "|");

	if (n >= ZDM_KDEF_NAME_MAX)
		n = ZDM_KDEF_NAME_MAX - 1;
	memcpy(buf, names, n);
	buf[n] = '\0';
	return names[n] == '|' ? names + n + 1 : NULL;
}

static enum zdm_status ask_one(const struct zdm_source *src, const struct zdm_kdef_row *row,
			       const char *name, struct zdm_kval *val)
{
	const struct zdm_source_ops *ops = src->ops;
	struct zdm_member mem = { 0, 0 };
	enum zdm_status st = ZDM_ABSENT;
	int64_t num;

	switch (row->kind) {
	case ZDM_KDEF_SYMBOL:
		return ops->symbol ? ops->symbol(src->self, name, &val->value) : ZDM_ABSENT;
	case ZDM_KDEF_SIZE:
		if (ops->size)
			st = ops->size(src->self, row->type, &val->value);
		return st == ZDM_OK && val->value > TYPE_MAX_BYTES ? ZDM_CORRUPT : st;
	case ZDM_KDEF_MEMBER:
		if (ops->member)
			st = ops->member(src->self, row->type, name, &mem);
		if (st == ZDM_OK && (mem.off_bytes > TYPE_MAX_BYTES || mem.size_bytes > TYPE_MAX_BYTES))
			return ZDM_CORRUPT;
		if (st == ZDM_OK) {
			val->value = mem.off_bytes;
			val->size_bytes = mem.size_bytes;
		}
		return st;
	case ZDM_KDEF_NUMBER:
		if (ops->enumerator)
			st = ops->enumerator(src->self, name, &num);
		if (st == ZDM_OK)
			val->value = (uint64_t)num;
		return st;
	}
	return ZDM_ABSENT;
}

static void ask_source(const struct zdm_source *src, const struct zdm_kdef_row *row,
		       uint64_t kaslr_offset, struct zdm_kval *val)
{
	const char *names = row->names ? row->names : row->type;
	char name[ZDM_KDEF_NAME_MAX];
	enum zdm_status st;

	while (names) {
		names = zdm_kdef_next_name(names, name);
		st = ask_one(src, row, name, val);
		/* that one source cannot tell outweighs that another has no such thing */
		if (st != ZDM_ABSENT)
			val->status = st;
		if (st == ZDM_OK) {
			val->source = src;
			if (row->kind == ZDM_KDEF_SYMBOL && src->link_addresses)
				val->value += kaslr_offset;
			return;
		}
	}
}

enum zdm_status zdm_chain_ask(const struct zdm_chain *c, const struct zdm_kdef_row *row,
			      struct zdm_kval *ret)
{
	size_t i;

	*ret = (struct zdm_kval){ .status = ZDM_ABSENT };
	for (i = 0; i < c->nr && ret->status != ZDM_OK; i++)
		ask_source(c->v[i], row, c->kaslr_offset, ret);
	return ret->status;
}

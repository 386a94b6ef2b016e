// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "kernel/kdef.h"

const struct zdm_kdef_row zdm_kdef_rows[ZDM_NR_KDEFS] = {
#define KDEF_SYMBOL(id, names) [ZDM_SYM_##id] = { ZDM_KDEF_SYMBOL, NULL, names },
#define KDEF_SIZE(id, type) [ZDM_SIZE_##id] = { ZDM_KDEF_SIZE, type, NULL },
#define KDEF_MEMBER(id, type, names) [ZDM_MEM_##id] = { ZDM_KDEF_MEMBER, type, names },
#define KDEF_NUMBER(id, names) [ZDM_NUM_##id] = { ZDM_KDEF_NUMBER, NULL, names },
#include "kernel/kdef.def"
};

#define NAME_MAX_BYTES 64

/* No structure of any kernel is larger; so sums of offsets and sizes cannot overflow. */
#define TYPE_MAX_BYTES (UINT64_C(1) << 28)

/* Copy the next of "a|b|c" into buf; returns the rest, or NULL after the last. */
static const char *next_name(const char *names, char *buf)
{
	size_t n = strcspn(names, "|");

	if (n >= NAME_MAX_BYTES)
		n = NAME_MAX_BYTES - 1;
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
	char name[NAME_MAX_BYTES];
	enum zdm_status st;

	while (names) {
		names = next_name(names, name);
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

/*
 * A symbol table lists all symbols, VMCOREINFO a choice; hosts and kallsyms say.
 * A layout file that calls itself complete was made where both were complete.
 */
static bool lists_all_symbols(const struct zdm_source *src)
{
	if (!src->symbols)
		return false;
	return src->complete_symbols || !strcmp(src->symbols, "vmlinux") ||
	       (!strcmp(src->symbols, "layout") && src->complete_types);
}

void zdm_kdef_resolve(struct zdm_kdef *k, const struct zdm_source *const *sources, size_t nr,
		      uint64_t kaslr_offset)
{
	size_t id, i;

	memset(k, 0, sizeof(*k));
	for (i = 0; i < nr; i++) {
		k->complete_types |= sources[i]->complete_types;
		k->complete_symbols |= lists_all_symbols(sources[i]);
	}
	for (id = 0; id < ZDM_NR_KDEFS; id++) {
		k->v[id].status = ZDM_ABSENT;
		for (i = 0; i < nr && k->v[id].status != ZDM_OK; i++)
			ask_source(sources[i], &zdm_kdef_rows[id], kaslr_offset, &k->v[id]);
	}
}

void zdm_kdef_name(enum zdm_kdef_id id, char *buf, size_t len)
{
	const struct zdm_kdef_row *row = &zdm_kdef_rows[id];
	char name[NAME_MAX_BYTES] = "";

	if (row->names)
		next_name(row->names, name);
	if (row->kind == ZDM_KDEF_MEMBER)
		snprintf(buf, len, "member %s.%s", row->type, name);
	else if (row->kind == ZDM_KDEF_SIZE)
		snprintf(buf, len, "type %s", row->type);
	else
		snprintf(buf, len, "%s %s", row->kind == ZDM_KDEF_SYMBOL ? "symbol" : "constant",
			 name);
}

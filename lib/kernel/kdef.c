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

void zdm_kdef_names(struct zdm_names *ret, bool symbols)
{
	size_t id;

	for (id = 0; id < ZDM_NR_KDEFS; id++) {
		const struct zdm_kdef_row *row = &zdm_kdef_rows[id];
		const char *names = row->names;
		char name[ZDM_KDEF_NAME_MAX];

		if (symbols != (row->kind == ZDM_KDEF_SYMBOL))
			continue;
		if (row->type)
			zdm_names_add(ret, row->type, strlen(row->type));
		while (names) {
			names = zdm_kdef_next_name(names, name);
			zdm_names_add(ret, name, strlen(name));
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
	const struct zdm_chain chain = { sources, nr, kaslr_offset };
	struct zdm_names names = { 0 };
	size_t id, i;

	memset(k, 0, sizeof(*k));
	zdm_kdef_names(&names, false);
	for (i = 0; i < nr; i++) {
		if (sources[i]->ops->expect)
			sources[i]->ops->expect(sources[i]->self, &names);
		k->complete_types |= sources[i]->complete_types;
		k->complete_symbols |= lists_all_symbols(sources[i]);
	}
	for (id = 0; id < ZDM_NR_KDEFS; id++)
		zdm_chain_ask(&chain, &zdm_kdef_rows[id], &k->v[id]);
	zdm_names_deinit(&names);
}

void zdm_kdef_name(enum zdm_kdef_id id, char *buf, size_t len)
{
	const struct zdm_kdef_row *row = &zdm_kdef_rows[id];
	char name[ZDM_KDEF_NAME_MAX] = "";

	if (row->names)
		zdm_kdef_next_name(row->names, name);
	if (row->kind == ZDM_KDEF_MEMBER)
		snprintf(buf, len, "member %s.%s", row->type, name);
	else if (row->kind == ZDM_KDEF_SIZE)
		snprintf(buf, len, "type %s", row->type);
	else
		snprintf(buf, len, "%s %s", row->kind == ZDM_KDEF_SYMBOL ? "symbol" : "constant",
			 name);
}

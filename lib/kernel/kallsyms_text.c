// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * kallsyms_text: /proc/kallsyms as it was saved, or of this kernel. Only the names that kdef
 * asks for are kept: the list has a quarter of a million.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/layout.h>

#include "kernel/kdef.h"
#include "source/priv.h"
#include "source/symbol_pick.h"

#define MAX_LINE 768u

struct symbol {
	char name[64];
	uint64_t kaddr;
	unsigned int seen;	/* addresses that have this name */
};

struct listing {
	struct symbol *symbol;	/* the first is _stext, which tells the KASLR offset */
	size_t nr;
	bool data;		/* variables are listed: CONFIG_KALLSYMS_ALL */
};

static bool list_names(struct listing *l)
{
	size_t id, room = 1;

	for (id = 0; id < ZDM_NR_KDEFS; id++)
		if (zdm_kdef_rows[id].kind == ZDM_KDEF_SYMBOL)
			room += 8;	/* alternatives; no row has so many */
	l->symbol = calloc(room, sizeof(*l->symbol));
	if (!l->symbol)
		return false;
	strcpy(l->symbol[l->nr++].name, "_stext");
	for (id = 0; id < ZDM_NR_KDEFS; id++) {
		const char *p = zdm_kdef_rows[id].names;

		if (zdm_kdef_rows[id].kind != ZDM_KDEF_SYMBOL)
			continue;
		while (p && *p && l->nr < room) {
			size_t n = strcspn(p, "|");

			if (n < sizeof(l->symbol->name))
				memcpy(l->symbol[l->nr++].name, p, n);
			p += n + (p[n] == '|');
		}
	}
	return true;
}

static struct symbol *find(struct listing *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		if (!strcmp(l->symbol[i].name, name))
			return &l->symbol[i];
	return NULL;
}

/* "ffffffff81000000 T _stext", with a [module] behind where it is of one. */
static void take_line(struct listing *l, const char *line)
{
	char name[512], module[8] = "", type;
	struct symbol *sym;
	uint64_t kaddr;

	if (sscanf(line, "%" SCNx64 " %c %511s %7s", &kaddr, &type, name, module) < 3 || module[0])
		return;
	l->data |= zdm_symbol_is_variable(type);
	name[zdm_symbol_base_len(name, strlen(name))] = '\0';
	sym = find(l, name);
	if (!sym)
		return;
	if (!sym->seen || sym->kaddr != kaddr)
		sym->seen++;
	sym->kaddr = kaddr;
}

static void take_text(struct listing *l, const char *text, size_t len)
{
	const char *end = text + len, *eol;
	char line[MAX_LINE];

	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (!eol)
			eol = end;
		if ((size_t)(eol - text) < sizeof(line)) {
			memcpy(line, text, (size_t)(eol - text));
			line[eol - text] = '\0';
			take_line(l, line);
		}
	}
}

static enum zdm_status kallsyms_symbol(void *self, const char *name, uint64_t *kaddr)
{
	struct symbol *sym = find(self, name);

	if (!sym || !sym->seen)
		return ZDM_ABSENT;
	if (sym->seen > 1)
		return ZDM_AMBIGUOUS;	/* statics of one name: no telling which */
	*kaddr = sym->kaddr;
	return ZDM_OK;
}

static void kallsyms_destroy(void *self)
{
	struct listing *l = self;

	free(l->symbol);
	free(l);
}

static const struct zdm_source_ops kallsyms_ops = {
	.symbol = kallsyms_symbol, .destroy = kallsyms_destroy,
};

/* All as linked, where the machine says where _stext was. */
static void take_off_kaslr(struct listing *l, const char *machine)
{
	uint64_t linked = zdm_machine_stext(machine);
	uint64_t off = linked ? l->symbol[0].kaddr - linked : 0;
	size_t i;

	for (i = 0; i < l->nr; i++)
		l->symbol[i].kaddr -= off;
}

enum zdm_status zdm_source_kallsyms_open_mem(const char *text, size_t len, const char *machine,
					     struct zdm_source **ret)
{
	struct listing *l = calloc(1, sizeof(*l));
	enum zdm_status st = ZDM_NOMEM;

	*ret = NULL;
	if (!l || !list_names(l)) {
		free(l);
		return ZDM_NOMEM;
	}
	take_text(l, text, len);
	if (!l->symbol[0].kaddr)
		st = l->symbol[0].seen ? ZDM_UNREADABLE : ZDM_ABSENT;
	else
		st = zdm_source_create(&kallsyms_ops, l, ret);
	if (st != ZDM_OK) {
		kallsyms_destroy(l);
		return st;
	}
	take_off_kaslr(l, machine);
	(*ret)->symbols = "kallsyms";
	(*ret)->link_addresses = true;
	(*ret)->complete_symbols = l->data;
	return ZDM_OK;
}

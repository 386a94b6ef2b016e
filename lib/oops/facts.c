// SPDX-License-Identifier: LGPL-2.1-or-later
/* facts: groups of words, whatever they come from. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oops/facts.h"
#include "oops/registers.h"

/* So many equal registers, and none that differs, are one state printed twice. */
#define REPEAT_MIN_WORDS 4u

enum zdm_status zdm_oops_new(struct zdm_oops **ret)
{
	struct zdm_oops *o = calloc(1, sizeof(*o));

	*ret = NULL;
	if (!o)
		return ZDM_NOMEM;
	if (oops_boot_add(o) != ZDM_OK) {
		free(o);
		return ZDM_NOMEM;
	}
	*ret = o;
	return ZDM_OK;
}

void zdm_oops_free(struct zdm_oops *o)
{
	size_t i;

	if (!o)
		return;
	for (i = 0; i < o->nr; i++)
		free(o->group[i].word);
	free(o->group);
	free(o->boot);
	free(o->span);
	free(o);
}

enum zdm_status oops_boot_add(struct zdm_oops *o)
{
	struct oops_boot *b;

	if (o->nr_boots == OOPS_MAX_BOOTS) {
		o->full = true;
		return ZDM_OK;	/* the last one stands for all that follow */
	}
	b = realloc(o->boot, (o->nr_boots + 1) * sizeof(*b));
	if (!b)
		return ZDM_NOMEM;
	o->boot = b;
	memset(&b[o->nr_boots++], 0, sizeof(*b));
	return ZDM_OK;
}

enum zdm_status oops_span_add(struct zdm_oops *o, uint64_t start_paddr, uint64_t end_paddr,
			      const char *what, size_t what_len, bool persistent)
{
	struct oops_span *p;
	size_t i;

	if (end_paddr <= start_paddr)
		return ZDM_OK;
	if (o->nr_spans == OOPS_MAX_SPANS) {
		o->full = true;
		return ZDM_OK;
	}
	p = realloc(o->span, (o->nr_spans + 1) * sizeof(*p));
	if (!p)
		return ZDM_NOMEM;
	o->span = p;
	p += o->nr_spans++;
	p->start_paddr = start_paddr;
	p->end_paddr = end_paddr;
	p->persistent = persistent;
	memset(p->what, 0, sizeof(p->what));
	/* it is printed again: no byte that a terminal or JSON minds */
	for (i = 0; i < what_len && i < sizeof(p->what) - 1 && what[i] >= ' ' && what[i] < 0x7f; i++)
		p->what[i] = what[i];
	return ZDM_OK;
}

enum zdm_status oops_group_add(struct zdm_oops *o, const char *origin, size_t *ret)
{
	struct oops_group *g;
	size_t room;

	if (o->nr == OOPS_MAX_GROUPS) {
		o->full = true;
		return ZDM_UNSUPPORTED;
	}
	if (o->nr == o->room) {
		room = o->room ? 2 * o->room : 8;
		g = realloc(o->group, room * sizeof(*g));
		if (!g)
			return ZDM_NOMEM;
		o->group = g;
		o->room = room;
	}
	g = &o->group[o->nr];
	memset(g, 0, sizeof(*g));
	g->origin = origin;
	g->cpu = -1;
	g->pid = -1;
	g->boot = o->nr_boots - 1;
	*ret = o->nr++;
	return ZDM_OK;
}

const struct oops_word *oops_word_find(const struct oops_group *g, const char *name)
{
	size_t i;

	for (i = 0; i < g->nr; i++) {
		if (!strcmp(g->word[i].name, name))
			return &g->word[i];
	}
	return NULL;
}

static bool has_word(const struct oops_group *g, const char *name, uint64_t value)
{
	size_t i;

	for (i = 0; i < g->nr; i++) {
		if (g->word[i].value == value && !strcmp(g->word[i].name, name))
			return true;
	}
	return false;
}

enum zdm_status oops_word_add(struct zdm_oops *o, size_t group, const char *name, uint64_t value,
			      enum oops_role role, bool doubtful)
{
	struct oops_group *g = &o->group[group];
	struct oops_word *w;
	size_t room;

	if (has_word(g, name, value))
		return ZDM_OK;
	if (o->nr_words == OOPS_MAX_WORDS) {
		o->full = true;
		return ZDM_OK;
	}
	if (g->nr == g->room) {
		room = g->room ? 2 * g->room : 32;
		w = realloc(g->word, room * sizeof(*w));
		if (!w)
			return ZDM_NOMEM;
		g->word = w;
		g->room = room;
	}
	w = &g->word[g->nr++];
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "%s", name);
	w->value = value;
	w->role = role;
	w->doubtful = doubtful;
	o->nr_words++;
	return ZDM_OK;
}

enum zdm_status zdm_oops_begin(struct zdm_oops *o, const char *origin, int64_t cpu)
{
	size_t group;
	enum zdm_status st = oops_group_add(o, origin, &group);

	if (st == ZDM_OK)
		o->group[group].cpu = cpu;
	return st;
}

enum zdm_status zdm_oops_add_word(struct zdm_oops *o, const char *name, uint64_t value)
{
	enum oops_machine machine;

	if (!o->nr)
		return ZDM_INVAL;
	name = oops_register_name(name);
	machine = oops_register_machine(name);
	if (machine)
		o->group[o->nr - 1].machine = machine;
	return oops_word_add(o, o->nr - 1, name, value,
			     oops_is_fault_register(name) ? OOPS_ACCESSED : OOPS_HELD, false);
}

/* Same values under the same names, enough of them, and none that contradicts? */
static bool says_the_same(const struct oops_group *a, const struct oops_group *b)
{
	size_t i, same = 0;

	for (i = 0; i < b->nr; i++) {
		const struct oops_word *w = oops_word_find(a, b->word[i].name);

		if (w && w->value != b->word[i].value)
			return false;
		same += w != NULL;
	}
	return same >= REPEAT_MIN_WORDS && a->boot <= b->boot && !b->nr_named;
}

/* A page named again, with nothing more: "Memory failure:" has several lines for one. */
static bool names_the_same(const struct oops_group *a, const struct oops_group *b)
{
	size_t i, k;

	for (i = 0; i < b->nr_named; i++) {
		for (k = 0; k < a->nr_named; k++) {
			if (a->named[k].value == b->named[i].value &&
			    a->named[k].is_pfn == b->named[i].is_pfn)
				break;
		}
		if (k == a->nr_named)
			return false;
	}
	return b->nr_named && !b->nr && !b->nr_raw && a->boot == b->boot;
}

static bool is_empty(const struct oops_group *g)
{
	return g->user || (!g->nr && !g->nr_named);
}

/* The words that only the repeat has (notes have no CR2) go to the first. */
static void join(struct zdm_oops *o, size_t to, size_t from)
{
	struct oops_group *b = &o->group[from];
	size_t i;

	for (i = 0; i < b->nr; i++) {
		/* at worst a word less: not worth a failure */
		if (o->nr_words < OOPS_MAX_WORDS)
			oops_word_add(o, to, b->word[i].name, b->word[i].value, b->word[i].role,
				      b->word[i].doubtful);
	}
	if (o->group[to].cpu < 0)
		o->group[to].cpu = b->cpu;
	b->repeat = true;
}

/*
 * A fault register is the address of the access that failed only where one did: it stays as
 * it is when something else traps, and another fault may have changed it since.
 */
static void settle_faults(struct oops_group *g)
{
	const struct oops_word *said = oops_word_find(g, "fault address");
	size_t i;

	for (i = 0; i < g->nr; i++) {
		struct oops_word *w = &g->word[i];

		if (oops_is_fault_register(w->name) &&
		    (g->no_page_fault || (said && said->value != w->value)))
			w->role = OOPS_LEFT_OVER;
	}
}

void oops_settle(struct zdm_oops *o)
{
	unsigned int number = 0;
	size_t i, k, tries;

	for (i = 0; i < o->nr; i++)
		settle_faults(&o->group[i]);
	for (i = 0; i < o->nr; i++) {
		struct oops_group *g = &o->group[i];

		if (is_empty(g) || g->number || g->repeat)
			continue;
		/* an oops is repeated soon after, or, in notes, after the last of the log */
		for (k = i, tries = 0; k-- && tries < 64 && !g->repeat; tries++) {
			if (!is_empty(&o->group[k]) && !o->group[k].repeat &&
			    (says_the_same(&o->group[k], g) || names_the_same(&o->group[k], g)))
				join(o, k, i);
		}
	}
	for (i = 0; i < o->nr; i++) {
		if (!is_empty(&o->group[i]) && !o->group[i].repeat)
			o->group[i].number = ++number;
	}
}

bool oops_group_counts(const struct oops_group *g)
{
	return g->number && !g->repeat;
}

size_t zdm_oops_words(const struct zdm_oops *o)
{
	size_t i, nr = 0;

	for (i = 0; i < o->nr; i++) {
		if (!o->group[i].user)
			nr += o->group[i].nr + o->group[i].nr_named;
	}
	return nr;
}

const char *oops_label(const struct oops_group *g, char *buf)
{
	char cpu[28] = "";

	if (g->cpu >= 0 && !g->mixed)
		snprintf(cpu, sizeof(cpu), "CPU %" PRId64, g->cpu);
	if (!strcmp(g->origin, "notes") && g->cpu >= 0)
		snprintf(buf, OOPS_LABEL_LEN, "%s", cpu);
	else if (!strcmp(g->origin, "task"))
		snprintf(buf, OOPS_LABEL_LEN, "task");
	else
		snprintf(buf, OOPS_LABEL_LEN, "oops %u%s%s", g->number, cpu[0] ? " " : "", cpu);
	return buf;
}

static const struct {
	const char *name, *uname;
} machines[OOPS_NR_MACHINES] = {
	[OOPS_NO_MACHINE] = { "no machine", "" },
	[OOPS_X86_64] = { "x86-64", "x86_64" },
	[OOPS_ARM64] = { "arm64", "aarch64" },
	[OOPS_PPC64] = { "ppc64", "ppc64" },
	[OOPS_S390] = { "s390", "s390x" },
	[OOPS_RISCV] = { "riscv", "riscv64" },
	[OOPS_X86_32] = { "a 32-bit kernel (i386)", "i386" },
	[OOPS_ARM32] = { "a 32-bit kernel (arm)", "armv7l" },
	[OOPS_PPC32] = { "a 32-bit kernel (ppc)", "ppc" },
	[OOPS_RISCV32] = { "a 32-bit kernel (riscv)", "riscv32" },
};

const char *oops_machine_name(enum oops_machine machine)
{
	return machines[machine].name;
}

const char *oops_machine_uname(enum oops_machine machine)
{
	return machines[machine].uname;
}

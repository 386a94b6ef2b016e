// SPDX-License-Identifier: LGPL-2.1-or-later
/* kern: the table of one kernel generation. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"

void kern_set_fact(struct kern *k, const char *key, uint64_t value)
{
	size_t i;

	for (i = 0; i < k->nr_facts; i++)
		if (!strcmp(k->fact[i].key, key)) {
			k->fact[i].value = value;
			return;
		}
	k->fact = xrealloc(k->fact, (k->nr_facts + 1) * sizeof(*k->fact));
	k->fact[k->nr_facts++] = (struct fact){ .key = xstrdup(key), .value = value };
}

void kern_set_machine_fact(struct kern *k, const char *key, uint64_t value)
{
	size_t i;

	kern_set_fact(k, key, value);
	for (i = 0; i < k->nr_facts; i++)
		if (!strcmp(k->fact[i].key, key))
			k->fact[i].machine = true;
}

void kern_set_machine_hex(struct kern *k, const char *key, uint64_t value)
{
	size_t i;

	kern_set_machine_fact(k, key, value);
	for (i = 0; i < k->nr_facts; i++)
		if (!strcmp(k->fact[i].key, key))
			k->fact[i].hex = true;
}

static bool is_hex(const struct kern *k, const char *key)
{
	size_t i;

	for (i = 0; i < k->nr_facts; i++)
		if (!strcmp(k->fact[i].key, key))
			return k->fact[i].hex;
	return false;
}

/* "OFFSET(dev_pagemap." drops every member of a type; a whole key drops one. */
static void drop_facts(struct kern *k, const char *prefix)
{
	size_t i, n = 0, len = strlen(prefix);

	for (i = 0; i < k->nr_facts; i++)
		if (strncmp(k->fact[i].key, prefix, len))
			k->fact[n++] = k->fact[i];
	k->nr_facts = n;
}

static void drop_symbol(struct kern *k, const char *name)
{
	size_t i, n = 0;

	for (i = 0; i < k->nr_wanted; i++)
		if (strcmp(k->wanted[i].word[1], name))
			k->wanted[n++] = k->wanted[i];
	k->nr_wanted = n;
}

static void drop_export(struct kern *k, const char *key)
{
	size_t i, n = 0;

	for (i = 0; i < k->nr_exports; i++)
		if (strcmp(k->export[i], key))
			k->export[n++] = k->export[i];
	k->nr_exports = n;
}

static void set_param(struct kern *k, const struct stmt *s, char *word)
{
	char *eq = strchr(word, '=');
	size_t i;

	if (!eq)
		die_at(s, "param needs KEY=VALUE: %s", word);
	*eq = '\0';
	for (i = 0; i < k->nr_params; i++)
		if (!strcmp(k->param[i].key, word)) {
			k->param[i].value = eq + 1;
			return;
		}
	k->param = xrealloc(k->param, (k->nr_params + 1) * sizeof(*k->param));
	k->param[k->nr_params++] = (struct param){ word, eq + 1 };
}

static bool is_fact(const char *word)
{
	return !strncmp(word, "SIZE(", 5) || !strncmp(word, "OFFSET(", 7) ||
	       !strncmp(word, "NUMBER(", 7) || !strncmp(word, "LENGTH(", 7);
}

void kern_statement(struct kern *k, const char *dir, const struct stmt *s)
{
	const char *name = s->word[0], *eq;
	size_t i;

	if (is_fact(name)) {
		for (i = 0; i < s->nr; i++) {
			eq = strchr(s->word[i], '=');
			if (!eq || !is_fact(s->word[i]))
				die_at(s, "not KEY=VALUE: %s", s->word[i]);
			char *key = xstrdup(s->word[i]);

			key[eq - s->word[i]] = '\0';
			kern_set_fact(k, key, number_of(s, eq + 1));
			free(key);
		}
	} else if (!strcmp(name, "inherit")) {
		kern_load(k, dir, stmt_word(s, 1));
	} else if (!strcmp(name, "drop")) {
		for (i = 1; i < s->nr; i++)
			drop_facts(k, s->word[i]);
	} else if (!strcmp(name, "drop-symbol")) {
		for (i = 1; i < s->nr; i++)
			drop_symbol(k, s->word[i]);
	} else if (!strcmp(name, "drop-export")) {
		for (i = 1; i < s->nr; i++)
			drop_export(k, s->word[i]);
	} else if (!strcmp(name, "param")) {
		for (i = 1; i < s->nr; i++)
			set_param(k, s, s->word[i]);
	} else if (!strcmp(name, "symbol")) {
		k->wanted = xrealloc(k->wanted, (k->nr_wanted + 1) * sizeof(*k->wanted));
		stmt_word(s, 1);
		k->wanted[k->nr_wanted++] = *s;
	} else if (!strcmp(name, "export")) {
		for (i = 1; i < s->nr; i++) {
			k->export = xrealloc(k->export, (k->nr_exports + 1) * sizeof(*k->export));
			k->export[k->nr_exports++] = s->word[i];
		}
	} else {
		die_at(s, "unknown statement: %s", name);
	}
}

void kern_load(struct kern *k, const char *dir, const char *name)
{
	char *path = xprintf("%s/%s.kernel", dir, name);
	struct text t = { 0 };
	size_t i;

	text_load(&t, path);
	for (i = 0; i < t.nr; i++)
		kern_statement(k, dir, &t.stmt[i]);
	text_free(&t);
	free(path);
}

bool kern_fact(const struct kern *k, const char *key, uint64_t *value)
{
	size_t i;

	for (i = 0; i < k->nr_facts; i++)
		if (!strcmp(k->fact[i].key, key)) {
			*value = k->fact[i].value;
			return true;
		}
	return false;
}

static uint64_t need_fact(const struct kern *k, char *key)
{
	uint64_t v;

	if (!kern_fact(k, key, &v))
		die("the kernel's table has no %s", key);
	free(key);
	return v;
}

uint64_t kern_size(const struct kern *k, const char *type)
{
	return need_fact(k, xprintf("SIZE(%s)", type));
}

uint64_t kern_offset(const struct kern *k, const char *type, const char *member)
{
	return need_fact(k, xprintf("OFFSET(%s.%s)", type, member));
}

bool kern_has(const struct kern *k, const char *type, const char *member)
{
	char *key = xprintf("OFFSET(%s.%s)", type, member);
	uint64_t v;
	bool has = kern_fact(k, key, &v);

	free(key);
	return has;
}

uint64_t kern_number(const struct kern *k, const char *name)
{
	return need_fact(k, xprintf("NUMBER(%s)", name));
}

const char *kern_param(const struct kern *k, const char *key)
{
	size_t i;

	for (i = 0; i < k->nr_params; i++)
		if (!strcmp(k->param[i].key, key))
			return k->param[i].value;
	return NULL;
}

uint64_t kern_param_number(const struct kern *k, const char *key)
{
	const char *v = kern_param(k, key);

	if (!v)
		die("the kernel's table has no param %s", key);
	return strtoull(v, NULL, 0);
}

bool kern_param_is(const struct kern *k, const char *key, const char *value)
{
	const char *v = kern_param(k, key);

	if (!v)
		die("the kernel's table has no param %s", key);
	return !strcmp(v, value);
}

void kern_add_symbol(struct kern *k, const char *name, uint64_t kaddr)
{
	k->symbol = xrealloc(k->symbol, (k->nr_symbols + 1) * sizeof(*k->symbol));
	k->symbol[k->nr_symbols++] = (struct symbol){ xstrdup(name), kaddr };
}

bool kern_has_symbol(const struct kern *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->nr_symbols; i++)
		if (!strcmp(k->symbol[i].name, name))
			return true;
	return false;
}

uint64_t kern_symbol(const struct kern *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->nr_symbols; i++)
		if (!strcmp(k->symbol[i].name, name))
			return k->symbol[i].kaddr;
	die("the kernel's table has no symbol %s", name);
}

char *kern_layout_text(const struct kern *k, const char *release, uint64_t link_off)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		die("out of memory");
	fprintf(f, "OSRELEASE=%s\n", release);
	for (i = 0; i < k->nr_symbols; i++)
		/* "@name" is an address for VMCOREINFO only. */
		if (k->symbol[i].name[0] != '@')
			fprintf(f, "SYMBOL(%s)=%" PRIx64 "\n", k->symbol[i].name,
				k->symbol[i].kaddr - link_off);
	for (i = 0; i < k->nr_facts; i++)
		if (!k->fact[i].machine)
			fprintf(f, "%s=%" PRIu64 "\n", k->fact[i].key, k->fact[i].value);
	if (fclose(f))
		die("out of memory");
	return text;
}

/* "KEY" takes its value from the table, "KEY=@symbol" an address, "KEY=value" is as it stands. */
static void export_line(FILE *f, const struct kern *k, const char *line)
{
	const char *eq = strchr(line, '=');
	uint64_t v;

	if (!eq) {
		if (!kern_fact(k, line, &v))
			die("export: the kernel's table has no %s", line);
		if (is_hex(k, line))
			fprintf(f, "%s=%#" PRIx64 "\n", line, v);
		else
			fprintf(f, "%s=%" PRId64 "\n", line, (int64_t)v);
	} else if (eq[1] == '@') {
		fprintf(f, "%.*s=%" PRIx64 "\n", (int)(eq - line), line,
			kern_symbol(k, eq + 2));
	} else {
		fprintf(f, "%s\n", line);
	}
}

char *kern_vmcoreinfo_text(const struct kern *k, const char *release, uint64_t kaslr)
{
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		die("out of memory");
	fprintf(f, "OSRELEASE=%s\nPAGESIZE=%u\n", release, (unsigned int)PAGE_BYTES);
	if (kern_param(k, "build_id"))
		fprintf(f, "BUILD-ID=%s\n", kern_param(k, "build_id"));
	for (i = 0; i < k->nr_exports; i++)
		export_line(f, k, k->export[i]);
	fprintf(f, "KERNELOFFSET=%" PRIx64 "\n", kaslr);
	if (fclose(f))
		die("out of memory");
	return text;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kern: what one kernel generation looks like, from kernels/NAME.kernel: sizes,
 * offsets, constants (these go to the layout file) and parameters that say how
 * mkcore must write things down (these do not).
 */
#ifndef MKCORE_KERN_H
#define MKCORE_KERN_H

#include "image.h"

struct fact {
	char *key;		/* "SIZE(page)", "OFFSET(page.lru)", "NUMBER(…)" */
	uint64_t value;
	bool hex;		/* in VMCOREINFO */
	bool machine;		/* of this machine, not of the kernel: stays out of the layout */
};

struct param {
	char *key, *value;
};

struct symbol {
	char *name;
	uint64_t kaddr;
};

struct kern {
	struct fact *fact;
	size_t nr_facts;
	struct param *param;
	size_t nr_params;
	struct symbol *symbol;
	size_t nr_symbols;
	char **export;		/* keys that VMCOREINFO carries, or whole lines of it */
	size_t nr_exports;
	struct stmt *wanted;	/* "symbol" statements, placed once the image has room */
	size_t nr_wanted;
};

/* Reads DIR/NAME.kernel and what it inherits. */
void kern_load(struct kern *k, const char *dir, const char *name);
void kern_statement(struct kern *k, const char *dir, const struct stmt *s);

bool kern_fact(const struct kern *k, const char *key, uint64_t *value);
void kern_set_fact(struct kern *k, const char *key, uint64_t value);
void kern_set_machine_fact(struct kern *k, const char *key, uint64_t value);
void kern_set_machine_hex(struct kern *k, const char *key, uint64_t value);
/* Dies when the table does not have it. */
uint64_t kern_size(const struct kern *k, const char *type);
uint64_t kern_offset(const struct kern *k, const char *type, const char *member);
bool kern_has(const struct kern *k, const char *type, const char *member);
uint64_t kern_number(const struct kern *k, const char *name);
const char *kern_param(const struct kern *k, const char *key);
uint64_t kern_param_number(const struct kern *k, const char *key);
bool kern_param_is(const struct kern *k, const char *key, const char *value);

void kern_add_symbol(struct kern *k, const char *name, uint64_t kaddr);
uint64_t kern_symbol(const struct kern *k, const char *name);
bool kern_has_symbol(const struct kern *k, const char *name);

/* Texts; the caller frees. link_off is subtracted from symbols. */
char *kern_layout_text(const struct kern *k, const char *release, uint64_t link_off);
char *kern_vmcoreinfo_text(const struct kern *k, const char *release, uint64_t kaslr);

#endif

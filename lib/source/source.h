/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A source of symbols and types: host, layout file, vmlinux, the kallsyms and
 * the BTF inside the dump, VMCOREINFO. All look alike to kdef.
 */
#ifndef ZDM_LIB_SOURCE_H
#define ZDM_LIB_SOURCE_H

#include <zdm/zdm.h>

struct zdm_reader;
struct zdm_names;

#define ZDM_BANNER_BYTES 256

struct zdm_source_ops {
	/* Any may be NULL: the source knows nothing of that kind (ABSENT). */
	enum zdm_status (*symbol)(void *self, const char *name, uint64_t *kaddr);
	enum zdm_status (*size)(void *self, const char *type, uint64_t *bytes);
	enum zdm_status (*member)(void *self, const char *type, const char *member,
				  struct zdm_member *ret);
	enum zdm_status (*enumerator)(void *self, const char *name, int64_t *ret);
	/*
	 * These names of types, members and enumerators will be asked for: whoever has to
	 * go through a table to find one can look for all at once. May be called again.
	 */
	void (*expect)(void *self, const struct zdm_names *names);
	void (*destroy)(void *self);
};

struct zdm_source {
	const struct zdm_source_ops *ops;
	void *self;
	const char *symbols;	/* name of it as a source of symbols, NULL: has none */
	const char *types;	/* name of it as a source of types, NULL: has none */
	bool link_addresses;	/* symbols lack the KASLR offset */
	bool complete_types;	/* what it does not have, the kernel does not have */
	bool complete_symbols;	/* the same of symbols */
	char build_id[41];	/* hex, "" if it has none */
	char release[65];	/* kernel release it was made for, "" if it does not say */
	char banner[ZDM_BANNER_BYTES];	/* that kernel's linux_banner without its newline, "" if not known */
};

/*
 * The in-dump sources. They read through r for as long as they live: what is asked for is
 * looked for where it lies, in one pass over a table for all names that are expected, and one
 * more for each that was not. names: the first of them, or NULL.
 *
 * kallsyms: tables found by the addresses in VMCOREINFO (vmcoreinfo is an open
 * source of the next function); every layout of kernel 5.10 to 7.3 and later.
 * ABSENT: VMCOREINFO does not name the tables (before 6.0).
 */
enum zdm_status zdm_source_kallsyms_open_for(struct zdm_reader *r, struct zdm_source *vmcoreinfo,
					     const struct zdm_names *names,
					     struct zdm_source **ret, char *err, size_t err_len);
enum zdm_status zdm_source_kallsyms_open(struct zdm_reader *r, struct zdm_source *vmcoreinfo,
					 struct zdm_source **ret, char *err, size_t err_len);

/* VMCOREINFO text: SYMBOL, SIZE, OFFSET, NUMBER, LENGTH and plain KEY=value lines. */
enum zdm_status zdm_source_vmcoreinfo_open(const char *text, size_t len, struct zdm_source **ret);
/*
 * A raw "KEY=value" line by its whole key, such as "OSRELEASE" or
 * "NUMBER(phys_base)". *value is borrowed from the source, terminated.
 */
enum zdm_status zdm_source_vmcoreinfo_line(const struct zdm_source *src, const char *key,
					   const char **value);

/* BTF between two kernel addresses (__start_BTF, __stop_BTF). */
enum zdm_status zdm_source_btf_open_for(struct zdm_reader *r, uint64_t start_kaddr,
					uint64_t stop_kaddr, const struct zdm_names *names,
					struct zdm_source **ret, char *err, size_t err_len);
enum zdm_status zdm_source_btf_open(struct zdm_reader *r, uint64_t start_kaddr, uint64_t stop_kaddr,
				    struct zdm_source **ret, char *err, size_t err_len);
/* The host's own functions as a source; borrows priv. */
enum zdm_status zdm_source_host_open(const struct zdm_reader_ops *ops, void *priv,
				     struct zdm_source **ret);

#endif

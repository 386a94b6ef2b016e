/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* session: a reader with its kernel's symbols, types, differences and geometry. */
#ifndef ZDM_LIB_SESSION_H
#define ZDM_LIB_SESSION_H

#include "kernel/geometry.h"
#include "kernel/kfeat.h"
#include "memory/reader.h"

#define ZDM_MAX_SOURCES 10

/*
 * Written while it is opened, by kernel/ alone, and constant from then on: all others
 * take a const one. What they read through is the reader, which only keeps pages.
 */
struct zdm_session {
	struct zdm_reader *r;
	zdm_touch_fn touch;				/* of zdm_open_touched() */
	void *touch_priv;
	const struct zdm_arch *arch;			/* of zdm_open_arch(); else found by name */
	bool vmcoreinfo_only;				/* of zdm_open_vmcoreinfo() */
	bool told;					/* a vmlinux or layout was given */
	struct zdm_kdef k;
	struct zdm_kfeat f;
	struct zdm_geometry g;
	struct zdm_kernel known;			/* zdm_session_kernel() */
	uint64_t kaslr_offset;
	const char *machine;
	char release[65];
	/* the chain, in the order of asking; own_* say which to close */
	const struct zdm_source *chain[ZDM_MAX_SOURCES];
	size_t nr_chain;
	struct zdm_source *own[ZDM_MAX_SOURCES];
	size_t nr_own;
	struct zdm_source *vmcoreinfo;			/* also in own; NULL: the dump has none */
};

/*
 * zdm_open(), with every stretch that is read reported from the first byte on.
 * Not reported: kallsyms and BTF in the dump, which only name things.
 */
enum zdm_status zdm_open_touched(const struct zdm_reader_ops *ops, void *priv,
				 const struct zdm_open_opts *opts, zdm_touch_fn touch,
				 void *touch_priv, struct zdm_session **ret, char *err,
				 size_t err_len);

/* zdm_open() for a machine of the caller's: ops->machine is not looked at. */
enum zdm_status zdm_open_arch(const struct zdm_reader_ops *ops, void *priv,
			      const struct zdm_open_opts *opts, const struct zdm_arch *arch,
			      struct zdm_session **ret, char *err, size_t err_len);

/*
 * A session that knows what the host and VMCOREINFO say, and reads neither kallsyms
 * nor BTF: enough for the sections and their flags.
 */
enum zdm_status zdm_open_vmcoreinfo(const struct zdm_reader_ops *ops, void *priv,
				    struct zdm_session **ret);

/*
 * The kernel as one model sees it: s, with the memmap where the sections say. Only to
 * be read; it borrows everything from s.
 */
void zdm_session_view(const struct zdm_session *s, uint64_t vmemmap_kaddr,
		      struct zdm_session *ret);

/* Any symbol by name through the chain, relocated. */
enum zdm_status zdm_session_symbol(const struct zdm_session *s, const char *name, uint64_t *kaddr);
/* Any enumerator or NUMBER() by name through the chain. */
enum zdm_status zdm_session_number(const struct zdm_session *s, const char *name, int64_t *ret);
/* Any member by name through the chain. */
enum zdm_status zdm_session_member(const struct zdm_session *s, const char *type,
				   const char *member, struct zdm_member *ret);

#endif

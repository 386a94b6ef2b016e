/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kallsyms tables of a kernel, copied out of the dump and checked for
 * shape. What the addresses in them mean is source_kallsyms.c's business.
 */
#ifndef ZDM_LIB_SOURCE_KSYMS_H
#define ZDM_LIB_SOURCE_KSYMS_H

#include "source/priv.h"

/* Longest expanded name with its type character; the kernel's limit is 512 (v6.1). */
#define ZDM_KSYM_MAX 1024
/* Room to expand one: tokens are stored eight bytes at a time. */
#define ZDM_KSYM_BUF (ZDM_KSYM_MAX + 8)

/* What a byte of a compressed name stands for. */
struct zdm_ksym_token {
	char head[8];		/* its first bytes */
	uint16_t off, len;	/* the whole, in tokens */
};

struct zdm_ksyms {
	uint32_t nr;			/* symbols */
	uint8_t *names;			/* compressed: length, then token numbers */
	uint32_t *name_offs;		/* of each symbol, in names */
	uint64_t names_bytes;
	int32_t *offsets;		/* kallsyms_offsets; NULL: */
	uint64_t *addresses;		/* kallsyms_addresses */
	uint64_t offsets_kaddr;
	uint64_t relative_base;
	bool has_relative_base;
	struct zdm_ksym_token token[256];
	char *tokens;			/* kallsyms_token_table */
};

/* ABSENT: VMCOREINFO does not name the tables. */
enum zdm_status zdm_ksyms_read(struct zdm_ksyms *ks, struct zdm_reader *r,
			       const struct zdm_source *vmcoreinfo, char *err, size_t err_len);
void zdm_ksyms_deinit(struct zdm_ksyms *ks);

/*
 * Expand name i into buf, not terminated: type character first. Returns its
 * length, 0 when it cannot be true.
 */
size_t zdm_ksyms_name(const struct zdm_ksyms *ks, uint32_t i, char buf[ZDM_KSYM_BUF]);

#endif

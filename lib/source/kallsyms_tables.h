/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kallsyms tables of a kernel, checked for shape and read where they lie. What the
 * addresses in them mean is kallsyms.c's business.
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
	struct zdm_reader *r;		/* borrowed */
	uint32_t nr;			/* symbols */
	uint64_t names_kaddr, names_limit;	/* compressed: length, then token numbers */
	uint64_t offsets_kaddr;		/* kallsyms_offsets; 0: */
	uint64_t addresses_kaddr;	/* kallsyms_addresses */
	uint64_t relative_base;
	bool has_relative_base;
	struct zdm_ksym_token token[256];
	char *tokens;			/* kallsyms_token_table */
};

/* ABSENT: VMCOREINFO does not name the tables. Nothing but the tokens is copied. */
enum zdm_status zdm_ksyms_open(struct zdm_ksyms *ks, struct zdm_reader *r,
			       const struct zdm_source *vmcoreinfo, char *err, size_t err_len);
void zdm_ksyms_deinit(struct zdm_ksyms *ks);

/* Called for each symbol with the numbers of its tokens; not OK ends it. */
typedef enum zdm_status (*zdm_ksym_fn)(void *priv, uint32_t symbol, const uint8_t *tokens,
				       size_t nr);
/* The first time all are gone through: their lengths are held against the markers. INVAL of fn
 * becomes CORRUPT. */
enum zdm_status zdm_ksyms_first_scan(const struct zdm_ksyms *ks, zdm_ksym_fn fn, void *priv,
				     char *err, size_t err_len);
/* Once more. markers, unless NULL, takes where every 256th begins, *names_bytes where they end. */
enum zdm_status zdm_ksyms_scan(const struct zdm_ksyms *ks, zdm_ksym_fn fn, void *priv,
			       uint32_t *markers, uint64_t *names_bytes);

/* What stands in the table of addresses for a symbol; offsets with their sign. */
enum zdm_status zdm_ksyms_raw(const struct zdm_ksyms *ks, uint32_t symbol, uint64_t *ret);

/*
 * Expand a name into buf, not terminated: type character first. Returns its
 * length, 0 when it cannot be true.
 */
size_t zdm_ksyms_name(const struct zdm_ksyms *ks, const uint8_t *tokens, size_t nr,
		      char buf[ZDM_KSYM_BUF]);

#endif

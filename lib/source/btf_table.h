/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * btf_table: the types of a BTF, read where they lie, in the dump or in memory. Nothing is
 * copied; where every 16th type begins is kept.
 */
#ifndef ZDM_LIB_SOURCE_BTF_TABLE_H
#define ZDM_LIB_SOURCE_BTF_TABLE_H

#include <zdm/reader.h>

#include "source/window.h"

#define ZDM_BTF_MAX_BYTES (64u << 20)

/* One type; its elements lie behind it. */
struct zdm_btf_type {
	uint32_t name_off;
	uint32_t kind, vlen;	/* kind as in linux/btf.h; 0: void */
	bool kind_flag;
	uint32_t size;		/* or the type it leads to */
	uint32_t off;		/* of what follows the header, from the first type on */
};

struct zdm_btf_kind {
	uint8_t info_bytes, elem_bytes;	/* behind the header: once, and for each of vlen */
};

struct zdm_btf {
	struct zdm_reader *r;		/* borrowed; NULL: */
	const uint8_t *mem;		/* borrowed */
	uint64_t kaddr;
	uint32_t types_off, types_len, strings_off, strings_len;
	bool complete;			/* false: types behind an unknown kind are lost */
	uint32_t nr_types;		/* their numbers begin with 1 and are less than this */
	uint32_t *mark;			/* where types 1, 17, … begin */
	size_t nr_marks, cap_marks;
	uint32_t nr_kinds;		/* that have a size */
	struct zdm_btf_kind kind[128];
	uint64_t peek_off;		/* what was read last */
	uint32_t peek_len;
	uint8_t peek[512];
};

/*
 * Of len bytes at kaddr through r, or of those at mem. UNSUPPORTED: another version or byte
 * order; CORRUPT; or what the reader said.
 */
enum zdm_status zdm_btf_open(struct zdm_btf *b, struct zdm_reader *r, uint64_t kaddr,
			     const void *mem, uint64_t len);
void zdm_btf_close(struct zdm_btf *b);

/* All types in turn, with a window that begins with the first type; not OK ends it. */
typedef enum zdm_status (*zdm_btf_fn)(void *priv, uint32_t id, const struct zdm_btf_type *t,
				      struct zdm_window *w);
/* To be called once before the next one: it finds out where the types are. */
enum zdm_status zdm_btf_scan(struct zdm_btf *b, zdm_btf_fn fn, void *priv);
/* Type id. CORRUPT: there is none. */
enum zdm_status zdm_btf_type(struct zdm_btf *b, uint32_t id, struct zdm_btf_type *ret);
/* len bytes, at most 64, at off behind the first type. */
enum zdm_status zdm_btf_bytes(struct zdm_btf *b, uint64_t off, void *buf, size_t len);
/* Size of type id in bytes; ABSENT: it has none. */
enum zdm_status zdm_btf_size(struct zdm_btf *b, uint32_t id, uint64_t *bytes);
/* Of its strings. */
enum zdm_status zdm_btf_strings(struct zdm_btf *b, struct zdm_window *w);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reader: bytes of the dump, by physical or kernel virtual address, all or an
 * error. Owns the page walk, a small page cache and the record of what was read.
 */
#ifndef ZDM_LIB_READER_H
#define ZDM_LIB_READER_H

#include <zdm/reader.h>
#include "memory/arch.h"

struct zdm_reader;

/* One leaf of the page tables. */
struct zdm_leaf {
	uint64_t start_kaddr;	/* first byte the leaf (or the hole) covers */
	uint64_t len_bytes;
	uint64_t paddr;		/* of start_kaddr, when mapped */
	bool mapped;
	/* the table that says so, and the first byte that it maps; is_top: there is only one */
	uint64_t table_paddr, table_kaddr;
	bool is_top;
};

enum zdm_status zdm_reader_create(const struct zdm_reader_ops *ops, void *priv,
				  struct zdm_reader **ret);
void zdm_reader_destroy(struct zdm_reader *r);

/* Tell it where the kernel's page tables are; reads by kaddr need it. */
void zdm_reader_set_xlat(struct zdm_reader *r, const struct zdm_xlat *xlat);
const struct zdm_xlat *zdm_reader_xlat(const struct zdm_reader *r);
/* Forget the bytes kept of earlier reads, and the last translation. */
void zdm_reader_forget(struct zdm_reader *r);

enum zdm_status zdm_read_phys(struct zdm_reader *r, uint64_t paddr, void *buf, size_t len);
enum zdm_status zdm_read_kaddr(struct zdm_reader *r, uint64_t kaddr, void *buf, size_t len);
enum zdm_status zdm_read_u64(struct zdm_reader *r, uint64_t kaddr, uint64_t *ret);
enum zdm_status zdm_read_u32(struct zdm_reader *r, uint64_t kaddr, uint32_t *ret);

/*
 * The leaf that maps kaddr, or the hole it lies in (mapped false).
 * UNREADABLE: a table on the way is not in the dump; CORRUPT: an entry cannot
 * be true. *ret then says which stretch remains unknown.
 */
enum zdm_status zdm_walk_kaddr(struct zdm_reader *r, uint64_t kaddr, struct zdm_leaf *ret);

/* Is the frame in the dump, and up to where does the answer hold. */
enum zdm_status zdm_reader_present(struct zdm_reader *r, uint64_t paddr, bool *present,
				   uint64_t *end_paddr);
bool zdm_reader_can_present(const struct zdm_reader *r);

/* zdm_read_kaddr() of what tells of the kernel, not of its memory: nobody is told. */
enum zdm_status zdm_read_quietly(struct zdm_reader *r, uint64_t kaddr, void *buf, size_t len);

/* Called for every stretch of physical memory whose bytes were handed out. */
typedef void (*zdm_touch_fn)(void *priv, uint64_t paddr, size_t len);
void zdm_reader_set_touch(struct zdm_reader *r, zdm_touch_fn fn, void *priv);

#endif

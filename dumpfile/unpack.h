/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unpack: pages of a kdump-compressed dump, by the flags of their descriptors. */
#ifndef ZDM_DUMPFILE_UNPACK_H
#define ZDM_DUMPFILE_UNPACK_H

#include <zdm/reader.h>

/* makedumpfile's flags: DUMP_DH_COMPRESSED_*; 0: the page as it is. */
enum unpack_kind {
	UNPACK_RAW = 0,
	UNPACK_ZLIB = 1,
	UNPACK_LZO = 2,
	UNPACK_SNAPPY = 4,
	UNPACK_ZSTD = 0x20,
	UNPACK_MASK = 0x27,
};

struct unpack;		/* what a library wants kept from page to page */

/*
 * packed[0..len) must give out_len bytes, neither more nor fewer: ZDM_OK; or
 * CORRUPT, NOMEM, UNSUPPORTED. *u begins as NULL and is made when needed.
 */
enum zdm_status unpack_page(struct unpack **u, unsigned int flags, const uint8_t *packed,
			    size_t len, uint8_t *out, size_t out_len);
void unpack_free(struct unpack *u);

#endif

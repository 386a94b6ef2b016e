// SPDX-License-Identifier: LGPL-2.1-or-later
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <lzo/lzo1x.h>
#include <zlib.h>
#include <zstd.h>

#include "dumpfile/snappy.h"
#include "dumpfile/unpack.h"

struct unpack {
	z_stream zlib;
	bool has_zlib;
	ZSTD_DCtx *zstd;
};

static enum zdm_status unpack_zlib(struct unpack *u, const uint8_t *packed, size_t len,
				   uint8_t *out, size_t out_len)
{
	int rc;

	rc = u->has_zlib ? inflateReset(&u->zlib) : inflateInit(&u->zlib);
	if (rc != Z_OK)
		return rc == Z_MEM_ERROR ? ZDM_NOMEM : ZDM_UNSUPPORTED;
	u->has_zlib = true;
	u->zlib.next_in = (uint8_t *)packed;	/* not written to; zlib's type lacks const */
	u->zlib.avail_in = (uInt)len;
	u->zlib.next_out = out;
	u->zlib.avail_out = (uInt)out_len;
	rc = inflate(&u->zlib, Z_FINISH);
	if (rc == Z_MEM_ERROR)
		return ZDM_NOMEM;
	return rc == Z_STREAM_END && !u->zlib.avail_out ? ZDM_OK : ZDM_CORRUPT;
}

static enum zdm_status unpack_lzo(const uint8_t *packed, size_t len, uint8_t *out, size_t out_len)
{
	lzo_uint n = out_len;

	return lzo1x_decompress_safe(packed, len, out, &n, NULL) == LZO_E_OK && n == out_len ?
	       ZDM_OK : ZDM_CORRUPT;
}

static enum zdm_status unpack_zstd(struct unpack *u, const uint8_t *packed, size_t len,
				   uint8_t *out, size_t out_len)
{
	if (!u->zstd)
		u->zstd = ZSTD_createDCtx();
	if (!u->zstd)
		return ZDM_NOMEM;
	return ZSTD_decompressDCtx(u->zstd, out, out_len, packed, len) == out_len ?
	       ZDM_OK : ZDM_CORRUPT;
}

enum zdm_status unpack_page(struct unpack **u, unsigned int flags, const uint8_t *packed,
			    size_t len, uint8_t *out, size_t out_len)
{
	if (len > INT_MAX || out_len > INT_MAX)
		return ZDM_CORRUPT;
	if (!*u)
		*u = calloc(1, sizeof(**u));
	if (!*u)
		return ZDM_NOMEM;
	switch (flags & UNPACK_MASK) {
	case UNPACK_RAW:
		if (len != out_len)
			return ZDM_CORRUPT;
		memcpy(out, packed, len);
		return ZDM_OK;
	case UNPACK_ZLIB:
		return unpack_zlib(*u, packed, len, out, out_len);
	case UNPACK_LZO:
		return unpack_lzo(packed, len, out, out_len);
	case UNPACK_SNAPPY:
		return snappy_unpack(packed, len, out, out_len) ? ZDM_OK : ZDM_CORRUPT;
	case UNPACK_ZSTD:
		return unpack_zstd(*u, packed, len, out, out_len);
	default:
		return ZDM_CORRUPT;
	}
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	if (u->has_zlib)
		inflateEnd(&u->zlib);
	ZSTD_freeDCtx(u->zstd);
	free(u);
}

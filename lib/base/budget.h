/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * budget: what one analysis may cost at most, whatever the dump says. A dump of a few
 * bytes can describe a machine of any size, by tables that lead to themselves; a real one
 * stays far below each of these. What lies beyond is `unknown`, with one warning.
 * docs/testing.md says what it is measured with.
 */
#ifndef ZDM_LIB_BUDGET_H
#define ZDM_LIB_BUDGET_H

/* Memory: so many of each are kept. The bytes are those on a 64-bit machine. */
#define ZDM_MAX_SECTIONS (1u << 20)	/* 64 bytes: 128 TiB in sections of 128 MiB */
#define ZDM_MAX_EXTENTS (1u << 20)	/* 40 bytes: of memmap that is stored alike */
#define ZDM_MAX_RANGES (1u << 20)	/* 64 bytes: of PFNs with one verdict */
#define ZDM_MAX_TABLES (1u << 19)	/* 32 bytes: page tables of the memmap */
#define ZDM_MAX_SAMPLES (1u << 18)	/* 24 bytes: struct pages looked at for their sub-section */

/* Work: so often is each done. A table of a real machine is read once. */
#define ZDM_MAX_LEAVES (1u << 25)	/* of the memmap's page tables: 8 TiB all in base pages */

#define ZDM_BUDGET_BYTES (ZDM_MAX_SECTIONS * 64ull + ZDM_MAX_EXTENTS * 40ull + \
			  ZDM_MAX_RANGES * 64ull + ZDM_MAX_TABLES * 32ull + ZDM_MAX_SAMPLES * 24ull)

_Static_assert(ZDM_BUDGET_BYTES <= 192ull << 20, "the rest of 256 MiB is for names and trees");

#endif

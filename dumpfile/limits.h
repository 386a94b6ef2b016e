/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits: what a dump file may cost at most, whatever its headers say. Each
 * is far beyond what a real dump needs; docs/dumps.md has them as a table.
 */
#ifndef ZDM_DUMPFILE_LIMITS_H
#define ZDM_DUMPFILE_LIMITS_H

/* Notes: registers, 400 bytes to a few KiB a CPU, VMCOREINFO, a capsule's own. */
#define DUMPFILE_MAX_NOTES_BYTES (64u << 20)
#define DUMPFILE_MAX_VMCOREINFO_BYTES (1u << 20)
/* ELF segments: makedumpfile -E cuts at 256 excluded pages. 32 bytes each. */
#define DUMPFILE_MAX_SEGMENTS (1u << 22)
/* Stretches of a flattened dump, up to 64 records each. 32 to 100 bytes each. */
#define DUMPFILE_MAX_STRETCHES (1u << 20)
/* Page frames of a kdump-compressed dump: 4 PiB of 4 KiB pages. 1/4096 byte each. */
#define DUMPFILE_MAX_PFNS (1ull << 40)
/* Block size of a kdump-compressed dump; 16 unpacked pages are kept. */
#define DUMPFILE_MAX_BLOCK_BYTES (1u << 18)
#define DUMPFILE_CACHED_PAGES 16u
/* Files of a split set, and directory entries that are looked at to find them. */
#define DUMPFILE_MAX_PARTS 64u
#define DUMPFILE_MAX_ENTRIES 4096u

#endif

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The file: a block with the header, sub-header blocks, bitmap blocks (first
 * half: memory that exists; second half: pages that are stored), then a
 * descriptor for each stored page in order of PFN, then the pages.
 */
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/kdump.h"
#include "dumpfile/kdump_bitmap.h"
#include "dumpfile/limits.h"
#include "dumpfile/unpack.h"

#define OFF_VERSION 8
#define OFF_MACHINE (12 + 4 * 65)	/* the fifth string of uname */
#define OFF_STATUS 424
#define OFF_BLOCK_SIZE 428	/* behind the version, 6 * 65 bytes of uname, and a time */
#define OFF_BLOCK_SIZE_32 416	/* the same where a long has 4 bytes */
#define STATUS_INCOMPLETE 8	/* makedumpfile's DUMP_DH_COMPRESSED_INCOMPLETE */
/* in the sub-header of 64-bit dumps */
#define OFF_SPLIT 12
#define OFF_START_PFN 16
#define OFF_END_PFN 24
#define OFF_VMCOREINFO 32
#define OFF_NOTE 48
#define OFF_START_PFN_64 80
#define OFF_END_PFN_64 88
#define OFF_MAX_MAPNR_64 96
#define SUBHEADER_BYTES 104
#define PROBE_DESCS 64u		/* descriptors in a row looked at for the end of the data */
#define DESC_BATCH 170u		/* 4 KiB of them are read at once */
#define MAX_RUN_DESCS (1u << 20)	/* looked at for one answer about presence */

struct page_desc {
	uint64_t off;
	uint32_t size;
	uint32_t flags;
	uint64_t page_flags;
};

struct page_slot {
	uint64_t pfn;		/* UINT64_MAX: empty */
	uint64_t used;
};

struct kdump {
	struct input in;
	struct kdump_info info;
	struct kdump_bitmap bitmap;
	uint64_t desc_off;
	struct page_desc desc[DESC_BATCH];
	uint64_t first_desc;	/* number of desc[0] */
	size_t nr_desc;
	struct unpack *unpack;
	uint8_t *packed;	/* room for a page in the file */
	uint8_t *pages;		/* DUMPFILE_CACHED_PAGES unpacked ones */
	struct page_slot slot[DUMPFILE_CACHED_PAGES];
	uint64_t clock;
	bool truncated;
	uint64_t bad_pages;
};

bool kdump_file_probe(struct input *in)
{
	char sig[8];

	return input_read(in, sig, sizeof(sig), 0) == ZDM_OK &&
	       (!memcmp(sig, "KDUMP   ", 8) || !memcmp(sig, "DISKDUMP", 8));
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static bool sane_block(uint32_t block)
{
	return block >= 4096 && block <= DUMPFILE_MAX_BLOCK_BYTES && !(block & (block - 1));
}

static enum zdm_status damaged(const char *what, char *err, size_t err_len)
{
	snprintf(err, err_len, "truncated or damaged: %s not in the file", what);
	return ZDM_CORRUPT;
}

/* ---- headers ---- */

static enum zdm_status check_kind(const uint8_t *head, char *err, size_t err_len)
{
	if (get32(head + OFF_VERSION) > 255)
		snprintf(err, err_len, "only little-endian kdump-compressed dumps can be read");
	else if (!sane_block(get32(head + OFF_BLOCK_SIZE)))
		snprintf(err, err_len, sane_block(get32(head + OFF_BLOCK_SIZE_32)) ?
			 "only 64-bit kdump-compressed dumps can be read" :
			 "damaged kdump-compressed header (block size %u)",
			 get32(head + OFF_BLOCK_SIZE));
	else
		return ZDM_OK;
	return ZDM_UNSUPPORTED;
}

/* What the sub-header says of the notes. */
static enum zdm_status read_notes(struct kdump *k, const uint8_t *sub, char *err, size_t err_len)
{
	uint64_t bytes = get64(sub + OFF_NOTE + 8);
	enum zdm_status st = ZDM_OK;

	if (bytes)
		st = notes_add_segment(&k->info.notes, &k->in, get64(sub + OFF_NOTE), bytes);
	if (st == ZDM_ABSENT)
		return damaged("the notes are", err, err_len);
	if (st == ZDM_UNSUPPORTED)
		snprintf(err, err_len, "damaged: %" PRIu64 " bytes of notes", bytes);
	else if (st != ZDM_OK)
		snprintf(err, err_len, st == ZDM_NOMEM ? "out of memory" : "cannot read the notes");
	return st;
}

static enum zdm_status read_vmcoreinfo(struct kdump *k, const uint8_t *sub, char *err,
				       size_t err_len)
{
	uint64_t off = get64(sub + OFF_VMCOREINFO), bytes = get64(sub + OFF_VMCOREINFO + 8);

	if (!bytes)
		return ZDM_OK;
	if (!input_holds(&k->in, off, bytes, 1))
		return damaged("VMCOREINFO is", err, err_len);
	if (bytes > DUMPFILE_MAX_VMCOREINFO_BYTES)
		bytes = DUMPFILE_MAX_VMCOREINFO_BYTES;
	k->info.vmcoreinfo = malloc(bytes + 1);
	if (!k->info.vmcoreinfo) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	if (input_read(&k->in, k->info.vmcoreinfo, bytes, off) != ZDM_OK) {
		snprintf(err, err_len, "cannot read VMCOREINFO");
		return ZDM_UNREADABLE;
	}
	k->info.vmcoreinfo[bytes] = '\0';
	k->info.vmcoreinfo_len = strlen(k->info.vmcoreinfo);
	return ZDM_OK;
}

static enum zdm_status read_subheader(struct kdump *k, uint32_t version, char *err, size_t err_len)
{
	struct kdump_info *i = &k->info;
	uint8_t sub[SUBHEADER_BYTES];
	enum zdm_status st = ZDM_OK;

	if (version < 1)
		return ZDM_OK;
	if (input_read(&k->in, sub, sizeof(sub), i->page_bytes) != ZDM_OK)
		return damaged("the sub-header is", err, err_len);
	i->is_part = version >= 2 && get32(sub + OFF_SPLIT);
	if (version >= 6)
		i->max_pfn = get64(sub + OFF_MAX_MAPNR_64);
	if (i->is_part) {
		i->start_pfn = get64(sub + (version >= 6 ? OFF_START_PFN_64 : OFF_START_PFN));
		i->end_pfn = get64(sub + (version >= 6 ? OFF_END_PFN_64 : OFF_END_PFN));
	}
	if (version >= 4)
		st = read_notes(k, sub, err, err_len);
	if (st == ZDM_OK && version >= 3)
		st = read_vmcoreinfo(k, sub, err, err_len);
	return st;
}

static enum zdm_status place_bitmap(struct kdump *k, char *err, size_t err_len)
{
	struct kdump_info *i = &k->info;
	uint64_t block = i->page_bytes, bytes = get32(i->head + OFF_BLOCK_SIZE + 8) * block;

	k->bitmap.off = (1ull + get32(i->head + OFF_BLOCK_SIZE + 4)) * block;
	k->desc_off = k->bitmap.off + bytes;
	if (k->desc_off > k->in.bytes)
		return damaged("the header and page bitmap are", err, err_len);
	/* two bitmaps, unless no page was left out */
	if (i->max_pfn <= bytes * 4) {
		bytes /= 2;
		k->bitmap.off += bytes;
	}
	if (i->max_pfn > bytes * 8)
		i->max_pfn = bytes * 8;
	if (i->max_pfn > DUMPFILE_MAX_PFNS) {
		snprintf(err, err_len, "damaged: %" PRIu64 " page frames", i->max_pfn);
		return ZDM_CORRUPT;
	}
	if (!i->is_part || i->end_pfn > i->max_pfn)
		i->end_pfn = i->max_pfn;
	k->bitmap.in = &k->in;
	k->bitmap.bytes = bytes;
	k->bitmap.start_pfn = i->start_pfn;
	k->bitmap.end_pfn = i->end_pfn;
	return ZDM_OK;
}

static enum zdm_status read_layout(struct kdump *k, char *err, size_t err_len)
{
	struct kdump_info *i = &k->info;
	enum zdm_status st;

	if (input_read(&k->in, i->head, sizeof(i->head), 0) != ZDM_OK)
		return damaged("the header and page bitmap are", err, err_len);
	st = check_kind(i->head, err, err_len);
	if (st != ZDM_OK)
		return st;
	i->page_bytes = get32(i->head + OFF_BLOCK_SIZE);
	i->max_pfn = get32(i->head + OFF_BLOCK_SIZE + 12);
	i->incomplete = get32(i->head + OFF_STATUS) & STATUS_INCOMPLETE;
	memcpy(i->machine, i->head + OFF_MACHINE, sizeof(i->machine) - 1);
	st = read_subheader(k, get32(i->head + OFF_VERSION), err, err_len);
	return st == ZDM_OK ? place_bitmap(k, err, err_len) : st;
}

/* ---- descriptors ---- */

/* Is it there in full? Only then may its numbers be used. */
static bool desc_ok(const struct kdump *k, const struct page_desc *d)
{
	uint64_t off = le64toh(d->off), size = le32toh(d->size), end;

	return size && size <= 2 * k->info.page_bytes && input_holds(&k->in, off, size, 1) &&
	       input_stored(&k->in, off, &end) && size <= end - off;
}

/*
 * Descriptor nr. ABSENT: it is behind the end of the file; UNREADABLE. The bits
 * of the bitmap say that it exists, so one that is not there tells of a cut.
 */
static enum zdm_status get_desc(struct kdump *k, uint64_t nr, struct page_desc *ret)
{
	uint64_t off = k->desc_off + nr * sizeof(*ret), n = DESC_BATCH;
	enum zdm_status st;

	if (nr < k->first_desc || nr - k->first_desc >= k->nr_desc) {
		k->nr_desc = 0;
		if (!input_holds(&k->in, off, 1, sizeof(*ret))) {
			k->truncated = true;
			return ZDM_ABSENT;
		}
		if (n > (k->in.bytes - off) / sizeof(*ret))
			n = (k->in.bytes - off) / sizeof(*ret);
		/* where a cut-off stream has not all of them, the one is asked for alone */
		st = input_read(&k->in, k->desc, n * sizeof(*ret), off);
		if (st == ZDM_ABSENT && n > 1)
			st = input_read(&k->in, k->desc, (n = 1) * sizeof(*ret), off);
		if (st != ZDM_OK) {
			k->truncated |= st == ZDM_ABSENT;
			return st;
		}
		k->first_desc = nr;
		k->nr_desc = n;
	}
	*ret = k->desc[nr - k->first_desc];
	return ZDM_OK;
}

/* Is the page of descriptor nr there? *failed: the file could not be read. */
static bool desc_there(struct kdump *k, uint64_t nr, bool *failed)
{
	struct page_desc d;
	enum zdm_status st = get_desc(k, nr, &d);

	*failed = st != ZDM_OK && st != ZDM_ABSENT;
	if (st != ZDM_OK)
		return false;
	if (desc_ok(k, &d))
		return true;
	k->truncated = true;
	return false;
}

/*
 * Is the data of the last pages there? Any number of them may share one page
 * of zeros that stands elsewhere, so look further and further back.
 */
static void find_end(struct kdump *k)
{
	uint64_t nr = kdump_bitmap_count(&k->bitmap), back, i;
	bool failed = false;

	k->truncated = k->in.cut_off || !input_holds(&k->in, k->desc_off, nr,
						      sizeof(struct page_desc));
	for (back = 0; back < nr && !k->truncated && !failed; back = back ? 2 * back : PROBE_DESCS)
		for (i = back + PROBE_DESCS < nr ? PROBE_DESCS : nr - back; i-- && !failed; )
			desc_there(k, nr - 1 - back - i, &failed);
}

/* ---- pages ---- */

static enum zdm_status unpack_into(struct kdump *k, const struct page_desc *d, uint8_t *out)
{
	uint32_t size = le32toh(d->size);
	enum zdm_status st;

	st = input_read(&k->in, k->packed, size, le64toh(d->off));
	if (st == ZDM_OK)
		st = unpack_page(&k->unpack, le32toh(d->flags), k->packed, size, out,
				 k->info.page_bytes);
	return st;
}

/* The whole page into out. */
static enum zdm_status read_page(struct kdump *k, uint64_t pfn, uint8_t *out)
{
	struct page_desc d;
	enum zdm_status st;
	uint64_t nr;
	bool set;

	st = kdump_bitmap_get(&k->bitmap, pfn, &set, &nr);
	if (st == ZDM_OK && !set)
		return ZDM_UNREADABLE;
	if (st == ZDM_OK)
		st = get_desc(k, nr, &d);
	if (st == ZDM_OK && !desc_ok(k, &d)) {
		k->truncated = true;
		return ZDM_UNREADABLE;
	}
	if (st == ZDM_OK)
		st = unpack_into(k, &d, out);
	if (st == ZDM_OK || st == ZDM_NOMEM)
		return st;
	/* cannot be read or unpacked: as good as not there, but say so */
	k->bad_pages += st != ZDM_ABSENT;
	return ZDM_UNREADABLE;
}

enum zdm_status kdump_file_read(struct kdump *k, uint64_t pfn, uint32_t off, void *buf, size_t len)
{
	uint64_t page_bytes = k->info.page_bytes;
	size_t i, oldest = 0;
	enum zdm_status st;
	uint8_t *page;

	for (i = 0; i < DUMPFILE_CACHED_PAGES; i++) {
		if (k->slot[i].pfn == pfn)
			break;
		if (k->slot[i].used < k->slot[oldest].used)
			oldest = i;
	}
	if (i == DUMPFILE_CACHED_PAGES && len == page_bytes)
		return read_page(k, pfn, buf);
	if (i == DUMPFILE_CACHED_PAGES) {
		i = oldest;
		k->slot[i].pfn = UINT64_MAX;
		st = read_page(k, pfn, k->pages + i * page_bytes);
		if (st != ZDM_OK)
			return st;
		k->slot[i].pfn = pfn;
	}
	page = k->pages + i * page_bytes;
	k->slot[i].used = ++k->clock;
	memcpy(buf, page + off, len);
	return ZDM_OK;
}

enum zdm_status kdump_file_present(struct kdump *k, uint64_t pfn, bool *present, uint64_t *end_pfn)
{
	enum zdm_status st;
	uint64_t nr, end;
	bool set, failed;

	st = kdump_bitmap_run(&k->bitmap, pfn, present, end_pfn);
	if (st != ZDM_OK || !*present || !k->truncated)
		return st;
	/* the bitmap promises more than the file has: ask the descriptors, which lie in a row */
	st = kdump_bitmap_get(&k->bitmap, pfn, &set, &nr);
	if (st != ZDM_OK)
		return st;
	end = *end_pfn - pfn < MAX_RUN_DESCS ? *end_pfn : pfn + MAX_RUN_DESCS;
	*present = desc_there(k, nr, &failed);
	/* behind the last descriptor that the file has there is none */
	if (!*present && !failed && !input_holds(&k->in, k->desc_off, nr + 1,
						 sizeof(struct page_desc)))
		return ZDM_OK;
	while (++pfn < end && !failed && desc_there(k, ++nr, &failed) == *present)
		;
	if (failed)
		return ZDM_UNREADABLE;
	*end_pfn = pfn;
	return ZDM_OK;
}

/* ---- opening ---- */

static enum zdm_status load(struct kdump *k, char *err, size_t err_len)
{
	enum zdm_status st = read_layout(k, err, err_len);
	bool nomem = false;
	size_t i;

	if (st != ZDM_OK)
		return st;
	if (!kdump_bitmap_init(&k->bitmap, &nomem)) {
		if (nomem)
			snprintf(err, err_len, "out of memory");
		else
			damaged("the header and page bitmap are", err, err_len);
		return nomem ? ZDM_NOMEM : ZDM_CORRUPT;
	}
	for (i = 0; i < DUMPFILE_CACHED_PAGES; i++)
		k->slot[i].pfn = UINT64_MAX;
	k->packed = malloc(2 * k->info.page_bytes);
	k->pages = malloc(DUMPFILE_CACHED_PAGES * k->info.page_bytes);
	if (!k->packed || !k->pages) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	find_end(k);
	return ZDM_OK;
}

enum zdm_status kdump_file_open(struct input *in, struct kdump **ret, char *err, size_t err_len)
{
	struct kdump *k = calloc(1, sizeof(*k));
	enum zdm_status st;

	if (!k) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	k->in = *in;
	st = load(k, err, err_len);
	if (st == ZDM_OK) {
		*ret = k;
		return ZDM_OK;
	}
	*in = k->in;
	k->in.fd = -1;		/* the caller closes its own */
	k->in.flat = NULL;
	kdump_file_close(k);
	return st;
}

void kdump_file_close(struct kdump *k)
{
	if (!k)
		return;
	kdump_bitmap_deinit(&k->bitmap);
	notes_deinit(&k->info.notes);
	free(k->info.vmcoreinfo);
	unpack_free(k->unpack);
	free(k->packed);
	free(k->pages);
	input_close(&k->in);
	free(k);
}

const struct kdump_info *kdump_file_info(const struct kdump *k)
{
	return &k->info;
}

struct input *kdump_file_input(struct kdump *k)
{
	return &k->in;
}

bool kdump_file_truncated(const struct kdump *k)
{
	return k->truncated;
}

uint64_t kdump_file_bad_pages(const struct kdump *k)
{
	return k->bad_pages;
}

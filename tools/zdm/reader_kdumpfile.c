// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libkdumpfile/kdumpfile.h>

#include "capsule/capsule.h"
#include "elfmap.h"
#include "fileio.h"
#include "flattened.h"
#include "kdumphdr.h"
#include "capsule/presence.h"
#include "progress.h"
#include "reader_kcore.h"
#include "reader_kdumpfile.h"

#define MAX_VMCOREINFO_BYTES (1u << 20)

struct zdm_dump {
	int fd;
	uint64_t file_bytes;		/* UINT64_MAX: a device */
	struct zdm_reader_ops ops;
	kdump_ctx_t *ctx;
	kdump_bmp_t *pagemap;		/* pages in the file; NULL: this format has none */
	uint64_t page_bytes;
	struct elfmap *elf;		/* NULL: no ELF file */
	struct kdumphdr *hdr;		/* NULL: not kdump-compressed, or not checked */
	struct kcore *kcore;		/* the running kernel; then nothing but ops and format counts */
	struct progress *progress;
	char *vmcoreinfo;
	size_t vmcoreinfo_len;
	bool is_capsule;
	struct zdm_presence presence;	/* of a capsule */
	char machine[16];
	char format[64];
	bool flattened, cut_off;
	uint64_t bad_pages;		/* reads that failed though the page is there */
	char damage[160];
};

/* ---- reading ---- */

/* Is every byte of the stretch stored in the file? */
static bool stored(struct zdm_dump *d, uint64_t paddr, size_t len)
{
	uint64_t pfn;

	if (d->elf)
		return elfmap_covers(d->elf, paddr, len);
	if (!d->hdr)
		return true;	/* libkdumpfile alone knows this format */
	for (pfn = paddr / d->page_bytes; pfn <= (paddr + len - 1) / d->page_bytes; pfn++)
		if (!kdumphdr_has_page(d->hdr, pfn))
			return false;
	return true;
}

/* Through libkdumpfile: a stretch that is known to be stored. */
static enum zdm_status read_stored(struct zdm_dump *d, uint64_t paddr, void *buf, size_t len)
{
	size_t n = len;

	switch (kdump_read(d->ctx, KDUMP_MACHPHYSADDR, paddr, buf, &n)) {
	case KDUMP_OK:
		return n == len ? ZDM_OK : ZDM_UNREADABLE;
	case KDUMP_ERR_NODATA:
		return ZDM_UNREADABLE;
	default:
		/* cannot be read or unpacked: as good as not there, but say so */
		d->bad_pages++;
		return ZDM_UNREADABLE;
	}
}

static enum zdm_status dump_read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct zdm_dump *d = priv;
	enum zdm_status st = ZDM_OK;
	uint8_t *out = buf;
	uint64_t end;

	if (!len)
		return ZDM_OK;
	if (__builtin_add_overflow(paddr, len, &end))
		return ZDM_CORRUPT;
	progress_add(d->progress, len);
	if (!stored(d, paddr, len))
		return ZDM_UNREADABLE;
	if (!d->is_capsule)
		return read_stored(d, paddr, buf, len);
	/* a capsule's zeros are not in the file */
	while (len && st == ZDM_OK) {
		enum elfmap_kind kind = elfmap_at(d->elf, paddr, &end);
		size_t n = end - paddr < len ? (size_t)(end - paddr) : len;

		if (kind == ELFMAP_ZERO)
			memset(out, 0, n);
		else
			st = read_stored(d, paddr, out, n);
		paddr += n;
		out += n;
		len -= n;
	}
	return st;
}

/* From the bitmap of stored pages. */
static bool pagemap_present(struct zdm_dump *d, uint64_t paddr, uint64_t *end_paddr)
{
	kdump_addr_t pfn = paddr / d->page_bytes, next = pfn;
	bool present = kdump_bmp_find_set(d->pagemap, &next) == KDUMP_OK && next == pfn;

	if (present && d->hdr && kdumphdr_truncated(d->hdr)) {
		/* the bitmap promises more than the file has: ask page by page */
		*end_paddr = (pfn + 1) * d->page_bytes;
		return kdumphdr_has_page(d->hdr, pfn);
	}
	if (present && kdump_bmp_find_clear(d->pagemap, &next) != KDUMP_OK)
		next = pfn + 1;
	if (!present && next == pfn)
		next = UINT64_MAX / d->page_bytes;	/* none is set from here on */
	*end_paddr = next * d->page_bytes;
	return present;
}

static enum zdm_status dump_present(void *priv, uint64_t paddr, bool *present,
				    uint64_t *end_paddr)
{
	struct zdm_dump *d = priv;
	const struct zdm_presence_run *run;
	uint8_t byte;

	run = d->is_capsule ? zdm_presence_find(&d->presence, paddr) : NULL;
	if (run) {
		*present = run->present;
		*end_paddr = run->end_paddr;
	} else if (d->elf) {
		*present = elfmap_present(d->elf, paddr, end_paddr);
		/* what a capsule does not say is not known to be missing */
		if (d->is_capsule && !*present)
			return ZDM_UNREADABLE;
	} else if (d->pagemap) {
		*present = pagemap_present(d, paddr, end_paddr);
	} else {
		*present = dump_read_phys(d, paddr, &byte, 1) == ZDM_OK;
		*end_paddr = (paddr / d->page_bytes + 1) * d->page_bytes;
	}
	return *end_paddr > paddr ? ZDM_OK : ZDM_UNSUPPORTED;
}

static enum zdm_status dump_vmcoreinfo(void *priv, const char **text, size_t *len)
{
	const struct zdm_dump *d = priv;

	if (!d->vmcoreinfo)
		return ZDM_ABSENT;
	*text = d->vmcoreinfo;
	*len = d->vmcoreinfo_len;
	return ZDM_OK;
}

/* ---- opening ---- */

/* Forms that no reader opens, and the way out. */
static const struct {
	const char *magic;
	size_t len;
	const char *hint;
} packed[] = {
	{ "\xfd" "7zXZ", 5, "compressed with xz: run xz -dk on it first" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd: run zstd -d on it first" },
	{ "\x1f\x8b", 2, "compressed with gzip: run gzip -dk on it first" },
	{ "BZh", 3, "compressed with bzip2: run bzip2 -dk on it first" },
};

static const char *packed_hint(int fd)
{
	char head[8] = { 0 };
	size_t i;

	if (fileio_pread(fd, head, sizeof(head), 0) < 0)
		return NULL;
	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (!memcmp(head, packed[i].magic, packed[i].len))
			return packed[i].hint;
	return NULL;
}

static enum zdm_status open_file(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	struct stat sb;
	const char *hint;

	d->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &sb)) {
		snprintf(err, err_len, "%s", strerror(errno));
		return ZDM_UNREADABLE;
	}
	if (S_ISDIR(sb.st_mode)) {
		snprintf(err, err_len, "is a directory");
		return ZDM_UNREADABLE;
	}
	d->file_bytes = S_ISREG(sb.st_mode) ? (uint64_t)sb.st_size : UINT64_MAX;
	hint = packed_hint(d->fd);
	if (hint) {
		snprintf(err, err_len, "%s", hint);
		return ZDM_UNSUPPORTED;
	}
	return ZDM_OK;
}

static enum zdm_status unflatten(struct zdm_dump *d, char *err, size_t err_len)
{
	struct flattened_result res;
	struct stat sb;

	if (!flattened_probe(d->fd))
		return ZDM_OK;
	if (flattened_rearrange(d->fd, d->file_bytes, d->progress, &res, err, err_len))
		return ZDM_UNREADABLE;
	close(d->fd);
	d->fd = res.fd;
	d->flattened = true;
	d->cut_off = res.truncated;
	d->file_bytes = fstat(d->fd, &sb) ? UINT64_MAX : (uint64_t)sb.st_size;
	return ZDM_OK;
}

/*
 * Whose dump is it? libkdumpfile has no name for a machine that it does not know, and a
 * dump of one must never pass for x86-64's. The headers say, also of a machine it knows.
 */
static enum zdm_status check_machine(struct zdm_dump *d, char *err, size_t err_len)
{
	if (d->elf)
		zdm_elf_machine(d->elf->machine, true, d->machine, sizeof(d->machine));
	else if (d->hdr)
		kdumphdr_machine(d->hdr, d->machine, sizeof(d->machine));
	return d->machine[0] ? zdm_machine_check(d->machine, err, err_len) : ZDM_OK;
}

/* Look at the headers before libkdumpfile does, which trusts them. */
static enum zdm_status check_headers(struct zdm_dump *d, char *err, size_t err_len)
{
	int rc = 0;

	if (elfmap_probe(d->fd))
		rc = elfmap_open(d->fd, d->file_bytes, &d->elf, err, err_len);
	else if (kdumphdr_probe(d->fd))
		rc = kdumphdr_open(d->fd, d->file_bytes, &d->hdr, err, err_len);
	return rc ? ZDM_CORRUPT : ZDM_OK;
}

static enum zdm_status open_kdumpfile(struct zdm_dump *d, char *err, size_t err_len)
{
	kdump_status st;

	d->ctx = kdump_new();
	if (!d->ctx) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	/* an mmap of a file that shrinks or ends early would end in SIGBUS */
	kdump_set_number_attr(d->ctx, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	kdump_set_number_attr(d->ctx, KDUMP_ATTR_ZERO_EXCLUDED, 0);
	st = kdump_open_fd(d->ctx, d->fd);
	if (st == KDUMP_OK)
		return ZDM_OK;
	if (st == KDUMP_ERR_NOTIMPL && !d->elf && !d->hdr)
		snprintf(err, err_len, "not a dump file that libkdumpfile %s knows",
			 KDUMPFILE_VERSION_STRING);
	else
		snprintf(err, err_len, "%s", kdump_get_err(d->ctx));
	return ZDM_UNSUPPORTED;
}

static enum zdm_status read_vmcoreinfo(struct zdm_dump *d, char *err, size_t err_len)
{
	kdump_attr_t attr = { .type = KDUMP_BLOB };
	void *data;
	size_t len;

	if (kdump_get_typed_attr(d->ctx, "linux.vmcoreinfo.raw", &attr) != KDUMP_OK)
		return ZDM_OK;	/* a dump without VMCOREINFO; zdm_open() has its say */
	len = kdump_blob_size(attr.val.blob);
	data = kdump_blob_pin(attr.val.blob);
	if (len > MAX_VMCOREINFO_BYTES)
		len = MAX_VMCOREINFO_BYTES;
	d->vmcoreinfo = malloc(len + 1);
	if (d->vmcoreinfo) {
		memcpy(d->vmcoreinfo, data, len);
		/* kdump pads the note with zeros */
		d->vmcoreinfo_len = strnlen(d->vmcoreinfo, len);
		d->vmcoreinfo[d->vmcoreinfo_len] = '\0';
	}
	kdump_blob_unpin(attr.val.blob);
	if (!d->vmcoreinfo) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	return ZDM_OK;
}

static enum zdm_status read_attributes(struct zdm_dump *d, char *err, size_t err_len)
{
	kdump_attr_t attr = { .type = KDUMP_BITMAP };
	const char *text;
	kdump_num_t num;

	if (kdump_get_number_attr(d->ctx, KDUMP_ATTR_XEN_TYPE, &num) == KDUMP_OK &&
	    num != KDUMP_XEN_NONE) {
		snprintf(err, err_len, "dumps of Xen machines are not supported");
		return ZDM_UNSUPPORTED;
	}
	if (!d->machine[0] && kdump_get_string_attr(d->ctx, KDUMP_ATTR_ARCH_NAME, &text) == KDUMP_OK)
		snprintf(d->machine, sizeof(d->machine), "%s", text);
	if (kdump_get_string_attr(d->ctx, KDUMP_ATTR_FILE_FORMAT, &text) != KDUMP_OK)
		text = "dump";
	snprintf(d->format, sizeof(d->format), "%s%s%s", d->is_capsule ? "capsule, " : "",
		 d->flattened ? "flattened " : "", !strcmp(text, "diskdump") ?
		 "kdump-compressed" : text);
	d->page_bytes = 4096;
	if (kdump_get_number_attr(d->ctx, KDUMP_ATTR_PAGE_SIZE, &num) == KDUMP_OK && num)
		d->page_bytes = num;
	if (kdump_get_typed_attr(d->ctx, KDUMP_ATTR_FILE_PAGEMAP, &attr) == KDUMP_OK) {
		d->pagemap = attr.val.bitmap;
		kdump_bmp_incref(d->pagemap);
	}
	return read_vmcoreinfo(d, err, err_len);
}

static enum zdm_status read_capsule(struct zdm_dump *d, char *err, size_t err_len)
{
	const uint8_t *note;
	size_t len;

	if (!d->elf || !elfmap_note(d->elf, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, &len))
		return ZDM_OK;
	d->is_capsule = true;
	note = elfmap_note(d->elf, ZDM_CAPSULE_NAME, ZDM_CAPSULE_PRESENT, &len);
	if (note && !zdm_presence_parse(&d->presence, (const char *)note, len)) {
		snprintf(err, err_len, "damaged capsule: its list of frames makes no sense");
		return ZDM_CORRUPT;
	}
	return ZDM_OK;
}

static enum zdm_status open_dump(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	enum zdm_status st = open_file(d, path, err, err_len);

	if (st == ZDM_OK)
		st = unflatten(d, err, err_len);
	if (st == ZDM_OK)
		st = check_headers(d, err, err_len);
	if (st == ZDM_OK)
		st = check_machine(d, err, err_len);
	if (st == ZDM_OK)
		st = read_capsule(d, err, err_len);
	if (st == ZDM_OK)
		st = open_kdumpfile(d, err, err_len);
	if (st == ZDM_OK)
		st = read_attributes(d, err, err_len);
	d->ops.machine = d->machine[0] ? d->machine : NULL;
	d->ops.read_phys_fn = dump_read_phys;
	d->ops.present_fn = dump_present;
	d->ops.vmcoreinfo_fn = dump_vmcoreinfo;
	return st;
}

/* ---- the running kernel ---- */

static enum zdm_status live_read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	return kcore_read(((struct zdm_dump *)priv)->kcore, paddr, buf, len);
}

static enum zdm_status live_present(void *priv, uint64_t paddr, bool *present,
				    uint64_t *end_paddr)
{
	return kcore_present(((struct zdm_dump *)priv)->kcore, paddr, present, end_paddr);
}

static enum zdm_status live_vmcoreinfo(void *priv, const char **text, size_t *len)
{
	return kcore_vmcoreinfo(((struct zdm_dump *)priv)->kcore, text, len);
}

static enum zdm_status open_live(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	enum zdm_status st = kcore_open(path, &d->kcore, err, err_len);

	if (st != ZDM_OK)
		return st;
	snprintf(d->format, sizeof(d->format), "the running kernel");
	d->ops.machine = kcore_machine(d->kcore);
	d->ops.read_phys_fn = live_read_phys;
	d->ops.present_fn = live_present;
	d->ops.vmcoreinfo_fn = live_vmcoreinfo;
	return ZDM_OK;
}

bool zdm_dump_live(const struct zdm_dump *d)
{
	return d->kcore != NULL;
}

enum zdm_status zdm_dump_open(const char *path, struct progress *p, struct zdm_dump **ret,
			      char *err, size_t err_len)
{
	struct zdm_dump *d = calloc(1, sizeof(*d));
	enum zdm_status st;

	if (!d) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	d->fd = -1;
	d->progress = p;
	d->ops.size = sizeof(d->ops);
	d->ops.api = ZDM_READER_API;
	st = kcore_probe(path) ? open_live(d, path, err, err_len) :
	     open_dump(d, path, err, err_len);
	if (st != ZDM_OK) {
		zdm_dump_close(d);
		return st;
	}
	*ret = d;
	return ZDM_OK;
}

void zdm_dump_close(struct zdm_dump *d)
{
	if (!d)
		return;
	if (d->pagemap)
		kdump_bmp_decref(d->pagemap);
	if (d->ctx)
		kdump_free(d->ctx);
	elfmap_close(d->elf);
	kdumphdr_close(d->hdr);
	kcore_close(d->kcore);
	zdm_presence_deinit(&d->presence);
	free(d->vmcoreinfo);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}

const struct zdm_reader_ops *zdm_dump_ops(const struct zdm_dump *d)
{
	return &d->ops;
}

const char *zdm_dump_format(const struct zdm_dump *d)
{
	return d->format;
}

const char *zdm_dump_damage(struct zdm_dump *d)
{
	if (d->elf && d->elf->missing_bytes)
		snprintf(d->damage, sizeof(d->damage), "the file is truncated: %" PRIu64
			 " bytes that its headers promise are missing", d->elf->missing_bytes);
	else if (d->hdr && kdumphdr_is_part(d->hdr))
		snprintf(d->damage, sizeof(d->damage), "one file of a split set, the others' pages "
			 "are missing: join them with makedumpfile --reassemble");
	else if (d->cut_off || (d->hdr && kdumphdr_truncated(d->hdr)))
		snprintf(d->damage, sizeof(d->damage),
			 "the file is truncated: pages at its end are missing");
	else if (d->elf && d->elf->bad_segments)
		snprintf(d->damage, sizeof(d->damage), "%" PRIu64
			 " ELF segments have impossible addresses and are left out",
			 d->elf->bad_segments);
	else if (d->bad_pages)
		snprintf(d->damage, sizeof(d->damage), "%" PRIu64
			 " reads failed: pages of the file are damaged", d->bad_pages);
	else
		return NULL;
	return d->damage;
}

const char *zdm_dump_layout(const struct zdm_dump *d, size_t *len)
{
	return d->is_capsule ? (const char *)elfmap_note(d->elf, ZDM_CAPSULE_NAME,
							  ZDM_CAPSULE_LAYOUT, len) : NULL;
}

struct _kdump_ctx *zdm_dump_ctx(const struct zdm_dump *d)
{
	return d->ctx;
}

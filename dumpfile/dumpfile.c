// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/capsule.h>

#include "dumpfile/dumpfile.h"
#include "dumpfile/elfmap.h"
#include "dumpfile/formats.h"
#include "dumpfile/kcore.h"
#include "dumpfile/kdump_set.h"
#include "dumpfile/limits.h"
#include "dumpfile/machine.h"
#include "dumpfile/other.h"
#include "dumpfile/registers.h"

struct zdm_dump {
	struct zdm_dump_opts opts;
	struct zdm_reader_ops ops;
	struct input in;		/* not of a kdump-compressed dump: each part has its own */
	struct elfmap *elf;		/* one of these four is there, and tells the kind */
	struct kdump_set set;
	struct other *other;
	struct kcore *kcore;		/* the running kernel */
	struct notes notes;		/* unless elf or set has them */
	struct registers registers;
	bool registers_found;
	const char *vmcoreinfo;		/* borrowed */
	size_t vmcoreinfo_len;
	struct zdm_presence presence;	/* of a capsule */
	char machine[66];
	char format[64];
	uint64_t bad_pages;		/* reads that failed though the page is there */
	char damage[256];
};

/* ---- reading ---- */

static enum zdm_status read_other(struct zdm_dump *d, uint64_t paddr, void *buf, size_t len)
{
	bool damaged;
	enum zdm_status st = other_read(d->other, paddr, buf, len, &damaged);

	d->bad_pages += damaged;
	return st;
}

static enum zdm_status dump_read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct zdm_dump *d = priv;
	uint64_t end;

	if (!len)
		return ZDM_OK;
	if (__builtin_add_overflow(paddr, len, &end))
		return ZDM_CORRUPT;
	if (d->opts.progress_fn)
		d->opts.progress_fn(d->opts.priv, len);
	if (d->elf)
		return elfmap_read(d->elf, &d->in, paddr, buf, len);
	if (d->set.nr)
		return kdump_set_read(&d->set, paddr, buf, len);
	if (d->kcore)
		return kcore_read(d->kcore, paddr, buf, len);
	return read_other(d, paddr, buf, len);
}

static enum zdm_status elf_present(struct zdm_dump *d, uint64_t paddr, bool *present,
				   uint64_t *end_paddr)
{
	const struct zdm_presence_run *run;

	run = d->elf->is_capsule ? zdm_presence_find(&d->presence, paddr) : NULL;
	if (run) {
		*present = run->present;
		*end_paddr = run->end_paddr;
		return ZDM_OK;
	}
	*present = elfmap_present(d->elf, &d->in, paddr, end_paddr);
	/* what a capsule does not say is not known to be missing */
	return d->elf->is_capsule && !*present ? ZDM_UNREADABLE : ZDM_OK;
}

static enum zdm_status other_present(struct zdm_dump *d, uint64_t paddr, bool *present,
				     uint64_t *end_paddr)
{
	uint64_t page_bytes = other_info(d->other)->page_bytes;
	uint8_t byte;

	*present = read_other(d, paddr, &byte, 1) == ZDM_OK;
	*end_paddr = (paddr / page_bytes + 1) * page_bytes;
	return *end_paddr > paddr ? ZDM_OK : ZDM_UNSUPPORTED;
}

static enum zdm_status dump_present(void *priv, uint64_t paddr, bool *present,
				    uint64_t *end_paddr)
{
	struct zdm_dump *d = priv;

	if (d->elf)
		return elf_present(d, paddr, present, end_paddr);
	if (d->set.nr)
		return kdump_set_present(&d->set, paddr, present, end_paddr);
	if (d->kcore)
		return kcore_present(d->kcore, paddr, present, end_paddr);
	return other_present(d, paddr, present, end_paddr);
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

/* ---- opening: one function a kind of file ---- */

static const struct notes *notes_of(const struct zdm_dump *d)
{
	if (d->elf)
		return &d->elf->notes;
	return d->set.nr ? &kdump_set_info(&d->set)->notes : &d->notes;
}

/* The note, where headers do not say where it is; kdump pads it with zeros. */
static void take_vmcoreinfo(struct zdm_dump *d, const char *text, size_t len)
{
	if (!text)
		text = (const char *)notes_find(notes_of(d), "VMCOREINFO", 0, &len);
	if (!text)
		return;		/* zdm_open() has its say */
	if (len > DUMPFILE_MAX_VMCOREINFO_BYTES)
		len = DUMPFILE_MAX_VMCOREINFO_BYTES;
	d->vmcoreinfo = text;
	d->vmcoreinfo_len = strnlen(text, len);
}

static void set_format(struct zdm_dump *d, const char *before, const char *name, bool flattened)
{
	snprintf(d->format, sizeof(d->format), "%s%s%s", before, flattened ? "flattened " : "",
		 name);
}

static enum zdm_status open_capsule(struct zdm_dump *d, char *err, size_t err_len)
{
	const uint8_t *note;
	size_t len;

	note = notes_find(&d->elf->notes, ZDM_CAPSULE_NAME, ZDM_CAPSULE_PRESENT, &len);
	if (note && !zdm_presence_parse(&d->presence, (const char *)note, len)) {
		snprintf(err, err_len, "damaged capsule: its list of frames makes no sense");
		return ZDM_CORRUPT;
	}
	return ZDM_OK;
}

static enum zdm_status open_elf(struct zdm_dump *d, char *err, size_t err_len)
{
	enum zdm_status st = elfmap_open(&d->in, &d->elf, err, err_len);

	if (st != ZDM_OK)
		return st;
	zdm_elf_machine(d->elf->machine, true, d->machine, sizeof(d->machine));
	take_vmcoreinfo(d, NULL, 0);
	set_format(d, d->elf->is_capsule ? "capsule, " : "", "elf", d->in.flat);
	return d->elf->is_capsule ? open_capsule(d, err, err_len) : ZDM_OK;
}

static enum zdm_status open_kdump(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	const struct kdump_info *info;
	struct kdump *k;
	enum zdm_status st = kdump_file_open(&d->in, &k, err, err_len);
	char name[48] = "kdump-compressed";
	const char *guess;

	if (st != ZDM_OK)
		return st;
	d->in.fd = -1;		/* it is the part's own now */
	kdump_set_open(&d->set, k, path);
	info = kdump_set_info(&d->set);
	take_vmcoreinfo(d, info->vmcoreinfo, info->vmcoreinfo_len);
	snprintf(d->machine, sizeof(d->machine), "%s", info->machine[0] ? info->machine : "Unknown");
	machine_clean(d->machine);
	guess = machine_is_known(d->machine) ? NULL :
		zdm_machine_of_vmcoreinfo(d->vmcoreinfo, d->vmcoreinfo_len);
	if (guess)
		snprintf(d->machine, sizeof(d->machine), "%s", guess);
	if (d->set.nr > 1)
		snprintf(name, sizeof(name), "kdump-compressed in %zu files", d->set.nr);
	set_format(d, "", name, d->in.flat);
	d->in.flat = NULL;
	return ZDM_OK;
}

static enum zdm_status open_other(struct zdm_dump *d, char *err, size_t err_len)
{
	const char *hint = formats_refused(&d->in);
	enum zdm_status st;

	if (hint || d->in.flat || !d->opts.other_formats || !other_probe(&d->in)) {
		snprintf(err, err_len, "%s", hint ? hint : "not a dump file of a known format");
		return ZDM_UNSUPPORTED;
	}
	st = other_open(&d->in, &d->other, err, err_len);
	if (st != ZDM_OK)
		return st;
	snprintf(d->machine, sizeof(d->machine), "%s", other_info(d->other)->machine);
	take_vmcoreinfo(d, other_info(d->other)->vmcoreinfo, other_info(d->other)->vmcoreinfo_len);
	set_format(d, "", other_info(d->other)->format, false);
	return ZDM_OK;
}

static enum zdm_status open_dump(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	enum zdm_status st = input_open(&d->in, path, err, err_len);

	if (st != ZDM_OK)
		return st;
	if (elfmap_probe(&d->in))
		st = open_elf(d, err, err_len);
	else if (kdump_file_probe(&d->in))
		st = open_kdump(d, path, err, err_len);
	else
		st = open_other(d, err, err_len);
	/* a dump of a machine that is not known must never pass for another's */
	if (st == ZDM_OK)
		st = zdm_machine_check(d->machine, err, err_len);
	if (st == ZDM_OK && notes_of_xen(notes_of(d))) {
		snprintf(err, err_len, "dumps of Xen machines are not supported");
		st = ZDM_UNSUPPORTED;
	}
	d->ops.machine = d->machine;
	return st;
}

static enum zdm_status open_live(struct zdm_dump *d, const char *path, char *err, size_t err_len)
{
	enum zdm_status st = kcore_open(path, &d->kcore, err, err_len);

	if (st != ZDM_OK)
		return st;
	snprintf(d->format, sizeof(d->format), "the running kernel");
	d->ops.machine = kcore_machine(d->kcore);
	kcore_vmcoreinfo(d->kcore, &d->vmcoreinfo, &d->vmcoreinfo_len);
	return ZDM_OK;
}

enum zdm_status zdm_dump_open(const char *path, const struct zdm_dump_opts *opts,
			      struct zdm_dump **ret, char *err, size_t err_len)
{
	struct zdm_dump *d = calloc(1, sizeof(*d));
	enum zdm_status st;

	if (!d) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	d->in.fd = -1;
	if (opts)
		d->opts = *opts;
	d->ops.size = sizeof(d->ops);
	d->ops.api = ZDM_READER_API;
	d->ops.read_phys_fn = dump_read_phys;
	d->ops.present_fn = dump_present;
	d->ops.vmcoreinfo_fn = dump_vmcoreinfo;
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
	other_close(d->other);
	elfmap_close(d->elf);
	kdump_set_close(&d->set);
	kcore_close(d->kcore);
	input_close(&d->in);
	notes_deinit(&d->notes);
	registers_deinit(&d->registers);
	zdm_presence_deinit(&d->presence);
	free(d);
}

/* ---- what there is to know of it ---- */

const struct zdm_reader_ops *zdm_dump_ops(const struct zdm_dump *d)
{
	return &d->ops;
}

bool zdm_dump_live(const struct zdm_dump *d)
{
	return d->kcore != NULL;
}

const char *zdm_dump_format(const struct zdm_dump *d)
{
	return d->format;
}

bool zdm_dump_lost(struct zdm_dump *d)
{
	bool whole = d->in.fd < 0 || input_whole(&d->in);
	size_t i;

	for (i = 0; i < d->set.nr; i++)
		whole &= input_whole(kdump_file_input(d->set.part[i]));
	return !whole;
}

/* Of all parts together. */
struct state {
	bool truncated, incomplete, failed;
	uint64_t bad_pages;
};

static struct state state_of(struct zdm_dump *d)
{
	struct state s = { .truncated = d->in.cut_off, .failed = d->in.failed,
			   .bad_pages = d->bad_pages };
	size_t i;

	for (i = 0; i < d->set.nr; i++) {
		struct kdump *k = d->set.part[i];

		s.truncated |= kdump_file_truncated(k);
		s.incomplete |= kdump_file_info(k)->incomplete;
		s.failed |= kdump_file_input(k)->failed != 0;
		s.bad_pages += kdump_file_bad_pages(k);
	}
	return s;
}

const char *zdm_dump_damage(struct zdm_dump *d)
{
	struct state s = state_of(d);
	uint64_t start_pfn, end_pfn;

	if (zdm_dump_lost(d))
		snprintf(d->damage, sizeof(d->damage), "the file became shorter while it was read");
	else if (d->elf && d->elf->missing_bytes)
		snprintf(d->damage, sizeof(d->damage), "the file is truncated: %" PRIu64
			 " bytes that its headers promise are missing", d->elf->missing_bytes);
	else if (d->set.nr && kdump_set_missing(&d->set, &start_pfn, &end_pfn))
		snprintf(d->damage, sizeof(d->damage), "%s of a split set, and page frames "
			 "0x%" PRIx64 "-0x%" PRIx64 " are in another that is not beside it: put all "
			 "in one directory, or join them with makedumpfile --reassemble",
			 d->set.nr > 1 ? "some files" : "one file", start_pfn, end_pfn - 1);
	else if (s.truncated)
		snprintf(d->damage, sizeof(d->damage),
			 "the file is truncated: pages at its end are missing");
	else if (s.failed)
		snprintf(d->damage, sizeof(d->damage), "the file cannot be read in places: what "
			 "stands there is taken for missing");
	else if (d->elf && d->elf->bad_segments)
		snprintf(d->damage, sizeof(d->damage), "%" PRIu64
			 " ELF segments have impossible addresses and are left out",
			 d->elf->bad_segments);
	else if (s.bad_pages)
		snprintf(d->damage, sizeof(d->damage), "%" PRIu64
			 " reads failed: pages of the file are damaged", s.bad_pages);
	else if (s.incomplete)
		snprintf(d->damage, sizeof(d->damage), "makedumpfile has marked the dump as "
			 "incomplete: it could not write all of it");
	else
		return NULL;
	return d->damage;
}

bool zdm_dump_parts_missing(const struct zdm_dump *d)
{
	uint64_t start_pfn, end_pfn;

	return d->set.nr && kdump_set_missing(&d->set, &start_pfn, &end_pfn);
}

const char *zdm_dump_layout(const struct zdm_dump *d, size_t *len)
{
	return d->elf && d->elf->is_capsule ?
	       (const char *)notes_find(&d->elf->notes, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, len) :
	       NULL;
}

void *zdm_dump_notes(struct zdm_dump *d, size_t *len)
{
	const struct notes *have = notes_of(d);
	struct notes n = { NULL, 0, 0 };
	size_t text_len;

	*len = 0;
	n.v = malloc(have->bytes + 1);
	if (!n.v)
		return NULL;
	n.bytes = n.room = have->bytes;
	if (have->bytes)
		memcpy(n.v, have->v, have->bytes);
	if (d->vmcoreinfo && !notes_find(have, "VMCOREINFO", 0, &text_len) &&
	    !notes_add(&n, "VMCOREINFO", 0, d->vmcoreinfo, d->vmcoreinfo_len)) {
		notes_deinit(&n);
		return NULL;
	}
	*len = n.bytes;
	return n.v;
}

size_t zdm_dump_nr_cpus(struct zdm_dump *d)
{
	if (!d->registers_found)
		registers_find(&d->registers, notes_of(d));
	d->registers_found = true;
	return d->registers.nr;
}

bool zdm_dump_cpu_words(struct zdm_dump *d, size_t cpu, uint64_t *words, size_t nr)
{
	return cpu < zdm_dump_nr_cpus(d) &&
	       registers_get(&d->registers, notes_of(d), cpu, words, nr);
}

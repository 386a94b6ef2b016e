// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zdm_makedumpfile: libzdm on makedumpfile's readers.
 *
 * A dump tool must dump: whatever fails here ends in one warning, and in
 * makedumpfile doing what it always did.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zdm/zdm.h>
#include "zdm_makedumpfile.h"

/* makedumpfile's own; after ours, for its macros have short names. */
#include "makedumpfile.h"
#include "elf_info.h"
#include "print_info.h"

struct zdm_verdict zdm_filter_verdict;

/* makedumpfile has one dump at a time and hands no pointer through: one state. */
static struct {
	bool off, tried;
	bool drop_device, drop_device_memmap, memmap_frames;
	const char *layout;
	struct zdm_session *session;
	struct zdm_model *model;
	struct zdm_keep_range *ranges;
	uint64_t excluded[ZDM_NR_VERDICTS];
	char *vmcoreinfo;
} filter;

bool zdm_filter_option(const char *list)
{
	size_t len;

	filter.off = false;
	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len == strlen("device") && !strncmp(list, "device", len))
			filter.drop_device = true;
		else if (len == strlen("device-memmap") && !strncmp(list, "device-memmap", len))
			filter.drop_device_memmap = true;
		else
			return false;
	}
	return true;
}

void zdm_filter_off(void)
{
	filter.off = true;
}

void zdm_filter_layout(const char *file)
{
	filter.layout = file;
}

void zdm_filter_memmap_frames(void)
{
	filter.memmap_frames = true;
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	int level = message_level;
	bool ok;

	(void)priv;
	/* What is missing is an answer here, not an error to be shouted. */
	message_level &= ~ML_PRINT_ERROR_MSG;
	ok = readmem(PADDR, paddr, buf, len);
	message_level = level;
	return ok ? ZDM_OK : ZDM_UNREADABLE;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	unsigned long long start, end;
	int i;

	(void)priv;
	*ret = false;
	*end_paddr = UINT64_MAX;
	for (i = 0; get_pt_load(i, &start, &end, NULL, NULL); i++) {
		if (start <= paddr && paddr < end) {
			*ret = true;
			*end_paddr = end;
			return ZDM_OK;
		}
		if (start > paddr && start < *end_paddr)
			*end_paddr = start;
	}
	return ZDM_OK;
}

/* The note's text, read through a descriptor of its own: nothing is moved. */
static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	unsigned long bytes;
	off_t off;

	(void)priv;
	if (!has_vmcoreinfo())
		return ZDM_ABSENT;
	get_vmcoreinfo(&off, &bytes);
	if (!filter.vmcoreinfo) {
		if (!bytes || bytes > (1u << 20))
			return ZDM_CORRUPT;
		filter.vmcoreinfo = malloc(bytes);
		if (!filter.vmcoreinfo)
			return ZDM_NOMEM;
		if (pread(info->fd_memory, filter.vmcoreinfo, bytes, off) != (ssize_t)bytes) {
			free(filter.vmcoreinfo);
			filter.vmcoreinfo = NULL;
			return ZDM_UNREADABLE;
		}
	}
	*text = filter.vmcoreinfo;
	*len = bytes;
	return ZDM_OK;
}

static const char *machine(void)
{
#if defined(__x86_64__)
	return "x86_64";
#elif defined(__aarch64__)
	return "aarch64";
#elif defined(__powerpc64__)
	return "ppc64le";
#elif defined(__s390x__)
	return "s390x";
#else
	return "unknown";
#endif
}

/* *boot_ram: nothing to filter, and no session was opened. */
static enum zdm_status open_session(bool *boot_ram, enum zdm_hint *hint, char *err, size_t err_len)
{
	const bool pt_loads = !info->flag_refiltering && !info->flag_sadump;
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .machine = machine(),
		.read_phys_fn = read_phys, .present_fn = pt_loads ? present : NULL,
		.vmcoreinfo_fn = vmcoreinfo,
	};
	struct zdm_source *sources[2];
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = sources, .hint = hint };
	enum zdm_status status = ZDM_OK;

	/* They stay open as long as the session, that is to the end. */
	if (filter.layout)
		status = zdm_source_layout_open(filter.layout, &sources[opts.nr_sources++], err,
						err_len);
	if (status == ZDM_OK && info->name_vmlinux)
		status = zdm_source_vmlinux_open(info->name_vmlinux, &sources[opts.nr_sources++],
						 err, err_len);
	*boot_ram = status == ZDM_OK && !opts.nr_sources && zdm_policy_boot_ram_only(&ops, NULL);
	if (*boot_ram)
		return ZDM_OK;
	if (status == ZDM_OK)
		status = zdm_open(&ops, NULL, &opts, &filter.session, err, err_len);
	if (status == ZDM_OK)
		status = zdm_model_build(filter.session, &filter.model, err, err_len);
	return status;
}

static void start(void)
{
	char err[256] = "not a Linux dump that it reads";
	enum zdm_status status = ZDM_UNSUPPORTED;
	enum zdm_hint hint = ZDM_HINT_NONE;
	const char *const *warnings;
	bool boot_ram = false;
	size_t i, nr;

	filter.tried = true;
	if (!is_xen_memory())
		status = open_session(&boot_ram, &hint, err, sizeof(err));
	if (status != ZDM_OK) {
		zdm_model_free(filter.model);
		filter.model = NULL;
		MSG("The memmap filter is off: %s%s\n", err, hint == ZDM_HINT_NONE ? "" :
		    "; its vmlinux (-x) or a layout file would help");
		return;
	}
	if (boot_ram) {
		DEBUG_MSG("zdm: all memory is RAM from boot, nothing to filter\n");
		return;
	}
	if (zdm_model_contradiction(filter.model))
		MSG("zdm: %s: nothing is filtered\n", zdm_model_contradiction(filter.model));
	nr = zdm_model_warnings(filter.model, &warnings);
	for (i = 0; i < nr; i++)
		DEBUG_MSG("zdm: %s\n", warnings[i]);
}

void zdm_filter_prepare(void)
{
	struct zdm_policy policy = { .dump_level = info->dump_level };
	struct zdm_keep_range *ranges;
	size_t nr;

	if (filter.off)
		return;
	if (!filter.tried)
		start();
	if (!filter.model)
		return;
	policy.drop_device_memmap = filter.drop_device_memmap;
	if (filter.drop_device)
		policy.dump_level |= ZDM_DUMP_LEVEL_USER;
	if (zdm_policy_ranges(filter.session, filter.model, &policy, PGMM_CACHED, &ranges,
			      &nr) != ZDM_OK) {
		MSG("The memmap filter is off: out of memory\n");
		ranges = NULL;
		nr = 0;
	}
	free(filter.ranges);
	filter.ranges = ranges;
	zdm_filter_verdict = (struct zdm_verdict){
		.ranges = ranges, .nr = nr, .memmap_frames = filter.memmap_frames,
	};
}

bool zdm_filter_active(void)
{
	return filter.ranges != NULL;
}

void zdm_filter_count_run(int kind, uint64_t nr)
{
	filter.excluded[kind] += nr;
}

void zdm_filter_count(int kind)
{
	zdm_filter_count_run(kind, 1);
}

void zdm_filter_reset(void)
{
	memset(filter.excluded, 0, sizeof(filter.excluded));
}

uint64_t zdm_filter_excluded(void)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < ZDM_NR_VERDICTS; i++)
		sum += filter.excluded[i];
	return sum;
}

static const char *kind_name(int kind)
{
	return kind == ZDM_VERDICT_MEMMAP ? "memmap" : zdm_class_name(kind);
}

void zdm_filter_report(void)
{
	int i;

	for (i = 0; zdm_filter_active() && i < ZDM_NR_VERDICTS; i++) {
		if (filter.excluded[i])
			REPORT_MSG("    Memmap filter: %-8s : 0x%016llx\n", kind_name(i),
				   (unsigned long long)filter.excluded[i]);
	}
}

void zdm_filter_usage(void)
{
	int i;

	for (i = 0; zdm_filter_active() && i < ZDM_NR_VERDICTS; i++) {
		if (filter.excluded[i])
			MSG("MEMMAP_FILTER	%-16llu	yes		Memmap filter: %s\n",
			    (unsigned long long)filter.excluded[i], kind_name(i));
	}
}

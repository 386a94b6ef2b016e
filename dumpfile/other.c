// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkdumpfile/kdumpfile.h>

#include "dumpfile/limits.h"
#include "dumpfile/other.h"

#ifndef KDUMPFILE_SONAME
#define KDUMPFILE_SONAME "libkdumpfile.so.10"
#endif

/* Its functions, by the same names and types as in its header. */
#define FUNCTIONS(X) X(kdump_new) X(kdump_free) X(kdump_open_fdset) X(kdump_set_attr) \
	X(kdump_get_typed_attr) X(kdump_get_err) X(kdump_read) X(kdump_blob_size) \
	X(kdump_blob_pin) X(kdump_blob_unpin)
#define POINTER(name) __typeof__(name) *name##_fn;

struct other {
	void *lib;
	FUNCTIONS(POINTER)
	kdump_ctx_t *ctx;
	bool open;
	struct other_info info;
};

bool other_probe(struct input *in)
{
	/* LKCD (lcrash), little endian; SADUMP, one file of one partition */
	static const struct {
		const char *magic;
		uint64_t off;
	} known[] = {
		{ "\xed\x23\x8f\x61\x73\x01\x19\xa8", 0 },
		{ "sadump\0\0", 0 }, { "sadump\0\0", 4096 },
	};
	char head[8];
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (input_read(in, head, sizeof(head), known[i].off) == ZDM_OK &&
		    !memcmp(head, known[i].magic, sizeof(head)))
			return true;
	return false;
}

static bool load_library(struct other *o, char *err, size_t err_len)
{
	o->lib = dlopen(KDUMPFILE_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!o->lib) {
		snprintf(err, err_len, "this format needs libkdumpfile (%s), which is not installed",
			 KDUMPFILE_SONAME);
		return false;
	}
#define LOAD(name) \
	*(void **)&o->name##_fn = dlsym(o->lib, #name); \
	if (!o->name##_fn) { \
		snprintf(err, err_len, "%s has no %s()", KDUMPFILE_SONAME, #name); \
		return false; \
	}
	FUNCTIONS(LOAD)
	return true;
}

static bool set_number(struct other *o, const char *key, kdump_num_t number)
{
	kdump_attr_t attr = { .type = KDUMP_NUMBER, .val.number = number };

	return o->kdump_set_attr_fn(o->ctx, key, &attr) == KDUMP_OK;
}

static bool get(const struct other *o, const char *key, kdump_attr_type_t type, kdump_attr_t *attr)
{
	attr->type = type;
	return o->kdump_get_typed_attr_fn(o->ctx, key, attr) == KDUMP_OK;
}

static enum zdm_status open_ctx(struct other *o, int fd, char *err, size_t err_len)
{
	o->ctx = o->kdump_new_fn();
	if (!o->ctx) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	/* an mmap of a file that shrinks or ends early would end in SIGBUS */
	set_number(o, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	set_number(o, KDUMP_ATTR_ZERO_EXCLUDED, 0);
	if (o->kdump_open_fdset_fn(o->ctx, 1, &fd) != KDUMP_OK) {
		snprintf(err, err_len, "%s", o->kdump_get_err_fn(o->ctx));
		return ZDM_UNSUPPORTED;
	}
	o->open = true;
	return ZDM_OK;
}

static enum zdm_status read_vmcoreinfo(struct other *o, char *err, size_t err_len)
{
	kdump_attr_t attr;
	size_t len;

	if (!get(o, "linux.vmcoreinfo.raw", KDUMP_BLOB, &attr))
		return ZDM_OK;
	len = o->kdump_blob_size_fn(attr.val.blob);
	if (len > DUMPFILE_MAX_VMCOREINFO_BYTES)
		len = DUMPFILE_MAX_VMCOREINFO_BYTES;
	o->info.vmcoreinfo = malloc(len + 1);
	if (!o->info.vmcoreinfo) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	memcpy(o->info.vmcoreinfo, o->kdump_blob_pin_fn(attr.val.blob), len);
	o->kdump_blob_unpin_fn(attr.val.blob);
	o->info.vmcoreinfo[len] = '\0';
	o->info.vmcoreinfo_len = strlen(o->info.vmcoreinfo);
	return ZDM_OK;
}

static enum zdm_status read_info(struct other *o, char *err, size_t err_len)
{
	struct other_info *i = &o->info;
	kdump_attr_t attr;

	if (get(o, KDUMP_ATTR_XEN_TYPE, KDUMP_NUMBER, &attr) && attr.val.number != KDUMP_XEN_NONE) {
		snprintf(err, err_len, "dumps of Xen machines are not supported");
		return ZDM_UNSUPPORTED;
	}
	if (get(o, KDUMP_ATTR_ARCH_NAME, KDUMP_STRING, &attr))
		snprintf(i->machine, sizeof(i->machine), "%s", attr.val.string);
	snprintf(i->format, sizeof(i->format), "%s",
		 get(o, KDUMP_ATTR_FILE_FORMAT, KDUMP_STRING, &attr) ? attr.val.string : "dump");
	i->page_bytes = get(o, KDUMP_ATTR_PAGE_SIZE, KDUMP_NUMBER, &attr) && attr.val.number ?
			attr.val.number : 4096;
	return read_vmcoreinfo(o, err, err_len);
}

enum zdm_status other_open(struct input *in, struct other **ret, char *err, size_t err_len)
{
	struct other *o = calloc(1, sizeof(*o));
	enum zdm_status st;

	if (!o) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	st = load_library(o, err, err_len) ? open_ctx(o, in->fd, err, err_len) : ZDM_UNSUPPORTED;
	if (st == ZDM_OK)
		st = read_info(o, err, err_len);
	if (st != ZDM_OK) {
		other_close(o);
		return st;
	}
	*ret = o;
	return ZDM_OK;
}

void other_close(struct other *o)
{
	if (!o)
		return;
	/* kdump_free() of a context that failed to open may not return (0.5.1): leave it */
	if (o->open)
		o->kdump_free_fn(o->ctx);
	if (o->lib && (o->open || !o->ctx))
		dlclose(o->lib);
	free(o->info.vmcoreinfo);
	free(o);
}

const struct other_info *other_info(const struct other *o)
{
	return &o->info;
}

enum zdm_status other_read(struct other *o, uint64_t paddr, void *buf, size_t len, bool *damaged)
{
	size_t n = len;
	kdump_status st = o->kdump_read_fn(o->ctx, KDUMP_MACHPHYSADDR, paddr, buf, &n);

	*damaged = st != KDUMP_OK && st != KDUMP_ERR_NODATA;
	return st == KDUMP_OK && n == len ? ZDM_OK : ZDM_UNREADABLE;
}

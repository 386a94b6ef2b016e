// SPDX-License-Identifier: GPL-2.0-or-later
#include <defs.h>

#include <ctype.h>

#include "dumpfile/dumpfile.h"
#include "guard.h"
#include "reader_crash.h"

#define MAX_VMCOREINFO_BYTES (64 * 1024)
#define MAX_NAME 128
#define BTF_MAGIC 0xeb9f

struct read_req {
	ulonglong addr;
	int memtype;
	void *buf;
	long len;
	bool ok;
};

static void call_read(void *arg)
{
	struct read_req *q = arg;

	q->ok = readmem(q->addr, q->memtype, q->buf, q->len, "zdm", RETURN_ON_ERROR | QUIET);
}

static bool read_mem(ulonglong addr, int memtype, void *buf, size_t len)
{
	struct read_req q = { .addr = addr, .memtype = memtype, .buf = buf, .len = (long)len };

	return len <= LONG_MAX && !guard_interrupted() && guard_call(call_read, &q) && q.ok;
}

static bool all_zero(const char *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	const struct reader_crash *r = priv;

	if (!len)
		return ZDM_OK;
	if (guard_interrupted())
		return ZDM_UNREADABLE;
	if (r->file)
		return zdm_dump_ops(r->file)->read_phys_fn(r->file, paddr, buf, len);
	if (!read_mem(paddr, PHYSADDR, buf, len))
		return ZDM_UNREADABLE;
	/*
	 * With --zero_excluded, crash may have put a page of zeros into its cache
	 * for one that an incomplete dump lacks: there, zeros prove nothing.
	 */
	if (guard_zero_fill_wanted() && (pc->flags2 & INCOMPLETE_DUMP) && all_zero(buf, len))
		return ZDM_UNREADABLE;
	return ZDM_OK;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	const struct reader_crash *r = priv;
	char byte;

	if (r->file)
		return zdm_dump_ops(r->file)->present_fn(r->file, paddr, ret, end_paddr);
	*ret = read_mem(paddr, PHYSADDR, &byte, 1);
	*end_paddr = (paddr | (PAGESIZE() - 1)) + 1;
	return ZDM_OK;
}

struct name_req {
	char name[MAX_NAME];		/* crash's functions take them writable */
	char member[MAX_NAME];
	long value, size;
	bool ok, known;			/* known: the type is there, whatever of the member */
};

static bool name_init(struct name_req *q, const char *name, const char *member)
{
	memset(q, 0, sizeof(*q));
	return snprintf(q->name, MAX_NAME, "%s", name) < MAX_NAME &&
	       snprintf(q->member, MAX_NAME, "%s", member) < MAX_NAME && !guard_interrupted();
}

static void call_symbol(void *arg)
{
	struct name_req *q = arg;
	struct syment *sp = kernel_symbol_search(q->name);

	q->ok = sp != NULL;
	if (sp)
		q->value = (long)sp->value;
}

static enum zdm_status symbol(void *priv, const char *name, uint64_t *kaddr)
{
	struct name_req q;

	(void)priv;
	if (!name_init(&q, name, "") || !guard_call(call_symbol, &q) || !q.ok)
		return ZDM_ABSENT;
	*kaddr = (uint64_t)q.value;
	return ZDM_OK;
}

/*
 * A type that is not there costs crash's gdb 45 ms to not find, a type that is
 * there almost nothing (8.0.2, Linux 6.1). So those that only an old kernel
 * can have are not asked for in a newer one, and no answer is sought twice.
 */
static const struct {
	const char *type, *only_with;	/* a symbol */
} old_types[] = {
	{ "page_map", "pgmap_radix" },
	{ "radix_tree_root", "pgmap_radix" },
	{ "radix_tree_node", "pgmap_radix" },
};

static bool type_missing(const struct reader_crash *r, const char *type)
{
	uint64_t kaddr;
	size_t i;

	for (i = 0; i < sizeof(old_types) / sizeof(old_types[0]); i++) {
		if (!strcmp(old_types[i].type, type))
			return symbol(NULL, old_types[i].only_with, &kaddr) != ZDM_OK;
	}
	for (i = 0; i < r->nr_missing; i++) {
		if (!strcmp(r->missing[i], type))
			return true;
	}
	return false;
}

static void note_missing(struct reader_crash *r, const char *type)
{
	if (r->nr_missing < READER_CRASH_MISSING && strlen(type) < READER_CRASH_NAME &&
	    !guard_interrupted())
		strcpy(r->missing[r->nr_missing++], type);
}

static void call_size(void *arg)
{
	struct name_req *q = arg;

	q->size = STRUCT_SIZE(q->name);
}

static enum zdm_status size(void *priv, const char *type, uint64_t *bytes)
{
	struct reader_crash *r = priv;
	struct name_req q;

	if (type_missing(r, type) || !name_init(&q, type, "") || !guard_call(call_size, &q))
		return ZDM_ABSENT;
	if (q.size <= 0) {
		note_missing(r, type);
		return ZDM_ABSENT;
	}
	*bytes = (uint64_t)q.size;
	return ZDM_OK;
}

/* Offset and size in one question; MEMBER_OFFSET() and MEMBER_SIZE() are two. */
static void call_member(void *arg)
{
	struct name_req *q = arg;
	struct datatype_member dm;

	BZERO(&dm, sizeof(dm));
	q->value = datatype_info(q->name, q->member, &dm);
	q->known = dm.size > 0;
	q->size = dm.member_size;
}

static enum zdm_status member(void *priv, const char *type, const char *name,
			      struct zdm_member *ret)
{
	struct reader_crash *r = priv;
	struct name_req q;

	if (type_missing(r, type) || !name_init(&q, type, name) || !guard_call(call_member, &q))
		return ZDM_ABSENT;
	if (!q.known)
		note_missing(r, type);
	if (q.value < 0)
		return ZDM_ABSENT;
	ret->off_bytes = (uint64_t)q.value;
	ret->size_bytes = q.size > 0 ? (uint64_t)q.size : 0;
	return ZDM_OK;
}

static void call_enumerator(void *arg)
{
	struct name_req *q = arg;

	q->ok = enumerator_value(q->name, &q->value);
}

/* Facts that are no enumerators, but that VMCOREINFO gives as numbers and crash has found out. */
static bool own_number(const char *name, int64_t *ret)
{
#ifdef X86_64
	if (!strcmp(name, "phys_base"))
		*ret = (int64_t)machdep->machspec->phys_base;
	else if (!strcmp(name, "zdm_page_table_levels"))
		*ret = machdep->flags & VM_5LEVEL ? 5 : 4;
	else
		return false;
	return true;
#else
	(void)name;
	(void)ret;
	return false;
#endif
}

static enum zdm_status enumerator(void *priv, const char *name, int64_t *ret)
{
	const struct reader_crash *r = priv;
	struct name_req q;

	if (own_number(name, ret))
		return ZDM_OK;
	if (r->has_btf || !name_init(&q, name, "") || !guard_call(call_enumerator, &q) || !q.ok)
		return ZDM_ABSENT;
	*ret = q.value;
	return ZDM_OK;
}

/*
 * crash needs 15 to 90 ms to look one enumerator up, or to say that there is
 * none. The library reads all of them from the BTF in the dump in that time.
 */
static bool probe_btf(void)
{
	uint64_t kaddr;
	uint16_t magic;

	return symbol(NULL, "__start_BTF", &kaddr) == ZDM_OK &&
	       read_mem(kaddr, KVADDR, &magic, sizeof(magic)) && magic == BTF_MAGIC;
}

/* vmcoreinfo_data is a pointer to the text; before Linux 4.13 it was the text itself. */
static bool read_vmcoreinfo_at(struct reader_crash *r, uint64_t kaddr, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		return false;
	if (!read_mem(kaddr, KVADDR, text, len) || strncmp(text, "OSRELEASE=", 10)) {
		free(text);
		return false;
	}
	text[len] = '\0';
	r->vmcoreinfo = text;
	r->vmcoreinfo_len = strnlen(text, len);
	return true;
}

#define NOTE_HEAD_BYTES 24u	/* three words, and "VMCOREINFO" to a multiple of four */

/*
 * The ELF note that the kernel keeps of it, vmcoreinfo_note: a pointer since Linux 4.13, an array
 * before. When a kernel with a crash kernel loaded dies, vmcoreinfo_data is turned to a safe copy
 * in the memory of that, which no dump has; the note is written then (crash_save_vmcoreinfo(),
 * kernel/crash_core.c).
 */
static bool read_vmcoreinfo_note_at(struct reader_crash *r, uint64_t kaddr)
{
	uint32_t head[3];

	return read_mem(kaddr, KVADDR, head, sizeof(head)) && head[0] == sizeof("VMCOREINFO") &&
	       head[1] && head[1] <= MAX_VMCOREINFO_BYTES &&
	       read_vmcoreinfo_at(r, kaddr + NOTE_HEAD_BYTES, head[1]);
}

static void find_vmcoreinfo(struct reader_crash *r)
{
	uint64_t kaddr, ptr, bytes = 0;

	if (symbol(r, "vmcoreinfo_size", &kaddr) == ZDM_OK &&
	    read_mem(kaddr, KVADDR, &bytes, sizeof(ulong)) && bytes &&
	    bytes <= MAX_VMCOREINFO_BYTES && symbol(r, "vmcoreinfo_data", &kaddr) == ZDM_OK &&
	    ((read_mem(kaddr, KVADDR, &ptr, sizeof(ulong)) && read_vmcoreinfo_at(r, ptr, bytes)) ||
	     read_vmcoreinfo_at(r, kaddr, bytes)))
		return;
	if (symbol(r, "vmcoreinfo_note", &kaddr) == ZDM_OK &&
	    !(read_mem(kaddr, KVADDR, &ptr, sizeof(ulong)) && read_vmcoreinfo_note_at(r, ptr)))
		read_vmcoreinfo_note_at(r, kaddr);
}

static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	struct reader_crash *r = priv;

	if (r->file && zdm_dump_ops(r->file)->vmcoreinfo_fn(r->file, text, len) == ZDM_OK)
		return ZDM_OK;
	if (!r->vmcoreinfo_tried) {
		r->vmcoreinfo_tried = true;
		find_vmcoreinfo(r);
	}
	if (!r->vmcoreinfo)
		return ZDM_ABSENT;
	*text = r->vmcoreinfo;
	*len = r->vmcoreinfo_len;
	return ZDM_OK;
}

/* crash writes them in capitals, and one of them by another name than uname -m. */
static const char *machine_name(struct reader_crash *r)
{
	const char *name = pc->machine_type ? pc->machine_type : "unknown";
	size_t i;

	if (STREQ(name, "ARM64"))
		return "aarch64";
	for (i = 0; name[i] && i + 1 < sizeof(r->machine); i++)
		r->machine[i] = (char)tolower((unsigned char)name[i]);
	r->machine[i] = '\0';
	return r->machine;
}

/*
 * The file itself, by the reader that the command line and GDB have: crash reads
 * past the end of an ELF segment and hands out zeros for what a file lacks. NULL:
 * memory, a format that only crash reads, or a split set of which crash was
 * given files that do not lie together.
 */
static struct zdm_dump *open_file(void)
{
	struct zdm_dump *d = NULL;
	char err[256];

	if (!(NETDUMP_DUMPFILE() || KDUMP_DUMPFILE() || DISKDUMP_DUMPFILE()) || !pc->dumpfile ||
	    zdm_dump_open(pc->dumpfile, NULL, &d, err, sizeof(err)) != ZDM_OK)
		return NULL;
	if (zdm_dump_parts_missing(d)) {
		zdm_dump_close(d);
		return NULL;
	}
	return d;
}

void zdm_reader_crash_init(struct reader_crash *r, struct zdm_reader_ops *ops)
{
	memset(r, 0, sizeof(*r));
	r->file = open_file();
	r->has_btf = probe_btf();
	memset(ops, 0, sizeof(*ops));
	ops->size = sizeof(*ops);
	ops->api = ZDM_READER_API;
	ops->machine = machine_name(r);
	ops->read_phys_fn = read_phys;
	ops->present_fn = present;
	ops->symbol_fn = symbol;
	ops->size_fn = size;
	ops->member_fn = member;
	ops->enumerator_fn = enumerator;
	ops->vmcoreinfo_fn = vmcoreinfo;
}

void zdm_reader_crash_deinit(struct reader_crash *r)
{
	zdm_dump_close(r->file);
	free(r->vmcoreinfo);
	memset(r, 0, sizeof(*r));
}

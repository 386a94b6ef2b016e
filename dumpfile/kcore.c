// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "dumpfile/elfmap.h"
#include "dumpfile/kcore.h"
#include "dumpfile/limits.h"

#define LOCKDOWN_PATH "/sys/kernel/security/lockdown"
#define VMCOREINFO_PATH "/sys/kernel/vmcoreinfo"
#define NOTE_NAME "VMCOREINFO"

struct kcore {
	struct input in;
	struct elfmap *elf;		/* what is there, and the notes */
	char *vmcoreinfo;
	size_t vmcoreinfo_len;
	struct utsname uts;
};

bool kcore_probe(const char *path)
{
	char *real = realpath(path, NULL);
	const char *name = real ? strrchr(real, '/') : NULL;
	struct statfs fs;
	bool is = name && !strcmp(name, "/kcore") && !statfs(real, &fs) &&
		  fs.f_type == PROC_SUPER_MAGIC;

	free(real);
	return is;
}

/* Why a file that is there cannot be opened, or not be read. */
static void say_refused(int why, char *err, size_t err_len)
{
	char mode[128] = "";
	FILE *f = fopen(LOCKDOWN_PATH, "re");

	if (f) {
		if (!fgets(mode, sizeof(mode), f))
			mode[0] = '\0';
		fclose(f);
	}
	if (strstr(mode, "[confidentiality]"))
		snprintf(err, err_len, "the kernel is locked down (confidentiality) and shows its "
			 "memory to nobody; take a dump instead");
	else if (why == EPERM || why == EACCES)
		snprintf(err, err_len, "the running kernel shows its memory to root only "
			 "(CAP_SYS_RAWIO)");
	else
		snprintf(err, err_len, "%s", strerror(why));
}

/*
 * Direct map and kernel image have p_paddr; the others (vmalloc, modules, the
 * memmap) have all ones there, and elfmap leaves them out: Linux kernel commit
 * 464920104bf7 ("/proc/kcore: update physical address for kcore ram and text")
 * (in v4.11).
 */
enum zdm_status kcore_read(struct kcore *k, uint64_t paddr, void *buf, size_t len)
{
	return elfmap_read(k->elf, &k->in, paddr, buf, len);
}

enum zdm_status kcore_present(const struct kcore *k, uint64_t paddr, bool *present,
			      uint64_t *end_paddr)
{
	*present = elfmap_present(k->elf, &k->in, paddr, end_paddr);
	return ZDM_OK;
}

/* Kernels whose /proc/kcore has no such note tell where in memory it is. */
static bool vmcoreinfo_from_sysfs(struct kcore *k, char *note, size_t *len)
{
	FILE *f = fopen(VMCOREINFO_PATH, "re");
	uint64_t paddr, bytes, off = sizeof(Elf64_Nhdr) + ((sizeof(NOTE_NAME) + 3) & ~3u);
	Elf64_Nhdr n;
	bool ok;

	if (!f)
		return false;
	ok = fscanf(f, "%" SCNx64 " %" SCNx64, &paddr, &bytes) == 2 && bytes > off &&
	     bytes <= *len && kcore_read(k, paddr, note, bytes) == ZDM_OK;
	fclose(f);
	if (!ok)
		return false;
	memcpy(&n, note, sizeof(n));
	if (n.n_namesz != sizeof(NOTE_NAME) || n.n_descsz > bytes - off ||
	    memcmp(note + sizeof(n), NOTE_NAME, sizeof(NOTE_NAME)) != 0)
		return false;
	memmove(note, note + off, n.n_descsz);
	*len = n.n_descsz;
	return true;
}

/*
 * The note is in /proc/kcore since Linux kernel commit 23c85094fe18
 * ("proc/kcore: add vmcoreinfo note to /proc/kcore") (in v4.19).
 */
static enum zdm_status read_vmcoreinfo(struct kcore *k, char *err, size_t err_len)
{
	size_t len = DUMPFILE_MAX_VMCOREINFO_BYTES;
	const uint8_t *note = notes_find(&k->elf->notes, NOTE_NAME, 0, &len);
	char *text;

	if (note && len > DUMPFILE_MAX_VMCOREINFO_BYTES)
		len = DUMPFILE_MAX_VMCOREINFO_BYTES;
	text = malloc(note ? len + 1 : DUMPFILE_MAX_VMCOREINFO_BYTES + 1);
	if (!text) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	if (note) {
		memcpy(text, note, len);
	} else if (!vmcoreinfo_from_sysfs(k, text, &len)) {
		free(text);
		return ZDM_OK;	/* zdm_open() has its say */
	}
	k->vmcoreinfo_len = strnlen(text, len);
	text[k->vmcoreinfo_len] = '\0';
	k->vmcoreinfo = text;
	return ZDM_OK;
}

enum zdm_status kcore_vmcoreinfo(const struct kcore *k, const char **text, size_t *len)
{
	if (!k->vmcoreinfo)
		return ZDM_ABSENT;
	*text = k->vmcoreinfo;
	*len = k->vmcoreinfo_len;
	return ZDM_OK;
}

const char *kcore_machine(const struct kcore *k)
{
	return k->uts.machine;
}

static enum zdm_status open_file(struct kcore *k, const char *path, char *err, size_t err_len)
{
	char first;

	k->in.fd = open(path, O_RDONLY | O_CLOEXEC);
	k->in.bytes = k->in.file_bytes = UINT64_MAX;
	if (k->in.fd < 0) {
		say_refused(errno, err, err_len);
		return ZDM_UNREADABLE;
	}
	if (input_read(&k->in, &first, 1, 0) != ZDM_OK) {
		say_refused(k->in.failed, err, err_len);
		return ZDM_UNREADABLE;
	}
	return ZDM_OK;
}

enum zdm_status kcore_open(const char *path, struct kcore **ret, char *err, size_t err_len)
{
	struct kcore *k = calloc(1, sizeof(*k));
	enum zdm_status st;

	if (!k) {
		snprintf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	uname(&k->uts);
	st = open_file(k, path, err, err_len);
	if (st == ZDM_OK)
		st = elfmap_open(&k->in, &k->elf, err, err_len);
	if (st == ZDM_OK)
		st = read_vmcoreinfo(k, err, err_len);
	if (st != ZDM_OK) {
		kcore_close(k);
		return st;
	}
	*ret = k;
	return ZDM_OK;
}

void kcore_close(struct kcore *k)
{
	if (!k)
		return;
	elfmap_close(k->elf);
	free(k->vmcoreinfo);
	input_close(&k->in);
	free(k);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fileio.h"
#include "live.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define KALLSYMS_PATH "/proc/kallsyms"
#define NOTES_PATH "/sys/kernel/notes"
#define MAX_BTF_BYTES (256u << 20)

/* All of it, terminated, to be freed; these files do not know their size. */
static char *read_text(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f)
		return NULL;
	n = getdelim(&text, &room, '\0', f);
	*len = n > 0 ? (size_t)n : 0;
	fclose(f);
	return text;
}

static int read_kallsyms(struct live *l, const char *path, const char *machine, char *err,
			 size_t err_len)
{
	enum zdm_status st;
	size_t len = 0;
	char *text;

	errno = 0;
	text = read_text(path, &len);
	if (!text) {
		snprintf(err, err_len, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	st = zdm_source_kallsyms_open_mem(text, len, machine, &l->source[l->nr]);
	free(text);
	if (st == ZDM_OK) {
		l->nr++;
		return 0;
	}
	snprintf(err, err_len, st == ZDM_NOMEM ? "%s: out of memory" : st == ZDM_UNREADABLE ?
		 "%s shows no addresses: run as root (or lower kernel.kptr_restrict)" :
		 "%s does not list _stext", path);
	return -1;
}

static int read_btf(struct live *l, const char *path, char *err, size_t err_len)
{
	enum zdm_status st = ZDM_UNREADABLE;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat sb;
	void *data;

	if (fd < 0 || fstat(fd, &sb)) {
		snprintf(err, err_len, "cannot open %s: %s (a kernel without CONFIG_DEBUG_INFO_BTF "
			 "needs --vmlinux)", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (sb.st_size <= 0 || sb.st_size > MAX_BTF_BYTES) {
		snprintf(err, err_len, "%s is no BTF: it has %lld bytes", path,
			 (long long)sb.st_size);
		close(fd);
		return -1;
	}
	data = malloc((size_t)sb.st_size);
	snprintf(err, err_len, "cannot read %s", path);
	if (data && fileio_pread(fd, data, (size_t)sb.st_size, 0) == sb.st_size)
		st = zdm_source_btf_open_mem(data, (size_t)sb.st_size, &l->source[l->nr], err,
					     err_len);
	free(data);
	close(fd);
	l->nr += st == ZDM_OK;
	return st == ZDM_OK ? 0 : -1;
}

/* The GNU build-id; a layout without one is fine. */
static void read_build_id(struct live *l)
{
	uint8_t buf[4096];
	int fd = open(NOTES_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? fileio_pread(fd, buf, sizeof(buf), 0) : 0;
	size_t off = 0, i;
	Elf64_Nhdr n;

	if (fd >= 0)
		close(fd);
	while (len > 0 && (size_t)len - off >= sizeof(n)) {
		size_t desc;

		memcpy(&n, buf + off, sizeof(n));
		if (n.n_namesz > sizeof(buf) || n.n_descsz > sizeof(buf))
			return;
		desc = off + sizeof(n) + ((n.n_namesz + 3) & ~3u);
		if (desc + n.n_descsz > (size_t)len)
			return;
		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && n.n_descsz <= 20 &&
		    !memcmp(buf + off + sizeof(n), "GNU", 4)) {
			for (i = 0; i < n.n_descsz; i++)
				sprintf(l->build_id + 2 * i, "%02x", buf[desc + i]);
			return;
		}
		off = desc + ((n.n_descsz + 3) & ~3u);
		if (off > (size_t)len)
			return;
	}
}

int live_open(struct live *l, const char *kallsyms, const char *btf, char *err, size_t err_len)
{
	const bool own = !kallsyms && !btf;
	struct utsname uts;

	memset(l, 0, sizeof(*l));
	if (uname(&uts))
		memset(&uts, 0, sizeof(uts));
	if (read_kallsyms(l, kallsyms ? kallsyms : KALLSYMS_PATH, own ? uts.machine : NULL, err,
			  err_len) ||
	    read_btf(l, btf ? btf : BTF_PATH, err, err_len)) {
		live_close(l);
		return -1;
	}
	if (own) {
		snprintf(l->release, sizeof(l->release), "%.64s", uts.release);
		read_build_id(l);
	}
	return 0;
}

void live_close(struct live *l)
{
	while (l->nr)
		zdm_source_close(l->source[--l->nr]);
	memset(l, 0, sizeof(*l));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fileio.h"
#include "live.h"
#include "source/symbol_pick.h"

#define BTF_PATH "/sys/kernel/btf/vmlinux"
#define KALLSYMS_PATH "/proc/kallsyms"
#define NOTES_PATH "/sys/kernel/notes"
#define MAX_BTF_BYTES (256u << 20)

/* Every name that kdef asks for, and _stext, which tells the KASLR offset. */
static bool list_names(struct live *l)
{
	size_t id, room = 1;

	for (id = 0; id < ZDM_NR_KDEFS; id++)
		if (zdm_kdef_rows[id].kind == ZDM_KDEF_SYMBOL)
			room += 8;	/* alternatives; no row has so many */
	l->symbol = calloc(room, sizeof(*l->symbol));
	if (!l->symbol)
		return false;
	strcpy(l->symbol[l->nr++].name, "_stext");
	for (id = 0; id < ZDM_NR_KDEFS; id++) {
		const char *p = zdm_kdef_rows[id].names;

		if (zdm_kdef_rows[id].kind != ZDM_KDEF_SYMBOL)
			continue;
		while (p && *p && l->nr < room) {
			size_t n = strcspn(p, "|");

			if (n < sizeof(l->symbol->name))
				memcpy(l->symbol[l->nr++].name, p, n);
			p += n + (p[n] == '|');
		}
	}
	return true;
}

static struct live_symbol *find(struct live *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		if (!strcmp(l->symbol[i].name, name))
			return &l->symbol[i];
	return NULL;
}

/* "ffffffff81000000 T _stext", with a [module] behind where it is of one. */
static void take_line(struct live *l, const char *line)
{
	struct live_symbol *sym;
	char name[512], module[8] = "", type;
	uint64_t kaddr;

	if (sscanf(line, "%" SCNx64 " %c %511s %7s", &kaddr, &type, name, module) < 3 || module[0])
		return;
	l->data |= zdm_symbol_is_variable(type);
	/* Clang's LTO renames statics: pgmap_array.llvm.123 */
	if (strstr(name, ".llvm."))
		*strstr(name, ".llvm.") = '\0';
	sym = find(l, name);
	if (!sym)
		return;
	if (!sym->seen || sym->kaddr != kaddr)
		sym->seen++;
	sym->kaddr = kaddr;
}

/* machine: whose they are, NULL: not known, so the one that zdm takes then. */
static int read_kallsyms(struct live *l, const char *path, const char *machine, char *err,
			 size_t err_len)
{
	uint64_t linked = zdm_machine_stext(machine);
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	if (!f) {
		snprintf(err, err_len, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	while (getline(&line, &room, f) > 0)
		take_line(l, line);
	free(line);
	fclose(f);
	if (!l->symbol[0].kaddr) {
		snprintf(err, err_len, l->symbol[0].seen ? "%s shows no addresses: run as root (or "
			 "lower kernel.kptr_restrict)" : "%s does not list _stext", path);
		return -1;
	}
	if (linked)
		l->kaslr_offset = l->symbol[0].kaddr - linked;
	return 0;
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
		st = zdm_source_btf_open_mem(data, (size_t)sb.st_size, &l->types, err, err_len);
	free(data);
	close(fd);
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

static enum zdm_status live_symbol(void *self, const char *name, uint64_t *kaddr)
{
	struct live_symbol *sym = find(self, name);

	if (!sym || !sym->seen)
		return ZDM_ABSENT;
	if (sym->seen > 1)
		return ZDM_UNSUPPORTED;	/* statics of one name: no telling which */
	*kaddr = sym->kaddr;
	return ZDM_OK;
}

static const struct zdm_source_ops live_ops = { .symbol = live_symbol };

int live_open(struct live *l, const char *kallsyms, const char *btf, char *err, size_t err_len)
{
	const bool own = !kallsyms && !btf;
	struct utsname uts;

	memset(l, 0, sizeof(*l));
	if (uname(&uts))
		memset(&uts, 0, sizeof(uts));
	if (!list_names(l)) {
		snprintf(err, err_len, "out of memory");
		return -1;
	}
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
	l->symbols.ops = &live_ops;
	l->symbols.self = l;
	l->symbols.symbols = "kallsyms";
	l->symbols.complete_symbols = l->data;
	return 0;
}

void live_close(struct live *l)
{
	zdm_source_close(l->types);
	free(l->symbol);
	memset(l, 0, sizeof(*l));
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A vmlinux with its symbol table and DWARF; without DWARF, with .BTF.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>
#include <gelf.h>

#include "source/dwarf.h"
#include "source/name_index.h"
#include "source/priv.h"
#include "source/symbol_pick.h"

struct vmlinux {
	int fd;
	Elf *elf;
	Elf_Data *symbols;		/* .symtab, NULL: none */
	size_t nr_symbols;
	size_t names_section;		/* of its strings */
	struct zdm_index index;		/* entry: number of the symbol */
	struct zdm_dwarf *dwarf;	/* or: */
	struct zdm_source *btf;
};

static const char *symbol_get(const struct vmlinux *v, uint32_t i, GElf_Sym *sym)
{
	const char *name = NULL;

	if (gelf_getsym(v->symbols, i, sym))
		name = elf_strptr(v->elf, v->names_section, sym->st_name);
	return name ? name : "";
}

static enum zdm_symbol_rank rank_of(const GElf_Sym *sym)
{
	bool global = GELF_ST_BIND(sym->st_info) != STB_LOCAL;

	if (sym->st_shndx == SHN_UNDEF)
		return ZDM_SYMBOL_NONE;
	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_SECTION:
	case STT_FILE:
		return ZDM_SYMBOL_NONE;
	case STT_FUNC:
	case STT_GNU_IFUNC:
		return global ? ZDM_SYMBOL_GLOBAL_TEXT : ZDM_SYMBOL_LOCAL_TEXT;
	default:
		/* Symbols of the linker script, such as __start_BTF, have no type. */
		return global ? ZDM_SYMBOL_GLOBAL_DATA : ZDM_SYMBOL_LOCAL_DATA;
	}
}

static enum zdm_status vmlinux_symbol(void *self, const char *name, uint64_t *kaddr)
{
	const struct vmlinux *v = self;
	struct zdm_symbol_pick pick = { 0 };
	size_t len = strlen(name);
	uint32_t hash = zdm_index_hash(name, zdm_symbol_base_len(name, len)), i;

	if (!len)
		return ZDM_ABSENT;
	for (i = zdm_index_first(&v->index, hash); i != ZDM_INDEX_END;
	     i = zdm_index_next(&v->index, i)) {
		GElf_Sym sym;
		const char *have = symbol_get(v, i, &sym);
		bool exact = !strcmp(have, name);
		enum zdm_symbol_rank rank;

		if (!exact && (strncmp(have, name, len) ||
			       zdm_symbol_base_len(have, strlen(have)) != len))
			continue;
		rank = rank_of(&sym);
		if (rank)
			zdm_symbol_offer(&pick, rank, exact, sym.st_value);
	}
	return zdm_symbol_result(&pick, kaddr);
}

static enum zdm_status vmlinux_size(void *self, const char *type, uint64_t *bytes)
{
	const struct vmlinux *v = self;

	if (v->dwarf)
		return zdm_dwarf_size(v->dwarf, type, bytes);
	return v->btf ? v->btf->ops->size(v->btf->self, type, bytes) : ZDM_ABSENT;
}

static enum zdm_status vmlinux_member(void *self, const char *type, const char *member,
				      struct zdm_member *ret)
{
	const struct vmlinux *v = self;

	if (v->dwarf)
		return zdm_dwarf_member(v->dwarf, type, member, ret);
	return v->btf ? v->btf->ops->member(v->btf->self, type, member, ret) : ZDM_ABSENT;
}

static enum zdm_status vmlinux_enumerator(void *self, const char *name, int64_t *ret)
{
	const struct vmlinux *v = self;

	if (v->dwarf)
		return zdm_dwarf_enumerator(v->dwarf, name, ret);
	return v->btf ? v->btf->ops->enumerator(v->btf->self, name, ret) : ZDM_ABSENT;
}

static void vmlinux_expect(void *self, const struct zdm_names *names)
{
	const struct vmlinux *v = self;

	if (v->btf)
		v->btf->ops->expect(v->btf->self, names);
}

static void vmlinux_destroy(void *self)
{
	struct vmlinux *v = self;

	zdm_dwarf_close(v->dwarf);
	zdm_source_close(v->btf);
	zdm_index_deinit(&v->index);
	elf_end(v->elf);
	if (v->fd >= 0)
		close(v->fd);
	free(v);
}

static const struct zdm_source_ops vmlinux_source_ops = {
	.symbol = vmlinux_symbol,
	.size = vmlinux_size,
	.member = vmlinux_member,
	.enumerator = vmlinux_enumerator,
	.expect = vmlinux_expect,
	.destroy = vmlinux_destroy,
};

static enum zdm_status refuse(const char *path, const char *why, char *err, size_t err_len)
{
	zdm_errf(err, err_len, "%s %s", path, why);
	return ZDM_INVAL;
}

static enum zdm_status elf_open(struct vmlinux *v, const char *path, char *err, size_t err_len)
{
	GElf_Ehdr ehdr;

	v->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (v->fd < 0) {
		zdm_errf(err, err_len, "cannot open vmlinux %s: %s", path, strerror(errno));
		return errno == ENOENT ? ZDM_ABSENT : ZDM_UNREADABLE;
	}
	elf_version(EV_CURRENT);
	v->elf = elf_begin(v->fd, ELF_C_READ_MMAP, NULL);
	if (!v->elf || elf_kind(v->elf) != ELF_K_ELF || !gelf_getehdr(v->elf, &ehdr))
		return refuse(path, "is no ELF file (a compressed vmlinuz will not do)", err,
			      err_len);
	if (ehdr.e_type != ET_EXEC && ehdr.e_type != ET_DYN)
		return refuse(path, "is an ELF file, but no linked kernel", err, err_len);
	if (ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(path, "is not of a 64-bit little-endian kernel", err, err_len);
	return ZDM_OK;
}

/* The section of this type (or any) and name (or any). */
static Elf_Scn *section_find(Elf *elf, GElf_Word type, const char *name, GElf_Shdr *shdr)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		const char *have;

		if (!gelf_getshdr(scn, shdr) || (type && shdr->sh_type != type))
			continue;
		have = elf_strptr(elf, names, shdr->sh_name);
		if (!name || (have && !strcmp(have, name)))
			return scn;
	}
	return NULL;
}

static enum zdm_status symbols_open(struct vmlinux *v)
{
	GElf_Shdr shdr;
	Elf_Scn *scn = section_find(v->elf, SHT_SYMTAB, NULL, &shdr);
	enum zdm_status st;
	size_t i;

	if (scn)
		v->symbols = elf_getdata(scn, NULL);
	if (!v->symbols || !shdr.sh_entsize)
		return ZDM_OK;
	v->nr_symbols = v->symbols->d_size / gelf_fsize(v->elf, ELF_T_SYM, 1, EV_CURRENT);
	v->names_section = shdr.sh_link;
	if (v->nr_symbols > ZDM_INDEX_END / 4)
		return ZDM_CORRUPT;
	st = zdm_index_reserve(&v->index, v->nr_symbols);
	for (i = 0; i < v->nr_symbols && !st; i++) {
		GElf_Sym sym;
		const char *name = symbol_get(v, i, &sym);

		st = zdm_index_add(&v->index, zdm_index_hash(name, zdm_symbol_base_len(name,
								strlen(name))));
	}
	return st ? st : zdm_index_build(&v->index);
}

static enum zdm_status types_open(struct vmlinux *v)
{
	enum zdm_status st = zdm_dwarf_open(v->elf, &v->dwarf);
	Elf_Data *data = NULL;
	GElf_Shdr shdr;
	Elf_Scn *scn;

	if (st != ZDM_ABSENT)
		return st;
	scn = section_find(v->elf, SHT_PROGBITS, ".BTF", &shdr);
	if (scn)
		data = elf_rawdata(scn, NULL);
	if (!data || !data->d_buf)
		return ZDM_OK;
	/* Damaged BTF is none: the symbols may still help. */
	st = zdm_source_btf_open_mem(data->d_buf, data->d_size, &v->btf, NULL, 0);
	return st == ZDM_NOMEM ? st : ZDM_OK;
}

/* Bytes at a link address, as many as its section has; NULL: none in the file. */
static const char *bytes_at(Elf *elf, uint64_t kaddr, size_t *len)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while ((scn = elf_nextscn(elf, scn))) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != SHT_PROGBITS ||
		    kaddr < shdr.sh_addr || kaddr - shdr.sh_addr >= shdr.sh_size)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || kaddr - shdr.sh_addr >= data->d_size)
			return NULL;
		*len = data->d_size - (kaddr - shdr.sh_addr);
		return (const char *)data->d_buf + (kaddr - shdr.sh_addr);
	}
	return NULL;
}

/* "Linux version RELEASE (…" in the kernel's banner. */
static void release_find(struct vmlinux *v, struct zdm_source *src)
{
	static const char prefix[] = "Linux version ";
	const size_t prefix_len = sizeof(prefix) - 1;
	const char *banner, *end;
	uint64_t kaddr;
	size_t len;

	if (vmlinux_symbol(v, "linux_banner", &kaddr))
		return;
	banner = bytes_at(v->elf, kaddr, &len);
	if (!banner || len <= prefix_len || memcmp(banner, prefix, prefix_len))
		return;
	snprintf(src->banner, sizeof(src->banner), "%.*s",
		 (int)strnlen(banner, len < sizeof(src->banner) ? len : sizeof(src->banner)), banner);
	src->banner[strcspn(src->banner, "\n")] = '\0';
	banner += prefix_len;
	len -= prefix_len;
	end = memchr(banner, ' ', len < sizeof(src->release) ? len : sizeof(src->release));
	if (end)
		zdm_source_set_release(src, banner, end - banner);
}

static void build_id_find(struct vmlinux *v, struct zdm_source *src)
{
	char hex[sizeof(src->build_id)];
	const unsigned char *id;
	const void *note;
	ssize_t len = dwelf_elf_gnu_build_id(v->elf, &note), i;

	if (len <= 0 || (size_t)len * 2 >= sizeof(hex))
		return;
	for (i = 0, id = note; i < len; i++) {
		hex[2 * i] = "0123456789abcdef"[id[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[id[i] & 15];
	}
	zdm_source_set_build_id(src, hex, 2 * len);
}

static enum zdm_status vmlinux_open(struct vmlinux *v, const char *path, struct zdm_source **ret,
				    char *err, size_t err_len)
{
	enum zdm_status st = elf_open(v, path, err, err_len);

	if (st)
		return st;
	st = symbols_open(v);
	if (!st)
		st = types_open(v);
	if (st == ZDM_CORRUPT)
		return refuse(path, "is damaged", err, err_len);
	if (!st && !v->nr_symbols && !v->dwarf && !v->btf)
		return refuse(path, "has neither symbols nor debug information that can be read",
			      err, err_len);
	if (!st)
		st = zdm_source_create(&vmlinux_source_ops, v, ret);
	if (st)
		zdm_errf(err, err_len, "no memory to open vmlinux %s", path);
	return st;
}

enum zdm_status zdm_source_vmlinux_open(const char *path, struct zdm_source **ret, char *err,
					size_t err_len)
{
	struct vmlinux *v = calloc(1, sizeof(*v));
	enum zdm_status st;

	*ret = NULL;
	if (!v) {
		zdm_errf(err, err_len, "no memory to open vmlinux %s", path);
		return ZDM_NOMEM;
	}
	v->fd = -1;
	st = vmlinux_open(v, path, ret, err, err_len);
	if (st) {
		vmlinux_destroy(v);
		return st;
	}
	(*ret)->symbols = v->nr_symbols ? "vmlinux" : NULL;
	(*ret)->types = v->dwarf ? "dwarf" : v->btf ? "btf" : NULL;
	(*ret)->link_addresses = true;
	(*ret)->complete_types = v->dwarf || (v->btf && v->btf->complete_types);
	build_id_find(v, *ret);
	release_find(v, *ret);
	return ZDM_OK;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_reader.h"

static const Elf64_Phdr *headers(const struct elf_reader *r, size_t *nr)
{
	const Elf64_Ehdr *e = (const void *)r->map;

	*nr = e->e_phnum;
	return (const void *)(r->map + e->e_phoff);
}

static bool fits(const struct elf_reader *r, uint64_t off, uint64_t len)
{
	return off <= r->len && len <= r->len - off;
}

uint8_t *elf_reader_at(const struct elf_reader *r, uint64_t paddr, size_t *len)
{
	size_t nr, i;
	const Elf64_Phdr *ph = headers(r, &nr);

	for (i = 0; i < nr; i++) {
		uint64_t off = paddr - ph[i].p_paddr;

		if (ph[i].p_type != PT_LOAD || paddr < ph[i].p_paddr || off >= ph[i].p_filesz)
			continue;
		if (*len > ph[i].p_filesz - off)
			*len = ph[i].p_filesz - off;
		if (__builtin_add_overflow(off, ph[i].p_offset, &off) || !fits(r, off, *len))
			return NULL;
		return r->map + off;
	}
	return NULL;
}

/* Bytes from paddr on that a capsule has not got because they are zero. */
static size_t zeros_at(const struct elf_reader *r, uint64_t paddr, size_t len)
{
	size_t nr, i;
	const Elf64_Phdr *ph = headers(r, &nr);

	for (i = 0; i < nr && r->capsule; i++) {
		uint64_t off = paddr - ph[i].p_paddr;

		if (ph[i].p_type == PT_LOAD && !ph[i].p_filesz && paddr >= ph[i].p_paddr &&
		    off < ph[i].p_memsz)
			return len < ph[i].p_memsz - off ? len : ph[i].p_memsz - off;
	}
	return 0;
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct elf_reader *r = priv;
	uint8_t *p = buf;

	r->nr_reads++;
	while (len) {
		size_t n = len;
		const uint8_t *from = elf_reader_at(r, paddr, &n);

		if (from)
			memcpy(p, from, n);
		else if ((n = zeros_at(r, paddr, len)))
			memset(p, 0, n);
		else
			return ZDM_UNREADABLE;
		p += n;
		paddr += n;
		len -= n;
	}
	return ZDM_OK;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	const struct elf_reader *r = priv;
	size_t nr, i;
	const Elf64_Phdr *ph = headers(r, &nr);
	uint64_t next = UINT64_MAX;

	for (i = 0; i < nr; i++) {
		if (ph[i].p_type != PT_LOAD || !ph[i].p_filesz)
			continue;
		if (paddr >= ph[i].p_paddr && paddr - ph[i].p_paddr < ph[i].p_filesz) {
			*ret = true;
			*end_paddr = ph[i].p_paddr + ph[i].p_filesz;
			return ZDM_OK;
		}
		if (ph[i].p_paddr > paddr && ph[i].p_paddr < next)
			next = ph[i].p_paddr;
	}
	*ret = false;
	*end_paddr = next;
	return ZDM_OK;
}

static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	const struct elf_reader *r = priv;

	if (!r->vmcoreinfo)
		return ZDM_ABSENT;
	*text = r->vmcoreinfo;
	*len = r->vmcoreinfo_len;
	return ZDM_OK;
}

const struct zdm_reader_ops elf_reader_ops = {
	.size = sizeof(elf_reader_ops),
	.api = ZDM_READER_API,
	.machine = "x86_64",
	.read_phys_fn = read_phys,
	.present_fn = present,
	.vmcoreinfo_fn = vmcoreinfo,
};

struct zdm_reader_ops elf_reader_ops_of(const struct elf_reader *r)
{
	struct zdm_reader_ops ops = elf_reader_ops;

	if (((const Elf64_Ehdr *)r->map)->e_machine == EM_AARCH64)
		ops.machine = "aarch64";
	return ops;
}

static const char *note_in(const struct elf_reader *r, const Elf64_Phdr *ph, const char *name,
			   uint32_t type, size_t *len)
{
	uint64_t off = ph->p_offset, end = ph->p_offset + ph->p_filesz;

	while (off + sizeof(Elf64_Nhdr) <= end) {
		const Elf64_Nhdr *n = (const void *)(r->map + off);
		uint64_t desc = off + sizeof(*n) + (((uint64_t)n->n_namesz + 3) & ~3ull);

		if (desc > end || n->n_descsz > end - desc)
			return NULL;
		if (n->n_type == type && n->n_namesz == strlen(name) + 1 &&
		    !memcmp(n + 1, name, n->n_namesz)) {
			*len = n->n_descsz;
			return (const char *)r->map + desc;
		}
		off = desc + (((uint64_t)n->n_descsz + 3) & ~3ull);
	}
	return NULL;
}

const char *elf_reader_note(const struct elf_reader *r, const char *name, uint32_t type,
			    size_t *len)
{
	size_t nr, i;
	const Elf64_Phdr *ph = headers(r, &nr);
	const char *text = NULL;

	for (i = 0; i < nr && !text; i++)
		if (ph[i].p_type == PT_NOTE && fits(r, ph[i].p_offset, ph[i].p_filesz))
			text = note_in(r, &ph[i], name, type, len);
	return text;
}

static int open_mapped(struct elf_reader *r, const char *name, char *err, size_t err_len)
{
	const Elf64_Ehdr *e = (const void *)r->map;
	size_t len;

	if (r->len < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) ||
	    e->e_phentsize != sizeof(Elf64_Phdr) ||
	    !fits(r, e->e_phoff, (uint64_t)e->e_phnum * sizeof(Elf64_Phdr))) {
		snprintf(err, err_len, "%s is no ELF vmcore", name);
		elf_reader_close(r);
		return -1;
	}
	r->vmcoreinfo = elf_reader_note(r, "VMCOREINFO", 0, &r->vmcoreinfo_len);
	r->capsule = elf_reader_note(r, "ZDM", 1, &len) != NULL;
	return 0;
}

int elf_reader_open_mem(struct elf_reader *r, uint8_t *data, size_t len, char *err, size_t err_len)
{
	*r = (struct elf_reader){ .map = data, .len = len, .borrowed = true };
	return open_mapped(r, "this memory", err, err_len);
}

int elf_reader_open(struct elf_reader *r, const char *path, char *err, size_t err_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	memset(r, 0, sizeof(*r));
	if (fd < 0 || fstat(fd, &st) || st.st_size < (off_t)sizeof(Elf64_Ehdr)) {
		snprintf(err, err_len, "cannot open %s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	r->len = st.st_size;
	r->map = mmap(NULL, r->len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (r->map == MAP_FAILED) {
		r->map = NULL;
		snprintf(err, err_len, "cannot map %s", path);
		return -1;
	}
	return open_mapped(r, path, err, err_len);
}

void elf_reader_close(struct elf_reader *r)
{
	if (r->map && !r->borrowed)
		munmap(r->map, r->len);
	memset(r, 0, sizeof(*r));
}

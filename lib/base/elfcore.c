// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "base/elfcore.h"

static uint64_t phdrs_end(const struct zdm_elfcore *c)
{
	return sizeof(Elf64_Ehdr) + (c->nr_loads + 1) * sizeof(Elf64_Phdr);
}

/* Too many for e_phnum: the number stands in the first section header. */
static bool needs_xnum(const struct zdm_elfcore *c)
{
	return c->nr_loads + 1 >= PN_XNUM;
}

uint64_t zdm_elfcore_notes_off(const struct zdm_elfcore *c)
{
	return phdrs_end(c) + (needs_xnum(c) ? sizeof(Elf64_Shdr) : 0);
}

uint64_t zdm_elfcore_bytes(const struct zdm_elfcore *c)
{
	return zdm_elfcore_notes_off(c) + c->notes_bytes;
}

void zdm_elfcore_head(const struct zdm_elfcore *c, const Elf64_Phdr *load, void *buf)
{
	Elf64_Ehdr eh = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT, c->osabi },
		.e_type = ET_CORE, .e_machine = c->machine, .e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),		/* makedumpfile looks nowhere else */
		.e_flags = c->flags, .e_ehsize = sizeof(eh), .e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (Elf64_Half)(c->nr_loads + 1),
	};
	const Elf64_Shdr count = { .sh_info = (Elf64_Word)(c->nr_loads + 1), .sh_size = 1 };
	Elf64_Phdr ph = {
		.p_type = PT_NOTE, .p_offset = zdm_elfcore_notes_off(c),
		.p_filesz = c->notes_bytes, .p_memsz = c->notes_bytes,
		.p_align = c->notes_align,
	};
	uint8_t *to = buf;
	uint64_t i;

	if (needs_xnum(c)) {
		eh.e_phnum = PN_XNUM;
		eh.e_shoff = phdrs_end(c);
		eh.e_shentsize = sizeof(count);
		eh.e_shnum = 1;
		memcpy(to + phdrs_end(c), &count, sizeof(count));
	}
	memcpy(to, &eh, sizeof(eh));
	to += sizeof(eh);
	memcpy(to, &ph, sizeof(ph));
	for (i = 0; i < c->nr_loads; i++) {
		to += sizeof(ph);
		ph = load[i];
		ph.p_type = PT_LOAD;
		memcpy(to, &ph, sizeof(ph));
	}
}

static size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

size_t zdm_elfcore_note_bytes(const char *name, size_t len)
{
	return sizeof(Elf64_Nhdr) + align4(strlen(name) + 1) + align4(len);
}

void zdm_elfcore_note(const char *name, uint32_t type, const void *desc, size_t len, void *buf)
{
	const Elf64_Nhdr n = { (Elf64_Word)strlen(name) + 1, (Elf64_Word)len, type };
	uint8_t *to = buf;

	memset(to, 0, zdm_elfcore_note_bytes(name, len));
	memcpy(to, &n, sizeof(n));
	memcpy(to + sizeof(n), name, n.n_namesz);
	if (len)
		memcpy(to + sizeof(n) + align4(n.n_namesz), desc, len);
}

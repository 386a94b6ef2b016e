// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The least that any reader could do: pread() from an ELF dump the very pages
 * that zdm reads of it, as its capsule lists them.
 *   pread DUMP CAPSULE
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char page[1 << 16];

static Elf64_Phdr *phdrs(int fd, size_t *n)
{
	Elf64_Ehdr e;
	Elf64_Phdr *p;
	size_t bytes;

	if (fd < 0 || pread(fd, &e, sizeof(e), 0) != sizeof(e))
		return NULL;
	*n = e.e_phnum;
	bytes = *n * sizeof(*p);
	p = malloc(bytes);
	if (p && pread(fd, p, bytes, (off_t)e.e_phoff) != (ssize_t)bytes) {
		free(p);
		p = NULL;
	}
	return p;
}

static size_t read_run(int fd, const Elf64_Phdr *dump, size_t n, Elf64_Addr paddr, size_t len)
{
	size_t i, done = 0;

	for (i = 0; i < n; i++) {
		if (dump[i].p_type != PT_LOAD || paddr < dump[i].p_paddr ||
		    paddr + len > dump[i].p_paddr + dump[i].p_filesz)
			continue;
		while (done < len) {
			size_t want = len - done < sizeof(page) ? len - done : sizeof(page);
			off_t at = (off_t)(dump[i].p_offset + paddr - dump[i].p_paddr + done);
			ssize_t got = pread(fd, page, want, at);

			if (got <= 0)
				break;
			done += (size_t)got;
		}
		break;
	}
	return done;
}

int main(int argc, char **argv)
{
	size_t nd = 0, nc = 0, i, bytes = 0;
	Elf64_Phdr *dump, *capsule;
	int fd;

	if (argc != 3)
		return 2;
	fd = open(argv[1], O_RDONLY);
	dump = phdrs(fd, &nd);
	capsule = phdrs(open(argv[2], O_RDONLY), &nc);
	if (!dump || !capsule)
		return 2;
	for (i = 0; i < nc; i++) {
		if (capsule[i].p_type == PT_LOAD)
			bytes += read_run(fd, dump, nd, capsule[i].p_paddr, capsule[i].p_filesz);
	}
	printf("%zu bytes\n", bytes);
	return !bytes;
}

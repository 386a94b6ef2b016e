// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fileio.h"
#include "host.h"

static int open_core(const char *path)
{
	Elf64_Ehdr eh;
	struct stat st;
	int fd;

	/* opening a FIFO or a device could wait or do something */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fileio_pread(fd, &eh, sizeof(eh), 0) != (ssize_t)sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_type != ET_CORE) {
		close(fd);
		return -1;
	}
	return fd;
}

const char *host_find_dump(char **argv)
{
	int fd;

	for (argv++; *argv; argv++) {
		if ((*argv)[0] == '-')
			continue;
		fd = open_core(*argv);
		if (fd >= 0) {
			close(fd);
			return *argv;
		}
	}
	return NULL;
}

/* "31" or "1,31": bits that are in all of them. */
static int common_bits(const char *list)
{
	int bits = 31;
	char *end;
	long n;

	do {
		n = strtol(list, &end, 0);
		if (end == list || n < 0 || n > 31)
			return 0;	/* makedumpfile will complain */
		bits &= (int)n;
		list = end + 1;
	} while (*end == ',');
	return bits;
}

int host_dump_level(char **argv)
{
	/* makedumpfile's short options without and with an argument */
	static const char plain[] = "cDeEFfhlpRvXz", with_arg[] = "bgiLx";
	const char *name = strrchr(argv[0], '/'), *p;
	int level = 0;

	name = name ? name + 1 : argv[0];
	if (strncmp(name, "makedumpfile", strlen("makedumpfile")))
		return 0;
	for (argv++; *argv; argv++) {
		if (!strcmp(*argv, "--"))
			break;
		if ((*argv)[0] != '-' || (*argv)[1] == '-')
			continue;
		for (p = *argv + 1; *p && strchr(plain, *p); p++)
			;
		if (*p == 'd' && (p[1] || argv[1]))
			level = common_bits(p[1] ? p + 1 : *++argv);
		else if (*p && strchr(with_arg, *p) && !p[1] && argv[1])
			argv++;
	}
	return level;
}

/* The file execvp() would run. */
static bool find_program(const char *program, char *path, size_t len)
{
	const char *dir = getenv("PATH"), *end;

	if (strchr(program, '/')) {
		snprintf(path, len, "%s", program);
		return access(path, X_OK) == 0;
	}
	for (dir = dir ? dir : "/usr/bin:/bin"; ; dir = end + 1) {
		end = strchrnul(dir, ':');
		if (snprintf(path, len, "%.*s%s%s", (int)(end - dir), dir, end == dir ? "" : "/",
			     program) < (int)len && access(path, X_OK) == 0)
			return true;
		if (!*end)
			return false;
	}
}

/* The interpreter of a script, or NULL with nothing changed. */
static bool script_interpreter(char *head, char *path, size_t len)
{
	char *start, *end;

	if (head[0] != '#' || head[1] != '!')
		return false;
	start = head + 2 + strspn(head + 2, " \t");
	end = start + strcspn(start, " \t\n");
	*end = '\0';
	snprintf(path, len, "%s", start);
	return true;
}

/* The dynamic linker that the program names; false: it is statically linked. */
static bool find_linker(int fd, const Elf64_Ehdr *eh, char *path, size_t len)
{
	Elf64_Phdr ph;
	unsigned int i;

	for (i = 0; i < eh->e_phnum; i++) {
		if (fileio_pread(fd, &ph, sizeof(ph), eh->e_phoff + i * sizeof(ph)) !=
		    (ssize_t)sizeof(ph))
			return false;
		if (ph.p_type != PT_INTERP)
			continue;
		if (!ph.p_filesz || ph.p_filesz > len ||
		    fileio_pread(fd, path, ph.p_filesz, ph.p_offset) != (ssize_t)ph.p_filesz)
			return false;
		path[ph.p_filesz - 1] = '\0';
		return true;
	}
	return false;
}

static bool check_file(const char *path, struct host *h, char *err, size_t err_len, char *next,
		       size_t next_len)
{
	union {
		Elf64_Ehdr eh;
		char text[256];
	} head = { .text = "" };
	struct stat st;
	bool ok = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	next[0] = '\0';
	if (fd < 0 || fstat(fd, &st)) {
		snprintf(err, err_len, "cannot open %s: %s", path, strerror(errno));
	} else if ((st.st_mode & (S_ISUID | S_ISGID)) && geteuid() != st.st_uid) {
		snprintf(err, err_len, "%s is set-user-ID: no library can be preloaded into it",
			 path);
	} else if (fileio_pread(fd, &head, sizeof(head) - 1, 0) < (ssize_t)sizeof(head.eh)) {
		/* too short for a program: a short script */
		ok = script_interpreter(head.text, next, next_len);
	} else if (script_interpreter(head.text, next, next_len)) {
		ok = true;
	} else if (memcmp(head.eh.e_ident, ELFMAG, SELFMAG) ||
		   head.eh.e_ident[EI_CLASS] != ELFCLASS64) {
		snprintf(err, err_len, "%s is no 64-bit program: zdm's library cannot be "
			 "preloaded into it", path);
	} else if (!find_linker(fd, &head.eh, h->linker, sizeof(h->linker))) {
		snprintf(err, err_len, "%s is statically linked: no library can be preloaded into "
			 "it; use zdm carve, or the patched makedumpfile", path);
	} else {
		ok = true;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

bool host_check(const char *program, struct host *h, char *err, size_t err_len)
{
	char next[sizeof(h->program)], none[sizeof(h->program)];

	if (!find_program(program, h->program, sizeof(h->program))) {
		snprintf(err, err_len, "no such program");
		return false;
	}
	if (!check_file(h->program, h, err, err_len, next, sizeof(next)))
		return false;
	if (!next[0])
		return true;
	/* a script is as good as its interpreter */
	snprintf(h->program, sizeof(h->program), "%s", next);
	return check_file(h->program, h, err, err_len, none, sizeof(none));
}

/* "makedumpfile: version 1.7.2 (released on …" stands in the program as text. */
static bool version_of(const char *path, char *version, size_t len)
{
	static const char mark[] = "makedumpfile: version ";
	const char *at = NULL;
	struct stat st;
	void *map = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map != MAP_FAILED) {
		at = memmem(map, (size_t)st.st_size, mark, sizeof(mark) - 1);
		at = at ? at + sizeof(mark) - 1 : NULL;
		while (at && at + n < (char *)map + st.st_size && n + 1 < len &&
		       strchr("0123456789.", at[n]) && at[n])
			n++;
		snprintf(version, len, "%.*s", (int)n, at ? at : "");
		munmap(map, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	return n > 0;
}

/* Versions of makedumpfile and the first kernel they were seen not to know. */
static const struct {
	unsigned int version[3], kernel[2];
} newer_kernels[] = {
	{ { 1, 7, 2 }, { 7, 0 } },	/* and every one before; "The kernel version is not supported" */
};

bool host_kernel_is_newer(const char *program, const char *release, char *version, size_t len)
{
	unsigned int v[3] = { 0, 0, 0 }, k[2] = { 0, 0 };
	char path[4096];
	size_t i;

	if (!find_program(program, path, sizeof(path)) || !version_of(path, version, len) ||
	    sscanf(version, "%u.%u.%u", &v[0], &v[1], &v[2]) < 2 ||
	    sscanf(release, "%u.%u", &k[0], &k[1]) != 2)
		return false;
	for (i = 0; i < sizeof(newer_kernels) / sizeof(newer_kernels[0]); i++) {
		const unsigned int *r = newer_kernels[i].version, *n = newer_kernels[i].kernel;

		if ((v[0] * 1000 + v[1]) * 1000 + v[2] <= (r[0] * 1000 + r[1]) * 1000 + r[2] &&
		    k[0] * 1000 + k[1] >= n[0] * 1000 + n[1])
			return true;
	}
	return false;
}

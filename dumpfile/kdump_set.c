// SPDX-License-Identifier: LGPL-2.1-or-later
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dumpfile/kdump_set.h"

/* In the header: signature, version and utsname; block size to max_mapnr. */
#define NAMES_END 402
#define SIZES_START 428
#define SIZES_END 444

static bool same_dump(const struct kdump_info *a, const struct kdump_info *b)
{
	/* VMCOREINFO has the time of the crash */
	return b->is_part && !memcmp(a->head, b->head, NAMES_END) &&
	       !memcmp(a->head + SIZES_START, b->head + SIZES_START, SIZES_END - SIZES_START) &&
	       a->max_pfn == b->max_pfn && a->vmcoreinfo_len == b->vmcoreinfo_len &&
	       a->notes.bytes == b->notes.bytes &&
	       (!a->vmcoreinfo_len || !memcmp(a->vmcoreinfo, b->vmcoreinfo, a->vmcoreinfo_len)) &&
	       (!a->notes.bytes || !memcmp(a->notes.v, b->notes.v, a->notes.bytes));
}

/* Put it where its PFNs belong; false: they are there already. */
static bool add_part(struct kdump_set *s, struct kdump *k)
{
	const struct kdump_info *info = kdump_file_info(k);
	size_t i;

	if (s->nr == DUMPFILE_MAX_PARTS || info->start_pfn >= info->end_pfn)
		return false;
	for (i = s->nr; i && kdump_file_info(s->part[i - 1])->start_pfn > info->start_pfn; i--)
		;
	if ((i && kdump_file_info(s->part[i - 1])->end_pfn > info->start_pfn) ||
	    (i < s->nr && kdump_file_info(s->part[i])->start_pfn < info->end_pfn))
		return false;
	memmove(&s->part[i + 1], &s->part[i], (s->nr - i) * sizeof(s->part[0]));
	s->part[i] = k;
	s->nr++;
	return true;
}

static void try_file(struct kdump_set *s, const char *path)
{
	char err[256];
	struct kdump *k = NULL;
	struct input in;

	if (input_open(&in, path, err, sizeof(err)) != ZDM_OK)
		return;
	if (!kdump_file_probe(&in) || kdump_file_open(&in, &k, err, sizeof(err)) != ZDM_OK) {
		input_close(&in);
		return;
	}
	if (!same_dump(kdump_set_info(s), kdump_file_info(k)) || !add_part(s, k))
		kdump_file_close(k);
}

/* A regular file that begins as one of ours: cheap, for there may be many files. */
static bool looks_alike(const struct kdump_set *s, int dir_fd, const char *name)
{
	uint8_t head[NAMES_END];
	struct stat sb;
	bool alike = false;
	int fd;

	if (fstatat(dir_fd, name, &sb, 0) || !S_ISREG(sb.st_mode))
		return false;
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		alike = pread(fd, head, sizeof(head), 0) == sizeof(head) &&
			!memcmp(head, kdump_set_info(s)->head, sizeof(head));
		close(fd);
	}
	return alike;
}

static void look_beside(struct kdump_set *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir_path = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
	DIR *dir = dir_path ? opendir(dir_path) : NULL;
	unsigned int left = DUMPFILE_MAX_ENTRIES;
	struct dirent *e;

	while (dir && left-- && (e = readdir(dir))) {
		char *name;

		if (!looks_alike(s, dirfd(dir), e->d_name) ||
		    asprintf(&name, "%s%s", dir_path, e->d_name) < 0)
			continue;
		try_file(s, name);
		free(name);
	}
	if (dir)
		closedir(dir);
	free(dir_path);
}

void kdump_set_open(struct kdump_set *s, struct kdump *one, const char *path)
{
	s->part[0] = one;
	s->nr = 1;
	if (kdump_file_info(one)->is_part)
		look_beside(s, path);
}

void kdump_set_close(struct kdump_set *s)
{
	while (s->nr)
		kdump_file_close(s->part[--s->nr]);
}

const struct kdump_info *kdump_set_info(const struct kdump_set *s)
{
	return kdump_file_info(s->part[0]);
}

/* The file that would hold the page; NULL with the start of the next file's pages. */
static struct kdump *part_of(const struct kdump_set *s, uint64_t pfn, uint64_t *next_pfn)
{
	size_t i;

	if (!kdump_set_info(s)->is_part)
		return s->part[0];
	*next_pfn = UINT64_MAX;
	for (i = 0; i < s->nr; i++) {
		const struct kdump_info *info = kdump_file_info(s->part[i]);

		if (pfn >= info->start_pfn && pfn < info->end_pfn)
			return s->part[i];
		if (info->start_pfn > pfn) {
			*next_pfn = info->start_pfn;
			break;
		}
	}
	return NULL;
}

enum zdm_status kdump_set_read(struct kdump_set *s, uint64_t paddr, void *buf, size_t len)
{
	uint64_t page_bytes = kdump_set_info(s)->page_bytes, next;
	uint8_t *out = buf;

	while (len) {
		struct kdump *k = part_of(s, paddr / page_bytes, &next);
		uint32_t off = (uint32_t)(paddr % page_bytes);
		size_t n = page_bytes - off < len ? (size_t)(page_bytes - off) : len;
		enum zdm_status st = k ? kdump_file_read(k, paddr / page_bytes, off, out, n) :
				     ZDM_UNREADABLE;

		if (st != ZDM_OK)
			return st;
		paddr += n;
		out += n;
		len -= n;
	}
	return ZDM_OK;
}

enum zdm_status kdump_set_present(struct kdump_set *s, uint64_t paddr, bool *present,
				  uint64_t *end_paddr)
{
	uint64_t page_bytes = kdump_set_info(s)->page_bytes, pfn = paddr / page_bytes, end;
	struct kdump *k = part_of(s, pfn, &end);
	enum zdm_status st = ZDM_OK;

	*present = false;
	if (k)
		st = kdump_file_present(k, pfn, present, &end);
	if (k && kdump_file_info(k)->is_part && end > kdump_file_info(k)->end_pfn)
		end = kdump_file_info(k)->end_pfn;
	*end_paddr = end > UINT64_MAX / page_bytes ? UINT64_MAX : end * page_bytes;
	return st;
}

bool kdump_set_missing(const struct kdump_set *s, uint64_t *start_pfn, uint64_t *end_pfn)
{
	uint64_t pfn = 0;
	size_t i;

	if (!kdump_set_info(s)->is_part)
		return false;
	for (i = 0; i < s->nr && kdump_file_info(s->part[i])->start_pfn <= pfn; i++)
		pfn = kdump_file_info(s->part[i])->end_pfn;
	*start_pfn = pfn;
	*end_pfn = i < s->nr ? kdump_file_info(s->part[i])->start_pfn : kdump_set_info(s)->max_pfn;
	return *start_pfn < *end_pfn;
}

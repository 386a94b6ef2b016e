// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zdm/carve.h>

#include "altmap.h"
#include "fileio.h"

#define DEV_MEM "/dev/mem"

static bool add_source(struct altmap *a, const char *path, size_t len, uint64_t base_paddr,
		       char *err, size_t err_len)
{
	struct altmap_source *s = &a->source[a->nr_sources];
	off_t end;

	if (a->nr_sources == ALTMAP_MAX_SOURCES) {
		snprintf(err, err_len, "more than %d files to read altmaps from",
			 ALTMAP_MAX_SOURCES);
		return false;
	}
	s->path = strndup(path, len);
	if (!s->path) {
		snprintf(err, err_len, "out of memory");
		return false;
	}
	a->nr_sources++;
	s->base_paddr = base_paddr;
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		snprintf(err, err_len, "cannot open %s for the altmaps: %s", s->path,
			 strerror(errno));
		return false;
	}
	s->map_only = !strcmp(s->path, DEV_MEM);
	end = s->map_only ? -1 : lseek(s->fd, 0, SEEK_END);
	s->bytes = end > 0 ? (uint64_t)end : UINT64_MAX;
	return true;
}

bool altmap_open(struct altmap *a, const char *from, char *err, size_t err_len)
{
	const char *at, *end;
	char number[32];
	uint64_t paddr;

	if (!from)
		return add_source(a, DEV_MEM, strlen(DEV_MEM), 0, err, err_len);
	for (; *from; from = *end ? end + 1 : end) {
		end = strchrnul(from, ',');
		at = memrchr(from, '@', (size_t)(end - from));
		if (!at || at == from || (size_t)(end - at) > sizeof(number)) {
			snprintf(err, err_len, "'%s' is not FILE@PADDR", from);
			return false;
		}
		memcpy(number, at + 1, (size_t)(end - at - 1));
		number[end - at - 1] = '\0';
		if (!cli_parse_u64(number, &paddr)) {
			snprintf(err, err_len, "'%s' is no physical address", number);
			return false;
		}
		if (!add_source(a, from, (size_t)(at - from), paddr, err, err_len))
			return false;
	}
	return true;
}

void altmap_close(struct altmap *a)
{
	size_t i;

	for (i = 0; i < a->nr_sources; i++) {
		if (a->source[i].fd >= 0)
			close(a->source[i].fd);
		free(a->source[i].path);
	}
	free(a->runs);
	memset(a, 0, sizeof(*a));
}

const struct altmap_source *altmap_source(const struct altmap *a, uint64_t paddr, uint64_t len,
					  uint64_t *off)
{
	const struct altmap_source *s;
	size_t i;

	for (i = 0; i < a->nr_sources; i++) {
		s = &a->source[i];
		if (paddr >= s->base_paddr && paddr - s->base_paddr <= s->bytes &&
		    len <= s->bytes - (paddr - s->base_paddr)) {
			*off = paddr - s->base_paddr;
			return s;
		}
	}
	return NULL;
}

static enum zdm_status read_mapped(int fd, uint64_t off, void *buf, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), skip = (size_t)(off % page);
	void *p = mmap(NULL, skip + len, PROT_READ, MAP_SHARED, fd, (off_t)(off - skip));

	if (p == MAP_FAILED)
		return ZDM_UNREADABLE;
	memcpy(buf, (char *)p + skip, len);
	munmap(p, skip + len);
	return ZDM_OK;
}

enum zdm_status altmap_read(const struct altmap *a, uint64_t paddr, void *buf, size_t len)
{
	const struct altmap_source *s;
	uint64_t off = 0;

	s = altmap_source(a, paddr, len, &off);
	if (!s)
		return ZDM_ABSENT;
	if (s->map_only)
		return read_mapped(s->fd, off, buf, len);
	return fileio_pread(s->fd, buf, len, off) == (ssize_t)len ? ZDM_OK : ZDM_UNREADABLE;
}

/*
 * For each pgmap, a range whose struct pages are stored in its altmap. None: the
 * memmap of a section that is shared or populated in part is in RAM, and
 * nothing is missing from the dump. NULL: out of memory.
 */
static const struct zdm_range **find_users(const struct zdm_model *m)
{
	const struct zdm_pgmap *pgmaps;
	const struct zdm_range *r, **user;
	size_t nr = zdm_model_ranges(m, &r), nr_pgmaps = zdm_model_pgmaps(m, &pgmaps);

	user = calloc(nr_pgmaps + 1, sizeof(*user));
	for (; user && nr; nr--, r++)
		if (r->pgmap >= 0 && (size_t)r->pgmap < nr_pgmaps && !user[r->pgmap] &&
		    r->memmap == ZDM_MEMMAP_ALTMAP &&
		    (r->cls == ZDM_CLASS_ALTMAP || r->cls == ZDM_CLASS_DEVICE))
			user[r->pgmap] = r;
	return user;
}

/*
 * Does the source hold what the model says? The struct page of a page that
 * stores a memmap has a list that points to itself; that of a device page
 * names its pgmap, or is the tail of a compound page.
 */
static bool looks_right(const struct altmap *a, const struct zdm_range *user,
			struct zdm_session *s, const struct zdm_model *m)
{
	uint64_t paddr, word[2], list = zdm_page_kaddr(zdm_model_kernel(m), user->start_pfn) + 8;
	const struct zdm_pgmap *pgmaps;

	if (zdm_carve_page_paddr(s, m, user->start_pfn, &paddr) != ZDM_OK ||
	    altmap_read(a, paddr + 8, word, sizeof(word)) != ZDM_OK)
		return false;
	if (user->cls == ZDM_CLASS_ALTMAP)
		return word[0] == list && word[1] == list;
	zdm_model_pgmaps(m, &pgmaps);
	return word[0] == pgmaps[user->pgmap].kaddr || (word[0] & 1);
}

static bool readable(const struct altmap *a, const struct zdm_cli *cli,
		     const struct zdm_range *r)
{
	uint64_t start = r->start_pfn * a->page_bytes, end = r->end_pfn * a->page_bytes, off;
	const struct altmap_source *s = altmap_source(a, start, end - start, &off);
	unsigned char probe[64];

	if (!s) {
		cli_warn(cli, "altmap at physical %016" PRIx64 ": no source reaches it, it is left "
			 "out; name one with --altmap-from FILE@PADDR", start);
		return false;
	}
	errno = 0;
	if (altmap_read(a, start, probe, sizeof(probe)) != ZDM_OK ||
	    altmap_read(a, end - sizeof(probe), probe, sizeof(probe)) != ZDM_OK) {
		cli_warn(cli, "altmap at physical %016" PRIx64 ": cannot read %s: %s%s; it is left "
			 "out", start, s->path, errno ? strerror(errno) : "ends early",
			 errno == EPERM && s->map_only ?
			 " (kernel lockdown, or a driver is bound to the region)" : "");
		return false;
	}
	return true;
}

void altmap_find(struct altmap *a, const struct zdm_cli *cli, struct zdm_session *s,
		 const struct zdm_model *m, const struct zdm_reader_ops *ops, void *priv)
{
	const struct zdm_range *ranges;
	size_t nr = zdm_model_ranges(m, &ranges), i, found = 0;
	struct zdm_pfn_range *runs = calloc(nr + 1, sizeof(*runs));
	const struct zdm_range **users = find_users(m);

	a->page_bytes = zdm_model_kernel(m)->page_size;
	if (!runs || !users)
		cli_warn(cli, "out of memory: the altmaps are left out");
	for (i = 0; runs && users && i < nr; i++) {
		const struct zdm_range *r = &ranges[i];
		uint64_t start = r->start_pfn * a->page_bytes, end_paddr;
		const struct zdm_range *user;
		bool present;

		if (r->cls != ZDM_CLASS_ALTMAP)
			continue;
		if (ops->present_fn && ops->present_fn(priv, start, &present, &end_paddr) ==
		    ZDM_OK && present && end_paddr >= r->end_pfn * a->page_bytes)
			continue;	/* the dump has it */
		user = r->pgmap >= 0 ? users[r->pgmap] : NULL;
		if (!user || !readable(a, cli, r))
			continue;
		if (looks_right(a, user, s, m))
			runs[found++] = (struct zdm_pfn_range){ r->start_pfn, r->end_pfn };
		else
			cli_warn(cli, "altmap at physical %016" PRIx64 ": the source holds "
				 "something else there, it is left out", start);
	}
	free(users);
	a->runs = runs;
	a->nr_runs = found;
}

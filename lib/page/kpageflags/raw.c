// SPDX-License-Identifier: LGPL-2.1-or-later
/* A snapshot of /proc/kpageflags, for the kernel's own page-types -F. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "page/kpageflags/kpageflags.h"
#include "base/text.h"

#define CHUNK_PAGES 8192u

/* What the kernel shows of a page; not known and not there look alike to its tool. */
static uint64_t shown(struct zdm_kpageflags *v, uint64_t pfn)
{
	struct zdm_kpageflags_page p;

	if (!zdm_kpageflags_online(v, pfn))
		return 1ull << ZDM_KPF_NOPAGE;
	zdm_kpageflags_get(v, pfn, &p);
	return p.status == ZDM_OK ? p.flags : 1ull << ZDM_KPF_NOPAGE;
}

static bool write_pages(struct zdm_kpageflags *v, FILE *f, bool (*stop_fn)(void *priv), void *priv,
			bool *stopped)
{
	uint64_t end = zdm_kpageflags_end_pfn(v), pfn, value;

	for (pfn = 0; pfn < end; pfn++) {
		if (!(pfn % CHUNK_PAGES) && stop_fn && stop_fn(priv)) {
			*stopped = true;
			return false;
		}
		value = shown(v, pfn);
		if (fwrite(&value, sizeof(value), 1, f) != 1)
			return false;
	}
	return true;
}

enum zdm_status zdm_kpageflags_save(struct zdm_kpageflags *v, const char *path,
				    bool (*stop_fn)(void *priv), void *priv, char *err,
				    size_t err_len)
{
	size_t len = strlen(path) + sizeof(".XXXXXX");
	char *temp = malloc(len);
	bool stopped = false, ok;
	FILE *f = NULL;
	int fd = -1;

	if (!temp) {
		zdm_errf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	snprintf(temp, len, "%s.XXXXXX", path);
	fd = mkstemp(temp);
	if (fd >= 0)
		f = fdopen(fd, "w");
	ok = f && write_pages(v, f, stop_fn, priv, &stopped);
	if (f)
		ok = !fclose(f) && ok;
	else if (fd >= 0)
		close(fd);
	ok = ok && !rename(temp, path);
	if (!ok) {
		zdm_errf(err, err_len, "cannot write %s: %s", path,
			 stopped ? "interrupted" : strerror(errno));
		if (fd >= 0)
			unlink(temp);
	}
	free(temp);
	return ok ? ZDM_OK : stopped ? ZDM_STOPPED : ZDM_IO;
}

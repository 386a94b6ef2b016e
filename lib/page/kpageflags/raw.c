// SPDX-License-Identifier: LGPL-2.1-or-later
/* A snapshot of /proc/kpageflags, for the kernel's own page-types -F. */
#include <errno.h>
#include <fcntl.h>
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

enum zdm_status zdm_kpageflags_write(struct zdm_kpageflags *v, const struct zdm_sink *out,
				     bool (*stop_fn)(void *priv), void *priv)
{
	uint64_t end = zdm_kpageflags_end_pfn(v), pfn, value;

	for (pfn = 0; pfn < end; pfn++) {
		if (!(pfn % CHUNK_PAGES) && stop_fn && stop_fn(priv))
			return ZDM_STOPPED;
		value = shown(v, pfn);
		if (!out->emit_fn(out->priv, (const char *)&value, sizeof(value)))
			return ZDM_IO;
	}
	return ZDM_OK;
}

static bool emit_stream(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

/* Write temp, a name that is made here. */
static enum zdm_status write_temp(struct zdm_kpageflags *v, char *temp,
				  bool (*stop_fn)(void *priv), void *priv)
{
	int fd = mkstemp(temp);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	const struct zdm_sink out = { .emit_fn = emit_stream, .priv = f };
	enum zdm_status st = f ? zdm_kpageflags_write(v, &out, stop_fn, priv) : ZDM_IO;

	if (f && fclose(f) && st == ZDM_OK)
		st = ZDM_IO;
	if (!f && fd >= 0)
		close(fd);
	if (st != ZDM_OK && fd >= 0)
		unlink(temp);
	return st;
}

enum zdm_status zdm_kpageflags_save(struct zdm_kpageflags *v, const char *path,
				    bool (*stop_fn)(void *priv), void *priv, char *err,
				    size_t err_len)
{
	size_t len = strlen(path) + sizeof(".XXXXXX");
	char *temp = malloc(len);
	enum zdm_status st;
	int fd;

	if (!temp) {
		zdm_errf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	/* the name is ours from here on, whoever comes meanwhile */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		zdm_errf(err, err_len, errno == EEXIST ? "%s exists: it is not overwritten" :
			 "cannot write %s: %s", path, strerror(errno));
		free(temp);
		return ZDM_IO;
	}
	close(fd);
	snprintf(temp, len, "%s.XXXXXX", path);
	st = write_temp(v, temp, stop_fn, priv);
	if (st == ZDM_OK && rename(temp, path)) {
		st = ZDM_IO;
		unlink(temp);
	}
	if (st != ZDM_OK) {
		zdm_errf(err, err_len, "cannot write %s: %s", path,
			 st == ZDM_STOPPED ? "interrupted" : strerror(errno));
		unlink(path);
	}
	free(temp);
	return st;
}

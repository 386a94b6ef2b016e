// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <dlfcn.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debugfile.h"

#define DEBUG_DIR "/usr/lib/debug"

/* Releases as `uname -r` has them, the first row that fits; %s is the release. */
static const struct {
	const char *pattern, *package, *of;
} packages[] = {
	{ "*.el[0-9]*uek*", "kernel-uek-debuginfo-%s", "Oracle Linux" },
	{ "*.el[0-9]*+rt*", "kernel-rt-debuginfo-%s", "RHEL and those built of it" },
	{ "*.el[0-9]*", "kernel-debuginfo-%s", "RHEL and those built of it" },
	{ "*.amzn[0-9]*", "kernel-debuginfo-%s", "Amazon Linux" },
	{ "*.fc[0-9]*", "kernel-debuginfo-%s", "Fedora" },
	{ "*-azure*", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-generic", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-lowlatency", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-aws", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-gcp", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-oracle", "linux-image-unsigned-%s-dbgsym", "Ubuntu, from its ddebs archive" },
	{ "*-default", "kernel-default-debuginfo", "SLES and openSUSE" },
	{ "*[0-9]-amd64", "linux-image-%s-dbg", "Debian" },
	{ "*[0-9]-cloud-amd64", "linux-image-%s-dbg", "Debian" },
	{ "*[0-9]-rt-amd64", "linux-image-%s-dbg", "Debian" },
	{ "*+deb[0-9]*-amd64", "linux-image-%s-dbg", "Debian" },
};

bool debug_package(const char *release, char *buf, size_t len)
{
	char name[128];
	size_t i;

	for (i = 0; release[0] && i < sizeof(packages) / sizeof(packages[0]); i++) {
		const char *package = packages[i].package, *hole = strstr(package, "%s");

		if (fnmatch(packages[i].pattern, release, 0))
			continue;
		snprintf(name, sizeof(name), "%.*s%s%s", (int)(hole ? hole - package : 99), package,
			 hole ? release : "", hole ? hole + 2 : "");
		snprintf(buf, len, "package %s (%s)", name, packages[i].of);
		return true;
	}
	return false;
}

/* The value of a line, if it is a plain word that is safe in a path. */
static void take(const char *line, size_t n, const char *key, char *ret, size_t len)
{
	size_t k = strlen(key), i;

	if (n <= k || strncmp(line, key, k) || n - k >= len)
		return;
	for (i = k; i < n; i++) {
		if (!isalnum((unsigned char)line[i]) && !strchr("._+~-", line[i]))
			return;
	}
	if (line[k] == '.')
		return;
	snprintf(ret, len, "%.*s", (int)(n - k), line + k);
}

void debug_kernel_parse(const char *vmcoreinfo, size_t len, struct debug_kernel *ret)
{
	const char *p = vmcoreinfo, *end = vmcoreinfo + len, *eol;

	memset(ret, 0, sizeof(*ret));
	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (!eol)
			eol = end;
		take(p, (size_t)(eol - p), "OSRELEASE=", ret->release, sizeof(ret->release));
		take(p, (size_t)(eol - p), "BUILD-ID=", ret->build_id, sizeof(ret->build_id));
		ret->has_kallsyms |= eol - p > 23 && !strncmp(p, "SYMBOL(kallsyms_names)=", 23);
	}
}

/* libdebuginfod is opened where it is, so that nobody needs it who does not use it. */
static bool ask_debuginfod(const char *build_id, char *path, size_t len)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	int (*find)(void *client, const unsigned char *id, int id_len, char **path);
	void *lib, *client, *(*begin)(void);
	void (*end)(void *client);
	char *found = NULL;
	int fd = -1;

	lib = urls && *urls && build_id[0] ? dlopen("libdebuginfod.so.1", RTLD_NOW) : NULL;
	if (!lib)
		return false;
	*(void **)&begin = dlsym(lib, "debuginfod_begin");
	*(void **)&find = dlsym(lib, "debuginfod_find_debuginfo");
	*(void **)&end = dlsym(lib, "debuginfod_end");
	client = begin && find && end ? begin() : NULL;
	if (client) {
		/* a length of 0: the id is text */
		fd = find(client, (const unsigned char *)build_id, 0, &found);
		end(client);
	}
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && found)
		snprintf(path, len, "%s", found);
	free(found);
	dlclose(lib);
	return fd >= 0;
}

static bool is_there(const char *path)
{
	return access(path, R_OK) == 0;
}

bool debug_find_vmlinux(const struct debug_kernel *k, const char *dir, char *path, size_t len)
{
	static const char *const places[][2] = {	/* around a release */
		{ "/lib/modules/", "/vmlinux" }, { "/boot/vmlinux-", "" },
		{ "/boot/vmlinux-", ".debug" }, { "/usr/lib/modules/", "/vmlinux.debug" },
		{ "/vmlinux-", "" },
	};
	const char *root = dir ? dir : DEBUG_DIR;
	size_t i;

	if (strlen(k->build_id) > 2) {
		snprintf(path, len, "%s/.build-id/%.2s/%s.debug", root, k->build_id, k->build_id + 2);
		if (is_there(path))
			return true;
	}
	for (i = 0; k->release[0] && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, len, "%s%s%s%s", root, places[i][0], k->release, places[i][1]);
		if (is_there(path))
			return true;
	}
	if (dir) {
		snprintf(path, len, "%s/vmlinux", dir);
		return is_there(path);
	}
	return ask_debuginfod(k->build_id, path, len);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * finddump: kdump-tools writes /var/crash/TIME/dump.TIME, kexec-tools and SUSE's kdump
 * /var/crash/HOST-TIME/vmcore. A directory with several dumps is no answer: a user says which.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "finddump.h"

#define MAX_ENTRIES 100000	/* a directory with more is no crash directory */

struct search {
	char *path;		/* the first one */
	char names[200];	/* of all that have room, for the message */
	size_t nr;
	int entries;
};

bool finddump_is_directory(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* "vmcore", "vmcore.flat", "dump.202611270400"; not the log beside it, not half a dump. */
static bool is_dump_name(const char *name)
{
	static const char *const not_dumps[] = { "dmesg", "incomplete", ".txt", ".log", ".md5", ".sha" };
	size_t i;

	if (strncmp(name, "vmcore", 6) && strncmp(name, "dump.", 5))
		return false;
	for (i = 0; i < sizeof(not_dumps) / sizeof(not_dumps[0]); i++) {
		if (strstr(name, not_dumps[i]))
			return false;
	}
	return true;
}

static void found(struct search *s, const char *path, const char *name)
{
	size_t len = strlen(s->names);

	if (!s->nr++)
		s->path = strdup(path);
	if (len + strlen(name) + 3 < sizeof(s->names))
		snprintf(s->names + len, sizeof(s->names) - len, "%s%s", len ? ", " : "", name);
}

static void look(struct search *s, const char *dir, const char *shown, bool deeper)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[4096], name[512];
	struct stat st;

	while (d && s->entries++ < MAX_ENTRIES && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		snprintf(name, sizeof(name), "%s%s", shown, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st))
			continue;
		if (S_ISREG(st.st_mode) && is_dump_name(e->d_name)) {
			found(s, path, name);
		} else if (S_ISDIR(st.st_mode) && deeper) {
			snprintf(name, sizeof(name), "%s/", e->d_name);
			look(s, path, name, false);
		}
	}
	if (d)
		closedir(d);
}

char *finddump(const char *dir, char *err, size_t err_len)
{
	struct search s = { .path = NULL };

	look(&s, dir, "", true);
	if (s.nr == 1 && s.path)
		return s.path;
	free(s.path);
	if (s.nr > 1)
		snprintf(err, err_len, "is a directory with %zu dumps, name one of them: %s%s", s.nr,
			 s.names, s.nr > 2 && strlen(s.names) > 150 ? ", …" : "");
	else
		snprintf(err, err_len, "is a directory, and neither vmcore nor dump.* is in it");
	return NULL;
}

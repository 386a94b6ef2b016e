// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A layout file: what zdm needs of one kernel, as text (docs/layout.md).
 * Strict where VMCOREINFO is lenient: a wrong file must not pass for a thin one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/pairs.h"

#define LAYOUT_MAX_BYTES (4u << 20)

/* Read all of path, or say why not. */
static enum zdm_status file_read(const char *path, char **ret, size_t *ret_len, char *err,
				 size_t err_len)
{
	enum zdm_status st = ZDM_OK;
	size_t len = 0;
	ssize_t got = 0;
	char *buf;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		zdm_errf(err, err_len, "cannot open layout file %s: %s", path, strerror(errno));
		return errno == ENOENT ? ZDM_ABSENT : ZDM_UNREADABLE;
	}
	buf = malloc(LAYOUT_MAX_BYTES + 1);
	if (!buf) {
		zdm_errf(err, err_len, "no memory to read layout file %s", path);
		close(fd);
		return ZDM_NOMEM;
	}
	while (len <= LAYOUT_MAX_BYTES) {
		got = read(fd, buf + len, LAYOUT_MAX_BYTES + 1 - len);
		if (got > 0)
			len += got;
		else if (!got || errno != EINTR)
			break;
	}
	if (got < 0) {
		zdm_errf(err, err_len, "cannot read layout file %s: %s", path, strerror(errno));
		st = ZDM_UNREADABLE;
	} else if (len > LAYOUT_MAX_BYTES) {
		zdm_errf(err, err_len, "%s is no layout file: larger than 4 MiB", path);
		st = ZDM_CORRUPT;
	}
	close(fd);
	if (st) {
		free(buf);
		return st;
	}
	*ret = buf;
	*ret_len = len;
	return ZDM_OK;
}

static bool is_name(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      strchr("_.$-", c)))
			return false;
	}
	return len > 0;
}

/*
 * What is wrong with a line, or NULL. *fact: it says something of the kernel,
 * which a plain KEY=value (OSRELEASE, PAGESIZE) does not.
 */
static const char *line_check(const struct zdm_pair *line, bool *fact)
{
	const char *open = line->bad ? NULL : strchr(line->key, '('), *name;
	size_t len;
	uint64_t u;
	int64_t s;

	if (line->bad)
		return "is not KEY=value";
	if (!open) {
		if (!is_name(line->key, strlen(line->key)))
			return "has a key that is no name";
		if (!strcmp(line->key, "KERNELOFFSET") && !zdm_pairs_hex(line->value, &u))
			return "needs a hexadecimal KERNELOFFSET";
		return NULL;
	}
	name = open + 1;
	len = strlen(name);
	if (len < 2 || name[len - 1] != ')' || !is_name(name, len - 1))
		return "is not KIND(name)=value";
	*fact = true;
	if (!strncmp(line->key, "SYMBOL(", 7))
		return zdm_pairs_hex(line->value, &u) ? NULL : "needs a hexadecimal address";
	if (!strncmp(line->key, "OFFSET(", 7) && !strchr(name, '.'))
		return "needs OFFSET(type.member)";
	if (!strncmp(line->key, "OFFSET(", 7) || !strncmp(line->key, "SIZE(", 5) ||
	    !strncmp(line->key, "LENGTH(", 7))
		return zdm_pairs_unsigned(line->value, &u) ? NULL : "needs a decimal number";
	if (!strncmp(line->key, "NUMBER(", 7))
		return zdm_pairs_signed(line->value, &s) ? NULL : "needs a number";
	return "is none of SYMBOL, SIZE, OFFSET, LENGTH, NUMBER";
}

static enum zdm_status layout_check(const struct zdm_pairs *t, const char *path, char *err,
				    size_t err_len)
{
	bool fact = false;
	size_t i;

	for (i = 0; i < t->nr_lines; i++) {
		const char *wrong = line_check(&t->lines[i], &fact);

		if (!wrong)
			continue;
		zdm_errf(err, err_len, "layout file %s: line %u %s", path, t->lines[i].line_nr,
			 wrong);
		return ZDM_CORRUPT;
	}
	if (fact)
		return ZDM_OK;
	zdm_errf(err, err_len, "%s is no layout file: it has no SYMBOL, SIZE, OFFSET or NUMBER "
		 "line", path);
	return ZDM_CORRUPT;
}

/* After zdm_pairs_index(). */
static enum zdm_status layout_check_twice(const struct zdm_pairs *t, const char *path, char *err,
					  size_t err_len)
{
	size_t i;

	for (i = 0; i < t->nr_lines; i++) {
		if (!t->lines[i].conflict)
			continue;
		zdm_errf(err, err_len, "layout file %s: %s, first on line %u, is given twice with "
			 "different values", path, t->lines[i].key, t->lines[i].line_nr);
		return ZDM_CORRUPT;
	}
	return ZDM_OK;
}

static enum zdm_status layout_parse(struct zdm_pairs *t, const char *path, char *err,
				    size_t err_len)
{
	enum zdm_status st;
	const char *value;

	st = layout_check(t, path, err, err_len);
	if (st)
		return st;
	zdm_pairs_index(t);
	st = layout_check_twice(t, path, err, err_len);
	if (!st && !zdm_pairs_find(t, "KERNELOFFSET", &value))
		zdm_pairs_hex(value, &t->kernel_offset);
	return st;
}

enum zdm_status zdm_source_layout_open_mem(const char *text, size_t len, const char *name,
					   struct zdm_source **ret, char *err, size_t err_len)
{
	struct zdm_pairs *t = calloc(1, sizeof(*t));
	enum zdm_status st;
	int64_t complete;

	*ret = NULL;
	st = t ? zdm_pairs_init(t, text, len) : ZDM_NOMEM;
	if (!st)
		st = layout_parse(t, name, err, err_len);
	if (!st)
		st = zdm_pairs_source_create(t, "layout", ret);
	if (st == ZDM_NOMEM)
		zdm_errf(err, err_len, "no memory for layout file %s", name);
	if (st) {
		zdm_pairs_deinit(t);
		free(t);
		return st;
	}
	(*ret)->link_addresses = true;
	(*ret)->complete_types =
		!(*ret)->ops->enumerator(t, "zdm_complete", &complete) && complete == 1;
	return ZDM_OK;
}

enum zdm_status zdm_source_layout_open(const char *path, struct zdm_source **ret, char *err,
				       size_t err_len)
{
	enum zdm_status st;
	char *text;
	size_t len;

	*ret = NULL;
	st = file_read(path, &text, &len, err, err_len);
	if (st)
		return st;
	st = zdm_source_layout_open_mem(text, len, path, ret, err, err_len);
	free(text);
	return st;
}

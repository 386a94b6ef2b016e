// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kernel/same_kernel.h"
#include "source/names.h"
#include "source/pairs.h"

static const char *kind_of(const struct zdm_source *src)
{
	return src->symbols ? src->symbols : src->types ? src->types : "source";
}

/* A symbol of the source where this boot has it. */
static bool symbol_of(const struct zdm_session *s, const struct zdm_source *src, const char *name,
		      uint64_t *kaddr)
{
	if (!src->ops->symbol || src->ops->symbol(src->self, name, kaddr) != ZDM_OK)
		return false;
	*kaddr += src->link_addresses ? s->kaslr_offset : 0;
	return true;
}

static enum zdm_status refuse(const struct zdm_source *src, const char *key, uint64_t said,
			      const char *want, char *err, size_t err_len)
{
	char text[24];

	if (!strncmp(key, "SYMBOL(", 7))
		snprintf(text, sizeof(text), "%llx", (unsigned long long)said);
	else
		snprintf(text, sizeof(text), "%llu", (unsigned long long)said);
	zdm_errf(err, err_len, "the %s given is of another build of this kernel: %s is %s there, "
		 "the dump's VMCOREINFO says %s", kind_of(src), key, text, want);
	return ZDM_INVAL;
}

/* VMCOREINFO's value of these is the address in any table of symbols, too. */
static bool is_plain_symbol(const char *name)
{
	static const char *const names[] = { "_stext", "init_uts_ns", "node_online_map",
					     "swapper_pg_dir", "init_top_pgt" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* Does the source answer as this line of VMCOREINFO does, or not at all? */
static enum zdm_status check_line(const struct zdm_session *s, const struct zdm_source *src,
				  const struct zdm_pair *line, char *err, size_t err_len)
{
	char name[ZDM_NAME_MAX], *member;
	uint64_t want, have;
	struct zdm_member m;
	size_t len;

	if (line->bad || line->conflict || !strchr(line->key, '('))
		return ZDM_OK;
	snprintf(name, sizeof(name), "%s", strchr(line->key, '(') + 1);
	len = strlen(name);
	if (len < 2 || name[len - 1] != ')')
		return ZDM_OK;
	name[len - 1] = '\0';
	member = strchr(name, '.');
	if (member)
		*member++ = '\0';
	if (!strncmp(line->key, "SYMBOL(", 7)) {
		if (!is_plain_symbol(name) || !zdm_pairs_hex(line->value, &want) ||
		    !symbol_of(s, src, name, &have))
			return ZDM_OK;
	} else if (!zdm_pairs_unsigned(line->value, &want)) {
		return ZDM_OK;
	} else if (!strncmp(line->key, "OFFSET(", 7) && member) {
		if (!src->ops->member ||
		    src->ops->member(src->self, name, member, &m) != ZDM_OK)
			return ZDM_OK;
		have = m.off_bytes;
	} else if (strncmp(line->key, "SIZE(", 5) || member || !src->ops->size ||
		   src->ops->size(src->self, name, &have) != ZDM_OK) {
		return ZDM_OK;
	}
	return have == want ? ZDM_OK : refuse(src, line->key, have, line->value, err, err_len);
}

/* "KIND(type.member)" is two names. */
static void expect_line(struct zdm_names *names, const char *key)
{
	const char *name = strchr(key, '(');
	size_t len;

	if (!name)
		return;
	len = strcspn(++name, ".)");
	zdm_names_add(names, name, len);
	if (name[len] == '.')
		zdm_names_add(names, name + len + 1, strcspn(name + len + 1, ")"));
}

/* So that a source that looks for names does so once. */
static void expect_vmcoreinfo(const struct zdm_pairs *t, const struct zdm_source *src)
{
	struct zdm_names names = { 0 };
	size_t i;

	if (!src->ops->expect)
		return;
	for (i = 0; i < t->nr_lines; i++)
		if (!t->lines[i].bad)
			expect_line(&names, t->lines[i].key);
	src->ops->expect(src->self, &names);
	zdm_names_deinit(&names);
}

static enum zdm_status check_vmcoreinfo(const struct zdm_session *s, const struct zdm_source *src,
					char *err, size_t err_len)
{
	const struct zdm_pairs *t = s->vmcoreinfo ? s->vmcoreinfo->self : NULL;
	enum zdm_status st = ZDM_OK;
	size_t i;

	if (t)
		expect_vmcoreinfo(t, src);
	for (i = 0; t && i < t->nr_lines && st == ZDM_OK; i++)
		st = check_line(s, src, &t->lines[i], err, err_len);
	return st;
}

/* A vmlinux or layout of another kernel gives wrong answers without a sign: refuse. */
enum zdm_status zdm_same_release(const struct zdm_session *s, const struct zdm_source *src,
				 char *err, size_t err_len)
{
	const char *id = NULL;
	uint64_t stext;

	/* any program with symbols opens as a vmlinux; no kernel is without this one */
	if (src->symbols && !strcmp(src->symbols, "vmlinux") &&
	    src->ops->symbol(src->self, "_stext", &stext) != ZDM_OK) {
		zdm_errf(err, err_len, "the vmlinux given is no kernel's: it has no symbol _stext");
		return ZDM_INVAL;
	}
	if (s->vmcoreinfo)
		zdm_source_vmcoreinfo_line(s->vmcoreinfo, "BUILD-ID", &id);
	if (id && src->build_id[0]) {
		if (!strcmp(id, src->build_id))
			return ZDM_OK;
		zdm_errf(err, err_len, "the %s given is of another kernel: build-id %s, the dump's "
			 "is %s (release %s)", kind_of(src), src->build_id, id, s->release);
		return ZDM_INVAL;
	}
	if (s->release[0] && src->release[0] && strcmp(s->release, src->release)) {
		zdm_errf(err, err_len, "the %s given is of another kernel: release %s, the dump's "
			 "is %s", kind_of(src), src->release, s->release);
		return ZDM_INVAL;
	}
	return check_vmcoreinfo(s, src, err, err_len);
}

static const char banner_prefix[] = "Linux version ";

/* linux_banner, init/version.c: "Linux version RELEASE (who@where) (compiler) NUMBER DATE". */
static bool read_banner(const struct zdm_session *s, uint64_t kaddr, char *buf, size_t len)
{
	if (!len || zdm_read_kaddr(s->r, kaddr, buf, len) != ZDM_OK)
		return false;
	buf[len - 1] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

bool zdm_kernel_banner(const struct zdm_session *s, char *buf, size_t len)
{
	uint64_t kaddr;

	return zdm_session_symbol(s, "linux_banner", &kaddr) == ZDM_OK &&
	       read_banner(s, kaddr, buf, len < ZDM_BANNER_BYTES ? len : ZDM_BANNER_BYTES) &&
	       !strncmp(buf, banner_prefix, sizeof(banner_prefix) - 1);
}

static enum zdm_status check_banner(const struct zdm_session *s, const struct zdm_source *src,
				    char *err, size_t err_len)
{
	char banner[sizeof(src->banner)];
	uint64_t kaddr;

	if (!symbol_of(s, src, "linux_banner", &kaddr) ||
	    !read_banner(s, kaddr, banner, sizeof(banner)) || !banner[0])
		return ZDM_OK;
	if (strncmp(banner, banner_prefix, sizeof(banner_prefix) - 1)) {
		zdm_errf(err, err_len, "the %s given is of another build of this kernel: where its "
			 "linux_banner is the dump has none", kind_of(src));
		return ZDM_INVAL;
	}
	if (src->banner[0] && strcmp(src->banner, banner)) {
		zdm_errf(err, err_len, "the %s given is of another build: \"%.120s\", the dump's is "
			 "\"%.120s\"", kind_of(src), src->banner, banner);
		return ZDM_INVAL;
	}
	return ZDM_OK;
}

#define MAX_NOTES 4096u
#define NOTE_GNU_BUILD_ID 3u

/* The build-id among the kernel's own notes, as hex; false: none there. */
static bool build_id_of(const uint8_t *notes, size_t len, char *hex, size_t hex_len)
{
	uint32_t head[3];	/* of name, of description, type */
	size_t off = 0, desc, i;

	while (len - off >= sizeof(head)) {
		memcpy(head, notes + off, sizeof(head));
		off += sizeof(head);
		if (head[0] > len || head[1] > len)
			return false;
		desc = off + ((head[0] + 3) & ~3u);
		if (desc > len || head[1] > len - desc)
			return false;
		if (head[2] == NOTE_GNU_BUILD_ID && head[0] == 4 && !memcmp(notes + off, "GNU", 4) &&
		    head[1] * 2u < hex_len) {
			for (i = 0; i < head[1]; i++)
				sprintf(hex + 2 * i, "%02x", notes[desc + i]);
			return head[1] > 0;
		}
		off = desc + ((head[1] + 3) & ~3u);
		if (off > len)
			return false;
	}
	return false;
}

static enum zdm_status check_notes(const struct zdm_session *s, const struct zdm_source *src,
				   char *err, size_t err_len)
{
	char id[sizeof(src->build_id)] = "";
	uint8_t notes[MAX_NOTES];
	uint64_t start, stop;

	if (!src->build_id[0] || !symbol_of(s, src, "__start_notes", &start) ||
	    !symbol_of(s, src, "__stop_notes", &stop) || stop <= start ||
	    stop - start > sizeof(notes) ||
	    zdm_read_kaddr(s->r, start, notes, stop - start) != ZDM_OK ||
	    !build_id_of(notes, stop - start, id, sizeof(id)) || !strcmp(id, src->build_id))
		return ZDM_OK;
	zdm_errf(err, err_len, "the %s given is of another build: build-id %s, the dump's is %s",
		 kind_of(src), src->build_id, id);
	return ZDM_INVAL;
}

enum zdm_status zdm_same_build(const struct zdm_session *s, const struct zdm_source *src,
			       char *err, size_t err_len)
{
	enum zdm_status st = check_notes(s, src, err, err_len);

	return st == ZDM_OK ? check_banner(s, src, err, err_len) : st;
}

void zdm_blame_files(bool told, enum zdm_status st, char *err, size_t err_len)
{
	static const char hint[] = "; the vmlinux or layout given may be of another build";

	if (told && (st == ZDM_UNREADABLE || st == ZDM_CORRUPT) && err && strlen(err) + sizeof(hint) <= err_len)
		strcat(err, hint);
}

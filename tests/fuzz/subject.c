// SPDX-License-Identifier: LGPL-2.1-or-later
/* subject: a vmcore in memory, and what the analysis of it reads. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/capsule.h>

#include "fuzz.h"

#define PAGE_BYTES 4096u

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *grow(void *array, size_t *cap, size_t nr, size_t bytes)
{
	if (nr < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 64;
	array = realloc(array, *cap * bytes);
	if (!array)
		die("out of memory");
	return array;
}

static uint8_t *load_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	long n;

	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
		die("cannot read %s", path);
	data = calloc(1, n + 1);	/* texts are terminated, too */
	if (!data || fread(data, 1, n, f) != (size_t)n)
		die("cannot read %s", path);
	fclose(f);
	*len = n;
	return data;
}

static bool dropped(const struct subject *s, uint64_t paddr, uint64_t len)
{
	size_t i;

	for (i = 0; i < s->nr_drops; i++)
		if (s->drop[i] < paddr + len && paddr < s->drop[i] + PAGE_BYTES)
			return true;
	return false;
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct subject *s = priv;

	if (paddr + len < paddr || dropped(s, paddr, len))
		return ZDM_UNREADABLE;
	return elf_reader_ops.read_phys_fn(&s->elf, paddr, buf, len);
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	struct subject *s = priv;
	enum zdm_status st = elf_reader_ops.present_fn(&s->elf, paddr, ret, end_paddr);
	size_t i;

	for (i = 0; i < s->nr_drops && st == ZDM_OK; i++) {
		if (paddr - s->drop[i] < PAGE_BYTES) {
			*ret = false;
			*end_paddr = s->drop[i] + PAGE_BYTES;
			return ZDM_OK;
		}
		if (s->drop[i] > paddr && s->drop[i] < *end_paddr)
			*end_paddr = s->drop[i];
	}
	return st;
}

static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	struct subject *s = priv;

	return elf_reader_ops.vmcoreinfo_fn(&s->elf, text, len);
}

const struct zdm_reader_ops subject_ops = {
	.size = sizeof(subject_ops),
	.api = ZDM_READER_API,
	.machine = "x86_64",
	.read_phys_fn = read_phys,
	.present_fn = present,
	.vmcoreinfo_fn = vmcoreinfo,
};

static void add_target(struct subject *s, enum target_kind kind, uint64_t paddr, size_t len)
{
	struct targets *t = &s->target[kind];

	t->v = grow(t->v, &t->cap, t->nr, sizeof(*t->v));
	t->v[t->nr++] = (struct target){ paddr, len };
}

/* Words that look like kernel pointers, to be put where they do not belong. */
static void add_pointers(struct subject *s, uint64_t paddr, size_t len)
{
	uint64_t v;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		if (read_phys(s, paddr + i, &v, 8) != ZDM_OK || v >> 56 != 0xff ||
		    v >= 0xfffffffffffff000ull)
			continue;
		s->pointer = grow(s->pointer, &s->cap_pointers, s->nr_pointers, sizeof(v));
		s->pointer[s->nr_pointers++] = v;
	}
}

/* Every read of the analysis; its length tells most of what it is. */
static void note_read(void *priv, uint64_t paddr, size_t len)
{
	struct subject *s = priv;

	add_target(s, len == 1 ? TARGET_SHIFT : len == 8 ? TARGET_TABLE : len == 16 ? TARGET_RANGE :
		   len == 512 ? TARGET_NODE : len == PAGE_BYTES ? TARGET_ROOT : TARGET_OTHER,
		   paddr, len);
	add_pointers(s, paddr, len);
}

struct found {
	uint64_t paddr;
	bool any;
};

static void note_last(void *priv, uint64_t paddr, size_t len)
{
	struct found *f = priv;

	(void)len;
	f->paddr = paddr;
	f->any = true;
}

/* An object that the model names by its kernel address. */
static void add_object(struct subject *s, struct zdm_session *ses, enum target_kind kind,
		       uint64_t kaddr, size_t len)
{
	struct found f = { 0 };
	uint8_t byte;

	zdm_reader_set_touch(ses->r, note_last, &f);
	if (kaddr && zdm_session_read(ses, kaddr, &byte, 1) == ZDM_OK && f.any)
		add_target(s, kind, f.paddr, len);
	zdm_reader_set_touch(ses->r, NULL, NULL);
}

static void add_objects(struct subject *s, struct zdm_session *ses, const struct zdm_model *m)
{
	const struct zdm_section *sec;
	const struct zdm_pgmap *p;
	const struct zdm_block *b;
	size_t nr, i;

	nr = zdm_model_sections(m, &sec);
	for (i = 0; i < nr; i++) {
		add_object(s, ses, TARGET_SECTION, sec[i].kaddr, 16);
		add_object(s, ses, TARGET_USAGE, sec[i].usage_kaddr, 64);
	}
	nr = zdm_model_pgmaps(m, &p);
	for (i = 0; i < nr; i++)
		add_object(s, ses, TARGET_PGMAP, p[i].kaddr, zdm_kdef_or(&ses->k, ZDM_SIZE_PGMAP, 8));
	nr = zdm_model_blocks(m, &b);
	for (i = 0; i < nr; i++)
		add_object(s, ses, TARGET_BLOCK, b[i].kaddr, 64);
}

static void analyse(struct subject *s)
{
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &layout };
	const struct zdm_range *r;
	struct zdm_session *ses;
	struct zdm_model *m;
	char err[400] = "";

	if (s->layout && zdm_source_layout_open_mem(s->layout, s->layout_len, "fuzz", &layout, err,
						    sizeof(err)) != ZDM_OK)
		die("%s: %s", s->name, err);
	opts.nr_sources = layout != NULL;
	/* a text vmcore may be too damaged to open; then the raw bytes must do */
	if (zdm_open_touched(&subject_ops, s, &opts, note_read, s, &ses, err, sizeof(err)) == ZDM_OK) {
		if (zdm_model_build(ses, &m, err, sizeof(err)) == ZDM_OK) {
			s->nr_sound = zdm_model_ranges(m, &r);
			s->sound = calloc(s->nr_sound + 1, sizeof(*r));
			if (!s->sound)
				die("out of memory");
			if (s->nr_sound)
				memcpy(s->sound, r, s->nr_sound * sizeof(*r));
			add_objects(s, ses, m);
			zdm_model_free(m);
		}
		zdm_close(ses);
	}
	zdm_source_close(layout);
}

void subject_load(struct subject *s, const char *path, const char *layout_path)
{
	char err[400] = "";
	const char *slash = strrchr(path, '/'), *note;

	memset(s, 0, sizeof(*s));
	s->name = slash ? slash + 1 : path;
	s->data = load_file(path, &s->whole_len);
	if (elf_reader_open_mem(&s->elf, s->data, s->whole_len, err, sizeof(err)))
		die("%s: %s", path, err);
	if (layout_path) {
		s->layout = (char *)load_file(layout_path, &s->layout_len);
	} else if ((note = elf_reader_note(&s->elf, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT,
					   &s->layout_len))) {
		s->layout = calloc(1, s->layout_len + 1);
		if (!s->layout)
			die("out of memory");
		memcpy(s->layout, note, s->layout_len);
	}
	analyse(s);
}

void subject_free(struct subject *s)
{
	size_t i;

	for (i = 0; i < NR_TARGET_KINDS; i++)
		free(s->target[i].v);
	free(s->pointer);
	free(s->undo);
	free(s->sound);
	free(s->layout);
	free(s->data);
	memset(s, 0, sizeof(*s));
}

void subject_put_at(struct subject *s, uint8_t *at, const void *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		s->undo = grow(s->undo, &s->cap_undo, s->nr_undo, sizeof(*s->undo));
		s->undo[s->nr_undo++] = (struct undo){ at + i, at[i] };
		at[i] = ((const uint8_t *)bytes)[i];
	}
}

bool subject_put(struct subject *s, uint64_t paddr, const void *bytes, size_t len)
{
	size_t n = len;
	uint8_t *at = elf_reader_at(&s->elf, paddr, &n);

	if (!at)
		return false;
	subject_put_at(s, at, bytes, n);
	return true;
}

void subject_undo(struct subject *s)
{
	while (s->nr_undo) {
		s->nr_undo--;
		*s->undo[s->nr_undo].at = s->undo[s->nr_undo].old;
	}
	s->nr_drops = 0;
	s->elf.len = s->whole_len;
}

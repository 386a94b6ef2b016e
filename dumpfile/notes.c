// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "dumpfile/limits.h"
#include "dumpfile/notes.h"

static uint64_t align4(uint64_t n)
{
	return (n + 3) & ~3ull;
}

/* Room for so many bytes more, or NULL. */
static uint8_t *grow(struct notes *n, size_t bytes)
{
	if (bytes > n->room - n->bytes) {
		size_t want = n->bytes + bytes > 2 * n->room ? n->bytes + bytes : 2 * n->room;
		uint8_t *v = realloc(n->v, want);

		if (!v)
			return NULL;
		n->v = v;
		n->room = want;
	}
	return n->v + n->bytes;
}

enum zdm_status notes_add_segment(struct notes *n, struct input *in, uint64_t off, uint64_t bytes)
{
	enum zdm_status st;
	uint8_t *to;

	if (!input_holds(in, off, bytes, 1))
		return ZDM_ABSENT;
	if (bytes > DUMPFILE_MAX_NOTES_BYTES || n->bytes + bytes > DUMPFILE_MAX_NOTES_BYTES)
		return ZDM_UNSUPPORTED;
	if (!bytes)
		return ZDM_OK;
	to = grow(n, align4(bytes));
	if (!to)
		return ZDM_NOMEM;
	memset(to, 0, align4(bytes));
	st = input_read(in, to, bytes, off);
	/* the lists follow each other, each note where alignment wants it */
	if (st == ZDM_OK)
		n->bytes += align4(bytes);
	return st;
}

bool notes_add(struct notes *n, const char *name, uint32_t type, const void *desc, size_t len)
{
	const Elf64_Nhdr head = { (Elf64_Word)strlen(name) + 1, (Elf64_Word)len, type };
	size_t bytes = sizeof(head) + align4(head.n_namesz) + align4(len);
	uint8_t *to = grow(n, bytes);

	if (!to)
		return false;
	memset(to, 0, bytes);
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), name, head.n_namesz);
	memcpy(to + sizeof(head) + align4(head.n_namesz), desc, len);
	n->bytes += bytes;
	return true;
}

void notes_deinit(struct notes *n)
{
	free(n->v);
	memset(n, 0, sizeof(*n));
}

bool notes_next(const struct notes *n, size_t *off, struct note *ret)
{
	uint64_t at = *off, desc_at;
	Elf64_Nhdr head;

	if (at > n->bytes || n->bytes - at < sizeof(head))
		return false;
	memcpy(&head, n->v + at, sizeof(head));
	at += sizeof(head);
	desc_at = at + align4(head.n_namesz);
	if (desc_at > n->bytes || head.n_descsz > n->bytes - desc_at)
		return false;
	ret->name = (const char *)n->v + at;
	ret->name_len = strnlen(ret->name, head.n_namesz);
	ret->type = head.n_type;
	ret->desc = n->v + desc_at;
	ret->desc_len = head.n_descsz;
	*off = desc_at + align4(head.n_descsz);
	return true;
}

static bool is_name(const struct note *note, const char *name)
{
	return note->name_len == strlen(name) && !memcmp(note->name, name, note->name_len);
}

const uint8_t *notes_find(const struct notes *n, const char *name, uint32_t type, size_t *len)
{
	struct note note;
	size_t off = 0;

	while (notes_next(n, &off, &note)) {
		if (note.type == type && is_name(&note, name)) {
			*len = note.desc_len;
			return note.desc;
		}
	}
	return NULL;
}

bool notes_of_xen(const struct notes *n)
{
	struct note note;
	size_t off = 0;

	while (notes_next(n, &off, &note))
		if (is_name(&note, "Xen") || is_name(&note, "VMCOREINFO_XEN"))
			return true;
	return false;
}

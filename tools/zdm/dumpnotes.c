// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkdumpfile/kdumpfile.h>

#include "dumpnotes.h"
#include "reader_kdumpfile.h"

#define MAX_CPUS 65536

struct notes {
	unsigned char *v;
	size_t len;
};

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void add(struct notes *n, const char *name, uint32_t type, const void *desc, size_t len)
{
	const Elf64_Nhdr head = { (Elf64_Word)strlen(name) + 1, (Elf64_Word)len, type };
	size_t bytes = sizeof(head) + padded(head.n_namesz) + padded(len);
	unsigned char *v = realloc(n->v, n->len + bytes);

	if (!v)
		return;		/* a note less; the dump itself is whole */
	memset(v + n->len, 0, bytes);
	memcpy(v + n->len, &head, sizeof(head));
	memcpy(v + n->len + sizeof(head), name, head.n_namesz);
	memcpy(v + n->len + sizeof(head) + padded(head.n_namesz), desc, len);
	n->v = v;
	n->len += bytes;
}

static void add_cpus(struct notes *n, kdump_ctx_t *ctx)
{
	kdump_num_t cpus, i;
	kdump_attr_t attr;
	char name[48];

	if (kdump_get_number_attr(ctx, "cpu.number", &cpus) != KDUMP_OK)
		return;
	for (i = 0; i < cpus && i < MAX_CPUS; i++) {
		snprintf(name, sizeof(name), "cpu.%u.PRSTATUS", (unsigned int)i);
		attr.type = KDUMP_BLOB;
		if (kdump_get_typed_attr(ctx, name, &attr) != KDUMP_OK)
			continue;
		add(n, "CORE", NT_PRSTATUS, kdump_blob_pin(attr.val.blob),
		    kdump_blob_size(attr.val.blob));
		kdump_blob_unpin(attr.val.blob);
	}
}

void *dumpnotes_collect(struct zdm_dump *d, size_t *len)
{
	const struct zdm_reader_ops *ops = zdm_dump_ops(d);
	struct notes n = { NULL, 0 };
	const char *text;
	size_t text_len;

	if (zdm_dump_ctx(d))	/* the running kernel has none */
		add_cpus(&n, zdm_dump_ctx(d));
	if (ops->vmcoreinfo_fn(d, &text, &text_len) == ZDM_OK)
		add(&n, "VMCOREINFO", 0, text, text_len);
	*len = n.len;
	return n.v;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/capsule.h>

#include "base/elfcore.h"
#include "base/extents.h"
#include "base/grow.h"
#include "capsule/layout_write.h"
#include "capsule/presence.h"
#include "report/report.h"
#include "kernel/session.h"
#include "base/text.h"

#define COPY_BYTES 65536u
#define ZERO_UNIT 256u		/* zeros are left out by so many; a segment costs 56 bytes */

/* Stands between the dump and the second analysis, and notes what is asked. */
struct recorder {
	const struct zdm_reader_ops *ops;	/* the dump's own */
	void *priv;
	struct zdm_extents read;
	struct zdm_presence present;
	bool nomem;
};

/* One PT_LOAD: bytes that stand in the file, or zeros that do not. */
struct piece {
	uint64_t paddr, len;
	bool zero;
};

struct capsule {
	struct recorder rec;
	struct piece *piece;
	size_t nr_pieces, cap_pieces;
	char *layout;
	size_t layout_len;
	char *present;
	size_t present_len;
	const char *vmcoreinfo;		/* borrowed from the dump */
	size_t vmcoreinfo_len;
	uint64_t page_offset_kaddr;
	uint16_t machine;
};

static enum zdm_status record_read(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct recorder *r = priv;

	return r->ops->read_phys_fn(r->priv, paddr, buf, len);
}

static enum zdm_status record_present(void *priv, uint64_t paddr, bool *present,
				      uint64_t *end_paddr)
{
	struct recorder *r = priv;
	enum zdm_status st = r->ops->present_fn(r->priv, paddr, present, end_paddr);

	if (st == ZDM_OK && *end_paddr > paddr)
		r->nomem |= !zdm_presence_add(&r->present, paddr, *end_paddr, *present);
	return st;
}

static enum zdm_status record_vmcoreinfo(void *priv, const char **text, size_t *len)
{
	struct recorder *r = priv;

	return r->ops->vmcoreinfo_fn(r->priv, text, len);
}

static void record_touch(void *priv, uint64_t paddr, size_t len)
{
	struct recorder *r = priv;

	zdm_extents_add(&r->read, paddr, len);
}

static bool emit_stream(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

static bool make_layout(const struct zdm_session *s, struct capsule *c)
{
	struct zdm_layout_info info = { .release = s->release, .build_id = "",
					.kaslr_offset = s->kaslr_offset };
	FILE *f = open_memstream(&c->layout, &c->layout_len);
	struct zdm_sink sink = { .emit_fn = emit_stream, .priv = f };
	size_t nr;

	if (!f)
		return false;
	if (s->vmcoreinfo)
		zdm_source_vmcoreinfo_line(s->vmcoreinfo, "BUILD-ID", &info.build_id);
	nr = zdm_layout_write(&s->k, &info, &sink);
	if (fclose(f))
		return false;
	/* all that is known comes from VMCOREINFO: there is nothing to add to it */
	if (!nr)
		c->layout_len = 0;
	return true;
}

/* The second analysis: the same questions, but names come from the layout. */
static enum zdm_status analyse(struct capsule *c, char *err, size_t err_len)
{
	struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .machine = c->rec.ops->machine,
		.read_phys_fn = record_read,
		.present_fn = c->rec.ops->present_fn ? record_present : NULL,
		.vmcoreinfo_fn = c->rec.ops->vmcoreinfo_fn ? record_vmcoreinfo : NULL,
	};
	struct zdm_source *layout = NULL;
	struct zdm_open_opts opts = {
		.size = sizeof(opts), .sources = &layout, .nr_sources = c->layout_len ? 1 : 0,
	};
	struct zdm_session *s = NULL;
	struct zdm_model *m = NULL;
	enum zdm_status st = ZDM_OK;

	if (c->layout_len)
		st = zdm_source_layout_open_mem(c->layout, c->layout_len, "of this dump", &layout,
						err, err_len);
	if (st == ZDM_OK)
		st = zdm_open_touched(&ops, &c->rec, &opts, record_touch, &c->rec, &s, err,
				      err_len);
	if (st == ZDM_OK)
		st = zdm_model_build(s, &m, err, err_len);
	zdm_model_free(m);
	zdm_close(s);
	zdm_source_close(layout);
	if (st == ZDM_OK && (c->rec.nomem || c->rec.read.nomem)) {
		zdm_errf(err, err_len, "out of memory");
		st = ZDM_NOMEM;
	}
	return st;
}

static bool put_note(struct zdm_out *o, const char *name, uint32_t type, const char *text,
		     size_t len)
{
	size_t bytes = zdm_elfcore_note_bytes(name, len);
	char *note = malloc(bytes);

	if (note) {
		zdm_elfcore_note(name, type, text, len, note);
		zdm_out_text(o, note, bytes);
	}
	free(note);
	return note;
}

static size_t all_notes_bytes(const struct capsule *c)
{
	return (c->vmcoreinfo ? zdm_elfcore_note_bytes("VMCOREINFO", c->vmcoreinfo_len) : 0) +
	       zdm_elfcore_note_bytes(ZDM_CAPSULE_NAME, c->layout_len) +
	       zdm_elfcore_note_bytes(ZDM_CAPSULE_NAME, c->present_len);
}

static bool add_piece(struct capsule *c, uint64_t paddr, uint64_t len, bool zero)
{
	struct piece *last = c->nr_pieces ? &c->piece[c->nr_pieces - 1] : NULL, *p;

	if (last && last->zero == zero && last->paddr + last->len == paddr) {
		last->len += len;
		return true;
	}
	p = zdm_grow((void **)&c->piece, &c->cap_pieces, c->nr_pieces, sizeof(*p));
	if (!p)
		return false;
	*p = (struct piece){ paddr, len, zero };
	c->nr_pieces++;
	return true;
}

static bool all_zero(const char *buf, size_t len)
{
	return !buf[0] && !memcmp(buf, buf + 1, len - 1);
}

/* Part the stretch in buf; it is one of many of the same extent. */
static bool cut_stretch(struct capsule *c, uint64_t paddr, const char *buf, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = len - at < ZERO_UNIT ? len - at : ZERO_UNIT;
		if (!add_piece(c, paddr + at, n, n == ZERO_UNIT && all_zero(buf + at, n)))
			return false;
	}
	return true;
}

/* Look at every byte that was read: which go into the file? */
static enum zdm_status cut_pieces(struct capsule *c, char *err, size_t err_len)
{
	const struct recorder *r = &c->rec;
	char *buf = malloc(COPY_BYTES);
	enum zdm_status st = buf ? ZDM_OK : ZDM_NOMEM;
	size_t i;

	for (i = 0; i < r->read.nr && st == ZDM_OK; i++) {
		uint64_t paddr = r->read.v[i].start_paddr, end = r->read.v[i].end_paddr;

		while (paddr < end && st == ZDM_OK) {
			size_t n = end - paddr < COPY_BYTES ? (size_t)(end - paddr) : COPY_BYTES;

			st = r->ops->read_phys_fn(r->priv, paddr, buf, n);
			if (st == ZDM_OK && !cut_stretch(c, paddr, buf, n))
				st = ZDM_NOMEM;
			paddr += n;
		}
	}
	free(buf);
	if (st != ZDM_OK)
		zdm_errf(err, err_len, st == ZDM_NOMEM ? "out of memory" :
			 "cannot read once more what was read before");
	return st;
}

static bool put_headers(struct zdm_out *o, const struct capsule *c)
{
	const struct zdm_elfcore core = {
		.machine = c->machine, .nr_loads = c->nr_pieces,
		.notes_bytes = all_notes_bytes(c), .notes_align = 4,
	};
	Elf64_Phdr *load = calloc(c->nr_pieces + 1, sizeof(*load));
	char *head = malloc(zdm_elfcore_notes_off(&core));
	uint64_t off = zdm_elfcore_bytes(&core);
	bool ok = load && head;
	size_t i;

	for (i = 0; ok && i < c->nr_pieces; i++) {
		const struct piece *p = &c->piece[i];

		load[i] = (Elf64_Phdr){
			.p_flags = PF_R, .p_offset = off, .p_align = 1, .p_paddr = p->paddr,
			.p_vaddr = c->page_offset_kaddr + p->paddr,
			.p_filesz = p->zero ? 0 : p->len, .p_memsz = p->len,
		};
		off += load[i].p_filesz;
	}
	if (ok) {
		zdm_elfcore_head(&core, load, head);
		zdm_out_text(o, head, zdm_elfcore_notes_off(&core));
	}
	free(load);
	free(head);
	return ok;
}

/* The pieces that stand in the file. */
static enum zdm_status put_bytes(struct zdm_out *o, const struct capsule *c, char *err,
				 size_t err_len)
{
	const struct recorder *r = &c->rec;
	char *buf = malloc(COPY_BYTES);
	enum zdm_status st = buf ? ZDM_OK : ZDM_NOMEM;
	uint64_t at, n;
	size_t i;

	for (i = 0; i < c->nr_pieces; i++) {
		const struct piece *p = &c->piece[i];

		for (at = 0; at < p->len && !p->zero && st == ZDM_OK; at += n) {
			n = p->len - at < COPY_BYTES ? p->len - at : COPY_BYTES;
			st = r->ops->read_phys_fn(r->priv, p->paddr + at, buf, n);
			zdm_out_text(o, buf, st == ZDM_OK ? n : 0);
		}
	}
	free(buf);
	if (st != ZDM_OK)
		zdm_errf(err, err_len, "cannot read once more what was read before: %s",
			 zdm_status_name(st));
	return st;
}

static enum zdm_status put_capsule(const struct capsule *c, const struct zdm_sink *out, char *err,
				   size_t err_len)
{
	struct zdm_out o = { .sink = out };
	enum zdm_status st;

	if (!put_headers(&o, c) ||
	    (c->vmcoreinfo &&
	     !put_note(&o, "VMCOREINFO", 0, c->vmcoreinfo, c->vmcoreinfo_len)) ||
	    !put_note(&o, ZDM_CAPSULE_NAME, ZDM_CAPSULE_LAYOUT, c->layout, c->layout_len) ||
	    !put_note(&o, ZDM_CAPSULE_NAME, ZDM_CAPSULE_PRESENT, c->present, c->present_len)) {
		zdm_errf(err, err_len, "out of memory");
		return ZDM_NOMEM;
	}
	st = put_bytes(&o, c, err, err_len);
	if (st == ZDM_OK && o.stopped) {
		zdm_errf(err, err_len, "cannot write");
		st = ZDM_UNREADABLE;
	}
	return st;
}

enum zdm_status zdm_capsule_write(struct zdm_session *s, const struct zdm_reader_ops *ops,
				  void *priv, const struct zdm_sink *out, char *err, size_t err_len)
{
	struct capsule c = { .rec = { .ops = ops, .priv = priv },
			     .machine = zdm_reader_xlat(s->r)->arch->elf_machine };
	enum zdm_status st = ZDM_OK;

	if (!ops->read_phys_fn) {
		zdm_errf(err, err_len, "this host cannot read physical memory");
		return ZDM_UNSUPPORTED;
	}
	c.page_offset_kaddr = s->known.page_offset_kaddr;
	if (!make_layout(s, &c)) {
		zdm_errf(err, err_len, "out of memory");
		st = ZDM_NOMEM;
	}
	if (st == ZDM_OK)
		st = analyse(&c, err, err_len);
	if (st == ZDM_OK) {
		zdm_extents_sort(&c.rec.read);
		zdm_presence_sort(&c.rec.present);
		c.present = zdm_presence_write(&c.rec.present, &c.present_len);
		if (!c.present) {
			zdm_errf(err, err_len, "out of memory");
			st = ZDM_NOMEM;
		}
	}
	if (st == ZDM_OK)
		st = cut_pieces(&c, err, err_len);
	if (ops->vmcoreinfo_fn &&
	    ops->vmcoreinfo_fn(priv, &c.vmcoreinfo, &c.vmcoreinfo_len) != ZDM_OK)
		c.vmcoreinfo = NULL;
	if (st == ZDM_OK)
		st = put_capsule(&c, out, err, err_len);
	free(c.layout);
	free(c.present);
	free(c.piece);
	zdm_extents_deinit(&c.rec.read);
	zdm_presence_deinit(&c.rec.present);
	return st;
}

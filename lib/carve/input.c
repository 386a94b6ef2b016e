// SPDX-License-Identifier: LGPL-2.1-or-later
/* carve, first part: what the input holds. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zdm/carve.h>
#include "base/grow.h"
#include "kernel/session.h"
#include "base/text.h"

/* More than any machine has; a bound for damaged headers. */
#define MAX_PHDRS (1u << 22)
#define MAX_NOTES_BYTES (64u << 20)

static enum zdm_status read_at(int fd, void *buf, size_t len, uint64_t off)
{
	size_t done = 0;
	ssize_t n;

	if (off > INT64_MAX - len)
		return ZDM_CORRUPT;
	while (done < len) {
		n = pread(fd, (char *)buf + done, len - done, (off_t)(off + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ZDM_UNREADABLE;
		if (!n)
			return ZDM_CORRUPT;
		done += (size_t)n;
	}
	return ZDM_OK;
}

void zdm_carve_input_free(struct zdm_carve_input *in)
{
	if (!in)
		return;
	free(in->segs);
	free(in->notes);
	free(in);
}

static bool add_notes(struct zdm_carve_input *in, const void *notes, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;
	unsigned char *p;

	if (!len)
		return true;
	p = realloc(in->notes, in->notes_bytes + padded);
	if (!p)
		return false;
	memcpy(p + in->notes_bytes, notes, len);
	memset(p + in->notes_bytes + len, 0, padded - len);
	in->notes = p;
	in->notes_bytes += padded;
	return true;
}

static enum zdm_status read_note(int fd, const Elf64_Phdr *ph, struct zdm_carve_input *in)
{
	enum zdm_status status;
	void *buf;

	if (!ph->p_filesz)
		return ZDM_OK;
	if (ph->p_filesz > MAX_NOTES_BYTES - in->notes_bytes)
		return ZDM_CORRUPT;
	buf = malloc(ph->p_filesz);
	if (!buf)
		return ZDM_NOMEM;
	status = read_at(fd, buf, ph->p_filesz, ph->p_offset);
	if (status == ZDM_OK && !add_notes(in, buf, ph->p_filesz))
		status = ZDM_NOMEM;
	free(buf);
	return status;
}

/*
 * A segment as the file has it. Where the file ends early, what it lacks is
 * no memory of the dump: zeros would be taken for data.
 */
static enum zdm_status add_load(const Elf64_Phdr *ph, struct zdm_carve_input *in)
{
	struct zdm_carve_seg *seg = &in->segs[in->nr_segs];
	uint64_t have = 0;

	if (ph->p_memsz < ph->p_filesz || ph->p_paddr + ph->p_memsz < ph->p_paddr ||
	    ph->p_offset + ph->p_filesz < ph->p_offset)
		return ZDM_CORRUPT;
	*seg = (struct zdm_carve_seg){
		.paddr = ph->p_paddr, .vaddr = ph->p_vaddr, .src_off = ph->p_offset,
		.file_bytes = ph->p_filesz, .mem_bytes = ph->p_memsz,
		.flags = ph->p_flags, .from = ZDM_CARVE_FILE,
	};
	if (ph->p_vaddr)
		in->has_vaddr = true;
	if (ph->p_offset < in->file_bytes)
		have = in->file_bytes - ph->p_offset;
	if (ph->p_filesz > have) {
		in->lost_bytes += ph->p_memsz - have;
		seg->file_bytes = seg->mem_bytes = have;
	}
	if (seg->mem_bytes)
		in->nr_segs++;
	return ZDM_OK;
}

static int by_source(const void *a, const void *b)
{
	const struct zdm_carve_seg *x = *(struct zdm_carve_seg *const *)a;
	const struct zdm_carve_seg *y = *(struct zdm_carve_seg *const *)b;
	uint64_t vx = x->vaddr - x->paddr, vy = y->vaddr - y->paddr;
	uint64_t sx = x->src_off - x->paddr, sy = y->src_off - y->paddr;

	if (vx != vy)
		return vx < vy ? -1 : 1;
	if (sx != sy)
		return sx < sy ? -1 : 1;
	if (x->paddr != y->paddr)
		return x->paddr < y->paddr ? -1 : 1;
	if (x->mem_bytes != y->mem_bytes)
		return x->mem_bytes > y->mem_bytes ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* All that b says, a says as well: the same bytes at the same addresses. */
static bool is_said_by(const struct zdm_carve_seg *b, const struct zdm_carve_seg *a)
{
	return b->vaddr - b->paddr == a->vaddr - a->paddr && b->flags == a->flags &&
	       b->src_off - b->paddr == a->src_off - a->paddr && b->paddr >= a->paddr &&
	       b->paddr + b->mem_bytes <= a->paddr + a->mem_bytes &&
	       b->paddr + b->file_bytes <= a->paddr + a->file_bytes &&
	       (b->paddr + b->file_bytes >= a->paddr + a->file_bytes ||
		b->file_bytes == b->mem_bytes);
}

/* Segments that only repeat others go: each would be cut, and written, as often as it is there. */
static enum zdm_status drop_repeated(struct zdm_carve_input *in)
{
	struct zdm_carve_seg **v = malloc((in->nr_segs + 1) * sizeof(*v)), *last = NULL;
	size_t i, n = 0;

	if (!v)
		return ZDM_NOMEM;
	for (i = 0; i < in->nr_segs; i++)
		v[i] = &in->segs[i];
	qsort(v, in->nr_segs, sizeof(*v), by_source);
	for (i = 0; i < in->nr_segs; i++) {
		if (last && is_said_by(v[i], last))
			v[i]->mem_bytes = 0;
		else
			last = v[i];
	}
	for (i = 0; i < in->nr_segs; i++) {
		if (in->segs[i].mem_bytes)
			in->segs[n++] = in->segs[i];
	}
	in->nr_segs = n;
	free(v);
	return ZDM_OK;
}

static enum zdm_status read_phdr_nr(int fd, const Elf64_Ehdr *eh, uint64_t *ret)
{
	enum zdm_status status;
	Elf64_Shdr sh;

	*ret = eh->e_phnum;
	if (eh->e_phnum == PN_XNUM) {
		status = read_at(fd, &sh, sizeof(sh), eh->e_shoff);
		if (status != ZDM_OK)
			return status;
		*ret = sh.sh_info;
	}
	return *ret && *ret <= MAX_PHDRS ? ZDM_OK : ZDM_CORRUPT;
}

static enum zdm_status read_phdrs(int fd, const Elf64_Ehdr *eh, struct zdm_carve_input *in,
				  const char **what)
{
	enum zdm_status status;
	Elf64_Phdr *ph = NULL;
	uint64_t nr, i;

	*what = "number of program headers";
	status = read_phdr_nr(fd, eh, &nr);
	if (status != ZDM_OK)
		return status;
	*what = "program headers";
	if (nr * sizeof(*ph) > in->file_bytes)
		return ZDM_CORRUPT;
	ph = malloc(nr * sizeof(*ph));
	in->segs = calloc(nr, sizeof(*in->segs));
	status = ph && in->segs ? read_at(fd, ph, nr * sizeof(*ph), eh->e_phoff) : ZDM_NOMEM;
	for (i = 0; status == ZDM_OK && i < nr; i++) {
		if (ph[i].p_type == PT_NOTE) {
			*what = "notes";
			status = read_note(fd, &ph[i], in);
		} else if (ph[i].p_type == PT_LOAD) {
			*what = "a PT_LOAD's size";
			status = add_load(&ph[i], in);
		}
	}
	free(ph);
	return status == ZDM_OK ? drop_repeated(in) : status;
}

enum zdm_status zdm_carve_input_elf(int fd, struct zdm_carve_input **ret, char *err,
				    size_t err_len)
{
	struct zdm_carve_input *in;
	enum zdm_status status;
	const char *what = "";
	struct stat st;
	Elf64_Ehdr eh;
	off_t end;

	if (fstat(fd, &st) || read_at(fd, &eh, sizeof(eh), 0) != ZDM_OK ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG)) {
		zdm_errf(err, err_len, "not an ELF file");
		return ZDM_ABSENT;
	}
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh.e_type != ET_CORE || eh.e_phentsize != sizeof(Elf64_Phdr)) {
		zdm_errf(err, err_len, "not a 64-bit little-endian ELF core file");
		return ZDM_ABSENT;
	}
	in = calloc(1, sizeof(*in));
	if (!in)
		return ZDM_NOMEM;
	in->machine = eh.e_machine;
	in->osabi = eh.e_ident[EI_OSABI];
	in->elf_flags = eh.e_flags;
	/* A block device has no size in its inode. */
	end = S_ISREG(st.st_mode) ? st.st_size : lseek(fd, 0, SEEK_END);
	in->file_bytes = end > 0 ? (uint64_t)end : 0;
	status = read_phdrs(fd, &eh, in, &what);
	if (status != ZDM_OK) {
		zdm_errf(err, err_len, "ELF headers: %s: %s", what,
			 status == ZDM_UNREADABLE ? strerror(errno) :
			 status == ZDM_NOMEM ? "out of memory" : "cannot be true");
		zdm_carve_input_free(in);
		return status;
	}
	*ret = in;
	return ZDM_OK;
}

static bool add_page_run(struct zdm_carve_input *in, size_t *room, uint64_t start, uint64_t end,
			 uint64_t page_offset_kaddr)
{
	struct zdm_carve_seg *v = zdm_grow((void **)&in->segs, room, in->nr_segs, sizeof(*v));

	if (!v)
		return false;
	in->nr_segs++;
	*v = (struct zdm_carve_seg){
		.paddr = start, .vaddr = page_offset_kaddr ? page_offset_kaddr + start : 0,
		.file_bytes = end - start, .mem_bytes = end - start,
		.flags = PF_R | PF_W | PF_X, .from = ZDM_CARVE_PAGES,
	};
	return true;
}

enum zdm_status zdm_carve_input_pages(const struct zdm_session *s, const struct zdm_reader_ops *ops,
				      void *priv, uint64_t end_pfn, const void *notes,
				      size_t notes_bytes, struct zdm_carve_input **ret,
				      char *err, size_t err_len)
{
	const struct zdm_kernel *k = zdm_session_kernel(s);
	uint64_t paddr = 0, end = end_pfn * k->page_size, next, page_offset_kaddr;
	enum zdm_status status = ZDM_OK;
	struct zdm_carve_input *in;
	size_t room = 0;
	bool present;

	if (!ops->present_fn || !ops->read_phys_fn) {
		zdm_errf(err, err_len, "this reader cannot say which frames the dump holds");
		return ZDM_UNSUPPORTED;
	}
	page_offset_kaddr = zdm_reader_xlat(s->r)->page_offset_kaddr;
	in = calloc(1, sizeof(*in));
	if (!in || !add_notes(in, notes, notes_bytes))
		status = ZDM_NOMEM;
	while (status == ZDM_OK && paddr < end) {
		status = ops->present_fn(priv, paddr, &present, &next);
		if (status != ZDM_OK)
			break;
		next -= next % k->page_size;
		if (next <= paddr)
			next = paddr + k->page_size;
		if (next > end)
			next = end;
		if (present && !add_page_run(in, &room, paddr, next, page_offset_kaddr))
			status = ZDM_NOMEM;
		paddr = next;
	}
	if (status != ZDM_OK) {
		zdm_errf(err, err_len, "frames of the dump at physical %016llx: %s",
			 (unsigned long long)paddr,
			 status == ZDM_NOMEM ? "out of memory" : "not known");
		zdm_carve_input_free(in);
		return status;
	}
	in->machine = zdm_reader_xlat(s->r)->arch->elf_machine;
	in->has_vaddr = page_offset_kaddr != 0;
	*ret = in;
	return ZDM_OK;
}

enum zdm_status zdm_carve_page_paddr(const struct zdm_session *s, const struct zdm_model *m,
				     uint64_t pfn, uint64_t *paddr)
{
	uint64_t kaddr = zdm_page_kaddr(zdm_model_kernel(m), pfn);
	enum zdm_status status;
	struct zdm_leaf leaf;

	status = zdm_walk_kaddr(s->r, kaddr, &leaf);
	if (status != ZDM_OK)
		return status;
	if (!leaf.mapped)
		return ZDM_ABSENT;
	*paddr = leaf.paddr + (kaddr - leaf.start_kaddr);
	return ZDM_OK;
}

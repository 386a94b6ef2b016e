// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * world: a kernel's memory made of the input's bytes.
 *
 *	u8 flags, u16 bytes and text of a layout file, u16 and text of VMCOREINFO,
 *	then pieces of memory: u64 physical address, u16 bytes, the bytes
 *
 * Frames without a piece are missing, or zero, or (WORLD_ALIAS) show a piece of
 * another place: tables that point anywhere then find more tables, without end.
 */
#include "target.h"

#define WORLD_ALIAS 1u
#define WORLD_ZERO 2u
#define WORLD_ASK 4u		/* the host cannot say which frames the dump has */
#define WORLD_GROW 8u		/* an alias is another one at each read */
#define WORLD_ARM64 16u
#define FRAME 4096u

struct piece {
	uint64_t paddr;
	const uint8_t *v;
	size_t len;
};

struct world {
	unsigned int flags;
	const char *layout, *info;
	size_t layout_len, info_len;
	struct piece *piece;
	size_t nr, cap, longest;
	uint64_t nr_reads;
	struct zdm_reader_ops ops;
	struct zdm_source *source;
};

static int by_paddr(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->paddr < y->paddr ? -1 : x->paddr > y->paddr ? 1 :
	       x->v < y->v ? -1 : x->v > y->v;
}

/* The first piece that may reach beyond paddr. */
static size_t first_piece(const struct world *w, uint64_t paddr)
{
	uint64_t from = paddr > w->longest ? paddr - w->longest : 0;
	size_t lo = 0, hi = w->nr;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->piece[mid].paddr < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Lay all pieces over a stretch that ends below 2^64; buf may be NULL. True: there was one. */
static bool lay(const struct world *w, uint64_t paddr, uint8_t *buf, size_t len)
{
	bool any = false;
	size_t i;

	for (i = first_piece(w, paddr); i < w->nr && w->piece[i].paddr < paddr + len; i++) {
		const struct piece *p = &w->piece[i];
		uint64_t from = p->paddr > paddr ? p->paddr : paddr;
		uint64_t to = p->paddr + p->len < paddr + len ? p->paddr + p->len : paddr + len;

		if (from >= to)
			continue;
		any = true;
		if (buf)
			memcpy(buf + (from - paddr), p->v + (from - p->paddr), to - from);
	}
	return any;
}

static void alias(struct world *w, uint64_t paddr, uint8_t *buf, size_t len)
{
	uint64_t h = (paddr / FRAME + (w->flags & WORLD_GROW ? w->nr_reads : 0)) *
		     0x9e3779b97f4a7c15ull;
	const struct piece *p = &w->piece[(h >> 32) % w->nr];
	size_t off = p->len ? paddr % FRAME % p->len : 0, n = p->len - off;

	memcpy(buf, p->v + off, n < len ? n : len);
}

static enum zdm_status read_frame(struct world *w, uint64_t paddr, uint8_t *buf, size_t len)
{
	memset(buf, 0, len);
	if (lay(w, paddr - paddr % FRAME, NULL, FRAME)) {
		lay(w, paddr, buf, len);
		return ZDM_OK;
	}
	if (w->flags & WORLD_ALIAS && w->nr) {
		alias(w, paddr, buf, len);
		return ZDM_OK;
	}
	return w->flags & WORLD_ZERO ? ZDM_OK : ZDM_UNREADABLE;
}

static enum zdm_status world_read(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct world *w = priv;
	uint8_t *to = buf;

	if (paddr >> 56 || len > 1u << 30)
		return ZDM_UNREADABLE;
	w->nr_reads++;
	while (len) {
		size_t n = FRAME - paddr % FRAME;
		enum zdm_status st;

		n = n < len ? n : len;
		st = read_frame(w, paddr, to, n);
		if (st != ZDM_OK)
			return st;
		paddr += n;
		to += n;
		len -= n;
	}
	return ZDM_OK;
}

static enum zdm_status world_present(void *priv, uint64_t paddr, bool *present, uint64_t *end_paddr)
{
	struct world *w = priv;
	uint64_t frame = paddr - paddr % FRAME;

	if (paddr >> 56) {
		*present = false;
		*end_paddr = UINT64_MAX;
		return ZDM_OK;
	}
	*present = w->flags & (WORLD_ALIAS | WORLD_ZERO) || lay(w, frame, NULL, FRAME);
	*end_paddr = frame + FRAME;
	if (w->flags & (WORLD_ALIAS | WORLD_ZERO)) {
		*end_paddr = 1ull << 56;
	} else if (!*present) {
		size_t i = first_piece(w, frame);

		while (i < w->nr && w->piece[i].paddr + w->piece[i].len <= frame)
			i++;
		*end_paddr = i < w->nr ? w->piece[i].paddr - w->piece[i].paddr % FRAME : 1ull << 56;
	}
	return ZDM_OK;
}

static enum zdm_status world_info(void *priv, const char **text, size_t *len)
{
	struct world *w = priv;

	*text = w->info;
	*len = w->info_len;
	return ZDM_OK;
}

static void add_piece(struct world *w, struct input_bytes *b)
{
	struct piece p = { .paddr = take(b, 8) & (UINT64_MAX >> 8), .len = take(b, 2) };

	p.v = take_block(b, &p.len);
	w->piece = grow(w->piece, &w->cap, w->nr, sizeof(p));
	w->piece[w->nr++] = p;
	if (p.len > w->longest)
		w->longest = p.len;
}

struct world *world_new(struct input_bytes *b)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		die("out of memory");
	w->flags = take(b, 1);
	w->layout_len = take(b, 2);
	w->layout = (const char *)take_block(b, &w->layout_len);
	w->info_len = take(b, 2);
	w->info = (const char *)take_block(b, &w->info_len);
	while (b->left)
		add_piece(w, b);
	if (w->nr)
		qsort(w->piece, w->nr, sizeof(*w->piece), by_paddr);
	w->ops = (struct zdm_reader_ops){
		.size = sizeof(w->ops), .api = ZDM_READER_API,
		.machine = w->flags & WORLD_ARM64 ? "aarch64" : "x86_64",
		.read_phys_fn = world_read,
		.present_fn = w->flags & WORLD_ASK ? NULL : world_present,
		.vmcoreinfo_fn = w->info_len ? world_info : NULL,
	};
	return w;
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

void world_free(struct world *w)
{
	zdm_source_close(w->source);
	free(w->piece);
	free(w);
}

const struct zdm_reader_ops *world_ops(const struct world *w)
{
	return &w->ops;
}

struct zdm_session *world_open(struct world *w)
{
	struct zdm_open_opts opts = { .size = sizeof(opts), .sources = &w->source };
	struct zdm_session *ses = NULL;
	char err[400] = "";
	enum zdm_status st = ZDM_OK;

	if (w->layout_len)
		st = zdm_source_layout_open_mem(w->layout, w->layout_len, "fuzz", &w->source, err,
						sizeof(err));
	opts.nr_sources = w->source != NULL;
	if (st == ZDM_OK)
		st = zdm_open(&w->ops, w, &opts, &ses, err, sizeof(err));
	must_be_line(st, err);
	if (st == ZDM_NOMEM)
		target_fail("memory is said to be out");
	return st == ZDM_OK ? ses : NULL;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * klog: u8 flags, and the memory of a kernel log: a ring (5.10 on) or a buffer. With
 * ALIAS the memory repeats without end.
 */
#include <zdm/oops.h>

#include "kernel/session.h"
#include "target.h"

#define BASE 0xffffffff82000000ull
#define BUFFER 1u
#define ALIAS 2u

static bool all_over;

static enum zdm_status read_log(void *priv, uint64_t kaddr, void *buf, size_t len)
{
	const struct input_bytes *b = priv;
	uint64_t off = kaddr - BASE;
	size_t i;

	if (!all_over && (off > b->left || len > b->left - off))
		return ZDM_UNREADABLE;
	for (i = 0; i < len && b->left; i++)
		((uint8_t *)buf)[i] = b->v[(off + i) % b->left];
	return b->left ? ZDM_OK : ZDM_UNREADABLE;
}

struct fact {
	enum zdm_kdef_id id;
	uint64_t v;
};

/* As tests/unit/test_klog.c has them; the offsets are of no kernel. */
static const struct fact ring[] = {
	{ ZDM_SYM_PRB, BASE }, { ZDM_MEM_PRB_DESC_RING, 0 }, { ZDM_MEM_PRB_TEXT_RING, 0x40 },
	{ ZDM_MEM_DESC_RING_COUNT_BITS, 0 }, { ZDM_MEM_DESC_RING_DESCS, 8 },
	{ ZDM_MEM_DESC_RING_INFOS, 16 }, { ZDM_MEM_DESC_RING_HEAD, 24 },
	{ ZDM_MEM_DESC_RING_TAIL, 32 }, { ZDM_SIZE_PRB_DESC, 24 }, { ZDM_MEM_PRB_DESC_STATE, 0 },
	{ ZDM_MEM_PRB_DESC_TEXT_LPOS, 8 }, { ZDM_MEM_LPOS_BEGIN, 0 }, { ZDM_MEM_LPOS_NEXT, 8 },
	{ ZDM_SIZE_PRINTK_INFO, 88 }, { ZDM_MEM_PRINTK_INFO_TS, 8 },
	{ ZDM_MEM_PRINTK_INFO_LEN, 16 }, { ZDM_MEM_PRINTK_INFO_CALLER, 20 },
	{ ZDM_MEM_DATA_RING_SIZE_BITS, 0 }, { ZDM_MEM_DATA_RING_DATA, 8 },
};

static const struct fact buffer[] = {
	{ ZDM_SYM_LOG_BUF, BASE }, { ZDM_SYM_LOG_BUF_LEN, BASE + 8 },
	{ ZDM_SYM_LOG_FIRST_IDX, BASE + 16 }, { ZDM_SYM_LOG_NEXT_IDX, BASE + 24 },
	{ ZDM_SIZE_PRINTK_LOG, 16 }, { ZDM_MEM_PRINTK_LOG_TS, 0 },
	{ ZDM_MEM_PRINTK_LOG_LEN, 8 }, { ZDM_MEM_PRINTK_LOG_TEXT_LEN, 10 },
};

static void know(struct zdm_session *s, const struct fact *f, size_t nr)
{
	size_t i;

	for (i = 0; i < ZDM_NR_KDEFS; i++)
		s->k.v[i].status = ZDM_ABSENT;
	for (i = 0; i < nr; i++)
		s->k.v[f[i].id] = (struct zdm_kval){ .status = ZDM_OK, .value = f[i].v };
}

void target_klog(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	unsigned int flags = take(&b, 1);
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .read_kaddr_fn = read_log,
	};
	struct zdm_session *s = calloc(1, sizeof(*s));
	size_t text_len;
	char *text;

	all_over = flags & ALIAS;
	if (!s || zdm_reader_create(&ops, &b, &s->r) != ZDM_OK)
		die("out of memory");
	if (flags & BUFFER)
		know(s, buffer, sizeof(buffer) / sizeof(buffer[0]));
	else
		know(s, ring, sizeof(ring) / sizeof(ring[0]));
	if (zdm_klog_read(s, &text, &text_len) == ZDM_OK) {
		struct zdm_oops *o = NULL;

		if (zdm_oops_new(&o) != ZDM_OK)
			die("out of memory");
		zdm_oops_add_text(o, "kernel log", text, text_len);
		zdm_oops_free(o);
	}
	free(text);
	zdm_reader_destroy(s->r);
	free(s);
}

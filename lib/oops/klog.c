// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * klog: the kernel log in a dump, as text. From 5.10 on a ring of descriptors beside a
 * ring of data (kernel/printk/printk_ringbuffer.c); before, one buffer of records (struct
 * printk_log, kernel/printk/printk.c, 4.9 to 5.9). VMCOREINFO describes both. Whatever the
 * rings claim, the walk ends: a record is looked at once, and the text has a bound.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/oops.h>

#include "kernel/session.h"

#define MAX_TEXT_BYTES (4u << 20)
#define MAX_RECORDS (UINT64_C(1) << 16)
#define MAX_COUNT_BITS 24u	/* of a ring of descriptors; the kernel's largest has 26 - 5 */
#define MAX_SIZE_BITS 31u	/* LOG_BUF_LEN_MAX, kernel/printk/printk.c */
#define MAX_RECORD_TEXT 4096u
#define STATE_SHIFT 62		/* DESC_FLAGS_SHIFT of 64 bits */
#define CALLER_IS_CPU 0x80000000u

enum desc_state { STATE_COMMITTED = 1, STATE_FINALIZED = 2 };

struct klog {
	struct zdm_session *s;
	char *text;
	size_t bytes, room;
	bool no_memory;
};

static void put(struct klog *k, const char *text, size_t len)
{
	size_t room = k->room ? k->room : 1u << 16;
	char *p;

	while (room < k->bytes + len)
		room *= 2;
	if (room != k->room) {
		p = realloc(k->text, room);
		if (!p) {
			k->no_memory = true;
			return;
		}
		k->text = p;
		k->room = room;
	}
	memcpy(k->text + k->bytes, text, len);
	k->bytes += len;
}

static uint64_t known(const struct klog *k, enum zdm_kdef_id id)
{
	return zdm_kdef_get(&k->s->k, id);
}

static enum zdm_status read_u64(const struct klog *k, uint64_t kaddr, uint64_t *ret)
{
	return zdm_session_read(k->s, kaddr, ret, sizeof(*ret));
}

static enum zdm_status read_u32(const struct klog *k, uint64_t kaddr, uint32_t *ret)
{
	return zdm_session_read(k->s, kaddr, ret, sizeof(*ret));
}

static enum zdm_status read_u16(const struct klog *k, uint64_t kaddr, uint16_t *ret)
{
	return zdm_session_read(k->s, kaddr, ret, sizeof(*ret));
}

/* As dmesg shows it: time and, where it is known, caller in front of each line. */
static void put_record(struct klog *k, uint64_t ts_nsec, uint32_t caller, const char *text,
		       size_t len)
{
	const char *end = text + len, *nl;
	char head[80], who[32] = "";

	if (caller)
		snprintf(who, sizeof(who), "[%c%u]", caller & CALLER_IS_CPU ? 'C' : 'T',
			 caller & ~CALLER_IS_CPU);
	snprintf(head, sizeof(head), "[%5" PRIu64 ".%06" PRIu64 "]%s ", ts_nsec / 1000000000,
		 ts_nsec / 1000 % 1000000, who);
	do {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (!nl)
			nl = end;
		put(k, head, strlen(head));
		put(k, text, (size_t)(nl - text));
		put(k, "\n", 1);
		text = nl + 1;
	} while (text < end);
}

/* The rings of 5.10 and later. */
struct rings {
	uint64_t descs, infos, data;		/* kernel addresses */
	uint64_t head_id, tail_id;
	uint32_t count_bits, size_bits;
};

static enum zdm_status read_rings(const struct klog *k, struct rings *r)
{
	uint64_t prb, desc, text;

	if (read_u64(k, known(k, ZDM_SYM_PRB), &prb) != ZDM_OK)
		return ZDM_UNREADABLE;
	desc = prb + known(k, ZDM_MEM_PRB_DESC_RING);
	text = prb + known(k, ZDM_MEM_PRB_TEXT_RING);
	if (read_u32(k, desc + known(k, ZDM_MEM_DESC_RING_COUNT_BITS), &r->count_bits) != ZDM_OK ||
	    read_u64(k, desc + known(k, ZDM_MEM_DESC_RING_DESCS), &r->descs) != ZDM_OK ||
	    read_u64(k, desc + known(k, ZDM_MEM_DESC_RING_INFOS), &r->infos) != ZDM_OK ||
	    read_u64(k, desc + known(k, ZDM_MEM_DESC_RING_HEAD), &r->head_id) != ZDM_OK ||
	    read_u64(k, desc + known(k, ZDM_MEM_DESC_RING_TAIL), &r->tail_id) != ZDM_OK ||
	    read_u32(k, text + known(k, ZDM_MEM_DATA_RING_SIZE_BITS), &r->size_bits) != ZDM_OK ||
	    read_u64(k, text + known(k, ZDM_MEM_DATA_RING_DATA), &r->data) != ZDM_OK)
		return ZDM_UNREADABLE;
	if (!r->count_bits || r->count_bits > MAX_COUNT_BITS || r->size_bits < 10 ||
	    r->size_bits > MAX_SIZE_BITS)
		return ZDM_CORRUPT;
	return ZDM_OK;
}

/* Where in the data ring a block lies; false: it has no data, or cannot be. */
static bool find_block(const struct rings *r, uint64_t begin, uint64_t next, uint64_t *off,
		       uint64_t *len)
{
	uint64_t size = UINT64_C(1) << r->size_bits, mask = size - 1;

	if ((begin & 1) || (next & 1))
		return false;
	/* one that would reach beyond the end is stored at the start */
	if (begin >> r->size_bits == (next - 1) >> r->size_bits) {
		*off = begin & mask;
		*len = next - begin;
	} else if ((begin >> r->size_bits) + 1 == next >> r->size_bits) {
		*off = 0;
		*len = next & mask;
	} else {
		return false;
	}
	return *len > sizeof(uint64_t) && *len <= size;
}

static void read_ring_record(struct klog *k, const struct rings *r, uint64_t id)
{
	uint64_t index = id & ((UINT64_C(1) << r->count_bits) - 1), state, begin, next, off, len, ts;
	uint64_t desc = r->descs + index * known(k, ZDM_SIZE_PRB_DESC);
	uint64_t info = r->infos + index * known(k, ZDM_SIZE_PRINTK_INFO);
	uint64_t lpos = desc + known(k, ZDM_MEM_PRB_DESC_TEXT_LPOS);
	char text[MAX_RECORD_TEXT];
	uint32_t caller = 0;
	uint16_t text_len;

	if (read_u64(k, desc + known(k, ZDM_MEM_PRB_DESC_STATE), &state) != ZDM_OK ||
	    (state & ~(UINT64_C(3) << STATE_SHIFT)) != id ||
	    (state >> STATE_SHIFT != STATE_COMMITTED && state >> STATE_SHIFT != STATE_FINALIZED) ||
	    read_u64(k, lpos + known(k, ZDM_MEM_LPOS_BEGIN), &begin) != ZDM_OK ||
	    read_u64(k, lpos + known(k, ZDM_MEM_LPOS_NEXT), &next) != ZDM_OK ||
	    !find_block(r, begin, next, &off, &len) ||
	    read_u64(k, info + known(k, ZDM_MEM_PRINTK_INFO_TS), &ts) != ZDM_OK ||
	    read_u16(k, info + known(k, ZDM_MEM_PRINTK_INFO_LEN), &text_len) != ZDM_OK)
		return;
	if (zdm_kdef_has(&k->s->k, ZDM_MEM_PRINTK_INFO_CALLER))
		read_u32(k, info + known(k, ZDM_MEM_PRINTK_INFO_CALLER), &caller);
	len -= sizeof(uint64_t);
	len = len < text_len ? len : text_len;
	len = len < sizeof(text) ? len : sizeof(text);
	if (zdm_session_read(k->s, r->data + off + sizeof(uint64_t), text, len) == ZDM_OK)
		put_record(k, ts, caller, text, len);
}

static enum zdm_status read_ring(struct klog *k)
{
	uint64_t id, nr;
	struct rings r;
	enum zdm_status st = read_rings(k, &r);

	if (st != ZDM_OK)
		return st;
	nr = ((r.head_id - r.tail_id) & ~(UINT64_C(3) << STATE_SHIFT)) + 1;
	if (nr > UINT64_C(1) << r.count_bits)
		return ZDM_CORRUPT;
	nr = nr < MAX_RECORDS ? nr : MAX_RECORDS;	/* the newest */
	for (id = r.head_id - nr + 1; nr-- && k->bytes < MAX_TEXT_BYTES; id++)
		read_ring_record(k, &r, id & ~(UINT64_C(3) << STATE_SHIFT));
	return ZDM_OK;
}

static enum zdm_status read_buffer_record(struct klog *k, uint64_t kaddr, uint16_t *len)
{
	uint64_t ts, head = known(k, ZDM_SIZE_PRINTK_LOG);
	char text[MAX_RECORD_TEXT];
	uint16_t text_len;
	size_t n;

	if (read_u16(k, kaddr + known(k, ZDM_MEM_PRINTK_LOG_LEN), len) != ZDM_OK)
		return ZDM_UNREADABLE;
	if (!*len)
		return ZDM_OK;
	if (read_u16(k, kaddr + known(k, ZDM_MEM_PRINTK_LOG_TEXT_LEN), &text_len) != ZDM_OK ||
	    read_u64(k, kaddr + known(k, ZDM_MEM_PRINTK_LOG_TS), &ts) != ZDM_OK)
		return ZDM_UNREADABLE;
	if (*len < head || text_len > *len - head)
		return ZDM_CORRUPT;
	n = text_len < sizeof(text) ? text_len : sizeof(text);
	if (zdm_session_read(k->s, kaddr + head, text, n) != ZDM_OK)
		return ZDM_UNREADABLE;
	put_record(k, ts, 0, text, n);
	return ZDM_OK;
}

/* The buffer before 5.10. A length of 0 sends back to its start. */
static enum zdm_status read_buffer(struct klog *k)
{
	uint32_t size, idx, next, steps;
	enum zdm_status st = ZDM_OK;
	uint16_t len = 0;
	uint64_t buf;

	if (read_u64(k, known(k, ZDM_SYM_LOG_BUF), &buf) != ZDM_OK ||
	    read_u32(k, known(k, ZDM_SYM_LOG_BUF_LEN), &size) != ZDM_OK ||
	    read_u32(k, known(k, ZDM_SYM_LOG_FIRST_IDX), &idx) != ZDM_OK ||
	    read_u32(k, known(k, ZDM_SYM_LOG_NEXT_IDX), &next) != ZDM_OK)
		return ZDM_UNREADABLE;
	if (size > UINT32_C(1) << MAX_SIZE_BITS || idx >= size || next > size)
		return ZDM_CORRUPT;
	for (steps = 0; idx != next && steps < MAX_RECORDS && k->bytes < MAX_TEXT_BYTES; steps++) {
		st = read_buffer_record(k, buf + idx, &len);
		if (st != ZDM_OK || idx + len > size)
			break;
		if (!len && !idx)
			break;
		idx = len ? idx + len : 0;
	}
	return k->bytes ? ZDM_OK : st;
}

static bool has_all(const struct klog *k, const enum zdm_kdef_id *id, size_t nr)
{
	while (nr--) {
		if (!zdm_kdef_has(&k->s->k, id[nr]))
			return false;
	}
	return true;
}

static bool has_ring(const struct klog *k)
{
	static const enum zdm_kdef_id ids[] = {
		ZDM_SYM_PRB, ZDM_MEM_PRB_DESC_RING, ZDM_MEM_PRB_TEXT_RING,
		ZDM_MEM_DESC_RING_COUNT_BITS, ZDM_MEM_DESC_RING_DESCS, ZDM_MEM_DESC_RING_INFOS,
		ZDM_MEM_DESC_RING_HEAD, ZDM_MEM_DESC_RING_TAIL, ZDM_SIZE_PRB_DESC,
		ZDM_MEM_PRB_DESC_STATE, ZDM_MEM_PRB_DESC_TEXT_LPOS, ZDM_MEM_LPOS_BEGIN,
		ZDM_MEM_LPOS_NEXT, ZDM_SIZE_PRINTK_INFO, ZDM_MEM_PRINTK_INFO_TS,
		ZDM_MEM_PRINTK_INFO_LEN, ZDM_MEM_DATA_RING_SIZE_BITS, ZDM_MEM_DATA_RING_DATA,
	};

	return has_all(k, ids, sizeof(ids) / sizeof(ids[0]));
}

static bool has_buffer(const struct klog *k)
{
	static const enum zdm_kdef_id ids[] = {
		ZDM_SYM_LOG_BUF, ZDM_SYM_LOG_BUF_LEN, ZDM_SYM_LOG_FIRST_IDX, ZDM_SYM_LOG_NEXT_IDX,
		ZDM_SIZE_PRINTK_LOG, ZDM_MEM_PRINTK_LOG_TS, ZDM_MEM_PRINTK_LOG_LEN,
		ZDM_MEM_PRINTK_LOG_TEXT_LEN,
	};

	return has_all(k, ids, sizeof(ids) / sizeof(ids[0]));
}

enum zdm_status zdm_klog_read(struct zdm_session *s, char **text, size_t *len)
{
	bool ring = zdm_feat_yes(&s->f, ZDM_FEAT_LOG_RING);
	struct klog k = { .s = s };
	enum zdm_status st = ZDM_ABSENT;

	*text = NULL;
	*len = 0;
	if (!(ring ? has_ring(&k) : has_buffer(&k)))
		return ZDM_ABSENT;
	st = ring ? read_ring(&k) : read_buffer(&k);
	if (k.no_memory)
		st = ZDM_NOMEM;
	if (st == ZDM_OK && !k.bytes)
		st = ZDM_UNREADABLE;
	if (st != ZDM_OK) {
		free(k.text);
		return st;
	}
	*text = k.text;
	*len = k.bytes;
	return ZDM_OK;
}

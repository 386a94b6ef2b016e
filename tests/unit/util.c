// SPDX-License-Identifier: LGPL-2.1-or-later
/* Linked into every unit test. */
#include "test_util.h"

static struct mem_piece *piece_of(const struct mem *m, uint64_t paddr)
{
	size_t i;

	for (i = 0; i < m->nr; i++)
		if (paddr >= m->piece[i].paddr && paddr - m->piece[i].paddr < m->piece[i].len)
			return (struct mem_piece *)&m->piece[i];
	return NULL;
}

uint8_t *mem_add(struct mem *m, uint64_t paddr, size_t len)
{
	struct mem_piece *p = &m->piece[m->nr];

	assert_true(m->nr < sizeof(m->piece) / sizeof(*m->piece));
	assert_null(piece_of(m, paddr));
	*p = (struct mem_piece){ paddr, len, calloc(1, len) };
	assert_non_null(p->data);
	m->nr++;
	return p->data;
}

uint8_t *mem_at(struct mem *m, uint64_t paddr, size_t len)
{
	struct mem_piece *p = piece_of(m, paddr);

	assert_non_null(p);
	assert_true(len <= p->len - (paddr - p->paddr));
	return p->data + (paddr - p->paddr);
}

void mem_put(struct mem *m, uint64_t paddr, uint64_t value, unsigned int bytes)
{
	uint8_t *at = mem_at(m, paddr, bytes);
	unsigned int i;

	for (i = 0; i < bytes; i++)
		at[i] = value >> (8 * i);
}

void mem_remove(struct mem *m, uint64_t paddr)
{
	struct mem_piece *p = piece_of(m, paddr);

	assert_non_null(p);
	free(p->data);
	*p = m->piece[--m->nr];
}

void mem_deinit(struct mem *m)
{
	while (m->nr)
		free(m->piece[--m->nr].data);
}

static enum zdm_status read_phys(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct mem *m = priv;
	uint8_t *to = buf;

	m->nr_reads++;
	while (len) {
		struct mem_piece *p = piece_of(m, paddr);
		size_t n;

		if (!p)
			return ZDM_UNREADABLE;
		n = p->len - (paddr - p->paddr);
		if (n > len)
			n = len;
		memcpy(to, p->data + (paddr - p->paddr), n);
		to += n;
		paddr += n;
		len -= n;
	}
	return ZDM_OK;
}

static enum zdm_status present(void *priv, uint64_t paddr, bool *ret, uint64_t *end_paddr)
{
	const struct mem *m = priv;
	const struct mem_piece *p = piece_of(m, paddr);
	size_t i;

	*ret = p != NULL;
	*end_paddr = p ? p->paddr + p->len : UINT64_MAX;
	for (i = 0; !p && i < m->nr; i++)
		if (m->piece[i].paddr > paddr && m->piece[i].paddr < *end_paddr)
			*end_paddr = m->piece[i].paddr;
	return ZDM_OK;
}

static enum zdm_status vmcoreinfo(void *priv, const char **text, size_t *len)
{
	const struct mem *m = priv;

	if (!m->vmcoreinfo)
		return ZDM_ABSENT;
	*text = m->vmcoreinfo;
	*len = strlen(m->vmcoreinfo);
	return ZDM_OK;
}

const struct zdm_reader_ops mem_ops = {
	.size = sizeof(mem_ops),
	.api = ZDM_READER_API,
	.machine = "x86_64",
	.read_phys_fn = read_phys,
	.present_fn = present,
	.vmcoreinfo_fn = vmcoreinfo,
};

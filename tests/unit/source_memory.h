/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kernel's memory for tests of the sources: a few stretches of bytes behind
 * the library's own reader. Everything else is not in the dump.
 */
#ifndef SOURCE_MEMORY_H
#define SOURCE_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "memory/reader.h"
#include "source/source.h"

struct memory {
	struct stretch {
		uint64_t kaddr;
		uint8_t *bytes;
		size_t len;
	} stretch[8];
	unsigned int nr, reads;
};

static inline enum zdm_status memory_read(void *priv, uint64_t kaddr, void *buf, size_t len)
{
	struct memory *m = priv;
	unsigned int i;

	m->reads++;
	for (i = 0; i < m->nr; i++) {
		const struct stretch *s = &m->stretch[i];

		if (kaddr < s->kaddr || kaddr - s->kaddr > s->len ||
		    len > s->len - (kaddr - s->kaddr))
			continue;
		memcpy(buf, s->bytes + (kaddr - s->kaddr), len);
		return ZDM_OK;
	}
	return ZDM_UNREADABLE;
}

static inline struct zdm_reader *memory_reader(struct memory *m)
{
	const struct zdm_reader_ops ops = {
		.size = sizeof(ops),
		.api = ZDM_READER_API,
		.read_kaddr_fn = memory_read,
	};
	struct zdm_reader *r;

	return zdm_reader_create(&ops, m, &r) ? NULL : r;
}

/* For fuzzing: the same numbers on every machine. */
static inline uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* How often to flip bytes: ZDM_FUZZ_RUNS, else few enough for `make check`. */
static inline unsigned int fuzz_runs(unsigned int dflt)
{
	const char *runs = getenv("ZDM_FUZZ_RUNS");

	return runs ? strtoul(runs, NULL, 10) : dflt;
}

#endif

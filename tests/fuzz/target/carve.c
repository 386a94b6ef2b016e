// SPDX-License-Identifier: LGPL-2.1-or-later
/* carve: u8 ranges of u8 fate and u32 frames each, u8 frames added; then an ELF file to cut. */
#include <sys/mman.h>
#include <unistd.h>

#include <zdm/carve.h>

#include "target.h"

#define MAX_OUT (8u << 20)
#define MAX_HEADER (16u << 20)

static enum zdm_status pages(void *priv, uint64_t paddr, void *buf, size_t len)
{
	(void)priv;
	(void)paddr;
	memset(buf, 0xa5, len);
	return ZDM_OK;
}

static struct zdm_keep_range *fates(struct input_bytes *b, size_t *nr)
{
	struct zdm_keep_range *v;
	uint64_t pfn = 0;
	size_t i;

	*nr = take(b, 1) % 32;
	v = calloc(*nr + 1, sizeof(*v));
	if (!v)
		die("out of memory");
	for (i = 0; i < *nr; i++) {
		uint8_t fate = take(b, 1);
		uint64_t n = take(b, 4);

		v[i] = (struct zdm_keep_range){
			.start_pfn = pfn, .end_pfn = pfn + 1 + n, .keep = fate % 3,
			.cls = fate / 4 % ZDM_NR_CLASSES, .memmap = fate & 64,
		};
		pfn = v[i].end_pfn;
	}
	return v;
}

static void must_be_apart(const struct zdm_carve_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nr_segs; i++) {
		const struct zdm_carve_seg *s = &plan->segs[i];

		if (s->file_bytes > s->mem_bytes)
			target_fail("segment %zu has more bytes in the file than in memory", i);
		/* one without bytes is placed behind the last page, which may end early */
		if (s->file_bytes && (s->dst_off < plan->header_bytes ||
				      s->dst_off + s->file_bytes > plan->total_bytes))
			target_fail("segment %zu does not lie in the output", i);
	}
}

static void put(struct zdm_carve_plan *plan, int in_fd)
{
	struct zdm_carve_io io = {
		.size = sizeof(io), .in_fd = in_fd, .read_pages_fn = pages, .read_altmap_fn = pages,
	};
	void *head;
	char err[400] = "";

	must_be_apart(plan);
	if (plan->header_bytes > MAX_HEADER)
		return;
	head = malloc(plan->header_bytes);
	if (!head)
		die("out of memory");
	if (zdm_carve_header(plan, head) != ZDM_OK)
		die("out of memory");
	free(head);
	if (plan->total_bytes > MAX_OUT)
		return;
	io.out_fd = memfd_create("out", MFD_CLOEXEC);
	if (io.out_fd < 0)
		die("no file in memory");
	must_be_line(zdm_carve_write(plan, &io, err, sizeof(err)), err);
	close(io.out_fd);
}

void target_carve(const uint8_t *data, size_t len)
{
	static const struct zdm_kernel k = { .page_size = 4096 };
	struct input_bytes b = { data, len };
	struct zdm_carve_input *in = NULL;
	struct zdm_carve_plan *plan = NULL;
	size_t nr;
	struct zdm_keep_range *keep = fates(&b, &nr);
	uint64_t add_start = take(&b, 4);
	struct zdm_pfn_range add = { add_start, add_start + take(&b, 1) };
	char err[400] = "";
	int fd = in_file(b.v, b.left);
	enum zdm_status st = zdm_carve_input_elf(fd, &in, err, sizeof(err));

	must_be_line(st, err);
	if (st == ZDM_OK && zdm_carve_plan_create(in, &k, keep, nr, &add,
						  add.end_pfn > add.start_pfn, &plan) == ZDM_OK) {
		zdm_carve_place_shifted(plan);
		must_be_apart(plan);
		zdm_carve_place_packed(plan);
		put(plan, fd);
	}
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	free(keep);
}

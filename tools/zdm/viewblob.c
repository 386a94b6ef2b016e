// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../preload/view.h"
#include "viewblob.h"

/* Extras of the view: the added segments, with the path each is read from. */
static void fill_extras(const struct carving *c, struct view_head *v, char *paths)
{
	struct view_extra *e = (struct view_extra *)(v + 1);
	const struct zdm_carve_seg *seg;
	const struct altmap_source *src;
	size_t i, len;

	for (i = 0; i < c->plan->nr_segs; i++) {
		seg = &c->plan->segs[i];
		if (seg->from != ZDM_CARVE_ALTMAP)
			continue;
		src = altmap_source(&c->altmap, seg->paddr, seg->file_bytes, &e->src_off);
		len = strlen(src->path) + 1;
		memcpy(paths, src->path, len);
		e->path_off = (uint64_t)(paths - (char *)v);
		e->view_off = seg->dst_off;
		e->bytes = seg->file_bytes;
		e->map_only = src->map_only;
		paths += len;
		e++;
		v->nr_extras++;
	}
}

bool viewblob_write(const struct carving *c, int fd, char *err, size_t err_len)
{
	size_t extras = 0, paths = 0, bytes, i;
	const struct altmap_source *src;
	struct view_head *v;
	struct stat st;
	uint64_t off;
	bool made;

	for (i = 0; i < c->plan->nr_segs; i++) {
		if (c->plan->segs[i].from != ZDM_CARVE_ALTMAP)
			continue;
		src = altmap_source(&c->altmap, c->plan->segs[i].paddr,
				    c->plan->segs[i].file_bytes, &off);
		extras++;
		paths += strlen(src->path) + 1;
	}
	bytes = sizeof(*v) + extras * sizeof(struct view_extra) + paths + 8;
	bytes += c->plan->header_bytes;
	if (ftruncate(fd, (off_t)bytes) || fstat(c->fd, &st)) {
		snprintf(err, err_len, "cannot make the view: %s", strerror(errno));
		return false;
	}
	v = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (v == MAP_FAILED) {
		snprintf(err, err_len, "cannot make the view: %s", strerror(errno));
		return false;
	}
	memcpy(v->magic, VIEW_MAGIC, sizeof(v->magic));
	v->blob_bytes = bytes;
	v->dev = st.st_dev;
	v->ino = st.st_ino;
	v->header_off = (bytes - c->plan->header_bytes) & ~(uint64_t)7;
	v->header_bytes = c->plan->header_bytes;
	v->file_bytes = c->input->file_bytes;
	v->total_bytes = c->plan->total_bytes;
	made = zdm_carve_header(c->plan, (char *)v + v->header_off) == ZDM_OK;
	fill_extras(c, v, (char *)(v + 1) + extras * sizeof(struct view_extra));
	munmap(v, bytes);
	if (!made)
		snprintf(err, err_len, "cannot make the view: out of memory");
	return made;
}

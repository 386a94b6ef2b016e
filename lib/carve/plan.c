// SPDX-License-Identifier: LGPL-2.1-or-later
/* carve, second part: which PT_LOADs the output has, and where. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/carve.h>
#include "base/elfcore.h"
#include "base/extents.h"
#include "base/grow.h"
#include "base/search.h"

/*
 * A frame stands in one segment, or in two: the kernel's image has one of its own in
 * /proc/vmcore. So often is a border of the policy's looked at for all segments together;
 * more are segments over each other, with a product of both for a result.
 */
#define MAX_OVERLAP 8u

static bool seg_add(struct zdm_carve_plan *plan, size_t *room, const struct zdm_carve_seg *seg)
{
	struct zdm_carve_seg *v = zdm_grow((void **)&plan->segs, room, plan->nr_segs, sizeof(*v));

	if (!v)
		return false;
	*v = *seg;
	plan->nr_segs++;
	return true;
}

/* The part [start, end) of seg, both relative to its first byte. */
static struct zdm_carve_seg seg_part(const struct zdm_carve_seg *seg, uint64_t start,
				     uint64_t end, bool has_vaddr)
{
	struct zdm_carve_seg part = *seg;

	part.paddr += start;
	if (has_vaddr)
		part.vaddr += start;
	part.mem_bytes = end - start;
	part.file_bytes = 0;
	if (seg->file_bytes > start) {
		part.src_off += start;
		part.file_bytes = seg->file_bytes - start;
		if (part.file_bytes > part.mem_bytes)
			part.file_bytes = part.mem_bytes;
	}
	return part;
}

static size_t keep_seek(const struct zdm_keep_range *keep, size_t nr, uint64_t pfn)
{
	return zdm_first_beyond(keep, nr, end_pfn, pfn);
}

static void count(struct zdm_carve_plan *plan, const struct zdm_keep_range *keep,
		  const struct zdm_carve_seg *part)
{
	struct zdm_carve_count *c = &plan->kept;

	if (keep->keep == ZDM_DROP)
		c = keep->memmap ? &plan->memmap : &plan->dropped[keep->cls];
	c->pages += (part->mem_bytes + plan->page_bytes - 1) / plan->page_bytes;
	c->bytes += part->file_bytes;
}

/* Cut one segment of the input at the borders of the policy's ranges; *looks: how many more. */
static enum zdm_status cut_seg(struct zdm_carve_plan *plan, size_t *room,
			       const struct zdm_carve_seg *seg, const struct zdm_keep_range *keep,
			       size_t nr_keep, size_t *looks)
{
	static const struct zdm_keep_range beyond = {
		.end_pfn = UINT64_MAX, .keep = ZDM_DROP, .cls = ZDM_CLASS_ABSENT,
	};
	uint64_t ps = plan->page_bytes, pos = 0, end, open = 0;
	size_t i = keep_seek(keep, nr_keep, seg->paddr / ps);
	const struct zdm_keep_range *r;
	struct zdm_carve_seg part;

	for (; pos < seg->mem_bytes; pos = end, i++) {
		if (!(*looks)--)
			return ZDM_CORRUPT;
		r = i < nr_keep ? &keep[i] : &beyond;
		end = seg->mem_bytes;
		if (r->end_pfn < (seg->paddr + end) / ps)
			end = r->end_pfn * ps - seg->paddr;
		part = seg_part(seg, pos, end, plan->in->has_vaddr);
		count(plan, r, &part);
		if (r->keep != ZDM_DROP)
			continue;
		if (open < pos) {
			part = seg_part(seg, open, pos, plan->in->has_vaddr);
			if (!seg_add(plan, room, &part))
				return ZDM_NOMEM;
		}
		open = end;
	}
	if (open < pos) {
		part = seg_part(seg, open, pos, plan->in->has_vaddr);
		return seg_add(plan, room, &part) ? ZDM_OK : ZDM_NOMEM;
	}
	return ZDM_OK;
}

/* The first byte from pos on that no segment of the input holds, and where the next one begins. */
static uint64_t held_until(const struct zdm_extents *held, uint64_t pos, uint64_t *next_held)
{
	size_t i = zdm_first_beyond(held->v, held->nr, end_paddr, pos);

	if (i < held->nr && held->v[i].start_paddr <= pos)
		pos = held->v[i++].end_paddr;
	*next_held = i < held->nr ? held->v[i].start_paddr : UINT64_MAX;
	return pos;
}

/* From physical to virtual in the direct map, as the other segments have it; UINT64_MAX: none. */
static uint64_t direct_map(const struct zdm_carve_input *in)
{
	uint64_t best = UINT64_MAX, diff;
	size_t i;

	/* The kernel image has a segment of its own, mapped higher up: the lowest wins. */
	for (i = 0; i < in->nr_segs; i++) {
		diff = in->segs[i].vaddr - in->segs[i].paddr;
		if (in->segs[i].vaddr && diff < best)
			best = diff;
	}
	return best;
}

static bool add_altmap_part(struct zdm_carve_plan *plan, size_t *room, uint64_t start, uint64_t end,
			    uint64_t to_vaddr)
{
	struct zdm_carve_seg seg = {
		.paddr = start, .vaddr = to_vaddr == UINT64_MAX ? 0 : start + to_vaddr,
		.file_bytes = end - start, .mem_bytes = end - start,
		.flags = PF_R | PF_W | PF_X, .from = ZDM_CARVE_ALTMAP,
	};

	plan->added.pages += (end - start) / plan->page_bytes;
	plan->added.bytes += end - start;
	return seg_add(plan, room, &seg);
}

static bool add_altmap(struct zdm_carve_plan *plan, size_t *room,
		       const struct zdm_pfn_range *add, size_t nr_add)
{
	uint64_t ps = plan->page_bytes, pos, end, stop, to_vaddr = direct_map(plan->in);
	struct zdm_extents held = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; nr_add && i < plan->in->nr_segs; i++)
		zdm_extents_add(&held, plan->in->segs[i].paddr, plan->in->segs[i].mem_bytes);
	zdm_extents_sort(&held);
	ok = !held.nomem;
	for (i = 0; i < nr_add && ok; i++) {
		end = add[i].end_pfn * ps;
		pos = add[i].start_pfn * ps;
		while (ok && (pos = held_until(&held, pos, &stop)) < end) {
			if (stop > end)
				stop = end;
			ok = add_altmap_part(plan, room, pos, stop, to_vaddr);
			pos = stop;
		}
	}
	zdm_extents_deinit(&held);
	return ok;
}

static uint64_t round_page(const struct zdm_carve_plan *plan, uint64_t bytes)
{
	return (bytes + plan->page_bytes - 1) / plan->page_bytes * plan->page_bytes;
}

static struct zdm_elfcore core_of(const struct zdm_carve_plan *plan)
{
	return (struct zdm_elfcore){
		.machine = plan->in->machine, .osabi = plan->in->osabi,
		.flags = plan->in->elf_flags, .nr_loads = plan->nr_segs,
		.notes_bytes = plan->in->notes_bytes,
	};
}

enum zdm_status zdm_carve_plan_create(const struct zdm_carve_input *in,
				      const struct zdm_kernel *k,
				      const struct zdm_keep_range *keep, size_t nr_keep,
				      const struct zdm_pfn_range *add, size_t nr_add,
				      struct zdm_carve_plan **ret)
{
	size_t i, room = 0, looks = in->nr_segs + MAX_OVERLAP * (nr_keep + 1);
	enum zdm_status st = ZDM_OK;
	struct zdm_carve_plan *plan;
	struct zdm_elfcore core;

	if (!k->page_size)
		return ZDM_INVAL;
	plan = calloc(1, sizeof(*plan));
	if (!plan)
		return ZDM_NOMEM;
	plan->in = in;
	plan->page_bytes = k->page_size;
	for (i = 0; st == ZDM_OK && i < in->nr_segs; i++)
		st = cut_seg(plan, &room, &in->segs[i], keep, nr_keep, &looks);
	if (st == ZDM_OK && !add_altmap(plan, &room, add, nr_add))
		st = ZDM_NOMEM;
	if (st != ZDM_OK) {
		zdm_carve_plan_free(plan);
		return st;
	}
	core = core_of(plan);
	plan->header_bytes = round_page(plan, zdm_elfcore_bytes(&core));
	*ret = plan;
	return ZDM_OK;
}

void zdm_carve_plan_free(struct zdm_carve_plan *plan)
{
	if (!plan)
		return;
	free(plan->segs);
	free(plan);
}

/*
 * A segment without bytes in the file gets the end of the file as its offset:
 * makedumpfile looks offsets up by memory size, and must not find this one.
 */
static void place_empty(struct zdm_carve_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->nr_segs; i++) {
		if (!plan->segs[i].file_bytes)
			plan->segs[i].dst_off = round_page(plan, plan->total_bytes);
	}
}

void zdm_carve_place_packed(struct zdm_carve_plan *plan)
{
	uint64_t pos = plan->header_bytes;
	size_t i;

	plan->total_bytes = pos;
	for (i = 0; i < plan->nr_segs; i++) {
		if (!plan->segs[i].file_bytes)
			continue;
		plan->segs[i].dst_off = pos;
		plan->total_bytes = pos + plan->segs[i].file_bytes;
		pos = round_page(plan, plan->total_bytes);
	}
	place_empty(plan);
}

void zdm_carve_place_shifted(struct zdm_carve_plan *plan)
{
	uint64_t pos = round_page(plan, plan->header_bytes + plan->in->file_bytes);
	size_t i;

	plan->total_bytes = plan->header_bytes + plan->in->file_bytes;
	for (i = 0; i < plan->nr_segs; i++) {
		if (plan->segs[i].from == ZDM_CARVE_FILE) {
			plan->segs[i].dst_off = plan->header_bytes + plan->segs[i].src_off;
		} else {
			plan->segs[i].dst_off = pos;
			plan->total_bytes = pos + plan->segs[i].file_bytes;
			pos = round_page(plan, plan->total_bytes);
		}
	}
	place_empty(plan);
}

enum zdm_status zdm_carve_header(const struct zdm_carve_plan *plan, void *buf)
{
	const struct zdm_elfcore core = core_of(plan);
	Elf64_Phdr *load = calloc(plan->nr_segs + 1, sizeof(*load));
	size_t i;

	if (!load)
		return ZDM_NOMEM;
	for (i = 0; i < plan->nr_segs; i++) {
		load[i] = (Elf64_Phdr){
			.p_flags = plan->segs[i].flags, .p_offset = plan->segs[i].dst_off,
			.p_vaddr = plan->segs[i].vaddr, .p_paddr = plan->segs[i].paddr,
			.p_filesz = plan->segs[i].file_bytes,
			.p_memsz = plan->segs[i].mem_bytes,
		};
	}
	memset(buf, 0, plan->header_bytes);
	zdm_elfcore_head(&core, load, buf);
	free(load);
	if (plan->in->notes_bytes)
		memcpy((char *)buf + zdm_elfcore_notes_off(&core), plan->in->notes,
		       plan->in->notes_bytes);
	return ZDM_OK;
}

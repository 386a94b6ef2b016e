/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * carve: an ELF vmcore that leaves out the frames a policy drops.
 *
 * input  what the dump holds: PT_LOADs and notes of an ELF file, or the frames
 *        a reader has;
 * plan   the PT_LOADs of the output, with where each byte comes from;
 * place  their offsets, in a new file or in front of the shifted input;
 * write  the new file.
 */
#ifndef ZDM_CARVE_H
#define ZDM_CARVE_H

#include <zdm/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

enum zdm_carve_from {
	ZDM_CARVE_FILE = 0,	/* the input file, at src_off */
	ZDM_CARVE_PAGES,	/* a reader, by paddr */
	ZDM_CARVE_ALTMAP,	/* what the dump lacks: read_altmap_fn, by paddr */
};

struct zdm_carve_seg {
	uint64_t paddr, vaddr;
	uint64_t file_bytes;	/* p_filesz */
	uint64_t mem_bytes;	/* p_memsz, >= file_bytes */
	uint64_t src_off;	/* of ZDM_CARVE_FILE */
	uint64_t dst_off;	/* set by placing */
	uint32_t flags;		/* p_flags */
	enum zdm_carve_from from;
};

struct zdm_carve_input {
	struct zdm_carve_seg *segs;
	size_t nr_segs;
	unsigned char *notes;
	size_t notes_bytes;
	uint16_t machine;	/* e_machine */
	uint8_t osabi;
	uint32_t elf_flags;	/* e_flags */
	bool has_vaddr;		/* some segment has a virtual address */
	uint64_t file_bytes;	/* size of the input file, 0: not a file */
	uint64_t lost_bytes;	/* memory the headers promise and the file lacks */
};

/*
 * The PT_LOADs and notes of an ELF vmcore. ABSENT: not a 64-bit little-endian
 * ELF core file; CORRUPT: its headers cannot be true; UNREADABLE: read error.
 */
ZDM_API enum zdm_status zdm_carve_input_elf(int fd, struct zdm_carve_input **ret, char *err,
					    size_t err_len);
/*
 * The frames below end_pfn that present_fn says are there, by the ops and priv
 * the session was opened with. notes (ELF notes) are copied.
 */
ZDM_API enum zdm_status zdm_carve_input_pages(const struct zdm_session *s,
					      const struct zdm_reader_ops *ops, void *priv,
					      uint64_t end_pfn, const void *notes,
					      size_t notes_bytes, struct zdm_carve_input **ret,
					      char *err, size_t err_len);
ZDM_API void zdm_carve_input_free(struct zdm_carve_input *in);

/*
 * The physical address at which the struct page of pfn is stored. ABSENT: not
 * mapped; UNREADABLE or CORRUPT: its page table.
 */
ZDM_API enum zdm_status zdm_carve_page_paddr(const struct zdm_session *s,
					     const struct zdm_model *m, uint64_t pfn,
					     uint64_t *paddr);

struct zdm_carve_count {
	uint64_t pages, bytes;	/* bytes: of the input file */
};

struct zdm_carve_plan {
	struct zdm_carve_seg *segs;
	size_t nr_segs;
	const struct zdm_carve_input *in;	/* borrowed */
	uint64_t page_bytes;
	uint64_t header_bytes;		/* ELF header, program headers, notes; whole pages */
	uint64_t total_bytes;		/* size of the output, set by placing */
	struct zdm_carve_count dropped[ZDM_NR_CLASSES];
	struct zdm_carve_count memmap;	/* dropped: holds only invalid struct pages */
	struct zdm_carve_count kept;
	struct zdm_carve_count added;	/* of altmaps */
};

/*
 * keep: of zdm_policy_ranges(); frames beyond its end are absent. add: runs
 * of frames to be read by read_altmap_fn, those that the input holds already
 * are left out; may be NULL. CORRUPT: so many segments of the input lie over each other
 * that the output would be their product with the borders of keep.
 */
ZDM_API enum zdm_status zdm_carve_plan_create(const struct zdm_carve_input *in,
					      const struct zdm_kernel *k,
					      const struct zdm_keep_range *keep, size_t nr_keep,
					      const struct zdm_pfn_range *add, size_t nr_add,
					      struct zdm_carve_plan **ret);
ZDM_API void zdm_carve_plan_free(struct zdm_carve_plan *plan);

/* For a new file: segments one after the other, each at a page boundary. */
ZDM_API void zdm_carve_place_packed(struct zdm_carve_plan *plan);
/*
 * For a view: the whole input file shifted by header_bytes, then the added
 * segments. Only for an input that is a file.
 */
ZDM_API void zdm_carve_place_shifted(struct zdm_carve_plan *plan);
/* header_bytes of ELF header, program headers and notes. NOMEM is the only failure. */
ZDM_API enum zdm_status zdm_carve_header(const struct zdm_carve_plan *plan, void *buf);

struct zdm_carve_io {
	size_t size;		/* sizeof(struct zdm_carve_io) */
	int in_fd;		/* of ZDM_CARVE_FILE, else -1 */
	int out_fd;
	enum zdm_status (*read_pages_fn)(void *priv, uint64_t paddr, void *buf, size_t len);
	enum zdm_status (*read_altmap_fn)(void *priv, uint64_t paddr, void *buf, size_t len);
	/* Called now and then; false stops with ZDM_STOPPED. May be NULL. */
	bool (*progress_fn)(void *priv, uint64_t done_bytes, uint64_t all_bytes);
	void *priv;
};

/*
 * Write the placed plan to out_fd, an empty regular file. All-zero pages and
 * holes of the input become holes. err says what failed and where.
 */
ZDM_API enum zdm_status zdm_carve_write(const struct zdm_carve_plan *plan,
					const struct zdm_carve_io *io, char *err, size_t err_len);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zdm: which struct pages of a kernel crash dump may be believed.
 *
 * A session (reader, symbols, types) is opened on a host's reader; from it a
 * model is built in one pass. The model is const: nothing is read any more.
 *
 * Units: *_pfn are page frame numbers, *_nr section numbers, *_kaddr kernel
 * virtual and *_paddr physical byte addresses. Ranges are half-open.
 */
#ifndef ZDM_H
#define ZDM_H

#include <zdm/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

/* API number of this library; raised when a struct below changes. */
#define ZDM_API_NUMBER 1
ZDM_API unsigned int zdm_api_number(void);
ZDM_API const char *zdm_version(void);

enum zdm_tri { ZDM_UNKNOWN = 0, ZDM_NO, ZDM_YES };

/* What a page frame is: exactly one class each; <zdm/class.def> lists them. */
enum zdm_class {
#define ZDM_CLASS_ROW(id, name, letter, nr, fate, bytes, interest, what, wrong, guard) \
	ZDM_CLASS_##id,
#include <zdm/class.def>
#undef ZDM_CLASS_ROW
	ZDM_NR_CLASSES
};

/* Where the struct pages of a range are stored. */
enum zdm_memmap { ZDM_MEMMAP_UNKNOWN = 0, ZDM_MEMMAP_NONE, ZDM_MEMMAP_RAM, ZDM_MEMMAP_ALTMAP };

/* Whether the dump holds those struct pages. */
enum zdm_in_dump { ZDM_IN_DUMP_UNKNOWN = 0, ZDM_IN_DUMP_NO, ZDM_IN_DUMP_PARTLY, ZDM_IN_DUMP_YES };

/* The rule that gave the verdict; zdm_reason_text() puts it into words. */
enum zdm_reason {
	ZDM_REASON_NONE = 0,
	ZDM_REASON_NO_SECTION,		/* section not present */
	ZDM_REASON_NO_MEMMAP,		/* present, SECTION_HAS_MEM_MAP clear */
	ZDM_REASON_SECTION_UNREADABLE,	/* the mem_section entry or its root is missing */
	ZDM_REASON_SECTION_CORRUPT,	/* section_mem_map disagrees with vmemmap */
	ZDM_REASON_USAGE_UNREADABLE,	/* sub-section bitmap not in the dump */
	ZDM_REASON_USAGE_UNKNOWN,	/* which sub-sections are populated, if there are any */
	ZDM_REASON_SUBSECTION_CLEAR,	/* case 3: sub-section not populated */
	ZDM_REASON_ENTRY_NOT_MAPPED,	/* case 4: pgmap entry, memmap not yet mapped */
	ZDM_REASON_NR_RANGE,		/* case 4: range index >= nr_range */
	ZDM_REASON_PAGES_NOT_DONE,	/* case 4 before 5.10: struct pages do not carry the pgmap */
	ZDM_REASON_PAGES_UNVERIFIED,	/* before 5.10, struct pages not in the dump */
	ZDM_REASON_ALTMAP_RESERVE,	/* case 5 */
	ZDM_REASON_RESERVE_INIT,	/* the same on a kernel that initialises it, up to 4.15 */
	ZDM_REASON_ALTMAP_BACKING,
	ZDM_REASON_ALTMAP_EARLY,	/* the same in a range that is not finished */
	ZDM_REASON_DEVICE,
	ZDM_REASON_DYING,		/* ref DEAD: teardown has begun */
	ZDM_REASON_TORN_DOWN,		/* entry, DEAD, memmap gone */
	ZDM_REASON_PGMAP_UNREADABLE,
	ZDM_REASON_PGMAP_CORRUPT,
	ZDM_REASON_PGMAP_NOT_COVERING,	/* entry's pgmap has no range for this PFN */
	ZDM_REASON_PGMAPS_UNKNOWN,	/* pgmap_array itself not found or not readable here */
	ZDM_REASON_ONLINE,
	ZDM_REASON_OFFLINE_BLOCK,
	ZDM_REASON_BLOCK_UNKNOWN,	/* neither online, nor a block, nor a pgmap */
	ZDM_REASON_BOOTHOLE_INIT,	/* kernel initialises the struct pages of boot holes */
	ZDM_REASON_BOOTHOLE_RAW,	/* kernel does not */
	ZDM_REASON_BOOTHOLE_UNKNOWN,
	ZDM_REASON_STALE_ZONE,		/* early section, no entry, struct pages say ZONE_DEVICE */
	ZDM_REASON_STALE_UNREADABLE,	/* could be stale; its struct pages are not in the dump */
	ZDM_REASON_NOT_MAPPED,		/* section says yes, page tables say no */
	ZDM_REASON_DEFERRED,		/* deferred struct page initialisation still running */
	ZDM_REASON_PADDING,		/* before 5.3: section padding of a device */
	ZDM_REASON_TAIL_RAW,		/* compound page in a boot section: this tail was never written */
	ZDM_REASON_TAIL_UNREAD,		/* the same, and its struct page could not be looked at */
	ZDM_REASON_BOOTHOLE_FILL,	/* a boot hole whose struct page is one byte over and over */
	ZDM_REASON_NOT_RAM,		/* online section, but no System RAM here */
	ZDM_REASON_RAM_UNREAD,		/* online section; the record of RAM cannot be read here */
	ZDM_REASON_NOT_SPANNED,		/* online section, but no zone spans this */
	ZDM_REASON_BUDGET,		/* more than one analysis looks at: lib/base/budget.h */
	ZDM_REASON_NEIGHBOUR_GONE,	/* a neighbour that shared the page of memmap took it along */
	ZDM_REASON_NEIGHBOUR_UNREAD,	/* may have; the page tables cannot be read there */
	ZDM_REASON_ORPHAN,		/* memmap on a device, and neither pgmap nor memory block */
	ZDM_REASON_OWNERLESS,		/* boot section, bit set, no RAM around and no pgmap */
	ZDM_NR_REASONS
};

/* Section flags in zdm's own numbering, whatever bits the kernel used. */
#define ZDM_SECTION_PRESENT		0x01u
#define ZDM_SECTION_HAS_MEM_MAP		0x02u
#define ZDM_SECTION_ONLINE		0x04u
#define ZDM_SECTION_EARLY		0x08u
#define ZDM_SECTION_TAINT_ZONE_DEVICE	0x10u
#define ZDM_SECTION_VMEMMAP_PREINIT	0x20u

struct zdm_section {
	uint64_t nr;
	uint64_t raw;			/* section_mem_map as read */
	uint64_t kaddr;			/* of the struct mem_section */
	uint64_t usage_kaddr;		/* 0: none */
	uint32_t flags;			/* ZDM_SECTION_* */
	enum zdm_status status;		/* of the entry itself */
	enum zdm_status map_status;	/* of its sub-section bitmap; ABSENT: kernel has none */
	uint32_t map_index;		/* zdm_section_bit() reads it */
	int32_t block;			/* index of its memory block, -1: none */
};

struct zdm_pfn_range {
	uint64_t start_pfn, end_pfn;
};

struct zdm_altmap {
	uint64_t base_pfn, end_pfn;	/* end_pfn exclusive; 0: kernel has no such field */
	uint64_t reserve, free, align, alloc;	/* pages */
};

struct zdm_pgmap {
	uint64_t kaddr;
	enum zdm_status status;		/* of the struct dev_pagemap as a whole */
	enum zdm_status altmap_status;	/* OK, ABSENT (none in effect), else why not known */
	uint64_t ref_kaddr;		/* its percpu_ref, 0: not known or gone */
	enum zdm_tri dead;		/* percpu_ref marked DEAD */
	int64_t nr_range;		/* -1: this kernel has no such field */
	uint64_t flags;
	uint64_t vmemmap_shift;
	char type[24];			/* kernel's name without MEMORY_DEVICE_, lower case */
	struct zdm_altmap altmap;
	const struct zdm_pfn_range *ranges;
	uint32_t nr_ranges;		/* in `ranges`; may exceed nr_range while initialising */
};

enum zdm_block_state {
	ZDM_BLOCK_UNKNOWN = 0, ZDM_BLOCK_ONLINE, ZDM_BLOCK_OFFLINE,
	ZDM_BLOCK_GOING_ONLINE, ZDM_BLOCK_GOING_OFFLINE,
};

struct zdm_block {
	uint64_t start_section_nr, end_section_nr;
	uint64_t kaddr;
	enum zdm_status status;
	enum zdm_block_state state;
	uint64_t nr_vmemmap_pages;	/* memmap_on_memory: pages at its start; else 0 */
};

struct zdm_range {
	uint64_t start_pfn, end_pfn;
	enum zdm_class cls;
	enum zdm_tri valid;
	enum zdm_reason reason;
	enum zdm_memmap memmap;
	enum zdm_in_dump in_dump;
	int32_t pgmap;			/* index, -1: none */
	uint64_t evidence_kaddr;	/* what could not be read or believed; 0: n/a */
};

struct zdm_session;
struct zdm_model;
struct zdm_source;

/*
 * A further source of symbols and types, asked before the dump itself. Opened
 * by the caller, closed by the caller after zdm_close().
 */
ZDM_API enum zdm_status zdm_source_layout_open(const char *path, struct zdm_source **ret,
					       char *err, size_t err_len);
/* The text of one, copied; name stands for it in messages. */
ZDM_API enum zdm_status zdm_source_layout_open_mem(const char *text, size_t len, const char *name,
						   struct zdm_source **ret, char *err,
						   size_t err_len);
/* BTF, such as /sys/kernel/btf/vmlinux; copied. */
ZDM_API enum zdm_status zdm_source_btf_open_mem(const void *data, size_t len,
						struct zdm_source **ret, char *err, size_t err_len);
/*
 * ELF symbols and DWARF (or .BTF) of a vmlinux. INVAL: it is no such file, or has not what is
 * asked for; ZDM_HINT_DEBUG_INFO is what would help.
 */
ZDM_API enum zdm_status zdm_source_vmlinux_open(const char *path, struct zdm_source **ret,
						char *err, size_t err_len);
ZDM_API void zdm_source_close(struct zdm_source *src);

/*
 * What would help where something is missing. The messages of the library say what is
 * missing, and know nothing of the options and commands of programs: a front end puts the
 * hint into its own words, behind the message.
 */
enum zdm_hint {
	ZDM_HINT_NONE = 0,
	ZDM_HINT_KERNEL_FILE,	/* a vmlinux, or a layout, of the dump's kernel */
	ZDM_HINT_DEBUG_INFO,	/* a vmlinux of it that has debug information */
};

/*
 * Structures that begin with their size, as this one, grow at the end, and 0 in a member
 * means what was so without it: docs/objects.md. INVAL: shorter than any was; UNSUPPORTED:
 * the caller sets a member that this library does not know.
 */
struct zdm_open_opts {
	size_t size;			/* sizeof(struct zdm_open_opts) */
	struct zdm_source *const *sources;	/* asked in this order, after the host */
	size_t nr_sources;
	enum zdm_hint *hint;		/* set when zdm_open() fails; may be NULL */
};

/*
 * Open a session. opts may be NULL. On failure *ret is NULL and err (may be
 * NULL) holds one line that says what is missing; *opts->hint says what would help.
 * Returns ABSENT when a required symbol or type was not found, UNREADABLE when
 * a page that is needed is not in the dump, INVAL for ops of another API.
 */
ZDM_API enum zdm_status zdm_open(const struct zdm_reader_ops *ops, void *priv,
				 const struct zdm_open_opts *opts, struct zdm_session **ret,
				 char *err, size_t err_len);
ZDM_API void zdm_close(struct zdm_session *s);

/*
 * What is known of the kernel; strings live as long as the session. That of the
 * session is what was found while opening it, and never changes: where no symbol says
 * where the memmap is, only the sections do, and only zdm_model_kernel() knows.
 */
struct zdm_kernel {
	const char *release;		/* OSRELEASE of VMCOREINFO, "" if unknown */
	const char *machine;
	const char *symbols;		/* source: host, layout, vmlinux, kallsyms, vmcoreinfo */
	const char *types;		/* source: host, layout, dwarf, btf, vmcoreinfo */
	uint64_t page_size;		/* bytes */
	uint64_t section_pages, subsection_pages;
	uint64_t page_struct_bytes;	/* sizeof(struct page) */
	uint64_t vmemmap_kaddr;		/* struct page of PFN 0 */
	uint64_t page_offset_kaddr;	/* start of the direct map */
	uint64_t kaslr_offset;		/* bytes */
};
ZDM_API const struct zdm_kernel *zdm_session_kernel(const struct zdm_session *s);

/* Read through the library's own page walk; for front ends that show bytes. */
ZDM_API enum zdm_status zdm_session_read(const struct zdm_session *s, uint64_t kaddr, void *buf,
					 size_t len);

/*
 * Forget what was read, not what was learned of the kernel: for a live kernel,
 * before a model of it is built anew.
 */
ZDM_API void zdm_session_forget(struct zdm_session *s);

/*
 * Build the model: reads sections, pgmaps, memory blocks and the page tables
 * of the memmap. Damage is not an error: it shows as `unknown` ranges and in
 * the warnings. Fails without memory, without the section table, and with INVAL where a vmlinux
 * or layout was given that does not fit the dump.
 */
ZDM_API enum zdm_status zdm_model_build(const struct zdm_session *s, struct zdm_model **ret,
					char *err, size_t err_len);
ZDM_API void zdm_model_free(struct zdm_model *m);
/* What would give it evidence that its warnings say is missing. */
ZDM_API enum zdm_hint zdm_model_hint(const struct zdm_model *m);

ZDM_API const struct zdm_kernel *zdm_model_kernel(const struct zdm_model *m);
ZDM_API size_t zdm_model_sections(const struct zdm_model *m, const struct zdm_section **ret);
ZDM_API size_t zdm_model_pgmaps(const struct zdm_model *m, const struct zdm_pgmap **ret);
/* OK: those are all there are. Else the look-up itself was not found or not read. */
ZDM_API enum zdm_status zdm_model_pgmaps_status(const struct zdm_model *m);
ZDM_API size_t zdm_model_blocks(const struct zdm_model *m, const struct zdm_block **ret);
/* Sorted, gap-free from PFN 0 to the end of the last section or pgmap. */
ZDM_API size_t zdm_model_ranges(const struct zdm_model *m, const struct zdm_range **ret);
/* End of the last of them: no page frame that the model knows of is beyond. */
ZDM_API uint64_t zdm_model_end_pfn(const struct zdm_model *m);
/* Things the reader of a result should know; one line each. */
ZDM_API size_t zdm_model_warnings(const struct zdm_model *m, const char *const **ret);
/*
 * What about the model cannot be: the kernel's own frames come out as no RAM, sections lead to
 * no memmap. NULL: nothing. Nobody may leave out anything on such a model. Borrowed from m.
 */
ZDM_API const char *zdm_model_contradiction(const struct zdm_model *m);
/* True when something that should be there could not be read or believed. */
ZDM_API bool zdm_model_damaged(const struct zdm_model *m);

/* The range of a PFN, or NULL beyond the last one (such a PFN is absent). */
ZDM_API const struct zdm_range *zdm_range_find(const struct zdm_model *m, uint64_t pfn);

/*
 * The same for callers that ask in ascending order: *cursor starts at 0 and
 * is kept by the caller. Amortised constant.
 */
ZDM_API const struct zdm_range *zdm_range_seek(const struct zdm_model *m, size_t *cursor,
					       uint64_t pfn);

/* Sub-section bit i of a section: UNKNOWN when its bitmap could not be read. */
ZDM_API enum zdm_tri zdm_section_bit(const struct zdm_model *m, const struct zdm_section *sec,
				     unsigned int i);
/* NULL when section nr is not present. */
ZDM_API const struct zdm_section *zdm_section_find(const struct zdm_model *m, uint64_t nr);
/*
 * What the dumped kernel's own pfn_to_online_page() says of a PFN. Up to 5.11 that looks at
 * the section alone, and so says yes to a device that shares one with RAM. UNKNOWN also on
 * kernels before 4.13, which have no such function.
 */
ZDM_API enum zdm_tri zdm_online_page(const struct zdm_model *m, uint64_t pfn);

/*
 * The node of a PFN as the zones have it; -1: none, several, or not known. The answer holds
 * up to *until_pfn.
 */
ZDM_API int32_t zdm_model_node(const struct zdm_model *m, uint64_t pfn, uint64_t *until_pfn);

/* kernel virtual address of a struct page, and back. */
ZDM_API uint64_t zdm_page_kaddr(const struct zdm_kernel *k, uint64_t pfn);
/* ZDM_OK, or ZDM_INVAL when kaddr is no struct page address of this kernel. */
ZDM_API enum zdm_status zdm_page_pfn(const struct zdm_kernel *k, uint64_t kaddr, uint64_t *pfn);

/* Case number of David Hildenbrand's list (LKML, 9 September 2019), 0: none. */
ZDM_API int zdm_class_case(enum zdm_class cls);
/* The same of a verdict: 0 also where its validity is not what that case of the list says. */
ZDM_API int zdm_verdict_case(enum zdm_class cls, enum zdm_tri valid);
ZDM_API const char *zdm_class_name(enum zdm_class cls);
/* The frames of a class in a few words, and the letter that stands for them in a map. */
ZDM_API const char *zdm_class_what(enum zdm_class cls);
ZDM_API char zdm_class_letter(enum zdm_class cls);
/*
 * What is wrong with the struct pages of a class when they are invalid, and the test by
 * which the kernel's own walkers avoid them. NULL: nothing, or none.
 */
ZDM_API const char *zdm_class_wrong(enum zdm_class cls);
ZDM_API const char *zdm_class_guard(enum zdm_class cls);
/* Is a number that happens to be a PFN of this class worth a word? Plain RAM is not. */
ZDM_API bool zdm_class_of_interest(enum zdm_class cls);
ZDM_API const char *zdm_memmap_name(enum zdm_memmap where);
ZDM_API const char *zdm_in_dump_name(enum zdm_in_dump in_dump);
ZDM_API const char *zdm_tri_name(enum zdm_tri tri);	/* yes, no, unknown */
ZDM_API const char *zdm_block_state_name(enum zdm_block_state state);
ZDM_API const char *zdm_status_name(enum zdm_status status);

/* The rule behind a verdict, in a few words. */
ZDM_API const char *zdm_reason_text(enum zdm_reason reason);
/*
 * The reason of a range in one line, with the values behind it. Writes at most
 * len bytes, terminated; returns the length the whole text has.
 */
ZDM_API size_t zdm_range_reason(const struct zdm_model *m, const struct zdm_range *r, char *buf,
				size_t len);
/*
 * The evidence for one PFN, a line each (section, sub-section, memory block,
 * pgmap, range, altmap, memmap), newline-terminated. Length as above.
 */
ZDM_API size_t zdm_pfn_evidence(const struct zdm_model *m, uint64_t pfn, char *buf, size_t len);

#ifdef __cplusplus
}
#endif
#endif

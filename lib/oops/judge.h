/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * judge: what the words of one oops are, and what may be concluded. The same code
 * serves with a dump and without: then the memmap is where the text itself says.
 */
#ifndef ZDM_LIB_OOPS_JUDGE_H
#define ZDM_LIB_OOPS_JUDGE_H

#include "kernel/session.h"
#include "base/text.h"
#include "oops/facts.h"

/* The least that is a struct page; taken for its size where no dump says it. */
#define OOPS_PAGE_BYTES 64u
#define OOPS_PAGE_SIZE 4096u
#define OOPS_MIN_PFN 0x1000u	/* below, numbers are too common to mean a page frame */
#define OOPS_LINE 2048

enum oops_kind {
	OOPS_KIND_NONE = 0,
	OOPS_KIND_PAGE,		/* an address in the memmap */
	OOPS_KIND_PGMAP,
	OOPS_KIND_DIRECT,	/* an address in the direct map */
	OOPS_KIND_PFN,
	OOPS_KIND_PADDR,
	OOPS_KIND_OFFSET,	/* of a struct page in the memmap, bytes */
};

struct oops_hit {
	const struct oops_word *word;
	enum oops_kind kind;
	uint64_t pfn;
	uint64_t off_bytes;	/* into the struct page, the page or the pgmap */
	size_t pgmap;		/* of KIND_PGMAP: its index */
	enum zdm_tri valid;	/* of KIND_PAGE, with a dump: structure, less the veto of its bytes */
	bool supports;		/* a number: a pointer to the same page is there, too */
};

/* What shows that a struct page was read. */
enum oops_how {
	OOPS_BY_POINTER,	/* nothing: a pointer to it is held */
	OOPS_BY_NAME,		/* the kernel names it */
	OOPS_BY_PATTERN,	/* values fit what such a struct page holds */
	OOPS_BY_CONTENTS,	/* what it holds in the dump, or in "raw:", is in registers */
	OOPS_BY_ACCESS,		/* the access that failed was inside it */
};

struct oops_finding {
	bool has_pfn;
	uint64_t pfn, page_kaddr;	/* page_kaddr 0: not known */
	enum zdm_oops_degree degree;
	enum oops_how how;
	enum zdm_class cls;		/* has a meaning with a dump only */
	enum zdm_tri valid;
	const struct oops_hit *subject;		/* one of these two, or neither */
	const struct oops_named *named;
	char *text;			/* the sentence and what belongs to it: lines, ended */
};

/* One group, looked at. */
struct oops_case {
	struct zdm_session *s;		/* NULL: from the text alone */
	const struct zdm_model *m;
	const struct zdm_oops *o;
	const struct oops_group *g;
	char label[OOPS_LABEL_LEN];
	/* the memmap; base_kaddr 0: not known */
	uint64_t base_kaddr, page_bytes, page_size, end_pfn;
	char base_by[96];		/* how it is known, if the text says it */
	char foreign[256];		/* why it is of another kernel or boot, "" if it is not */
	struct oops_hit *hit;		/* as many as the group has words */
	size_t nr_hits;
	struct oops_finding *finding;
	size_t nr_findings;
	bool undecided;			/* some struct page of it is of unknown validity */
	char *note;			/* what is not a finding, but should be said; lines or NULL */
	enum zdm_status status;		/* NOMEM: not complete */
};

/* Fill c of a group; oops_case_deinit() is due in any case. */
enum zdm_status oops_case_init(struct oops_case *c, struct zdm_session *s,
			       const struct zdm_model *m, const struct zdm_oops *o,
			       const struct oops_group *g);
void oops_case_deinit(struct oops_case *c);

/* The range of any PFN: beyond the last of the model there is nothing. */
struct zdm_range oops_range(const struct oops_case *c, uint64_t pfn);
static inline uint64_t oops_page_kaddr(const struct oops_case *c, uint64_t pfn)
{
	return c->base_kaddr + pfn * c->page_bytes;
}

/* What the dump says of one struct page: look.c */
struct oops_look {
	struct zdm_range r;
	enum zdm_tri valid;		/* may it be believed? Never YES against its bytes */
	bool vetoed;			/* its bytes, not the structure, say that it may not */
	bool read;			/* its first words are in the dump */
	uint64_t word[2];
	char found[256];		/* what structure and bytes say, if the bytes speak against it */
};
void oops_look(const struct oops_case *c, uint64_t pfn, struct oops_look *ret);

/* hits.c */
void oops_find_hits(struct oops_case *c);
/* alone.c: base_kaddr of the text itself, 0 if it does not say. */
uint64_t oops_base_of_text(const struct oops_case *c, char *by, size_t by_len);
void oops_judge_alone(struct oops_case *c);
/* dump.c */
void oops_judge_dump(struct oops_case *c);
/* Is the text of another kernel, or another boot? Fills c->foreign. */
void oops_compare(struct oops_case *c);

/* What the registers say of the contents of a struct page that nobody shows: contents.c */
struct oops_fill {
	bool seen;		/* a value that only such a struct page gives is there */
	bool both;		/* and the word that it was made of, too */
	uint8_t byte;
};
struct oops_fill oops_fill_of(const struct oops_case *c);
/* All the words of "raw:" the same byte, and not zero? Only then *byte is set. */
bool oops_raw_fill(const struct oops_group *g, uint8_t *byte);
/* "; it is all ones: …": which words hold what. */
void oops_fill_text(struct zdm_text *t, const struct oops_case *c, const struct oops_fill *f,
		    bool maybe);
/* "all ones", "0xfd all over" */
void oops_byte_text(struct zdm_text *t, uint8_t byte);
/* Which words hold v, ", RAX, CR2" after what; false: none. */
bool oops_holders_text(struct zdm_text *t, const struct oops_case *c, uint64_t v, const char *what);
/* The accessed word inside [kaddr, kaddr + page_bytes), or NULL. */
const struct oops_word *oops_access_inside(const struct oops_case *c, uint64_t kaddr);
/*
 * What was done to a struct page, by what shows it: "read", "wrote to", "accessed". Of its
 * contents in registers only a read can have come, whatever failed then.
 */
const char *oops_did(const struct oops_case *c, enum oops_how how);
/* The same of the struct page: "read", "written to", "accessed". */
const char *oops_was(const struct oops_case *c, enum oops_how how);
/* "the access that failed", by the word that says where it was. */
const char *oops_access_text(const struct oops_word *w);
/* Is anything known of who and where it was? */
static inline bool oops_knows_walker(const struct oops_case *c)
{
	return !c->g->mixed && (c->g->function[0] || c->g->comm[0]);
}
/* "stable_page_flags() (page-types, PID 1202)", "" when not known. */
void oops_walker_text(struct zdm_text *t, const struct oops_case *c);
/* " (also RBP, R13; R12 holds its pfn)" */
void oops_others_text(struct zdm_text *t, const struct oops_case *c, const struct oops_hit *subject,
		      uint64_t pfn);
/* Where firmware or command line say that memory is: a line, or nothing. */
void oops_span_text(struct zdm_text *t, const struct oops_case *c, uint64_t pfn);

/* A finding more; NULL without memory. text is copied. */
struct oops_finding *oops_finding_add(struct oops_case *c, const struct oops_finding *f,
				      const char *text);
/* Add what c found to a result. */
void oops_count(struct zdm_oops_result *r, const struct oops_case *c);
void oops_note_add(struct oops_case *c, const char *text);

#endif

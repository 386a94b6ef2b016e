// SPDX-License-Identifier: LGPL-2.1-or-later
/* check: what must hold of a model, whatever the dump was. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

const char *wrong(const char *fmt, ...)
{
	static char line[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return line;
}

/* What docs/design.md says of the struct pages of each class. */
static bool valid_fits_class(const struct zdm_range *r)
{
	switch (r->cls) {
	case ZDM_CLASS_ONLINE:
		return r->valid == (r->reason == ZDM_REASON_RAM_UNREAD ? ZDM_UNKNOWN : ZDM_YES);
	case ZDM_CLASS_ALTMAP:
		return r->valid == ZDM_YES;
	case ZDM_CLASS_DEVICE:	/* a live device all the same, some of whose struct pages are not */
		return r->valid == (r->reason == ZDM_REASON_TAIL_RAW ||
				    r->reason == ZDM_REASON_NEIGHBOUR_GONE ? ZDM_NO : ZDM_YES);
	case ZDM_CLASS_RESERVED:	/* up to 4.15 the kernel initialises those, too, as bytes must say */
		return r->valid == (r->reason == ZDM_REASON_RESERVE_INIT ? ZDM_YES :
				    r->reason == ZDM_REASON_PAGES_UNVERIFIED ? ZDM_UNKNOWN : ZDM_NO);
	case ZDM_CLASS_BOOTHOLE:
		return true;
	case ZDM_CLASS_UNKNOWN:
		return r->valid == ZDM_UNKNOWN;
	default:
		return r->valid == ZDM_NO;
	}
}

static const char *check_fields(const struct zdm_range *r, size_t i, size_t nr_pgmaps)
{
	if ((unsigned int)r->cls >= ZDM_NR_CLASSES || (unsigned int)r->valid > ZDM_YES ||
	    r->reason <= ZDM_REASON_NONE || r->reason >= ZDM_NR_REASONS ||
	    (unsigned int)r->memmap > ZDM_MEMMAP_ALTMAP ||
	    (unsigned int)r->in_dump > ZDM_IN_DUMP_YES || r->pgmap < -1 ||
	    (r->pgmap >= 0 && (size_t)r->pgmap >= nr_pgmaps))
		return wrong("range %zu holds a value outside its enumeration", i);
	if (!valid_fits_class(r))
		return wrong("range %zu at pfn %#" PRIx64 " is %s and valid: %s", i, r->start_pfn,
			     zdm_class_name(r->cls), zdm_tri_name(r->valid));
	return NULL;
}

static bool alike(const struct zdm_range *a, const struct zdm_range *b)
{
	return a->cls == b->cls && a->valid == b->valid && a->reason == b->reason &&
	       a->memmap == b->memmap && a->in_dump == b->in_dump && a->pgmap == b->pgmap &&
	       a->evidence_kaddr == b->evidence_kaddr;
}

/* Both find the range, and asking for the facts of one PFN gives its verdict. */
static const char *check_pfn(const struct zdm_model *m, const struct zdm_range *r, uint64_t pfn,
			     size_t *cursor)
{
	struct zdm_verdict v;
	struct zdm_facts f;

	if (zdm_range_find(m, pfn) != r || zdm_range_seek(m, cursor, pfn) != r)
		return wrong("pfn %#" PRIx64 " is not found where it is", pfn);
	zdm_model_facts(m, pfn, &f);
	v = zdm_classify(&f);
	/* where evidence is missing, the first struct page of the range is named */
	if (v.cls != r->cls || v.valid != r->valid || v.reason != r->reason || v.pgmap != r->pgmap ||
	    (pfn == r->start_pfn && v.evidence_kaddr != r->evidence_kaddr) || f.where != r->memmap ||
	    f.in_dump != r->in_dump)
		return wrong("pfn %#" PRIx64 " is %s (%s) by itself and %s (%s) in its range", pfn,
			     zdm_class_name(v.cls), zdm_reason_text(v.reason), zdm_class_name(r->cls),
			     zdm_reason_text(r->reason));
	return NULL;
}

/* A text of exactly as many bytes as it says; ASan guards what lies behind. */
static const char *check_text(size_t len, const char *buf, size_t size)
{
	if (!len || strnlen(buf, size) >= size || strlen(buf) != (len < size ? len : size - 1))
		return wrong("evidence of %zu bytes, %zu written to %zu", len, strnlen(buf, size), size);
	return NULL;
}

static const char *check_evidence(const struct zdm_model *m, const struct zdm_range *r,
				  struct rng *rng)
{
	size_t len = zdm_range_reason(m, r, NULL, 0), size = 1 + rng_below(rng, len + 2);
	char *buf = malloc(size);
	const char *bad;

	if (!buf)
		die("out of memory");
	bad = zdm_range_reason(m, r, buf, size) == len ? check_text(len, buf, size) :
	      "the length of a reason changes";
	free(buf);
	if (bad)
		return bad;
	len = zdm_pfn_evidence(m, r->start_pfn, NULL, 0);
	size = 1 + rng_below(rng, len + 2);
	buf = malloc(size);
	if (!buf)
		die("out of memory");
	bad = zdm_pfn_evidence(m, r->start_pfn, buf, size) == len ? check_text(len, buf, size) :
	      "the length of the evidence changes";
	free(buf);
	return bad;
}

static const char *check_ranges(const struct zdm_model *m, struct rng *rng)
{
	const struct zdm_range *r;
	const struct zdm_pgmap *p;
	size_t nr = zdm_model_ranges(m, &r), nr_pgmaps = zdm_model_pgmaps(m, &p), i, cursor = 0;
	size_t any = rng_below(rng, nr + 2);	/* a cursor from anywhere must do, too */
	const char *bad;

	for (i = 0; i < nr; i++) {
		if (r[i].start_pfn != (i ? r[i - 1].end_pfn : 0) || r[i].start_pfn >= r[i].end_pfn)
			return wrong("range %zu is %#" PRIx64 "-%#" PRIx64 " after %#" PRIx64, i,
				     r[i].start_pfn, r[i].end_pfn, i ? r[i - 1].end_pfn : 0);
		if (i && alike(&r[i - 1], &r[i]))
			return wrong("ranges %zu and %zu do not differ", i - 1, i);
		bad = check_fields(&r[i], i, nr_pgmaps);
		if (!bad)
			bad = check_pfn(m, &r[i], r[i].start_pfn, &cursor);
		if (!bad)
			bad = check_pfn(m, &r[i], r[i].end_pfn - 1, &cursor);
		if (!bad)
			bad = check_pfn(m, &r[i], r[i].start_pfn +
					rng_below(rng, r[i].end_pfn - r[i].start_pfn), &any);
		if (!bad && (i < 64 || !rng_below(rng, 64)))
			bad = check_evidence(m, &r[i], rng);
		if (bad)
			return bad;
	}
	if (nr && (zdm_range_find(m, r[nr - 1].end_pfn) || zdm_range_find(m, UINT64_MAX) ||
		   zdm_range_seek(m, &any, r[nr - 1].end_pfn)))
		return "a range is found beyond the last";
	return NULL;
}

static const char *check_tables(const struct zdm_model *m)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	unsigned int bits = (unsigned int)(k->section_pages / k->subsection_pages);
	const struct zdm_section *sec;
	const struct zdm_pgmap *p;
	const struct zdm_block *b;
	const char *const *line;
	size_t nr = zdm_model_sections(m, &sec), nr_blocks = zdm_model_blocks(m, &b), i;
	uint32_t j;

	for (i = 0; i < nr; i++) {
		if ((i && sec[i].nr <= sec[i - 1].nr) || zdm_section_find(m, sec[i].nr) != &sec[i])
			return wrong("section %" PRIu64 " is not in its place", sec[i].nr);
		if (sec[i].block >= 0 && ((size_t)sec[i].block >= nr_blocks ||
					  b[sec[i].block].start_section_nr > sec[i].nr ||
					  b[sec[i].block].end_section_nr <= sec[i].nr))
			return wrong("section %" PRIu64 " is not of its block", sec[i].nr);
		zdm_section_bit(m, &sec[i], 0);
		zdm_section_bit(m, &sec[i], bits - 1);
		if (zdm_section_bit(m, &sec[i], bits) != ZDM_NO)
			return wrong("section %" PRIu64 " has a bit too many", sec[i].nr);
	}
	nr = zdm_model_pgmaps(m, &p);
	for (i = 0; i < nr; i++) {
		for (j = 0; j < p[i].nr_ranges && p[i].status == ZDM_OK; j++)
			if (p[i].ranges[j].start_pfn >= p[i].ranges[j].end_pfn)
				return wrong("pgmap %zu has an empty range", i);
		if (!memchr(p[i].type, 0, sizeof(p[i].type)) || !p[i].type[0])
			return wrong("pgmap %zu has no type", i);
	}
	nr = zdm_model_warnings(m, &line);
	for (i = 0; i < nr; i++)
		if (!line[i] || !*line[i] || strchr(line[i], '\n'))
			return wrong("warning %zu is not one line", i);
	return NULL;
}

/*
 * Taking bytes out of a dump makes verdicts unknown; it never turns one into
 * another, nor an unknown one into a certain one.
 */
static const char *check_lost(const struct subject *s, const struct zdm_model *m)
{
	const struct zdm_range *r;
	size_t i;

	for (i = 0; i < s->nr_sound; i++) {
		uint64_t pfn = s->sound[i].start_pfn;

		while (pfn < s->sound[i].end_pfn) {
			r = zdm_range_find(m, pfn);
			if (r ? r->valid != ZDM_UNKNOWN && r->valid != s->sound[i].valid :
			    s->sound[i].valid != ZDM_NO)
				return wrong("with bytes taken away pfn %#" PRIx64 " turns from %s, "
					     "valid: %s, into %s, valid: %s", pfn,
					     zdm_class_name(s->sound[i].cls),
					     zdm_tri_name(s->sound[i].valid),
					     r ? zdm_class_name(r->cls) : "nothing",
					     zdm_tri_name(r ? r->valid : ZDM_NO));
			if (!r)
				break;
			pfn = r->end_pfn;
		}
	}
	return NULL;
}

const char *check_model(const struct subject *s, struct zdm_session *ses,
			const struct zdm_model *m, const struct damage *d, struct rng *rng)
{
	const char *bad = check_ranges(m, rng);

	(void)ses;
	if (!bad)
		bad = check_tables(m);
	if (!bad && d->lost)
		bad = check_lost(s, m);
	return bad;
}

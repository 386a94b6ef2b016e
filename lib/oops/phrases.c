// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * phrases: what the kernel says in words. Each row is a piece of a message that is
 * there in some kernel; what follows it is a value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oops/read.h"

#define MIN_HASHED_BITS 32	/* %p prints a hash of 32 bits since 4.15: no address */
#define MAX_PFN_DIGITS 13u

/* The address of the access that failed; worded anew in 5.1 and 5.4. */
static const char *const faults[] = {
	"page fault for address: ",
	"NULL pointer dereference, address: ",
	"paging request at virtual address ",
	"NULL pointer dereference at virtual address ",
	"access to user memory outside uaccess routines at virtual address ",
	"paging request for data at address ",
	"data access at ",
	"data access on read at ",
	"data access on write at ",
	"dereference on read at ",
	"dereference on write at ",
	"memory at virtual address ",
	"paging request at ",
	"NULL pointer dereference at ",
	"non-canonical address ",
	"on address ",
};
#define NR_FAULTS (sizeof(faults) / sizeof(faults[0]))

/* The address of an access that a sanitizer caught: KASAN, KFENCE, KCSAN, KMSAN. */
static const char *const catches[] = {
	" at addr ", "-access in range [", "-deref in range [", " read at ", " write at ", " starts at ", " read to ", " write to ",
};
#define NR_CATCHES (sizeof(catches) / sizeof(catches[0]))

/* A page frame that the kernel names: the PFN follows. */
static const struct {
	const char *phrase, *by;
	bool of_dump;		/* only in lines that dump a page: the word is anybody's */
} frames[] = {
	{ "Memory failure: ", "Memory failure:", false },
	{ "oft offline: ", "soft offline:", false },
	{ "oft_offline: ", "soft offline:", false },
	{ "oft offlining pfn ", "soft offline:", false },
	{ "memory failure for pfn ", "memory failure", false },
	{ "memory failure at pfn ", "memory failure", false },
	{ " pfn:", "pfn:", true },
	{ "PFN 0x", "page_owner", false },
	{ "migrating pfn ", "migrating pfn", false },
	{ "failed to isolate pfn ", "isolate pfn", false },
	{ "isolate pfn ", "isolate pfn", false },
};
#define NR_FRAMES (sizeof(frames) / sizeof(frames[0]))

/* A struct page that the kernel names: its address follows (mm/debug.c and others). */
static const struct {
	const char *phrase, *by;
} pages[] = {
	{ "page:", "page:" }, { "head:", "head:" }, { "folio:", "folio:" },
};
#define NR_PAGES (sizeof(pages) / sizeof(pages[0]))

/* list_add corruption, list_del corruption: lib/list_debug.c */
static const struct {
	const char *phrase, *name;
	enum oops_role role;
} list_words[] = {
	{ "prev->next should be ", "list should be", OOPS_HELD },
	{ "next->prev should be ", "list should be", OOPS_HELD },
	{ "should be prev (", "list prev", OOPS_HELD },
	{ "should be next (", "list next", OOPS_HELD },
	{ "but was ", "list was", OOPS_HELD },
	{ "(prev=", "list prev", OOPS_ACCESSED },
	{ "(next=", "list next", OOPS_ACCESSED },
	{ " next=", "list next", OOPS_HELD },
	{ " prev=", "list prev", OOPS_HELD },
	{ " new=", "list new", OOPS_HELD },
	{ "corruption, ", "list entry", OOPS_HELD },
};
#define NR_LIST_WORDS (sizeof(list_words) / sizeof(list_words[0]))

static const char *skip_0x(const char *s, const char *end)
{
	return end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? s + 2 : s;
}

/* A whole value; a shorter one only if "0x" begins and a colon ends it. */
static bool take_address(const struct oops_reader *r, const struct oops_line *line, const char *s,
			 uint64_t *ret)
{
	const char *digits, *next;
	size_t n;

	s = oops_skip_blanks(s, line->end);
	digits = skip_0x(s, line->end);
	if (oops_whole_value(&r->lines, line, digits, ret, &next))
		return true;
	n = oops_hex(digits, line->end, ret);
	return digits > s && n && n < 16 && digits + n < line->end && digits[n] == ':';
}

/* A second fault before the first one's registers: two CPUs print at a time. */
static void take_fault(struct oops_reader *r, struct oops_stream *st, uint64_t v)
{
	size_t g = oops_reader_group(r, st);
	const struct oops_word *old;

	if (g == OOPS_NO_GROUP)
		return;
	old = oops_word_find(&r->o->group[g], "fault address");
	r->o->group[g].mixed |= old && old->value != v;
	oops_reader_word(r, st, "fault address", v, OOPS_ACCESSED, false);
}

static void read_faults(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	const char *at;
	uint64_t v;
	size_t i;

	for (i = 0; i < NR_FAULTS; i++) {
		at = oops_after(line, faults[i]);
		if (!at)
			continue;
		if (take_address(r, line, at, &v))
			take_fault(r, st, v);
		return;
	}
	for (i = 0; i < NR_CATCHES; i++) {
		at = oops_after(line, catches[i]);
		if (at && take_address(r, line, at, &v)) {
			oops_reader_word(r, st, "access address", v, OOPS_ACCESSED, false);
			return;
		}
	}
}

/* A number of any length: nothing says so, but that the line goes on, or the next is another. */
static bool take_pfn(const struct oops_reader *r, const struct oops_line *line, const char *s,
		     uint64_t *ret)
{
	const char *digits = skip_0x(s, line->end);
	struct oops_line more;
	uint64_t v;
	size_t n = oops_hex(digits, line->end, ret), m;

	if (!n || n > MAX_PFN_DIGITS)
		return false;
	digits += n;
	if (digits < line->end)
		return strchr(" ,:;)]\"", *digits) != NULL;
	if (!oops_line_at(&r->lines, line->next, &more))
		return true;
	m = oops_hex(more.s, more.end, &v);
	return !m || (more.s + m < more.end && more.s[m] != ' ');
}

/* A page is dumped in lines that begin so; elsewhere such words are anybody's. */
static const char *page_line(const struct oops_line *line, const char *word)
{
	size_t n = strlen(word);
	const char *s = line->s < line->end && *line->s == '"' ? line->s + 1 : line->s;

	return (size_t)(line->end - s) >= n && !memcmp(s, word, n) ? s + n : NULL;
}

static bool is_page_line(const struct oops_line *line)
{
	return page_line(line, "page:") || page_line(line, "head:") || page_line(line, "folio:") ||
	       oops_after(line, "Bad page");
}

static void read_frames(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	struct oops_named n;
	const char *at;
	size_t i;

	for (i = 0; i < NR_FRAMES; i++) {
		memset(&n, 0, sizeof(n));
		at = oops_after(line, frames[i].phrase);
		/* mm/page_owner.c; other uses of the word are anybody's */
		if (at && !strcmp(frames[i].by, "page_owner") && !oops_after(line, " Block "))
			continue;
		if (!at || (frames[i].of_dump && !is_page_line(line)) ||
		    !take_pfn(r, line, at, &n.value))
			continue;
		n.by = frames[i].by;
		n.is_pfn = true;
		oops_reader_named(r, st, &n);
		return;
	}
}

static void read_pages(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	struct oops_named n;
	const char *at;
	size_t i;

	for (i = 0; i < NR_PAGES; i++) {
		memset(&n, 0, sizeof(n));
		at = page_line(line, pages[i].phrase);
		if (!at || !take_address(r, line, at, &n.value) || !(n.value >> MIN_HASHED_BITS))
			continue;
		n.by = pages[i].by;
		n.poisoned = oops_after(line, "uninitialized and poisoned") != NULL;
		oops_reader_named(r, st, &n);
	}
}

static void read_list(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	const char *at;
	uint64_t v;
	size_t i;

	size_t g;

	if (!oops_after(line, "list_") ||
	    (!oops_after(line, "corruption") && !oops_after(line, "list_add double add: ")))
		return;
	/* the kernel looked, and nothing failed */
	g = oops_reader_group(r, st);
	if (g != OOPS_NO_GROUP)
		r->o->group[g].access = OOPS_ACCESS_READ;
	for (i = 0; i < NR_LIST_WORDS; i++) {
		at = oops_after(line, list_words[i].phrase);
		if (at && take_address(r, line, at, &v) && v >> MIN_HASHED_BITS)
			oops_reader_word(r, st, list_words[i].name, v, list_words[i].role, false);
	}
}

void oops_read_phrases(struct oops_reader *r, struct oops_stream *st, const struct oops_line *line)
{
	read_faults(r, st, line);
	oops_read_access(r, st, line);
	read_pages(r, st, line);
	read_frames(r, st, line);
	read_list(r, st, line);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * cmp_ranges [-js] [-x NEVER] [-n START END]... EXPECTED RANGES
 *
 * Compares what was found (RANGES: text of core_ranges, or with -j the JSON of
 * `zdm --json`; "-" is standard input) with EXPECTED, PFN for PFN: lines
 * START END CLASS VALID [KEY=VALUE…], END exclusive, # comments. PFNs beyond
 * the last line of either are absent. KEY=VALUE (memmap, in_dump, case) is
 * compared where EXPECTED has it. With -n instead of EXPECTED ("-"): none of
 * these PFNs may be valid. NEVER: lines START END of PFNs that may not either, whatever
 * EXPECTED says, as the bytes of their struct pages say that nobody wrote them. With -s
 * EXPECTED is in the form of RANGES, and knows more: what RANGES says yes or no of must be
 * the same there, and where it says to know where a struct page is stored.
 * Prints a line for each disagreement, then how many PFNs were compared.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#define WORD 16

struct row {
	uint64_t start, end;
	char cls[WORD], valid[WORD];
	char memmap[WORD], in_dump[WORD], number[WORD];	/* "": not said */
};

struct table {
	struct row *row;
	size_t nr;
};

static void fail(const char *what, const char *where)
{
	fprintf(stderr, "cmp_ranges: %s: %s\n", where, what);
	exit(2);
}

static void copy_word(char *to, const char *from)
{
	snprintf(to, WORD, "%s", from ? from : "");
}

static void add(struct table *t, const struct row *r, const char *where)
{
	if (r->end <= r->start)
		fail("empty or backward range", where);
	if (t->nr && t->row[t->nr - 1].end != r->start)
		fail("ranges leave a gap, or overlap", where);
	if (!t->nr && r->start)
		fail("ranges do not begin at 0", where);
	t->row = realloc(t->row, (t->nr + 1) * sizeof(*t->row));
	if (!t->row)
		fail("out of memory", where);
	t->row[t->nr++] = *r;
}

static void optional(struct row *r, char *word)
{
	if (!strncmp(word, "memmap=", 7))
		copy_word(r->memmap, word + 7);
	else if (!strncmp(word, "in_dump=", 8))
		copy_word(r->in_dump, word + 8);
	else if (!strncmp(word, "case=", 5))
		copy_word(r->number, word + 5);
}

static void load_text(struct table *t, FILE *f, const char *where)
{
	char *line = NULL, *save, *w;
	size_t cap = 0;

	while (getline(&line, &cap, f) >= 0) {
		struct row r = { 0 };
		char *field[4];
		int n = 0;

		for (w = strtok_r(line, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
			if (*w == '#' || !strncmp(w, "why=", 4))
				break;
			if (n < 4)
				field[n++] = w;
			else
				optional(&r, w);
		}
		if (!n)
			continue;
		if (n < 4)
			fail("a line without START END CLASS VALID", where);
		r.start = strtoull(field[0], NULL, 0);
		r.end = strtoull(field[1], NULL, 0);
		copy_word(r.cls, field[2]);
		copy_word(r.valid, field[3]);
		add(t, &r, where);
	}
	free(line);
}

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ? json_object_get_string(v) : NULL;
}

static uint64_t number_of(struct json_object *o, const char *key, const char *where)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		fail("a range without a number for its bounds", where);
	return json_object_get_uint64(v);
}

static void load_json(struct table *t, FILE *f, const char *where)
{
	struct json_object *root = json_object_from_fd(fileno(f)), *list, *o;
	size_t nr, i;

	if (!root || !json_object_object_get_ex(root, "ranges", &list) ||
	    !json_object_is_type(list, json_type_array))
		fail("no JSON object with ranges", where);
	nr = json_object_array_length(list);
	for (i = 0; i < nr; i++) {
		struct row r = { 0 };
		const char *number;

		o = json_object_array_get_idx(list, i);
		r.start = number_of(o, "start_pfn", where);
		r.end = number_of(o, "end_pfn", where);
		copy_word(r.cls, text_of(o, "class"));
		copy_word(r.valid, text_of(o, "valid"));
		copy_word(r.memmap, text_of(o, "memmap"));
		copy_word(r.in_dump, text_of(o, "in_dump"));
		number = text_of(o, "case");
		copy_word(r.number, number ? number : "0");
		add(t, &r, where);
	}
	json_object_put(root);
}

static void load(struct table *t, const char *path, bool json)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;

	if (!f)
		fail("cannot open", path);
	if (json)
		load_json(t, f, path);
	else
		load_text(t, f, path);
	if (f != stdin)
		fclose(f);
}

static struct row at(const struct table *t, size_t *i, uint64_t pfn)
{
	struct row beyond = { .start = pfn, .end = UINT64_MAX, .cls = "absent", .valid = "no",
			      .memmap = "none" };

	while (*i < t->nr && t->row[*i].end <= pfn)
		++*i;
	return *i < t->nr ? t->row[*i] : beyond;
}

static bool differs(const char *want, const char *got)
{
	return *want && strcmp(want, got);
}

/* Of two answers where one may know less: does it claim what the other does not say? */
static bool claims_more(const struct row *w, const struct row *g)
{
	bool stored = strcmp(g->memmap, "unknown") && strcmp(g->memmap, w->memmap);

	if (strcmp(g->valid, "yes") && strcmp(g->valid, "no"))
		return stored;
	return stored || strcmp(w->cls, g->cls) || strcmp(w->valid, g->valid) ||
	       differs(w->number, g->number);
}

static bool disagrees(const struct row *w, const struct row *g)
{
	return strcmp(w->cls, g->cls) || strcmp(w->valid, g->valid) ||
	       differs(w->memmap, g->memmap) || differs(w->in_dump, g->in_dump) ||
	       differs(w->number, g->number);
}

static uint64_t last_pfn(const struct table *t)
{
	return t->nr ? t->row[t->nr - 1].end : 0;
}

static uint64_t compare(const struct table *want, const struct table *got, bool sure,
			uint64_t *total)
{
	uint64_t pfn = 0, end = last_pfn(want), bad = 0, stop;
	size_t i = 0, j = 0;

	if (last_pfn(got) > end)
		end = last_pfn(got);
	for (; pfn < end; pfn = stop) {
		struct row w = at(want, &i, pfn), g = at(got, &j, pfn);

		stop = w.end < g.end ? w.end : g.end;
		if (stop > end)
			stop = end;
		if (sure ? claims_more(&w, &g) : disagrees(&w, &g)) {
			printf("pfn %#" PRIx64 "-%#" PRIx64 ": %s %s %s %s %s, expected %s %s %s %s %s\n",
			       pfn, stop, g.cls, g.valid, g.memmap, g.in_dump, g.number, w.cls,
			       w.valid, w.memmap, w.in_dump, w.number);
			bad += stop - pfn;
		}
	}
	*total = end;
	return bad;
}

static uint64_t never_valid(const struct table *got, uint64_t start, uint64_t end)
{
	uint64_t pfn, stop, bad = 0;
	size_t i = 0;

	for (pfn = start; pfn < end; pfn = stop) {
		struct row g = at(got, &i, pfn);

		stop = g.end < end ? g.end : end;
		if (!strcmp(g.valid, "yes")) {
			printf("pfn %#" PRIx64 "-%#" PRIx64 ": %s, valid without evidence\n", pfn,
			       stop, g.cls);
			bad += stop - pfn;
		}
	}
	return bad;
}

static uint64_t never_valid_file(const struct table *got, const char *path)
{
	FILE *f = fopen(path, "r");
	uint64_t start, end, bad = 0;
	int n;

	if (!f)
		fail("cannot open", path);
	while ((n = fscanf(f, "%" SCNu64 " %" SCNu64, &start, &end)) == 2)
		bad += never_valid(got, start, end);
	if (n != EOF)
		fail("a line that is not START END", path);
	fclose(f);
	return bad;
}

int main(int argc, char **argv)
{
	struct table want = { 0 }, got = { 0 };
	uint64_t span[1024], total = 0, bad = 0;
	size_t nr = 0, i;
	bool json = false, sure = false;
	const char *never = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "+jsn:x:")) != -1) {
		if (opt == 'j') {
			json = true;
		} else if (opt == 'x') {
			never = optarg;
		} else if (opt == 's') {
			sure = true;
		} else if (opt == 'n' && nr + 2 <= sizeof(span) / sizeof(*span) && optind < argc) {
			span[nr++] = strtoull(optarg, NULL, 0);
			span[nr++] = strtoull(argv[optind++], NULL, 0);
		} else {
			fail("see its head for how it is used", "options");
		}
	}
	if (argc - optind != 2)
		fail("see its head for how it is used", "operands");
	load(&got, argv[optind + 1], json);
	if (!got.nr)
		fail("no ranges at all", argv[optind + 1]);
	if (nr) {
		for (i = 0; i < nr; i += 2) {
			bad += never_valid(&got, span[i], span[i + 1]);
			total += span[i + 1] - span[i];
		}
	} else {
		load(&want, argv[optind], sure && json);
		if (!want.nr)
			fail("nothing expected", argv[optind]);
		bad = compare(&want, &got, sure, &total);
	}
	if (never)
		bad += never_valid_file(&got, never);
	printf("%" PRIu64 " PFNs compared, %" PRIu64 " disagree\n", total, bad);
	return bad != 0;
}

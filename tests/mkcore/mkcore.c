// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * mkcore: compiles a vmcore written as text (docs/testing.md) into an ELF
 * vmcore and a layout file. It shares no code with the library on purpose: a
 * mistake made once must not hide itself.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

static const char usage[] =
	"Usage: mkcore [-K DIR] [-f FLIP] [-l LAYOUT] -o VMCORE TEXT\n"
	"       mkcore [-K DIR] -L|-P TEXT\n"
	"Compile a vmcore written as text.\n"
	"  -o VMCORE  write the ELF vmcore\n"
	"  -l LAYOUT  write the kernel's symbols, sizes and offsets\n"
	"  -f FLIP    take one piece of evidence away (a line of -L)\n"
	"  -L         list the flips of this vmcore: FLIP START END [START END]...,\n"
	"             the PFNs of which none may then be called valid\n"
	"  -P         print addresses and the words that stand there, for xlat_check\n"
	"  -K DIR     where the kernel tables are (default: kernels)\n";

/* The order in which statements take effect, whatever their order in the text. */
enum phase { SETTINGS, MEMMAP, STATE, ENTRIES, CONTENTS, BROKEN, NR_PHASES };

static const struct {
	const char *name;
	enum phase phase;
	void (*fn)(struct core *c, const struct stmt *s);
} statements[] = {
	{ "kernel", SETTINGS, NULL },
	{ "release", SETTINGS, NULL },
	{ "levels", SETTINGS, NULL },
	{ "kaslr", SETTINGS, NULL },
	{ "phys_base", SETTINGS, NULL },
	{ "page_offset", SETTINGS, NULL },
	{ "page_bytes", SETTINGS, NULL },
	{ "va_bits", SETTINGS, NULL },
	{ "t1sz", SETTINGS, NULL },
	{ "phys_offset", SETTINGS, NULL },
	{ "section_bits", SETTINGS, NULL },
	{ "vmemmap", SETTINGS, NULL },
	{ "cpus", SETTINGS, NULL },
	{ "ram", SETTINGS, NULL },
	{ "device", SETTINGS, NULL },
	{ "memmap", MEMMAP, core_add_memmap },
	{ "section", STATE, core_add_sections },
	{ "pgmap", STATE, core_add_pgmap },
	{ "block", STATE, core_add_block },
	{ "node", STATE, core_add_node },
	{ "zone", STATE, core_add_zone },
	{ "iomem", STATE, NULL },
	{ "entry", ENTRIES, core_add_entry },
	{ "pages", CONTENTS, core_fill_pages },
	{ "poke", BROKEN, core_poke },
	{ "omit", BROKEN, core_omit },
};

static bool of_the_kernel(const char *name)
{
	static const char *const table[] = { "drop", "drop-symbol", "drop-export", "param",
					     "symbol", "export" };
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(name, table[i]))
			return true;
	return strchr(name, '(') != NULL;
}

static void run_phase(struct core *c, const struct text *t, enum phase phase)
{
	size_t i, j;

	for (i = 0; i < t->nr; i++)
		for (j = 0; j < sizeof(statements) / sizeof(*statements); j++)
			if (!strcmp(t->stmt[i].word[0], statements[j].name) &&
			    statements[j].phase == phase && statements[j].fn)
				statements[j].fn(c, &t->stmt[i]);
}

static void check_names(struct core *c, const struct text *t, const char *dir)
{
	size_t i, j;

	for (i = 0; i < t->nr; i++) {
		const char *name = t->stmt[i].word[0];

		for (j = 0; j < sizeof(statements) / sizeof(*statements); j++)
			if (!strcmp(name, statements[j].name))
				break;
		if (j < sizeof(statements) / sizeof(*statements))
			continue;
		if (!of_the_kernel(name))
			die_at(&t->stmt[i], "unknown statement: %s", name);
		kern_statement(&c->k, dir, &t->stmt[i]);
	}
}

static void compile(struct core *c, const struct text *t, const char *dir)
{
	core_begin(c, t, dir);
	check_names(c, t, dir);
	core_place_symbols(c);
	run_phase(c, t, MEMMAP);
	run_phase(c, t, STATE);
	core_encode_sections(c);
	core_encode_blocks(c);
	core_encode_resources(c, t);
	run_phase(c, t, ENTRIES);
	core_encode_entries(c);
	run_phase(c, t, CONTENTS);
	image_build_tables(&c->im, c->pgd_kaddr);
	run_phase(c, t, BROKEN);
	flip_omit_pages(c);
	if (c->flip.kind && !strcmp(c->flip.kind, "omit"))
		core_omit_label(c, &t->stmt[0], c->flip.arg[0]);
}

static void write_layout(const struct core *c, const char *path)
{
	/* Addresses as linked, as an ELF symbol table has them; KERNELOFFSET is in the dump. */
	char *text = kern_layout_text(&c->k, c->release, c->im.kaslr);
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		die("cannot write %s", path);
	free(text);
}

static void print_probe(struct core *c, uint64_t kaddr)
{
	struct frame *f;

	kaddr &= ~7ull;
	f = image_frame(&c->im, image_paddr(&c->im, kaddr), false);
	if (f && elf_stores(c, f))
		printf("%016" PRIx64 " %016" PRIx64 "\n", kaddr, image_get(&c->im, kaddr, 8));
}

/* Addresses and what stands there: each object, and both ends of each mapping. */
static void print_probes(struct core *c)
{
	size_t i;

	for (i = 0; i < c->im.nr_objects; i++)
		print_probe(c, c->im.object[i].kaddr);
	for (i = 0; i < c->im.nr_mappings; i++) {
		print_probe(c, c->im.mapping[i].kaddr);
		print_probe(c, c->im.mapping[i].kaddr + c->im.mapping[i].len - 8);
	}
}

int main(int argc, char **argv)
{
	const char *dir = "kernels", *out = NULL, *layout = NULL;
	struct core c = { 0 };
	struct text t = { 0 };
	bool list = false, probes = false;
	int opt;

	while ((opt = getopt(argc, argv, "K:f:l:o:LPh")) != -1) {
		switch (opt) {
		case 'K': dir = optarg; break;
		case 'f': flip_parse(&c.flip, optarg); break;
		case 'l': layout = optarg; break;
		case 'o': out = optarg; break;
		case 'L': list = true; break;
		case 'P': probes = true; break;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	if (optind + 1 != argc || (!list && !probes && !out)) {
		fputs(usage, stderr);
		return 2;
	}
	text_load(&t, argv[optind]);
	compile(&c, &t, dir);
	if (probes)
		print_probes(&c);
	if (list)
		flip_list(&c);
	if (!out)
		return 0;
	if (layout)
		write_layout(&c, layout);
	elf_write(&c, out);
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* oops: which registers are struct pages that must not be believed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libkdumpfile/kdumpfile.h>

#include <zdm/page.h>

#include "open.h"

#define MAX_CPUS 4096u
#define MAX_TEXT_BYTES (16u << 20)

static const char *const registers[] = {
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "rip",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};
#define NR_REGISTERS (sizeof(registers) / sizeof(registers[0]))

/* "RDI", "R08"; with several CPUs "cpu3:RDI". */
static void name_word(char *buf, size_t len, unsigned int cpu, bool many, const char *reg)
{
	char prefix[12] = "";
	size_t i, n;

	if (many)
		snprintf(prefix, sizeof(prefix), "cpu%u:", cpu);
	n = (size_t)snprintf(buf, len, "%s%s%s", prefix, reg[1] < '0' || reg[1] > '9' || reg[2] ?
			     "" : "R0", reg[1] < '0' || reg[1] > '9' || reg[2] ? reg : reg + 1);
	for (i = strlen(prefix); i < n && i < len; i++) {
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] = (char)(buf[i] - 'a' + 'A');
	}
}

static bool get_register(kdump_ctx_t *ctx, unsigned int cpu, const char *reg, kdump_num_t *ret)
{
	char key[32];

	snprintf(key, sizeof(key), "cpu.%u.reg.%s", cpu, reg);
	return kdump_get_number_attr(ctx, key, ret) == KDUMP_OK;
}

/* The registers of the notes, but for CPUs that were in user mode. Returns how many. */
static size_t from_notes(struct zdm_dump *d, struct zdm_oops_word **ret)
{
	kdump_ctx_t *ctx = zdm_dump_ctx(d);
	struct zdm_oops_word *w;
	kdump_num_t nr_cpus = 0, value;
	unsigned int cpu;
	size_t i, nr = 0;

	*ret = NULL;
	if (kdump_get_number_attr(ctx, "cpu.number", &nr_cpus) != KDUMP_OK || !nr_cpus)
		return 0;
	if (nr_cpus > MAX_CPUS)
		nr_cpus = MAX_CPUS;
	w = calloc(nr_cpus * NR_REGISTERS, sizeof(*w));
	if (!w)
		return 0;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		if (get_register(ctx, cpu, "cs", &value) && (value & 3))
			continue;
		for (i = 0; i < NR_REGISTERS; i++) {
			if (!get_register(ctx, cpu, registers[i], &value))
				continue;
			name_word(w[nr].name, sizeof(w[nr].name), cpu, nr_cpus > 1, registers[i]);
			w[nr++].value = value;
		}
	}
	*ret = w;
	return nr;
}

static char *read_all(const char *path, size_t *len)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text = NULL;

	*len = 0;
	if (!f)
		return NULL;
	text = malloc(MAX_TEXT_BYTES);
	if (text)
		*len = fread(text, 1, MAX_TEXT_BYTES, f);
	if (text && ferror(f)) {
		free(text);
		text = NULL;
	}
	if (f != stdin)
		fclose(f);
	return text;
}

static int from_text(const char *path, struct zdm_oops_word **ret, size_t *nr)
{
	enum zdm_status st;
	size_t len;
	char *text;

	errno = 0;
	text = read_all(path, &len);
	if (!text) {
		cli_error("%s: cannot be read: %s", path, strerror(errno ? errno : EIO));
		return ZDM_EXIT_OPEN;
	}
	st = zdm_oops_parse(text, len, ret, nr);
	free(text);
	if (st == ZDM_OK)
		return ZDM_EXIT_DONE;
	cli_error("%s: %s", path, st == ZDM_NOMEM ? "out of memory" :
		  "no kernel registers in it, as an oops prints them");
	return ZDM_EXIT_MISSING;
}

static int run_oops(struct zdm_cli *cli, int nr_operands, char **operand)
{
	struct zdm_oops_word *w = NULL;
	struct opened o;
	size_t nr = 0;
	int code = open_model(cli, operand[0], &o);

	(void)nr_operands;
	if (code == ZDM_EXIT_DONE && cli->json)
		code = cli_usage_error(cli, "oops has no --json");
	if (code == ZDM_EXIT_DONE && cli->opt[0]) {
		code = from_text(cli->opt[0], &w, &nr);
	} else if (code == ZDM_EXIT_DONE) {
		nr = from_notes(o.dump, &w);
		if (!nr) {
			cli_error("%s: no CPU's kernel registers in its notes; give the text of "
				  "the oops with --text", operand[0]);
			code = ZDM_EXIT_MISSING;
		}
	}
	if (code == ZDM_EXIT_DONE) {
		zdm_oops_report(o.s, o.m, w, nr, &cli->out);
		code = finish_opened(cli, &o, false, code);
	}
	free(w);
	close_opened(&o);
	return code;
}

static const struct zdm_option options[] = {
	{ "text", "FILE", "take the registers from the text of an oops; - for standard input" },
	{ NULL, NULL, NULL },
};

const struct zdm_command cmd_oops = {
	.name = "oops",
	.operands = "VMCORE",
	.min_operands = 1, .max_operands = 1,
	.purpose = "the postmortem of an oops: whether it tripped over a struct page",
	.opts = options,
	.help = "Takes the registers of each CPU from the dump's notes, or with --text those of\n"
		"an oops as the kernel printed it, and names every value that is a struct page,\n"
		"a pointer into a pgmap, or a page frame of device memory. Only a pointer to a\n"
		"struct page that must not be believed is a finding.\n",
	.run = run_oops,
};

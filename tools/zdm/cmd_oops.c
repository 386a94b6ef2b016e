// SPDX-License-Identifier: LGPL-2.1-or-later
/* oops: which registers are struct pages that must not be believed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <zdm/oops.h>

#include "open.h"

#define MAX_CPUS 4096u
#define MAX_TEXT_BYTES (16u << 20)

/* More than struct pt_regs of any machine has. */
#define MAX_REGISTERS 64u

/* Where the words of a report come from, for what is said beside it. */
enum log_state { LOG_NOT_ASKED = 0, LOG_OOPS, LOG_NONE, LOG_MISSING };

struct run {
	struct zdm_cli *cli;
	struct opened o;
	bool opened;			/* a dump was given */
	struct zdm_oops *oops;
	const char *text_path;		/* NULL: none given */
	enum log_state log;
};

/* The registers of the notes, but for CPUs that were in user mode: those say nothing of the kernel. */
static enum zdm_status add_cpu(struct run *r, const char *machine, size_t cpu)
{
	const char *const *names = zdm_machine_pt_regs(machine);
	uint64_t words[MAX_REGISTERS];
	enum zdm_status st;
	size_t nr = 0, i;

	while (names && names[nr] && nr < MAX_REGISTERS)
		nr++;
	if (!zdm_dump_cpu_words(r->o.dump, cpu, words, nr) ||
	    zdm_machine_regs_of_user(machine, words))
		return ZDM_OK;
	st = zdm_oops_begin(r->oops, "notes", (int)cpu);
	for (i = 0; i < nr && st == ZDM_OK; i++) {
		if (*names[i])
			st = zdm_oops_add_word(r->oops, names[i], words[i]);
	}
	return st;
}

static enum zdm_status from_notes(struct run *r)
{
	const char *machine = zdm_model_kernel(r->o.m)->machine;
	size_t nr_cpus = zdm_dump_nr_cpus(r->o.dump), cpu;
	enum zdm_status st = ZDM_OK;

	for (cpu = 0; cpu < nr_cpus && cpu < MAX_CPUS && st == ZDM_OK; cpu++)
		st = add_cpu(r, machine, cpu);
	/* more CPUs than are looked at: not a failure */
	return st == ZDM_UNSUPPORTED ? ZDM_OK : st;
}

static enum zdm_status from_log(struct run *r)
{
	enum zdm_status st;
	char *text;
	size_t len;

	st = zdm_klog_read(r->o.s, &text, &len);
	if (st != ZDM_OK) {
		r->log = LOG_MISSING;
		return st == ZDM_NOMEM ? st : ZDM_OK;
	}
	st = zdm_oops_add_text(r->oops, "kernel log", text, len);
	free(text);
	r->log = st == ZDM_OK ? LOG_OOPS : LOG_NONE;
	return st == ZDM_ABSENT ? ZDM_OK : st;
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

static int no_memory(void)
{
	cli_error("out of memory");
	return ZDM_EXIT_OPEN;
}

static int from_text(struct run *r)
{
	const char *path = r->text_path, *machine;
	enum zdm_status st;
	size_t len;
	char *text;

	errno = 0;
	text = read_all(path, &len);
	if (!text) {
		cli_error("%s: cannot be read: %s", path, strerror(errno ? errno : EIO));
		return ZDM_EXIT_OPEN;
	}
	st = zdm_oops_add_text(r->oops, "text", text, len);
	free(text);
	if (st == ZDM_NOMEM)
		return no_memory();
	if (st == ZDM_UNSUPPORTED) {
		cli_error("%s: registers of %s; nothing can be computed from them", path,
			  zdm_oops_foreign(r->oops, NULL));
		return ZDM_EXIT_MISSING;
	}
	if (st != ZDM_OK) {
		cli_error("%s: no kernel registers in it, and no page that the kernel names", path);
		return ZDM_EXIT_MISSING;
	}
	machine = r->opened ? zdm_oops_foreign(r->oops, r->o.s) : NULL;
	if (!machine)
		return ZDM_EXIT_DONE;
	cli_error("%s: registers of %s, and %s is a dump of %s; without VMCORE the text is read for "
		  "what it says itself", path, machine, r->o.path, zdm_model_kernel(r->o.m)->machine);
	return ZDM_EXIT_MISSING;
}

static int from_dump(struct run *r)
{
	enum zdm_status st = from_log(r);

	if (st == ZDM_OK)
		st = from_notes(r);
	if (st != ZDM_OK)
		return no_memory();
	if (zdm_oops_words(r->oops))
		return ZDM_EXIT_DONE;
	cli_error("%s: no oops in its kernel log, and no CPU's kernel registers in its notes; give "
		  "the text of the oops with --text", r->o.path);
	return ZDM_EXIT_MISSING;
}

static void print_json_string(struct zdm_cli *cli, const char *key, const char *s)
{
	struct json_object *v = s ? json_object_new_string(s) : NULL;

	cli_printf(cli, ",\"%s\":%s", key,
		   json_object_to_json_string_ext(v, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(v);
}

static void print_head(struct run *r)
{
	static const char *const logs[] = {
		[LOG_NOT_ASKED] = NULL, [LOG_OOPS] = "oops", [LOG_NONE] = "none",
		[LOG_MISSING] = "missing",
	};

	if (!r->cli->json) {
		if (r->log == LOG_NONE || r->log == LOG_MISSING)
			cli_printf(r->cli, "%s: what the CPUs did when the dump was taken, from its "
				   "notes. A hypervisor takes it after the oops: then give its text "
				   "with --text.\n", r->log == LOG_NONE ?
				   "No oops in the dump's kernel log" :
				   "The kernel log is not in the dump");
		return;
	}
	if (r->opened)
		cli_json_begin(r->cli, r->o.path);
	else
		cli_printf(r->cli, "{\"schema\":1,\"vmcore\":null");
	print_json_string(r->cli, "text", r->text_path);
	print_json_string(r->cli, "log", logs[r->log]);
	cli_printf(r->cli, ",");
}

static bool emit_to_memory(void *priv, const char *text, size_t len)
{
	return fwrite(text, 1, len, priv) == len;
}

/* All or nothing: half a report must not look like "no finding". */
static int report(struct run *r)
{
	struct zdm_session *s = r->opened ? r->o.s : NULL;
	const struct zdm_model *m = r->opened ? r->o.m : NULL;
	char *text = NULL;
	size_t len = 0;
	struct zdm_sink sink = { .emit_fn = emit_to_memory };
	enum zdm_status st;
	FILE *mem = open_memstream(&text, &len);

	if (!mem)
		return no_memory();
	sink.priv = mem;
	st = r->cli->json ? zdm_oops_report_json(s, m, r->oops, &sink, NULL) :
			    zdm_oops_report(s, m, r->oops, &sink, NULL);
	if (ferror(mem))
		st = ZDM_NOMEM;
	if (fclose(mem))
		st = ZDM_NOMEM;
	if (st == ZDM_OK) {
		print_head(r);
		r->cli->out.emit_fn(r->cli->out.priv, text, len);
		if (r->cli->json)
			cli_printf(r->cli, "}\n");
	}
	free(text);
	return st == ZDM_OK ? ZDM_EXIT_DONE : no_memory();
}

static int run_oops(struct zdm_cli *cli, int nr_operands, char **operand)
{
	struct run r = { .cli = cli, .text_path = cli->opt[0], .opened = nr_operands > 0 };
	int code = ZDM_EXIT_DONE;

	if (!r.opened && !r.text_path)
		return cli_usage_error(cli, "oops: VMCORE is missing, or the text of an oops (--text)");
	if (zdm_oops_new(&r.oops) != ZDM_OK)
		return no_memory();
	if (r.opened)
		code = open_model(cli, operand[0], &r.o);
	if (code == ZDM_EXIT_DONE)
		code = r.text_path ? from_text(&r) : from_dump(&r);
	if (code == ZDM_EXIT_DONE)
		code = report(&r);
	if (code == ZDM_EXIT_DONE && r.opened)
		code = finish_opened(cli, &r.o, false, code);
	zdm_oops_free(r.oops);
	if (r.opened)
		close_opened(&r.o);
	return code;
}

static const struct zdm_option options[] = {
	{ "text", "FILE", "take what the text of an oops says; - for standard input" },
	{ NULL, NULL, NULL },
};

const struct zdm_command cmd_oops = {
	.name = "oops",
	.operands = "[VMCORE]",
	.min_operands = 0, .max_operands = 1,
	.purpose = "the postmortem of an oops: whether it tripped over a struct page",
	.opts = options,
	.help = "Takes the oopses of the kernel log that is in the dump and the registers of each\n"
		"CPU from its notes, or with --text what a text says: a console, a mail, the\n"
		"output of crash, QEMU or GDB. Names every value that is a struct page, a pointer\n"
		"into a pgmap, or a page frame of device memory, and says how far the evidence\n"
		"goes: proven by the dump, consistent with the text, possible. Without VMCORE,\n"
		"the text is read for what it says itself.\n",
	.run = run_oops,
};

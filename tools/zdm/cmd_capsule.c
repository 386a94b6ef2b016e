// SPDX-License-Identifier: LGPL-2.1-or-later
/* capsule: a small vmcore that gives the same verdicts, and nothing else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zdm/capsule.h>

#include "fileio.h"
#include "open.h"
#include "outfile.h"

struct capsule {
	struct opened *o;
	char err[ZDM_ERR_LEN];
};

static enum zdm_status fill(void *priv, const struct zdm_sink *sink)
{
	struct capsule *c = priv;

	return zdm_capsule_write(c->o->s, zdm_dump_ops(c->o->dump), c->o->dump, sink, c->err,
				 sizeof(c->err));
}

static int write_capsule(struct opened *o, const struct outfile *out)
{
	struct capsule c = { .o = o };
	char err[ZDM_ERR_LEN];
	enum zdm_status st = outfile_fill(out, fill, &c, err, sizeof(err));

	if (err[0])
		cli_error("%s", err);
	else if (st != ZDM_OK)
		cli_error("%s: no capsule can be made: %s", o->path, c.err);
	return st == ZDM_OK ? ZDM_EXIT_DONE : ZDM_EXIT_OPEN;
}

/*
 * What a model answers, as a sum of its JSON without the names of the sources: the text of a
 * large machine, twice, would be more than its model.
 */
struct sum {
	uint64_t fnv;
	size_t matched;		/* of the key, at the end of what came so far */
	bool left_out;
};

static bool sum_add(void *priv, const char *text, size_t len)
{
	static const char key[] = "\"sources\":{";
	struct sum *s = priv;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s->left_out) {
			s->left_out = text[i] != '}';
			continue;
		}
		s->fnv = (s->fnv ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
		s->matched = text[i] == key[s->matched] ? s->matched + 1 : text[i] == key[0];
		if (!key[s->matched]) {
			s->left_out = true;
			s->matched = 0;
		}
	}
	return true;
}

static bool answer(const struct zdm_model *m, uint64_t *sum)
{
	struct sum s = { .fnv = UINT64_C(0xcbf29ce484222325) };
	const struct zdm_sink sink = { .emit_fn = sum_add, .priv = &s };

	if (zdm_report_json(m, "", &sink) != ZDM_OK)
		return false;
	*sum = s.fnv;
	return true;
}

/* Open what was written, as anybody would, and compare. */
static int verify(struct zdm_cli *cli, uint64_t want, int fd, const char *path)
{
	struct zdm_cli plain = { .cmd = cli->cmd, .quiet = true, .out = cli->out };
	struct opened again;
	char proc[64];
	uint64_t have;
	int code;

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	code = open_model(&plain, proc, &again);
	if (code == ZDM_EXIT_DONE && (!answer(again.m, &have) || have != want))
		code = ZDM_EXIT_OPEN;
	close_opened(&again);
	if (code != ZDM_EXIT_DONE)
		cli_error("%s: not written: the capsule would not give the dump's answer", path);
	return code;
}

/* Write aside, look at it, give it its name, and only then say so. */
static int make_capsule(struct zdm_cli *cli, struct opened *o, uint64_t sum, const char *path)
{
	char err[ZDM_ERR_LEN];
	struct outfile out;
	struct stat sb;
	int code;

	if (outfile_open(&out, path, o->path, cli->force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	code = write_capsule(o, &out);
	if (code == ZDM_EXIT_DONE)
		code = verify(cli, sum, out.fd, path);
	if (code == ZDM_EXIT_DONE && zdm_dump_lost(o->dump)) {
		cli_error("%s: %s", o->path, zdm_dump_damage(o->dump));
		code = ZDM_EXIT_OPEN;
	}
	if (code != ZDM_EXIT_DONE) {
		outfile_discard(&out);
		return code;
	}
	sb.st_size = fstat(out.fd, &sb) ? 0 : sb.st_size;
	if (outfile_commit(&out, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	if (!cli->quiet)
		cli_printf(cli, "%s: %" PRIu64 " bytes: what the verdicts rest on (section table, "
			   "pgmaps, memory blocks, page tables, VMCOREINFO, layout, the struct pages "
			   "that decide something), no contents of pages\n", path,
			   (uint64_t)sb.st_size);
	return ZDM_EXIT_DONE;
}

static int run_capsule(struct zdm_cli *cli, int nr, char **operand)
{
	char err[ZDM_ERR_LEN];
	struct opened o;
	int code, made;
	uint64_t sum;

	(void)nr;
	if (cli->json)
		return cli_usage_error(cli, "capsule: there is nothing to print as JSON");
	if (fileio_same(operand[0], operand[1]))
		return cli_usage_error(cli, "capsule: %s would overwrite the dump itself",
				       operand[1]);
	if (outfile_check(operand[1], cli->force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	code = open_model(cli, operand[0], &o);
	/* of a directory the dump is known only now */
	if (code == ZDM_EXIT_DONE && fileio_same(o.path, operand[1]))
		code = cli_usage_error(cli, "capsule: %s would overwrite the dump itself",
				       operand[1]);
	if (code == ZDM_EXIT_DONE && !answer(o.m, &sum)) {
		cli_error("out of memory");
		code = ZDM_EXIT_OPEN;
	}
	if (code == ZDM_EXIT_DONE) {
		code = finish_opened(cli, &o, false, code);
		/* there are to be two more of them, one after the other */
		zdm_model_free(o.m);
		o.m = NULL;
		made = make_capsule(cli, &o, sum, operand[1]);
		code = made != ZDM_EXIT_DONE ? made : code;
	}
	close_opened(&o);
	return code;
}

const struct zdm_command cmd_capsule = {
	.name = "capsule",
	.operands = "VMCORE OUT",
	.min_operands = 2, .max_operands = 2,
	.purpose = "write a small vmcore with only the bytes that the analysis reads",
	.writes = true,
	.help = "The capsule gives the same verdicts as the dump, and holds no user data: the\n"
		"bytes of sections, pgmaps, memory blocks and page tables, VMCOREINFO, and the\n"
		"layout. Of the struct pages only those few are in it that decide something.\n",
	.run = run_capsule,
};

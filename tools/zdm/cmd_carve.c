// SPDX-License-Identifier: LGPL-2.1-or-later
/* zdm carve: a copy of a dump without the frames whose struct page is invalid. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "carving.h"
#include "fileio.h"
#include "outfile.h"

enum { OPT_DUMP_LEVEL, OPT_DROP_DEVICE_MEMMAP, OPT_DRY_RUN, OPT_ADD_ALTMAP, OPT_ALTMAP_FROM,
       OPT_IN_PLACE };

static const struct zdm_option options[] = {
	[OPT_DUMP_LEVEL] = { "dump-level", "N", "as makedumpfile -d; bit 8 drops device data" },
	[OPT_DROP_DEVICE_MEMMAP] = { "drop-device-memmap", NULL,
				     "drop struct pages of devices not in the dump" },
	[OPT_DRY_RUN] = { "dry-run", NULL, "say what would go, write nothing" },
	[OPT_ADD_ALTMAP] = { "add-altmap", NULL,
			     "add struct pages kept on devices, from /dev/mem" },
	[OPT_ALTMAP_FROM] = { "altmap-from", "FILE@PADDR",
			      "add them from FILE, which begins at PADDR" },
	[OPT_IN_PLACE] = { "in-place", NULL, "not possible, refused" },
	{ NULL, NULL, NULL },
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = sig;
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction sa = { .sa_handler = stop };
	struct sigaction was;
	size_t i;

	/* what is ignored (nohup) stays so */
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &was) && was.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
}

static void print_count(struct zdm_cli *cli, const char *name, const struct zdm_carve_count *c,
			bool always)
{
	if (c->pages || always)
		cli_printf(cli, "%-10s %12" PRIu64 " %16" PRIu64 "\n", name, c->pages, c->bytes);
}

/* What the kept frames are; those of the file, not what was added. */
static void count_kept(const struct zdm_model *m, const struct zdm_carve_plan *plan,
		       struct zdm_carve_count *ret)
{
	uint64_t size = zdm_model_kernel(m)->page_size, pfn, end, next;
	size_t i;

	memset(ret, 0, ZDM_NR_CLASSES * sizeof(*ret));
	for (i = 0; i < plan->nr_segs; i++) {
		pfn = plan->segs[i].paddr / size;
		end = pfn + plan->segs[i].file_bytes / size;
		for (; plan->segs[i].from == ZDM_CARVE_FILE && pfn < end; pfn = next) {
			const struct zdm_range *r = zdm_range_find(m, pfn);
			enum zdm_class cls = r ? r->cls : ZDM_CLASS_ABSENT;

			next = r && r->end_pfn < end ? r->end_pfn : end;
			ret[cls].pages += next - pfn;
			ret[cls].bytes += (next - pfn) * size;
		}
	}
}

static void print_kept(struct zdm_cli *cli, const struct zdm_carve_count *kept)
{
	char name[32];
	int i;

	for (i = 0; i < ZDM_NR_CLASSES; i++) {
		snprintf(name, sizeof(name), "  %s", zdm_class_name((enum zdm_class)i));
		print_count(cli, name, &kept[i], false);
	}
	if (kept[ZDM_CLASS_DEVICE].pages && !cli->opt[OPT_DUMP_LEVEL])
		cli_printf(cli, "Data of devices is kept: --dump-level 8 drops it.\n");
}

static void print_table(struct zdm_cli *cli, const struct zdm_carve_plan *plan,
			const struct zdm_carve_count *kept, bool dry_run)
{
	int i;

	cli_printf(cli, "%s\n%-10s %12s %16s\n", dry_run ? "Would be left out:" : "Left out:",
		   "class", "pages", "bytes");
	for (i = 0; i < ZDM_NR_CLASSES; i++)
		print_count(cli, zdm_class_name((enum zdm_class)i), &plan->dropped[i], false);
	print_count(cli, "memmap", &plan->memmap, false);
	cli_printf(cli, "Kept:\n");
	print_count(cli, "kept", &plan->kept, true);
	print_kept(cli, kept);
	print_count(cli, "added", &plan->added, false);
	cli_printf(cli, "%zu segments from %zu, %" PRIu64 " bytes with holes\n", plan->nr_segs,
		   plan->in->nr_segs, plan->total_bytes);
}

static void print_json_classes(struct zdm_cli *cli, const char *key,
			       const struct zdm_carve_count *c)
{
	const char *comma = "";
	int i;

	cli_printf(cli, "\"%s\":{", key);
	for (i = 0; i < ZDM_NR_CLASSES; i++) {
		if (!c[i].pages)
			continue;
		cli_printf(cli, "%s\"%s\":{\"pages\":%" PRIu64 ",\"bytes\":%" PRIu64 "}", comma,
			   zdm_class_name((enum zdm_class)i), c[i].pages, c[i].bytes);
		comma = ",";
	}
	cli_printf(cli, "}");
}

static void print_json(struct zdm_cli *cli, const struct zdm_carve_plan *plan,
		       const struct zdm_carve_count *kept)
{
	cli_printf(cli, "{\"schema\":%d,", ZDM_JSON_SCHEMA);
	print_json_classes(cli, "dropped", plan->dropped);
	cli_printf(cli, ",\"memmap\":{\"pages\":%" PRIu64 ",\"bytes\":%" PRIu64 "}",
		   plan->memmap.pages, plan->memmap.bytes);
	cli_printf(cli, ",\"kept\":{\"pages\":%" PRIu64 ",\"bytes\":%" PRIu64 "}",
		   plan->kept.pages, plan->kept.bytes);
	cli_printf(cli, ",");
	print_json_classes(cli, "kept_classes", kept);
	cli_printf(cli, ",\"added\":{\"pages\":%" PRIu64 ",\"bytes\":%" PRIu64 "}",
		   plan->added.pages, plan->added.bytes);
	cli_printf(cli, ",\"segments\":%zu,\"total_bytes\":%" PRIu64 "}\n", plan->nr_segs,
		   plan->total_bytes);
}

static enum zdm_status read_pages(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct carving *c = priv;

	return zdm_dump_ops(c->o.dump)->read_phys_fn(c->o.dump, paddr, buf, len);
}

static enum zdm_status read_altmap(void *priv, uint64_t paddr, void *buf, size_t len)
{
	struct carving *c = priv;

	return altmap_read(&c->altmap, paddr, buf, len);
}

static bool tell(void *priv, uint64_t done, uint64_t all)
{
	struct carving *c = priv;

	(void)all;
	progress_add(&c->o.progress, done - c->o.progress.done);
	return !stopped;
}

static int write_out(struct carving *c, const char *from, const char *to, bool force)
{
	struct zdm_carve_io io = {
		.size = sizeof(io), .in_fd = c->fd, .read_pages_fn = read_pages,
		.read_altmap_fn = read_altmap, .progress_fn = tell, .priv = c,
	};
	char err[ZDM_ERR_LEN];
	struct outfile out;
	enum zdm_status status;

	if (outfile_open(&out, to, from, force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	io.out_fd = out.fd;
	catch_signals();
	progress_begin(&c->o.progress, "copying", c->plan->kept.bytes + c->plan->added.bytes);
	status = zdm_carve_write(c->plan, &io, err, sizeof(err));
	progress_end(&c->o.progress);
	if (status != ZDM_OK) {
		outfile_discard(&out);
		cli_error("%s: not written: %s", to, err);
		return ZDM_EXIT_OPEN;
	}
	if (outfile_commit(&out, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	return ZDM_EXIT_DONE;
}

/* -1: go on, else the exit code. */
static int parse(struct zdm_cli *cli, int nr, char **operand, struct carving_opts *opts)
{
	char err[ZDM_ERR_LEN];
	uint64_t level;

	if (cli->opt[OPT_IN_PLACE])
		return cli_usage_error(cli, "a dump is never changed in place: name an OUT file");
	opts->path = operand[0];
	if (cli->opt[OPT_DUMP_LEVEL]) {
		if (!cli_parse_u64(cli->opt[OPT_DUMP_LEVEL], &level) || level > 31)
			return cli_value_error("--dump-level is a number from 0 to 31");
		opts->policy.dump_level = (int)level;
	}
	opts->policy.drop_device_memmap = cli->opt[OPT_DROP_DEVICE_MEMMAP] != NULL;
	opts->altmap_from = cli->opt[OPT_ALTMAP_FROM];
	opts->add_altmap = cli->opt[OPT_ADD_ALTMAP] || opts->altmap_from;
	opts->dry_run = cli->opt[OPT_DRY_RUN] != NULL;
	if (opts->dry_run)
		return -1;
	if (nr < 2)
		return cli_usage_error(cli, "OUT is missing");
	if (fileio_same(operand[0], operand[1]))
		return cli_usage_error(cli, "%s is the dump itself", operand[1]);
	if (outfile_check(operand[1], cli->force, err, sizeof(err))) {
		cli_error("%s", err);
		return ZDM_EXIT_OPEN;
	}
	return -1;
}

static int run(struct zdm_cli *cli, int nr, char **operand)
{
	struct zdm_carve_count kept[ZDM_NR_CLASSES];
	struct carving_opts opts = { 0 };
	struct carving c;
	int ret, code;

	ret = parse(cli, nr, operand, &opts);
	if (ret >= 0)
		return ret;
	code = carving_open(&c, cli, &opts);
	if (code > ZDM_EXIT_DAMAGED) {
		carving_close(&c);
		return code;
	}
	zdm_carve_place_packed(c.plan);
	/* of a directory the dump is known only now */
	if (!opts.dry_run && fileio_same(c.o.path, operand[1]))
		ret = cli_usage_error(cli, "%s is the dump itself", operand[1]);
	else if (!opts.dry_run)
		ret = write_out(&c, c.o.path, operand[1], cli->force);
	count_kept(c.o.m, c.plan, kept);
	if (ret <= 0 && cli->json)
		print_json(cli, c.plan, kept);
	else if (ret <= 0 && (opts.dry_run || !cli->quiet))
		print_table(cli, c.plan, kept, opts.dry_run);
	carving_close(&c);
	return ret > 0 ? ret : code;
}

extern const struct zdm_command cmd_carve;
const struct zdm_command cmd_carve = {
	.name = "carve",
	.operands = "VMCORE [OUT]",
	.min_operands = 1,
	.max_operands = 2,
	.purpose = "write the dump as ELF without frames whose struct page is invalid",
	.opts = options,
	.writes = true,
	.help = "makedumpfile, crash, drgn and others read OUT as they are and never meet an invalid\n"
		"struct page. Also left out: RAM that stores nothing but invalid struct pages.\n",
	.run = run,
};

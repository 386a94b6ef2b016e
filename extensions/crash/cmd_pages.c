// SPDX-License-Identifier: GPL-2.0-or-later
/* zdm -p and -c: single page frames, and struct pages against verdicts. */
#include <defs.h>
#include <ctype.h>
#include <inttypes.h>

#include <zdm/check.h>

#include "cmd.h"
#include "guard.h"

struct vtop_req {
	ulong kaddr;
	physaddr_t paddr;
	bool ok;
};

static void call_vtop(void *arg)
{
	struct vtop_req *q = arg;

	q->ok = IS_KVADDR(q->kaddr) && kvtop(NULL, q->kaddr, &q->paddr, FALSE);
}

bool cmd_spec(struct cmd_call *c, const char *arg, struct zdm_pfn_spec *ret)
{
	const struct zdm_kernel *k = zdm_model_kernel(c->z->m);
	struct zdm_pfn_spec_opts opts = { .size = sizeof(opts), .hex = true,
					  .end_pfn = zdm_model_end_pfn(c->z->m) };
	struct vtop_req q = { 0 };
	char *end;

	if (zdm_pfn_spec_parse(k, &opts, arg, ret, c->err, CMD_ERR_LEN) == ZDM_OK)
		return true;
	/* what only crash can translate: vmalloc, modules, the kernel's own image */
	errno = 0;
	q.kaddr = strtoul(arg, &end, 16);
	if (!isxdigit((unsigned char)*arg) || errno || *end || !guard_call(call_vtop, &q) || !q.ok)
		return false;
	c->err[0] = '\0';
	*ret = (struct zdm_pfn_spec){
		.kind = ZDM_PFN_SPEC_VIRT, .addr = q.kaddr, .start_pfn = q.paddr / k->page_size,
		.end_pfn = q.paddr / k->page_size + 1, .off_bytes = q.paddr % k->page_size,
	};
	return true;
}

static bool one_spec(struct cmd_call *c, const char *arg)
{
	struct zdm_pfn_spec spec;
	char said[128];
	uint64_t pfn;

	if (!cmd_spec(c, arg, &spec))
		return false;
	zdm_pfn_spec_text(&spec, said, sizeof(said));
	cmd_printf(c->out, "%s: %s\n", arg, said);
	for (pfn = spec.start_pfn; pfn < spec.end_pfn && !guard_interrupted(); pfn++) {
		if (pfn > spec.start_pfn && !cmd_printf(c->out, "\n"))
			break;
		cmd_reported(c, zdm_report_pfn(c->z->s, c->z->m, pfn, c->out));
		if (c->err[0])
			return false;
	}
	return true;
}

void cmd_pages(struct cmd_call *c)
{
	int i;

	if (!c->nr)
		snprintf(c->err, sizeof(c->err), "-p needs a page frame number or an address");
	for (i = 0; i < c->nr && !guard_interrupted(); i++) {
		if (i)
			cmd_printf(c->out, "\n");
		if (!one_spec(c, c->args[i]))
			return;
	}
}

static void contradiction(void *priv, const struct zdm_contradiction *con)
{
	const struct cmd_call *c = priv;

	cmd_printf(c->out, "[0x%" PRIx64 ", 0x%" PRIx64 ") %s, but its struct pages are %s\n",
		   con->start_pfn, con->end_pfn, zdm_class_name(con->cls), con->found);
}

void cmd_check(struct cmd_call *c)
{
	struct zdm_check_result r;

	if (c->nr > 1 || (c->nr && !STREQ(c->args[0], "all"))) {
		snprintf(c->err, sizeof(c->err), "-c takes no argument but all");
		return;
	}
	if (zdm_check(c->z->s, c->z->m, c->nr ? ZDM_CHECK_ALL : ZDM_CHECK_SAMPLE, contradiction, c, &r) != ZDM_OK) {
		snprintf(c->err, sizeof(c->err), "the check could not be done: out of memory");
		return;
	}
	if (guard_interrupted())
		return;
	if (!r.agree && !r.contradict)
		cmd_printf(c->out, "nothing was checked: no struct page that should be valid is in the "
			   "dump\n");
	if (r.unasked)
		cmd_printf(c->out, "a sample was taken, %" PRIu64 " struct pages were not read: zdm -c "
			   "all\n", r.unasked);
	cmd_printf(c->out, "struct pages that agree with their verdict: %" PRIu64
		   ", contradict it: %" PRIu64 ", not in the dump: %" PRIu64
		   ", not asked: %" PRIu64 "\n",
		   r.agree, r.contradict, r.unread, r.skipped);
}

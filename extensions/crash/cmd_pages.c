// SPDX-License-Identifier: GPL-2.0-or-later
/* zdm -p and -c: single page frames, and struct pages against verdicts. */
#include <defs.h>
#include <ctype.h>
#include <inttypes.h>

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

/* As everywhere in crash: decimal digits alone are decimal, 0x and letters are hex. */
static bool parse_number(const char *arg, uint64_t *ret)
{
	bool hex = strspn(arg, "0123456789") != strlen(arg);
	char *end;

	if (!*arg || *arg == '-' || *arg == '+' || isspace((unsigned char)*arg))
		return false;
	errno = 0;
	*ret = strtoull(arg, &end, hex ? 16 : 10);
	return !errno && !*end && end != arg;
}

/* End of what the model knows: numbers below it are PFNs, above it addresses. */
static uint64_t model_end_pfn(const struct zdm_model *m)
{
	const struct zdm_range *ranges;
	size_t nr = zdm_model_ranges(m, &ranges);

	return nr ? ranges[nr - 1].end_pfn : 0;
}

/* What a number means: "how" says how it was taken. */
static bool number_to_pfn(const struct zdm_crash *z, uint64_t v, uint64_t *pfn, const char **how)
{
	const struct zdm_kernel *k = zdm_model_kernel(z->m);
	struct vtop_req q = { .kaddr = (ulong)v };

	if (zdm_page_pfn(k, v, pfn) == ZDM_OK && *pfn < model_end_pfn(z->m)) {
		*how = "struct page of";
		return true;
	}
	if (v < model_end_pfn(z->m)) {
		*how = "page frame number:";
		*pfn = v;
		return true;
	}
	if (guard_call(call_vtop, &q) && q.ok) {
		*how = "kernel virtual address in";
		*pfn = q.paddr / k->page_size;
		return true;
	}
	if (zdm_page_pfn(k, v, pfn) == ZDM_OK && v >= k->vmemmap_kaddr && IS_KVADDR((ulong)v)) {
		*how = "struct page of";
		return true;
	}
	if (v >> 52)
		return false;
	*how = "physical address in";
	*pfn = v / k->page_size;
	return true;
}

static bool one_page(struct cmd_call *c, const char *arg)
{
	const char *how = "";
	uint64_t v, pfn;

	if (strchr(arg, ':')) {
		if (zdm_spec_parse(zdm_model_kernel(c->z->m), arg, &pfn, c->err,
				   sizeof(c->err)) != ZDM_OK)
			return false;
	} else if (!parse_number(arg, &v) || !number_to_pfn(c->z, v, &pfn, &how)) {
		snprintf(c->err, sizeof(c->err), "\"%s\" is neither a page frame number, nor a "
			 "physical, struct page or kernel address", arg);
		return false;
	}
	cmd_printf(c->out, "%s: %s%spfn 0x%" PRIx64 "\n", arg, how, *how ? " " : "", pfn);
	zdm_report_pfn(c->z->s, c->z->m, pfn, c->out);
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
		if (!one_page(c, c->args[i]))
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

	if (c->nr) {
		snprintf(c->err, sizeof(c->err), "-c takes no argument");
		return;
	}
	if (zdm_check(c->z->s, c->z->m, contradiction, c, &r) != ZDM_OK) {
		snprintf(c->err, sizeof(c->err), "the check could not be done: out of memory");
		return;
	}
	if (!guard_interrupted())
		cmd_printf(c->out, "struct pages that agree with their verdict: %" PRIu64
			   ", contradict it: %" PRIu64 ", not in the dump: %" PRIu64
			   ", not asked: %" PRIu64 "\n",
			   r.agree, r.contradict, r.unread, r.skipped);
}

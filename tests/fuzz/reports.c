// SPDX-License-Identifier: LGPL-2.1-or-later
/* reports: every report of a model runs to its end, or stops when it is told to. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/oops.h>
#include <zdm/policy.h>

#include "fuzz.h"

struct paper {
	char *text;
	size_t len, cap;
	size_t left;	/* emits until it says stop */
	bool late;	/* was written to after that */
};

static bool write_down(void *priv, const char *text, size_t len)
{
	struct paper *p = priv;

	p->late |= !p->left;
	if (p->left)
		p->left--;
	while (p->len + len + 1 > p->cap) {
		p->cap = p->cap ? 2 * p->cap : 1 << 16;
		p->text = realloc(p->text, p->cap);
		if (!p->text)
			die("out of memory");
	}
	memcpy(p->text + p->len, text, len);
	p->len += len;
	p->text[p->len] = '\0';
	return p->left > 0;
}

static void new_sheet(struct paper *p, size_t left)
{
	p->len = 0;
	p->left = left;
	p->late = false;
	if (p->text)
		p->text[0] = '\0';
}

static void texts(const struct zdm_model *m, const struct zdm_sink *out, unsigned int which)
{
	switch (which) {
	case 0:
		zdm_report_summary(m, out);
		break;
	case 1:
		zdm_report_ranges(m, ZDM_CLASS_ANY, out);
		break;
	case 2:
		zdm_report_sections(m, UINT64_MAX, out);
		break;
	default:
		zdm_report_pgmaps(m, out);
		break;
	}
}

static const char *check_text_reports(const struct zdm_model *m, struct paper *p, struct rng *rng)
{
	struct zdm_sink out = { .emit_fn = write_down, .priv = p };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		new_sheet(p, SIZE_MAX);
		texts(m, &out, i);
		if (!p->len || p->text[p->len - 1] != '\n' || memchr(p->text, 0, p->len))
			return wrong("report %u is no text", i);
		new_sheet(p, 1 + rng_below(rng, 8));
		texts(m, &out, i);
		if (p->late)
			return wrong("report %u goes on when told to stop", i);
	}
	return NULL;
}

static const char *check_json(const struct zdm_model *m, struct paper *p)
{
	struct zdm_sink out = { .emit_fn = write_down, .priv = p };
	struct json_object *all, *ranges;
	const struct zdm_range *r;
	const char *bad = NULL;

	new_sheet(p, SIZE_MAX);
	if (zdm_report_json(m, "fuzz", &out) != ZDM_OK)
		return "the JSON report fails";
	all = json_tokener_parse(p->text);
	if (!all || !json_object_object_get_ex(all, "ranges", &ranges) ||
	    json_object_array_length(ranges) != zdm_model_ranges(m, &r))
		bad = "the JSON report is no JSON or lacks ranges";
	json_object_put(all);
	return bad;
}

static const char *check_pfns(struct zdm_session *ses, const struct zdm_model *m, struct paper *p,
			      struct rng *rng)
{
	struct zdm_sink out = { .emit_fn = write_down, .priv = p };
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;

	for (i = 0; i < 4 && nr; i++) {
		uint64_t pfn = r[rng_below(rng, nr)].start_pfn + rng_below(rng, 3);

		new_sheet(p, SIZE_MAX);
		zdm_report_pfn(ses, m, pfn, &out);
		if (!p->len || memchr(p->text, 0, p->len))
			return "the report of a PFN is no text";
		new_sheet(p, SIZE_MAX);
		if (zdm_report_pfn_json(ses, m, pfn, &out) != ZDM_OK || !p->len)
			return "the JSON of a PFN fails";
	}
	return NULL;
}

/* What a dump would keep: sorted, gap-free, and nothing unknown is dropped. */
static const char *check_policy(struct zdm_session *ses, const struct zdm_model *m)
{
	struct zdm_policy policy = { .dump_level = 31 };
	struct zdm_keep_range *v = NULL;
	const char *bad = NULL;
	size_t nr = 0, i;

	if (zdm_policy_ranges(ses, m, &policy, ZDM_CHUNK_PAGES, &v, &nr) != ZDM_OK)
		return NULL;
	for (i = 0; i < nr && !bad; i++) {
		if (v[i].start_pfn >= v[i].end_pfn || (i && v[i].start_pfn != v[i - 1].end_pfn))
			bad = wrong("policy range %zu is not in its place", i);
		else if (v[i].cls == ZDM_CLASS_UNKNOWN && v[i].keep == ZDM_DROP)
			bad = wrong("policy range %zu drops what is unknown", i);
	}
	free(v);
	return bad;
}

/* An oops in many wrappings; what is made of it is as damaged as the dump is. */
static const char oops_text[] =
	"Content-Transfer-Encoding: quoted-printable\n> [  1.5][ T12] BUG: unable to handle page fault "
	"for address: fffffffffffffffe\n<4>[  1.5][ T12] CPU: 1 PID: 12 Comm: a Not tainted 6.1.0 #1\n"
	"\x1b[31mRIP: 0010:f+0x1/0x2\x1b[0m\nRAX: fffffffffffffffe RDI: ffffea0004=\n000000 R12:\n"
	"0000000000100000\\nRBX: ffffffffffffffff\r\npage:ffffea0004000000 is poisoned pfn:0x100000\n"
	"raw: ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff\n"
	"CPU#1\nRAX=0000000000000001 R8 =ffffea0004000040\nrdi  0xffffea0004000080  -24189188702080\n"
	"Krnl GPRS: 0000000000000000 000003d083000000 0000000000000034 000003d08300c000\n"
	"memmap=4G!4G BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] persistent (type 7)\n"
	"&gt; x9 : <b>ffffea0004000000</b>\nKernel Offset: 0x0 from 0xffffffff81000000\n";

static const char *check_oops(struct zdm_session *ses, const struct zdm_model *m, struct paper *p,
			      struct rng *rng)
{
	struct zdm_sink out = { .emit_fn = write_down, .priv = p };
	char text[sizeof(oops_text)];
	size_t len = sizeof(text) - 1, i;
	const char *bad = NULL;
	struct zdm_oops *o;

	memcpy(text, oops_text, sizeof(text));
	for (i = rng_below(rng, 24); i--;)
		text[rng_below(rng, len)] = rng_below(rng, 2) ? (char)rng_next(rng) :
			oops_text[rng_below(rng, len)];
	len -= rng_below(rng, 4) ? 0 : rng_below(rng, len);
	if (zdm_oops_new(&o) != ZDM_OK)
		return NULL;
	zdm_oops_add_text(o, "text", text, len);
	new_sheet(p, SIZE_MAX);
	if (zdm_oops_report(rng_below(rng, 2) ? ses : NULL, NULL, o, &out, NULL) != ZDM_OK ||
	    zdm_oops_report(ses, m, o, &out, NULL) != ZDM_OK)
		bad = "the report of an oops fails";
	else if (!p->len || memchr(p->text, 0, p->len))
		bad = "the report of an oops is no text";
	new_sheet(p, SIZE_MAX);
	if (!bad && (zdm_oops_report_json(ses, m, o, &out, NULL) != ZDM_OK || !p->len))
		bad = "the JSON of an oops fails";
	zdm_oops_free(o);
	return bad;
}

const char *check_reports(struct zdm_session *ses, const struct zdm_model *m, struct rng *rng)
{
	struct paper p = { 0 };
	const char *bad = check_text_reports(m, &p, rng);

	if (!bad)
		bad = check_json(m, &p);
	if (!bad)
		bad = check_pfns(ses, m, &p, rng);
	if (!bad)
		bad = check_oops(ses, m, &p, rng);
	if (!bad)
		bad = check_policy(ses, m);
	free(p.text);
	return bad;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/* kpageflags: the view of the kernel's own page walker, for frames of every range. */
#include <zdm/kpageflags.h>

#include "target.h"

#define MAX_RANGES 64u
#define MAX_PFNS 256u

static void ask(struct zdm_kpageflags *v, const struct zdm_model *m)
{
	char letters[ZDM_KPF_LETTERS_LEN], names[ZDM_KPF_NAMES_LEN];
	const struct zdm_range *r;
	size_t nr = zdm_model_ranges(m, &r), i;
	struct zdm_kpageflags_page p;
	uint64_t pfn;

	for (i = 0; i < nr && i < MAX_RANGES; i++) {
		for (pfn = r[i].start_pfn; pfn < r[i].end_pfn && pfn - r[i].start_pfn < MAX_PFNS; pfn++) {
			zdm_kpageflags_get(v, pfn, &p);
			if (p.status == ZDM_OK && r[i].valid != ZDM_YES)
				target_fail("flags of pfn %#lx, which is not valid", (long)pfn);
			zdm_kpageflags_online(v, pfn);
			if (p.status == ZDM_OK) {
				zdm_kpf_letters(p.flags, letters);
				zdm_kpf_names(p.flags, names);
			}
		}
	}
}

static void look(struct zdm_session *ses, const struct zdm_model *m)
{
	struct zdm_kpageflags *v = NULL;
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);
	char err[400] = "";
	enum zdm_status st = zdm_kpageflags_open(ses, m, &v, err, sizeof(err));

	must_be_line(st, err);
	if (st != ZDM_OK)
		return;
	ask(v, m);
	sheet_new(&p);
	zdm_report_kpageflags(v, 0, 4096, false, &out);
	zdm_report_kpageflags(v, 0x40000, 0x40800, true, &out);
	sheet_free(&p);
	zdm_kpageflags_close(v);
}

void target_kpageflags(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	struct world *w = world_new(&b);
	struct zdm_session *ses = world_open(w);
	struct zdm_model *m = NULL;

	if (ses && zdm_model_build(ses, &m, NULL, 0) == ZDM_OK)
		look(ses, m);
	zdm_model_free(m);
	zdm_close(ses);
	world_free(w);
}

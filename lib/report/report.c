// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "base/text.h"

const struct zdm_section_flag zdm_section_flags[ZDM_NR_SECTION_FLAGS] = {
	{ ZDM_SECTION_PRESENT, 'P', "MARKED_PRESENT" },
	{ ZDM_SECTION_HAS_MEM_MAP, 'M', "HAS_MEM_MAP" },
	{ ZDM_SECTION_ONLINE, 'O', "IS_ONLINE" },
	{ ZDM_SECTION_EARLY, 'E', "IS_EARLY" },
	{ ZDM_SECTION_TAINT_ZONE_DEVICE, 'D', "TAINT_ZONE_DEVICE" },
	{ ZDM_SECTION_VMEMMAP_PREINIT, 0, "IS_VMEMMAP_PREINIT" },
};

const char *zdm_section_flags_text(uint32_t flags, char *buf)
{
	size_t i, n = 0;

	for (i = 0; i < ZDM_NR_SECTION_FLAGS; i++)
		if ((flags & zdm_section_flags[i].flag) && zdm_section_flags[i].letter)
			buf[n++] = zdm_section_flags[i].letter;
	buf[n] = '\0';
	if (flags & ZDM_SECTION_VMEMMAP_PREINIT)
		snprintf(buf + n, ZDM_FLAGS_LEN - n, "%sPREINIT", n ? "+" : "");
	else if (!n)
		strcpy(buf, "-");
	return buf;
}

const char *zdm_subsections_text(const struct zdm_model *m, const struct zdm_section *sec,
				 char *buf, size_t len)
{
	const struct zdm_kernel *k = zdm_model_kernel(m);
	unsigned int nr, i, start;
	struct zdm_text t;

	if (sec->map_status == ZDM_ABSENT)
		return "n/a";
	if (sec->map_status != ZDM_OK || !k->subsection_pages)
		return "?";
	nr = (unsigned int)(k->section_pages / k->subsection_pages);
	zdm_text_init(&t, buf, len);
	for (i = 0; i < nr; i++) {
		if (zdm_section_bit(m, sec, i) != ZDM_YES)
			continue;
		start = i;
		while (i + 1 < nr && zdm_section_bit(m, sec, i + 1) == ZDM_YES)
			i++;
		zdm_textf(&t, "%s%u", t.len ? "," : "", start);
		if (i > start)
			zdm_textf(&t, "-%u", i);
	}
	return t.len ? buf : "-";
}

char *zdm_reason_alloc(const struct zdm_model *m, const struct zdm_range *r)
{
	size_t len = zdm_range_reason(m, r, NULL, 0);
	char *buf = malloc(len + 1);

	if (buf) {
		buf[0] = '\0';
		zdm_range_reason(m, r, buf, len + 1);
	}
	return buf;
}

const char *zdm_pgmap_state(const struct zdm_pgmap *p)
{
	switch (p->dead) {
	case ZDM_YES:
		return "dying";
	case ZDM_NO:
		return "live";
	default:
		return "unknown";
	}
}

const char *zdm_no_pgmap_text(const struct zdm_model *m)
{
	return zdm_model_pgmaps_status(m) == ZDM_OK ? "no pgmap: no ZONE_DEVICE memory is set up" :
	       "pgmaps are not known: pgmap_array was not found or cannot be read";
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <inttypes.h>
#include <string.h>

#include "capsule/layout_write.h"
#include "report/report.h"

/* Of "new|old": the name that is written, and asked for first when read back. */
static int first_name_len(const char *names)
{
	return (int)strcspn(names, "|");
}

static bool of_vmcoreinfo(const struct zdm_kval *v)
{
	const struct zdm_source *src = v->source;

	return src && ((src->symbols && !strcmp(src->symbols, "vmcoreinfo")) ||
		       (src->types && !strcmp(src->types, "vmcoreinfo")));
}

static void write_row(struct zdm_out *o, const struct zdm_kdef_row *row, const struct zdm_kval *v,
		      uint64_t kaslr_offset)
{
	int n = row->names ? first_name_len(row->names) : 0;

	switch (row->kind) {
	case ZDM_KDEF_SYMBOL:
		zdm_outf(o, "SYMBOL(%.*s)=%016" PRIx64 "\n", n, row->names,
			 v->value - kaslr_offset);
		break;
	case ZDM_KDEF_SIZE:
		zdm_outf(o, "SIZE(%s)=%" PRIu64 "\n", row->type, v->value);
		break;
	case ZDM_KDEF_MEMBER:
		zdm_outf(o, "OFFSET(%s.%.*s)=%" PRIu64 "\n", row->type, n, row->names, v->value);
		if (v->size_bytes)
			zdm_outf(o, "SIZE(%s.%.*s)=%" PRIu64 "\n", row->type, n, row->names,
				 v->size_bytes);
		break;
	case ZDM_KDEF_NUMBER:
		zdm_outf(o, "NUMBER(%.*s)=%" PRId64 "\n", n, row->names, (int64_t)v->value);
		break;
	}
}

static bool has_doubt(const struct zdm_kdef *k)
{
	size_t id;

	for (id = 0; id < ZDM_NR_KDEFS; id++)
		if (k->v[id].status != ZDM_OK && k->v[id].status != ZDM_ABSENT)
			return true;
	return false;
}

size_t zdm_layout_write(const struct zdm_kdef *k, const struct zdm_layout_info *info,
			const struct zdm_sink *out)
{
	struct zdm_out o = { .sink = out };
	size_t id, nr = 0;

	zdm_outf(&o, "# what zdm needs to know of one kernel; see layout.md\n");
	if (info->release[0])
		zdm_outf(&o, "OSRELEASE=%s\n", info->release);
	if (info->build_id[0])
		zdm_outf(&o, "BUILD-ID=%s\n", info->build_id);
	if (info->banner && info->banner[0])
		zdm_outf(&o, "LINUX_BANNER=%s\n", info->banner);
	for (id = 0; id < ZDM_NR_KDEFS && !o.stopped; id++) {
		if (k->v[id].status != ZDM_OK || of_vmcoreinfo(&k->v[id]))
			continue;
		write_row(&o, &zdm_kdef_rows[id], &k->v[id], info->kaslr_offset);
		nr++;
	}
	/*
	 * What is not listed does not exist, rather than being unknown. A row of
	 * which the sources could not tell (two symbols of one name, types that
	 * disagree) is not listed either, and must not pass for absent.
	 */
	if (k->complete_types && k->complete_symbols && !has_doubt(k))
		zdm_outf(&o, "NUMBER(zdm_complete)=1\n");
	return nr;
}

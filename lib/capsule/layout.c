// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <string.h>

#include <zdm/layout.h>

#include "capsule/layout_write.h"
#include "kernel/same_kernel.h"
#include "kernel/session.h"

struct counted {
	const struct zdm_sink *out;
	bool failed;
};

static bool emit(void *priv, const char *text, size_t len)
{
	struct counted *c = priv;

	c->failed |= !c->out->emit_fn(c->out->priv, text, len);
	return !c->failed;
}

/* A layout without these would not help anybody. */
static bool is_useful(const struct zdm_kdef *k, char *err, size_t err_len)
{
	static const enum zdm_kdef_id need[] = {
		ZDM_SYM_MEM_SECTION, ZDM_SIZE_MEM_SECTION, ZDM_MEM_SECTION_MEM_MAP, ZDM_SIZE_PAGE,
	};
	size_t i;

	for (i = 0; i < sizeof(need) / sizeof(need[0]); i++) {
		if (zdm_kdef_has(k, need[i]))
			continue;
		if (err && err_len)
			zdm_kdef_name(need[i], err, err_len);
		return false;
	}
	return true;
}

static enum zdm_status write_layout(const struct zdm_kdef *k, const struct zdm_layout_info *info,
				    const struct zdm_sink *out, char *err, size_t err_len)
{
	struct counted c = { .out = out };
	const struct zdm_sink sink = { .emit_fn = emit, .priv = &c };

	if (!is_useful(k, err, err_len))
		return ZDM_ABSENT;
	zdm_layout_write(k, info, &sink);
	return c.failed ? ZDM_IO : ZDM_OK;
}

enum zdm_status zdm_layout_of_session(const struct zdm_session *s, const struct zdm_sink *out,
				      char *err, size_t err_len)
{
	struct zdm_layout_info info = {
		.release = s->release, .build_id = "", .kaslr_offset = s->kaslr_offset,
	};
	char banner[ZDM_BANNER_BYTES];
	const char *line;

	if (s->vmcoreinfo &&
	    zdm_source_vmcoreinfo_line(s->vmcoreinfo, "BUILD-ID", &line) == ZDM_OK)
		info.build_id = line;
	if (zdm_kernel_banner(s, banner, sizeof(banner)))
		info.banner = banner;
	return write_layout(&s->k, &info, out, err, err_len);
}

enum zdm_status zdm_layout_of_sources(struct zdm_source *const *sources, size_t nr,
				      const char *release, const char *build_id,
				      const struct zdm_sink *out, char *err, size_t err_len)
{
	struct zdm_layout_info info = {
		.release = release ? release : "", .build_id = build_id ? build_id : "",
	};
	struct zdm_kdef k;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!info.release[0])
			info.release = sources[i]->release;
		if (!info.build_id[0])
			info.build_id = sources[i]->build_id;
		if (!info.banner && sources[i]->banner[0])
			info.banner = sources[i]->banner;
	}
	zdm_kdef_resolve(&k, (const struct zdm_source *const *)sources, nr, 0);
	return write_layout(&k, &info, out, err, err_len);
}

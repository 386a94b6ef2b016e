// SPDX-License-Identifier: LGPL-2.1-or-later
/* oopsdump: u32 bytes of a text, the text, and the memory of a kernel (world.c). */
#include <zdm/oops.h>

#include "target.h"

static void report(struct zdm_session *ses, const struct zdm_model *m, struct zdm_oops *o)
{
	struct sheet p = { 0 };
	struct zdm_sink out = sheet_sink(&p);

	zdm_oops_foreign(o, ses);
	sheet_new(&p);
	if (zdm_oops_report(ses, m, o, &out, NULL) != ZDM_OK || memchr(p.text, 0, p.len))
		target_fail("the report is no text");
	sheet_new(&p);
	if (zdm_oops_report_json(ses, m, o, &out, NULL) != ZDM_OK)
		target_fail("there is no JSON");
	sheet_must_be_json(&p, true);
	sheet_free(&p);
}

void target_oopsdump(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len };
	size_t text_len = take(&b, 4);
	const char *text = (const char *)take_block(&b, &text_len);
	struct world *w = world_new(&b);
	struct zdm_session *ses = world_open(w);
	struct zdm_model *m = NULL;
	struct zdm_oops *o = NULL;
	unsigned int i;

	if (zdm_oops_new(&o) != ZDM_OK)
		die("out of memory");
	if (ses && zdm_model_build(ses, &m, NULL, 0) == ZDM_OK) {
		zdm_oops_add_text(o, "text", text, text_len);
		zdm_oops_begin(o, "registers", 3);
		for (i = 0; i + 8 <= text_len && i < 64; i += 8) {
			uint64_t v;

			memcpy(&v, text + i, 8);
			zdm_oops_add_word(o, "stack+0x18", v);
		}
		report(ses, m, o);
	}
	zdm_oops_free(o);
	zdm_model_free(m);
	zdm_close(ses);
	world_free(w);
}

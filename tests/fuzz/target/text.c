// SPDX-License-Identifier: LGPL-2.1-or-later
/* text: strings of strangers: to be shown, page frames as users write them, presence notes. */
#include <zdm/capsule.h>

#include "target.h"

static void clean(const char *text, size_t len, size_t size)
{
	unsigned int how;
	char *buf = malloc(size + 1);

	if (!buf)
		die("out of memory");
	for (how = ZDM_CLEAN_LINE; how <= ZDM_CLEAN_JSON; how++) {
		size_t all = zdm_text_clean(text, len, how, buf, size);

		if (size && (strlen(buf) >= size || strlen(buf) > all || memchr(buf, 27, strlen(buf))))
			if (how != ZDM_CLEAN_JSON || strlen(buf) >= size)
				target_fail("not clean, or of another length");
	}
	free(buf);
}

static void presence(const char *text, size_t len)
{
	struct zdm_presence p = { 0 };
	size_t i;

	if (zdm_presence_parse(&p, text, len))
		for (i = 0; i < p.nr; i++)
			if (p.run[i].start_paddr >= p.run[i].end_paddr ||
			    (i && p.run[i].start_paddr < p.run[i - 1].end_paddr) ||
			    zdm_presence_find(&p, p.run[i].start_paddr) != &p.run[i])
				target_fail("run %zu is not in its place", i);
	zdm_presence_deinit(&p);
}

void target_text(const uint8_t *data, size_t len)
{
	static const struct zdm_kernel k = {
		.page_size = 4096, .section_pages = 32768, .subsection_pages = 512,
		.page_struct_bytes = 64, .vmemmap_kaddr = 0xffffea0000000000ull,
		.page_offset_kaddr = 0xffff888000000000ull,
	};
	struct zdm_pfn_spec_opts opts = { .size = sizeof(opts), .hex = len & 1,
					  .end_pfn = 0x80000 };
	struct zdm_pfn_spec spec = { 0 };
	char *text = malloc(len + 1), err[400] = "", buf[200];
	enum zdm_status st;

	if (!text)
		die("out of memory");
	memcpy(text, data, len);
	text[len] = '\0';
	st = zdm_pfn_spec_parse(&k, &opts, text, &spec, err, sizeof(err));
	must_be_line(st, err);
	if (st == ZDM_OK && spec.start_pfn >= spec.end_pfn)
		target_fail("no page frame: %s", text);
	if (st == ZDM_OK)
		zdm_pfn_spec_text(&spec, buf, sizeof(buf));
	zdm_class_parse(text);
	clean(text, len, len % 17);
	clean(text, len, 4 * len);
	presence(text, len);
	free(text);
}

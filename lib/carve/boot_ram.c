// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * policy_boot: is there anything in a dump that a filter could drop?
 *
 * Most machines have nothing but RAM from boot, all of it online. Their sections
 * say so by their flags alone, and VMCOREINFO leads to these: no need to read
 * megabytes of kallsyms and BTF for a filter that will let everything pass.
 */
#include <string.h>

#include "carve/policy.h"
#include "model/sections.h"

/*
 * What a section of such RAM has of the six lowest bits of section_mem_map:
 * present, a memmap, online, early; never a device in it, no memmap of before the
 * boot (enum in include/linux/mmzone.h, v6.0 to v7.3; geometry.c has the history).
 */
#define FLAG_BITS 0x3fu
#define BOOT_RAM 0x0fu

static bool all_boot_ram(const struct zdm_sections *sec)
{
	size_t i;

	for (i = 0; i < sec->nr; i++) {
		if ((sec->v[i].raw & FLAG_BITS) != BOOT_RAM)
			return false;
	}
	return sec->nr && !sec->nr_gaps;
}

bool zdm_policy_boot_ram_only(const struct zdm_reader_ops *ops, void *priv)
{
	struct zdm_warnings w = { .nr = 0 };
	struct zdm_sections sec;
	struct zdm_session *s;
	uint64_t kaddr;
	bool ret;

	if (zdm_open_vmcoreinfo(ops, priv, &s) != ZDM_OK)
		return false;
	/*
	 * Does this kernel mark boot sections that a device shares? Since v5.12 they do
	 * (commit 1f90a3477df3); no line of VMCOREINFO came with that. The nearest to
	 * witness it is kallsyms_names: commit 5fd8fea935a1 ("vmcoreinfo: include
	 * kallsyms symbols") (in v6.0).
	 */
	ret = zdm_session_symbol(s, "kallsyms_names", &kaddr) == ZDM_OK;
	if (ret) {
		ret = zdm_sections_read(s, &sec, &w, NULL, 0) == ZDM_OK && all_boot_ram(&sec);
		zdm_sections_deinit(&sec);
	}
	zdm_warnings_deinit(&w);
	zdm_close(s);
	return ret;
}

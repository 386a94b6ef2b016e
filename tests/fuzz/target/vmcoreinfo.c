// SPDX-License-Identifier: LGPL-2.1-or-later
/* vmcoreinfo: the text of VMCOREINFO, alone and as all that is known of a dump. */
#include "source/source.h"
#include "target.h"

static enum zdm_status no_read(void *priv, uint64_t paddr, void *buf, size_t len)
{
	(void)priv;
	(void)paddr;
	(void)buf;
	(void)len;
	return ZDM_UNREADABLE;
}

static enum zdm_status the_text(void *priv, const char **text, size_t *len)
{
	struct input_bytes *b = priv;

	*text = (const char *)b->v;
	*len = b->left;
	return ZDM_OK;
}

static void open_with(struct input_bytes *all)
{
	struct zdm_reader_ops ops = {
		.size = sizeof(ops), .api = ZDM_READER_API, .read_phys_fn = no_read,
		.vmcoreinfo_fn = the_text,
	};
	struct zdm_session *ses = NULL;
	char err[400] = "";

	ops.machine = zdm_machine_of_vmcoreinfo((const char *)all->v, all->left);
	must_be_line(zdm_open(&ops, all, NULL, &ses, err, sizeof(err)), err);
	zdm_close(ses);
}

void target_vmcoreinfo(const uint8_t *data, size_t len)
{
	struct input_bytes b = { data, len }, all = b;
	struct zdm_source *src = NULL;
	const char *value;

	if (zdm_source_vmcoreinfo_open((const char *)data, len, &src) == ZDM_OK) {
		judge_source(src, &b);
		zdm_source_vmcoreinfo_line(src, "OSRELEASE", &value);
		zdm_source_close(src);
	}
	open_with(&all);
}

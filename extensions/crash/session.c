// SPDX-License-Identifier: GPL-2.0-or-later
#include <defs.h>

#include "dumpfile/dumpfile.h"
#include "guard.h"
#include "reader_crash.h"
#include "session.h"

static struct {
	bool building;		/* still set on the next command: what is here is half done */
	bool open;
	struct reader_crash reader;
	struct zdm_reader_ops ops;
	struct zdm_crash z;
	char told[256];		/* damage */
} the;

static const char no_debug_info[] = "; start crash with a vmlinux that has debug information";

void session_discard(void)
{
	if (the.z.m)
		zdm_model_free(the.z.m);
	if (the.z.s)
		zdm_close(the.z.s);
	if (the.open)
		zdm_reader_crash_deinit(&the.reader);
	memset(&the, 0, sizeof(the));
}

const char *session_damage(void)
{
	const char *damage = the.open && the.reader.file ? zdm_dump_damage(the.reader.file) : NULL;

	if (!damage || !strcmp(damage, the.told))
		return NULL;
	snprintf(the.told, sizeof(the.told), "%s", damage);
	return the.told;
}

const struct zdm_crash *session_get(char *err, size_t err_len)
{
	enum zdm_hint hint = ZDM_HINT_NONE;
	const struct zdm_open_opts opts = { .size = sizeof(opts), .hint = &hint };
	enum zdm_status status;

	/* the memory of a running kernel changes: what was true then may not be now */
	if (the.building || ACTIVE())
		session_discard();
	if (the.open)
		return &the.z;
	the.building = true;
	the.open = true;
	zdm_reader_crash_init(&the.reader, &the.ops);
	status = zdm_open(&the.ops, &the.reader, &opts, &the.z.s, err, err_len);
	if (status == ZDM_OK && !guard_interrupted())
		status = zdm_model_build(the.z.s, &the.z.m, err, err_len);
	/* crash hands over its vmlinux, and can have but one */
	if (hint != ZDM_HINT_NONE && strlen(err) + sizeof(no_debug_info) <= err_len)
		strcat(err, no_debug_info);
	if (status != ZDM_OK || guard_interrupted()) {
		session_discard();
		return NULL;
	}
	the.building = false;
	return &the.z;
}

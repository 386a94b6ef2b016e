/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * capsule: a small vmcore of just the bytes an analysis reads. The format is in
 * docs/output.md: ELF, the dump's VMCOREINFO, notes of our own, and a PT_LOAD
 * for each stretch of bytes that was read, to the byte; nothing else goes in.
 */
#ifndef ZDM_CAPSULE_H
#define ZDM_CAPSULE_H

#include <zdm/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Notes beside VMCOREINFO: name and types. */
#define ZDM_CAPSULE_NAME "ZDM"
#define ZDM_CAPSULE_LAYOUT 1	/* text: a layout file, all that was resolved */
#define ZDM_CAPSULE_PRESENT 2	/* text: a run of frames a line, "start end yes|no", physical */

/*
 * Analyse the dump behind ops once more, with what s resolved as the only
 * source, and write the capsule to out: what was read, and the answers about
 * presence. s is an open session of that dump. Returns ZDM_OK; or another
 * status with one line in err, and the output is to be thrown away.
 */
ZDM_API enum zdm_status zdm_capsule_write(struct zdm_session *s, const struct zdm_reader_ops *ops,
					  void *priv, const struct zdm_sink *out, char *err,
					  size_t err_len);

/*
 * What the dump behind a capsule answered when it was asked whether it holds a
 * frame: runs, sorted and apart. All zero is an empty list.
 */
struct zdm_presence_run {
	uint64_t start_paddr, end_paddr;
	bool present;
};

struct zdm_presence {
	struct zdm_presence_run *run;
	size_t nr, room;
};

/* From the text of the note ZDM_CAPSULE_PRESENT. False: it is none, or memory is out. */
ZDM_API bool zdm_presence_parse(struct zdm_presence *p, const char *text, size_t len);
ZDM_API void zdm_presence_deinit(struct zdm_presence *p);
/* The run that holds paddr, or NULL. */
ZDM_API const struct zdm_presence_run *zdm_presence_find(const struct zdm_presence *p,
							 uint64_t paddr);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* out: text on its way to a front end's sink, and the few forms that numbers take in it. */
#ifndef ZDM_LIB_OUT_H
#define ZDM_LIB_OUT_H

#include <zdm/report.h>

/* A sink, and why nothing goes there any more. */
struct zdm_out {
	const struct zdm_sink *sink;
	enum zdm_status status;	/* STOPPED by the sink, NOMEM; the first one stays */
	bool stopped;		/* status is not OK */
};

/* Nothing goes out after this; a report that lacks a line must not look whole. */
void zdm_out_fail(struct zdm_out *o, enum zdm_status status);

/* False, and nothing written, once the output has failed. */
bool zdm_out_text(struct zdm_out *o, const char *text, size_t len);
__attribute__((format(printf, 2, 3)))
bool zdm_outf(struct zdm_out *o, const char *fmt, ...);

/* "254 MiB", "1.5 GiB", "0"; buf of ZDM_SIZE_LEN. */
#define ZDM_SIZE_LEN 16
const char *zdm_size_text(uint64_t bytes, char *buf);

/* A PFN as it can be given back to zdm: "0x48000"; buf of ZDM_PFN_LEN. */
#define ZDM_PFN_LEN 20
const char *zdm_pfn_text(uint64_t pfn, char *buf);

#endif

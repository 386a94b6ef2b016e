/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe: the few struct pages that must be looked at because no structure
 * tells. Everything else is decided without them.
 */
#ifndef ZDM_LIB_PROBE_H
#define ZDM_LIB_PROBE_H

#include "base/spans.h"
#include "model/vmemmap.h"

/* Zone of the struct pages of sub-sections that no pgmap and no bit speaks for. */
struct zdm_sample {
	uint64_t section_nr;
	unsigned int subsection;
	enum zdm_tri is_device;		/* zone bits say ZONE_DEVICE; UNKNOWN: unreadable */
};

/* Kernels without nr_range: how far the struct pages of a pgmap are done. */
struct zdm_progress {
	uint64_t done_pfn;		/* up to here they carry the pgmap */
	enum zdm_status status;		/* UNREADABLE: the struct pages are not in the dump */
	/* of the altmap's reserve, where the kernel should write them; NO: it did not */
	enum zdm_tri reserve_done;
};

/*
 * A pgmap of which nothing is counted yet: whether the struct pages of the
 * frames that store its memmap are done. They are written before the others,
 * as its zone grows (move_pfn_range_to_zone(), 5.10 to 7.3).
 */
struct zdm_backing {
	enum zdm_tri done;
};

struct zdm_probes {
	struct zdm_sample *samples;	/* by section_nr, subsection */
	size_t nr_samples, cap_samples;
	struct zdm_progress *progress;	/* one for each pgmap; NULL: kernel has nr_range */
	struct zdm_backing *backing;	/* one for each pgmap; NULL: kernel has no nr_range */
	struct zdm_spans deferred;	/* boot had not initialised these struct pages yet */
};

/* NOMEM is the only failure. */
enum zdm_status zdm_probes_read(const struct zdm_session *s, const struct zdm_sections *sections,
				const struct zdm_pgmaps *pgmaps, struct zdm_probes *ret);
bool zdm_probes_is_deferred(const struct zdm_probes *p, uint64_t pfn);
void zdm_probes_deinit(struct zdm_probes *p);

/* Was any sub-section of this section sampled? */
bool zdm_probes_any(const struct zdm_probes *p, uint64_t section_nr);
/* NULL: that sub-section was not sampled, as nothing depends on it. */
const struct zdm_sample *zdm_probes_sample(const struct zdm_probes *p, uint64_t section_nr,
					   unsigned int subsection);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model: everything read of one kernel, and the verdicts drawn from it. */
#ifndef ZDM_LIB_MODEL_H
#define ZDM_LIB_MODEL_H

#include "model/blocks.h"
#include "model/classify.h"
#include "model/looks.h"
#include "model/nodes.h"
#include "model/pgmaps.h"
#include "model/probe.h"
#include "model/ranges.h"
#include "model/resources.h"
#include "model/sections.h"
#include "base/text.h"
#include "model/vmemmap.h"

struct zdm_model {
	struct zdm_kernel kernel;	/* its strings are the session's */
	struct zdm_kfeat feat;
	struct zdm_geometry g;
	struct zdm_sections sections;
	struct zdm_pgmaps pgmaps;
	struct zdm_blocks blocks;
	struct zdm_resources resources;
	struct zdm_zone_spans zones;
	struct zdm_vmemmap vmemmap;
	struct zdm_probes probes;
	struct zdm_looks looks;
	struct zdm_ranges ranges;
	struct zdm_warnings warnings;
	char contradiction[160];		/* "": none found */
};

/*
 * Fill m->contradiction and warn of it. True if it is of a kind that damage here and there
 * does not make: then what was given of the kernel is not of this dump.
 */
bool zdm_model_find_contradiction(const struct zdm_session *s, struct zdm_model *m);

/* The facts at a PFN, as the sweep hands them to classify (facts.c). For evidence lines. */
void zdm_model_facts(const struct zdm_model *m, uint64_t pfn, struct zdm_facts *ret);

/* Fill m->ranges from all the rest. */
enum zdm_status zdm_model_sweep(struct zdm_model *m);

#endif

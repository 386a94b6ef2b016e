/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * altmap: struct pages that the dump lacks, read from where they still are:
 * /dev/mem of the capture kernel, a namespace's block device, a guest's image.
 */
#ifndef ZDM_ALTMAP_H
#define ZDM_ALTMAP_H

#include <zdm/zdm.h>

#include "cli.h"

#define ALTMAP_MAX_SOURCES 8

struct altmap_source {
	char *path;
	int fd;
	bool map_only;		/* /dev/mem: read() does not reach beyond RAM */
	uint64_t base_paddr;	/* of offset 0 */
	uint64_t bytes;		/* UINT64_MAX: not known */
};

struct altmap {
	struct altmap_source source[ALTMAP_MAX_SOURCES];
	size_t nr_sources;
	struct zdm_pfn_range *runs;	/* that can be read; sorted */
	size_t nr_runs;
	uint64_t page_bytes;
};

/* from: FILE@PADDR[,…], or NULL for /dev/mem. False with one line in err. */
bool altmap_open(struct altmap *a, const char *from, char *err, size_t err_len);
void altmap_close(struct altmap *a);

/*
 * The runs of class altmap that the dump lacks and a source has. What cannot
 * be read, or does not hold struct pages, is left out with a warning.
 */
void altmap_find(struct altmap *a, const struct zdm_cli *cli, struct zdm_session *s,
		 const struct zdm_model *m, const struct zdm_reader_ops *ops, void *priv);

/* The source of a run, and where in it the physical address lies; NULL: none. */
const struct altmap_source *altmap_source(const struct altmap *a, uint64_t paddr, uint64_t len,
					  uint64_t *off);
enum zdm_status altmap_read(const struct altmap *a, uint64_t paddr, void *buf, size_t len);

#endif

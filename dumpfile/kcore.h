/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kcore: the memory of the running kernel, through /proc/kcore. Physical
 * memory is what its segments of the direct map show: System RAM, that is, and
 * no device's memory.
 */
#ifndef ZDM_DUMPFILE_KCORE_H
#define ZDM_DUMPFILE_KCORE_H

#include <zdm/reader.h>

struct kcore;

/* Is this the running kernel's memory, by whatever name? */
bool kcore_probe(const char *path);
/* ZDM_OK; or another status with one line in err that does not name the file. */
enum zdm_status kcore_open(const char *path, struct kcore **ret, char *err, size_t err_len);
void kcore_close(struct kcore *k);

/* As the functions of struct zdm_reader_ops. */
enum zdm_status kcore_read(struct kcore *k, uint64_t paddr, void *buf, size_t len);
enum zdm_status kcore_present(const struct kcore *k, uint64_t paddr, bool *present,
			      uint64_t *end_paddr);
enum zdm_status kcore_vmcoreinfo(const struct kcore *k, const char **text, size_t *len);
const char *kcore_machine(const struct kcore *k);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* same_kernel: is a vmlinux or layout of the very build that was dumped? */
#ifndef ZDM_LIB_SAME_KERNEL_H
#define ZDM_LIB_SAME_KERNEL_H

#include "kernel/session.h"

/*
 * By what the file says of itself, and by sizes, offsets and symbols in the dump's VMCOREINFO:
 * equal releases are common among builds, and VMCOREINFO of 4.14, RHEL 8 or 5.4 has no
 * BUILD-ID. INVAL, and one line in err.
 */
enum zdm_status zdm_same_release(const struct zdm_session *s, const struct zdm_source *src,
				 char *err, size_t err_len);

/*
 * By what the dump holds where the file says: the kernel's banner and its build-id note. What
 * the dump lacks says nothing. Needs phys_base. INVAL, and one line in err.
 */
enum zdm_status zdm_same_build(const struct zdm_session *s, const struct zdm_source *src,
			       char *err, size_t err_len);

/*
 * The dumped kernel's linux_banner, up to its newline, ZDM_BANNER_BYTES at most. False: the
 * dump does not hold it, or nobody knows where it is.
 */
bool zdm_kernel_banner(const struct zdm_session *s, char *buf, size_t len);

/* After an error that a file of another build can be the reason of: say so. */
void zdm_blame_files(bool told, enum zdm_status st, char *err, size_t err_len);

#endif

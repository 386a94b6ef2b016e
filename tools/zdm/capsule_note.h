/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The notes of a capsule, see docs/output.md. */
#ifndef ZDM_CAPSULE_NOTE_H
#define ZDM_CAPSULE_NOTE_H

#define CAPSULE_NOTE_NAME "ZDM"
#define CAPSULE_NOTE_LAYOUT 1	/* text: the resolved layout */
#define CAPSULE_NOTE_PRESENT 2	/* text: "start end yes|no", physical, one run a line */

#endif

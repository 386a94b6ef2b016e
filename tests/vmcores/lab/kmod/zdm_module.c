// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every module has once, where it is built against the image alone (zdm_image.h). The build
 * says ZDM_MODULE, its name, ZDM_VERMAGIC, the kernel's line, and ZDM_VERSIONS, a file with the
 * checksums of what it imports.
 */
#include "zdm_image.h"
#include ZDM_VERSIONS

int init_module(void);
void cleanup_module(void) __attribute__((weak));

struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {
	.name = ZDM_MODULE,
	.init = init_module,
	.exit = cleanup_module,
};

ZDM_MODINFO("name", ZDM_MODULE);
ZDM_MODINFO("vermagic", ZDM_VERMAGIC);
ZDM_MODINFO("depends", "");

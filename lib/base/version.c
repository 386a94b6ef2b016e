// SPDX-License-Identifier: LGPL-2.1-or-later
#include <zdm/zdm.h>

/* The Makefile defines ZDM_VERSION without quotes, which shells would eat. */
#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

const char *zdm_version(void)
{
	return TEXT_OF(ZDM_VERSION);
}

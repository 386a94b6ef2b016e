// SPDX-License-Identifier: LGPL-2.1-or-later
#include <zdm/zdm.h>

const char *zdm_version(void)
{
	return ZDM_VERSION_TEXT;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <string.h>

#include "dumpfile/machine.h"

void machine_clean(char *machine)
{
	for (; *machine; machine++)
		if (!isalnum((unsigned char)*machine) && *machine != '_' && *machine != '-')
			*machine = '?';
}

bool machine_is_known(const char *machine)
{
	return *machine && strcmp(machine, "Unknown") != 0;
}

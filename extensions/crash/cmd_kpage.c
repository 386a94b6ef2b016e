// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd.h"
void cmd_kpage(struct cmd_call *c)
{
	(void)c;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZDM_CRASH_CMD_OOPS_H
#define ZDM_CRASH_CMD_OOPS_H

/* For `zdm -o -`: read the text that the user types or pastes. Called outside the guard. */
void cmd_oops_read_typed(void);

#endif

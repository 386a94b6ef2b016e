// SPDX-License-Identifier: GPL-2.0-or-later
#include <defs.h>

#include "guard.h"

/* One command runs at a time, and crash's own state is global as well. */
static struct {
	int depth;
	sigset_t mask;			/* the host's signal mask */
	ulong dump_flags;		/* *diskdump_flags as the user has set them */
	bool sadump_zero;
	bool interrupted;
	bool torn_down;			/* crash has undone its command state under us */
	void (*cleanup)(void *);	/* pc->cmd_cleanup of the host */
	void *cleanup_arg;
} g;

/* crash calls this from restore_sanity(): it has closed pipes and freed its buffers. */
static void torn_down(void *arg)
{
	(void)arg;
	g.torn_down = true;
	g.interrupted = true;
}

/*
 * Readers of compressed dumps return zeros for an excluded page unless
 * ERROR_EXCLUDED is set (dumps of the oldest header version do not set it) and
 * ZERO_EXCLUDED is clear (option --zero_excluded, `set zero_excluded on`).
 */
static void zero_fill_off(void)
{
	g.dump_flags = *diskdump_flags;
	*diskdump_flags = (g.dump_flags | ERROR_EXCLUDED) & ~(ulong)ZERO_EXCLUDED;
	g.sadump_zero = SADUMP_DUMPFILE() && sadump_is_zero_excluded();
	if (g.sadump_zero)
		sadump_unset_zero_excluded();
}

static void zero_fill_restore(void)
{
	*diskdump_flags = g.dump_flags;
	if (g.sadump_zero)
		sadump_set_zero_excluded();
}

void guard_enter(void)
{
	sigset_t block;

	if (g.depth++)
		return;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &g.mask);
	g.interrupted = false;
	g.torn_down = false;
	g.cleanup = pc->cmd_cleanup;
	g.cleanup_arg = pc->cmd_cleanup_arg;
	pc->cmd_cleanup = torn_down;
	pc->cmd_cleanup_arg = NULL;
	zero_fill_off();
}

void guard_leave(void)
{
	if (--g.depth)
		return;
	zero_fill_restore();
	pc->cmd_cleanup = g.cleanup;
	pc->cmd_cleanup_arg = g.cleanup_arg;
	sigprocmask(SIG_SETMASK, &g.mask, NULL);
	if (g.torn_down)
		RESTART();
}

bool guard_call(void (*fn)(void *arg), void *arg)
{
	FILE *out = fp;
	jmp_buf env;

	memcpy(&env, &pc->main_loop_env, sizeof(env));
	if (setjmp(pc->main_loop_env)) {
		memcpy(&pc->main_loop_env, &env, sizeof(env));
		pc->flags &= ~IN_GDB;
		fp = out;
		return false;
	}
	fn(arg);
	memcpy(&pc->main_loop_env, &env, sizeof(env));
	return true;
}

bool guard_interrupted(void)
{
	sigset_t pending;

	if (!g.interrupted && !sigpending(&pending) && sigismember(&pending, SIGINT))
		g.interrupted = true;
	return g.interrupted;
}

bool guard_zero_fill_wanted(void)
{
	return g.dump_flags & ZERO_EXCLUDED;
}

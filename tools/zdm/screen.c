// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "screen.h"

#define MIN_WIDTH 20
#define MAX_WIDTH 10000

static pid_t pager;
static struct winsize size;	/* of the terminal, as a pager hides it */

static bool is_terminal(void)
{
	return pager || isatty(STDOUT_FILENO);
}

bool screen_emit_raw(void *priv, const char *text, size_t len)
{
	(void)priv;
	return fwrite(text, 1, len, stdout) == len;
}

unsigned int screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	uint64_t n;

	if (columns && cli_parse_u64(columns, &n) && n >= MIN_WIDTH && n <= MAX_WIDTH)
		return (unsigned int)n;
	if (!is_terminal())
		return 0;
	if (!pager)
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	return size.ws_col >= MIN_WIDTH ? size.ws_col : 80;
}

bool screen_colour(const char *when, bool *ret)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!when || !strcmp(when, "auto"))
		*ret = is_terminal() && !(no && *no) && !(term && !strcmp(term, "dumb"));
	else if (!strcmp(when, "always") || !strcmp(when, "never"))
		*ret = !strcmp(when, "always");
	else
		return false;
	return true;
}

/* As git does: what fits on the screen stays there (-F), colours come through (-R). */
static void run_pager(const char *name, int fd)
{
	dup2(fd, STDIN_FILENO);
	close(fd);
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", name, (char *)NULL);
	_exit(127);
}

void screen_begin(void)
{
	const char *name = getenv("PAGER");
	int fd[2];

	if (!name)
		name = "less";
	if (pager || !isatty(STDOUT_FILENO) || !*name || !strcmp(name, "cat") || pipe(fd))
		return;
	fflush(stdout);
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	pager = fork();
	if (!pager) {
		close(fd[1]);
		run_pager(name, fd[0]);
	}
	close(fd[0]);
	if (pager > 0)
		dup2(fd[1], STDOUT_FILENO);
	else
		pager = 0;
	close(fd[1]);
}

void screen_end(void)
{
	if (!pager)
		return;
	fflush(stdout);
	/* the pager sees the end of its input, and zdm waits for its user */
	if (!freopen("/dev/null", "w", stdout))
		close(STDOUT_FILENO);
	waitpid(pager, NULL, 0);
	pager = 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* zdm -o: where the registers of an oops come from in crash. */
#include <defs.h>
#include <inttypes.h>

#include <zdm/oops.h>

#include "cmd.h"
#include "cmd_oops.h"
#include "guard.h"

#define MAX_TEXT_BYTES (16u << 20)
#define MAX_STACK_WORDS 2048u

/* What was found, and whether memory sufficed; passed around instead of a status. */
struct words {
	struct zdm_oops *o;
	bool no_memory;
};

/* What a text says of oopses. False: nothing. origin as of zdm_oops_add_text(). */
static bool add_text(struct words *ws, const char *origin, const char *text, size_t len)
{
	enum zdm_status status = text ? zdm_oops_add_text(ws->o, origin, text, len) : ZDM_ABSENT;

	ws->no_memory |= status == ZDM_NOMEM;
	/* registers that nothing can be computed from: report() names their machine */
	return status == ZDM_OK || status == ZDM_UNSUPPORTED;
}

struct trace {
	struct task_context *tc;
	ulonglong flags;
	ulong sp, stacktop;
};

static void call_trace(void *arg)
{
	struct trace *t = arg;
	struct bt_info bt;

	BZERO(&bt, sizeof(bt));
	bt.tc = t->tc;
	bt.task = t->tc->task;
	bt.flags = t->flags;
	bt.stackbase = GET_STACKBASE(t->tc->task);
	bt.stacktop = GET_STACKTOP(t->tc->task);
	back_trace(&bt);
	t->sp = bt.stkptr;
	t->stacktop = bt.stacktop;
}

/* The exception frames of a task's backtrace hold the registers at the oops. */
static bool add_frames(struct words *ws, struct task_context *tc)
{
	struct trace t = { .tc = tc };
	size_t len;
	char *text = cmd_capture(call_trace, &t, &len);
	bool any = add_text(ws, "backtrace", text, len);

	free(text);
	return any;
}

struct stack_req {
	ulong sp;
	ulong *buf;
	long bytes;
	bool ok;
};

static void call_read_stack(void *arg)
{
	struct stack_req *q = arg;

	q->ok = readmem(q->sp, KVADDR, q->buf, q->bytes, "zdm stack", RETURN_ON_ERROR | QUIET);
}

/* A task that sleeps has no kernel registers: its stack is all there is. */
static size_t add_stack(struct words *ws, struct task_context *tc)
{
	struct trace t = { .tc = tc, .flags = BT_KSTACKP };
	enum zdm_status st;
	struct stack_req q;
	char name[32];
	ulong words, i;
	size_t len;

	free(cmd_capture(call_trace, &t, &len));
	if (!t.sp || t.sp >= t.stacktop || t.sp % sizeof(ulong))
		return 0;
	words = (t.stacktop - t.sp) / sizeof(ulong);
	if (words > MAX_STACK_WORDS)
		words = MAX_STACK_WORDS;
	q.sp = t.sp;
	q.bytes = (long)(words * sizeof(ulong));
	q.ok = false;
	q.buf = malloc((size_t)q.bytes);
	if (q.buf && guard_call(call_read_stack, &q) && q.ok) {
		st = zdm_oops_begin(ws->o, "task", -1);
		for (i = 0; i < words && st == ZDM_OK; i++) {
			snprintf(name, sizeof(name), "stack+0x%lx", i * sizeof(ulong));
			st = zdm_oops_add_word(ws->o, name, q.buf[i]);
		}
		ws->no_memory |= st == ZDM_NOMEM;
	}
	free(q.buf);
	return q.ok ? words : 0;
}

static void call_log(void *arg)
{
	(void)arg;
	dump_log(0);
}

static bool add_log(struct words *ws)
{
	size_t len;
	char *text = cmd_capture(call_log, NULL, &len);
	bool any = add_text(ws, "kernel log", text, len);

	free(text);
	return any;
}

static void from_panic_task(struct cmd_call *c, struct words *ws)
{
	struct task_context *tc = tt->panic_task ? task_to_context(tt->panic_task) : NULL;

	if (tc && add_frames(ws, tc))
		cmd_printf(c->out, "registers: exception frames of the panic task, PID %lu "
			   "(%s)\n", tc->pid, tc->comm);
	/* a dump by the hypervisor was taken after the oops; its text is in the log */
	if (add_log(ws))
		cmd_printf(c->out, "registers: the kernel log\n");
	if (!zdm_oops_words(ws->o) && !ws->no_memory)
		snprintf(c->err, sizeof(c->err), "no registers of an oops: neither an exception "
			 "frame of a panic task, nor an oops in the log; give a task, a file, "
			 "or - and the text");
}

struct task_req {
	char name[64];
	ulong value;
	struct task_context *tc;
};

static void call_task(void *arg)
{
	struct task_req *q = arg;

	if (str_to_context(q->name, &q->value, &q->tc) == STR_INVALID)
		q->tc = NULL;
}

static bool from_task(struct cmd_call *c, struct words *ws, const char *arg)
{
	struct task_req q = { .tc = NULL };

	if (snprintf(q.name, sizeof(q.name), "%s", arg) >= (int)sizeof(q.name) ||
	    !guard_call(call_task, &q) || !q.tc)
		return false;
	if (add_frames(ws, q.tc))
		cmd_printf(c->out, "registers: exception frames of PID %lu (%s)\n", q.tc->pid,
			   q.tc->comm);
	else if (add_stack(ws, q.tc))
		cmd_printf(c->out, "no exception frame of PID %lu (%s): words of its kernel "
			   "stack\n", q.tc->pid, q.tc->comm);
	else
		snprintf(c->err, sizeof(c->err), "neither registers nor stack of PID %lu (%s) "
			 "can be read", q.tc->pid, q.tc->comm);
	return true;
}

/* All of a stream, up to a line of a single dot if it is typed in. */
static char *read_text(FILE *in, bool typed, size_t *len)
{
	char line[BUFSIZE], *text = NULL;
	FILE *mem = open_memstream(&text, len);

	if (!mem)
		return NULL;
	while (fgets(line, sizeof(line), in) && !(typed && !strcmp(line, ".\n"))) {
		fputs(line, mem);
		if (ftell(mem) > (long)MAX_TEXT_BYTES)
			break;
	}
	fclose(mem);
	return text;
}

static bool from_file(struct cmd_call *c, struct words *ws, const char *path)
{
	FILE *in = fopen(path, "re");
	char *text;
	size_t len;

	if (!in)
		return false;
	text = read_text(in, false, &len);
	fclose(in);
	if (!add_text(ws, "text", text, len))
		snprintf(c->err, sizeof(c->err), "%s: no registers of an oops in it", path);
	free(text);
	return true;
}

/* Outside the guard, so that Ctrl-C works; kept here, so that it costs nothing if used. */
static char *typed;
static size_t typed_len;

void cmd_oops_read_typed(void)
{
	free(typed);
	typed = NULL;
	if (pc->flags & TTY)
		fprintf(fp, "paste the text of the oops; end it with a line of one dot:\n");
	fflush(fp);
	typed = read_text(stdin, true, &typed_len);
}

static void from_typed(struct cmd_call *c, struct words *ws)
{
	if (!add_text(ws, "text", typed, typed_len))
		snprintf(c->err, sizeof(c->err), "no registers of an oops in the text");
	free(typed);
	typed = NULL;
}

static void report(struct cmd_call *c, struct words *ws)
{
	const char *machine = zdm_oops_foreign(ws->o, c->z->s);

	if (machine)
		snprintf(c->err, sizeof(c->err), "registers of %s: not of this dump", machine);
	else if (zdm_oops_words(ws->o))
		ws->no_memory |= zdm_oops_report(c->z->s, c->z->m, ws->o, c->out, NULL) ==
				 ZDM_NOMEM;
}

void cmd_oops(struct cmd_call *c)
{
	struct words ws = { NULL, false };
	const char *arg = c->nr ? c->args[0] : NULL;

	ws.no_memory = zdm_oops_new(&ws.o) != ZDM_OK;
	if (ws.no_memory)
		arg = NULL;
	else if (c->nr > 1)
		snprintf(c->err, sizeof(c->err), "-o takes one of: a task, log, -, a file");
	else if (!arg)
		from_panic_task(c, &ws);
	else if (!strcmp(arg, "-"))
		from_typed(c, &ws);
	else if (!strcmp(arg, "log") && !add_log(&ws))
		snprintf(c->err, sizeof(c->err), "no registers of an oops in the kernel log");
	else if (strcmp(arg, "log") && !from_task(c, &ws, arg) && !from_file(c, &ws, arg))
		snprintf(c->err, sizeof(c->err), "%s: neither a task nor a readable file", arg);
	if (!ws.no_memory && !c->err[0] && !guard_interrupted())
		report(c, &ws);
	if (ws.no_memory)
		snprintf(c->err, sizeof(c->err), "out of memory");
	zdm_oops_free(ws.o);
}

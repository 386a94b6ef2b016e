// SPDX-License-Identifier: LGPL-2.1-or-later
/* common: the entry of all targets, their limits, files in memory, sinks. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "target.h"

/* Under sanitizers and coverage; the plain library takes a tenth of it. */
#define MAX_CPU_SECONDS 2.0
#define MAX_LIVE_BYTES ((size_t)256 << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* sanitizer/allocator_interface.h; gcc does not ship that header. */
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
					      void (*free_hook)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *p);
/* A build for coverage has no sanitizer. */
#pragma weak __sanitizer_install_malloc_and_free_hooks
#pragma weak __sanitizer_get_allocated_size

static void (*target_fn)(const uint8_t *data, size_t len);
static size_t live_bytes, most_bytes;
static int file_fd = -1;
static char file_path[64];

static void on_malloc(const volatile void *p, size_t size)
{
	(void)p;
	live_bytes += size;
	if (live_bytes > most_bytes)
		most_bytes = live_bytes;
}

static void on_free(const volatile void *p)
{
	size_t size = p ? __sanitizer_get_allocated_size(p) : 0;

	live_bytes -= size < live_bytes ? size : live_bytes;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct {
		const char *name;
		void (*fn)(const uint8_t *data, size_t len);
	} all[] = {
#define TARGET(name) { #name, target_##name },
#include "targets.def"
#undef TARGET
	};
	const char *slash = strrchr((*argv)[0], '/'), *name = slash ? slash + 1 : (*argv)[0];
	size_t i;

	(void)argc;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].name, name))
			target_fn = all[i].fn;
	if (!target_fn)
		die("%s: there is no such target", name);
	if (__sanitizer_install_malloc_and_free_hooks)
		__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	return 0;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	double start = cpu_seconds(), took;
	size_t live = live_bytes;

	most_bytes = live;
	target_fn(data, len);
	took = cpu_seconds() - start;
	if (took > MAX_CPU_SECONDS)
		target_fail("takes %.1f CPU seconds", took);
	if (most_bytes > live && most_bytes - live > MAX_LIVE_BYTES)
		target_fail("takes %zu MiB of memory", (most_bytes - live) >> 20);
	return 0;
}

void target_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("ERROR: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* For check.c, which chooses what it looks at by it. */
uint64_t rng_next(struct rng *r)
{
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return r->state ^ r->state >> 29;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	return rng_next(r) % n;
}

uint64_t take(struct input_bytes *b, size_t bytes)
{
	size_t n = bytes < b->left ? bytes : b->left;
	uint64_t v = 0;

	memcpy(&v, b->v, n);
	b->v += n;
	b->left -= n;
	return v;
}

const uint8_t *take_block(struct input_bytes *b, size_t *len)
{
	const uint8_t *v = b->v;

	if (*len > b->left)
		*len = b->left;
	b->v += *len;
	b->left -= *len;
	return v;
}

int in_file(const void *data, size_t len)
{
	if (file_fd < 0)
		file_fd = memfd_create("input", MFD_CLOEXEC);
	if (file_fd < 0 || ftruncate(file_fd, 0) || pwrite(file_fd, data, len, 0) != (ssize_t)len)
		die("no file in memory: %s", strerror(errno));
	snprintf(file_path, sizeof(file_path), "/proc/self/fd/%d", file_fd);
	return file_fd;
}

const char *in_file_path(void)
{
	return file_path;
}

static bool write_down(void *priv, const char *text, size_t len)
{
	struct sheet *p = priv;

	while (p->len + len + 1 > p->cap) {
		p->cap = p->cap ? 2 * p->cap : 4096;
		p->text = realloc(p->text, p->cap);
		if (!p->text)
			die("out of memory");
	}
	memcpy(p->text + p->len, text, len);
	p->len += len;
	p->text[p->len] = '\0';
	return true;
}

void sheet_new(struct sheet *p)
{
	p->len = 0;
	write_down(p, "", 0);
}

void sheet_free(struct sheet *p)
{
	free(p->text);
	memset(p, 0, sizeof(*p));
}

struct zdm_sink sheet_sink(struct sheet *p)
{
	return (struct zdm_sink){ .emit_fn = write_down, .priv = p };
}

void sheet_must_be_json(struct sheet *p, bool braces)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o = NULL;

	if (!tok)
		die("out of memory");
	if (braces)
		o = json_tokener_parse_ex(tok, "{", 1);
	if (p->len > INT32_MAX)
		target_fail("JSON of %zu bytes", p->len);
	o = json_tokener_parse_ex(tok, p->text, (int)p->len);
	if (braces)
		o = json_tokener_parse_ex(tok, "}", 1);
	if (!o || memchr(p->text, 0, p->len))
		target_fail("no JSON: %s: %.400s", json_tokener_error_desc(
			    json_tokener_get_error(tok)), p->text);
	json_object_put(o);
	json_tokener_free(tok);
}

void must_be_line(enum zdm_status st, const char *err)
{
	if (st != ZDM_OK && getenv("FUZZ_SAY"))
		fprintf(stderr, "%s: %s\n", zdm_status_name(st), err);
	if (st != ZDM_OK && (!err[0] || strchr(err, '\n')))
		target_fail("refused without one line that says why: %s", zdm_status_name(st));
}

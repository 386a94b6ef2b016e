// SPDX-License-Identifier: LGPL-2.1-or-later
/* The view of zdm exec: what lies where, and blobs that are none. */
#include <errno.h>
#include <sys/types.h>

#include "test_util.h"

#include "../../tools/preload/view.c"

#define HEADER 8192u
#define FILE_BYTES 20000u

struct blob {
	struct view_head head;
	struct view_extra extra[2];
	char path[16];
	unsigned char header[HEADER];
};

static struct blob *make(void)
{
	struct blob *b = calloc(1, sizeof(*b));
	size_t i;

	memcpy(b->head.magic, VIEW_MAGIC, 8);
	b->head.blob_bytes = sizeof(*b);
	b->head.header_off = offsetof(struct blob, header);
	b->head.header_bytes = HEADER;
	b->head.file_bytes = FILE_BYTES;
	b->head.nr_extras = 2;
	strcpy(b->path, "/a/path");
	b->extra[0] = (struct view_extra){ 28672, 4096, 0x100000, offsetof(struct blob, path), 1 };
	b->extra[1] = (struct view_extra){ 32768, 8192, 0x300000, offsetof(struct blob, path), 0 };
	b->head.total_bytes = 32768 + 8192;
	for (i = 0; i < HEADER; i++)
		b->header[i] = (unsigned char)(i * 7);
	return b;
}

/* Every byte says which file and offset it is of. */
static unsigned char of_file(uint64_t off) { return (unsigned char)(off * 3 + 1); }
static unsigned char of_extra(uint64_t off) { return (unsigned char)(off * 5 + 2); }

static size_t longest;	/* a read gives no more than this at once */

static ssize_t read_file(int fd, void *buf, size_t len, off_t off)
{
	unsigned char *p = buf;
	size_t i;

	assert_int_equal(fd, 33);
	if (len > longest)
		len = longest;
	for (i = 0; i < len && (uint64_t)off + i < FILE_BYTES; i++)
		p[i] = of_file((uint64_t)off + i);
	return (ssize_t)i;
}

static ssize_t read_extra(const char *path, bool map_only, void *buf, size_t len, off_t off)
{
	unsigned char *p = buf;
	size_t i;

	assert_string_equal(path, "/a/path");
	assert_int_equal(map_only, off < 0x300000);
	for (i = 0; i < len; i++)
		p[i] = of_extra((uint64_t)off + i);
	return (ssize_t)len;
}

static unsigned char expected(const struct blob *b, uint64_t off)
{
	if (off < HEADER)
		return b->header[off];
	if (off < HEADER + FILE_BYTES)
		return of_file(off - HEADER);
	if (off < 28672)
		return 0;
	return of_extra(off < 32768 ? 0x100000 + off - 28672 : 0x300000 + off - 32768);
}

static void test_every_byte(void **state)
{
	const struct view_io io = { .file_fn = read_file, .extra_fn = read_extra };
	struct blob *b = make();
	unsigned char buf[50000];
	uint64_t off, i, end;
	size_t step;
	ssize_t n;

	(void)state;
	longest = SIZE_MAX;
	assert_null(view_check(b, sizeof(*b)));
	for (step = 1; step < sizeof(buf); step = step * 3 + 1) {
		for (off = 0; off < b->head.total_bytes + 100; off += step) {
			n = view_pread(&b->head, &io, 33, buf, step, off);
			end = off < b->head.total_bytes ? b->head.total_bytes - off : 0;
			assert_int_equal(n, end < step ? end : step);
			for (i = 0; i < (uint64_t)n; i++)
				assert_int_equal(buf[i], expected(b, off + i));
		}
	}
	free(b);
}

static void test_short_and_failing(void **state)
{
	const struct view_io io = { .file_fn = read_file, .extra_fn = read_extra };
	struct blob *b = make();
	unsigned char buf[20000];

	(void)state;
	longest = 10;
	/* a short read is a short read, not a gap */
	assert_int_equal(view_pread(&b->head, &io, 33, buf, 1000, HEADER), 10);
	assert_int_equal(view_pread(&b->head, &io, 33, buf, 1000, HEADER - 4), 14);
	free(b);
}

static void expect_bad(size_t off, uint64_t value)
{
	struct blob *b = make();

	memcpy((char *)b + off, &value, sizeof(value));
	assert_non_null(view_check(b, sizeof(*b)));
	free(b);
}

static void test_bad_blobs(void **state)
{
	struct blob *b = make();

	(void)state;
	assert_non_null(view_check(b, sizeof(*b) - 1));
	assert_non_null(view_check(b, 8));
	assert_non_null(view_check(b, 0));
	free(b);
	expect_bad(offsetof(struct blob, head.magic), 0);
	expect_bad(offsetof(struct blob, head.blob_bytes), 1);
	expect_bad(offsetof(struct blob, head.header_off), UINT64_MAX);
	expect_bad(offsetof(struct blob, head.header_bytes), UINT64_MAX);
	expect_bad(offsetof(struct blob, head.file_bytes), UINT64_MAX - 4096);
	expect_bad(offsetof(struct blob, head.total_bytes), 1);
	expect_bad(offsetof(struct blob, head.nr_extras), UINT64_MAX / sizeof(struct view_extra));
	expect_bad(offsetof(struct blob, extra[0].view_off), 0);
	expect_bad(offsetof(struct blob, extra[0].bytes), UINT64_MAX);
	expect_bad(offsetof(struct blob, extra[1].view_off), 28672);
	expect_bad(offsetof(struct blob, extra[1].path_off), UINT64_MAX);
}

TEST_MAIN(
	cmocka_unit_test(test_every_byte),
	cmocka_unit_test(test_short_and_failing),
	cmocka_unit_test(test_bad_blobs))

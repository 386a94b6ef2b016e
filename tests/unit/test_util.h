/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What unit tests share. A test program is tests/unit/test_<room>.c with
 *
 *	#include "test_util.h"
 *	static void test_something(void **state) { … assert_int_equal(…); }
 *	TEST_MAIN(cmocka_unit_test(test_something), …)
 *
 * and is built and run by `make check`, plain and with ASan and UBSan.
 */
#ifndef TEST_UTIL_H
#define TEST_UTIL_H

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <zdm/reader.h>

#define TEST_MAIN(...)							\
int main(void)								\
{									\
	const struct CMUnitTest tests[] = { __VA_ARGS__ };		\
									\
	return cmocka_run_group_tests(tests, NULL, NULL);		\
}

#define assert_ok(expr) assert_int_equal((expr), ZDM_OK)

/*
 * A machine's memory in pieces: a reader whose every byte the test wrote.
 * What lies in no piece is not in the dump.
 */
struct mem_piece {
	uint64_t paddr;
	size_t len;
	uint8_t *data;
};

struct mem {
	struct mem_piece piece[64];
	size_t nr;
	const char *vmcoreinfo;		/* NULL: none */
	uint64_t nr_reads;
};

/* A zeroed piece of physical memory; its bytes, to be filled in. */
uint8_t *mem_add(struct mem *m, uint64_t paddr, size_t len);
/* Bytes at paddr, which must lie in one piece. */
uint8_t *mem_at(struct mem *m, uint64_t paddr, size_t len);
void mem_put(struct mem *m, uint64_t paddr, uint64_t value, unsigned int bytes);
/* Take the piece that begins at paddr out of the dump. */
void mem_remove(struct mem *m, uint64_t paddr);
void mem_deinit(struct mem *m);

/* Reads physical memory, tells what is present, has VMCOREINFO; priv is the struct mem. */
extern const struct zdm_reader_ops mem_ops;

#endif

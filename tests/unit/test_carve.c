// SPDX-License-Identifier: LGPL-2.1-or-later
/* carve: reading ELF headers, cutting segments, placing, writing. */
#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"

#include <zdm/carve.h>

#define PAGE 4096u
#define DIRECT 0xffff888000000000u

static const struct zdm_kernel kernel = { .page_size = PAGE };

struct load {
	uint64_t vaddr, paddr, off, filesz, memsz;
};

/* Every page of the file says which one it is. */
static void fill(int fd, uint64_t off, uint64_t paddr, uint64_t bytes)
{
	uint64_t page[PAGE / 8], pos;
	size_t i;

	for (pos = 0; pos < bytes; pos += PAGE) {
		for (i = 0; i < PAGE / 8; i++)
			page[i] = paddr + pos + 1;
		assert_int_equal(pwrite(fd, page, PAGE, (off_t)(off + pos)), PAGE);
	}
}

/* A vmcore in memory: one note, then PT_LOADs as given. */
static int make_core(const struct load *l, size_t nr, uint64_t phoff)
{
	Elf64_Ehdr eh = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE, .e_machine = EM_X86_64, .e_phoff = phoff,
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = (Elf64_Half)(nr + 1),
	};
	Elf64_Phdr ph = { .p_type = PT_NOTE, .p_offset = 2048, .p_filesz = 21, .p_memsz = 21 };
	int fd = memfd_create("core", 0);
	size_t i;

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &eh, sizeof(eh), 0), sizeof(eh));
	assert_int_equal(pwrite(fd, &ph, sizeof(ph), (off_t)phoff), sizeof(ph));
	assert_int_equal(pwrite(fd, "a note of 21 bytes...", 21, 2048), 21);
	for (i = 0; i < nr; i++) {
		ph = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R, .p_offset = l[i].off,
				   .p_vaddr = l[i].vaddr, .p_paddr = l[i].paddr,
				   .p_filesz = l[i].filesz, .p_memsz = l[i].memsz };
		phoff += sizeof(ph);
		assert_int_equal(pwrite(fd, &ph, sizeof(ph), (off_t)phoff), sizeof(ph));
		fill(fd, l[i].off, l[i].paddr, l[i].filesz);
	}
	return fd;
}

static struct zdm_carve_input *read_input(int fd)
{
	struct zdm_carve_input *in = NULL;
	char err[128];

	assert_ok(zdm_carve_input_elf(fd, &in, err, sizeof(err)));
	return in;
}

static struct zdm_keep_range keep(uint64_t start, uint64_t end, enum zdm_keep k)
{
	return (struct zdm_keep_range){ .start_pfn = start, .end_pfn = end, .keep = k,
					.cls = k == ZDM_DROP ? ZDM_CLASS_HOLE : ZDM_CLASS_ONLINE };
}

static void assert_seg(const struct zdm_carve_seg *s, uint64_t vaddr, uint64_t paddr,
		       uint64_t file_bytes, uint64_t mem_bytes)
{
	assert_int_equal(s->vaddr, vaddr);
	assert_int_equal(s->paddr, paddr);
	assert_int_equal(s->file_bytes, file_bytes);
	assert_int_equal(s->mem_bytes, mem_bytes);
}

/* The bytes of the output at dst_off are those of that physical address. */
static void assert_pages(int fd, const struct zdm_carve_plan *plan)
{
	uint64_t word, pos;
	size_t i;

	for (i = 0; i < plan->nr_segs; i++) {
		for (pos = 0; pos < plan->segs[i].file_bytes; pos += PAGE) {
			assert_int_equal(pread(fd, &word, 8,
					       (off_t)(plan->segs[i].dst_off + pos)), 8);
			assert_int_equal(word, plan->segs[i].paddr + pos + 1);
		}
	}
}

static enum zdm_status refuse(void *priv, uint64_t paddr, void *buf, size_t len)
{
	(void)priv; (void)paddr; (void)buf; (void)len;
	return ZDM_UNREADABLE;
}

static enum zdm_status made_up(void *priv, uint64_t paddr, void *buf, size_t len)
{
	uint64_t *word = buf;
	size_t i;

	(void)priv;
	for (i = 0; i < len / 8; i++)
		word[i] = paddr - paddr % PAGE + i * 8 / PAGE * PAGE + 1;
	return ZDM_OK;
}

static int write_plan(struct zdm_carve_plan *plan, int in_fd,
		      enum zdm_status (*altmap_fn)(void *, uint64_t, void *, size_t),
		      enum zdm_status expect)
{
	struct zdm_carve_io io = { .size = sizeof(io), .in_fd = in_fd,
				   .read_altmap_fn = altmap_fn };
	char err[200] = "";

	io.out_fd = memfd_create("out", 0);
	zdm_carve_place_packed(plan);
	assert_int_equal(zdm_carve_write(plan, &io, err, sizeof(err)), expect);
	if (expect != ZDM_OK)
		assert_true(err[0]);
	return io.out_fd;
}

static void test_cut(void **state)
{
	const struct load loads[] = {
		{ 0xffffffff81000000, 0x1000000, 8192, 4 * PAGE, 4 * PAGE },
		{ DIRECT + 0x100000, 0x100000, 65536, 16 * PAGE, 20 * PAGE },
	};
	const struct zdm_keep_range ranges[] = {
		keep(0, 0x104, ZDM_KEEP_HOST), keep(0x104, 0x106, ZDM_DROP),
		keep(0x106, 0x108, ZDM_KEEP), keep(0x108, 0x110, ZDM_KEEP_HOST),
		keep(0x110, 0x112, ZDM_DROP), keep(0x112, 0x2000, ZDM_KEEP_HOST),
	};
	int fd = make_core(loads, 2, 64), out;
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;
	struct stat st;

	(void)state;
	assert_int_equal(in->nr_segs, 2);
	assert_int_equal(in->notes_bytes, 24);
	assert_true(in->has_vaddr);
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 6, NULL, 0, &plan));
	assert_int_equal(plan->nr_segs, 4);
	assert_seg(&plan->segs[0], 0xffffffff81000000, 0x1000000, 4 * PAGE, 4 * PAGE);
	assert_seg(&plan->segs[1], DIRECT + 0x100000, 0x100000, 4 * PAGE, 4 * PAGE);
	assert_seg(&plan->segs[2], DIRECT + 0x106000, 0x106000, 10 * PAGE, 10 * PAGE);
	/* what the file never stored stays memory without bytes */
	assert_seg(&plan->segs[3], DIRECT + 0x112000, 0x112000, 0, 2 * PAGE);
	assert_int_equal(plan->dropped[ZDM_CLASS_HOLE].pages, 4);
	assert_int_equal(plan->dropped[ZDM_CLASS_HOLE].bytes, 2 * PAGE);
	out = write_plan(plan, fd, NULL, ZDM_OK);
	assert_pages(out, plan);
	assert_int_equal(fstat(out, &st), 0);
	assert_int_equal(st.st_size, plan->total_bytes);
	assert_true(plan->segs[3].dst_off >= plan->total_bytes);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	/* and it reads back as what it is */
	in = read_input(out);
	assert_int_equal(in->nr_segs, 4);
	assert_int_equal(in->notes_bytes, 24);
	assert_memory_equal(in->notes, "a note of 21 bytes...", 21);
	assert_int_equal(in->lost_bytes, 0);
	zdm_carve_input_free(in);
	close(fd);
	close(out);
}

/* Neighbours that both stay are not cut apart; frames beyond the model go. */
static void test_beyond(void **state)
{
	const struct load loads[] = { { 0, 0, 4096, 16 * PAGE, 16 * PAGE } };
	const struct zdm_keep_range ranges[] = { keep(0, 4, ZDM_KEEP), keep(4, 8, ZDM_KEEP_HOST) };
	int fd = make_core(loads, 1, 192);
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;

	(void)state;
	assert_false(in->has_vaddr);
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 2, NULL, 0, &plan));
	assert_int_equal(plan->nr_segs, 1);
	assert_seg(&plan->segs[0], 0, 0, 8 * PAGE, 8 * PAGE);
	assert_int_equal(plan->dropped[ZDM_CLASS_ABSENT].pages, 8);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	close(fd);
}

/* Offsets and addresses that are not at page boundaries, as QEMU writes them. */
static void test_unaligned(void **state)
{
	const struct load loads[] = {
		{ 0x1000, 0x1000, 0x1198 + 0x3000, 0x9ec00, 0x9ec00 },
	};
	const struct zdm_keep_range ranges[] = { keep(0, 0x80, ZDM_KEEP), keep(0x80, 0x90, ZDM_DROP),
						 keep(0x90, 0x100, ZDM_KEEP) };
	int fd = make_core(loads, 1, 192), out;
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;

	(void)state;
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 3, NULL, 0, &plan));
	assert_int_equal(plan->nr_segs, 2);
	assert_seg(&plan->segs[0], 0x1000, 0x1000, 0x7f000, 0x7f000);
	assert_seg(&plan->segs[1], 0x90000, 0x90000, 0x9fc00 - 0x90000, 0x9fc00 - 0x90000);
	out = write_plan(plan, fd, NULL, ZDM_OK);
	assert_int_equal(plan->segs[1].dst_off % PAGE, 0);
	assert_pages(out, plan);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	close(fd);
	close(out);
}

static void test_truncated(void **state)
{
	const struct load loads[] = { { 0, 0, 4096, 16 * PAGE, 16 * PAGE },
				      { 0, 0x100000, 4096 + 16 * PAGE, 8 * PAGE, 8 * PAGE } };
	int fd = make_core(loads, 2, 64);
	struct zdm_carve_input *in;

	(void)state;
	assert_int_equal(ftruncate(fd, 4096 + 10 * PAGE), 0);
	in = read_input(fd);
	/* memory that the file does not have is no memory of the dump */
	assert_int_equal(in->nr_segs, 1);
	assert_seg(&in->segs[0], 0, 0, 10 * PAGE, 10 * PAGE);
	assert_int_equal(in->lost_bytes, 14 * PAGE);
	zdm_carve_input_free(in);
	close(fd);
}

static void expect_status(const void *bytes, size_t len, uint64_t off, enum zdm_status expect)
{
	const struct load loads[] = { { 0, 0, 4096, PAGE, PAGE } };
	int fd = make_core(loads, 1, 64);
	struct zdm_carve_input *in = NULL;
	char err[128] = "";

	assert_int_equal(pwrite(fd, bytes, len, (off_t)off), len);
	assert_int_equal(zdm_carve_input_elf(fd, &in, err, sizeof(err)), expect);
	assert_null(in);
	assert_true(err[0]);
	close(fd);
}

static void test_bad_headers(void **state)
{
	const uint64_t load = 64 + sizeof(Elf64_Phdr), huge = UINT64_MAX - 100, one = 1;
	const uint16_t xnum = PN_XNUM, none = 0, type = ET_EXEC;

	(void)state;
	expect_status("KDUMP   ", 8, 0, ZDM_ABSENT);
	expect_status("\001", 1, EI_CLASS, ZDM_ABSENT);
	expect_status("\002", 1, EI_DATA, ZDM_ABSENT);
	expect_status(&type, 2, offsetof(Elf64_Ehdr, e_type), ZDM_ABSENT);
	expect_status(&none, 2, offsetof(Elf64_Ehdr, e_phnum), ZDM_CORRUPT);
	/* e_shoff 0: the ELF header is taken for a section, its count makes no sense */
	expect_status(&xnum, 2, offsetof(Elf64_Ehdr, e_phnum), ZDM_CORRUPT);
	expect_status(&huge, 8, offsetof(Elf64_Ehdr, e_phoff), ZDM_CORRUPT);
	expect_status(&huge, 8, 64 + offsetof(Elf64_Phdr, p_filesz), ZDM_CORRUPT);
	expect_status(&huge, 8, 64 + offsetof(Elf64_Phdr, p_offset), ZDM_CORRUPT);
	expect_status(&huge, 8, load + offsetof(Elf64_Phdr, p_paddr), ZDM_CORRUPT);
	expect_status(&huge, 8, load + offsetof(Elf64_Phdr, p_offset), ZDM_CORRUPT);
	expect_status(&one, 8, load + offsetof(Elf64_Phdr, p_memsz), ZDM_CORRUPT);
}

/* More than 65,535 program headers, there and back. */
static void test_xnum(void **state)
{
	enum { NR = 70000 };
	const struct load loads[] = { { 0, 0, 4096, PAGE, 2 * NR * (uint64_t)PAGE } };
	struct zdm_keep_range *ranges = calloc(2 * NR, sizeof(*ranges));
	int fd = make_core(loads, 1, 64), out;
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;
	Elf64_Ehdr eh;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * NR; i++)
		ranges[i] = keep(i, i + 1, i % 2 ? ZDM_DROP : ZDM_KEEP);
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 2 * NR, NULL, 0, &plan));
	assert_int_equal(plan->nr_segs, NR);
	out = write_plan(plan, fd, NULL, ZDM_OK);
	assert_int_equal(pread(out, &eh, sizeof(eh), 0), sizeof(eh));
	assert_int_equal(eh.e_phnum, PN_XNUM);
	assert_int_equal(eh.e_phoff, 64);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	in = read_input(out);
	assert_int_equal(in->nr_segs, NR);
	assert_seg(&in->segs[NR - 1], 0, (2 * NR - 2) * (uint64_t)PAGE, 0, PAGE);
	assert_int_equal(in->notes_bytes, 24);
	zdm_carve_input_free(in);
	free(ranges);
	close(fd);
	close(out);
}

static void test_altmap(void **state)
{
	const struct load loads[] = { { DIRECT, 0, 4096, 16 * PAGE, 16 * PAGE },
				      { DIRECT + 0x22000, 0x22000, 4096 + 16 * PAGE, PAGE, PAGE } };
	const struct zdm_keep_range ranges[] = { keep(0, 0x100, ZDM_KEEP) };
	const struct zdm_pfn_range add[] = { { 0x20, 0x24 }, { 2, 6 } };
	int fd = make_core(loads, 2, 64), out;
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;

	(void)state;
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 1, add, 2, &plan));
	/* what the dump has already is not added again */
	assert_int_equal(plan->nr_segs, 4);
	assert_seg(&plan->segs[2], DIRECT + 0x20000, 0x20000, 2 * PAGE, 2 * PAGE);
	assert_seg(&plan->segs[3], DIRECT + 0x23000, 0x23000, PAGE, PAGE);
	assert_int_equal(plan->added.pages, 3);
	out = write_plan(plan, fd, made_up, ZDM_OK);
	assert_pages(out, plan);
	close(out);
	close(write_plan(plan, fd, refuse, ZDM_UNREADABLE));
	close(write_plan(plan, fd, NULL, ZDM_UNSUPPORTED));
	/* the view: all offsets shifted, the added ones behind the original */
	zdm_carve_place_shifted(plan);
	assert_int_equal(plan->segs[0].dst_off, plan->header_bytes + 4096);
	assert_int_equal(plan->segs[2].dst_off, plan->header_bytes + in->file_bytes);
	assert_int_equal(plan->segs[3].dst_off, plan->segs[2].dst_off + 2 * PAGE);
	assert_int_equal(plan->total_bytes, plan->segs[3].dst_off + PAGE);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	close(fd);
}

/* Holes of the input stay holes, and pages of zeros become some. */
static void test_sparse(void **state)
{
	const struct load loads[] = { { 0, 0, 4096, PAGE, PAGE } };
	const struct zdm_keep_range ranges[] = { keep(0, 0x100000, ZDM_KEEP) };
	int fd = make_core(loads, 1, 64), out;
	const uint64_t bytes = 64u << 20;
	struct zdm_carve_input *in;
	struct zdm_carve_plan *plan;
	struct stat st;
	uint64_t word = 7;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)(4096 + bytes)), 0);
	assert_int_equal(pwrite(fd, &word, 8, (off_t)(4096 + bytes - 8)), 8);
	in = read_input(fd);
	in->segs[0].file_bytes = in->segs[0].mem_bytes = bytes;
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 1, NULL, 0, &plan));
	out = write_plan(plan, fd, NULL, ZDM_OK);
	assert_int_equal(fstat(out, &st), 0);
	assert_true(st.st_blocks * 512 < 1 << 20);
	assert_int_equal(st.st_size, plan->header_bytes + bytes);
	word = 0;
	assert_int_equal(pread(out, &word, 8, st.st_size - 8), 8);
	assert_int_equal(word, 7);
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	close(fd);
	close(out);
}

/* The input becomes shorter while it is read. */
static void test_shrinking(void **state)
{
	const struct load loads[] = { { 0, 0, 4096, 16 * PAGE, 16 * PAGE } };
	const struct zdm_keep_range ranges[] = { keep(0, 0x100, ZDM_KEEP) };
	int fd = make_core(loads, 1, 64);
	struct zdm_carve_input *in = read_input(fd);
	struct zdm_carve_plan *plan;

	(void)state;
	assert_ok(zdm_carve_plan_create(in, &kernel, ranges, 1, NULL, 0, &plan));
	assert_int_equal(ftruncate(fd, 4096 + 3 * PAGE + 100), 0);
	close(write_plan(plan, fd, NULL, ZDM_UNREADABLE));
	zdm_carve_plan_free(plan);
	zdm_carve_input_free(in);
	close(fd);
}

TEST_MAIN(
	cmocka_unit_test(test_cut),
	cmocka_unit_test(test_beyond),
	cmocka_unit_test(test_unaligned),
	cmocka_unit_test(test_truncated),
	cmocka_unit_test(test_bad_headers),
	cmocka_unit_test(test_xnum),
	cmocka_unit_test(test_altmap),
	cmocka_unit_test(test_sparse),
	cmocka_unit_test(test_shrinking))

// SPDX-License-Identifier: LGPL-2.1-or-later
/* The readers of dumpfile/, on bytes made here: flattened streams, bitmaps, ELF segments, notes. */
#include <elf.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dumpfile/elfmap.h"
#include "dumpfile/input.h"
#include "dumpfile/kdump_bitmap.h"
#include "dumpfile/machine.h"
#include "dumpfile/registers.h"
#include "dumpfile/snappy.h"
#include "test_util.h"

/* An unlinked file with these bytes, opened as a dump is. */
static void make_input(struct input *in, const void *bytes, size_t len)
{
	char path[] = "/tmp/zdm-test-XXXXXX", err[256];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(input_open(in, path, err, sizeof(err)), ZDM_OK);
	unlink(path);
	close(fd);
}

/* ---- flattened ---- */

struct stream {
	uint8_t bytes[1 << 16];
	size_t len;
};

static void stream_begin(struct stream *s)
{
	uint64_t one = htobe64(1);

	memset(s, 0, sizeof(*s));
	strcpy((char *)s->bytes, "makedumpfile");
	memcpy(s->bytes + 16, &one, sizeof(one));
	memcpy(s->bytes + 24, &one, sizeof(one));
	s->len = 4096;
}

static void stream_add(struct stream *s, uint64_t off, const char *text)
{
	uint64_t head[2] = { htobe64(off), htobe64(strlen(text)) };

	memcpy(s->bytes + s->len, head, sizeof(head));
	memcpy(s->bytes + s->len + sizeof(head), text, strlen(text));
	s->len += sizeof(head) + strlen(text);
}

static void stream_end(struct stream *s)
{
	memset(s->bytes + s->len, 0xff, 16);
	s->len += 16;
}

static void later_record_wins(void **state)
{
	static struct stream s;
	struct input in;
	char got[12];

	(void)state;
	stream_begin(&s);
	stream_add(&s, 0, "aaaaaaaaaa");
	stream_add(&s, 3, "bb");
	stream_add(&s, 4, "ccc");
	stream_add(&s, 6, "d");
	stream_add(&s, 9, "eee");
	stream_end(&s);
	make_input(&in, s.bytes, s.len);
	assert_int_equal(in.bytes, 12);
	assert_false(in.cut_off);
	assert_int_equal(input_read(&in, got, 12, 0), ZDM_OK);
	assert_memory_equal(got, "aaabccdaaeee", 12);
	assert_int_equal(input_read(&in, got, 2, 5), ZDM_OK);
	assert_memory_equal(got, "cd", 2);
	assert_int_equal(input_read(&in, got, 2, 11), ZDM_ABSENT);
	input_close(&in);
}

/* Records that continue each other are one stretch of the index: every byte is still found. */
static void long_run_of_records(void **state)
{
	static struct stream s;
	struct input in;
	char text[8], got;
	unsigned int i;

	(void)state;
	stream_begin(&s);
	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%03u", i);
		stream_add(&s, 3 * i, text);
	}
	stream_end(&s);
	make_input(&in, s.bytes, s.len);
	assert_int_equal(in.bytes, 3000);
	for (i = 3000; i--; ) {
		snprintf(text, sizeof(text), "%03u", i / 3);
		assert_int_equal(input_read(&in, &got, 1, i), ZDM_OK);
		assert_int_equal(got, text[i % 3]);
	}
	input_close(&in);
}

/* What nobody wrote is zeros in a whole stream, and missing in one that was cut off. */
static void gaps(void **state)
{
	static struct stream s;
	struct input in;
	uint64_t end;
	char got[6];

	(void)state;
	stream_begin(&s);
	stream_add(&s, 0, "ab");
	stream_add(&s, 4, "ef");
	stream_end(&s);
	make_input(&in, s.bytes, s.len);
	assert_int_equal(input_read(&in, got, 6, 0), ZDM_OK);
	assert_memory_equal(got, "ab\0\0ef", 6);
	assert_true(input_stored(&in, 2, &end));
	input_close(&in);
	make_input(&in, s.bytes, s.len - 17);
	assert_true(in.cut_off);
	assert_int_equal(in.bytes, 5);
	assert_int_equal(input_read(&in, got, 5, 0), ZDM_ABSENT);
	assert_int_equal(input_read(&in, got, 2, 0), ZDM_OK);
	assert_true(input_stored(&in, 1, &end));
	assert_int_equal(end, 2);
	assert_false(input_stored(&in, 2, &end));
	assert_int_equal(end, 4);
	input_close(&in);
}

/* What was read before may be answered again, with the bytes that stood there; no more than that. */
static void shrunk_file(void **state)
{
	char path[] = "/tmp/zdm-test-XXXXXX", err[256], got[8];
	int fd = mkstemp(path);
	struct input in;

	(void)state;
	assert_int_equal(pwrite(fd, "abcdefgh", 8, 1 << 20), 8);
	assert_int_equal(input_open(&in, path, err, sizeof(err)), ZDM_OK);
	assert_int_equal(input_read(&in, got, 8, 1 << 20), ZDM_OK);
	assert_memory_equal(got, "abcdefgh", 8);
	assert_int_equal(input_read(&in, got, 8, 0), ZDM_OK);
	assert_true(input_whole(&in));
	assert_int_equal(ftruncate(fd, 4), 0);
	assert_int_equal(input_read(&in, got, 8, 1 << 20), ZDM_UNREADABLE);
	assert_false(input_whole(&in));
	input_close(&in);
	unlink(path);
	close(fd);
}

/* ---- bitmaps ---- */

static void check_bitmap(struct kdump_bitmap *b, const uint8_t *bits, uint64_t nr)
{
	uint64_t pfn, before, end, want = 0, run;
	bool set;

	for (pfn = 0; pfn < nr; pfn++) {
		bool is = pfn >= b->start_pfn && pfn < b->end_pfn && (bits[pfn / 8] >> pfn % 8 & 1);

		assert_int_equal(kdump_bitmap_get(b, pfn, &set, &before), ZDM_OK);
		assert_int_equal(set, is);
		if (is)
			assert_int_equal(before, want);
		want += is;
	}
	assert_int_equal(kdump_bitmap_count(b), want);
	for (pfn = 0; pfn < nr; pfn = end) {
		assert_int_equal(kdump_bitmap_run(b, pfn, &set, &end), ZDM_OK);
		assert_true(end > pfn);
		for (run = pfn; run < end && run < nr; run++)
			assert_int_equal(set, run >= b->start_pfn && run < b->end_pfn &&
					 (bits[run / 8] >> run % 8 & 1));
	}
}

static void bitmap_of(const uint8_t *bits, size_t bytes, uint64_t start_pfn, uint64_t end_pfn)
{
	struct input in;
	struct kdump_bitmap b = { .in = &in, .off = 0, .bytes = bytes, .start_pfn = start_pfn,
				  .end_pfn = end_pfn };
	bool nomem;

	make_input(&in, bits, bytes);
	assert_true(kdump_bitmap_init(&b, &nomem));
	check_bitmap(&b, bits, bytes * 8);
	kdump_bitmap_deinit(&b);
	input_close(&in);
}

static void bitmaps(void **state)
{
	static uint8_t bits[5 * BITMAP_CHUNK_BYTES];
	uint32_t seed = 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bits); i++) {
		seed = seed * 1103515245 + 12345;
		/* a chunk of noise, one all set, one all clear, then noise */
		bits[i] = i / BITMAP_CHUNK_BYTES == 1 ? 0xff :
			  i / BITMAP_CHUNK_BYTES == 2 ? 0 : (uint8_t)(seed >> 16);
	}
	bitmap_of(bits, sizeof(bits), 0, UINT64_MAX);
	bitmap_of(bits, sizeof(bits) - 4000, 0, sizeof(bits) * 8 - 77777);
	/* a part of a split set: its borders are anywhere */
	bitmap_of(bits, sizeof(bits), 300001, 900003);
	bitmap_of(bits, 512, 3, 5);
}

/* ---- ELF ---- */

struct made_elf {
	Elf64_Ehdr e;
	Elf64_Phdr ph[4];
	uint8_t data[4096];
};

static void make_elf(struct made_elf *m)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	memcpy(m->e.e_ident, ELFMAG, SELFMAG);
	m->e.e_ident[EI_CLASS] = ELFCLASS64;
	m->e.e_ident[EI_DATA] = ELFDATA2LSB;
	m->e.e_type = ET_CORE;
	m->e.e_machine = EM_X86_64;
	m->e.e_phoff = offsetof(struct made_elf, ph);
	m->e.e_phentsize = sizeof(Elf64_Phdr);
	m->e.e_phnum = 4;
	for (i = 0; i < sizeof(m->data); i++)
		m->data[i] = (uint8_t)(i / 16);
}

static void add_load(struct made_elf *m, unsigned int i, uint64_t paddr, uint64_t data_off,
		     uint64_t filesz, uint64_t memsz)
{
	m->ph[i] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_paddr = paddr, .p_filesz = filesz,
				 .p_memsz = memsz,
				 .p_offset = offsetof(struct made_elf, data) + data_off };
}

static void overlapping_segments(void **state)
{
	static struct made_elf made;
	struct elfmap *m = NULL;
	struct input in;
	char err[256];
	uint8_t got[64];
	uint64_t end;

	(void)state;
	make_elf(&made);
	add_load(&made, 0, 0x2000, 0, 0x100, 0x100);
	add_load(&made, 1, 0x1000, 0x400, 0x1080, 0x1080);	/* to 0x2080, before the other */
	add_load(&made, 2, 0x1010, 0x800, 0x20, 0x20);		/* within it */
	add_load(&made, 3, 0x4000, 0x100, 0x40, 0x80);		/* half of it is not in the file */
	made.ph[1].p_filesz = 0x400;				/* … to 0x1400, then a hole */
	make_input(&in, &made, sizeof(made));
	assert_int_equal(elfmap_open(&in, &m, err, sizeof(err)), ZDM_OK);
	assert_int_equal(elfmap_read(m, &in, 0x1010, got, 16), ZDM_OK);
	assert_int_equal(got[0], 0x41);
	assert_int_equal(elfmap_read(m, &in, 0x2010, got, 16), ZDM_OK);
	assert_int_equal(got[0], 0x01);
	assert_true(elfmap_present(m, &in, 0x1000, &end));
	assert_int_equal(end, 0x1400);
	assert_false(elfmap_present(m, &in, 0x1400, &end));
	assert_int_equal(end, 0x2000);
	assert_int_equal(elfmap_read(m, &in, 0x4000, got, 0x40), ZDM_OK);
	assert_int_equal(elfmap_read(m, &in, 0x4020, got, 0x40), ZDM_UNREADABLE);
	elfmap_close(m);
	input_close(&in);
}

static void machines(void **state)
{
	static const char arm[] = "OSRELEASE=6.12\nNUMBER(kimage_voffset)=0x0\n";
	static const char x86[] = "OSRELEASE=6.12\nNUMBER(phys_base)=0\n";
	static const char within[] = "OSRELEASE=NUMBER(phys_base)=0\n";
	char name[16];

	(void)state;
	assert_false(machine_is_known("Unknown"));
	assert_false(machine_is_known(""));
	assert_true(machine_is_known("x86_64"));
	assert_null(zdm_machine_of_vmcoreinfo(within, sizeof(within) - 1));
	assert_null(zdm_machine_of_vmcoreinfo(NULL, 0));
	assert_string_equal(zdm_machine_of_vmcoreinfo(arm, sizeof(arm) - 1), "aarch64");
	assert_string_equal(zdm_machine_of_vmcoreinfo(x86, sizeof(x86) - 1), "x86_64");
	strcpy(name, "x86\033[2J");
	machine_clean(name);
	assert_string_equal(name, "x86??2J");
}

/* struct elf_prstatus of x86-64 has 336 bytes; r15 is at 112, rip at 240 (offsetof() says so). */
static void registers_of_notes(void **state)
{
	uint8_t status[336] = { 0 };
	struct notes n = { NULL, 0, 0 };
	struct registers r = { NULL, 0 };
	uint64_t value = htole64(0x1234), words[34];

	(void)state;
	memcpy(status + 240, &value, sizeof(value));
	assert_true(notes_add(&n, "QEMU", 0, status, 8));
	assert_true(notes_add(&n, "CORE", NT_PRSTATUS, status, sizeof(status)));
	registers_find(&r, &n);
	assert_int_equal(r.nr, 1);
	assert_true(registers_get(&r, &n, 0, words, 21));
	assert_string_equal(zdm_machine_pt_regs("x86_64")[16], "RIP");
	assert_int_equal(words[16], 0x1234);
	assert_false(registers_get(&r, &n, 1, words, 21));
	/* the note ends before the words of a larger machine do */
	assert_false(registers_get(&r, &n, 0, words, 34));
	registers_deinit(&r);
	notes_deinit(&n);
}

/* Blocks written by hand from snappy's format description. */
static void snappy_blocks(void **state)
{
	static const uint8_t literal[] = { 5, 4 << 2, 'h', 'e', 'l', 'l', 'o' };
	/* "ab", then 8 bytes from 2 back: a copy that overlaps itself */
	static const uint8_t copy[] = { 10, 1 << 2, 'a', 'b', 7 << 2 | 2, 2, 0 };
	static const uint8_t far[] = { 10, 1 << 2, 'a', 'b', 7 << 2 | 2, 3, 0 };
	static const uint8_t none[] = { 10, 1 << 2, 'a', 'b', 7 << 2 | 2, 0, 0 };
	uint8_t out[10];
	size_t len;

	(void)state;
	assert_true(snappy_unpack(literal, sizeof(literal), out, 5));
	assert_memory_equal(out, "hello", 5);
	assert_false(snappy_unpack(literal, sizeof(literal), out, 6));
	assert_true(snappy_unpack(copy, sizeof(copy), out, 10));
	assert_memory_equal(out, "ababababab", 10);
	assert_false(snappy_unpack(far, sizeof(far), out, 10));
	assert_false(snappy_unpack(none, sizeof(none), out, 10));
	for (len = 0; len < sizeof(copy); len++)
		assert_false(snappy_unpack(copy, len, out, 10));
}

TEST_MAIN(cmocka_unit_test(later_record_wins), cmocka_unit_test(long_run_of_records),
	  cmocka_unit_test(gaps), cmocka_unit_test(shrunk_file), cmocka_unit_test(bitmaps),
	  cmocka_unit_test(overlapping_segments), cmocka_unit_test(machines),
	  cmocka_unit_test(registers_of_notes), cmocka_unit_test(snappy_blocks))

// SPDX-License-Identifier: LGPL-2.1-or-later
/* The same registers, whatever a mailer, a browser, a shell or a debugger made of them. */
#include "oops_text.h"

#define RDI 0xffffea0004000000u

/* RDI is RDI, and nothing else was taken for a register but what the row says. */
static void assert_rdi(const char *what, const char *text, size_t len, size_t words)
{
	struct zdm_oops *o = oops_try(text, len);

	if (!o)
		fail_msg("%s: nothing found", what);
	if (!has(o, 1, "RDI") || value(o, 1, "RDI") != RDI)
		fail_msg("%s: RDI is not what the text says", what);
	if (zdm_oops_words(o) != words)
		fail_msg("%s: %zu words instead of %zu", what, zdm_oops_words(o), words);
	zdm_oops_free(o);
}

static void test_encodings(void **state)
{
	static const struct {
		const char *what, *text;
		size_t words;
	} rows[] = {
		{ "CR LF", "RIP: 0010:f+0x1/0x2\r\nRDI: ffffea0004000000\r\n", 1 },
		{ "CR alone", "RIP: 0010:f+0x1/0x2\rRDI: ffffea0004000000\r", 1 },
		{ "quoted", ">>> | > RSI: 0000000000000001 RDI: ffffea0004000000\n", 2 },
		{ "soft break in a value", "RSI: 0000000000000001 RDI: ffffea0=\n004000000\nRBP: 0000000000000002\n", 3 },
		{ "soft break, CR LF", "RDI: ffffea00040000=\r\n00 RSI: 0000000000000001\r\n", 2 },
		{ "soft break behind the name", "RDI:=\n ffffea0004000000\n", 1 },
		{ "soft break, quoted", "> RDI: ffffea000=\n> 4000000\n", 1 },
		{ "quoted-printable all over", "Content-Transfer-Encoding: quoted-printable\n\n"
		  "RDI:=20ffffea0004000000=20\nR12=3D0000000000000001\n", 2 },
		{ "encoded blank of Unicode", "x=\ny\nRDI:=C2=A0ffffea0004000000\n", 1 },
		{ "QEMU in a mail in quoted-printable", "a=\nb\nRDI=3Dffffea0004000000 R10=3D2000000000000000\n", 2 },
		{ "QEMU is not quoted-printable", "a=\nb\nRDI=ffffea0004000000 R10=2000000000000000\n", 2 },
		{ "wrapped behind the name", "> RSI: 0000000000000001 RDI:\n> ffffea0004000000\n", 2 },
		{ "cut in the value", "RSI: 0000000000000001 RDI: ffffea00\n04000000\n", 2 },
		{ "cut, quoted", "> RDI: ffffea0004000\n> 000 RSI: 0000000000000001\n", 2 },
		{ "colours", "\x1b[32m[  114.5] \x1b[0m\x1b[31mRDI: ffffea0004000000\x1b[0m\n", 1 },
		{ "colours without their escape", "[32m[  114.5] [0m[1;31mRDI: ffffea0004000000[0m\n", 1 },
		{ "colours as rsyslog has them", "#033[32m[  1.5] #033[0m#033[31mRDI: ffffea0004000000#033[0m\n", 1 },
		{ "colours as less has them", "^[[31mRDI: ffffea0004000000^[[0m\n", 1 },
		{ "colours in a C string", "\\x1b[31mRDI: ffffea0004000000\\033[0m\n", 1 },
		{ "a window's title", "\x1b]0;root@host\x07RDI: ffffea0004000000\n", 1 },
		{ "JSON", "{\"MESSAGE\":\"RIP: 0010:f+0x1/0x2\\nRDI: ffffea0004000000\\nRSI: 0000000000000001\"}\n", 2 },
		{ "JSON in JSON", "\"log\": \"{\\\"m\\\": \\\"RSI: 0000000000000001\\\\nRDI: ffffea0004000000\\\\n\\\"}\"", 2 },
		{ "JSON, colours", "\"\\u001b[31mRDI: ffffea0004000000\\u001b[0m\\u000aRSI: 0000000000000001\"", 2 },
		{ "JSON, tabs", "\"RSI: 0000000000000001\\tRDI:\\tffffea0004000000\"", 2 },
		{ "U+00A0", "RIP:\xc2\xa0" "0010:f+0x1/0x2\nRDI:\xc2\xa0" "ffffea0004000000\xc2\xa0RSI:\xc2\xa0" "0000000000000001\n", 2 },
		{ "U+00A0 in Latin-1", "RDI:\xa0" "ffffea0004000000\n", 1 },
		{ "U+202F, U+200B, mark", "\xef\xbb\xbfRDI:\xe2\x80\xaf\xe2\x80\x8b" "ffffea0004000000\n", 1 },
		{ "HTML", "<pre>&gt; RSI: 0000000000000001<br>&gt; RDI:&nbsp;ffffea0004000000</pre>", 2 },
		{ "HTML spans", "<span class=\"k\">RDI</span>: <b>ffffea0004000000</b>\n", 1 },
		{ "syslog", "Sep  9 08:46:11 host kernel: [  114.5] RDI: ffffea0004000000\n", 1 },
		{ "journal", "2019-09-09T08:46:11.123456+0200 host kernel: RDI: ffffea0004000000\n", 1 },
		{ "dmesg -T", "[Mon Sep  9 08:46:11 2019] RDI: ffffea0004000000\n", 1 },
		{ "/dev/kmsg", "6,1234,114498706,-,caller=T1202;RDI: ffffea0004000000\n", 1 },
		{ "priority and caller", "<4>[  114.498706][ T1202] RDI: ffffea0004000000\n", 1 },
		{ "QEMU", "RAX=0000000000000001 RDI=ffffea0004000000\nR8 =0000000000000002 R9 =0000000000000003\n"
		  "RIP=ffffffff8133a1b7 RFL=00000246 [---Z-P-] CPL=0\n", 5 },
		{ "GDB", "rax            0x1                 1\nrdi            0xffffea0004000000  -24189188702208\n"
		  "rip            0xffffffff8133a1b7  0xffffffff8133a1b7 <f+39>\neflags         0x246    [ PF ZF IF ]\n", 3 },
		{ "kdb", "[0]kdb> rd\nax: 0000000000000001  bx: 0000000000000002  cx: 0000000000000003\n"
		  "di: ffffea0004000000  sp: ffffc90000123e10  r8: 0000000000000008\n"
		  "ip: ffffffff8133a1b7  flags: 00000246  cs: 00000010  ss: 00000018\n", 7 },
		{ "kdb's, of a task in user mode, do not count", "RDI: ffffea0004000000\nCPU#1\n"
		  "di: ffffea0005000000  ip: 00007f1122334455\n", 1 },
		{ "LLDB", "     rax = 0x0000000000000001\n     rdi = 0xffffea0004000000\n", 2 },
		{ "drgn", "{'rax': 1, 'rdi': 18446719884520849408, 'rip': 18446744071582032311}\n", 3 },
		{ "drgn, hexadecimal", "{'rdi': 0xffffea0004000000, 'rsi': 0x1}\n", 2 },
		{ "Xen", "rip:    e008:[<ffffffff8133a1b7>] f+0x1/0x2\nrax: 0000000000000001   rdi: ffffea0004000000\n", 3 },
		{ "xenctx", "rip: ffffffff8133a1b7 f+0x27\nrdi: ffffea0004000000\trsi: 0000000000000001\n", 3 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_rdi(rows[i].what, rows[i].text, strlen(rows[i].text), rows[i].words);
}

/* base64: of a whole mail, of one part of it, of a body alone; made with coreutils' base64. */
#define BODY "QlVHOiB1bmFibGUgdG8gaGFuZGxlIHBhZ2UgZmF1bHQgZm9yIGFkZHJlc3M6IGZmZmZlYTAwMDQw\n" \
	"MDAwMzQNClJJUDogMDAxMDpzb21lX3dhbGtlcisweDEyLzB4NDANClJTSTogMDAwMDAwMDAwMDAw\n" \
	"MDAwMSBSREk6IGZmZmZlYTAwMDQwMDAwMDANCg==\n"
static void test_base64(void **state)
{
	static const struct {
		const char *what, *text;
	} rows[] = {
		{ "a mail", "Subject: oops\nContent-Transfer-Encoding: base64\nMIME-Version: 1.0\n\n" BODY },
		{ "CR LF, other case", "content-transfer-encoding:  BASE64\r\n\r\n" BODY "\r\n" },
		{ "a part", "--b1\nContent-Type: text/html\n\n<p>RSI: 0000000000000002</p>\n--b1\n"
		  "Content-Transfer-Encoding: base64\n\n" BODY "\n--b1--\nRBP: 0000000000000003\n" },
		{ "a body without its header", BODY },
	};
	static const char lies[] = "Content-Transfer-Encoding: base64\n\nRDI: ffffea0004000000\n";
	struct zdm_oops *o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = oops_try(rows[i].text, strlen(rows[i].text));
		if (!o || value(o, groups(o), "RDI") != RDI)
			fail_msg("%s: RDI is not what the text says", rows[i].what);
		zdm_oops_free(o);
	}
	/* what the header does not say is not decoded, nor what only looks so in parts */
	assert_nothing("Content-Transfer-Encoding: 7bit\n\n--\n" BODY "\n--\n");
	assert_nothing("RIP\n" BODY "!\n");
	/* a value in plain lines behind a header that lies */
	assert_rdi("a header that lies", lies, strlen(lies), 1);
}

/* A reply quotes what it answers: the same once more is not another value, nor another oops. */
static void test_quoted_mail(void **state)
{
	static const char text[] =
		">>>>>> [ 114.502009] RDX: 0000000000000001 RDI: ffffea0004000000\r\n"
		"> RDI: ffffea0004000000\n";
	struct zdm_oops *o = oops_of(text);

	(void)state;
	assert_int_equal(value(o, 1, "RDI"), RDI);
	assert_int_equal(groups(o), 1);
	assert_int_equal(zdm_oops_words(o), 2);
	zdm_oops_free(o);
}

/* UTF-16 and UTF-32 of either order, with and without a mark. */
static void test_wide(void **state)
{
	static const char text[] = "RIP: 0010:f+0x1/0x2\r\nRDI: ffffea0004000000\r\n";
	char wide[4 * sizeof(text) + 4];
	size_t width, big, mark, i, n;

	(void)state;
	for (width = 2; width <= 4; width += 2) {
		for (big = 0; big < 2; big++) {
			for (mark = 0; mark < 2; mark++) {
				memset(wide, 0, sizeof(wide));
				n = 0;
				if (mark) {
					memcpy(wide + (big ? width - 2 : 0), big ? "\xfe\xff" : "\xff\xfe", 2);
					n = width;
				}
				for (i = 0; text[i]; i++, n += width)
					wide[n + (big ? width - 1 : 0)] = text[i];
				assert_rdi("UTF-16 or UTF-32", wide, n, 1);
			}
		}
	}
}

/* A hole of zeros in a log, as a crashed file system leaves it, joins nothing. */
static void test_hole(void **state)
{
	char text[4200];

	(void)state;
	memset(text, 0, sizeof(text));
	memcpy(text, "RDI: ffffea00", 13);
	memcpy(text + 4150, "040000 RSI: 0000000000000001\n", 29);
	assert_int_equal(words_of_len(text, 4179), 1);
}

static void test_short_is_not_believed(void **state)
{
	static const char *const texts[] = {
		"RDI: ffffea00040\n", "RDI: ffffea00040", "RDI: ffffea00040=\n", "RDI: ffffea00040 \n000\n",
		"RDI: ffffea00040\nRBP: \n", "RDI: ffffea00040\n000000\n", "RDI:\nffffea00040\n",
		"RDI: 0xffffea0004\n", "RDI=ffffea0004000\n", "rdi            0xffffea0004\n",
		"rdi            0xffffea0004  -24189188702208\n", "{'rdi': 0xffffea0004",
		"page fault for address: ffffea0004\n", "Read of size 8 at addr ffffea0004 by task a/1\n",
		"page:ffffea0004 is uninitialized and poisoned\n", "GPR04: c000000000 c000\n",
		"RDI: ffffea00[32m0400\n",
		/* cut where another number begins the next line */
		"BUG: Bad page state in process a  pfn:100\n00\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (words_of(texts[i]))
			fail_msg("'%s' was believed", texts[i]);
	}
}

/* Neither is what two tasks print at a time joined. */
static void test_not_of_another_caller(void **state)
{
	(void)state;
	assert_int_equal(words_of("[  1.0][ T1] RDI:\n[  1.0][ T2] ffffea0004000000\n"), 0);
	assert_int_equal(words_of("[  1.0][ T1] RDI:\n[  1.0][ T1] ffffea0004000000\n"), 1);
}

/* Linear in its size, whatever it is: a quadratic walk of this takes minutes. */
static void test_garbage(void **state)
{
	static const char *const seeds[] = {
		"RDI:", "=\n", "<", "&", "\\", "[", "page:", "RIP: 0010:", "> ", "memmap=1G!1G,", "raw: ",
		"[ T12] RAX: 0000000000000001 ", "Content-Transfer-Encoding: base64\n\n", "AAAA\n", "BUG: ", "\x1b", "=3D", "GPR00: ", "0123456789abcdef ",
	};
	enum { BYTES = 1 << 20 };
	char *text = malloc(BYTES);
	uint64_t random = 1;
	size_t i, k;

	(void)state;
	assert_non_null(text);
	for (k = 0; k < sizeof(seeds) / sizeof(seeds[0]); k++) {
		for (i = 0; i < BYTES; i++)
			text[i] = seeds[k][i % strlen(seeds[k])];
		words_of_len(text, BYTES);
	}
	for (k = 0; k < 4; k++) {
		for (i = 0; i < BYTES; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			text[i] = k % 2 ? (char)(random >> 56) : "RDIX: 0123=\n<>&[]\\"[(random >> 40) % 18];
		}
		words_of_len(text, BYTES);
	}
	free(text);
}

TEST_MAIN(cmocka_unit_test(test_encodings),
	  cmocka_unit_test(test_base64),
	  cmocka_unit_test(test_quoted_mail),
	  cmocka_unit_test(test_wide),
	  cmocka_unit_test(test_hole),
	  cmocka_unit_test(test_short_is_not_believed),
	  cmocka_unit_test(test_not_of_another_caller),
	  cmocka_unit_test(test_garbage))

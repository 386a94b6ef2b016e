// SPDX-License-Identifier: LGPL-2.1-or-later
/* The registers of an oops from the text that a kernel, or crash's bt, prints. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zdm/page.h>

#define MAX_WORDS 4096u		/* of one text: a log may hold many oopses */
#define USER_BIT 63		/* clear in every user address, set in kernel ones */

static const char *const registers[] = {
	"RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP", "RIP", "CR2",
	"R08", "R09", "R10", "R11", "R12", "R13", "R14", "R15",
	"R8", "R9",	/* crash's bt */
};
#define NR_REGISTERS (sizeof(registers) / sizeof(registers[0]))

/* What the kernel says before a fault address; the wording changed in 5.1 and 5.4. */
static const char *const fault_phrases[] = {
	"page fault for address: ",
	"NULL pointer dereference, address: ",
	"paging request at ",
	"NULL pointer dereference at ",
	"non-canonical address ",
};
#define NR_PHRASES (sizeof(fault_phrases) / sizeof(fault_phrases[0]))

struct parser {
	struct zdm_oops_word *w;
	size_t nr, room;
	bool no_memory;
	/*
	 * One printed register set starts with RIP, which tells whose it is.
	 * Those of user mode do not count.
	 */
	bool user;
};

static bool add(struct parser *p, const char *name, uint64_t value)
{
	struct zdm_oops_word *w;
	size_t i, room;

	for (i = 0; i < p->nr; i++) {
		if (p->w[i].value == value && !strcmp(p->w[i].name, name))
			return true;
	}
	if (p->nr == MAX_WORDS)
		return false;
	if (p->nr == p->room) {
		room = p->room ? 2 * p->room : 32;
		w = realloc(p->w, room * sizeof(*w));
		if (!w) {
			p->no_memory = true;
			return false;
		}
		p->w = w;
		p->room = room;
	}
	w = &p->w[p->nr++];
	memset(w, 0, sizeof(*w));
	snprintf(w->name, sizeof(w->name), "%s", name);
	w->value = value;
	return true;
}

/* Hex digits at s, 1 to 16 of them, after an optional 0x. Returns how many bytes, 0: none. */
static size_t parse_hex(const char *s, const char *end, uint64_t *ret)
{
	const char *start = s;
	size_t n = 0;
	uint64_t v = 0;

	if (end - s > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	while (s < end && isxdigit((unsigned char)*s)) {
		int c = tolower((unsigned char)*s++);

		if (++n > 16)
			return 0;
		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return n ? (size_t)(s - start) : 0;
}

static const char *skip_blanks(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

/*
 * "RIP: 0010:name+0x2a/0x320", "RIP: 0010:[<ffffffff81…>]", "RIP: 0033:0x438433",
 * "RIP: ffffffff81…": the low bits of the segment, or else the address, tell
 * kernel from user mode.
 */
static void parse_rip(struct parser *p, const char *s, const char *end)
{
	uint64_t v = 0;
	size_t n = parse_hex(s, end, &v);

	p->user = false;
	if (n && n <= 4 && s + n < end && s[n] == ':') {
		p->user = v & 3;
		s += n + 1;
		if (end - s > 2 && s[0] == '[' && s[1] == '<')
			s += 2;
		n = parse_hex(s, end, &v);
		/* a symbol that happens to begin with hex digits is no address */
		if (n < 16)
			return;
	} else if (n) {
		p->user = !(v >> USER_BIT);
	}
	if (n == 16 && !p->user)
		add(p, "RIP", v);
}

/* "RSP: 0018:ffffc90000…": the value follows the segment. */
static void parse_register(struct parser *p, const char *name, const char *s, const char *end)
{
	char full[8];
	uint64_t v;
	size_t n = parse_hex(s, end, &v);

	if (n && n <= 4 && s + n < end && s[n] == ':')
		n = parse_hex(s += n + 1, end, &v);
	/* registers are printed in full width; a control register is the kernel's */
	if (n < 8 || (p->user && name[0] == 'R'))
		return;
	/* crash says R8 where the kernel says R08 */
	if (name[0] == 'R' && isdigit((unsigned char)name[1]) && !name[2])
		snprintf(full, sizeof(full), "R0%c", name[1]);
	else
		snprintf(full, sizeof(full), "%s", name);
	add(p, full, v);
}

static const char *register_at(const char *s, const char *end)
{
	size_t i;

	for (i = 0; i < NR_REGISTERS; i++) {
		size_t n = strlen(registers[i]);

		if ((size_t)(end - s) > n && !memcmp(s, registers[i], n) && s[n] == ':')
			return registers[i];
	}
	return NULL;
}

static void parse_fault(struct parser *p, const char *s, const char *end)
{
	uint64_t v;
	size_t i;

	for (i = 0; i < NR_PHRASES; i++) {
		size_t n = strlen(fault_phrases[i]);
		const char *at = memmem(s, (size_t)(end - s), fault_phrases[i], n);

		if (!at)
			continue;
		at = skip_blanks(at + n, end);
		if (parse_hex(at, end, &v))
			add(p, "fault address", v);
		return;
	}
}

static void parse_line(struct parser *p, const char *s, const char *end)
{
	bool word_start = true;

	parse_fault(p, s, end);
	for (; s < end; s++) {
		const char *name = word_start ? register_at(s, end) : NULL;

		word_start = !isalnum((unsigned char)*s) && *s != '_';
		if (!name)
			continue;
		s += strlen(name) + 1;
		if (!strcmp(name, "RIP"))
			parse_rip(p, skip_blanks(s, end), end);
		else
			parse_register(p, name, skip_blanks(s, end), end);
		s--;
		word_start = true;
	}
}

enum zdm_status zdm_oops_parse(const char *text, size_t len, struct zdm_oops_word **ret,
			       size_t *nr)
{
	const char *end = text + len, *s = text;
	struct parser p;

	memset(&p, 0, sizeof(p));
	*ret = NULL;
	*nr = 0;
	while (s < end && !p.no_memory) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *line_end = nl ? nl : end;

		parse_line(&p, s, line_end);
		s = line_end + 1;
	}
	if (p.no_memory || !p.nr) {
		free(p.w);
		return p.no_memory ? ZDM_NOMEM : ZDM_ABSENT;
	}
	*ret = p.w;
	*nr = p.nr;
	return ZDM_OK;
}

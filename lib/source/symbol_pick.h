/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which of several symbols of one name is meant: one rule for kallsyms and
 * for ELF symbol tables.
 */
#ifndef ZDM_LIB_SOURCE_SYMBOLS_H
#define ZDM_LIB_SOURCE_SYMBOLS_H

#include <zdm/reader.h>

/* zdm looks for variables, so those come first; best last. */
enum zdm_symbol_rank {
	ZDM_SYMBOL_NONE = 0,
	ZDM_SYMBOL_LOCAL_TEXT,
	ZDM_SYMBOL_GLOBAL_TEXT,
	ZDM_SYMBOL_LOCAL_DATA,
	ZDM_SYMBOL_GLOBAL_DATA,
};

/* The choice so far; start with all zero. */
struct zdm_symbol_pick {
	enum zdm_symbol_rank rank;
	bool exact;		/* the name itself, not name.llvm.123 */
	bool ambiguous;		/* another one of the same rank elsewhere */
	uint64_t kaddr;
};

void zdm_symbol_offer(struct zdm_symbol_pick *pick, enum zdm_symbol_rank rank, bool exact,
		      uint64_t kaddr);
/* ABSENT: none offered; AMBIGUOUS: several, and no way to tell which. */
enum zdm_status zdm_symbol_result(const struct zdm_symbol_pick *pick, uint64_t *kaddr);

/* By nm's letter: initialised data or bss, which only CONFIG_KALLSYMS_ALL lists. */
bool zdm_symbol_is_variable(char type);

/* Length of a name without the .llvm.NUMBER that Clang's LTO gives to statics. */
size_t zdm_symbol_base_len(const char *name, size_t len);

#endif

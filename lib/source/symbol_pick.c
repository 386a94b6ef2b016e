// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "source/symbol_pick.h"

void zdm_symbol_offer(struct zdm_symbol_pick *pick, enum zdm_symbol_rank rank, bool exact,
		      uint64_t kaddr)
{
	bool better = exact != pick->exact ? exact : rank > pick->rank;

	if (!pick->rank || better) {
		pick->rank = rank;
		pick->exact = exact;
		pick->kaddr = kaddr;
		pick->ambiguous = false;
	} else if (exact == pick->exact && rank == pick->rank && kaddr != pick->kaddr) {
		pick->ambiguous = true;
	}
}

enum zdm_status zdm_symbol_result(const struct zdm_symbol_pick *pick, uint64_t *kaddr)
{
	if (!pick->rank)
		return ZDM_ABSENT;
	if (pick->ambiguous)
		return ZDM_AMBIGUOUS;
	*kaddr = pick->kaddr;
	return ZDM_OK;
}

bool zdm_symbol_is_variable(char type)
{
	return type == 'b' || type == 'B' || type == 'd' || type == 'D';
}

size_t zdm_symbol_base_len(const char *name, size_t len)
{
	static const char mark[] = ".llvm.";
	const size_t mark_len = sizeof(mark) - 1;
	size_t i = len;

	while (i && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	if (i == len || i <= mark_len || memcmp(name + i - mark_len, mark, mark_len))
		return len;
	return i - mark_len;
}

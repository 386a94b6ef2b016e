# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the postmortem and of the kpageflags view.

CHECK_SUITES += tests/run-oops.sh
CHECK_NEEDS += $(B)/tests/cmp_kpage
CHECK_LAB_SUITES += "tests/run-kpage.sh $(KERNEL)"

$(B)/tests/cmp_kpage: tests/tools/cmp_kpage.c tests/tools/elf_reader.c $(B)/libzdm.a
	$(call test_link,,$(ZDM_LDLIBS))
